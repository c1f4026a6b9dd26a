//! Code of a message that the person changes.

use crate::ids::MessageId;
use crate::state::client::User;
use crate::view::chat::store::ChatStore;
use crate::view::chat::strings;
use crate::view::common::focus::focus_when_there;
use leptos::html::Textarea;
use leptos::prelude::*;

/// The field, and what is done with what is in it. "Run" takes what is in it.
#[component]
pub(super) fn Edit(
    store: ChatStore,
    message: MessageId,
    /// The code as the message has it, and how many blocks with the same come before.
    old: String,
    number: usize,
    code: RwSignal<String>,
    /// Told whether it was saved.
    close: Callback<bool>,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    focus_when_there(field);
    let failed = RwSignal::new(false);
    let before = old.clone();
    let save = move || {
        let new = code.get_untracked();
        let changed = store.peek(|client| client.chat.messages.get(&message)?.with_code(&old, number, &new));
        match changed {
            Some(text) => {
                close.run(true);
                store.user(User::Rewrite(message.clone(), text));
            }
            None => failed.set(true),
        }
    };
    let cancel = move || {
        code.set(before.clone());
        close.run(false);
    };
    let on_escape = cancel.clone();
    view! {
        <textarea
            node_ref=field
            aria-label=strings::edit_code()
            spellcheck="false"
            rows="4"
            prop:value=move || code.get()
            on:input=move |event| code.set(event_target_value(&event))
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.prevent_default();
                    on_escape();
                }
            }
        ></textarea>
        <Show when=move || failed.get()>
            <p class="message-error" role="alert">
                {strings::code_not_found()}
            </p>
        </Show>
        <div class="editor-buttons">
            <button type="button" on:click=move |_| cancel()>
                {strings::cancel()}
            </button>
            <button type="button" class="primary" on:click=move |_| save()>
                {strings::save()}
            </button>
        </div>
    }
}
