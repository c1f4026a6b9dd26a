//! What is known of a chat beside its messages: tags, people, tasks, and what its server is doing.

use super::{store, strings};
use crate::state::chat::Chat;
use crate::state::client::Change;
use leptos::prelude::*;

fn about<T: Default + PartialEq + Send + Sync + 'static>(read: fn(&Chat) -> T) -> Memo<T> {
    let store = store::chat();
    Memo::new(move |_| store.read(Change::About, |client| read(&client.chat)))
}

/// Tags and people, below the title.
#[component]
pub(super) fn ChatFacts() -> impl IntoView {
    let store = store::chat();
    let tags = about(|chat| chat.tags.clone());
    let temporary = Memo::new(move |_| store.read(Change::Path, |client| client.chat.temporary));
    let others = Memo::new(move |_| {
        store.read(Change::About, |client| {
            let others = client.chat.presence.iter().filter(|person| person.id != client.person.id);
            others.map(|person| person.name.clone()).collect::<Vec<_>>().join(", ")
        })
    });
    view! {
        <div class="chat-facts">
            <Show when=move || temporary.get()>
                <span>{strings::temporary()}</span>
            </Show>
            <Show when=move || !tags.with(Vec::is_empty)>
                <ul class="tags" aria-label=strings::tags()>
                    {move || tags.get().into_iter().map(|tag| view! { <li dir="auto">{tag}</li> }).collect_view()}
                </ul>
            </Show>
            <Show when=move || !others.with(String::is_empty)>
                <span>{strings::also_here()} " " <bdi>{move || others.get()}</bdi></span>
            </Show>
        </div>
    }
}

/// Tasks, terminals and what goes on, above the composer.
#[component]
pub(super) fn ChatProgress() -> impl IntoView {
    let tasks = about(|chat| chat.tasks.clone());
    let terminal = about(|chat| chat.terminal.clone());
    let summing = about(|chat| {
        chat.compaction.as_ref().map(|going| match going.description.as_str() {
            "" => strings::summing_up().to_owned(),
            words => words.to_owned(),
        })
    });
    let writing = about(|chat| chat.typing.iter().map(|person| person.name.clone()).collect::<Vec<_>>());
    let left = move || tasks.with(|tasks| tasks.iter().filter(|task| task.status == "completed").count());
    view! {
        <div class="chat-progress">
            <Show when=move || !tasks.with(Vec::is_empty)>
                <details class="tasks">
                    <summary>
                        {strings::tasks()} " "
                        {move || format!("{}/{}", left(), tasks.with(Vec::len))}
                    </summary>
                    <ul aria-label=strings::tasks()>
                        {move || {
                            tasks
                                .get()
                                .into_iter()
                                .map(|task| {
                                    let state = task.status.replace('_', " ");
                                    view! {
                                        <li>
                                            <span dir="auto">{task.content}</span>
                                            " "
                                            <small>{state}</small>
                                        </li>
                                    }
                                })
                                .collect_view()
                        }}
                    </ul>
                </details>
            </Show>
            <Show when=move || !terminal.with(Vec::is_empty)>
                <details class="tasks">
                    <summary>{strings::terminal()}</summary>
                    <ol aria-label=strings::terminal()>
                        {move || {
                            terminal
                                .get()
                                .into_iter()
                                .map(|(what, of)| view! { <li>{what.replace('_', " ")} " " <bdi>{of}</bdi></li> })
                                .collect_view()
                        }}
                    </ol>
                </details>
            </Show>
            <p class="chat-doing" role="status">
                {move || summing.get()}
            </p>
            <p class="chat-doing" role="status">
                {move || {
                    writing
                        .with(|names| match names.as_slice() {
                            [] => String::new(),
                            [one] => format!("{one} {}", strings::is_writing()),
                            many => format!("{} {}", many.join(", "), strings::are_writing()),
                        })
                }}
            </p>
        </div>
    }
}
