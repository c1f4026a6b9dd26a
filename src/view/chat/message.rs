//! One message.

use super::markdown::Markdown;
use super::{store, strings, tool};
use crate::ids::MessageId;
use crate::protocol::chat::StatusItem;
use crate::state::chat::{Field, Message as Stored, Role};
use crate::state::client::Change;
use crate::state::parts::{Part, parts};
use leptos::prelude::*;
use std::mem::discriminant;

/// An article; what it shows follows the state field by field.
#[component]
pub(super) fn Message(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let role = store.peek(|client| client.chat.messages.get(&id).map(|message| message.role)).unwrap_or_default();
    match role {
        Role::User => {
            let text = field(id, Field::Body, |message| message.content.clone());
            view! {
                <article class="message message-user" aria-label=strings::USER_MESSAGE>
                    <p dir="auto">{move || text.get()}</p>
                </article>
            }
            .into_any()
        }
        Role::Assistant => view! { <Answer id=id /> }.into_any(),
    }
}

/// A field of a message, followed.
fn field<T>(id: MessageId, field: Field, read: impl Fn(&Stored) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    let store = store::chat();
    Memo::new(move |_| {
        store.read(Change::Message(id.clone(), field), |client| {
            client.chat.messages.get(&id).map(&read).unwrap_or_default()
        })
    })
}

#[component]
fn Answer(id: MessageId) -> impl IntoView {
    let shown = field(id.clone(), Field::Body, parts);
    let error = field(id.clone(), Field::Body, |message| message.error.clone());
    let done = field(id.clone(), Field::Done, |message| message.done);
    let statuses = field(id.clone(), Field::Status, |message| message.statuses.clone());
    let follow_ups = field(id.clone(), Field::Extras, |message| message.follow_ups.clone());
    let count = Memo::new(move |_| shown.with(Vec::len));
    let is_waiting = move || !done.get() && count.get() == 0 && error.with(Option::is_none);
    view! {
        <article class="message message-assistant" aria-label=strings::ASSISTANT_MESSAGE>
            <Statuses items=statuses />
            <For each=move || 0..count.get() key=|number| *number let:number>
                <OnePart part=Memo::new(move |_| shown.with(|parts| parts.get(number).cloned())) />
            </For>
            <Show when=is_waiting>
                <p class="message-waiting" role="status">
                    <span class="visually-hidden">{strings::WAITING}</span>
                </p>
            </Show>
            {move || error.get().map(|words| view! { <p class="message-error" role="alert">{words}</p> })}
            <Show when=move || done.get()>
                <CopyMessage id=id.clone() />
            </Show>
            <FollowUps questions=follow_ups />
        </article>
    }
}

#[component]
fn OnePart(part: Memo<Option<Part>>) -> impl IntoView {
    let kind = Memo::new(move |_| part.with(|part| part.as_ref().map(discriminant)));
    let read = move |get: fn(&Part) -> String| {
        Signal::derive(move || part.with(|part| part.as_ref().map(get).unwrap_or_default()))
    };
    move || {
        kind.track();
        match part.get_untracked() {
            None => ().into_any(),
            Some(Part::Text(_)) => {
                let text = read(|part| if let Part::Text(text) = part { text.clone() } else { String::new() });
                view! { <Markdown text=text /> }.into_any()
            }
            Some(Part::Reasoning { .. }) => {
                let text =
                    read(|part| if let Part::Reasoning { text, .. } = part { text.clone() } else { String::new() });
                let summary = read(|part| match part {
                    Part::Reasoning { running: true, .. } => strings::THINKING.to_owned(),
                    Part::Reasoning { seconds: Some(seconds), .. } => format!("{} for {seconds} s", strings::THOUGHT),
                    _ => strings::THOUGHT.to_owned(),
                });
                view! {
                    <details class="reasoning">
                        <summary>{move || summary.get()}</summary>
                        <Markdown text=text />
                    </details>
                }
                .into_any()
            }
            Some(Part::Tool(_)) => {
                let call = Memo::new(move |_| match part.get() {
                    Some(Part::Tool(call)) => call,
                    _ => Default::default(),
                });
                view! { <tool::ToolCall call=call /> }.into_any()
            }
            Some(Part::Other(_)) => {
                let text = read(|part| if let Part::Other(text) = part { text.clone() } else { String::new() });
                view! { <pre class="message-other">{move || text.get()}</pre> }.into_any()
            }
        }
    }
}

/// The status line: the last step, and all of them on a click.
#[component]
fn Statuses(items: Memo<Vec<StatusItem>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let last = Memo::new(move |_| items.with(|items| items.last().filter(|item| !item.hidden).cloned()));
    let class = move || {
        if last.with(|last| last.as_ref().is_some_and(|item| item.unfinished)) { "status shimmer" } else { "status" }
    };
    view! {
        <Show when=move || last.with(Option::is_some)>
            <button
                class=class
                aria-label=strings::STATUS_HISTORY
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span dir="auto">{move || last.get().map(|item| item.description)}</span>
            </button>
            <Show when=move || open.get()>
                <ol class="status-history">
                    {move || {
                        items
                            .get()
                            .into_iter()
                            .filter(|item| !item.hidden)
                            .map(|item| view! { <li dir="auto">{item.description}</li> })
                            .collect_view()
                    }}
                </ol>
            </Show>
        </Show>
    }
}

#[component]
fn FollowUps(questions: Memo<Vec<String>>) -> impl IntoView {
    let store = store::chat();
    view! {
        <Show when=move || !questions.with(Vec::is_empty)>
            <ul class="follow-ups" aria-label=strings::FOLLOW_UPS>
                <For each=move || questions.get() key=|question| question.clone() let:question>
                    <li>
                        <button
                            dir="auto"
                            on:click={
                                let question = question.clone();
                                move |_| store.send(question.clone())
                            }
                        >
                            {question.clone()}
                        </button>
                    </li>
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn CopyMessage(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let text = move || {
        store.peek(|client| client.chat.messages.get(&id).map(|message| message.text().to_owned()).unwrap_or_default())
    };
    view! {
        <div class="message-actions">
            <CopyButton name=strings::COPY_MESSAGE text=text />
        </div>
    }
}

/// A button that copies a text and says so.
#[component]
pub(super) fn CopyButton(name: &'static str, text: impl Fn() -> String + 'static) -> impl IntoView {
    let label = RwSignal::new(name);
    let copy = move |_| {
        let Some(clipboard) = web_sys::window().map(|window| window.navigator().clipboard()) else { return };
        let written = clipboard.write_text(&text());
        leptos::task::spawn_local(async move {
            let done = wasm_bindgen_futures::JsFuture::from(written).await.is_ok();
            label.set(if done { strings::COPIED } else { strings::NOT_COPIED });
            set_timeout(move || label.set(name), std::time::Duration::from_secs(2));
        });
    };
    view! {
        <button class="copy" type="button" on:click=copy>
            {move || label.get()}
        </button>
    }
}
