//! Python of the conversation that the person can run, for whatever shows code: `CodeRun` is the button and the output
//! below it; a view that has its own place for each takes `RunButton` and `RunOutput` with one [`Running`].

use super::conversation::Leave;
use super::lines::Lines;
use super::{store, strings};
use crate::ids::MessageId;
use crate::protocol::execute::ReplyStatus;
use crate::state::client::{Change, RunPhase, RunPlace, User};
use crate::view::common::icon::{Icon, icon};
use crate::view::common::output::{OutputList, OutputsView};
use crate::view::common::progress::Elapsed;
use crate::view::common::question::QuestionView;
use leptos::prelude::*;
use std::cell::Cell;

/// The message that a view is part of: a context of its parts.
#[derive(Clone)]
pub(super) struct InMessage(pub MessageId);

/// Whether the label of a code block says that it is Python.
pub(super) fn is_python(language: &str) -> bool {
    ["python", "py", "python3", "ipython"].iter().any(|known| language.eq_ignore_ascii_case(known))
}

/// Code that can be run, and its last run.
#[derive(Clone, Copy)]
pub(super) struct Running {
    place: RunPlace,
    code: Signal<String>,
    message: StoredValue<Option<MessageId>>,
    /// None if it wasn't run yet.
    phase: Memo<Option<RunPhase>>,
    /// Whether it can be run at all.
    pub offered: Memo<bool>,
}

impl Running {
    /// Code of the message that this view is part of. If it ran before, its output is found again.
    pub(super) fn of(code: Signal<String>) -> Self {
        let store = store::chat();
        let message = use_context::<InMessage>().map(|InMessage(id)| id);
        let known = message
            .as_ref()
            .and_then(|id| code.with_untracked(|code| store.peek(|client| client.runs.place_of(id, code))));
        let place = known.unwrap_or_else(fresh_place);
        let is_placed = message.is_some();
        let phase =
            Memo::new(move |_| store.read(Change::Run(place), |client| client.runs.get(place).map(|run| run.phase)));
        let offered = Memo::new(move |_| is_placed && store.read(Change::Choices, |client| client.runs_python()));
        Self { place, code, message: StoredValue::new(message), phase, offered }
    }

    fn goes_on(self) -> bool {
        self.phase.get().is_some_and(|phase| !phase.is_over())
    }

    /// Runs it, unless it runs already.
    pub(super) fn start(self) {
        if self.phase.get_untracked().is_none_or(RunPhase::is_over) {
            self.press();
        }
    }

    /// Runs it, or stops it.
    pub(super) fn press(self) {
        let store = store::chat();
        let place = self.place;
        if self.phase.get_untracked().is_some_and(|phase| !phase.is_over()) {
            store.user(User::StopRun(place));
        } else if let Some(message) = self.message.get_value() {
            store.user(User::Run { place, message, code: self.code.get_untracked() });
        }
    }
}

fn fresh_place() -> RunPlace {
    thread_local! {
        static LAST: Cell<u32> = const { Cell::new(0) };
    }
    LAST.set(LAST.get() + 1);
    RunPlace(LAST.get())
}

/// The button and the output below it, for code of the message that this view is part of ([`InMessage`]); nothing where
/// the server lets no code be run here, or outside of messages.
///
/// It runs in the chat's kernel, behind what runs there already. The output of its last run is found again when the view
/// is made anew with the same code.
#[component]
pub(super) fn CodeRun(
    /// Python; what it is at the press is what runs.
    #[prop(into)]
    code: Signal<String>,
) -> impl IntoView {
    let running = Running::of(code);
    view! {
        <div class="code-run">
            <RunButton running=running />
            <RunOutput running=running />
        </div>
    }
}

/// "Run", and "Stop" while it runs: one button, so that the focus stays.
#[component]
pub(super) fn RunButton(running: Running) -> impl IntoView {
    let look = move || match running.goes_on() {
        true => (icon(Icon::Stop), strings::stop()),
        false => (icon(Icon::Play), strings::run()),
    };
    view! {
        <Show when=move || running.offered.get()>
            <button type="button" class="run" on:click=move |_| running.press()>
                {look}
            </button>
        </Show>
    }
}

/// What the last run put out, once there was one.
#[component]
pub(super) fn RunOutput(
    running: Running,
    /// Shows a line of the code, if that is in view.
    #[prop(optional)]
    on_line: Option<Callback<u32>>,
) -> impl IntoView {
    let store = store::chat();
    let lines = Lines::here();
    let Running { place, phase, .. } = running;
    if let Some(show) = on_line {
        lines.shown_by(place, show);
    }
    let outputs = StoredValue::new_local(OutputList::default());
    Effect::new(move |_| {
        store.read(Change::Run(place), |client| {
            if let Some(run) = client.runs.get(place) {
                outputs.with_value(|list| list.follow(&run.outputs));
            }
        });
    });
    let question = Memo::new(move |_| {
        store.read(Change::Run(place), |client| client.runs.get(place).and_then(|run| run.question.clone()))
    });
    let is_empty = Memo::new(move |_| outputs.with_value(OutputList::is_empty));
    let note = move || match phase.get()? {
        RunPhase::Waiting => Some(strings::run_waits()),
        RunPhase::Running => question.with(Option::is_none).then_some(strings::run_goes_on()),
        RunPhase::Ended(ReplyStatus::Aborted) => Some(strings::run_aborted()),
        RunPhase::Ended(_) => is_empty.get().then_some(strings::no_output()),
    };
    let on_save = Callback::new(move |key| store.user(User::SaveOutput(place, key)));
    let leave = use_context::<Leave>();
    let on_place = Callback::new(move |named| {
        if let Some(Leave(leave)) = leave {
            leave.run(());
        }
        lines.go_to(store, place, named);
    });
    view! {
        <Show when=move || phase.with(Option::is_some)>
            <section class="tool-output run-output" aria-label=strings::output()>
                <OutputsView outputs=outputs.get_value() on_save=on_save on_place=Some(on_place) />
                {move || {
                    question
                        .get()
                        .map(|(prompt, password)| {
                            let answer = move |line| store.user(User::AnswerRun(place, line));
                            view! { <QuestionView prompt=prompt password=password on_answer=answer /> }
                        })
                }}
                <p class="output-note" role="status">
                    {note}
                    <Show when=move || running.goes_on()>
                        <Elapsed />
                    </Show>
                </p>
            </section>
        </Show>
    }
}
