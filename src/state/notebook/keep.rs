//! Keeping the notebook in the browser: soon after each edit, at the latest when the page goes away, and
//! never over somebody else's copy without keeping that one aside.

use super::Notebook;
use super::cell::Cell;
use super::document;
use super::message::{Change, Effect, Offer, Timer, Tone, Update};
use crate::ids::CellId;
use crate::state::outputs::{Body, OutputKey};
use crate::state::strings;
use std::collections::HashSet;

/// How long an edit may wait until it is kept, in ms.
const SOON: u32 = 700;

/// Why the browser keeps nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepError {
    /// It has no storage for this page: private window, settings, or a frame on another site.
    Unavailable,
    /// Its storage is full.
    Full,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Keep {
    /// What we last read or wrote.
    known: Option<String>,
    /// What is being written.
    writing: Option<String>,
    /// The copy of somebody else, or one that could not be read.
    aside: Option<String>,
    dirty: bool,
    scheduled: bool,
    problem: Option<KeepError>,
}

impl Keep {
    pub(super) fn is_kept(&self) -> bool {
        !self.dirty && self.writing.is_none() && self.problem.is_none()
    }

    pub(super) fn problem(&self) -> Option<String> {
        let problem = match self.problem.as_ref()? {
            KeepError::Unavailable => strings::keeps_nothing(),
            KeepError::Full => strings::no_room_left(),
        };
        Some(problem.to_owned())
    }
}

impl Notebook {
    pub(super) fn open(
        &mut self,
        kept: Result<Option<String>, KeepError>,
        aside: Option<String>,
        save_data: bool,
        out: &mut Update,
    ) {
        self.offline.save_data = save_data;
        match kept {
            Err(problem) => self.keep.problem = Some(problem),
            Ok(None) => {}
            Ok(Some(text)) => {
                if let Err(why) = self.load(&text, out) {
                    out.effects.push(Effect::KeepAside(Some(text.clone())));
                    self.keep.aside = Some(text.clone());
                    self.say(Tone::Warning, strings::not_opened(&why), Some(Offer::DownloadOther), out);
                }
                self.keep.known = Some(text);
            }
        }
        if self.keep.aside.is_none() && aside.is_some() && aside != self.keep.known {
            self.keep.aside = aside;
            self.offer_aside(strings::other_copy_kept(), out);
        }
        out.changes.extend([Change::Keeping, Change::Offline]);
    }

    /// Takes the cells of a kept notebook in place of those that are there.
    fn load(&mut self, text: &str, out: &mut Update) -> Result<(), String> {
        let sources = document::read(text)?;
        self.cells.clear();
        self.deleted.clear();
        let mut seen = HashSet::new();
        for (id, source) in sources {
            let fits = !id.as_str().is_empty() && seen.insert(id.clone());
            let id = if fits { id } else { self.new_id() };
            self.cells.push(Cell { id, source, ..Cell::default() });
        }
        self.ensure_a_cell();
        out.changes.extend([Change::Cells, Change::Selected]);
        out.changes.extend(self.cells.iter().map(|cell| Change::Source(cell.id.clone())));
        Ok(())
    }

    /// The notebook is not as it is kept any more.
    pub(super) fn changed(&mut self, out: &mut Update) {
        if !std::mem::replace(&mut self.keep.dirty, true) {
            out.changes.push(Change::Keeping);
        }
        // Not started anew by each key: whoever types without a pause is kept, too.
        if !std::mem::replace(&mut self.keep.scheduled, true) {
            out.effects.push(Effect::Later(Timer::Keep, SOON));
        }
    }

    pub(super) fn keep_due(&mut self, out: &mut Update) {
        self.keep.scheduled = false;
        self.keep_now(out);
    }

    pub(super) fn keep_now(&mut self, out: &mut Update) {
        if !self.keep.dirty || self.keep.problem == Some(KeepError::Unavailable) {
            return;
        }
        let text = document::write_sources(&self.cells);
        self.keep.dirty = false;
        self.keep.writing = Some(text.clone());
        out.effects.push(Effect::Keep { text, known: self.keep.known.clone() });
    }

    pub(super) fn kept(&mut self, result: Result<Option<String>, KeepError>, out: &mut Update) {
        let Some(written) = self.keep.writing.take() else { return };
        match result {
            Ok(displaced) => {
                self.keep.problem = None;
                self.keep.known = Some(written);
                if let Some(displaced) = displaced {
                    out.effects.push(Effect::KeepAside(Some(displaced.clone())));
                    self.keep.aside = Some(displaced);
                    self.offer_aside(strings::other_tab_changed(), out);
                }
            }
            Err(problem) => {
                self.keep.problem = Some(problem);
                self.keep.dirty = true;
            }
        }
        out.changes.push(Change::Keeping);
    }

    pub(super) fn kept_elsewhere(&mut self, text: String, out: &mut Update) {
        if self.keep.known.as_ref() != Some(&text) {
            self.keep.aside = Some(text);
            self.offer_aside(strings::open_elsewhere(), out);
        }
    }

    fn offer_aside(&mut self, text: &str, out: &mut Update) {
        let readable = self.keep.aside.as_deref().is_some_and(|aside| document::read(aside).is_ok());
        let offer = if readable { Offer::OpenOther } else { Offer::DownloadOther };
        self.say(Tone::Warning, text, Some(offer), out);
    }

    /// Shows the other copy; this one is kept aside in its place.
    pub(super) fn open_aside(&mut self, out: &mut Update) {
        let Some(other) = self.keep.aside.take() else { return };
        let ours = document::write_sources(&self.cells);
        self.stop_all(strings::not_run_other_copy(), out);
        if self.load(&other, out).is_ok() {
            self.keep.aside = Some(ours.clone());
            out.effects.push(Effect::KeepAside(Some(ours)));
            self.offer_aside(strings::other_copy_shown(), out);
            self.changed(out);
        }
    }

    pub(super) fn download_aside(&mut self, out: &mut Update) {
        if let Some(aside) = &self.keep.aside {
            let data = aside.clone().into_bytes();
            out.effects.push(file("notebook-other-copy.ipynb", "application/x-ipynb+json", data));
        }
    }

    pub(super) fn forget_aside(&mut self, out: &mut Update) {
        if self.keep.aside.take().is_some() {
            out.effects.push(Effect::KeepAside(None));
        }
    }

    pub(super) fn download(&mut self, out: &mut Update) {
        let text = document::write(&self.cells);
        out.effects.push(file("notebook.ipynb", "application/x-ipynb+json", text.into_bytes()));
    }

    pub(super) fn download_rest(&mut self, id: &CellId, key: OutputKey, out: &mut Update) {
        let body = self.cell(id).and_then(|cell| cell.outputs.get(key)).map(|item| &item.body);
        if let Some(Body::Overflow { data, .. }) = body {
            out.effects.push(file("output.txt", "text/plain", data.to_vec()));
        }
    }
}

fn file(name: &str, media_type: &'static str, data: Vec<u8>) -> Effect {
    Effect::Download { name: name.to_owned(), media_type, data }
}
