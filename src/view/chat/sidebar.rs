//! The list of chats.

use super::{store, strings};
use crate::state::client::{Change, ExecutePolicy, User};
use leptos::prelude::*;

/// The list; on a narrow page it lies over the conversation while `open`.
#[component]
pub(super) fn Sidebar(open: RwSignal<bool>) -> impl IntoView {
    let store = store::chat();
    let rows = Memo::new(move |_| store.read(Change::Chats, |client| client.chats.clone()));
    let current = Memo::new(move |_| store.read(Change::Chats, |client| client.chat.id.clone()));
    let name = move || store.read(Change::Session, |client| client.session.name.clone().unwrap_or_default());
    view! {
        <nav class="chat-sidebar" aria-label=strings::chats()>
            <button
                class="chat-new"
                on:click=move |_| {
                    store.open(None);
                    open.set(false);
                }
            >
                {strings::new_chat()}
            </button>
            <button
                class="chat-new chat-new-temporary"
                on:click=move |_| {
                    store.user(User::NewTemporaryChat);
                    open.set(false);
                }
            >
                {strings::new_temporary_chat()}
            </button>
            <ul class="chat-list">
                <For each=move || rows.get() key=|row| (row.id.clone(), row.title.clone()) let:row>
                    {
                        let (id, shown) = (row.id.clone(), row.id.clone());
                        let title = if row.title.is_empty() { strings::untitled().to_owned() } else { row.title };
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
                <p class="chat-list-empty">{strings::no_chats()}</p>
            </Show>
            <Settings />
            <footer class="chat-person">
                <span dir="auto">{name}</span>
                <button on:click=move |_| store.user(User::SignOut)>{strings::sign_out()}</button>
            </footer>
        </nav>
    }
}

/// What becomes of code of the server, and whether to be told of answers.
#[component]
fn Settings() -> impl IntoView {
    let store = store::chat();
    let refused = RwSignal::new(false);
    let tells = Memo::new(move |_| store.read(Change::Session, |client| client.tells));
    let policy = store.peek(|client| match client.policy {
        ExecutePolicy::Deny => strings::policy_deny(),
        ExecutePolicy::Ask => strings::policy_ask(),
        ExecutePolicy::Sandbox => strings::policy_sandbox(),
        ExecutePolicy::Page => strings::policy_page(),
    });
    let change = move |event| {
        let wanted = event_target_checked(&event);
        leptos::task::spawn_local(async move {
            let may = store.notify(wanted).await;
            let _ = refused.try_set(wanted && !may);
        });
    };
    view! {
        <div class="chat-settings">
            <label class="check">
                <input type="checkbox" prop:checked=move || tells.get() on:change=change />
                <span>{strings::notify()}</span>
            </label>
            <Show when=move || refused.get()>
                <p role="alert">{strings::not_notified()}</p>
            </Show>
            <p>{strings::policy()} " " {policy}</p>
        </div>
    }
}
