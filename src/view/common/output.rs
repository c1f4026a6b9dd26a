//! The outputs of a run: what the state says of them, as signals, and how they look.

use super::ansi_view::{Terminal, TerminalView};
use super::display::DisplayView;
use super::icon::{Icon, icon};
use super::progress::bytes;
use super::strings;
use super::traceback::{Place, TracebackView};
use crate::protocol::execute::{Display, ErrorInfo, StreamName};
use crate::state::outputs::{Body, Item, OutputChange, OutputKey, Outputs};
use leptos::prelude::*;

/// Outputs that a view follows. Clones are handles to the same ones.
#[derive(Clone, Debug, Default)]
pub struct OutputList {
    items: ArcRwSignal<Vec<OutputItem>>,
    stale: ArcRwSignal<bool>,
}

#[derive(Clone, Debug)]
struct OutputItem {
    key: OutputKey,
    body: ItemBody,
}

#[derive(Clone, Debug)]
enum ItemBody {
    Stream(StreamName, Terminal),
    Value(ArcRwSignal<Display>),
    Error(ErrorInfo),
    Overflow { name: StreamName, kept: usize, dropped: u64 },
}

impl OutputList {
    /// The outputs as they are.
    pub fn of(outputs: &Outputs) -> Self {
        let list = Self::default();
        list.items.set(outputs.items().iter().map(OutputItem::of).collect());
        list.stale.set(outputs.is_stale());
        list
    }

    /// Shows these outputs; what is there already keeps its elements.
    pub fn follow(&self, outputs: &Outputs) {
        let known = self.items.get_untracked();
        let item = |item: &Item| match known.binary_search_by_key(&item.key, |known| known.key) {
            Ok(at) => known[at].follow(item),
            Err(_) => OutputItem::of(item),
        };
        let now: Vec<OutputItem> = outputs.items().iter().map(item).collect();
        if !now.iter().map(|item| item.key).eq(known.iter().map(|item| item.key)) {
            self.items.set(now);
        }
        if self.stale.get_untracked() != outputs.is_stale() {
            self.stale.set(outputs.is_stale());
        }
    }

    /// Redraws what a change of these outputs names.
    pub fn apply(&self, outputs: &Outputs, change: &OutputChange) {
        match *change {
            OutputChange::Cleared => self.items.set(Vec::new()),
            OutputChange::Stale(stale) => self.stale.set(stale),
            OutputChange::Added(key) => {
                // What was added and is gone again within one update is not there any more.
                if let Some(item) = outputs.get(key) {
                    self.items.update(|items| items.push(OutputItem::of(item)));
                }
            }
            OutputChange::Grew(key, _) => {
                let terminal = self.items.with_untracked(|items| match items.iter().find(|item| item.key == key)? {
                    OutputItem { body: ItemBody::Stream(_, terminal), .. } => Some(terminal.clone()),
                    _ => None,
                });
                if let (Some(terminal), Some(Item { body: Body::Stream { text, .. }, .. })) =
                    (terminal, outputs.get(key))
                {
                    terminal.grow(text);
                }
            }
            OutputChange::Replaced(key) => {
                let value = self.items.with_untracked(|items| match items.iter().find(|item| item.key == key)? {
                    OutputItem { body: ItemBody::Value(value), .. } => Some(value.clone()),
                    _ => None,
                });
                if let (Some(value), Some(Item { body: Body::Display(display) | Body::Result(display), .. })) =
                    (value, outputs.get(key))
                {
                    value.set(display.clone());
                }
            }
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.items.with(Vec::is_empty)
    }
}

impl OutputItem {
    /// Shows what its output is now.
    fn follow(&self, item: &Item) -> Self {
        match (&self.body, &item.body) {
            (ItemBody::Stream(_, terminal), Body::Stream { text, .. }) => terminal.grow(text),
            (ItemBody::Value(value), Body::Display(display) | Body::Result(display))
                if value.with_untracked(|shown| shown != display) =>
            {
                value.set(display.clone());
            }
            _ => {}
        }
        self.clone()
    }

    fn of(item: &Item) -> Self {
        let body = match &item.body {
            Body::Stream { name, text } => ItemBody::Stream(*name, Terminal::of(text)),
            Body::Display(display) | Body::Result(display) => ItemBody::Value(ArcRwSignal::new(display.clone())),
            Body::Error(error) => ItemBody::Error(error.clone()),
            Body::Overflow { name, data, dropped } => {
                ItemBody::Overflow { name: *name, kept: data.len(), dropped: *dropped }
            }
        };
        Self { key: item.key, body }
    }
}

/// Shows outputs.
#[component]
pub fn OutputsView(
    /// The outputs.
    outputs: OutputList,
    /// The user wants what was written over the limit, as a file; without it nobody can.
    #[prop(optional)]
    on_save: Option<Callback<OutputKey>>,
    /// The user wants to see a line of a traceback in the code.
    #[prop(optional_no_strip)]
    on_place: Option<Callback<Place>>,
) -> impl IntoView {
    let OutputList { items, stale } = outputs;
    view! {
        <div class="outputs" class:stale=move || stale.get()>
            <For each=move || items.get() key=|item| item.key children=move |item| output(item, on_save, on_place) />
        </div>
    }
}

fn output(item: OutputItem, on_save: Option<Callback<OutputKey>>, on_place: Option<Callback<Place>>) -> AnyView {
    let key = item.key;
    match item.body {
        ItemBody::Stream(StreamName::Stdout, terminal) => {
            view! { <TerminalView terminal=terminal class="output-text" /> }.into_any()
        }
        ItemBody::Stream(StreamName::Stderr, terminal) => {
            view! { <TerminalView terminal=terminal class="output-text stderr" /> }.into_any()
        }
        ItemBody::Value(value) => {
            view! { <div class="output-value">{move || view! { <DisplayView display=value.get() /> }}</div> }.into_any()
        }
        ItemBody::Error(error) => view! { <TracebackView error=error on_place=on_place /> }.into_any(),
        ItemBody::Overflow { name, kept, dropped } => {
            let lost = (dropped > 0).then(|| bytes(dropped as f64));
            let words = strings::written_more(name == StreamName::Stderr, &bytes(kept as f64), lost.as_deref());
            let save = on_save.map(|on_save| {
                view! {
                    <button type="button" on:click=move |_| on_save.run(key)>
                        {icon(Icon::Download)}
                        {strings::save_rest()}
                    </button>
                }
            });
            view! {
                <div class="output-note">
                    <p>{words}</p>
                    {save}
                </div>
            }
            .into_any()
        }
    }
}
