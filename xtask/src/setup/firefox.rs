//! Firefox, in which the sandbox is tested a second time where it can be had.

use super::{apt, named};
use crate::paths;
use anyhow::Result;
use std::path::PathBuf;

const BROWSERS: &[&str] = &["firefox-esr", "firefox"];

/// Finds it; on Debian as root it installs it. Elsewhere there may be none, and then it says why.
pub fn ensure() -> Result<Result<PathBuf, String>> {
    let find = || BROWSERS.iter().find_map(|name| paths::on_path(name));
    if let Some(found) = named("FIREFOX")?.or_else(find) {
        return Ok(Ok(found));
    }
    let installed = apt::install(&["firefox-esr"], "Firefox is not here");
    Ok(match (installed, find()) {
        (Ok(()), Some(found)) => Ok(found),
        (Ok(()), None) => Err("Debian installed firefox-esr, but it is not on PATH".to_owned()),
        (Err(why), _) => Err(format!("{why:#}")),
    })
}
