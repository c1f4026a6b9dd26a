//! Memory snapshots of the interpreter, made by the built pages in headless Chromium, for the site to hand out.

use crate::hash::Stamp;
use crate::setup::chromium;
use crate::setup::pyodide::Distribution;
use crate::test::{for_scripts, script};
use crate::{hash, paths, process, stage, term};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// Their list, as pages look for it. A site without snapshots has an empty one.
pub const LIST: &str = "snapshots.json";
/// The folder of their parts.
pub const FOLDER: &str = "snapshots";
/// What makes them.
const SCRIPT: &str = "xtask/src/snapshots.mjs";
/// What a snapshot depends on, below `www/`: folders, files.
const SOURCES: ([&str; 2], [&str; 2]) = (["sandbox", "py"], ["snapshot.json", "pyodide.json"]);

/// The folder with the snapshots of these sources, if they are made.
pub fn made(distribution: &Distribution) -> Result<Option<PathBuf>> {
    Ok(stamp(distribution)?.fresh().then(folder))
}

/// Makes those of what is in `dist/`. Without Chromium there are none, and pages start Python from its beginning.
pub fn make(distribution: &Distribution) -> Result<Option<PathBuf>> {
    if chromium::find()?.is_none() {
        term::say("Skipping", "memory snapshots: there is no Chromium to make them (`cargo xtask test` installs it)");
        return Ok(None);
    }
    term::say("Making", "memory snapshots of the interpreter");
    let folder = folder();
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(folder.join(FOLDER))?;
    let mut node = script(SCRIPT)?;
    for_scripts(&mut node, distribution)?;
    process::run(node.env("PYOXIDE_SNAPSHOTS", &folder), "Making memory snapshots")?;
    stamp(distribution)?.set()?;
    Ok(Some(folder))
}

fn folder() -> PathBuf {
    paths::work().join("snapshots")
}

fn stamp(distribution: &Distribution) -> Result<Stamp> {
    let manifest = fs::read_to_string(paths::root().join("Cargo.toml"))?;
    let script = hash::file(&paths::root().join(SCRIPT))?;
    let mut inputs = vec![manifest, distribution.manifest.clone().unwrap_or_default(), script];
    let (folders, files) =
        (SOURCES.0.map(|name| paths::www().join(name)), SOURCES.1.map(|name| paths::www().join(name)));
    for folder in folders {
        for file in stage::walk(&folder)? {
            inputs.push(hash::file(&folder.join(file))?);
        }
    }
    for file in files {
        inputs.push(hash::file(&file)?);
    }
    Ok(Stamp::new("snapshots", &inputs.iter().map(String::as_str).collect::<Vec<_>>()))
}
