//! The Pyodide distribution: the pinned one from the cache, or the one that `PYOXIDE_PYODIDE` names.

use super::{manifest, wheel};
use crate::hash::{self, Stamp};
use crate::{paths, term};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A distribution that was checked.
pub struct Distribution {
    /// Its folder.
    pub dir: PathBuf,
    /// Its manifest as JSON, when it is not the one that the crate carries.
    pub manifest: Option<String>,
}

/// Finds, downloads and checks the distribution.
pub fn ensure() -> Result<Distribution> {
    match std::env::var_os("PYOXIDE_PYODIDE").filter(|dir| !dir.is_empty()) {
        Some(dir) => own(Path::new(&dir)),
        None => pinned(),
    }
}

fn own(dir: &Path) -> Result<Distribution> {
    let dir =
        dir.canonicalize().with_context(|| format!("PYOXIDE_PYODIDE names {}, which is not there", dir.display()))?;
    manifest::check_complete(&dir)
        .context("PYOXIDE_PYODIDE must name the folder of an unpacked release, the one with pyodide.mjs in it")?;
    let manifest = manifest::compute(&dir)?;
    check_wheels_once(&dir)?;
    Ok(Distribution { dir, manifest: Some(manifest.to_string()) })
}

fn pinned() -> Result<Distribution> {
    let dir = paths::cache().join("pyodide");
    let expected = pinned_manifest()?;
    let distribution = Distribution { dir: dir.clone(), manifest: None };
    if dir.is_dir() {
        match check_pinned(&dir, &expected) {
            Ok(()) => return Ok(distribution),
            Err(err) => term::say("Replacing", format!("the unpacked Pyodide: {err:#}")),
        }
    }
    unpack_into(&dir)?;
    check_pinned(&dir, &expected)?;
    Ok(distribution)
}

/// Compares every file with the pinned manifest and the lock file, once for each state of the folder.
fn check_pinned(dir: &Path, expected: &Value) -> Result<()> {
    manifest::check_complete(dir)?;
    let stamp = stamp_of(dir, &expected.to_string())?;
    if stamp.fresh() {
        return Ok(());
    }
    let found = manifest::compute(dir)?;
    let version = expected["version"].as_str().unwrap_or_default();
    if found["files"] != expected["files"] {
        bail!("{} is not the pinned Pyodide {version} (www/pyodide.json)", dir.display());
    }
    let wheels = manifest::check_wheels(dir)?;
    term::say("Checked", format!("Pyodide {version} and {wheels} wheels by sha256"));
    stamp.set()
}

/// Unpacks beside the final place and moves the whole folder there: never half a distribution.
fn unpack_into(dir: &Path) -> Result<()> {
    let wheel = wheel::ensure()?;
    let part = dir.with_extension("part");
    fs::remove_dir_all(&part).ok();
    fs::create_dir_all(&part).with_context(|| format!("{} cannot be made", part.display()))?;
    wheel::unpack(&wheel, &part)?;
    fs::remove_dir_all(dir).ok();
    fs::rename(&part, dir).with_context(|| format!("{} cannot be made", dir.display()))
}

fn pinned_manifest() -> Result<Value> {
    let text = fs::read_to_string(paths::www().join("pyodide.json")).context("www/pyodide.json cannot be read")?;
    serde_json::from_str(&text).context("www/pyodide.json is not JSON")
}

fn check_wheels_once(dir: &Path) -> Result<()> {
    let stamp = stamp_of(dir, "wheels")?;
    if !stamp.fresh() {
        let wheels = manifest::check_wheels(dir)?;
        term::say("Checked", format!("{wheels} wheels in {} by sha256", dir.display()));
        stamp.set()?;
    }
    Ok(())
}

/// A stamp that goes stale when a file of the folder is touched.
fn stamp_of(dir: &Path, what: &str) -> Result<Stamp> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        files.push(wheel::identity(&entry?.path())?);
    }
    files.sort();
    let name = format!("pyodide-{}.stamp", &hash::hex(dir.as_os_str().as_encoded_bytes())[..16]);
    Ok(Stamp::at(paths::cache().join(name), &[what, &files.join("\n")]))
}
