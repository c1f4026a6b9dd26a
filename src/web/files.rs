//! The files that the code of a kernel works with, for as long as the page lives: a fresh interpreter gets them back.

use super::blob;
use crate::protocol::execute::InputFile;
use std::cell::RefCell;
use std::collections::BTreeMap;
use web_sys::Blob;

/// Where code may leave files that are kept.
const ROOTS: [&str; 2] = ["/mnt/uploads/", "/home/pyodide/"];
/// The worker keeps to 64 MB and 500 files; one that doesn't fills this page's memory no further than this.
const MOST_BYTES: f64 = 128e6;
const MOST_FILES: usize = 1_000;
/// Bytes of a path.
const LONGEST: usize = 4_096;

/// Files by their path in the interpreter.
#[derive(Debug, Default)]
pub struct Files(RefCell<BTreeMap<String, Blob>>);

impl Files {
    /// A run has left a file as this, or taken it away. What has no place is not kept.
    pub fn take(&self, path: String, data: Option<Blob>) {
        if !is_kept(&path) {
            return;
        }
        let mut files = self.0.borrow_mut();
        // What was a file may be a folder now, and the other way round.
        let is_below = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        files.retain(|known, _| !is_below(known, &path) && !is_below(&path, known));
        let Some(data) = data else {
            files.remove(&path);
            return;
        };
        let others = files.iter().filter(|(known, _)| **known != path);
        let (count, bytes) = others.fold((0, 0.0), |(count, bytes), (_, data)| (count + 1, bytes + data.size()));
        if count < MOST_FILES && bytes + data.size() <= MOST_BYTES {
            files.insert(path, data);
        }
    }

    /// A run gets these: they are there for the next interpreter, too, if this one doesn't come to the run's end.
    pub fn hand_in(&self, given: &[InputFile]) {
        for file in given {
            // Without memory for it the run itself will say so.
            let data = blob::blob(&file.data, "application/octet-stream").ok();
            self.take(format!("/mnt/uploads/{}", file.name), data);
        }
    }

    /// All of them.
    pub fn all(&self) -> Vec<(String, Blob)> {
        self.0.borrow().iter().map(|(path, data)| (path.clone(), data.clone())).collect()
    }
}

/// Whether a path from the sandbox leads to where files are kept, and nowhere else.
fn is_kept(path: &str) -> bool {
    let rest = ROOTS.iter().find_map(|root| path.strip_prefix(root));
    path.len() <= LONGEST
        && !path.contains('\0')
        && rest.is_some_and(|rest| rest.split('/').all(|name| !["", ".", ".."].contains(&name)))
}
