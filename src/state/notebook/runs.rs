//! The queue of runs: one is in the kernel's hands, the others wait here, so that the code after a failing
//! cell is never begun. What a run puts out goes to its cell by the run's id, never to a "current" one.

use super::Notebook;
use super::cell::{Cell, Ended, Phase, Question};
use super::message::{Change, Effect, Part, Then, Update};
use crate::ids::{CellId, DisplayId, MsgId};
use crate::protocol::execute::{
    Display, ExecuteReply, ExecuteRequest, KernelRequest, KernelStatus, Output, ReplyStatus, StreamName,
};
use crate::state::outputs::{self, OutputChange, Outputs};
use crate::state::strings;
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    active: Option<Run>,
    queue: VecDeque<Waiting>,
    count: u64,
}

/// The run in the kernel's hands.
#[derive(Clone, Debug)]
struct Run {
    id: MsgId,
    cell: CellId,
    code: String,
    began: Option<f64>,
    /// An exception was among its outputs.
    failed: bool,
}

/// A run that waits, with the code as it was when the user asked.
#[derive(Clone, Debug)]
struct Waiting {
    cell: CellId,
    code: String,
}

impl Runs {
    pub(super) fn is_busy(&self) -> bool {
        self.active.is_some() || !self.queue.is_empty()
    }
}

impl Notebook {
    pub(super) fn run_cell(&mut self, id: &CellId, then: Then, now: f64, out: &mut Update) {
        let Some(at) = self.position(id) else { return };
        self.enqueue(at, out);
        match then {
            Then::Stay => self.select(id, out),
            Then::Insert => self.insert(at + 1, Part::Editor, out),
            Then::Next if at + 1 == self.cells.len() => self.insert(at + 1, Part::Editor, out),
            Then::Next => {
                let next = self.cells[at + 1].id.clone();
                self.focus(&next, Part::Cell, out);
            }
        }
        self.advance(now, out);
    }

    pub(super) fn run_all(&mut self, now: f64, out: &mut Update) {
        for at in 0..self.cells.len() {
            self.enqueue(at, out);
        }
        self.advance(now, out);
    }

    fn enqueue(&mut self, at: usize, out: &mut Update) {
        let cell = &mut self.cells[at];
        let id = cell.id.clone();
        let code = cell.source.clone();
        if code.trim().is_empty() {
            cell.count = None;
            self.clear_output(&id, out);
            return;
        }
        // A second press while the same code waits or comes up is impatience, not a wish to run it twice.
        if let Some(waiting) = self.runs.queue.iter_mut().find(|waiting| waiting.cell == id) {
            waiting.code = code;
            return;
        }
        let coming = |run: &Run| run.cell == id && run.code == code && run.began.is_none();
        if self.runs.active.as_ref().is_some_and(coming) {
            return;
        }
        if cell.phase == Phase::Rest {
            cell.phase = Phase::Queued;
        }
        self.runs.queue.push_back(Waiting { cell: id.clone(), code });
        out.changes.extend([Change::Run(id), Change::Kernel]);
    }

    /// Hands the next run to the kernel if it has none.
    fn advance(&mut self, now: f64, out: &mut Update) {
        if self.runs.active.is_some() {
            return;
        }
        let Some(Waiting { cell: id, code }) = self.runs.queue.pop_front() else { return };
        self.runs.count += 1;
        let run = MsgId(format!("run-{}", self.runs.count));
        let began = (self.kernel.status == KernelStatus::Idle).then_some(now);
        self.runs.active = Some(Run { id: run.clone(), cell: id.clone(), code: code.clone(), began, failed: false });
        if let Some(cell) = self.cell_mut(&id) {
            cell.phase = Phase::Running;
            cell.ended = None;
            cell.run = Some(run.clone());
            let changes = cell.outputs.begin();
            out.changes.extend(changes.into_iter().map(|change| Change::Output(id.clone(), change)));
        }
        out.changes.extend([Change::Run(id), Change::Kernel]);
        let request = ExecuteRequest { id: run, code, ..ExecuteRequest::default() };
        out.effects.push(Effect::Kernel(KernelRequest::Execute(request)));
    }

    pub(super) fn interrupt(&mut self, out: &mut Update) {
        self.stop_all(strings::not_run_interrupted(), out);
    }

    /// Stops the running cell and cancels those that wait.
    pub(super) fn stop_all(&mut self, why: &'static str, out: &mut Update) {
        self.cancel_queue(why, out);
        if let Some(run) = &self.runs.active {
            // A run that the kernel has not begun can only be cancelled; one that runs is interrupted by it.
            let request = KernelRequest::Cancel(run.id.clone());
            self.kernel.interrupting = true;
            out.changes.push(Change::Kernel);
            out.effects.push(Effect::Kernel(request));
        }
    }

    pub(super) fn cancel_queue(&mut self, why: &'static str, out: &mut Update) {
        out.changes.push(Change::Kernel);
        for Waiting { cell: id, .. } in std::mem::take(&mut self.runs.queue) {
            if let Some(cell) = self.cell_mut(&id)
                && cell.phase == Phase::Queued
            {
                cell.phase = Phase::Rest;
                cell.ended = Some(Ended::Cancelled(why));
                out.changes.push(Change::Run(id));
            }
        }
    }

    /// The cell is about to go: so do its runs.
    pub(super) fn forget_run(&mut self, id: &CellId, out: &mut Update) {
        self.runs.queue.retain(|waiting| waiting.cell != *id);
        if let Some(run) = self.runs.active.as_ref().filter(|run| run.cell == *id) {
            out.effects.push(Effect::Kernel(KernelRequest::Cancel(run.id.clone())));
        }
        out.changes.push(Change::Kernel);
    }

    /// The cell whose last run this is.
    fn owner(&mut self, run: &MsgId) -> Option<&mut Cell> {
        self.cells.iter_mut().find(|cell| cell.run.as_ref() == Some(run))
    }

    fn active(&mut self, run: &MsgId) -> Option<&mut Run> {
        self.runs.active.as_mut().filter(|active| active.id == *run)
    }

    /// The kernel is up and has taken the run; packages may still have to be loaded for it.
    pub(super) fn run_handed_over(&mut self, now: f64) {
        if let Some(active) = &mut self.runs.active {
            active.began.get_or_insert(now);
        }
    }

    pub(super) fn run_started(&mut self, run: &MsgId, now: f64) {
        if let Some(active) = self.active(run) {
            active.began = Some(now);
        }
    }

    pub(super) fn run_put_out(&mut self, run: &MsgId, output: Output, out: &mut Update) {
        if matches!(output, Output::Error(_))
            && let Some(active) = self.active(run)
        {
            active.failed = true;
        }
        self.with_outputs(run, out, |outputs| outputs.push(output));
    }

    pub(super) fn run_cleared(&mut self, run: &MsgId, wait: bool, out: &mut Update) {
        self.with_outputs(run, out, |outputs| outputs.clear(wait));
    }

    pub(super) fn run_overflowed(
        &mut self,
        run: &MsgId,
        name: StreamName,
        data: Arc<[u8]>,
        dropped: u64,
        out: &mut Update,
    ) {
        self.with_outputs(run, out, |outputs| outputs.overflow(name, data, dropped));
    }

    fn with_outputs(&mut self, run: &MsgId, out: &mut Update, act: impl FnOnce(&mut Outputs) -> Vec<OutputChange>) {
        if let Some(cell) = self.owner(run) {
            let id = cell.id.clone();
            let changes = act(&mut cell.outputs);
            out.changes.extend(changes.into_iter().map(|change| Change::Output(id.clone(), change)));
        }
    }

    pub(super) fn update_displays(&mut self, id: &DisplayId, display: &Display, out: &mut Update) {
        for cell in &mut self.cells {
            let changes = cell.outputs.update_display(id, display);
            out.changes.extend(changes.into_iter().map(|change| Change::Output(cell.id.clone(), change)));
        }
    }

    pub(super) fn run_asked(&mut self, run: &MsgId, prompt: String, password: bool, out: &mut Update) {
        if self.active(run).is_none() {
            return;
        }
        match self.owner(run) {
            Some(cell) => {
                cell.question = Some(Question { prompt, password });
                let id = cell.id.clone();
                out.changes.push(Change::Question(id));
            }
            // Nobody is left to answer.
            None => {
                let request = KernelRequest::InputReply { parent: run.clone(), line: None };
                out.effects.push(Effect::Kernel(request));
            }
        }
    }

    pub(super) fn answer(&mut self, id: &CellId, line: Option<String>, out: &mut Update) {
        let Some(cell) = self.cell_mut(id) else { return };
        let (Some(question), Some(parent)) = (cell.question.take(), cell.run.clone()) else { return };
        out.changes.push(Change::Question(id.clone()));
        let typed = outputs::typed(&question.prompt, question.password, line.as_deref());
        self.run_put_out(&parent, typed, out);
        out.effects.push(Effect::Kernel(KernelRequest::InputReply { parent, line }));
    }

    pub(super) fn run_ended(&mut self, run: &MsgId, reply: ExecuteReply, now: f64, out: &mut Update) {
        if self.active(run).is_none() {
            return;
        }
        let Some(ended) = self.runs.active.take() else { return };
        self.kernel.interrupting = false;
        out.changes.push(Change::Kernel);
        if reply.status == ReplyStatus::Error {
            self.cancel_queue(strings::not_run_failed(), out);
        }
        if let Some(error) = reply.error
            && !ended.failed
        {
            self.run_put_out(run, Output::Error(error), out);
        }
        let began = reply.status != ReplyStatus::Aborted;
        self.with_outputs(run, out, if began { Outputs::end } else { Outputs::keep });
        let took = ended.began.map(|began| (now - began).max(0.0));
        let waits = self.runs.queue.iter().any(|waiting| waiting.cell == ended.cell);
        if let Some(cell) = self.owner(run) {
            cell.phase = if waits { Phase::Queued } else { Phase::Rest };
            cell.count = Some(reply.execution_count).filter(|count| *count > 0);
            cell.ended = Some(match reply.status {
                ReplyStatus::Ok => Ended::Ok(took),
                ReplyStatus::Error => Ended::Failed(took),
                ReplyStatus::Aborted => Ended::Cancelled(strings::not_run_cancelled()),
            });
            let asked = cell.question.take().is_some();
            let id = cell.id.clone();
            out.changes.push(Change::Run(id.clone()));
            if asked {
                out.changes.push(Change::Question(id));
            }
        }
        self.advance(now, out);
    }
}
