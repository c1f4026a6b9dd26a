//! Embeds of a message (PROTOCOL.md 6, SECURITY.md 6): HTML in opaque frames without a network, addresses as cards
//! that load on a click. A frame is never moved, for a moved one begins anew: an embed whose text stays keeps its
//! element wherever others come and go, and one whose text changes is seen until the next has loaded.

mod frame;
mod rules;
mod swap;

use super::{store, strings};
use crate::state::embed::{self, Embed};
use crate::web::js;
use frame::{Frame, Source};
use leptos::html::Div;
use leptos::prelude::*;
pub use rules::{Downloads, EmbedRules};
use serde_json::Value;
use std::any::Any;
use std::cell::Cell;
use swap::Swap;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Frames alive at a time on a page; each costs memory.
const MOST: u32 = 10;

thread_local! {
    static ALIVE: Cell<u32> = const { Cell::new(0) };
}

/// Whether another frame may be shown where `here` are alive, one of which it would replace.
fn is_room(here: u32) -> bool {
    ALIVE.get() - here.min(1) < MOST
}

/// Hears what an embed wants in the composer: the text, and whether it is to be sent at once. An empty text that is to
/// be sent means what is there already. Nothing may be sent before the person has seen the text and agreed.
pub type OnPrompt = Callback<(String, bool)>;

/// What an embed is given, and where it stands.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Hears what it wants in the composer; without it it wants in vain.
    pub on_prompt: Option<OnPrompt>,
    /// The arguments of the call that made it, as JSON: its `window.args`.
    pub args: Option<String>,
    /// What it hears when it asks what it stands for.
    pub payload: Value,
    /// Whether it fills what it stands in, whatever height it tells.
    pub fills: bool,
}

/// The embeds of a message, in order.
#[component]
pub fn Embeds(
    /// HTML texts and addresses.
    embeds: Memo<Vec<String>>,
    /// Hears what they want in the composer; without it they want in vain.
    #[prop(optional)]
    on_prompt: Option<OnPrompt>,
    /// The arguments of the call that made them.
    #[prop(optional, into)]
    args: Signal<Option<String>>,
) -> impl IntoView {
    let list = NodeRef::<Div>::new();
    let shown = StoredValue::new_local(Vec::<Slot>::new());
    let owner = Owner::current().unwrap_or_default();
    Effect::new(move |_| {
        let (next, Some(list)) = (embeds.get(), list.get()) else { return };
        let surroundings = move || Surroundings { on_prompt, args: args.get_untracked(), ..Surroundings::default() };
        shown.update_value(|shown| arrange(&list, shown, next, &owner, surroundings));
    });
    view! { <div class="embeds" hidden=move || embeds.with(Vec::is_empty) node_ref=list></div> }
}

/// An embed's place in the list.
struct Slot {
    text: String,
    now: RwSignal<String>,
    number: RwSignal<usize>,
    element: HtmlElement,
    /// Takes its view from the page when dropped.
    _view: Box<dyn Any>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.element.remove();
    }
}

/// Makes the list show the next embeds. What stays is not touched in the document.
fn arrange(
    list: &HtmlElement,
    shown: &mut Vec<Slot>,
    next: Vec<String>,
    owner: &Owner,
    surroundings: impl Fn() -> Surroundings,
) {
    let before: Vec<String> = shown.iter().map(|slot| slot.text.clone()).collect();
    let places = embed::places(&before, &next);
    let mut old: Vec<Option<Slot>> = shown.drain(..).map(Some).collect();
    let mut kept: Vec<Option<Slot>> = places.iter().map(|place| old[(*place)?].take()).collect();
    // First those that go, so that there is room for what comes.
    drop(old);
    for (at, (text, place)) in next.into_iter().zip(&mut kept).enumerate() {
        let Some(mut slot) = place.take().or_else(|| new_slot(list, shown.last(), &text, owner, surroundings())) else {
            continue;
        };
        if slot.text != text {
            slot.text = text;
            slot.now.set(slot.text.clone());
        }
        slot.number.set(at + 1);
        shown.push(slot);
    }
}

/// A place after another one, or the first.
fn new_slot(
    list: &HtmlElement,
    last: Option<&Slot>,
    text: &str,
    owner: &Owner,
    surroundings: Surroundings,
) -> Option<Slot> {
    // It throws for bad names only.
    let element: HtmlElement = js::document().create_element("div").ok()?.unchecked_into();
    let after = last.map_or_else(|| list.first_child(), |slot| slot.element.next_sibling());
    list.insert_before(&element, after.as_ref()).ok()?;
    let parent = element.clone();
    owner.with(|| {
        let (now, number) = (RwSignal::new(text.to_owned()), RwSignal::new(0));
        let view = mount_to(parent, move || view! { <OneEmbed number=number text=now surroundings=surroundings /> });
        Some(Slot { text: text.to_owned(), now, number, element, _view: Box::new(view) })
    })
}

/// An embed of a message, whose text may change.
#[component]
fn OneEmbed(number: RwSignal<usize>, text: RwSignal<String>, surroundings: Surroundings) -> impl IntoView {
    let title = Signal::derive(move || format!("{} {}", strings::embed(), number.get()));
    view! { <OneFrame title=title text=text surroundings=surroundings /> }
}

/// What an HTML text or an address shows, alone; it may change.
#[component]
pub(super) fn OneFrame(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    surroundings: Surroundings,
) -> impl IntoView {
    let here = StoredValue::new(0);
    let show = Callback::new(move |(text, is_seen, on_ready): (String, Signal<bool>, Callback<()>)| {
        // What loads unseen is found by no name yet.
        let title = Signal::derive(move || if is_seen.get() { title.get() } else { String::new() });
        view! { <Shown title=title text=text here=here surroundings=surroundings.clone() on_ready=on_ready /> }
            .into_any()
    });
    view! { <Swap text=text show=show /> }
}

/// What stands in an embed's place.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// A card with a sentence.
    Card(&'static str),
    /// The frame.
    Live,
}

/// A text as what it is: a frame, or a card with the button that shows it.
#[component]
fn Shown(
    title: Signal<String>,
    text: String,
    here: StoredValue<u32>,
    surroundings: Surroundings,
    on_ready: Callback<()>,
) -> impl IntoView {
    let is_room = move || is_room(here.get_value());
    let server = store::chat().peek(|client| client.session.server.clone());
    let page = js::window().location().origin().unwrap_or_default();
    let refused = |why: &'static str| {
        request_animation_frame(move || on_ready.run(()));
        view! { <p class="embed-card">{title} ": " {why}</p> }.into_any()
    };
    let (first, label, source, link) = match embed::read(&text, &[&page, &server]) {
        Embed::TooLong => return refused(strings::embed_too_long()),
        Embed::Refused => return refused(strings::embed_refused()),
        Embed::Html => {
            let label = Signal::derive(move || format!("{} {}", strings::show(), title.get()));
            let first = if is_room() { State::Live } else { State::Card(strings::embeds_full()) };
            (first, label, Source::Html(text), None)
        }
        Embed::Address { url, host } => {
            let label = Signal::stored(format!("{} {host}", strings::load()));
            (State::Card(strings::embed_elsewhere()), label, Source::Address(url.clone()), Some((url, host)))
        }
    };
    let state = RwSignal::new(first);
    let show = move |_| state.set(if is_room() { State::Live } else { State::Card(strings::embeds_full()) });
    let on_gone = Callback::new(move |why| state.set(State::Card(why)));
    (move || match state.get() {
        State::Live => view! {
            <Frame
                title=title
                source=source.clone()
                here=here
                surroundings=surroundings.clone()
                on_gone=on_gone
                on_ready=on_ready
            />
        }
        .into_any(),
        State::Card(why) => {
            request_animation_frame(move || on_ready.run(()));
            let link = link.clone().filter(|_| why == strings::embed_forbidden()).map(|(url, host)| {
                view! {
                    <a href=url target="_blank" rel="noopener noreferrer nofollow">
                        {strings::open()}
                        " "
                        {host}
                    </a>
                }
            });
            view! {
                <div class="embed-card" role="group" aria-label=title>
                    <p>{title} ": " {why}</p>
                    {link}
                    <button type="button" on:click=show>
                        {label}
                    </button>
                </div>
            }
            .into_any()
        }
    })
    .into_any()
}
