//! The menu of what the next turns may use: features of the server, tools, filters.

use super::{store, strings};
use crate::state::client::{Change, Choices, FEATURES, User};
use leptos::prelude::*;

/// A line of the menu.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    kind: Kind,
    id: String,
    name: String,
    on: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Feature,
    Tool,
    Filter,
}

/// The button and its list of checkboxes.
#[component]
pub(super) fn Tools() -> impl IntoView {
    let store = store::chat();
    let open = RwSignal::new(false);
    let rows = Memo::new(move |_| {
        store.read(Change::Choices, |client| {
            let choices = client.choices();
            let feature = FEATURES.iter().filter(|feature| client.allows(feature)).map(|feature| Row {
                kind: Kind::Feature,
                id: feature.name.to_owned(),
                name: (feature.label)().to_owned(),
                on: choices.features.contains(feature.name),
            });
            let tools = client.tools.iter().map(|tool| Row {
                kind: Kind::Tool,
                id: tool.id.clone(),
                name: tool.name.clone(),
                on: choices.tools.contains(&tool.id),
            });
            let filters = client.filters().into_iter().map(|filter| Row {
                kind: Kind::Filter,
                on: choices.filters.contains(&filter.id),
                id: filter.id,
                name: filter.name,
            });
            feature.chain(tools).chain(filters).collect::<Vec<_>>()
        })
    });
    let toggle = move |kind: Kind, id: String, on: bool| {
        let mut choices: Choices = store.peek(|client| client.choices());
        let set = match kind {
            Kind::Feature => &mut choices.features,
            Kind::Tool => &mut choices.tools,
            Kind::Filter => &mut choices.filters,
        };
        if on {
            set.insert(id)
        } else {
            set.remove(&id)
        };
        store.user(User::Choose(choices));
    };
    let button = NodeRef::<leptos::html::Button>::new();
    let close = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            open.set(false);
            if let Some(button) = button.get_untracked() {
                // It throws for elements that can't have the focus.
                let _ = button.focus();
            }
        }
    };
    view! {
        <div class="tools" on:keydown=close>
            <button
                type="button"
                class="composer-tool"
                node_ref=button
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {strings::tools()}
            </button>
            <Show when=move || open.get()>
                <div class="tools-menu" role="group" aria-label=strings::tools()>
                    <Show when=move || rows.with(Vec::is_empty)>
                        <p>{strings::no_tools()}</p>
                    </Show>
                    <For each=move || rows.get() key=|row| (row.kind as u8, row.id.clone(), row.name.clone()) let:row>
                        <label class="check">
                            <input
                                type="checkbox"
                                prop:checked={
                                    let (kind, id) = (row.kind, row.id.clone());
                                    move || rows.with(|rows| rows.iter().any(|one| one.kind == kind && one.id == id && one.on))
                                }
                                on:change={
                                    let (kind, id) = (row.kind, row.id.clone());
                                    move |event| toggle(kind, id.clone(), event_target_checked(&event))
                                }
                            />
                            <span dir="auto">{row.name.clone()}</span>
                        </label>
                    </For>
                </div>
            </Show>
        </div>
    }
}
