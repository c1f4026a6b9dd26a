//! The messages of the shown branch.

use super::{message, store, strings};
use crate::state::chat::Field;
use crate::state::client::Change;
use leptos::html::Div;
use leptos::prelude::*;

/// How far from the end, in px, a reader still counts as being there.
const NEAR_END: i32 = 80;

/// The log. It follows the end as long as the reader is there.
#[component]
pub(super) fn Conversation() -> impl IntoView {
    let store = store::chat();
    let path = Memo::new(move |_| store.read(Change::Path, |client| client.chat.path()));
    let active = Memo::new(move |_| store.read(Change::Active, |client| client.chat.active));
    let log = NodeRef::<Div>::new();
    let at_end = StoredValue::new(true);
    let on_scroll = move |_| {
        if let Some(log) = log.get_untracked() {
            at_end.set_value(log.scroll_height() - log.scroll_top() - log.client_height() < NEAR_END);
        }
    };
    Effect::new(move |_| {
        if let Some(last) = path.with(|path| path.last().cloned()) {
            store.read(Change::Message(last.clone(), Field::Body), |_| ());
            store.read(Change::Message(last, Field::Extras), |_| ());
        }
        if at_end.get_value() {
            // After what changed has been drawn.
            request_animation_frame(move || {
                if let Some(log) = log.get_untracked() {
                    log.set_scroll_top(log.scroll_height());
                }
            });
        }
    });
    view! {
        <div
            class="conversation"
            role="log"
            tabindex="0"
            aria-label=strings::conversation()
            aria-busy=move || active.get().to_string()
            node_ref=log
            on:scroll=on_scroll
        >
            <Show when=move || path.with(Vec::is_empty)>
                <div class="conversation-empty">
                    <h2>{strings::empty()}</h2>
                    <p>{strings::empty_hint()}</p>
                </div>
            </Show>
            <For each=move || path.get() key=|id| id.clone() let:id>
                <message::Message id=id />
            </For>
        </div>
    }
}
