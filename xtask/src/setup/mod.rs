//! What a build needs beside cargo: found, installed, or named with the command to type.

pub mod apt;
pub mod chromium;
pub mod firefox;
pub mod manifest;
pub mod npm;
pub mod pyodide;
pub mod target;
pub mod wheel;

use anyhow::Result;

/// Everything that a build and its pages need; quick when it is there already.
pub fn all() -> Result<pyodide::Distribution> {
    target::ensure()?;
    npm::ensure()?;
    pyodide::ensure()
}

/// A program named by an environment variable, which must then exist.
fn named(variable: &str) -> Result<Option<std::path::PathBuf>> {
    let Some(file) = std::env::var_os(variable).filter(|file| !file.is_empty()).map(std::path::PathBuf::from) else {
        return Ok(None);
    };
    if !file.is_file() {
        anyhow::bail!("{variable} names {}, which is not there", file.display());
    }
    Ok(Some(file))
}
