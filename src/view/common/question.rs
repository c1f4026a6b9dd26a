//! The field for running code that waits for a line: `input()` and `getpass()`.

use super::focus::focus_when_there;
use super::strings;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, SubmitEvent};

/// Asks for a line. `on_answer` hears it, or `None` for end of file (Ctrl+D).
#[component]
pub fn QuestionView(
    /// What the code shows before the field.
    prompt: String,
    /// Whether what is typed is to be hidden.
    password: bool,
    /// Hears the answer.
    on_answer: impl Fn(Option<String>) + Copy + 'static,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    // The code can't go on without it.
    focus_when_there(field);
    let label = if prompt.trim().is_empty() { strings::code_waits().to_owned() } else { prompt };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_answer(field.get_untracked().map(|field| field.value()));
    };
    let end_of_file = move |event: KeyboardEvent| {
        if event.ctrl_key() && event.key() == "d" {
            event.prevent_default();
            on_answer(None);
        }
    };
    view! {
        <form class="question" on:submit=submit>
            <label>
                <span class="question-prompt">{label}</span>
                <input
                    node_ref=field
                    type=if password { "password" } else { "text" }
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    on:keydown=end_of_file
                />
            </label>
            <button type="submit">
                {strings::send()}
            </button>
        </form>
    }
}
