//! The list of chats.

use super::{store, strings};
use crate::state::client::Change;
use leptos::prelude::*;

/// The list; on a narrow page it lies over the conversation while `open`.
#[component]
pub(super) fn Sidebar(open: RwSignal<bool>) -> impl IntoView {
    let store = store::chat();
    let rows = Memo::new(move |_| store.read(Change::Chats, |client| client.chats.clone()));
    let current = Memo::new(move |_| store.read(Change::Chats, |client| client.chat.id.clone()));
    let name = move || store.read(Change::Session, |client| client.session.name.clone().unwrap_or_default());
    view! {
        <nav class="chat-sidebar" aria-label=strings::CHATS>
            <button
                class="chat-new"
                on:click=move |_| {
                    store.open(None);
                    open.set(false);
                }
            >
                {strings::NEW_CHAT}
            </button>
            <ul class="chat-list">
                <For each=move || rows.get() key=|row| (row.id.clone(), row.title.clone()) let:row>
                    {
                        let (id, shown) = (row.id.clone(), row.id.clone());
                        let title = if row.title.is_empty() { strings::UNTITLED.to_owned() } else { row.title };
                        let is_current = move || (current.get().as_ref() == Some(&shown)).then_some("page");
                        let click = move |event: leptos::ev::MouseEvent| {
                            // A new tab has to sign in by itself: the session lives in this page only.
                            if !event.ctrl_key() && !event.meta_key() {
                                event.prevent_default();
                                store.open(Some(id.clone()));
                                open.set(false);
                            }
                        };
                        view! {
                            <li>
                                <a
                                    href=format!("?chat={}", row.id)
                                    aria-current=is_current
                                    dir="auto"
                                    on:click=click
                                >
                                    {title}
                                </a>
                            </li>
                        }
                    }
                </For>
            </ul>
            <Show when=move || rows.with(Vec::is_empty)>
                <p class="chat-list-empty">{strings::NO_CHATS}</p>
            </Show>
            <footer class="chat-person">
                <span dir="auto">{name}</span>
                <button on:click=move |_| store.sign_out()>{strings::SIGN_OUT}</button>
            </footer>
        </nav>
    }
}
