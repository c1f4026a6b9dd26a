//! One message.

use super::actions::{Actions, Editor, PromptActions};
use super::conversation::Announcer;
use super::embeds::Embeds;
use super::extras::{CodeRuns, Files, FollowUps, Sources};
use super::group::{Alone, Group};
use super::live::LiveRuns;
use super::markdown::{Growing, OwnText, Said};
use super::run::InMessage;
use super::status::Statuses;
use super::{store, strings};
use crate::ids::MessageId;
use crate::state::chat::{Field, Message as Stored, Role};
use crate::state::client::{Change, User};
use crate::state::extras::{citations, code_runs, files};
use crate::state::parts::{Shown, grouped, parts};
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

/// Those of an answer, unless its model's owner wants none shown.
fn wanted<T>(id: MessageId, what: &'static str, items: Memo<Vec<T>>) -> Memo<Vec<T>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let store = store::chat();
    let may = Memo::new(move |_| store.read(Change::Models, |client| client.may_show(&id, what)));
    Memo::new(move |_| if may.get() { items.get() } else { Vec::new() })
}

/// What an answer shows, and how long the text that grows was when that was read.
#[derive(Clone, Debug, Default, PartialEq)]
struct Body {
    parts: Vec<Shown>,
    length: usize,
}

/// The body of an answer, read anew when it changes otherwise than by growing; calls that nothing came of end with the
/// answer.
fn body(id: MessageId) -> Memo<Body> {
    let store = store::chat();
    let done = field(id.clone(), Field::Done, |message| message.done);
    Memo::new(move |_| {
        done.get();
        store.read(Change::Message(id.clone(), Field::Body), |client| {
            let read = |message: &Stored| Body { parts: grouped(parts(message)), length: message.growing().len() };
            client.chat.messages.get(&id).map(read).unwrap_or_default()
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
        <article class="message message-user" aria-label=strings::user_message()>
            <Files files=attached />
            <Show
                when=move || editing.get()
                fallback=move || view! { <p dir="auto">{move || text.get()}</p> }
            >
                <Editor text=text.get_untracked() save=strings::send_edited() on_save=send on_cancel=close />
            </Show>
            <Show when=move || unsent.get()>
                <p class="message-note" role="status">{strings::unsent()}</p>
            </Show>
            <PromptActions id=id editing=editing />
        </article>
    }
}

/// Whether the answer was seen while it was written.
#[derive(Clone, Copy)]
struct WasOpen(StoredValue<bool>);

/// What the model answered.
#[component]
fn Answer(id: MessageId) -> impl IntoView {
    let store = store::chat();
    provide_context(InMessage(id.clone()));
    let body = body(id.clone());
    let done = field(id.clone(), Field::Done, |message| message.done);
    let of_latest = id.clone();
    let is_latest =
        Memo::new(move |_| store.read(Change::Path, |client| client.chat.current.as_ref() == Some(&of_latest)));
    // Of an answer that was seen while it was written, what comes is told.
    let was_open = StoredValue::new(false);
    Effect::new(move |_| was_open.update_value(|open| *open |= !done.get()));
    was_open.set_value(!done.get_untracked());
    provide_context(WasOpen(was_open));
    let error = field(id.clone(), Field::Body, |message| message.error.clone());
    let original = field(id.clone(), Field::Body, |message| message.original_content.clone());
    let statuses = field(id.clone(), Field::Status, |message| message.statuses.clone());
    let statuses = wanted(id.clone(), "status_updates", statuses);
    let follow_ups = field(id.clone(), Field::Extras, |message| message.follow_ups.clone());
    let made = field(id.clone(), Field::Extras, |message| files(&message.files));
    let embeds = field(id.clone(), Field::Extras, |message| message.embeds.clone());
    let sources = field(id.clone(), Field::Extras, |message| citations(&message.sources));
    let sources = wanted(id.clone(), "citations", sources);
    super::extras::provide_citations(id.clone(), sources);
    let runs = field(id.clone(), Field::Extras, |message| code_runs(&message.code_executions));
    let notes = field(id.clone(), Field::Extras, |message| {
        [
            message.voice.is_some().then_some(strings::spoken()),
            message.context_summary.is_some().then_some(strings::summarized()),
        ]
    });
    let count = Memo::new(move |_| body.with(|body| body.parts.len()));
    let is_waiting = move || {
        !done.get()
            && count.get() == 0
            && error.with(Option::is_none)
            && !statuses.with(|items| items.last().is_some_and(|item| !item.hidden))
    };
    let editing = RwSignal::new(false);
    // What comes back from the editor was told already.
    Effect::new(move |_| {
        if editing.get() {
            was_open.set_value(false);
        }
    });
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
        <article class="message message-assistant" aria-label=strings::assistant_message()>
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
                                <OnePart id=id.clone() number=number body=body done=done />
                            </For>
                        }
                    }
                }
            >
                <Editor text=text_now() save=strings::save() on_save=save on_cancel=close />
            </Show>
            <LiveRuns id=id.clone() />
            <Show when=is_waiting>
                <p class="message-waiting" role="status">
                    <span class="visually-hidden">{strings::waiting()}</span>
                </p>
            </Show>
            {move || error.get().map(|words| view! { <p class="message-error" role="alert" dir="auto">{words}</p> })}
            {move || {
                original
                    .get()
                    .map(|text| {
                        view! {
                            <details class="message-note">
                                <summary>{strings::filtered()} " " {strings::show_original()}</summary>
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
            <Show when=move || is_latest.get()>
                <FollowUps questions=follow_ups />
            </Show>
        </article>
    }
}

#[component]
fn OnePart(id: MessageId, number: usize, body: Memo<Body>, done: Memo<bool>) -> impl IntoView {
    let part = Memo::new(move |_| body.with(|body| body.parts.get(number).cloned()));
    let kind = Memo::new(move |_| part.with(|part| part.as_ref().map(discriminant)));
    move || {
        kind.get();
        match part.get_untracked() {
            None => ().into_any(),
            Some(Shown::Text(_)) => view! { <Text id=id.clone() number=number body=body done=done /> }.into_any(),
            Some(Shown::Group(_)) => {
                let steps = Signal::derive(move || match part.get() {
                    Some(Shown::Group(steps)) => steps,
                    _ => Vec::new(),
                });
                view! { <Group id=id.clone() parts=steps /> }.into_any()
            }
            Some(Shown::Alone(_)) => {
                let alone = Memo::new(move |_| match part.get() {
                    Some(Shown::Alone(alone)) => Some(alone),
                    _ => None,
                });
                view! { <Alone id=id.clone() part=alone /> }.into_any()
            }
        }
    }
}

/// Text of an answer. Of the last one only what was added is read as long as it grows.
#[component]
fn Text(id: MessageId, number: usize, body: Memo<Body>, done: Memo<bool>) -> impl IntoView {
    let store = store::chat();
    let text = Signal::derive(move || {
        body.with(|body| match body.parts.get(number) {
            Some(Shown::Text(text)) => text.clone(),
            _ => String::new(),
        })
    });
    let is_last = Memo::new(move |_| body.with(|body| body.parts.len() == number + 1));
    let (of_text, of_growth) = (id.clone(), id);
    let more = Callback::new(move |known: usize| {
        let length = body.with_untracked(|body| body.length);
        store.peek(|client| {
            let message = client.chat.messages.get(&of_text).filter(|_| is_last.get_untracked())?;
            message.growing().get(length + known..).map(str::to_owned)
        })
    });
    let grown = Signal::derive(move || {
        store.read(Change::Message(of_growth.clone(), Field::Growth), |_| ());
    });
    let growing = Signal::derive(move || is_last.get() && !done.get());
    let said = use_context::<Announcer>().map(|announcer| {
        let from_start = use_context::<WasOpen>().is_some_and(|WasOpen(was_open)| was_open.get_value());
        Said { say: Callback::new(move |text: String| announcer.say(&text)), from_start }
    });
    view! { <Growing text=text growing=growing more=more grown=grown own=OwnText { said } /> }
}
