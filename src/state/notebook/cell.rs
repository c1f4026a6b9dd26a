//! A cell: its source, where its run stands, and what the run put out.

use crate::ids::{CellId, MsgId};
use crate::state::outputs::Outputs;

/// A code cell of the notebook.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Unique in the notebook; stays when the cell moves.
    pub id: CellId,
    /// The Python code.
    pub source: String,
    /// What its last run put out.
    pub outputs: Outputs,
    /// Where its run stands.
    pub phase: Phase,
    /// The number of its last run in the kernel that is alive; `None` means that this kernel has not run it.
    pub count: Option<u32>,
    /// How its last run ended.
    pub ended: Option<Ended>,
    /// The line that its run waits for.
    pub question: Option<Question>,
    /// Its last run that was handed to the kernel; only what belongs to this one is shown.
    pub(super) run: Option<MsgId>,
}

/// Where a cell's run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing goes on.
    #[default]
    Rest,
    /// Waits for cells before it.
    Queued,
    /// In the kernel's hands.
    Running,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// To its end, after so many ms, if the begin was seen.
    Ok(Option<f64>),
    /// By an exception, an interrupt or the kernel's death.
    Failed(Option<f64>),
    /// It never began; why, as a sentence.
    Cancelled(&'static str),
}

/// A question of running code: `input()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What to show before the field.
    pub prompt: String,
    /// Whether what is typed is to be hidden.
    pub password: bool,
}
