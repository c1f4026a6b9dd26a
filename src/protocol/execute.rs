//! The words that all executors and their users share: requests in, Jupyter-shaped messages out.
//!
//! Names follow Jupyter's messaging specification; every message that belongs to a run carries the id of
//! its `execute_request` as parent, so that nothing has to guess which run is "current".

use super::mime::MimeBundle;
use crate::ids::{DisplayId, MsgId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// What a user of a kernel may ask of it.
#[derive(Clone, Debug, PartialEq)]
pub enum KernelRequest {
    /// Starts the engine now instead of with the first run. No effect on a running one.
    Start {
        /// Code that is likely to run: what it needs decides what the engine comes up with.
        likely: String,
    },
    /// Runs code after all that was asked before; answered by exactly one [`KernelMessage::Reply`].
    Execute(ExecuteRequest),
    /// Takes a run out of the queue (answered with [`ReplyStatus::Aborted`]) or interrupts it if it runs.
    Cancel(MsgId),
    /// Stops the running code; the engine is replaced if it does not obey.
    Interrupt,
    /// Replaces the engine. Variables are lost, open runs fail.
    Restart,
    /// The line for an [`KernelMessage::InputRequest`]; `None` is end of file.
    InputReply {
        /// The run that asked.
        parent: MsgId,
        /// Without its newline.
        line: Option<String>,
    },
    /// Asks about the state of the interpreter; answered once. While code runs or nothing is started there is no answer.
    Ask {
        /// Chosen by the caller, unique in the kernel's life.
        id: MsgId,
        /// What.
        question: Question,
    },
    /// Ends the engine for good; open runs fail.
    Dispose,
}

/// What editors and lists ask (Jupyter's `complete_request` and `inspect_request`, and one of our own).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What fits at the cursor.
    Complete {
        /// The whole code.
        code: String,
        /// In characters, Unicode's code points.
        cursor: usize,
    },
    /// What is to be known of what stands at the cursor.
    Inspect {
        /// The whole code.
        code: String,
        /// As above.
        cursor: usize,
    },
    /// What the code has named.
    Variables,
}

/// The answer to a [`Question`]; each text of it may come from hostile code.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What fits.
    Completions(Completions),
    /// What is to be known.
    Documentation(Documentation),
    /// What there is.
    Variables(Variables),
}

/// What fits at a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completions {
    /// Where what it replaces begins, in characters.
    pub start: usize,
    /// Where that ends.
    pub end: usize,
    /// In the order in which they are to be offered.
    pub matches: Vec<Match>,
    /// Whether any other name would fit as well: one that has not been given yet.
    #[serde(default)]
    pub open: bool,
}

/// One text that fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// What comes in place of what is there.
    pub text: String,
    /// `function`, `class`, `variable`, `property`, `method`, `namespace`, `keyword` or `text`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What is to be known of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// The expression.
    pub name: String,
    /// Signature and documentation.
    pub text: String,
}

/// What the code has named.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variables {
    /// In the order of their names.
    pub variables: Vec<Variable>,
    /// How many more there are.
    pub more: usize,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The name of its class.
    #[serde(rename = "type")]
    pub kind: String,
    /// `3 × 4`, or the number of items; empty if it has none.
    pub shape: String,
    /// Bytes, as far as they can be told.
    pub size: Option<f64>,
    /// The beginning of its value.
    pub value: String,
}

/// Code to run and what it may use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecuteRequest {
    /// Chosen by the caller, unique in the kernel's life.
    pub id: MsgId,
    /// Python source; the last expression's value is displayed.
    pub code: String,
    /// Written to `/mnt/uploads` before the code runs.
    pub files: Vec<InputFile>,
    /// Time the code may take, in ms, loading of packages apart; `None` is no limit.
    pub timeout_ms: Option<f64>,
    /// Caps of this run.
    pub limits: Limits,
}

/// A file handed to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct InputFile {
    /// A plain name without folders; see [`crate::file_name::clean`].
    pub name: String,
    /// Its content.
    pub data: Arc<[u8]>,
}

/// Caps of one run (SECURITY.md 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Bytes of stdout and stderr that are streamed; the rest comes as [`KernelMessage::Overflow`].
    pub output: u32,
    /// Bytes of the JSON of the result.
    pub result: u32,
    /// Number of figures.
    pub figures: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: 1 << 20, result: 1 << 20, figures: 20 }
    }
}

/// What a kernel says.
#[derive(Clone, Debug, PartialEq)]
pub enum KernelMessage {
    /// The kernel's state changed.
    Status(KernelStatus),
    /// A long step goes on (start, packages): what a progress bar shows.
    Progress(Progress),
    /// A run began; and again when packages that it needed are there, so that its code goes on.
    Started {
        /// The run.
        parent: MsgId,
    },
    /// A run put out something.
    Output {
        /// The run.
        parent: MsgId,
        /// What.
        output: Output,
    },
    /// Every display with this id shows new data.
    UpdateDisplay {
        /// The run that updates, not the one that made the display.
        parent: MsgId,
        /// Which displays.
        display_id: DisplayId,
        /// What they show now.
        display: Display,
    },
    /// The run's outputs so far are to be removed.
    ClearOutput {
        /// The run.
        parent: MsgId,
        /// Only when the next output comes, so that nothing flickers.
        wait: bool,
    },
    /// Output over the run's limit, kept as bytes.
    Overflow {
        /// The run.
        parent: MsgId,
        /// Where it was written.
        name: StreamName,
        /// What was kept.
        data: Arc<[u8]>,
        /// Bytes that even the overflow had no room for.
        dropped: u64,
    },
    /// The run waits for a line; answer with [`KernelRequest::InputReply`].
    InputRequest {
        /// The run.
        parent: MsgId,
        /// What to show before the field.
        prompt: String,
        /// Whether what is typed is to be hidden.
        password: bool,
    },
    /// The run ended. Exactly one for each [`ExecuteRequest`], whatever happens.
    Reply {
        /// The run.
        parent: MsgId,
        /// How.
        reply: ExecuteReply,
    },
}

impl KernelMessage {
    /// The run that this message belongs to, if any.
    pub fn parent(&self) -> Option<&MsgId> {
        match self {
            Self::Status(_) | Self::Progress(_) => None,
            Self::Started { parent }
            | Self::Output { parent, .. }
            | Self::UpdateDisplay { parent, .. }
            | Self::ClearOutput { parent, .. }
            | Self::Overflow { parent, .. }
            | Self::InputRequest { parent, .. }
            | Self::Reply { parent, .. } => Some(parent),
        }
    }
}

/// The state of a kernel, in the words that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KernelStatus {
    /// Nothing runs yet; the first request starts it.
    #[default]
    Off,
    /// The engine is coming up.
    Starting,
    /// Ready for code.
    Idle,
    /// Code runs or its packages load.
    Busy,
    /// The engine is gone; the next run starts a fresh one.
    Dead,
}

/// How far a long step is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    /// What goes on, a sentence without a full stop: "Loading numpy, matplotlib".
    pub text: String,
    /// Bytes so far.
    pub done: f64,
    /// Bytes in all; 0 if unknown.
    pub total: f64,
}

/// stdout or stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamName {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One output of a run, as nbformat has them.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Text as it came.
    Stream {
        /// Where it was written.
        name: StreamName,
        /// A piece; it need not end with a line.
        text: String,
    },
    /// Something displayed.
    DisplayData(Display),
    /// The value of the last expression.
    ExecuteResult(Display),
    /// The exception that ended the run.
    Error(ErrorInfo),
}

/// A displayed value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Display {
    /// Its representations.
    pub data: MimeBundle,
    /// By media type, e.g. `{"image/png": {"width": 640}}`, CSS px.
    pub metadata: Value,
    /// Names the display for later updates.
    pub display_id: Option<DisplayId>,
}

/// An exception.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ErrorInfo {
    /// The class, e.g. `ValueError`.
    pub ename: String,
    /// Its text.
    pub evalue: String,
    /// The traceback's lines, without newlines at their ends.
    pub traceback: Vec<String>,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecuteReply {
    /// In one word.
    pub status: ReplyStatus,
    /// Counts the runs of this kernel from 1; 0 for a run that never began.
    pub execution_count: u32,
    /// The last expression's value as JSON; null if there was none.
    pub result: Value,
    /// The exception, with [`ReplyStatus::Error`].
    pub error: Option<ErrorInfo>,
}

/// How a run ended, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplyStatus {
    /// To its end.
    #[default]
    Ok,
    /// By an exception, an interrupt, a limit or the kernel's death.
    Error,
    /// It never began.
    Aborted,
}
