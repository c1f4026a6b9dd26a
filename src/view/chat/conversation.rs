//! The messages of the shown branch.

use super::{message, store, strings};
use crate::ids::MessageId;
use crate::state::client::Change;
use crate::view::common::copy;
use crate::view::common::theme::on_cleanup_drop;
use crate::web::js;
use crate::web::listen::listen;
use crate::web::watch::{InView, Watch};
use gloo_timers::future::TimeoutFuture;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How far from the end, in px, a reader still counts as being there.
const NEAR_END: u32 = 32;
/// Messages that are shown at once when a chat is opened, the latest; and how many of the others at a time.
const AT_ONCE: usize = 4;
const AT_A_TIME: usize = 2;
/// What was said last, and characters of one saying: a screen reader hears each once, as it comes.
const SAID: usize = 20;
const LONGEST: usize = 1_000;

/// Keeps the end in view if the reader is there: for what makes an answer longer and knows when.
#[derive(Clone, Copy)]
pub(super) struct Follow(pub Callback<()>);

/// The reader is led elsewhere: the end isn't kept in view any more, unless it is where they come to.
#[derive(Clone, Copy)]
pub(super) struct Leave(pub Callback<()>);

/// Tells people who don't see the page what is finished: sentences, not the words of which they are made.
#[derive(Clone, Copy)]
pub(super) struct Announcer {
    lines: RwSignal<Vec<(usize, String)>>,
}

impl Announcer {
    /// Says a finished piece of an answer.
    pub(super) fn say(self, text: &str) {
        let letters: Vec<char> = text.trim().chars().collect();
        if letters.is_empty() {
            return;
        }
        // The last words of an answer may come when its view is gone.
        let _ = self.lines.try_update(|lines| {
            for piece in letters.chunks(LONGEST) {
                let number = lines.last().map_or(0, |(number, _)| number + 1);
                lines.push((number, piece.iter().collect()));
            }
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
    let (log, messages, end) = (NodeRef::<Div>::new(), NodeRef::<Div>::new(), NodeRef::<Div>::new());
    let follows = RwSignal::new(true);
    // Whether the reader has the page in their hand: a finger, or the bar at its side.
    let is_held = StoredValue::new(false);
    // It may be let go anywhere. A finger that scrolls is a pointer no more, but still there.
    for released in ["pointerup", "touchend", "touchcancel"] {
        on_cleanup_drop(Some(listen(&js::window(), released, move |_: web_sys::Event| {
            let _ = is_held.try_set_value(false);
        })));
    }
    let to_end = move || {
        if let Some(log) = log.get_untracked() {
            log.set_scroll_top(i32::MAX);
        }
    };
    let follow = move || {
        if follows.get_untracked() && !is_held.get_value() {
            to_end();
        }
    };
    provide_context(Follow(Callback::new(move |()| follow())));
    provide_context(Leave(Callback::new(move |()| {
        follows.set(false);
        request_animation_frame(move || {
            let is_at_end = |log: web_sys::HtmlDivElement| {
                log.scroll_top() + log.client_height() + NEAR_END as i32 >= log.scroll_height()
            };
            let _ = follows.try_set(log.get_untracked().is_some_and(is_at_end));
        });
    })));
    // Whatever makes it longer: words, pictures that have come, colours. Between layout and painting, so that nothing
    // has to be laid out for this.
    Effect::new(move |_| {
        if let (Some(log), Some(messages)) = (log.get(), messages.get()) {
            on_cleanup_drop(Watch::new(&[&log, &messages], follow));
        }
    });
    // Heard when the end comes into view or leaves it, not with every step that the page scrolls by itself.
    Effect::new(move |_| {
        if let (Some(log), Some(end)) = (log.get(), end.get()) {
            on_cleanup_drop(InView::new(&log, &end, NEAR_END, move |is_near| {
                if follows.get_untracked() != is_near {
                    follows.set(is_near);
                }
            }));
        }
    });
    Effect::new(move |_| {
        if let Some(log) = log.get() {
            on_cleanup_drop(copy::formulas(&log));
        }
    });
    let is_long = move || log.get_untracked().is_some_and(|log| log.scroll_height() > log.client_height());
    let on_wheel = move |event: web_sys::WheelEvent| {
        if event.delta_y() < 0.0 && follows.get_untracked() && is_long() {
            follows.set(false);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if ["ArrowUp", "PageUp", "Home"].contains(&event.key().as_str()) && follows.get_untracked() {
            follows.set(!is_long());
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
            aria-busy=move || active.get().to_string()
            node_ref=log
            on:wheel=on_wheel
            on:keydown=on_key
            on:pointerdown=move |_| is_held.set_value(true)
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
                <div class="messages-end" node_ref=end></div>
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
