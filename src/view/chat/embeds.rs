//! Embeds of a message (PROTOCOL.md 6, SECURITY.md 6): HTML in opaque frames without a network, addresses as cards
//! that load on a click. An embed whose text stays keeps its frame, for a moved or new one would begin anew.

mod frame;

use super::{store, strings};
use crate::state::embed::{self, Embed};
use crate::web::js;
use frame::{Frame, Source};
use leptos::prelude::*;
use std::cell::Cell;

/// Frames alive at a time on a page; each costs memory.
const MOST: u32 = 10;

thread_local! {
    static ALIVE: Cell<u32> = const { Cell::new(0) };
}

/// Whether another frame may be shown.
fn is_room() -> bool {
    ALIVE.get() < MOST
}

/// Hears what an embed wants in the composer: the text, and whether it is to be sent at once. An empty text that is to
/// be sent means what is there already. Nothing may be sent before the person has seen the text and agreed.
pub type OnPrompt = Callback<(String, bool)>;

/// The embeds of a message, in order.
#[component]
pub fn Embeds(
    /// HTML texts and addresses.
    embeds: Memo<Vec<String>>,
    /// Hears what they want in the composer; without it they want in vain.
    #[prop(optional)]
    on_prompt: Option<OnPrompt>,
) -> impl IntoView {
    view! {
        <Show when=move || !embeds.with(Vec::is_empty)>
            <div class="embeds">
                <For
                    each=move || embeds.get().into_iter().enumerate()
                    key=|one| one.clone()
                    children=move |(at, text)| view! { <OneEmbed number=at + 1 text=text on_prompt=on_prompt /> }
                />
            </div>
        </Show>
    }
}

/// What stands in an embed's place.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// A card with a sentence.
    Card(&'static str),
    /// The frame.
    Live,
}

#[component]
fn OneEmbed(number: usize, text: String, on_prompt: Option<OnPrompt>) -> impl IntoView {
    let server = store::chat().peek(|client| client.session.server.clone());
    let page = js::window().location().origin().unwrap_or_default();
    let title = format!("{} {number}", strings::embed());
    match embed::read(&text, &[&page, &server]) {
        Embed::TooLong => view! { <p class="embed-card">{title} ": " {strings::embed_too_long()}</p> }.into_any(),
        Embed::Refused => view! { <p class="embed-card">{title} ": " {strings::embed_refused()}</p> }.into_any(),
        Embed::Html => {
            let label = format!("{} {title}", strings::show());
            let first = if is_room() { State::Live } else { State::Card(strings::embeds_full()) };
            view! { <Live title=title label=label first=first source=Source::Html(text) link=None on_prompt=on_prompt /> }
                .into_any()
        }
        Embed::Address { url, host } => {
            let label = format!("{} {host}", strings::load());
            let (first, link) = (State::Card(strings::embed_elsewhere()), Some((url.clone(), host)));
            view! { <Live title=title label=label first=first source=Source::Address(url) link=link on_prompt=on_prompt /> }
                .into_any()
        }
    }
}

/// An embed that is shown, or a card with the button that shows it. `link` is the address, for where no frame may be.
#[component]
fn Live(
    title: String,
    label: String,
    first: State,
    source: Source,
    link: Option<(String, String)>,
    on_prompt: Option<OnPrompt>,
) -> impl IntoView {
    let state = RwSignal::new(first);
    let show = move |_| state.set(if is_room() { State::Live } else { State::Card(strings::embeds_full()) });
    let on_gone = Callback::new(move |why| state.set(State::Card(why)));
    move || match state.get() {
        State::Live => {
            view! { <Frame title=title.clone() source=source.clone() on_gone=on_gone on_prompt=on_prompt /> }.into_any()
        }
        State::Card(why) => {
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
                <div class="embed-card" role="group" aria-label=title.clone()>
                    <p>{title.clone()} ": " {why}</p>
                    {link}
                    <button type="button" on:click=show>
                        {label.clone()}
                    </button>
                </div>
            }
            .into_any()
        }
    }
}
