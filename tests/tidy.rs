//! Holds the rules that a compiler doesn't: floors, web names, file sizes, markup, logs, documents.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "a test has no users")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

/// The floors, lowest first: a file may use its own floor and those before it.
const FLOORS: [&str; 12] = [
    "ids",
    "file_name",
    "cursor",
    "language",
    "protocol",
    "markdown",
    "ansi",
    "state",
    "executor",
    "web",
    "view",
    "entry",
];

/// The first floor that may name the browser.
const WEB: usize = 9;

const MAX_LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder with one of these extensions, by path from the root.
fn files(folder: &str, extensions: &[&str]) -> BTreeMap<String, String> {
    let paths = WalkDir::new(root().join(folder)).into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    paths
        .filter(|path| path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)))
        .map(|path| (name(&path), fs::read_to_string(&path).expect("a text file")))
        .collect()
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned()
}

/// The floor of a source file: `src/web/js.rs` is on `web`.
fn floor(path: &str) -> Option<usize> {
    let first = path.strip_prefix("src/")?.split(['/', '.']).next()?;
    FLOORS.iter().position(|floor| *floor == first)
}

/// The lines of a Rust file that are code, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a line names this word as a whole.
fn names(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

#[track_caller]
fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn a_floor_uses_only_those_below_it() {
    let mut found = Vec::new();
    for (path, text) in files("src", &["rs"]) {
        let Some(own) = floor(&path) else { continue };
        for (number, line) in code(&text) {
            for floor in FLOORS.iter().skip(own + 1) {
                if names(line, &format!("crate::{floor}")) {
                    found.push(format!("{path}:{number}: {} uses {floor}", FLOORS[own]));
                }
            }
        }
    }
    none(found, "a floor uses one above it");
}

#[test]
fn pure_floors_name_no_browser_no_clock_and_no_chance() {
    let words = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "leptos",
        "gloo_timers",
        "Instant",
        "SystemTime",
        "rand",
        "std::thread",
        "std::fs",
        "std::net",
        "async",
        "await",
    ];
    let mut found = Vec::new();
    for (path, text) in files("src", &["rs"]) {
        if floor(&path).is_none_or(|floor| floor >= WEB) || path.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code(&text) {
            // A name in quotes is data, e.g. the text of a test.
            if let Some(word) = words.iter().find(|word| names(line, word) && !line.contains(&format!("\"{word}"))) {
                found.push(format!("{path}:{number}: {word}"));
            }
        }
    }
    none(found, "a pure floor names the world");
}

#[test]
fn event_types_are_matched_in_one_file() {
    let mut found = Vec::new();
    for (path, text) in files("src", &["rs"]) {
        if path.starts_with("src/protocol/chat/") || path.ends_with("tests.rs") || path.contains("/tests/") {
            continue;
        }
        for (number, line) in code(&text).take_while(|(_, line)| !line.contains("mod tests")) {
            for kind in ["\"chat:message", "\"chat:completion", "\"response:completion", "\"execute:python"] {
                if line.contains(kind) {
                    found.push(format!("{path}:{number}: {kind}"));
                }
            }
        }
    }
    none(found, "an event type is named outside of src/protocol/chat");
}

#[test]
fn no_outside_text_can_become_markup() {
    let words = [
        "inner_html",
        "innerHTML",
        "outerHTML",
        "outer_html",
        "set_inner_html",
        "insertAdjacentHTML",
        "insert_adjacent_html",
        "document.write",
        "DOMParser",
        "DomParser",
        "createContextualFragment",
    ];
    let mut found = Vec::new();
    for (path, text) in files("src", &["rs"]).into_iter().chain(files("www", &["js", "html"])) {
        // Foreign HTML becomes a document there and nowhere else, and a drawn diagram is looked through: in opaque
        // frames with policies of their own.
        if ["www/frames/embed.js", "www/frames/diagram.js"].contains(&path.as_str()) {
            continue;
        }
        for (number, line) in code(&text) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{path}:{number}: {word}"));
            }
        }
    }
    none(found, "text may become markup");
}

#[test]
fn no_frame_is_given_our_origin() {
    let mut found = Vec::new();
    for (path, text) in files("src", &["rs"]).into_iter().chain(files("www", &["js", "html"])) {
        for (number, line) in code(&text) {
            if line.contains("allow-same-origin") {
                found.push(format!("{path}:{number}"));
            }
        }
    }
    none(found, "a frame gets the page's origin");
}

#[test]
fn nothing_is_logged() {
    let mut found = Vec::new();
    for (path, text) in files("src", &["rs"]).into_iter().chain(files("www", &["js"])) {
        if path.contains("vendor-src") {
            continue;
        }
        for (number, line) in code(&text) {
            if ["console.log", "console.info", "console.debug", "console::log", "log!(", "println!"]
                .iter()
                .any(|call| line.contains(call))
            {
                found.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    none(found, "code, tokens and what people write are not logged");
}

#[test]
fn no_file_is_longer_than_anyone_reads() {
    let mut found = Vec::new();
    for (folder, extensions) in
        [("src", ["rs", "ts"]), ("www", ["js", "py"]), ("www", ["css", "html"]), ("xtask/src", ["rs", "py"])]
    {
        for (path, text) in files(folder, &extensions) {
            let is_test = path.ends_with("tests.rs");
            let lines = text.lines().take_while(|line| !line.starts_with("mod tests {")).count();
            if !is_test && lines > MAX_LINES {
                found.push(format!("{path}: {lines} lines"));
            }
        }
    }
    none(found, "a file is too long");
}

#[test]
fn the_sandbox_holds_no_python_text_and_stays_short() {
    let scripts = files("www/sandbox", &["js"]);
    for (path, limit) in [("www/sandbox/sandbox.js", 120), ("www/sandbox/worker.js", 245)] {
        let text = scripts.get(path).unwrap_or_else(|| panic!("{path} is missing"));
        assert!(text.lines().count() <= limit, "{path} is longer than {limit} lines");
        assert!(!text.contains("runPython"), "{path} holds Python as text");
    }
}

#[test]
fn the_architecture_is_told_on_200_lines_and_names_every_floor() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    assert!(text.lines().count() <= 200);
    for floor in FLOORS {
        assert!(text.contains(&format!("`{floor}")), "ARCHITECTURE.md does not name the floor {floor}");
    }
}

#[test]
fn dependencies_have_their_reason_written_down() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let reasons = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut in_table = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_table = line.contains("dependencies]");
        } else if let (true, Some((name, _))) = (in_table, line.split_once(" = "))
            && !name.starts_with([' ', ']', '"', '#'])
            && !reasons.contains(&format!("`{name}`"))
        {
            found.push(name.to_owned());
        }
    }
    none(found, "a dependency without a reason in ARCHITECTURE.md");
}
