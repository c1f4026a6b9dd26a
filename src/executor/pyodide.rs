//! The life of the embedded kernel: Pyodide in a worker in a sandboxed frame, one run at a time.
//!
//! The frame, the fetching and the clock are the driver's; this machine decides what happens when.

mod questions;
mod run;

use super::packages::{LockFile, LockPackage};
use super::{Executor, Millis, Step};
use crate::ids::MsgId;
use crate::protocol::execute::{
    Display, ErrorInfo, ExecuteReply, ExecuteRequest, KernelMessage, KernelRequest, KernelStatus, Output, Progress,
    Question, ReplyStatus, StreamName,
};
use crate::protocol::worker::{DisplayKind, Head, Reply, WorkerMessage};
use questions::Asked;
use run::{Deadline, Run};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How long running code may ignore an interrupt before its engine is replaced (SECURITY.md 3.2).
const STOP_PATIENCE: Millis = 1_500.0;
/// How long packages may take to load.
const PACKAGES_LIMIT: Millis = 120_000.0;
/// What an engine takes along when it goes, after what it is that goes.
const GONE: &str = "variables are gone, files of earlier runs are not";

/// What the sandbox and the fetching bring.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// The distribution's lock file was read; comes before `Ready`.
    Lock(Arc<LockFile>),
    /// The engine could not be started; a sentence for people.
    Failed(String),
    /// A long step goes on.
    Progress(Progress),
    /// The worker said something.
    Worker(WorkerMessage),
    /// The worker said something that can't be read, or its frame ended it; a sentence for people.
    Broken(String),
    /// There is another engine that has more than this one, in which nothing has run.
    Better,
    /// The wheels for a run could not be had; a sentence for people.
    FetchFailed {
        /// The run that needs them.
        id: MsgId,
        /// Why.
        why: String,
    },
}

/// What the sandbox and the fetching are to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// Run this.
    Exec(ExecuteRequest),
    /// Interrupt the running code.
    Interrupt,
    /// The line that the code waits for.
    Stdin(Option<String>),
    /// Answer this.
    Ask(MsgId, Question),
    /// Fetch, verify and install these; none means: run on without.
    Install {
        /// The run that needs them.
        id: MsgId,
        /// Their closure, without those that are installed.
        packages: Vec<LockPackage>,
    },
}

/// The machine.
#[derive(Debug, Default)]
pub struct Pyodide {
    phase: Phase,
    queue: VecDeque<ExecuteRequest>,
    lock: Option<Arc<LockFile>>,
    installed: BTreeSet<String>,
    /// The run that waits for an engine, though for its user it goes on already.
    waiting: Option<MsgId>,
    asked: BTreeMap<MsgId, Asked>,
    /// When an interpreter that doesn't come back from a question is given up.
    hung: Option<Millis>,
    count: u32,
    shown: KernelStatus,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Off,
    Starting {
        /// Whether it takes the place of one that was gone before it was ready.
        is_second: bool,
    },
    Idle,
    Busy(Box<Run>),
    Dead,
    Disposed,
}

type Steps = Vec<Step<Outgoing>>;

impl Pyodide {
    /// A kernel that is off.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the distribution has, once it is known.
    pub fn lock(&self) -> Option<Arc<LockFile>> {
        self.lock.clone()
    }

    /// Whether somebody waits for what the engine says.
    pub fn is_awaited(&self) -> bool {
        matches!(self.phase, Phase::Starting { .. } | Phase::Busy(_))
    }

    /// Whether no code has run in this engine yet, though its first run may wait for packages.
    pub fn is_untouched(&self) -> bool {
        match &self.phase {
            Phase::Idle => self.count == 0,
            Phase::Busy(run) => run.request.is_some() && matches!(run.deadline, Some((_, Deadline::Packages))),
            Phase::Off | Phase::Starting { .. } | Phase::Dead | Phase::Disposed => false,
        }
    }

    /// Changes over to a fresh engine, and takes the first run there. Where nothing waits, nobody need hear of it.
    fn begin_again(&mut self, steps: &mut Steps) {
        if !self.is_untouched() {
            return;
        }
        if let Phase::Busy(run) = std::mem::take(&mut self.phase)
            && let Some(request) = run.request
        {
            self.waiting = Some(request.id.clone());
            self.queue.push_front(request);
        }
        self.close(steps);
        self.set_up(steps);
        if self.shown != KernelStatus::Idle {
            self.show(steps);
        }
    }

    fn open(&mut self, steps: &mut Steps) {
        self.set_up(steps);
        self.show(steps);
    }

    fn set_up(&mut self, steps: &mut Steps) {
        self.installed.clear();
        self.count = 0;
        self.phase = Phase::Starting { is_second: false };
        steps.push(Step::Open);
    }

    fn show(&mut self, steps: &mut Steps) {
        let status = self.status();
        if status != self.shown {
            self.shown = status;
            steps.push(Step::Emit(KernelMessage::Status(status)));
        }
    }

    /// Starts the next run if the engine is free.
    fn advance(&mut self, now: Millis, steps: &mut Steps) {
        if matches!(self.phase, Phase::Idle)
            && let Some(request) = self.queue.pop_front()
        {
            self.count += 1;
            self.waiting = None;
            self.phase = Phase::Busy(Run::new(&request, self.count, now).into());
            self.show(steps);
            steps.push(Step::Emit(KernelMessage::Started { parent: request.id.clone() }));
            steps.push(Step::Send(Outgoing::Exec(request)));
        }
        self.show(steps);
    }

    fn run(&mut self, id: &MsgId) -> Option<&mut Run> {
        match &mut self.phase {
            Phase::Busy(run) if run.id == *id => Some(run),
            _ => None,
        }
    }

    /// Ends the running run with an error of ours.
    fn fail_run(&mut self, ename: &str, evalue: String, steps: &mut Steps) {
        if let Phase::Busy(run) = std::mem::replace(&mut self.phase, Phase::Idle) {
            let error = ErrorInfo { ename: ename.to_owned(), traceback: vec![format!("{ename}: {evalue}")], evalue };
            emit_error(run.id, run.count, error, steps);
        }
    }

    /// Answers every queued run without running it.
    fn abort_queue(&mut self, steps: &mut Steps) {
        for request in std::mem::take(&mut self.queue) {
            steps.push(aborted(request.id));
        }
    }

    /// The engine is gone by itself. One that has run nothing yet has lost nothing: there is a second one, once.
    fn go(&mut self, ename: &str, why: String, now: Millis, steps: &mut Steps) {
        if !matches!(self.phase, Phase::Starting { is_second: false }) {
            return self.die(ename, why, now, steps);
        }
        self.close(steps);
        self.open(steps);
        self.phase = Phase::Starting { is_second: true };
    }

    /// The engine is gone, and with it what ran in it.
    fn die(&mut self, ename: &str, why: String, now: Millis, steps: &mut Steps) {
        self.close(steps);
        let was_starting = matches!(self.phase, Phase::Starting { .. });
        self.fail_run(ename, format!("{why} Its {GONE}; the next run starts a fresh kernel."), steps);
        self.phase = Phase::Dead;
        if was_starting {
            for request in std::mem::take(&mut self.queue) {
                let error = ErrorInfo {
                    ename: ename.to_owned(),
                    evalue: why.clone(),
                    traceback: vec![format!("{ename}: {why}")],
                };
                emit_error(request.id, 0, error, steps);
            }
            steps.push(Step::Emit(KernelMessage::Progress(Progress { text: why, ..Progress::default() })));
        }
        self.show(steps);
        if !self.queue.is_empty() {
            self.open(steps);
        }
        self.advance(now, steps);
    }

    /// The engine is taken away and a fresh one started at once.
    fn replace(&mut self, ename: &str, why: &str, steps: &mut Steps) {
        self.close(steps);
        self.fail_run(ename, why.to_owned(), steps);
        self.open(steps);
    }

    fn interrupt(&mut self, now: Millis, steps: &mut Steps) {
        if let Phase::Busy(run) = &mut self.phase {
            if !run.is_stopping() {
                run.deadline = Some((now + STOP_PATIENCE, Deadline::Stop));
            }
            steps.push(Step::Send(Outgoing::Interrupt));
        } else if let Some(id) = self.waiting.take() {
            self.drop_queued(id, steps);
        }
    }

    /// Answers a queued run without running it.
    fn drop_queued(&mut self, id: MsgId, steps: &mut Steps) {
        if let Some(at) = self.queue.iter().position(|request| request.id == id) {
            self.queue.remove(at);
            steps.push(aborted(id));
        }
    }

    fn said(&mut self, message: WorkerMessage, now: Millis, steps: &mut Steps) {
        match message.head.clone() {
            Head::Ready { packages, .. } if matches!(self.phase, Phase::Starting { .. }) => {
                self.installed.extend(packages);
                self.phase = Phase::Idle;
            }
            Head::Need { id, imports, early } => self.need(id, &imports, early, now, steps),
            Head::Installed { id, names, bad } => {
                self.installed.extend(names);
                if let Some(run) = self.run(&id) {
                    run.request = None;
                    run.loading = run.loading.saturating_sub(1);
                    run.resume(now);
                    if let Some(bad) = bad.filter(|bad| !bad.is_empty()) {
                        warn(id.clone(), bad, steps);
                    }
                    steps.push(Step::Emit(KernelMessage::Started { parent: id }));
                }
            }
            Head::Stream { id, name } => {
                let text = message.text();
                let Some(run) = self.run(&id) else { return };
                match run.output_left.checked_sub(text.len()) {
                    Some(left) => {
                        run.output_left = left;
                        steps.push(output(id, Output::Stream { name, text }));
                    }
                    None => {
                        let why = format!("The sandbox sent more output than its limit of {} bytes.", run.output_limit);
                        self.die("KernelDied", why, now, steps);
                    }
                }
            }
            Head::Display { id, kind, display_id, mimes, metadata } => {
                if self.run(&id).is_some() {
                    let display = Display { data: message.bundle(mimes), metadata, display_id };
                    steps.push(Step::Emit(display_message(id, kind, display)));
                }
            }
            Head::ClearOutput { id, wait } if self.run(&id).is_some() => {
                steps.push(Step::Emit(KernelMessage::ClearOutput { parent: id, wait }));
            }
            Head::Overflow { id, name, dropped } if self.run(&id).is_some() => {
                let data = message.payloads.into_iter().next().unwrap_or_default().into();
                steps.push(Step::Emit(KernelMessage::Overflow { parent: id, name, data, dropped }));
            }
            Head::InputRequest { id, prompt, password } => {
                if let Some(run) = self.run(&id)
                    && !run.waiting_for_input
                {
                    run.waiting_for_input = true;
                    run.pause(now);
                    steps.push(Step::Emit(KernelMessage::InputRequest { parent: id, prompt, password }));
                }
            }
            Head::Answer { id } => self.answered(id, &message.text(), steps),
            Head::Reply { id } => self.replied(id, &message.text(), now, steps),
            Head::Dead { why } => {
                self.go("KernelDied", format!("The Python interpreter stopped ({why})."), now, steps);
            }
            Head::Error { error } => {
                self.die("KernelError", format!("The Python sandbox failed: {error}."), now, steps);
            }
            // Files are the driver's to keep.
            Head::Ready { .. }
            | Head::ClearOutput { .. }
            | Head::Overflow { .. }
            | Head::File { .. }
            | Head::Fetch { .. }
            | Head::FetchEnd { .. } => {}
        }
    }

    fn need(&mut self, id: MsgId, imports: &[String], early: bool, now: Millis, steps: &mut Steps) {
        let packages: Vec<_> = match &self.lock {
            Some(lock) => lock
                .for_imports(imports.iter().map(String::as_str))
                .into_iter()
                .filter(|package| !self.installed.contains(&package.name))
                .collect(),
            None => Vec::new(),
        };
        if let Some(run) = self.run(&id) {
            run.request.take_if(|_| !early);
            run.pause(now);
            run.loading += 1;
            if !run.is_stopping() {
                run.deadline = Some((now + PACKAGES_LIMIT, Deadline::Packages));
            }
            steps.push(Step::Send(Outgoing::Install { id, packages }));
        } else if matches!(self.phase, Phase::Idle | Phase::Busy(_)) {
            // A task that has outlived its run: it must not wait for ever.
            steps.push(Step::Send(Outgoing::Install { id, packages: Vec::new() }));
        }
    }

    fn replied(&mut self, id: MsgId, json: &str, now: Millis, steps: &mut Steps) {
        let Some(run) = self.run(&id) else { return };
        let count = run.count;
        self.phase = Phase::Idle;
        // serde_json refuses what is nested deeper than 128: then the reply is an error that says so.
        match serde_json::from_str::<Reply>(json) {
            Ok(reply) if reply.status == "ok" => {
                let reply =
                    ExecuteReply { status: ReplyStatus::Ok, execution_count: count, result: reply.result, error: None };
                steps.push(Step::Emit(KernelMessage::Reply { parent: id, reply }));
            }
            Ok(reply) => {
                let error = ErrorInfo { ename: reply.ename, evalue: reply.evalue, traceback: reply.traceback };
                emit_error(id, count, error, steps);
            }
            Err(error) => {
                let evalue = format!("The run's result could not be read ({error}).");
                let error = ErrorInfo { ename: "BadReply".into(), traceback: vec![evalue.clone()], evalue };
                emit_error(id, count, error, steps);
            }
        }
        self.advance(now, steps);
    }
}

impl Executor for Pyodide {
    type Incoming = Incoming;
    type Outgoing = Outgoing;

    fn request(&mut self, request: KernelRequest, now: Millis) -> Steps {
        let mut steps = Steps::new();
        match request {
            KernelRequest::Start { .. } => {
                if matches!(self.phase, Phase::Off | Phase::Dead) {
                    self.open(&mut steps);
                }
            }
            KernelRequest::Execute(request) => match self.phase {
                Phase::Disposed => steps.push(aborted(request.id)),
                _ => {
                    if self.queue.is_empty() && !matches!(self.phase, Phase::Busy(_)) {
                        self.waiting = Some(request.id.clone());
                    }
                    self.queue.push_back(request);
                    if matches!(self.phase, Phase::Off | Phase::Dead) {
                        self.open(&mut steps);
                    }
                    self.advance(now, &mut steps);
                }
            },
            KernelRequest::Cancel(id) => {
                if self.run(&id).is_some() {
                    self.interrupt(now, &mut steps);
                } else {
                    if self.waiting.as_ref() == Some(&id) {
                        self.waiting = self.queue.get(1).map(|next| next.id.clone());
                    }
                    self.drop_queued(id, &mut steps);
                }
            }
            KernelRequest::Interrupt => self.interrupt(now, &mut steps),
            KernelRequest::Restart => {
                if !matches!(self.phase, Phase::Disposed) {
                    self.abort_queue(&mut steps);
                    self.replace("KernelRestarted", &format!("The kernel was restarted; {GONE}."), &mut steps);
                }
            }
            KernelRequest::InputReply { parent, line } => {
                if let Some(run) = self.run(&parent)
                    && std::mem::take(&mut run.waiting_for_input)
                {
                    run.resume(now);
                    steps.push(Step::Send(Outgoing::Stdin(line)));
                }
            }
            KernelRequest::Ask { id, question } => self.ask(id, question, now, &mut steps),
            KernelRequest::Dispose => {
                if !matches!(self.phase, Phase::Disposed) {
                    self.close(&mut steps);
                    self.fail_run("KernelDisposed", "The kernel was closed while the code ran.".into(), &mut steps);
                    self.abort_queue(&mut steps);
                    self.phase = Phase::Disposed;
                    self.show(&mut steps);
                }
            }
        }
        steps
    }

    fn receive(&mut self, incoming: Incoming, now: Millis) -> Steps {
        let mut steps = Steps::new();
        match incoming {
            _ if matches!(self.phase, Phase::Off | Phase::Dead | Phase::Disposed) => {}
            Incoming::Lock(lock) => self.lock = Some(lock),
            // To its user it is ready.
            Incoming::Progress(_) if self.shown == KernelStatus::Idle => {}
            Incoming::Progress(progress) => steps.push(Step::Emit(KernelMessage::Progress(progress))),
            Incoming::Better => self.begin_again(&mut steps),
            Incoming::Failed(why) => self.die("KernelNotStarted", why, now, &mut steps),
            Incoming::Broken(why) => self.go("KernelDied", why, now, &mut steps),
            Incoming::FetchFailed { id, why } => {
                if self.run(&id).is_some() {
                    warn(id.clone(), why, &mut steps);
                    steps.push(Step::Send(Outgoing::Install { id, packages: Vec::new() }));
                }
            }
            Incoming::Worker(message) => {
                self.said(message, now, &mut steps);
                self.advance(now, &mut steps);
            }
        }
        steps
    }

    fn tick(&mut self, now: Millis) -> Steps {
        let mut steps = Steps::new();
        self.give_up_questions(now, &mut steps);
        if let Phase::Busy(run) = &self.phase
            && let Some((at, kind)) = run.deadline
            && now >= at
        {
            let (ename, why) = match kind {
                Deadline::Packages => ("TimeoutError", replaced("The packages took longer than 2 minutes to load")),
                Deadline::Code => (
                    "TimeoutError",
                    replaced(&format!(
                        "Execution Time Limit Exceeded: the code ran for longer than {} s",
                        run.timeout.unwrap_or_default() / 1_000.0
                    )),
                ),
                Deadline::Stop => ("KeyboardInterrupt", replaced("The code did not stop when asked")),
            };
            self.replace(ename, &why, &mut steps);
        }
        steps
    }

    fn wake_at(&self) -> Option<Millis> {
        let deadline = match &self.phase {
            Phase::Busy(run) => run.deadline.map(|(at, _)| at),
            _ => None,
        };
        deadline.into_iter().chain(self.first_question_ends()).reduce(Millis::min)
    }

    fn status(&self) -> KernelStatus {
        match self.phase {
            Phase::Off => KernelStatus::Off,
            Phase::Starting { .. } => KernelStatus::Starting,
            Phase::Idle => KernelStatus::Idle,
            Phase::Busy(_) => KernelStatus::Busy,
            Phase::Dead | Phase::Disposed => KernelStatus::Dead,
        }
    }
}

fn output(parent: MsgId, output: Output) -> Step<Outgoing> {
    Step::Emit(KernelMessage::Output { parent, output })
}

/// A sentence of ours among the run's errors.
fn warn(parent: MsgId, mut text: String, steps: &mut Steps) {
    text.push('\n');
    steps.push(output(parent, Output::Stream { name: StreamName::Stderr, text }));
}

fn aborted(parent: MsgId) -> Step<Outgoing> {
    let reply = ExecuteReply { status: ReplyStatus::Aborted, ..ExecuteReply::default() };
    Step::Emit(KernelMessage::Reply { parent, reply })
}

/// Why a run has ended whose engine did not come through it.
fn replaced(why: &str) -> String {
    format!("{why}, so the kernel was replaced; {GONE}.")
}

fn emit_error(parent: MsgId, execution_count: u32, error: ErrorInfo, steps: &mut Steps) {
    steps.push(output(parent.clone(), Output::Error(error.clone())));
    let reply =
        ExecuteReply { status: ReplyStatus::Error, execution_count, error: Some(error), ..ExecuteReply::default() };
    steps.push(Step::Emit(KernelMessage::Reply { parent, reply }));
}

fn display_message(parent: MsgId, kind: DisplayKind, display: Display) -> KernelMessage {
    match kind {
        DisplayKind::DisplayData => KernelMessage::Output { parent, output: Output::DisplayData(display) },
        DisplayKind::ExecuteResult => KernelMessage::Output { parent, output: Output::ExecuteResult(display) },
        DisplayKind::UpdateDisplayData => {
            KernelMessage::UpdateDisplay { parent, display_id: display.display_id.clone().unwrap_or_default(), display }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
