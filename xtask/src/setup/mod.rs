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
