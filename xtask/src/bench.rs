//! `cargo xtask bench`: each figure beside an anchor that was measured in the same run.

use crate::args::Args;
use crate::setup::chromium;
use crate::test::{for_scripts, script};
use crate::{paths, process, term};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A bench: a script that writes its rows to the file named by `PYOXIDE_BENCH_ROWS`; with `PYOXIDE_BENCH_QUICK` it does
/// less, for a first look.
struct Bench {
    name: &'static str,
    about: &'static str,
    script: &'static str,
}

/// All benches. A new one is one line here and its script.
const BENCHES: &[Bench] = &[
    Bench {
        name: "kernel",
        about: "the kernel from navigation to memory after 1,000 runs, beside bare Pyodide",
        script: "tests/bench/kernel.mjs",
    },
    Bench {
        name: "events",
        about: "events a second through the client and onto the page, beside a loop that only parses and appends",
        script: "tests/bench/events.mjs",
    },
    Bench {
        name: "stream",
        about: "a streamed answer of 2k to 128k tokens and a stored chat, beside a full re-render and streaming-markdown",
        script: "tests/bench/stream.mjs",
    },
];

/// One line a bench, for the help.
pub fn list() -> String {
    BENCHES.iter().map(|bench| format!("  {:<9} {}\n", bench.name, bench.about)).collect()
}

/// Runs the bench that was named.
pub fn command(mut args: Args) -> Result<()> {
    let json_file = args.value::<PathBuf>("--json")?;
    let quick = args.flag("--quick");
    let names = args.words()?;
    let [name] = names.as_slice() else {
        bail!("name one bench:\n{}", list());
    };
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        bail!("there is no bench `{name}`; the benches are\n{}", list());
    };
    let rows = run(bench, quick)?;
    print_table(&rows);
    let report = json!({ "bench": bench.name, "machine": machine()?, "rows": rows });
    if let Some(file) = json_file {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        term::say("Wrote", file.display().to_string());
    }
    Ok(())
}

fn run(bench: &Bench, quick: bool) -> Result<Value> {
    let distribution = crate::build_for_tests()?;
    let file = paths::work().join("bench-rows.json");
    fs::remove_file(&file).ok();
    let mut node = script(bench.script)?;
    for_scripts(&mut node, &distribution)?;
    if quick {
        node.env("PYOXIDE_BENCH_QUICK", "1");
    }
    process::run(node.env("PYOXIDE_BENCH_ROWS", &file), &format!("Bench {}", bench.name))?;
    let rows = fs::read_to_string(&file).with_context(|| format!("{} wrote no rows", bench.script))?;
    serde_json::from_str(&rows).with_context(|| format!("the rows of {} are not JSON", bench.script))
}

/// What it was measured on: figures of two machines are not to be compared.
fn machine() -> Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let browser = chromium::ensure()?;
    let version = process::output(Command::new(browser.browser).arg("--version"), "Asking Chromium for its version")?;
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    let model = model.trim_start_matches([' ', '\t', ':']);
    Ok(format!("{model}, {cores} cores, {}, load {load} at the end", version.trim()))
}

fn print_table(rows: &Value) {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = || rows.as_array().into_iter().flatten();
    let width = rows().map(|row| text(row, "work").chars().count()).max().unwrap_or_default();
    println!("\n{:<width$} {:>12} {:>12} {:>7}  n  beside", "work", "ours", "anchor", "ratio");
    let (mut goals, mut met) = (0, 0);
    for row in rows() {
        let figure = |key: &str| format!("{} {}", row[key], text(row, "unit"));
        let ratio = row["ratio"].as_f64().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let goal = match row["goal"].as_str() {
            Some(goal) => {
                let is_met = row["met"] == true;
                goals += 1;
                met += usize::from(is_met);
                format!("  goal {goal}: {}", if is_met { "met" } else { "missed" })
            }
            None => String::new(),
        };
        println!(
            "{:<width$} {:>12} {:>12} {ratio:>7}  {}  {}{goal}",
            text(row, "work"),
            figure("ours"),
            figure("anchor"),
            row["n"],
            text(row, "anchor_name")
        );
    }
    if goals > 0 {
        println!("\n{met} of {goals} goals met");
    }
}
