//! The status line of an answer (PROTOCOL.md 2.2).

use super::strings;
use crate::protocol::chat::StatusItem;
use leptos::prelude::*;

/// The last step, shimmering while it goes on, and all of them on a click.
#[component]
pub(super) fn Statuses(items: Memo<Vec<StatusItem>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let last = Memo::new(move |_| items.with(|items| items.last().filter(|item| !item.hidden).cloned()));
    let is_going_on = move || last.with(|last| last.as_ref().is_some_and(|item| item.done == Some(false)));
    view! {
        <Show when=move || last.with(Option::is_some)>
            <div class="status-line" class:shimmer=is_going_on>
                <span dir="auto">{move || last.get().map(|item| item.description)}</span>
                // It lies over the whole line; its name is its own, for what the line says changes.
                <button
                    class="status-toggle"
                    aria-label=strings::status_history()
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                ></button>
            </div>
            <Show when=move || open.get()>
                <ol class="status-history">
                    {move || items.get().into_iter().filter(|item| !item.hidden).map(step).collect_view()}
                </ol>
            </Show>
        </Show>
    }
}

/// A step of the history, with what it looked for and found.
fn step(item: StatusItem) -> impl IntoView {
    let queries = item.queries.into_iter().map(|query| view! { <li dir="auto">{query}</li> }).collect_view();
    let links = item
        .links
        .into_iter()
        .map(|link| match crate::markdown::safe_link(&link.url) {
            Some(url) => view! {
                <li>
                    <a href=url.to_owned() target="_blank" rel="noopener noreferrer nofollow" dir="auto">
                        {link.title}
                    </a>
                </li>
            }
            .into_any(),
            None => view! { <li dir="auto">{link.title}</li> }.into_any(),
        })
        .collect_view();
    view! {
        <li>
            <span dir="auto">{item.description}</span>
            <ul class="status-found">{queries} {links}</ul>
        </li>
    }
}
