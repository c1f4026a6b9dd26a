//! The files of the Python distribution: fetched once, verified, kept (SECURITY.md 2.4, step 1).
//!
//! Core files are checked against the manifest compiled into this build, wheels against the lock file; what
//! doesn't match never reaches a sandbox.

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
}

thread_local! {
    /// Verified files in use by this page: a restart reads nothing again. Blobs are the browser's to keep.
    static VERIFIED: RefCell<BTreeMap<String, Blob>> = const { RefCell::new(BTreeMap::new()) };
}

/// How many bytes of how many have come.
pub trait OnBytes: Fn(f64, f64) {}
impl<F: Fn(f64, f64)> OnBytes for F {}

/// Brings the core files.
///
/// # Errors
/// A file is missing, damaged, or can't be reached.
pub async fn core(base: &str, on_bytes: impl OnBytes) -> Result<Core, WebError> {
    let manifest: Manifest = serde_json::from_str(MANIFEST)
        .map_err(|error| WebError::Unreadable { what: strings::manifest().into(), why: error.to_string() })?;
    let wanted = manifest.files.iter().map(|(name, file)| (name.as_str(), file.sha256.as_str(), file.size));
    let mut files = bring(base, wanted.collect(), on_bytes).await?;
    let unreadable = |why: String| WebError::Unreadable { what: LOCK.into(), why };
    let at = files
        .iter()
        .position(|(name, _)| name == LOCK)
        .ok_or_else(|| unreadable("it is not in the manifest".into()))?;
    let text = String::from_utf8(blob::bytes(&files.swap_remove(at).1).await?)
        .map_err(|error| unreadable(error.to_string()))?;
    let lock = LockFile::parse(&text).map_err(|error| unreadable(error.to_string()))?;
    Ok(Core { lock: Arc::new(lock), lock_text: text.into(), files })
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
    bring(base, wanted.collect(), on_bytes).await
}

/// Brings files that are named with their checksum and, if known, their size; all at once.
async fn bring(
    base: &str,
    wanted: Vec<(&str, &str, f64)>,
    on_bytes: impl OnBytes,
) -> Result<Vec<(String, Blob)>, WebError> {
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
        verified(base, name, sha256, &on_size, &count).await
    };
    let jobs: Vec<_> = wanted.iter().map(|(name, sha256, size)| one(name, sha256, *size)).collect();
    let mut files = Vec::with_capacity(wanted.len());
    for (result, (name, _, _)) in join_all(jobs).await.into_iter().zip(&wanted) {
        files.push(((*name).to_owned(), result?));
    }
    Ok(files)
}

/// One file from this page's memory, its cache, or the network, in this order; verified when it enters the page.
async fn verified(
    base: &str,
    name: &str,
    sha256: &str,
    on_size: &dyn Fn(f64),
    count: &dyn Fn(f64),
) -> Result<Blob, WebError> {
    if let Some(blob) = VERIFIED.with_borrow(|known| known.get(sha256).cloned()) {
        on_size(blob.size());
        count(blob.size());
        return Ok(blob);
    }
    if let Some(kept) = cache::get(sha256).await {
        if crypto::sha256_hex(&kept).await? == sha256 {
            on_size(kept.size());
            count(kept.size());
            VERIFIED.with_borrow_mut(|known| known.insert(sha256.to_owned(), kept.clone()));
            return Ok(kept);
        }
        cache::remove(sha256).await;
    }
    let blob = fetch::file(&format!("{base}{name}"), name, on_size, count).await?;
    if crypto::sha256_hex(&blob).await? != sha256 {
        return Err(WebError::Checksum { file: name.to_owned() });
    }
    keep(sha256, &blob);
    VERIFIED.with_borrow_mut(|known| known.insert(sha256.to_owned(), blob.clone()));
    Ok(blob)
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
    for sha256 in sums.chain(packages.iter().map(|package| &package.sha256)) {
        if !cache::has(sha256).await {
            return false;
        }
    }
    true
}
