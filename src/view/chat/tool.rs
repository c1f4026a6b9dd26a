//! The steps of a group: what is seen when one is opened, and what stays in view of it.

mod result;
mod waiting;

use super::embeds::Embeds;
use super::markdown::{CodeBlock, Markdown};
use super::run::CodeRun;
use super::stored_image::StoredImage;
use super::strings;
use crate::ids::MessageId;
use crate::state::parts::{Arguments, CallState, Part, ProviderCall, TerminalFile, Tool, arguments};
use leptos::prelude::*;
use result::Result;
use std::mem::discriminant;
pub(super) use waiting::Waiting;

/// What a step shows when it is open.
#[component]
pub(super) fn StepBody(part: Memo<Option<Part>>) -> impl IntoView {
    let kind = Memo::new(move |_| part.with(|part| part.as_ref().map(discriminant)));
    move || {
        kind.get();
        match part.get_untracked()? {
            Part::Reasoning { .. } => {
                let text = Signal::derive(move || match part.get() {
                    Some(Part::Reasoning { text, .. }) => text,
                    _ => String::new(),
                });
                let growing = Signal::derive(move || matches!(part.get(), Some(Part::Reasoning { running: true, .. })));
                Some(view! { <Markdown text=text growing=growing /> }.into_any())
            }
            Part::Tool(_) => Some(view! { <Call call=followed(part) /> }.into_any()),
            Part::Provider(_) => {
                let call = move || {
                    part.get().map(|part| if let Part::Provider(call) = part { Some(lines(*call)) } else { None })
                };
                Some(view! { <ul class="step-lines">{call}</ul> }.into_any())
            }
            _ => None,
        }
    }
}

/// The call of a step, followed.
fn followed(part: Memo<Option<Part>>) -> Memo<Tool> {
    Memo::new(move |_| match part.get() {
        Some(Part::Tool(call)) => *call,
        _ => Tool::default(),
    })
}

/// What a provider's tool looked for and read.
fn lines(call: ProviderCall) -> impl IntoView {
    let lines = call.lines.into_iter().map(|line| view! { <li dir="auto">{line}</li> });
    let links = call.links.into_iter().map(|url| {
        view! {
            <li>
                <a href=url.clone() target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
                    {url.clone()}
                </a>
            </li>
        }
    });
    (lines.collect_view(), links.collect_view())
}

/// What a call was given and what it gave back.
#[component]
fn Call(call: Memo<Tool>) -> impl IntoView {
    let code = Memo::new(move |_| call.with(|call| call.code.clone()));
    let given = Memo::new(move |_| call.with(|call| arguments(&call.arguments)));
    let result = Memo::new(move |_| call.with(|call| call.result.clone()));
    view! {
        {move || match code.get() {
            Some(code) => view! { <CodeBlock language="python".to_owned() code=code /> }.into_any(),
            None => given_view(given.get()),
        }}
        {move || result.get().map(|result| view! { <Result result=result /> })}
    }
}

fn given_view(given: Arguments) -> AnyView {
    match given {
        Arguments::Flat(fields) if fields.is_empty() => ().into_any(),
        Arguments::Flat(fields) => {
            let row = |(name, value)| view! { <dt dir="auto">{name}</dt> <dd dir="auto">{value}</dd> };
            view! {
                <dl class="arguments" aria-label=strings::arguments()>
                    {fields.into_iter().map(row).collect_view()}
                </dl>
            }
            .into_any()
        }
        Arguments::Json(text) => view! { <CodeBlock language="json".to_owned() code=text /> }.into_any(),
        Arguments::Text(text) if text.is_empty() => ().into_any(),
        Arguments::Text(text) => view! { <pre class="message-other" dir="ltr" tabindex="0">{text}</pre> }.into_any(),
    }
}

/// What of a step is in view whether its group is open or not.
#[component]
pub(super) fn InView(id: MessageId, part: Memo<Option<Part>>) -> impl IntoView {
    let is_call = Memo::new(move |_| part.with(|part| matches!(part, Some(Part::Tool(_)))));
    move || is_call.get().then(|| view! { <CallInView id=id.clone() call=followed(part) /> })
}

#[component]
fn CallInView(id: MessageId, call: Memo<Tool>) -> impl IntoView {
    let pending = Memo::new(move |_| call.with(|call| call.pending.clone()));
    let embeds = Memo::new(move |_| call.with(|call| call.embeds.clone()));
    let file = Memo::new(move |_| call.with(|call| call.file.clone()));
    let figures = Memo::new(move |_| {
        call.with(|call| call.result.as_ref().map(|result| result.figures.clone()).unwrap_or_default())
    });
    // The server never ran it, or was stopped before it did.
    let unrun = Memo::new(move |_| {
        call.with(|call| match (call.state, &call.code) {
            (CallState::NotRun | CallState::Stopped, Some(code)) if call.result.is_none() => code.clone(),
            _ => String::new(),
        })
    });
    view! {
        {move || pending.get().map(|pending| view! { <Waiting id=id.clone() pending=pending /> })}
        <Show when=move || !unrun.with(String::is_empty)>
            <div class="unrun">
                <p>{strings::not_run_hint()}</p>
                <CodeRun code=unrun />
            </div>
        </Show>
        {move || file.get().map(file_row)}
        <Embeds
            embeds=embeds
            on_prompt=super::prompt::callback()
            args=Signal::derive(move || Some(call.with(|call| call.arguments.clone())))
        />
        <For each=move || figures.get().into_iter().enumerate() key=|one| one.clone() let:one>
            <p class="tool-figure">
                <StoredImage path=one.1 alt=strings::figure().to_owned() />
            </p>
        </For>
    }
}

/// A file that is in the server's terminal, where this page can't fetch it.
fn file_row(file: TerminalFile) -> impl IntoView {
    view! {
        <p class="terminal-file">
            <span class="file" dir="auto">
                {file.name}
            </span>
            <span class="terminal-path">{strings::in_terminal()} " " <bdi dir="ltr">{file.path}</bdi></span>
        </p>
    }
}
