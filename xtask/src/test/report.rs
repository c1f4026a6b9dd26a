//! What a suite's runners said: their output as it comes, their closing lines once more at the end.

use crate::{process, term};
use anyhow::Result;
use std::process::Command;
use std::time::Duration;

/// How long a runner may say nothing, the building of its tests included.
const SILENCE: Duration = Duration::from_secs(600);

/// The outcome of one suite.
pub struct Report {
    /// The suite's name.
    pub suite: &'static str,
    /// Words that the user gave for the runner.
    pub words: Vec<String>,
    /// Tests that passed.
    pub passed: u64,
    /// Tests, steps and checks that failed.
    pub failed: u64,
    checks: (u64, u64),
    lines: Vec<String>,
}

impl Report {
    /// An empty report.
    pub fn new(suite: &'static str, words: &[String]) -> Self {
        Self { suite, words: words.to_vec(), passed: 0, failed: 0, checks: (0, 0), lines: Vec::new() }
    }

    /// Runs a test runner: its output is shown, its closing lines are kept.
    pub fn tests(&mut self, what: &str, command: &mut Command) -> Result<()> {
        if !self.told(what, command)? {
            self.silent(what, command);
        }
        Ok(())
    }

    /// Runs a test runner that waits for a browser without end: one that hangs is started once more.
    pub fn browser_tests(&mut self, what: &str, command: &mut Command) -> Result<()> {
        if self.told(what, command)? {
            return Ok(());
        }
        println!("{what}: the browser hangs; once more, with another");
        self.tests(what, command)
    }

    /// Whether a runner ended by itself; what it said then counts.
    fn told(&mut self, what: &str, command: &mut Command) -> Result<bool> {
        term::say("Testing", what);
        let (mut passed, mut failed) = (0, 0);
        let mut kept = Vec::new();
        let end = process::lines_within(command, SILENCE, |line| {
            println!("{line}");
            if let Some((p, f)) = counts(line) {
                (passed, failed) = (passed + p, failed + f);
                kept.push(line.to_owned());
            }
        })?;
        let Some(status) = end else { return Ok(false) };
        self.lines.extend(kept);
        self.passed += passed;
        self.failed += failed;
        if !status.success() && failed == 0 {
            self.broken(&format!("{what}: `{}` ended with {status}", process::typed(command)));
        }
        if status.success() && passed == 0 {
            self.broken(&format!("{what}: `{}` ran no test", process::typed(command)));
        }
        Ok(true)
    }

    fn silent(&mut self, what: &str, command: &Command) {
        let seconds = SILENCE.as_secs();
        self.broken(&format!("{what}: `{}` said nothing for {seconds} s and was ended", process::typed(command)));
    }

    /// Runs a check that is no test runner, like a linter.
    pub fn check(&mut self, what: &str, command: &mut Command) -> Result<()> {
        term::say("Checking", what);
        let result = process::run(command, what);
        self.holds(what, result)
    }

    /// Counts a check that was made here.
    pub fn holds(&mut self, what: &str, result: Result<()>) -> Result<()> {
        match result {
            Ok(()) => {
                println!("ok   {what}");
                self.checks.0 += 1;
            }
            Err(err) => {
                println!("FAIL {what}: {err:#}");
                self.lines.push(format!("FAIL {what}"));
                self.checks.1 += 1;
            }
        }
        Ok(())
    }

    /// Notes that something could not be run at all.
    pub fn broken(&mut self, why: &str) {
        println!("FAIL {why}");
        self.lines.push(format!("FAIL {why}"));
        self.failed += 1;
    }

    /// Adds the checks up.
    pub fn end(&mut self) {
        let (passed, failed) = self.checks;
        if passed + failed > 0 {
            let line = format!("checks: {passed} passed, {failed} failed");
            println!("{line}");
            self.lines.push(line);
            self.passed += passed;
            self.failed += failed;
        }
    }

    /// The suite's closing lines.
    pub fn print_summary(&self) {
        println!("{}", self.suite);
        for line in &self.lines {
            println!("{line}");
        }
    }
}

/// How many passed and failed, if this is the closing line of a test runner that we know.
fn counts(line: &str) -> Option<(u64, u64)> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("test result: ") {
        let rest = rest.split_once(". ")?.1; // after `ok` or `FAILED`
        return Some((number_before(rest, " passed")?, number_before(rest, " failed")?));
    }
    // `12 passed, 0 failed`, after at most one word with a colon.
    let plain = line.split_once(": ").map_or(line, |(word, rest)| if word.contains(' ') { line } else { rest });
    if !plain.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((number_before(plain, " passed")?, number_before(plain, " failed")?))
}

fn number_before(text: &str, word: &str) -> Option<u64> {
    let before = text.split_once(word)?.0;
    before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_the_runners_are_known() {
        let native = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.25s";
        assert_eq!(counts(native), Some((12, 0)));
        assert_eq!(counts("test result: FAILED. 3 passed; 2 failed; 0 ignored"), Some((3, 2)));
        assert_eq!(counts("35 passed, 1 failed (81.2 s)"), Some((35, 1)));
        assert_eq!(counts("sandbox: 7 passed, 0 failed, 1 skipped"), Some((7, 0)));
    }

    #[test]
    fn other_lines_are_not() {
        for line in ["test a ... ok", "", "the word passed, 1 failed", "4 tests passed", "running 3 tests"] {
            assert_eq!(counts(line), None, "{line}");
        }
    }

    #[test]
    fn a_runner_that_runs_nothing_fails_its_suite() {
        let mut report = Report::new("x", &[]);
        report.tests("nothing", &mut Command::new("true")).unwrap();
        assert_eq!((report.passed, report.failed), (0, 1));
        report.tests("a crash", &mut Command::new("false")).unwrap();
        assert_eq!(report.failed, 2);
    }
}
