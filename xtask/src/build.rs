//! From the crate to `pyoxide.js` and a small `pyoxide_bg.wasm`: cargo, wasm-bindgen, wasm-opt.

use crate::hash::{self, Stamp};
use crate::setup::pyodide::Distribution;
use crate::setup::{npm, target};
use crate::{paths, process, term};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The crate's name, and so the stem of the built files.
pub const NAME: &str = "pyoxide";

/// What wasm-opt shall do. Measured on this crate (opt-level "s", LTO): nothing 1,947 kB, 454 kB by brotli; -O1 1,858 kB,
/// 450 kB; -Os 1,753 kB, 486 kB; -Oz 1,699 kB, 488 kB and four times the work. -O1 is the smallest over the wire.
const LEVEL: &str = "-O1";

/// How much work the compiler shall do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Small and quick to run; what is published.
    Release,
    /// Quick to build; wasm-opt is left out.
    Dev,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Mode::Release => "release",
            Mode::Dev => "dev",
        }
    }
}

/// Builds the crate for web pages and returns the folder with the result. Unchanged steps are skipped.
pub fn build(mode: Mode, distribution: &Distribution) -> Result<PathBuf> {
    let wasm = compile(mode, distribution)?;
    let out = paths::work().join(format!("web-{}", mode.name()));
    let lock = fs::read_to_string(paths::root().join("package-lock.json")).unwrap_or_default();
    let inputs = [mode.name(), target::BINDGEN, LEVEL, &hash::file(&wasm)?, &lock];
    let stamp = Stamp::new(&format!("web-{}", mode.name()), &inputs);
    if stamp.fresh() && out.join(format!("{NAME}_bg.wasm")).is_file() {
        return Ok(out);
    }
    fs::remove_dir_all(&out).ok();
    bind(&wasm, &out)?;
    if mode == Mode::Release {
        optimise(&out.join(format!("{NAME}_bg.wasm")))?;
    }
    stamp.set()?;
    Ok(out)
}

/// Lets a command of cargo's see which distribution the crate shall accept.
pub fn with_manifest<'a>(command: &'a mut Command, distribution: &Distribution) -> &'a mut Command {
    match &distribution.manifest {
        Some(manifest) => command.env("PYOXIDE_PYODIDE_MANIFEST", manifest),
        None => command.env_remove("PYOXIDE_PYODIDE_MANIFEST"),
    }
}

/// Runs cargo, which shows its own progress, and returns the .wasm file that it made.
fn compile(mode: Mode, distribution: &Distribution) -> Result<PathBuf> {
    term::say("Building", format!("{NAME} for the web ({})", mode.name()));
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--lib", "--target", target::TARGET]);
    // The last lines of standard output name the files; errors stay readable on standard error.
    cargo.arg("--message-format=json-render-diagnostics").current_dir(paths::root());
    if mode == Mode::Release {
        cargo.arg("--release");
    }
    with_manifest(&mut cargo, distribution).stdout(Stdio::piped());
    let mut wasm = None;
    let status = process::lines(&mut cargo, |line| wasm = artifact(line).or(wasm.take()))?;
    process::check(&cargo, status, "Compiling the crate")?;
    wasm.with_context(|| format!("cargo built no {NAME}.wasm: is \"cdylib\" still a crate-type of Cargo.toml?"))
}

/// The crate's .wasm file, if this message of cargo's is about it.
fn artifact(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != NAME {
        return None;
    }
    let files = message["filenames"].as_array()?;
    let wasm = files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm"))?;
    Some(PathBuf::from(wasm))
}

fn bind(wasm: &Path, out: &Path) -> Result<()> {
    term::say("Binding", format!("{NAME}.js"));
    let (wasm, out) = (wasm.as_os_str(), out.as_os_str());
    let words = ["--target", "web", "--out-name", NAME, "--out-dir"].map(std::ffi::OsStr::new);
    let args = ["wasm-bindgen".as_ref()].into_iter().chain(words).chain([out, wasm]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args).context("wasm-bindgen failed")
}

fn optimise(wasm: &Path) -> Result<()> {
    let before = wasm.metadata()?.len();
    term::say("Optimising", format!("{NAME}_bg.wasm ({})", term::bytes(before)));
    let small = wasm.with_extension("small");
    process::run(npm::program("wasm-opt").arg(wasm).arg("-o").arg(&small).arg(LEVEL), "Making the WebAssembly small")?;
    fs::rename(&small, wasm)?;
    term::say("Optimised", format!("{NAME}_bg.wasm to {}", term::bytes(wasm.metadata()?.len())));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wasm_is_found_among_cargos_messages() {
        let line = r#"{"reason":"compiler-artifact","target":{"name":"pyoxide"},"filenames":["/t/libpyoxide.rlib","/t/pyoxide.wasm"]}"#;
        assert_eq!(artifact(line), Some(PathBuf::from("/t/pyoxide.wasm")));
        assert_eq!(artifact(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(artifact("warning: not JSON"), None);
    }
}
