//! `cargo xtask test`: the suites, one after the other, and their runners' closing lines at the end.

mod conformance;
mod relay;
mod report;
mod suites;
mod trunk;

use crate::args::Args;
use crate::term;
use anyhow::{Result, bail};
use report::Report;
use std::time::Instant;
pub use suites::{for_scripts, script};

/// A suite of tests.
struct Suite {
    /// What people type.
    name: &'static str,
    /// What it proves, for the help.
    about: &'static str,
    /// Runs it; steps that fail are in the report, an error means that it could not go on.
    run: fn(&mut Report) -> Result<()>,
}

/// All suites, quick ones first. A new one is one line here and its function.
const SUITES: &[Suite] = &[
    Suite {
        name: "native",
        about: "format, lints, the pure floors and the tools, without a browser",
        run: suites::native,
    },
    Suite { name: "traces", about: "recorded traffic gives the stored chats, natively", run: suites::traces },
    Suite { name: "sandbox", about: "the sandbox frame and its worker, in Chromium", run: suites::sandbox },
    Suite { name: "firefox", about: "the same in Firefox, where it can be had", run: suites::firefox },
    Suite { name: "browser", about: "the web floors, in Chromium by wasm-bindgen's runner", run: suites::browser },
    Suite { name: "hostile", about: "foreign code and HTML in their frames, in Chromium", run: suites::hostile },
    Suite { name: "e2e", about: "the pages as people use them, against a real server", run: suites::e2e },
    Suite { name: "trunk", about: "Trunk and wasm-pack build and test the same sources", run: trunk::run },
];

/// What `--quick` runs.
const QUICK: Suite = Suite { name: "quick", about: "", run: suites::quick };

/// One line a suite, for the help.
pub fn list() -> String {
    SUITES.iter().map(|suite| format!("  {:<9} {}\n", suite.name, suite.about)).collect()
}

/// Runs the suites that were named, or all.
pub fn command(mut args: Args, runner_words: &[String]) -> Result<()> {
    let quick = args.flag("--quick");
    let chosen = choose(&args.words()?, quick)?;
    if !runner_words.is_empty() && chosen.len() != 1 {
        bail!("words after `--` go to one suite's runner: name that suite");
    }
    conformance::forget()?;
    let mut reports = Vec::new();
    for suite in &chosen {
        println!("\n==== {} ====", suite.name);
        let begun = Instant::now();
        let mut report = Report::new(suite.name, runner_words);
        if let Err(err) = (suite.run)(&mut report) {
            report.broken(&format!("{err:#}"));
        }
        report.end();
        term::say("Finished", format!("suite {} in {}", suite.name, term::seconds(begun.elapsed())));
        reports.push(report);
    }
    reports.extend(conformance::check(&reports)?);
    close(&reports)
}

fn choose(names: &[String], quick: bool) -> Result<Vec<&'static Suite>> {
    if quick {
        return match names {
            [] => Ok(vec![&QUICK]),
            _ => bail!("--quick runs a choice of its own: leave the suites' names out"),
        };
    }
    let by_name = |name: &String| match SUITES.iter().find(|suite| suite.name == name) {
        Some(suite) => Ok(suite),
        None => bail!("there is no suite `{name}`; the suites are\n{}", list()),
    };
    match names {
        [] => Ok(SUITES.iter().collect()),
        _ => names.iter().map(by_name).collect(),
    }
}

/// Repeats the closing lines of all runners, and fails if anything did.
fn close(reports: &[Report]) -> Result<()> {
    println!("\n==== summary ====");
    for report in reports {
        report.print_summary();
    }
    let (passed, failed) = reports.iter().fold((0, 0), |(p, f), report| (p + report.passed, f + report.failed));
    let bad: Vec<_> = reports.iter().filter(|report| report.failed > 0).map(|report| report.suite).collect();
    println!("\ntotal: {passed} passed, {failed} failed");
    if !bad.is_empty() {
        bail!("tests failed in: {}. The suites' own lines stand above", bad.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_found_by_name() {
        assert_eq!(choose(&[], false).unwrap().len(), SUITES.len());
        assert_eq!(choose(&["e2e".into()], false).unwrap()[0].name, "e2e");
        assert_eq!(choose(&[], true).unwrap()[0].name, "quick");
        let Err(err) = choose(&["nope".into()], false) else { panic!("`nope` is no suite") };
        assert!(err.to_string().contains("native"), "{err}");
    }
}
