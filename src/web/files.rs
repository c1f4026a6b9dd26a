//! The files that the code of a kernel works with: a fresh interpreter gets them back, and so does the next page, if they
//! are kept under a name.

use super::blob;
use super::kept;
use crate::protocol::execute::InputFile;
use crate::state::files::{FileError, UPLOADS, fits, is_in_the_way, is_kept, others, shown};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::Blob;

/// The worker keeps to what people may add ([`crate::state::files`]); one that doesn't fills this page's memory no
/// further than this.
const MOST_BYTES: f64 = 128e6;
const MOST_FILES: usize = 1_000;

/// Who has changed a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Code, which has it as it is now.
    Code,
    /// The person, or an earlier page: the interpreter doesn't know yet. Such changes are numbered.
    Page(u32),
}

/// Hears of a file that is another now, or gone.
type Hear = Rc<dyn Fn(&str, Option<&Blob>, By)>;

/// Files by their path in the interpreter.
#[derive(Default)]
pub struct Files {
    all: RefCell<BTreeMap<String, Blob>>,
    /// Under which name they outlast the page.
    name: Option<String>,
    /// How many changes were the page's, and the last of each file: a run that didn't know of it must not undo it.
    count: Cell<u32>,
    changed: RefCell<BTreeMap<String, u32>>,
    loading: RefCell<Option<js_sys::Promise>>,
    /// Changes that are not kept yet, oldest first.
    unkept: RefCell<VecDeque<(String, Option<Blob>)>>,
    is_keeping: Cell<bool>,
    problem: RefCell<Option<String>>,
    hearers: RefCell<BTreeMap<u32, Hear>>,
    last: Cell<u32>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("name", &self.name).field("all", &self.all).finish_non_exhaustive()
    }
}

/// Somebody hears until this is dropped.
#[must_use = "nothing is heard any more when it is dropped"]
#[derive(Debug)]
pub struct Hearing(Weak<Files>, u32);

impl Drop for Hearing {
    fn drop(&mut self) {
        if let Some(files) = self.0.upgrade() {
            files.hearers.borrow_mut().remove(&self.1);
        }
    }
}

impl Files {
    /// Those that were kept under this name; the same name belongs to the same person and the same work only.
    pub fn kept_as(name: String) -> Rc<Self> {
        let files = Rc::new(Self { name: Some(name.clone()), ..Self::default() });
        let weak = Rc::downgrade(&files);
        let loading = future_to_promise(async move {
            let found = kept::all(&name).await;
            if let Some(files) = weak.upgrade() {
                files.loaded(found.map_err(|error| error.to_string()));
            }
            Ok(wasm_bindgen::JsValue::UNDEFINED)
        });
        files.loading.replace(Some(loading));
        files
    }

    fn loaded(&self, found: Result<Vec<(String, Blob)>, String>) {
        self.loading.take();
        match found {
            Ok(found) => {
                for (path, data) in found.into_iter().filter(|(path, _)| is_kept(path)) {
                    // What was brought meanwhile is newer.
                    if self.get(&path).is_none() && self.in_the_way(&path).is_none() {
                        self.tell(&path, Some(&data), By::Page(self.count.get()));
                        self.all.borrow_mut().insert(path, data);
                    }
                }
            }
            Err(why) => self.fails(&why),
        }
    }

    /// Waits until those of earlier pages are there.
    pub async fn ready(&self) {
        let loading = self.loading.borrow().clone();
        if let Some(loading) = loading {
            // It never fails: what can't be had is a problem that is shown.
            let _ = JsFuture::from(loading).await;
        }
    }

    /// A run has left a file as this, or taken it away, when it knew of the page's changes up to number `seen`. What has no
    /// place is not kept.
    pub fn take(self: &Rc<Self>, path: String, data: Option<Blob>, seen: u32) {
        if !is_kept(&path) || self.changed.borrow().get(&path).is_some_and(|number| *number > seen) {
            return;
        }
        // What was a file may be a folder now, and the other way round.
        while let Some(gone) = self.in_the_way(&path) {
            self.change(gone, None, By::Code);
        }
        let (count, bytes) = others(&path, sizes(&self.all.borrow()));
        if data.is_none() && !self.all.borrow().contains_key(&path) {
            return;
        }
        let fits = |data: &Blob| count < MOST_FILES && bytes + data.size() <= MOST_BYTES;
        if data.as_ref().is_none_or(fits) {
            self.change(path, data, By::Code);
        }
    }

    /// A run gets these: they are there for the next interpreter, too, if this one doesn't come to the run's end.
    pub fn hand_in(self: &Rc<Self>, given: &[InputFile]) {
        for file in given {
            let path = format!("{UPLOADS}{}", file.name);
            // Where a folder is, and without memory for it, the run itself will say so.
            if let (None, Ok(data)) = (self.in_the_way(&path), blob::blob(&file.data, "application/octet-stream")) {
                self.take(path, Some(data), self.count.get());
            }
        }
    }

    /// The person adds a file, or puts another in its place; the old one is given back.
    ///
    /// # Errors
    /// There is no room for it, or a folder in its place.
    pub fn put(self: &Rc<Self>, path: String, data: Blob) -> Result<Option<Blob>, FileError> {
        fits(&path, data.size(), sizes(&self.all.borrow()))?;
        if let Some(other) = self.in_the_way(&path) {
            return Err(FileError::Taken(shown(&other)));
        }
        let old = self.get(&path);
        self.change(path, Some(data), self.next());
        Ok(old)
    }

    /// The person takes a file away; it is given back.
    pub fn remove(self: &Rc<Self>, path: &str) -> Option<Blob> {
        let old = self.get(path)?;
        self.change(path.to_owned(), None, self.next());
        Some(old)
    }

    /// The person calls a file otherwise.
    ///
    /// # Errors
    /// Another file or folder is called so.
    pub fn rename(self: &Rc<Self>, from: &str, to: String) -> Result<(), FileError> {
        if from == to {
            return Ok(());
        }
        let other = if self.get(&to).is_some() { Some(to.clone()) } else { self.in_the_way(&to) };
        if let Some(other) = other {
            return Err(FileError::Taken(shown(&other)));
        }
        // Added before it is removed: a page that is closed in between has it twice.
        if let Some(data) = self.get(from) {
            self.change(to, Some(data), self.next());
            self.change(from.to_owned(), None, self.next());
        }
        Ok(())
    }

    /// One of them.
    pub fn get(&self, path: &str) -> Option<Blob> {
        self.all.borrow().get(path).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<(String, Blob)> {
        self.all.borrow().iter().map(|(path, data)| (path.clone(), data.clone())).collect()
    }

    /// Why they don't outlast the page though they should, as a sentence.
    pub fn problem(&self) -> Option<String> {
        self.problem.borrow().clone()
    }

    /// Whether all are kept for the next page.
    pub fn are_kept(&self) -> bool {
        self.name.is_some() && self.unkept.borrow().is_empty() && self.problem.borrow().is_none()
    }

    /// Tells of each change, as long as what it returns is held.
    pub fn hear(self: &Rc<Self>, hear: impl Fn(&str, Option<&Blob>, By) + 'static) -> Hearing {
        let number = self.last.get() + 1;
        self.last.set(number);
        self.hearers.borrow_mut().insert(number, Rc::new(hear));
        Hearing(Rc::downgrade(self), number)
    }

    /// The number of the page's last change.
    pub fn number(&self) -> u32 {
        self.count.get()
    }

    fn next(&self) -> By {
        self.count.set(self.count.get() + 1);
        By::Page(self.count.get())
    }

    /// One that can't be beside a file of this path: one of them is a folder of the other.
    fn in_the_way(&self, path: &str) -> Option<String> {
        self.all.borrow().keys().find(|known| is_in_the_way(known, path)).cloned()
    }

    fn change(self: &Rc<Self>, path: String, data: Option<Blob>, by: By) {
        if let By::Page(number) = by {
            self.changed.borrow_mut().insert(path.clone(), number);
        }
        match data.clone() {
            Some(data) => drop(self.all.borrow_mut().insert(path.clone(), data)),
            None => drop(self.all.borrow_mut().remove(&path)),
        }
        self.tell(&path, data.as_ref(), by);
        if self.name.is_some() {
            let mut unkept = self.unkept.borrow_mut();
            // The first is being kept; of the others only the last state of each file counts.
            let mut is_first = true;
            unkept.retain(|(known, _)| std::mem::take(&mut is_first) || *known != path);
            unkept.push_back((path, data));
            drop(unkept);
            self.keep();
        }
    }

    fn tell(&self, path: &str, data: Option<&Blob>, by: By) {
        let hearers: Vec<Hear> = self.hearers.borrow().values().cloned().collect();
        for hear in hearers {
            hear(path, data, by);
        }
    }

    /// Keeps what has changed, one after the other.
    fn keep(self: &Rc<Self>) {
        let Some(name) = self.name.clone().filter(|_| !self.is_keeping.replace(true)) else { return };
        let files = self.clone();
        spawn_local(async move {
            kept::persist();
            loop {
                let next = files.unkept.borrow().front().cloned();
                let Some((path, data)) = next else { break };
                if let Err(error) = kept::set(&name, &path, data.as_ref()).await {
                    files.fails(&error.to_string());
                }
                files.unkept.borrow_mut().pop_front();
            }
            files.is_keeping.set(false);
        });
    }

    fn fails(&self, why: &str) {
        self.problem.replace(Some(why.to_owned()));
        self.tell("", None, By::Code);
    }
}

fn sizes(all: &BTreeMap<String, Blob>) -> impl Iterator<Item = (&str, f64)> {
    all.iter().map(|(path, data)| (path.as_str(), data.size()))
}
