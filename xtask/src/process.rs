//! Running other programs, and the sentences for when they are missing or fail.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How a program that may be missing is installed on Debian.
const REMEDIES: &[(&str, &str)] = &[
    ("cargo", "install Rust with rustup"),
    ("rustup", "install Rust with rustup"),
    ("node", "type `apt-get install nodejs npm`"),
    ("npm", "type `apt-get install nodejs npm`"),
    ("python3", "type `apt-get install python3 python3-pip`"),
    ("apt-get", "install the package by hand"),
];

/// A command as people would type it.
pub fn typed(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| short(word).into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs a command whose output the user sees; an error says what it was for.
pub fn run(command: &mut Command, purpose: &str) -> Result<()> {
    let status = command.status().map_err(|err| missing(command, &err))?;
    check(command, status, purpose)
}

/// Runs a command and returns what it printed on standard output.
pub fn output(command: &mut Command, purpose: &str) -> Result<String> {
    let out = command.stdin(Stdio::null()).output().map_err(|err| missing(command, &err))?;
    if !out.status.success() {
        eprint!("{}", String::from_utf8_lossy(&out.stderr));
    }
    check(command, out.status, purpose)?;
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Whether a command can be started and succeeds; its output is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command, hands each line of its standard output to `line`, and returns its status.
pub fn lines(command: &mut Command, line: impl FnMut(&str)) -> Result<ExitStatus> {
    lines_within(command, Duration::MAX, line)?.context("the program fell silent")
}

/// The same, with no status if it says nothing for so long: it is ended then, with all that it started.
pub fn lines_within(
    command: &mut Command,
    patience: Duration,
    mut line: impl FnMut(&str),
) -> Result<Option<ExitStatus>> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|err| missing(command, &err))?;
    let out = child.stdout.take().context("the program has no output")?;
    let (said, hear) = mpsc::channel();
    thread::spawn(move || {
        for raw in BufReader::new(out).split(b'\n') {
            let ended = raw.is_err();
            if said.send(raw).is_err() || ended {
                break;
            }
        }
    });
    loop {
        match hear.recv_timeout(patience) {
            Ok(raw) => line(String::from_utf8_lossy(&raw?).trim_end_matches('\r')),
            Err(RecvTimeoutError::Disconnected) => return Ok(Some(child.wait()?)),
            Err(RecvTimeoutError::Timeout) => {
                end_family(child.id());
                child.wait()?;
                return Ok(None);
            }
        }
    }
}

/// Ends a process and what it started, children first: one that outlives its parent is nobody's.
fn end_family(id: u32) {
    let listed = Command::new("pgrep").args(["-P", &id.to_string()]).output();
    for child in listed.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default().lines() {
        if let Ok(child) = child.parse() {
            end_family(child);
        }
    }
    succeeds(Command::new("kill").args(["-KILL", &id.to_string()]));
}

/// Turns a bad exit status into a sentence.
pub fn check(command: &Command, status: ExitStatus, purpose: &str) -> Result<()> {
    if !status.success() {
        bail!("{purpose} failed: `{}` ended with {status}. What it printed stands above.", typed(command));
    }
    Ok(())
}

fn missing(command: &Command, err: &std::io::Error) -> anyhow::Error {
    let program = short(command.get_program());
    if err.kind() != std::io::ErrorKind::NotFound {
        return anyhow::anyhow!("`{program}` could not be started: {err}");
    }
    let remedy = REMEDIES.iter().find(|(name, _)| *name == program);
    match remedy {
        Some((_, remedy)) => anyhow::anyhow!("`{program}` was not found: {remedy}, then try again"),
        None => anyhow::anyhow!("`{program}` was not found: install it or put it on PATH, then try again"),
    }
}

/// Long absolute paths are shown by their file name.
fn short(word: &OsStr) -> std::borrow::Cow<'_, str> {
    let path = std::path::Path::new(word);
    let shown = if path.is_absolute() { path.file_name().unwrap_or(word) } else { word };
    shown.to_string_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_missing_program_is_named_with_its_remedy() {
        let err = std::io::Error::from(std::io::ErrorKind::NotFound);
        let text = missing(&Command::new("npm"), &err).to_string();
        assert!(text.contains("`npm` was not found") && text.contains("apt-get install"), "{text}");
    }

    #[test]
    fn a_failure_says_what_it_was_for() {
        let err = run(Command::new("false").arg("x"), "Testing").unwrap_err().to_string();
        assert!(err.starts_with("Testing failed: `false x` ended with"), "{err}");
    }

    #[test]
    fn lines_arrive_whole_and_the_status_after_them() {
        let mut seen = Vec::new();
        let status = lines(Command::new("printf").arg("a\r\n\nb"), |line| seen.push(line.to_owned()));
        assert!(status.is_ok_and(|status| status.success()));
        assert_eq!(seen, ["a", "", "b"]);
    }

    #[test]
    fn a_program_that_falls_silent_is_ended_with_what_it_started() {
        let mut seen = Vec::new();
        // The inner shell keeps the pipe open as long as it lives.
        let mut command = Command::new("sh");
        command.args(["-c", "sh -c 'echo $$; exec sleep 600' & wait"]);
        let end = lines_within(&mut command, Duration::from_secs(2), |line| seen.push(line.to_owned()));
        assert!(matches!(end, Ok(None)), "{end:?}");
        assert_eq!(seen.len(), 1, "{seen:?}");
        // Whoever inherits it takes note of its end a moment later.
        let gone = || !succeeds(Command::new("kill").args(["-0", &seen[0]]));
        let begun = Instant::now();
        while !gone() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{} still lives", seen[0]);
            thread::yield_now();
        }
    }
}
