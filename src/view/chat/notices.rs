//! Short messages over the page.

use super::{store, strings};
use crate::protocol::chat::Level;
use crate::state::client::{Change, User};
use leptos::prelude::*;
use std::time::Duration;

/// How long good news stays, in s.
const GOOD_NEWS: u64 = 10;

/// The notices, newest last. Bad news, and what leads to another chat, stay until they are dismissed.
#[component]
pub(super) fn Notices() -> impl IntoView {
    let store = store::chat();
    let notices = Memo::new(move |_| store.read(Change::Notices, |client| client.notices.clone()));
    view! {
        <section class="notices" aria-label=strings::notices()>
            <For each=move || notices.get() key=|notice| notice.id let:notice>
                {
                    if !is_urgent(notice.level) && notice.chat.is_none() {
                        let id = notice.id;
                        set_timeout(move || store.user(User::Dismiss(id)), Duration::from_secs(GOOD_NEWS));
                    }
                }
                <div
                    class=format!("notice notice-{}", level(notice.level))
                    role=if is_urgent(notice.level) { "alert" } else { "status" }
                >
                    <p dir="auto">{notice.text}</p>
                    {notice
                        .chat
                        .map(|chat| {
                            view! {
                                <button
                                    type="button"
                                    on:click=move |_| {
                                        store.open(Some(chat.clone()));
                                        store.user(User::Dismiss(notice.id));
                                    }
                                >
                                    {strings::open_chat()}
                                </button>
                            }
                        })}
                    <button aria-label=strings::dismiss() on:click=move |_| store.user(User::Dismiss(notice.id))>
                        "✕"
                    </button>
                </div>
            </For>
        </section>
    }
}

fn is_urgent(level: Level) -> bool {
    matches!(level, Level::Error | Level::Warning)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Success => "success",
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    }
}
