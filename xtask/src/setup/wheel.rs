//! The open-webui wheel: the one place on a package registry that carries a whole Pyodide distribution.

use super::apt;
use crate::{hash, paths, process, term};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const REQUIREMENT: &str = "open-webui==0.12.4";
const FILE: &str = "open_webui-0.12.4-py3-none-any.whl";
const SHA256: &str = "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6";
const SIZE: u64 = 106_366_595;
const UNPACK: &str = include_str!("unpack.py");

/// The wheel's file, downloaded by pip and checked when it is not there yet.
pub fn ensure() -> Result<PathBuf> {
    let dir = paths::cache().join("wheel");
    let file = dir.join(FILE);
    if !file.exists() {
        ensure_pip()?;
        download(&dir).context("the Pyodide distribution could not be downloaded")?;
    }
    let stamp = hash::Stamp::at(dir.join(format!("{FILE}.stamp")), &[SHA256, &identity(&file)?]);
    if !stamp.fresh() {
        let found = hash::file(&file)?;
        if found != SHA256 {
            fs::remove_file(&file)?;
            bail!(
                "{FILE} is not the file that was pinned (sha256 {found}, expected {SHA256}). \
                 It was removed; try again, and if it happens again tell the authors"
            );
        }
        stamp.set()?;
    }
    Ok(file)
}

/// Unpacks the distribution's files out of the wheel into `folder`.
pub fn unpack(wheel: &Path, folder: &Path) -> Result<()> {
    term::say("Unpacking", format!("Pyodide out of {FILE}"));
    let mut python = Command::new("python3");
    python.args(["-c", UNPACK]).arg(wheel).arg(folder);
    process::output(&mut python, "Unpacking Pyodide").map(drop)
}

/// Size and time of a file: enough to see that it was not touched since it was checked.
pub fn identity(file: &Path) -> Result<String> {
    let meta = file.metadata().with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(format!("{} {} {:?}", file.display(), meta.len(), meta.modified()?))
}

fn ensure_pip() -> Result<()> {
    if process::succeeds(Command::new("python3").args(["-m", "pip", "--version"])) {
        return Ok(());
    }
    apt::install(&["python3", "python3-pip"], "Python's pip, which downloads Pyodide, is not here")
}

fn download(dir: &Path) -> Result<()> {
    let part = dir.join("part");
    fs::remove_dir_all(&part).ok();
    fs::create_dir_all(part.join("tmp")).with_context(|| format!("{} cannot be made", part.display()))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]);
    // Only the files in it are used: which Python the wheel's own code wants does not matter.
    pip.args(["--ignore-requires-python", "--disable-pip-version-check", "--dest"]);
    // pip writes below TMPDIR while it downloads, so that is what we can watch grow.
    pip.arg(&part).arg(REQUIREMENT).env("TMPDIR", part.join("tmp")).stdin(Stdio::null());
    let mut child = pip.spawn().context("`python3` was not found: type `apt-get install python3 python3-pip`")?;
    let status = watch(&mut child, &part)?;
    process::check(&pip, status, "Downloading Pyodide with pip")?;
    fs::rename(part.join(FILE), dir.join(FILE)).with_context(|| format!("pip did not leave a {FILE}"))?;
    fs::remove_dir_all(part).ok();
    Ok(())
}

fn watch(child: &mut Child, part: &Path) -> Result<std::process::ExitStatus> {
    let mut progress = term::Progress::new("Downloading", "Pyodide, in the open-webui wheel, by pip", SIZE);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        progress.at(size_below(part));
        std::thread::sleep(Duration::from_millis(300));
    };
    if status.success() {
        progress.at(SIZE);
    }
    progress.end();
    Ok(status)
}

fn size_below(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else {
        return 0;
    };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size_below(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
