//! What a frame of the conversation wants in the composer (PROTOCOL.md 6.4). Nothing is sent before the person has seen
//! it and agreed.

use super::dialog::Dialog;
use super::embeds::OnPrompt;
use super::{store, strings};
use leptos::prelude::*;

/// The composer's text, and a text that a frame wants to send.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// What is written.
    pub text: RwSignal<String>,
    wanted: RwSignal<Option<String>>,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self { text: RwSignal::new(String::new()), wanted: RwSignal::new(None) }
    }
}

/// Takes what frames want.
pub(super) fn callback() -> OnPrompt {
    let draft = expect_context::<Draft>();
    Callback::new(move |(text, send): (String, bool)| {
        if !send {
            return draft.text.set(text);
        }
        let text = if text.trim().is_empty() { draft.text.get_untracked() } else { text };
        // One at a time: a frame that asks on and on is not heard meanwhile.
        if !text.trim().is_empty() && draft.wanted.with_untracked(Option::is_none) {
            draft.wanted.set(Some(text));
        }
    })
}

/// Asks before a frame's text is sent.
#[component]
pub(super) fn PromptQuestion() -> impl IntoView {
    let store = store::chat();
    let draft = expect_context::<Draft>();
    move || {
        draft.wanted.get().map(|text| {
            let sent = text.clone();
            let accept = Callback::new(move |()| {
                store.send(sent.clone());
                draft.wanted.set(None);
            });
            view! {
                <Dialog
                    title=strings::SEND_PROMPT.to_owned()
                    accept=strings::SEND
                    cancel=strings::CANCEL
                    on_accept=accept
                    on_cancel=Callback::new(move |()| draft.wanted.set(None))
                >
                    <p>{strings::PROMPT_HINT}</p>
                    <blockquote dir="auto">{text}</blockquote>
                </Dialog>
            }
        })
    }
}
