//! The npm packages of package-lock.json: wasm-opt, esbuild, what goes into `vendor/`, the browser scripts' driver.

use crate::hash::Stamp;
use crate::{paths, process, term};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Installs the packages when they are missing or the lock file has changed.
pub fn ensure() -> Result<()> {
    let root = paths::root();
    let lock = fs::read_to_string(root.join("package-lock.json")).context("package-lock.json cannot be read")?;
    let modules = root.join("node_modules");
    let stamp = Stamp::at(modules.join(".pyoxide.stamp"), &[&lock]);
    if stamp.fresh() {
        return Ok(());
    }
    term::say("Installing", "npm packages (binaryen, esbuild, CodeMirror, KaTeX, Mermaid, Vega …, 370 MB)");
    process::run(
        Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&root),
        "Installing the npm packages",
    )?;
    stamp.set()
}

/// Where npm puts the packages' programs.
pub fn programs() -> PathBuf {
    paths::root().join("node_modules/.bin")
}

/// One of the packages' programs, as a command.
pub fn program(name: &str) -> Command {
    Command::new(programs().join(name))
}
