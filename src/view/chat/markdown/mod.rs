//! Markdown as elements (RENDERING.md 2). They are made one by one from what the parser says, text as text nodes, never
//! from markup; and what is closed is not touched again, so that a long answer costs no more at its end than at its
//! start, and what a reader has selected, opened or scrolled stays.

mod citation;
mod code;
mod code_tools;
mod diagram;
mod edit;
mod html;
mod later;
mod line;
mod live;
mod math;
mod piece;
mod press;
mod sink;
mod table;

use super::conversation::Follow;
use super::run::InMessage;
use super::store;
use crate::markdown::{Edits, Kind};
use crate::state::client::Change;
use leptos::html::Div;
use leptos::prelude::*;
use live::Live;
pub(super) use live::{OwnText, Said};
use sink::{Page, Sink};

/// Markdown, whole.
#[component]
pub(super) fn Markdown(
    #[prop(into)] text: Signal<String>,
    /// Whether more comes: the last block is left open.
    #[prop(optional, into)]
    growing: Signal<bool>,
) -> impl IntoView {
    view! { <Growing text=text growing=growing more=Callback::new(move |_| None) grown=Signal::stored(()) /> }
}

/// Markdown to whose end text is added.
#[component]
pub(super) fn Growing(
    /// The text at first, or once it has changed otherwise than by growing.
    #[prop(into)]
    text: Signal<String>,
    #[prop(into)] growing: Signal<bool>,
    /// What was added since, given how many bytes of that are known.
    more: Callback<usize, Option<String>>,
    /// Told when there is more.
    grown: Signal<()>,
    /// Whether it is a message's own text.
    #[prop(optional)]
    own: Option<OwnText>,
) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    let page = Page::here(own);
    let follow = use_context::<Follow>();
    let live = StoredValue::new_local(None::<Live>);
    // The text that was shown first, so that only what was added since is asked for.
    let added = StoredValue::new(0_usize);
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        if live.with_value(Option::is_none) {
            live.set_value(Some(Live::new(Sink::new(root.into(), page.clone()))));
        }
        text.with(|text| {
            live.with_value(|live| live.as_ref().map(|live| live.set(text)));
            added.set_value(0);
        });
    });
    Effect::new(move |_| {
        grown.track();
        text.track();
        root.track();
        let known = added.get_value();
        if let Some(more) = more.run(known).filter(|more| !more.is_empty()) {
            added.set_value(known + more.len());
            live.with_value(|live| live.as_ref().map(|live| live.push(&more)));
            if let Some(Follow(follow)) = follow {
                follow.run(());
            }
        }
    });
    Effect::new(move |_| {
        let is_done = !growing.get();
        text.track();
        root.track();
        live.with_value(|live| live.as_ref().map(|live| live.end(is_done)));
    });
    let has_message = use_context::<InMessage>().is_some();
    let store = store::chat();
    let runs = Memo::new(move |_| has_message && store.read(Change::Choices, |client| client.runs_python()));
    view! { <div class="markdown" class:runs-python=move || runs.get() dir="auto" node_ref=root></div> }
}

/// Code with its label and buttons, by itself.
#[component]
pub(super) fn CodeBlock(language: String, code: String) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    let page = Page::here(None);
    let shown = StoredValue::new_local(None::<Sink>);
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        let mut sink = Sink::new(root.into(), page.clone());
        sink.insert(1, &Kind::Code(Some(language.clone())), &code, None, None);
        sink.close(1);
        shown.set_value(Some(sink));
    });
    view! { <div class="markdown" dir="auto" node_ref=root></div> }
}
