//! The notebook as a machine without a browser: cells, the queue of runs, outputs, what the kernel says, what
//! is kept. Inputs go in; changes for the view and effects for the world come out.
//!
//! Cells of other kinds, files and Jupyter's other habits find their place in the modules below; the machine
//! itself only hands each input to the module that knows it.

mod cell;
mod document;
mod edit;
mod keep;
mod kernel;
pub mod keys;
mod message;
mod notice;
mod runs;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use cell::{Cell, Ended, Phase, Question};
pub use keep::KeepError;
pub use kernel::{Ahead, Kernel, Offline};
pub use message::{Change, Command, Effect, Input, Notice, NoticeId, Offer, Part, Then, Timer, Tone, Update, Way};

use crate::ids::CellId;
use edit::Deleted;
use keep::Keep;
use notice::Notices;
use runs::Runs;

/// A notebook that is open.
#[derive(Clone, Debug)]
pub struct Notebook {
    cells: Vec<Cell>,
    selected: CellId,
    deleted: Vec<Deleted>,
    runs: Runs,
    kernel: Kernel,
    offline: Offline,
    keep: Keep,
    notices: Notices,
    /// Where the random ids of cells come from.
    seed: u64,
}

impl Notebook {
    /// A notebook with one empty cell. `seed` should be random: the cells' ids come from it.
    pub fn new(seed: u64) -> Self {
        let mut notebook = Self {
            cells: Vec::new(),
            selected: CellId::default(),
            deleted: Vec::new(),
            runs: Runs::default(),
            kernel: Kernel::default(),
            offline: Offline::default(),
            keep: Keep::default(),
            notices: Notices::default(),
            seed,
        };
        notebook.ensure_a_cell();
        notebook
    }

    /// All cells in order; at least one.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// A cell by its id.
    pub fn cell(&self, id: &CellId) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.id == *id)
    }

    /// The cell that commands without a cell of their own would act on.
    pub fn selected(&self) -> &CellId {
        &self.selected
    }

    /// What is known of the kernel.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Whether a run is in the kernel's hands or waits.
    pub fn is_running(&self) -> bool {
        self.runs.is_busy()
    }

    /// Whether the page works without a network.
    pub fn offline(&self) -> &Offline {
        &self.offline
    }

    /// The notices to show, oldest first.
    pub fn notices(&self) -> &[Notice] {
        self.notices.all()
    }

    /// Why the notebook can't be kept in this browser, as a sentence.
    pub fn keep_problem(&self) -> Option<String> {
        self.keep.problem()
    }

    /// Whether all that was typed is kept.
    pub fn is_kept(&self) -> bool {
        self.keep.is_kept()
    }

    /// Takes an input. `now` is in ms on a clock that only goes forward.
    ///
    /// Never fails: what makes no sense (any more) changes nothing.
    pub fn update(&mut self, input: Input, now: f64) -> Update {
        let mut update = Update::default();
        let out = &mut update;
        match input {
            Input::Opened { kept, aside, save_data } => {
                self.open(kept, aside, save_data, out);
                self.start_kernel(out);
            }
            Input::Leaving => self.keep_now(out),
            Input::Timer(Timer::Keep) => self.keep_due(out),
            Input::Timer(Timer::Notice(id)) | Input::User(Command::Dismiss(id)) => self.dismiss(id, out),
            Input::Kept(result) => self.kept(result, out),
            Input::KeptElsewhere(text) => self.kept_elsewhere(text, out),
            Input::ShellKept => self.shell_kept(out),
            Input::Prefetched(result) => self.prefetched(result, out),
            Input::Kernel(message) => self.kernel_said(message, now, out),
            Input::User(command) => self.obey(command, now, out),
        }
        update
    }

    fn obey(&mut self, command: Command, now: f64, out: &mut Update) {
        match command {
            Command::Edit(cell, source) => self.edit(&cell, source, out),
            Command::Select(cell) => self.select(&cell, out),
            Command::Go(cell, way, part) => self.go(&cell, way, part, out),
            Command::Run(cell, then) => self.run_cell(&cell, then, now, out),
            Command::RunAll => self.run_all(now, out),
            Command::Interrupt => self.interrupt(out),
            Command::Restart => self.restart(out),
            Command::Add(cell, way, part) => self.add(&cell, way, part, out),
            Command::Append => self.append(out),
            Command::Delete(cell) => self.delete(&cell, out),
            Command::Undelete => self.undelete(out),
            Command::Move(cell, way) => self.shift(&cell, way, out),
            Command::ClearOutput(cell) => self.clear_output(&cell, out),
            Command::Answer(cell, line) => self.answer(&cell, line, out),
            Command::Download => self.download(out),
            Command::DownloadRest(cell, key) => self.download_rest(&cell, key, out),
            Command::Accept(notice) => self.accept(notice, now, out),
            Command::Dismiss(notice) => self.dismiss(notice, out),
        }
    }

    fn position(&self, id: &CellId) -> Option<usize> {
        self.cells.iter().position(|cell| cell.id == *id)
    }

    fn cell_mut(&mut self, id: &CellId) -> Option<&mut Cell> {
        self.cells.iter_mut().find(|cell| cell.id == *id)
    }
}
