//! What goes into the notebook machine and what comes out of it.

use super::keep::KeepError;
use crate::ids::CellId;
use crate::protocol::execute::{KernelMessage, KernelRequest};
use crate::state::outputs::{OutputChange, OutputKey};
use crate::state::strings;

/// Everything that can happen to a notebook.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The page has read what it kept.
    Opened {
        /// The notebook as it was left, if there was one.
        kept: Result<Option<String>, KeepError>,
        /// The copy that is kept beside it, if there is one.
        aside: Option<String>,
        /// The user pays for data: nothing is fetched before it is needed.
        save_data: bool,
    },
    /// The page may go away now and never come back.
    Leaving,
    /// Time that was asked for by [`Effect::Later`] has passed.
    Timer(Timer),
    /// How [`Effect::Keep`] went: `Some` is the copy of somebody else that stood there.
    Kept(Result<Option<String>, KeepError>),
    /// Another tab kept its copy of this notebook.
    KeptElsewhere(String),
    /// The page itself can be opened without a network from now on.
    ShellKept,
    /// How [`Effect::Prefetch`] went.
    Prefetched(Result<(), String>),
    /// The kernel said something.
    Kernel(KernelMessage),
    /// The user wants something.
    User(Command),
}

/// What the user may want.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// This is the cell's code now.
    Edit(CellId, String),
    /// This cell has the focus now.
    Select(CellId),
    /// Go to the cell before or after this one.
    Go(CellId, Way, Part),
    /// Run a cell.
    Run(CellId, Then),
    /// Run all cells in order, until one fails.
    RunAll,
    /// Stop the running cell; those that wait are cancelled.
    Interrupt,
    /// Take a fresh kernel.
    Restart,
    /// Insert an empty cell beside this one.
    Add(CellId, Way, Part),
    /// Insert an empty cell at the end.
    Append,
    /// Delete a cell.
    Delete(CellId),
    /// Bring back the cell that was deleted last.
    Undelete,
    /// Move a cell by one.
    Move(CellId, Way),
    /// Remove what a cell's run put out.
    ClearOutput(CellId),
    /// The line that running code waits for; `None` is end of file.
    Answer(CellId, Option<String>),
    /// Hand the notebook out as a file.
    Download,
    /// Hand out what a run wrote over its limit.
    DownloadRest(CellId, OutputKey),
    /// Do what a notice offers.
    Accept(NoticeId),
    /// Take a notice away.
    Dismiss(NoticeId),
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the first cell.
    Up,
    /// Towards the last.
    Down,
}

/// Where in a cell the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In its code, where letters are text.
    Editor,
    /// On the cell, where letters are commands.
    Cell,
}

/// Where the focus goes when a cell is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Nowhere.
    Stay,
    /// To the next cell, which is made at the end.
    Next,
    /// Into a new cell below.
    Insert,
}

/// What the machine wants to be woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Keep what was typed.
    Keep,
    /// Take a notice away.
    Notice(NoticeId),
}

/// What has to happen outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the kernel.
    Kernel(KernelRequest),
    /// Bring the wheels of these packages into the browser's cache; answered by [`Input::Prefetched`].
    Prefetch(&'static [&'static str]),
    /// Keep the notebook in the browser; answered by [`Input::Kept`].
    Keep {
        /// The notebook.
        text: String,
        /// What this page last read or wrote there: anything else that is found is somebody else's.
        known: Option<String>,
    },
    /// Keep a copy of the notebook beside it, so that overwriting it loses nothing; `None` forgets it.
    KeepAside(Option<String>),
    /// Send [`Input::Timer`] after so many ms. Asking again for the same starts the time anew.
    Later(Timer, u32),
    /// Hand a file to the user.
    Download {
        /// Its name.
        name: String,
        /// Its media type.
        media_type: &'static str,
        /// Its content.
        data: Vec<u8>,
    },
}

/// What a view must redraw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The list of cells or their order.
    Cells,
    /// Which cell is selected.
    Selected,
    /// A cell's source, by something else than its editor.
    Source(CellId),
    /// A cell's phase, count or ending.
    Run(CellId),
    /// A cell's question.
    Question(CellId),
    /// A cell's outputs.
    Output(CellId, OutputChange),
    /// The kernel's status or progress.
    Kernel,
    /// The notices.
    Notices,
    /// Whether the notebook is kept.
    Keeping,
    /// Whether the page works without a network.
    Offline,
    /// The focus has to go here.
    Focus(CellId, Part),
}

/// What came of an input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// For the view, in order.
    pub changes: Vec<Change>,
    /// For the world, in order.
    pub effects: Vec<Effect>,
}

/// Names a notice.
pub type NoticeId = u32;

/// A sentence for the user about something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its name.
    pub id: NoticeId,
    /// How serious it is.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// What can be done about it.
    pub offer: Option<Offer>,
}

/// How serious a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Info,
    /// Something is worse than expected.
    Warning,
    /// Something failed.
    Error,
}

/// What a notice offers to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Bring back the deleted cell.
    Undelete,
    /// Run all cells.
    RunAll,
    /// Show the copy of the notebook that somebody else kept; this one is kept aside.
    OpenOther,
    /// Download a kept copy that can't be shown.
    DownloadOther,
}

impl Offer {
    /// The label of its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Undelete => strings::undo(),
            Self::RunAll => strings::run_all(),
            Self::OpenOther => strings::open_other(),
            Self::DownloadOther => strings::download_it(),
        }
    }
}
