//! What a frame of the conversation wants in the composer (PROTOCOL.md 6.4). Nothing is written or sent before the person
//! has seen it and agreed (SECURITY.md 6).

use super::dialog::Dialog;
use super::embeds::OnPrompt;
use super::{store, strings};
use leptos::prelude::*;

/// The composer's text, and a text that a frame wants there, or sent.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// What is written.
    pub text: RwSignal<String>,
    /// The text, and whether it is to be sent.
    wanted: RwSignal<Option<(String, bool)>>,
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
        let text = if send && text.trim().is_empty() { draft.text.get_untracked() } else { text };
        // One at a time: a frame that asks on and on is not heard meanwhile.
        if !text.trim().is_empty() && draft.wanted.with_untracked(Option::is_none) {
            draft.wanted.set(Some((text, send)));
        }
    })
}

/// Asks before a frame's text is written or sent.
#[component]
pub(super) fn PromptQuestion() -> impl IntoView {
    let store = store::chat();
    let draft = expect_context::<Draft>();
    move || {
        draft.wanted.get().map(|(text, send)| {
            let agreed = text.clone();
            let on_accept = Callback::new(move |()| {
                // What can't be sent now stands in the composer, unless something else does.
                let is_free = !send || draft.text.with_untracked(String::is_empty);
                let is_sent = send && store.send(agreed.clone());
                if !is_sent && is_free {
                    draft.text.set(agreed.clone());
                }
                draft.wanted.set(None);
            });
            let (title, hint, accept) = match send {
                true => (strings::send_prompt(), strings::prompt_hint(), strings::send()),
                false => (strings::write_prompt(), strings::write_hint(), strings::write()),
            };
            view! {
                <Dialog
                    title=title.to_owned()
                    accept=accept
                    cancel=strings::cancel()
                    on_accept=on_accept
                    on_cancel=Callback::new(move |()| draft.wanted.set(None))
                >
                    <p>{hint}</p>
                    <blockquote dir="auto">{text}</blockquote>
                </Dialog>
            }
        })
    }
}
