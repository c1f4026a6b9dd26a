//! The wasm32 target of the Rust toolchain, and versions that must agree.

use crate::{paths, process, term};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// The one target that the pages are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The version of wasm-bindgen-cli that xtask is linked with.
pub const BINDGEN: &str = "0.2.130";

/// Adds the wasm32 target when the toolchain lacks it, and compares wasm-bindgen's versions.
pub fn ensure() -> Result<()> {
    let lock = paths::root().join("Cargo.lock");
    if let Ok(lock) = std::fs::read_to_string(lock) {
        compare(&lock)?;
    }
    let libdir = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let libdir = libdir.context("`rustc` was not found: install Rust with rustup, then try again")?;
    let libdir = String::from_utf8_lossy(&libdir.stdout).trim().to_owned();
    if !libdir.is_empty() && std::path::Path::new(&libdir).is_dir() {
        return Ok(());
    }
    if paths::on_path("rustup").is_none() {
        bail!(
            "this Rust has no {TARGET} target and there is no rustup to add it: \
             install Rust with rustup, then type `rustup target add {TARGET}`"
        );
    }
    term::say("Installing", format!("the {TARGET} target"));
    process::run(Command::new("rustup").args(["target", "add", TARGET]), "Installing the WebAssembly target")
}

/// Refuses a Cargo.lock whose wasm-bindgen is not the one that xtask is linked with.
fn compare(lock: &str) -> Result<()> {
    match locked(lock, "wasm-bindgen") {
        Some(version) if version != BINDGEN => bail!(
            "Cargo.lock has wasm-bindgen {version} and xtask/Cargo.toml has wasm-bindgen-cli {BINDGEN}: \
             give both the same version"
        ),
        _ => Ok(()),
    }
}

/// The version that a Cargo.lock gives a package.
pub fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linked_version_is_the_one_of_the_lock_file() {
        let own = include_str!("../../Cargo.lock");
        assert_eq!(locked(own, "wasm-bindgen-cli"), Some(BINDGEN));
    }

    #[test]
    fn another_version_in_the_crate_is_refused_with_both_numbers() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        let text = compare(lock).unwrap_err().to_string();
        assert!(text.contains("0.2.129") && text.contains(BINDGEN), "{text}");
        assert!(compare("").is_ok());
    }
}
