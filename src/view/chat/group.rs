//! Thinking and calls between two texts: one line that says what was done, closed by default. What matters without
//! opening it stays in view below: questions, embeds, figures.

use super::markdown::Markdown;
use super::strings;
use super::tool::{InView, StepBody, Waiting};
use crate::ids::MessageId;
use crate::state::parts::{CallState, Did, Part, Provider, ProviderCall, Tool, current, digest};
use leptos::html::Details;
use leptos::prelude::*;

/// The group. While it grows its line keeps the focus, and what is open stays open: a single step stands in the group
/// itself, and gets a line of its own when a second one comes.
#[component]
pub(super) fn Group(id: MessageId, #[prop(into)] parts: Signal<Vec<Part>>) -> impl IntoView {
    let count = Memo::new(move |_| parts.with(Vec::len));
    let step = move |number: usize| Memo::new(move |_| parts.with(|parts| parts.get(number).cloned()));
    let summary = Memo::new(move |_| parts.with(|parts| summary(parts)));
    let running = Memo::new(move |_| parts.with(|parts| current(parts).is_some_and(|part| !waits(part))));
    let place = NodeRef::<Details>::new();
    let opened = RwSignal::new(false);
    let was_single = StoredValue::new(false);
    let single = move || {
        was_single.set_value(true);
        view! { <StepBody part=step(0) /> }
    };
    let steps = move || {
        // The first step is being read as the only one.
        let is_open = place.get_untracked().is_some_and(|group| group.has_attribute("open"));
        let first_open = was_single.get_value() && is_open;
        view! {
            <For each=move || 0..count.get() key=|number| *number let:number>
                <Step part=step(number) open=first_open && number == 0 />
            </For>
        }
    };
    view! {
        <details class="steps" node_ref=place on:toggle=move |_| opened.set(true)>
            <summary class:shimmer=move || running.get()>
                <span dir="auto">{move || summary.get()}</span>
            </summary>
            <Show when=move || opened.get()>
                <Show when=move || { count.get() > 1 } fallback=single>
                    {steps}
                </Show>
            </Show>
        </details>
        <For each=move || 0..count.get() key=|number| *number let:number>
            <InView id=id.clone() part=step(number) />
        </For>
    }
}

/// One of several steps.
#[component]
fn Step(part: Memo<Option<Part>>, open: bool) -> impl IntoView {
    let opened = RwSignal::new(open);
    let words = move || part.with(|part| part.as_ref().map(step_words).unwrap_or_default());
    view! {
        <details class="step" open=open on:toggle=move |_| opened.set(true)>
            <summary>
                <span dir="auto">{words}</span>
            </summary>
            <Show when=move || opened.get()>
                <StepBody part=part />
            </Show>
        </details>
    }
}

/// A part that stands by itself.
#[component]
pub(super) fn Alone(id: MessageId, part: Memo<Option<Part>>) -> impl IntoView {
    let block = move |class: &'static str, summary: String, text: String| {
        view! {
            <details class=class>
                <summary>
                    <span dir="auto">{summary}</span>
                </summary>
                <Markdown text=Signal::derive(move || text.clone()) />
            </details>
        }
        .into_any()
    };
    move || match part.get() {
        Some(Part::Question(pending)) => view! { <Waiting id=id.clone() pending=*pending /> }.into_any(),
        Some(Part::Compaction(text)) => block("steps compaction", strings::earlier_summed_up().to_owned(), text),
        Some(Part::Details { summary, text }) => block("steps", summary, text),
        Some(Part::Other(text)) => view! { <pre class="message-other" tabindex="0">{text}</pre> }.into_any(),
        _ => ().into_any(),
    }
}

fn waits(part: &Part) -> bool {
    matches!(part, Part::Tool(call) if call.pending.is_some())
}

/// What a group says of itself: what waits or goes on, else what was done.
fn summary(parts: &[Part]) -> String {
    match (current(parts), parts) {
        (Some(part), _) | (None, [part]) => step_words(part),
        (None, parts) => match digest(parts).iter().map(did_words).collect::<Vec<_>>() {
            did if did.is_empty() => parts.first().map(step_words).unwrap_or_default(),
            did => strings::sentence(&did),
        },
    }
}

fn did_words(did: &Did) -> String {
    match did {
        Did::Thought(seconds) => strings::thought(*seconds),
        Did::Python(times, failed) => strings::ran_python(*times, *failed),
        Did::Called(name, times, failed) => strings::called(name, *times, *failed),
        Did::Provider(kind, times) => strings::times(provider_words(*kind).1, *times),
    }
}

/// What a step says of itself.
fn step_words(part: &Part) -> String {
    match part {
        Part::Reasoning { running: true, .. } => strings::thinking().to_owned(),
        Part::Reasoning { seconds, .. } => strings::sentence(&[strings::thought(*seconds)]),
        Part::Tool(call) if call.code.is_some() => code_words(call),
        Part::Tool(call) => call_words(call),
        Part::Provider(call) => provider_step(call),
        _ => String::new(),
    }
}

fn code_words(call: &Tool) -> String {
    let words = match call.state {
        CallState::Waiting => return call_words(call),
        CallState::Running => strings::running_code(),
        CallState::Done => strings::ran_code(),
        CallState::Failed => strings::failed_code(),
        CallState::Stopped => strings::stopped_code(),
        CallState::Rejected => return call_words(call),
        CallState::NotRun => strings::code_not_run(),
    };
    words.to_string()
}

fn call_words(call: &Tool) -> String {
    let name = &call.name;
    match call.state {
        CallState::Waiting if call.pending.is_some() => format!("{} {name}", strings::wants()),
        CallState::Waiting => format!("{} {name}", strings::waits_its_turn()),
        CallState::Running => format!("{} {name}…", strings::calling()),
        CallState::Done | CallState::NotRun => format!("{} {name}", strings::did_call()),
        CallState::Failed => strings::sentence(&[strings::called(name, 1, true)]),
        CallState::Stopped => format!("{} {name}", strings::stopped_call()),
        CallState::Rejected => format!("{} {name}", strings::rejected()),
    }
}

fn provider_step(call: &ProviderCall) -> String {
    let (running, did) = provider_words(call.kind);
    match call.state {
        CallState::Running | CallState::Waiting => running.to_string(),
        CallState::Failed => strings::sentence(&[did.to_string(), strings::with_error().to_owned()]),
        _ => strings::sentence(&[did.to_string()]),
    }
}

/// What a tool of the provider does, and did.
fn provider_words(kind: Provider) -> (&'static str, &'static str) {
    match kind {
        Provider::WebSearch => (strings::searching_web(), strings::searched_web()),
        Provider::FileSearch => (strings::searching_files(), strings::searched_files()),
        Provider::Computer => (strings::using_computer(), strings::used_computer()),
    }
}
