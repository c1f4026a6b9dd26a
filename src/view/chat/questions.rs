//! What the server, or its code, asks the person: one question at a time.

use super::dialog::Dialog;
use super::form::Fields;
use super::long_text::LongText;
use super::markdown::Markdown;
use super::{store, strings};
use crate::protocol::chat::question::Decision;
use crate::state::capability::Asked;
use crate::state::client::{Change, Open, QuestionId, User, Waiting, What};
use leptos::prelude::*;

/// Characters of code that are shown at first (SECURITY.md 5.1).
const CODE_SHOWN: usize = 4_000;

/// The question that is to be answered now, and where others wait.
#[component]
pub(super) fn Questions() -> impl IntoView {
    let store = store::chat();
    let shown = Memo::new(move |_| store.read(Change::Questions, |client| client.question().map(|open| open.id)));
    let elsewhere = Memo::new(move |_| {
        store.read(Change::Chats, |_| ());
        store.read(Change::Questions, |client| {
            let title =
                |id| client.chats.iter().find(|row| row.id == id).map(|row| row.title.clone()).unwrap_or_default();
            client.asking_elsewhere().into_iter().map(|id| (id.clone(), title(id))).collect::<Vec<_>>()
        })
    });
    view! {
        <For each=move || elsewhere.get() key=|chat| chat.clone() let:chat>
            <p class="question-elsewhere" role="status">
                {strings::question_elsewhere()}
                " "
                <button
                    type="button"
                    dir="auto"
                    on:click={
                        let id = chat.0.clone();
                        move |_| store.open(Some(id.clone()))
                    }
                >
                    {if chat.1.is_empty() { strings::untitled().to_owned() } else { chat.1.clone() }}
                </button>
            </p>
        </For>
        {move || shown.get().map(|id| view! { <One id=id /> })}
    }
}

#[component]
fn One(id: QuestionId) -> impl IntoView {
    let store = store::chat();
    let open = store.peek(|client| client.questions.open.iter().find(|open| open.id == id).cloned());
    open.map(|open| match open.what.clone() {
        What::Form(question) => view! { <Form open=open question=*question /> }.into_any(),
        What::Execute(code) => view! { <Run id=id code=code /> }.into_any(),
        What::Capability { asked, .. } => view! { <Wish id=id asked=asked /> }.into_any(),
    })
}

fn decide(id: QuestionId, decision: Decision) -> Callback<()> {
    let store = store::chat();
    Callback::new(move |()| store.user(User::Decide(id, decision.clone())))
}

/// Who asks: the server, and the chat that it is about.
#[component]
fn Asker() -> impl IntoView {
    let store = store::chat();
    let server = store.peek(|client| client.session.server.clone());
    let chat = store.peek(|client| client.chat.title.clone());
    view! {
        <p class="dialog-asker">
            {strings::asked_by()} " " <bdi>{server}</bdi>
            {(!chat.is_empty()).then(|| view! { " · " <bdi>{chat}</bdi> })}
        </p>
    }
}

#[component]
fn Form(open: Open, question: crate::protocol::chat::question::Question) -> impl IntoView {
    let store = store::chat();
    let id = open.id;
    let find = move |read: fn(&Open) -> Option<(usize, String)>| {
        store.read(Change::Questions, move |client| {
            client.questions.open.iter().find(|open| open.id == id).and_then(read)
        })
    };
    let problem = Signal::derive(move || find(|open| open.problem.clone()));
    let state = Signal::derive(move || {
        find(|open| match &open.state {
            Waiting::Call(_) => None,
            Waiting::Again(_) => Some((0, strings::waits_for_server().to_owned())),
            Waiting::Nobody => Some((1, strings::nobody_waits().to_owned())),
        })
    });
    let fill = Callback::new(move |(field, entry)| store.user(User::Fill(id, field, entry)));
    let between = question.can_decline().then(|| (strings::decline(), decide(id, Decision::Decline)));
    let link = question.link.clone().map(|url| {
        view! {
            <p>
                <a href=url.clone() target="_blank" rel="noopener noreferrer">
                    {strings::open_link()}
                </a>
                ": "
                <bdi>{url}</bdi>
            </p>
        }
    });
    let message = question.message.clone();
    view! {
        <Dialog
            title=question.title.clone()
            accept=strings::confirm()
            cancel=strings::cancel()
            on_accept=decide(id, Decision::Accept(Vec::new()))
            on_cancel=decide(id, Decision::Cancel)
            between=between
        >
            <Asker />
            <Markdown text=Signal::stored(message) />
            {link}
            <Fields fields=question.fields.clone() entries=open.entries.clone() on_fill=fill problem=problem />
            <p class="dialog-note" role="status">
                {move || state.get().map(|(_, words)| words)}
            </p>
        </Dialog>
    }
}

/// Code that wants to run.
#[component]
fn Run(id: QuestionId, code: String) -> impl IntoView {
    let store = store::chat();
    let trust = RwSignal::new(false);
    let accept = Callback::new(move |()| {
        let decided =
            if trust.get_untracked() { User::TrustSandbox(id) } else { User::Decide(id, Decision::Accept(Vec::new())) };
        store.user(decided);
    });
    view! {
        <Dialog
            title=strings::run_title().to_owned()
            accept=strings::run_in_sandbox()
            cancel=strings::refuse()
            on_accept=accept
            on_cancel=decide(id, Decision::Cancel)
        >
            <Asker />
            <p>{strings::run_hint()}</p>
            <LongText text=code class="dialog-code" shown=CODE_SHOWN more=strings::show_all() />
            <label class="check">
                <input type="checkbox" on:change=move |event| trust.set(event_target_checked(&event)) />
                <span>{strings::trust()}</span>
            </label>
        </Dialog>
    }
}

/// Something that running code wants.
#[component]
fn Wish(id: QuestionId, asked: Asked) -> impl IntoView {
    let (title, hint, what, accept) = match asked {
        Asked::Download { name, media_type, data } => (
            strings::download_title(),
            strings::download_hint(),
            format!("{name} ({media_type}, {} bytes)", data.len()),
            strings::save(),
        ),
        Asked::Open { url, host } => {
            (strings::open_title(), strings::open_hint(), format!("{host}: {url}"), strings::open())
        }
    };
    view! {
        <Dialog
            title=title.to_owned()
            accept=accept
            cancel=strings::refuse()
            on_accept=decide(id, Decision::Accept(Vec::new()))
            on_cancel=decide(id, Decision::Cancel)
        >
            <Asker />
            <p>{hint}</p>
            <p>
                <bdi>{what}</bdi>
            </p>
        </Dialog>
    }
}
