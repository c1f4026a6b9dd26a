//! The manifest of a distribution: version, sha256 and size of the five files that make Pyodide's core.
//!
//! `www/pyodide.json` is the manifest of the pinned distribution and is compiled into the crate, which
//! refuses any other bytes. For another distribution xtask computes one and hands it to rustc.

use crate::hash;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The files without which Pyodide does not start.
pub const CORE: [&str; 5] =
    ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

/// Computes the manifest of the distribution in `dir`.
pub fn compute(dir: &Path) -> Result<Value> {
    let mut files = serde_json::Map::new();
    for name in CORE {
        let path = dir.join(name);
        let size = path.metadata().with_context(|| format!("{} cannot be read", path.display()))?.len();
        files.insert(name.to_owned(), json!({ "sha256": hash::file(&path)?, "size": size }));
    }
    Ok(json!({ "version": version(dir), "files": files }))
}

/// Refuses a folder that lacks one of the core files.
pub fn check_complete(dir: &Path) -> Result<()> {
    let missing: Vec<_> = CORE.into_iter().filter(|name| !dir.join(name).is_file()).collect();
    if !missing.is_empty() {
        bail!("{} is no Pyodide distribution: it has no {}", dir.display(), missing.join(", "));
    }
    Ok(())
}

/// Compares the wheels in `dir` with the lock file beside them and returns how many there are.
pub fn check_wheels(dir: &Path) -> Result<usize> {
    let lock = fs::read_to_string(dir.join("pyodide-lock.json")).context("pyodide-lock.json cannot be read")?;
    let lock: Value = serde_json::from_str(&lock).context("pyodide-lock.json is not JSON")?;
    let packages = lock["packages"].as_object().context("pyodide-lock.json lists no packages")?;
    let mut checked = 0;
    for package in packages.values() {
        let (Some(name), Some(expected)) = (package["file_name"].as_str(), package["sha256"].as_str()) else {
            bail!("pyodide-lock.json has a package without a file name or sha256");
        };
        let path = dir.join(name);
        if !path.is_file() {
            continue; // a distribution need not carry every package of its lock file
        }
        let found = hash::file(&path)?;
        if found != expected {
            bail!("{name} in {} is not what its lock file says (sha256 {found}, expected {expected})", dir.display());
        }
        checked += 1;
    }
    Ok(checked)
}

/// What package.json says the distribution is.
fn version(dir: &Path) -> String {
    let text = fs::read_to_string(dir.join("package.json")).unwrap_or_default();
    let package: Value = serde_json::from_str(&text).unwrap_or_default();
    package["version"].as_str().unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("pyoxide-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn a_folder_without_the_core_files_is_refused_by_name() {
        let dir = folder("empty");
        let text = check_complete(&dir).unwrap_err().to_string();
        assert!(CORE.iter().all(|name| text.contains(name)), "{text}");
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_wheel_that_differs_from_the_lock_file_is_refused() {
        let dir = folder("wheels");
        let good = hash::hex(b"good");
        let lock = json!({ "packages": {
            "here": { "file_name": "here.whl", "sha256": good },
            "absent": { "file_name": "absent.whl", "sha256": good },
        }});
        fs::write(dir.join("pyodide-lock.json"), lock.to_string()).unwrap();
        fs::write(dir.join("here.whl"), "good").unwrap();
        assert_eq!(check_wheels(&dir).unwrap(), 1);
        fs::write(dir.join("here.whl"), "evil").unwrap();
        assert!(check_wheels(&dir).unwrap_err().to_string().contains("here.whl"));
        fs::remove_dir_all(dir).unwrap();
    }
}
