//! The files of the Python distribution: fetched once, verified, kept (SECURITY.md 2.4, step 1).
//!
//! Core files are checked against the manifest compiled into this build, wheels against the lock file. No sandbox uses what
//! doesn't match: kept core files alone may be handed to one before that is known.

use super::error::WebError;
use super::wait::join_all;
use super::{blob, cache, crypto, fetch, strings};
use crate::executor::packages::{LockFile, LockPackage};
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Blob;

/// sha256 and size of the core files of the distribution that this build was made for.
pub(super) const MANIFEST: &str = match option_env!("PYOXIDE_PYODIDE_MANIFEST") {
    Some(other_distribution) => other_distribution,
    None => include_str!("../../www/pyodide.json"),
};

const LOCK: &str = "pyodide-lock.json";

#[derive(Debug, Deserialize)]
struct Manifest {
    files: BTreeMap<String, CoreFile>,
}

#[derive(Debug, Deserialize)]
struct CoreFile {
    sha256: String,
    size: f64,
}

/// What is needed to start Python.
#[derive(Clone, Debug)]
pub struct Core {
    /// The lock file, read.
    pub lock: Arc<LockFile>,
    /// The lock file as it is.
    pub lock_text: Rc<str>,
    /// All other core files by name.
    pub files: Vec<(String, Blob)>,
    /// Which of them have yet to be compared with their sha256, in hex.
    unchecked: Vec<(String, Blob)>,
}

/// When kept files are compared with their checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Before they are given. One that isn't what it was is fetched again.
    Now,
    /// By [`Core::verify`].
    Later,
}

thread_local! {
    /// Files in use by this page, and whether they have been checked: a restart looks for nothing again. Blobs are the
    /// browser's to keep.
    static HELD: RefCell<BTreeMap<String, (Blob, bool)>> = const { RefCell::new(BTreeMap::new()) };
}

impl Core {
    /// Compares what has not been compared yet.
    ///
    /// # Errors
    /// A file is not what it was; [`Check::Now`] fetches it again.
    pub async fn verify(&self) -> Result<(), WebError> {
        let sums = join_all(self.unchecked.iter().map(|(_, blob)| crypto::sha256_hex(blob))).await;
        for (found, (sha256, blob)) in sums.into_iter().zip(&self.unchecked) {
            if found? != *sha256 {
                return Err(WebError::Checksum { file: "A kept file of Python".into() });
            }
            HELD.with_borrow_mut(|held| held.insert(sha256.clone(), (blob.clone(), true)));
        }
        Ok(())
    }
}

/// A file as it was found.
struct Found {
    name: String,
    blob: Blob,
    sha256: String,
    is_checked: bool,
}

/// How many bytes of how many have come.
pub trait OnBytes: Fn(f64, f64) {}
impl<F: Fn(f64, f64)> OnBytes for F {}

/// Brings the core files.
///
/// # Errors
/// A file is missing, damaged, or can't be reached.
pub async fn core(base: &str, check: Check, on_bytes: impl OnBytes) -> Result<Core, WebError> {
    let manifest: Manifest = serde_json::from_str(MANIFEST)
        .map_err(|error| WebError::Unreadable { what: strings::manifest().into(), why: error.to_string() })?;
    let wanted = manifest.files.iter().map(|(name, file)| (name.as_str(), file.sha256.as_str(), file.size));
    let mut files = bring(base, check, wanted.collect(), on_bytes).await?;
    let unreadable = |why: String| WebError::Unreadable { what: LOCK.into(), why };
    let at = files
        .iter()
        .position(|found| found.name == LOCK)
        .ok_or_else(|| unreadable("it is not in the manifest".into()))?;
    let text = String::from_utf8(blob::bytes(&files.swap_remove(at).blob).await?)
        .map_err(|error| unreadable(error.to_string()))?;
    let lock = LockFile::parse(&text).map_err(|error| unreadable(error.to_string()))?;
    let unchecked = files.iter().filter(|found| !found.is_checked);
    let unchecked = unchecked.map(|found| (found.sha256.clone(), found.blob.clone())).collect();
    Ok(Core { lock: Arc::new(lock), lock_text: text.into(), files: named(files), unchecked })
}

/// Brings the wheels of these packages, as `(file name, bytes)`.
///
/// # Errors
/// As [`core`].
pub async fn wheels(
    base: &str,
    packages: &[LockPackage],
    on_bytes: impl OnBytes,
) -> Result<Vec<(String, Blob)>, WebError> {
    let wanted = packages.iter().map(|package| (package.file_name.as_str(), package.sha256.as_str(), 0.0));
    bring(base, Check::Now, wanted.collect(), on_bytes).await.map(named)
}

fn named(files: Vec<Found>) -> Vec<(String, Blob)> {
    files.into_iter().map(|found| (found.name, found.blob)).collect()
}

/// Brings files that are named with their checksum and, if known, their size; all at once.
async fn bring(
    base: &str,
    check: Check,
    wanted: Vec<(&str, &str, f64)>,
    on_bytes: impl OnBytes,
) -> Result<Vec<Found>, WebError> {
    let total = Cell::new(wanted.iter().map(|(_, _, size)| size).sum::<f64>());
    let done = Cell::new(0.0);
    let count = |more: f64| {
        done.set(done.get() + more);
        on_bytes(done.get(), total.get());
    };
    let one = async |name: &str, sha256: &str, size: f64| {
        let on_size = |found: f64| {
            if size == 0.0 {
                total.set(total.get() + found);
            }
        };
        // The lock file is read by this page.
        let check = if name == LOCK { Check::Now } else { check };
        find(base, name, sha256, check, &on_size, &count).await
    };
    let jobs: Vec<_> = wanted.iter().map(|(name, sha256, size)| one(name, sha256, *size)).collect();
    join_all(jobs).await.into_iter().collect()
}

/// One file from this page's memory, its cache, or the network, in this order.
async fn find(
    base: &str,
    name: &str,
    sha256: &str,
    check: Check,
    on_size: &dyn Fn(f64),
    count: &dyn Fn(f64),
) -> Result<Found, WebError> {
    let held = HELD.with_borrow(|held| held.get(sha256).cloned());
    let here = match held {
        Some(held) => Some(held),
        None => cache::get(sha256).await.map(|kept| (kept, false)),
    };
    let found = match here {
        Some((blob, false)) if check == Check::Now => match crypto::sha256_hex(&blob).await? == sha256 {
            true => Some((blob, true)),
            false => {
                cache::remove(sha256).await;
                None
            }
        },
        here => here,
    };
    let (blob, is_checked) = match found {
        Some(found) => {
            on_size(found.0.size());
            count(found.0.size());
            found
        }
        None => {
            let blob = fetch::file(&format!("{base}{name}"), name, on_size, count).await?;
            if crypto::sha256_hex(&blob).await? != sha256 {
                return Err(WebError::Checksum { file: name.to_owned() });
            }
            keep(sha256, &blob);
            (blob, true)
        }
    };
    HELD.with_borrow_mut(|held| held.insert(sha256.to_owned(), (blob.clone(), is_checked)));
    Ok(Found { name: name.to_owned(), blob, sha256: sha256.to_owned(), is_checked })
}

thread_local! {
    /// Files that are being kept; nobody has to wait for that to use them.
    static KEEPING: RefCell<Vec<js_sys::Promise>> = const { RefCell::new(Vec::new()) };
}

fn keep(sha256: &str, blob: &Blob) {
    let (sha256, blob) = (sha256.to_owned(), blob.clone());
    let keeping = future_to_promise(async move {
        // A browser that keeps nothing fetches again next time.
        let _ = cache::put(&sha256, &blob).await;
        Ok(JsValue::UNDEFINED)
    });
    KEEPING.with_borrow_mut(|all| all.push(keeping));
}

/// Whether the core files and the wheels of these packages are kept for use without a network.
pub async fn kept(packages: &[LockPackage]) -> bool {
    let Ok(manifest) = serde_json::from_str::<Manifest>(MANIFEST) else { return false };
    for keeping in KEEPING.with_borrow(Clone::clone) {
        // It never fails.
        let _ = JsFuture::from(keeping).await;
    }
    let sums = manifest.files.values().map(|file| &file.sha256);
    let all = sums.chain(packages.iter().map(|package| &package.sha256));
    join_all(all.map(|sha256| cache::has(sha256))).await.into_iter().all(|is_there| is_there)
}
