//! The messages of the shown branch.

use super::{message, store, strings};
use crate::ids::MessageId;
use crate::state::client::Change;
use crate::view::common::theme::on_cleanup_drop;
use crate::web::resize::Watch;
use gloo_timers::future::TimeoutFuture;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How far from the end, in px, a reader still counts as being there.
const NEAR_END: i32 = 32;
/// Messages that are shown at once when a chat is opened, the latest; and how many of the others at a time.
const AT_ONCE: usize = 4;
const AT_A_TIME: usize = 2;
/// What was said last, and characters of it: a screen reader hears each once.
const SAID: usize = 3;
const LONGEST: usize = 1_000;

/// Tells people who don't see the page what is finished: sentences, not the words of which they are made.
#[derive(Clone, Copy)]
pub(super) struct Announcer {
    lines: RwSignal<Vec<(usize, String)>>,
}

impl Announcer {
    /// Says a finished piece of an answer.
    pub(super) fn say(self, text: &str) {
        let text: String = text.trim().chars().take(LONGEST).collect();
        if text.is_empty() {
            return;
        }
        // The last words of an answer may come when its view is gone.
        let _ = self.lines.try_update(|lines| {
            let number = lines.last().map_or(0, |(number, _)| number + 1);
            lines.push((number, text));
            lines.drain(..lines.len().saturating_sub(SAID));
        });
    }
}

/// The log. It follows the end as long as the reader is there.
#[component]
pub(super) fn Conversation() -> impl IntoView {
    let store = store::chat();
    let path = Memo::new(move |_| store.read(Change::Path, |client| client.chat.path()));
    let active = Memo::new(move |_| store.read(Change::Active, |client| client.chat.active));
    let shown = latest_first(path);
    let announcer = Announcer { lines: RwSignal::new(Vec::new()) };
    provide_context(announcer);
    let (log, messages) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    let follows = RwSignal::new(true);
    let to_end = move || {
        if let Some(log) = log.get_untracked() {
            log.set_scroll_top(log.scroll_height());
        }
    };
    // Whatever makes it longer: words, pictures that have come, colours. Between layout and painting, so that nothing
    // has to be laid out for this.
    Effect::new(move |_| {
        if let (Some(log), Some(messages)) = (log.get(), messages.get()) {
            on_cleanup_drop(Watch::new(&[&log, &messages], move || {
                if follows.get_untracked() {
                    to_end();
                }
            }));
        }
    });
    let last_top = StoredValue::new(0);
    let on_scroll = move |_| {
        let Some(log) = log.get_untracked() else { return };
        let top = log.scroll_top();
        let is_near = log.scroll_height() - top - log.client_height() < NEAR_END;
        let went_up = top < last_top.get_value();
        last_top.set_value(top);
        // What grows meanwhile leaves the end behind, but doesn't go up.
        if is_near != follows.get_untracked() && (is_near || went_up) {
            follows.set(is_near);
        }
    };
    let on_wheel = move |event: web_sys::WheelEvent| {
        let is_long = log.get_untracked().is_some_and(|log| log.scroll_height() > log.client_height());
        if event.delta_y() < 0.0 && is_long && follows.get_untracked() {
            follows.set(false);
        }
    };
    let go = move |_| {
        follows.set(true);
        to_end();
        if let Some(log) = log.get_untracked() {
            // It throws only where there is no page.
            let _ = log.focus();
        }
    };
    view! {
        <div
            class="conversation"
            class:follows=move || follows.get()
            role="log"
            aria-live="off"
            tabindex="0"
            aria-label=strings::conversation()
            aria-busy=move || active.get()
            node_ref=log
            on:scroll=on_scroll
            on:wheel=on_wheel
        >
            <div class="messages" node_ref=messages>
                <Show when=move || path.with(Vec::is_empty)>
                    <div class="conversation-empty">
                        <h2>{strings::empty()}</h2>
                        <p>{strings::empty_hint()}</p>
                    </div>
                </Show>
                <For each=move || shown.get() key=|id| id.clone() let:id>
                    <message::Message id=id />
                </For>
            </div>
            <Show when=move || !follows.get()>
                <button type="button" class="to-the-end" on:click=go>
                    {strings::to_the_end()}
                </button>
            </Show>
        </div>
        <div class="visually-hidden" role="status" aria-live="polite">
            <For each=move || announcer.lines.get() key=|(number, _)| *number let:line>
                <p dir="auto">{line.1}</p>
            </For>
        </div>
    }
}

/// The messages of the path, but when another chat is opened the latest first, the others while the page stays alive.
fn latest_first(path: Memo<Vec<MessageId>>) -> RwSignal<Vec<MessageId>> {
    let shown = RwSignal::new(Vec::<MessageId>::new());
    let hidden = StoredValue::new(0_usize);
    let is_adding = StoredValue::new(false);
    let show = move || path.with_untracked(|path| shown.set(path[hidden.get_value().min(path.len())..].to_vec()));
    Effect::new(move |_| {
        let is_other = path.with(|path| shown.with_untracked(|shown| !path.iter().any(|id| shown.contains(id))));
        if is_other {
            hidden.set_value(path.with_untracked(Vec::len).saturating_sub(AT_ONCE));
        }
        show();
        if hidden.get_value() == 0 || is_adding.get_value() {
            return;
        }
        is_adding.set_value(true);
        spawn_local(async move {
            while hidden.try_get_value().is_some_and(|hidden| hidden > 0) {
                TimeoutFuture::new(0).await;
                // The page may be gone by now.
                if hidden.try_update_value(|hidden| *hidden = hidden.saturating_sub(AT_A_TIME)).is_some() {
                    show();
                }
            }
            let _ = is_adding.try_update_value(|adding| *adding = false);
        });
    });
    shown
}
