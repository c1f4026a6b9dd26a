//! The files of the next message.

use super::{store, strings};
use crate::state::client::{Change, Storing, User};
use leptos::prelude::*;

/// The files, with how far each is.
#[component]
pub(super) fn Attachments() -> impl IntoView {
    let store = store::chat();
    let files = Memo::new(move |_| {
        store.read(Change::Attachments, |client| {
            let own = client.attachments.iter().filter(|file| !file.leaving);
            own.map(|file| (file.number, file.name.clone())).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || !files.with(Vec::is_empty)>
            <ul class="attachments" aria-label=strings::attached()>
                <For each=move || files.get() key=|file| file.0 let:file>
                    <li>
                        <span dir="auto">{file.1.clone()}</span>
                        <HowFar number=file.0 />
                        <button
                            type="button"
                            aria-label=format!("{} {}", strings::remove(), file.1)
                            on:click=move |_| store.user(User::Detach(file.0))
                        >
                            "✕"
                        </button>
                    </li>
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn HowFar(number: u32) -> impl IntoView {
    let store = store::chat();
    let state = Memo::new(move |_| {
        store.read(Change::Attachments, |client| {
            client.attachments.iter().find(|file| file.number == number).map(|file| file.state.clone())
        })
    });
    move || match state.get() {
        None => ().into_any(),
        Some(Storing::Waits) => view! { <small>{strings::unsent()}</small> }.into_any(),
        Some(Storing::Sent(sent, total)) => {
            view! { <progress aria-label=strings::attached() max=total.max(1.0) value=sent></progress> }.into_any()
        }
        Some(Storing::Stored(_)) => view! { <small>{strings::stored()}</small> }.into_any(),
        Some(Storing::Failed(why)) => view! { <small class="message-error" role="alert">{why}</small> }.into_any(),
    }
}
