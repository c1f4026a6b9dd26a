//! A tool call: closed by default, its figures always in view.

use super::embeds::Embeds;
use super::form::Fields;
use super::long_text::LongText;
use super::markdown::CodeBlock;
use super::stored_image::StoredImage;
use super::{store, strings};
use crate::ids::MessageId;
use crate::protocol::chat::question::{Decision, Entry};
use crate::state::client::User;
use crate::state::parts::{Pending, Tool, without_figures};
use leptos::prelude::*;

/// Characters of output that are shown at first; the rest on a click.
const SHOWN: usize = 20_000;

/// The call.
#[component]
pub(super) fn ToolCall(id: MessageId, call: Memo<Tool>) -> impl IntoView {
    let summary = move || {
        call.with(|call| match (&call.code, &call.result) {
            _ if call.pending.is_some() => format!("{} {}", strings::WANTS, call.name),
            _ if call.rejected => format!("{} {}", strings::REJECTED, call.name),
            (Some(_), None) => strings::RUNNING_CODE.to_owned(),
            (Some(_), Some(result)) if result.errors.is_empty() => strings::RAN_CODE.to_owned(),
            (Some(_), Some(_)) => strings::FAILED_CODE.to_owned(),
            (None, None) => format!("{} {}…", strings::CALLING, call.name),
            (None, Some(_)) => format!("{} {}", strings::CALLED, call.name),
        })
    };
    let running = move || call.with(|call| call.result.is_none() && call.pending.is_none() && !call.rejected);
    let pending = Memo::new(move |_| call.with(|call| call.pending.clone()));
    let embeds = Memo::new(move |_| call.with(|call| call.embeds.clone()));
    let source = Memo::new(move |_| call.with(|call| call.code.clone().unwrap_or_else(|| call.arguments.clone())));
    let language = move || call.with(|call| if call.code.is_some() { "python" } else { "json" });
    let result = Memo::new(move |_| call.with(|call| call.result.clone()));
    let figures = Memo::new(move |_| {
        result.with(|result| result.as_ref().map(|result| result.figures.clone()).unwrap_or_default())
    });
    view! {
        <details class="tool">
            <summary class:shimmer=running>{summary}</summary>
            {move || view! { <CodeBlock language=language().to_owned() code=source.get() /> }}
            {move || {
                result
                    .get()
                    .map(|result| {
                        view! {
                            <section class="tool-output" aria-label=strings::OUTPUT>
                                {stream(without_figures(&result.text), "stdout")}
                                {stream(result.errors, "stderr")}
                            </section>
                        }
                    })
            }}
        </details>
        {move || pending.get().map(|pending| view! { <Waiting id=id.clone() pending=pending /> })}
        <Embeds
            embeds=embeds
            on_prompt=super::prompt::callback()
            args=Signal::derive(move || Some(call.with(|call| call.arguments.clone())))
        />
        <For each=move || figures.get().into_iter().enumerate() key=|one| one.clone() let:one>
            <p class="tool-figure">
                <StoredImage path=one.1 alt="Figure".to_owned() />
            </p>
        </For>
    }
}

fn stream(text: String, class: &'static str) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| view! { <LongText text=text class=class shown=SHOWN more=strings::SHOW_MORE /> })
}

/// A call that waits for the person: to be approved, or to be answered.
#[component]
fn Waiting(id: MessageId, pending: Pending) -> impl IntoView {
    let store = store::chat();
    let Pending { call_id, question } = pending;
    let entries = RwSignal::new(
        question
            .as_ref()
            .map(|question| question.fields.iter().map(|field| field.value.clone()).collect::<Vec<_>>())
            .unwrap_or_default(),
    );
    let problem = RwSignal::new(None);
    let resolve = move |decision: Decision| {
        store.user(User::Resolve { message: id.clone(), call_id: call_id.clone(), decision });
    };
    let refuse = resolve.clone();
    let asked = question.clone();
    let accept = move |_| {
        let decision = Decision::Accept(entries.get_untracked());
        match asked.as_ref().map(|question| question.answer(&decision)) {
            Some(Err(wrong)) => problem.set(Some(wrong)),
            _ => resolve(decision),
        }
    };
    let fill = Callback::new(move |(at, entry): (usize, Entry)| {
        problem.set(None);
        entries.update(|entries| {
            if let Some(slot) = entries.get_mut(at) {
                *slot = entry;
            }
        });
    });
    let words = if question.is_some() { strings::ANSWER } else { strings::APPROVE };
    let fields = question.map(|question| {
        view! { <Fields fields=question.fields entries=entries.get_untracked() on_fill=fill problem=problem /> }
    });
    view! {
        <div class="tool-waiting">
            {fields}
            <div class="dialog-buttons">
                <button type="button" on:click=move |_| refuse(Decision::Decline)>
                    {strings::REJECT}
                </button>
                <button type="button" class="primary" on:click=accept>
                    {words}
                </button>
            </div>
        </div>
    }
}
