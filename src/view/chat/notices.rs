//! Short messages over the page.

use super::{store, strings};
use crate::state::client::Change;
use leptos::prelude::*;

/// The notices, newest last; each stays until it is dismissed.
#[component]
pub(super) fn Notices() -> impl IntoView {
    let store = store::chat();
    let notices = Memo::new(move |_| store.read(Change::Notices, |client| client.notices.clone()));
    view! {
        <section class="notices" aria-label=strings::NOTICES>
            <For each=move || notices.get() key=|notice| notice.id let:notice>
                <div
                    class=format!("notice notice-{}", level(&notice.level))
                    role=if is_urgent(&notice.level) { "alert" } else { "status" }
                >
                    <p dir="auto">{notice.text}</p>
                    <button aria-label=strings::DISMISS on:click=move |_| store.dismiss(notice.id)>
                        "✕"
                    </button>
                </div>
            </For>
        </section>
    }
}

fn is_urgent(level: &str) -> bool {
    matches!(level, "error" | "warning")
}

/// Levels come from the server: only known ones become classes.
fn level(level: &str) -> &'static str {
    match level {
        "success" => "success",
        "error" => "error",
        "warning" => "warning",
        _ => "info",
    }
}
