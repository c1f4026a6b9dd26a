//! `cargo xtask bench`: each figure beside an anchor measured in the same run.

use crate::args::Args;
use anyhow::{Result, bail};

/// One line a bench, for the help.
pub fn list() -> String {
    String::new()
}

/// Runs a bench.
pub fn command(_: Args) -> Result<()> {
    bail!("none yet")
}
