//! The tools that Trunk and wasm-pack look for on PATH, out of this very program.
//!
//! xtask is linked with wasm-bindgen-cli. Called by the name of one of its programs it is that program,
//! so Trunk and wasm-pack find the version that Cargo.lock wants and download nothing.

use crate::setup::npm;
use crate::{paths, process};
use anyhow::{Context, Result};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name of the test runner.
pub const RUNNER: &str = "wasm-bindgen-test-runner";
const BINDGEN: &str = "wasm-bindgen";

/// The tool whose name this program was started by, if any.
pub fn called_as() -> Option<fn() -> Result<()>> {
    let name = env::args_os().next()?;
    match Path::new(&name).file_stem()?.to_str()? {
        BINDGEN => Some(|| wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(env::args_os())),
        RUNNER => Some(|| wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os())),
        _ => None,
    }
}

/// Makes the names, and returns the folder that they are in.
pub fn folder() -> Result<PathBuf> {
    let dir = paths::work().join("bin");
    fs::create_dir_all(&dir)?;
    let own = env::current_exe().context("the path of this program is unknown")?;
    for name in [BINDGEN, RUNNER] {
        let place = dir.join(name).with_extension(env::consts::EXE_EXTENSION);
        if fs::read_link(&place).is_ok_and(|old| old == own) {
            continue;
        }
        fs::remove_file(&place).ok();
        link(&own, &place).with_context(|| format!("{} cannot be made", place.display()))?;
    }
    Ok(dir)
}

#[cfg(unix)]
fn link(own: &Path, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(own, place)
}

#[cfg(not(unix))]
fn link(own: &Path, place: &Path) -> std::io::Result<()> {
    fs::copy(own, place).map(drop)
}

/// PATH with these tools and npm's in front.
pub fn path() -> Result<OsString> {
    Ok(paths::path_with(&[folder()?, npm::programs(), paths::cache().join("tools/bin")]))
}

/// Prints the shell line that puts the tools on PATH.
pub fn print() -> Result<()> {
    npm::ensure()?;
    let dirs = [folder()?, npm::programs(), paths::cache().join("tools/bin")];
    let dirs = dirs.map(|dir| dir.display().to_string()).join(":");
    println!("export PATH=\"{dirs}:$PATH\"");
    Ok(())
}

/// A tool that is installed by cargo, for those who prefer it to xtask, and for CI.
pub struct Tool {
    /// Its name, as crate and as program.
    pub name: &'static str,
    /// The version that was tried.
    pub version: &'static str,
    /// Words for `cargo install`.
    features: &'static [&'static str],
}

/// Trunk: the newest version that the stable Rust of Debian's users compiles. No TLS, it has nothing to download.
pub const TRUNK: Tool = Tool { name: "trunk", version: "0.21.14", features: &["--no-default-features"] };
/// wasm-pack.
pub const WASM_PACK: Tool = Tool { name: "wasm-pack", version: "0.15.1", features: &[] };

impl Tool {
    /// Finds the pinned version on PATH or in the cache, or builds it there without optimisation.
    pub fn ensure(&self) -> Result<()> {
        if self.version_on(&path()?).is_some_and(|found| found == self.version) {
            return Ok(());
        }
        crate::term::say("Installing", format!("{} {} from source (minutes)", self.name, self.version));
        if self.install(&["--locked"]).is_ok() {
            return Ok(());
        }
        // A registry may lack the very patch version of a lock file; newer ones do as well.
        crate::term::say("Installing", format!("{} without its lock file", self.name));
        self.install(&[])
    }

    fn install(&self, more: &[&str]) -> Result<()> {
        let root = paths::cache().join("tools");
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--force", "--root"]).arg(&root);
        cargo.arg(format!("{}@{}", self.name, self.version)).args(self.features).args(more);
        cargo.current_dir(paths::cache());
        for (name, value) in
            [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "0"), ("DEBUG", "0"), ("STRIP", "symbols")]
        {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
        }
        process::run(&mut cargo, &format!("Installing {}", self.name))
    }

    fn version_on(&self, path: &OsString) -> Option<String> {
        let file = env::split_paths(path).map(|dir| dir.join(self.name)).find(|file| file.is_file())?;
        let out = Command::new(file).arg("--version").output().ok()?;
        String::from_utf8_lossy(&out.stdout).split_whitespace().nth(1).map(str::to_owned)
    }
}
