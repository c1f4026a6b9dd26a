//! docs/conformance.md: each event type of PROTOCOL.md 2.1 and what proved it in this run of the tests.

use super::report::Report;
use crate::paths;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The suites that prove types, in the order of the table's columns.
const SUITES: [(&str, &str); 3] =
    [("e2e", "On the real server"), ("traces", "Recorded traffic"), ("hostile", "Hostile input")];

const HEAD: &str = "# Conformance with Open WebUI 0.12.4

Made by `cargo xtask test`: what proved, in its last whole run, that this client handles each event type and call of
PROTOCOL.md 2.1. *On the real server*: cases of `tests/e2e/cases`, with plugins that send each type. *Recorded traffic*:
`tests/traces.rs` reaches the state that the server stored. *Hostile input*: items of the corpus that
`tests/hostile.rs` judges; the number of items.

";

/// Where runners leave what they have proved.
fn folder() -> PathBuf {
    paths::root().join("target/proofs")
}

/// Forgets what earlier runs proved.
pub fn forget() -> Result<()> {
    fs::remove_dir_all(folder()).ok();
    fs::create_dir_all(folder()).context("target/proofs cannot be made")
}

/// Tells a runner where to leave what it proves.
pub fn tell(command: &mut Command) -> &mut Command {
    command.env("PYOXIDE_PROOFS", folder())
}

/// Writes the table and checks that the one that is there says the same; nothing, unless all that it is made of was run
/// and passed.
pub fn check(reports: &[Report]) -> Result<Option<Report>> {
    let read =
        |suite: &str| serde_json::from_str(&fs::read_to_string(folder().join(format!("{suite}.json"))).ok()?).ok();
    let proofs: Option<Vec<Value>> = SUITES.iter().map(|(suite, _)| read(suite)).collect();
    let whole = reports.iter().all(|report| report.words.is_empty() && report.failed == 0);
    let (Some(proofs), true) = (proofs, whole) else { return Ok(None) };
    println!("\n==== conformance ====");
    let mut report = Report::new("conformance", &[]);
    report.holds("docs/conformance.md says what was proved", compare(&proofs))?;
    report.end();
    Ok(Some(report))
}

fn compare(proofs: &[Value]) -> Result<()> {
    let path = paths::root().join("docs/conformance.md");
    let table = table(proofs)?;
    if fs::read_to_string(&path).is_ok_and(|there| there == table) {
        return Ok(());
    }
    fs::write(&path, table).context("docs/conformance.md cannot be written")?;
    bail!("it did not; it does now: commit it")
}

fn table(proofs: &[Value]) -> Result<String> {
    let types =
        proofs.iter().find_map(|proof| proof["types"].as_array()).context("no runner told the table of types")?;
    let mut text = String::from(HEAD);
    let columns: Vec<&str> = SUITES.iter().map(|(_, column)| *column).collect();
    writeln!(text, "| # | type | kind | {} |", columns.join(" | "))?;
    writeln!(text, "|---|---|---|---|---|---|")?;
    let mut unproved = Vec::new();
    for (number, row) in types.iter().enumerate() {
        let names: Vec<&str> = row["names"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let cells: Vec<String> = proofs.iter().map(|proof| cell(proof, &names)).collect();
        if cells[0].is_empty() {
            unproved.push(names[0]);
        }
        let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        writeln!(
            text,
            "| {} | {} | {} | {} |",
            number + 1,
            shown.join(", "),
            row["kind"].as_str().unwrap_or_default(),
            cells.join(" | ")
        )?;
    }
    if !unproved.is_empty() {
        bail!("nothing proves on the real server: {}", unproved.join(", "));
    }
    Ok(text)
}

/// What a suite proved of a type: cases by name, or their number where they have none.
fn cell(proof: &Value, names: &[&str]) -> String {
    let mut cases: BTreeMap<&str, u64> = BTreeMap::new();
    for pair in proof["proves"].as_array().into_iter().flatten() {
        if let (Some(kind), Some(case)) = (pair[0].as_str(), pair[1].as_str())
            && names.contains(&kind)
        {
            *cases.entry(case).or_default() += 1;
        }
    }
    let suite = proof["suite"].as_str().unwrap_or_default();
    match suite {
        "hostile" if cases.is_empty() => String::new(),
        "hostile" => cases.values().sum::<u64>().to_string(),
        "traces" if cases.is_empty() => String::new(),
        "traces" => "yes".to_owned(),
        _ => cases
            .keys()
            .map(|case| case.split_once(": ").map_or(*case, |(_, name)| name))
            .collect::<Vec<_>>()
            .join("; "),
    }
}
