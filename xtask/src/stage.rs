//! Lays out a folder of pages, ready for any static host: `www/`, the built crate, `vendor/`, Pyodide.
//!
//! `cargo xtask run` fills `dist/` with it; Trunk calls it for its own staging folder.

use crate::{csp, frames, hash, paths, snapshots};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Parts of `www/` that are compiled into the crate, bundled or put together, not served as they are.
const NOT_SERVED: &[&str] = &["pyodide.json", "snapshot.json", "py", "sandbox", "js/vendor-src", frames::FOLDER];

/// Scripts of frames without a source of their own: they inherit the page's policy, which names their hashes.
const FRAME_SCRIPTS: [&str; 3] = ["sandbox/sandbox.js", "sandbox/html_frame.js", "frames/diagram.js"];

const SERVICE_WORKER: &str = "sw.js";
const SHELL: &str = "const SHELL = { build: \"unstaged\", files: [], later: [] };";

/// What each page carries in its source, and `www/sw.js` looks for.
const MARK: &str = "<meta name=\"pyoxide-build\" content=\"unstaged\" />";

/// What goes into the folder.
pub struct Parts<'a> {
    /// The folder with `pyoxide.js` and its .wasm; None where Trunk has put them there itself.
    pub built: Option<&'a Path>,
    /// The folder with the vendor modules.
    pub vendor: &'a Path,
    /// The Pyodide distribution.
    pub pyodide: &'a Path,
    /// The folder with memory snapshots, if there are any.
    pub snapshots: Option<&'a Path>,
}

/// Fills `folder`. With `built` given the folder is ours alone: files of an earlier build are removed.
pub fn stage(folder: &Path, parts: &Parts) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut files = BTreeMap::new();
    collect_www(&mut files)?;
    collect(parts.vendor, Path::new("vendor"), &mut files, &|_| true)?;
    files.insert(PathBuf::from(snapshots::LIST), b"{}".to_vec());
    if let Some(snapshots) = parts.snapshots {
        collect(snapshots, Path::new(""), &mut files, &|_| true)?;
    }
    if let Some(built) = parts.built {
        collect(built, Path::new(""), &mut files, &|path| !path.ends_with(".d.ts"))?;
        remove_others(folder, &files)?;
    } else {
        let others = walk(folder)?.into_iter().filter(|path| !files.contains_key(path)).collect::<Vec<_>>();
        for path in others {
            files.insert(path.clone(), fs::read(folder.join(path))?);
        }
    }
    let worker = service_worker(&mut files)?;
    files.insert(PathBuf::from(SERVICE_WORKER), worker.into_bytes());
    for (path, bytes) in &files {
        write_if_changed(&folder.join(path), bytes)?;
    }
    link(parts.pyodide, &folder.join("pyodide"))
}

/// Files by their path in the folder.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn collect_www(files: &mut Files) -> Result<()> {
    let www = paths::www();
    let mut frames = Vec::new();
    for name in FRAME_SCRIPTS {
        let script = www.join(name);
        let script = fs::read(&script).with_context(|| format!("{} cannot be read", script.display()))?;
        frames.push(format!("'{}'", hash::integrity(&script)));
    }
    let frames = frames.join(" ");
    let served = |path: &str| path != SERVICE_WORKER && !NOT_SERVED.iter().any(|part| is_below(path, part));
    collect(&www, Path::new(""), files, &served)?;
    for (path, bytes) in files.iter_mut() {
        if path.extension().is_some_and(|ext| ext == "html") {
            let name = path.to_string_lossy();
            let source =
                String::from_utf8(std::mem::take(bytes)).with_context(|| format!("www/{name} is not UTF-8"))?;
            *bytes = page(&name, &source, &frames)?.into_bytes();
        }
    }
    files.extend(frames::pages()?);
    Ok(())
}

/// A page as it is served: with its policy, without the lines that only Trunk reads.
fn page(name: &str, source: &str, frames: &str) -> Result<String> {
    let lines = source.split_inclusive('\n').filter(|line| !line.contains("data-trunk"));
    csp::into_page(name, &lines.collect::<String>(), frames)
}

fn is_below(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads the files below `dir` whose path the filter takes; dot files are left out.
fn collect(dir: &Path, to: &Path, files: &mut Files, wanted: &dyn Fn(&str) -> bool) -> Result<()> {
    for path in walk(dir)? {
        if wanted(&name_of(&path)) {
            let source = dir.join(&path);
            let bytes = fs::read(&source).with_context(|| format!("{} cannot be read", source.display()))?;
            files.insert(to.join(path), bytes);
        }
    }
    Ok(())
}

/// The files below a folder, as paths relative to it. Links to folders are not followed.
pub fn walk(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(below) = waiting.pop() {
        let here = dir.join(&below);
        for entry in fs::read_dir(&here).with_context(|| format!("{} cannot be read", here.display()))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let path = below.join(entry.file_name());
            match entry.file_name().to_string_lossy().starts_with('.') {
                true => {}
                false if kind.is_dir() => waiting.push(path),
                false if kind.is_file() => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Unchanged files keep their time, and so their ETag.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn remove_others(folder: &Path, files: &Files) -> Result<()> {
    for path in walk(folder)? {
        if path != Path::new(SERVICE_WORKER) && !files.contains_key(&path) {
            fs::remove_file(folder.join(&path))?;
        }
    }
    Ok(())
}

/// The service worker with the list of the files that it keeps; their pages get the mark of the build.
fn service_worker(files: &mut Files) -> Result<String> {
    let source = paths::www().join(SERVICE_WORKER);
    let source = fs::read_to_string(&source).with_context(|| format!("{} cannot be read", source.display()))?;
    let shell = || files.iter().map(|(path, bytes)| (name_of(path), bytes)).filter(|(name, _)| is_shell(name));
    let list: Vec<_> = shell().map(|(name, bytes)| (name, hash::integrity(bytes))).collect();
    let build = &hash::hex(format!("{source}{list:?}").as_bytes())[..16];
    for (path, bytes) in files.iter_mut().filter(|(path, _)| is_page(path)) {
        *bytes = marked(bytes, build).with_context(|| format!("{} has no `{MARK}`", path.display()))?;
    }
    fill_shell(&source, build, list)
}

fn name_of(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Whether it is a page that a service worker answers.
fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|ext| ext == "html") && is_shell(&name_of(path))
}

/// A page that says which build it belongs to.
fn marked(page: &[u8], build: &str) -> Option<Vec<u8>> {
    let page = std::str::from_utf8(page).ok()?;
    page.contains(MARK).then(|| page.replacen(MARK, &MARK.replace("unstaged", build), 1).into_bytes())
}

/// Frames are not among them, nor what is for them alone: a service worker answers no opaque frame.
fn is_shell(name: &str) -> bool {
    name != SERVICE_WORKER
        && !["pyodide", snapshots::FOLDER, frames::FOLDER, "vendor/diagram", "vendor/embed"]
            .iter()
            .any(|part| is_below(name, part))
        && !name.ends_with(".map")
        && !name.ends_with(".txt")
}

/// What only some messages need: kept once it has been needed.
fn is_needed_later(name: &str) -> bool {
    ["vendor/highlight", "vendor/math", "vendor/chart"].iter().any(|part| is_below(name, part))
}

fn fill_shell(source: &str, build: &str, list: Vec<(String, String)>) -> Result<String> {
    if !source.contains(SHELL) {
        bail!("www/{SERVICE_WORKER} has no line `{SHELL}`, where the list of files belongs");
    }
    // Hosts may rewrite pages (a narrower policy, an analytics line): those are kept as they come.
    let entry = |(name, value): (String, String)| {
        let integrity = if name.ends_with(".html") { String::new() } else { value };
        (is_needed_later(&name), json!([name, integrity]))
    };
    let (later, files): (Vec<_>, Vec<_>) = list.into_iter().map(entry).partition(|(is_later, _)| *is_later);
    let entries = |list: Vec<(bool, Value)>| list.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>();
    let filled =
        format!("const SHELL = {};", json!({ "build": build, "files": entries(files), "later": entries(later) }));
    Ok(source.replacen(SHELL, &filled, 1))
}

/// Makes `place` lead to the distribution without copying its 63 MB.
fn link(target: &Path, place: &Path) -> Result<()> {
    if fs::read_link(place).is_ok_and(|old| old == target) {
        return Ok(());
    }
    match fs::symlink_metadata(place) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(place)?,
        Ok(_) => fs::remove_file(place)?,
        Err(_) => {}
    }
    symlink(target, place).with_context(|| format!("{} cannot be linked", place.display()))
}

#[cfg(unix)]
fn symlink(target: &Path, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(windows)]
fn symlink(target: &Path, place: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gets_its_policy_and_loses_trunks_lines() {
        let source = "<head>\n<!-- csp -->\n<link data-trunk rel=\"rust\">\n</head>\n";
        let page = page("index.html", source, "sha256-A").unwrap();
        assert!(page.contains("Content-Security-Policy") && !page.contains("data-trunk"), "{page}");
        assert!(page.ends_with("</head>\n"));
    }

    #[test]
    fn compiled_in_parts_are_not_served() {
        assert!(is_below("py/kernel.py", "py") && is_below("pyodide.json", "pyodide.json"));
        assert!(!is_below("pyoxide.js", "py") && !is_below("js/offline.js", "js/vendor-src"));
    }

    #[test]
    fn the_service_worker_lists_files_with_integrity_but_pages_without() {
        let source = include_str!("../../www/sw.js");
        let list = [("a.js", "sha256-A"), ("b.html", "sha256-B"), ("vendor/math/math.js", "sha256-C")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let filled = fill_shell(source, "0123", list.to_vec()).unwrap();
        let shell = r#"const SHELL = {"build":"0123","files":[["a.js","sha256-A"],["b.html",""]],"later":[["vendor/math/math.js","sha256-C"]]};"#;
        assert!(filled.contains(shell), "{filled}");
        assert!(fill_shell("", "0123", list.to_vec()).is_err());
    }

    #[test]
    fn a_page_says_which_build_it_belongs_to() {
        let page = marked(format!("<head>{MARK}</head>").as_bytes(), "0123").expect("it has the mark");
        assert_eq!(page, br#"<head><meta name="pyoxide-build" content="0123" /></head>"#);
        assert_eq!(marked(b"<head></head>", "0123"), None);
        let worker = include_str!("../../www/sw.js");
        assert!(worker.contains(r#"<meta name="pyoxide-build" content="(\w+)""#), "the worker looks for another mark");
    }

    #[test]
    fn pyodide_and_maps_are_left_to_others() {
        let kept =
            ["index.html", "pyoxide_bg.wasm", "vendor/codemirror.js", "vendor/math/math.js", "vendor/chart/vega.js"];
        let left = [
            "sw.js",
            "frames/embed.html",
            "pyodide/pyodide.mjs",
            "snapshots/plain-heap",
            "vendor/a.js.map",
            "vendor/LICENSES.txt",
            "vendor/diagram/vega.js",
            "vendor/embed/chart.js",
        ];
        assert!(kept.iter().all(|name| is_shell(name)) && !left.iter().any(|name| is_shell(name)));
    }
}
