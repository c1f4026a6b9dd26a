//! One message.

use super::actions::{Actions, Editor, Versions};
use super::embeds::Embeds;
use super::extras::{CodeRuns, Files, FollowUps, Sources};
use super::markdown::Markdown;
use super::status::Statuses;
use super::{store, strings, tool};
use crate::ids::MessageId;
use crate::state::chat::{Field, Message as Stored, Role};
use crate::state::client::{Change, User};
use crate::state::extras::{citations, code_runs, files};
use crate::state::parts::{Part, parts};
use leptos::prelude::*;
use std::mem::discriminant;

/// An article; what it shows follows the state field by field.
#[component]
pub(super) fn Message(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let role = store.peek(|client| client.chat.messages.get(&id).map(|message| message.role)).unwrap_or_default();
    match role {
        Role::User => view! { <Prompt id=id /> }.into_any(),
        Role::Assistant => view! { <Answer id=id /> }.into_any(),
    }
}

/// A field of a message, followed.
pub(super) fn field<T>(id: MessageId, field: Field, read: impl Fn(&Stored) -> T + Send + Sync + 'static) -> Memo<T>
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

/// What the person wrote.
#[component]
fn Prompt(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let text = field(id.clone(), Field::Body, |message| message.content.clone());
    let attached = field(id.clone(), Field::Extras, |message| files(&message.files));
    let unsent = field(id.clone(), Field::Extras, |message| message.unsent);
    let editing = RwSignal::new(false);
    let edited = id.clone();
    let send = Callback::new(move |text: String| {
        if store.may_send() {
            store.user(User::Edit { message: edited.clone(), text, fresh: store.fresh() });
            editing.set(false);
        }
    });
    let close = Callback::new(move |()| editing.set(false));
    view! {
        <article class="message message-user" aria-label=strings::USER_MESSAGE>
            <Files files=attached />
            <Show
                when=move || editing.get()
                fallback=move || view! { <p dir="auto">{move || text.get()}</p> }
            >
                <Editor text=text.get_untracked() save=strings::SEND_EDITED on_save=send on_cancel=close />
            </Show>
            <Show when=move || unsent.get()>
                <p class="message-note" role="status">{strings::UNSENT}</p>
            </Show>
            <div class="message-actions">
                <Versions id=id.clone() />
                <button type="button" on:click=move |_| editing.set(true)>
                    {strings::EDIT_MESSAGE}
                </button>
            </div>
        </article>
    }
}

/// What the model answered.
#[component]
fn Answer(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let shown = field(id.clone(), Field::Body, parts);
    let error = field(id.clone(), Field::Body, |message| message.error.clone());
    let original = field(id.clone(), Field::Body, |message| message.original_content.clone());
    let done = field(id.clone(), Field::Done, |message| message.done);
    let statuses = field(id.clone(), Field::Status, |message| message.statuses.clone());
    let follow_ups = field(id.clone(), Field::Extras, |message| message.follow_ups.clone());
    let made = field(id.clone(), Field::Extras, |message| files(&message.files));
    let embeds = field(id.clone(), Field::Extras, |message| message.embeds.clone());
    let sources = field(id.clone(), Field::Extras, |message| citations(&message.sources));
    super::extras::provide_citations(id.clone(), sources);
    let runs = field(id.clone(), Field::Extras, |message| code_runs(&message.code_executions));
    let notes = field(id.clone(), Field::Extras, |message| {
        [
            message.favorite.then_some(strings::FAVORITE),
            message.voice.is_some().then_some(strings::SPOKEN),
            message.context_summary.is_some().then_some(strings::SUMMARIZED),
        ]
    });
    let count = Memo::new(move |_| shown.with(Vec::len));
    let is_waiting = move || {
        !done.get()
            && count.get() == 0
            && error.with(Option::is_none)
            && !statuses.with(|items| items.last().is_some_and(|item| !item.hidden))
    };
    let editing = RwSignal::new(false);
    let (rewritten, of_editor, of_parts) = (id.clone(), id.clone(), id.clone());
    let save = Callback::new(move |text: String| {
        store.user(User::Rewrite(rewritten.clone(), text));
        editing.set(false);
    });
    let close = Callback::new(move |()| editing.set(false));
    let text_now = move || {
        store.peek(|client| {
            client.chat.messages.get(&of_editor).map(|message| message.text().to_owned()).unwrap_or_default()
        })
    };
    view! {
        <article class="message message-assistant" aria-label=strings::ASSISTANT_MESSAGE>
            <Statuses items=statuses />
            <Files files=made />
            <Embeds embeds=embeds on_prompt=super::prompt::callback() />
            <Show
                when=move || editing.get()
                fallback={
                    let id = of_parts.clone();
                    move || {
                        let id = id.clone();
                        view! {
                            <For each=move || 0..count.get() key=|number| *number let:number>
                                <OnePart
                                    id=id.clone()
                                    part=Memo::new(move |_| shown.with(|parts| parts.get(number).cloned()))
                                />
                            </For>
                        }
                    }
                }
            >
                <Editor text=text_now() save=strings::SAVE on_save=save on_cancel=close />
            </Show>
            <Show when=is_waiting>
                <p class="message-waiting" role="status">
                    <span class="visually-hidden">{strings::WAITING}</span>
                </p>
            </Show>
            {move || error.get().map(|words| view! { <p class="message-error" role="alert" dir="auto">{words}</p> })}
            {move || {
                original
                    .get()
                    .map(|text| {
                        view! {
                            <details class="message-note">
                                <summary>{strings::FILTERED} " " {strings::SHOW_ORIGINAL}</summary>
                                <p dir="auto">{text}</p>
                            </details>
                        }
                    })
            }}
            <CodeRuns runs=runs />
            <Sources sources=sources />
            {move || {
                notes.get().into_iter().flatten().map(|note| view! { <p class="message-note">{note}</p> }).collect_view()
            }}
            <Show when=move || done.get()>
                <Actions id=id.clone() editing=editing />
            </Show>
            <FollowUps questions=follow_ups />
        </article>
    }
}

#[component]
fn OnePart(id: MessageId, part: Memo<Option<Part>>) -> impl IntoView {
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
            Some(Part::Details { .. }) => {
                let summary =
                    read(|part| if let Part::Details { summary, .. } = part { summary.clone() } else { String::new() });
                let text =
                    read(|part| if let Part::Details { text, .. } = part { text.clone() } else { String::new() });
                view! {
                    <details class="reasoning">
                        <summary dir="auto">{move || summary.get()}</summary>
                        <Markdown text=text />
                    </details>
                }
                .into_any()
            }
            Some(Part::Tool(_)) => {
                let call = Memo::new(move |_| match part.get() {
                    Some(Part::Tool(call)) => *call,
                    _ => Default::default(),
                });
                view! { <tool::ToolCall id=id.clone() call=call /> }.into_any()
            }
            Some(Part::Other(_)) => {
                let text = read(|part| if let Part::Other(text) = part { text.clone() } else { String::new() });
                view! { <pre class="message-other">{move || text.get()}</pre> }.into_any()
            }
        }
    }
}
