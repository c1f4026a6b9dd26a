//! What people see while they wait: one line a step, a progress line on long downloads.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Prints a step the way cargo does: a right-aligned verb and what it is about.
pub fn say(verb: &str, text: impl AsRef<str>) {
    let text = text.as_ref();
    if stderr().is_terminal() {
        eprintln!("\x1b[1;32m{verb:>12}\x1b[0m {text}");
    } else {
        eprintln!("{verb:>12} {text}");
    }
}

/// `12.3 MB`, `415 kB` …: sizes in decimal units.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.0} kB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}

/// `0.4 s`, `12 s`, `3 min 5 s`.
pub fn seconds(time: Duration) -> String {
    let all = time.as_secs_f64();
    match all {
        _ if all < 10.0 => format!("{all:.1} s"),
        _ if all < 120.0 => format!("{all:.0} s"),
        _ => format!("{} min {} s", all as u64 / 60, all as u64 % 60),
    }
}

/// A progress line: redrawn in place on a terminal, a line every tenth elsewhere.
pub struct Progress {
    verb: &'static str,
    what: String,
    total: u64,
    begun: Instant,
    tenth: u64,
    drawn: bool,
}

impl Progress {
    /// Starts a line about `what`, which is `total` bytes long.
    pub fn new(verb: &'static str, what: impl Into<String>, total: u64) -> Self {
        Self { verb, what: what.into(), total, begun: Instant::now(), tenth: 0, drawn: false }
    }

    /// Shows that `done` bytes are there.
    pub fn at(&mut self, done: u64) {
        let done = done.min(self.total);
        let line = self.line(done);
        if stderr().is_terminal() {
            eprint!("\r\x1b[2K\x1b[1;32m{:>12}\x1b[0m {line}", self.verb);
            stderr().flush().ok();
            self.drawn = true;
            return;
        }
        let tenth = done * 10 / self.total.max(1);
        if tenth > self.tenth {
            self.tenth = tenth;
            say(self.verb, line);
        }
    }

    /// Ends the line.
    pub fn end(self) {
        if self.drawn {
            eprintln!();
        }
    }

    fn line(&self, done: u64) -> String {
        let percent = done * 100 / self.total.max(1);
        format!(
            "{}: {} of {} ({percent} %, {})",
            self.what,
            bytes(done),
            bytes(self.total),
            seconds(self.begun.elapsed())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(415_400), "415 kB");
        assert_eq!(bytes(106_366_595), "106.4 MB");
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 5 s");
    }

    #[test]
    fn progress_never_passes_its_total() {
        let progress = Progress::new("Loading", "wheel", 200);
        assert!(progress.line(50).starts_with("wheel: 50 B of 200 B (25 %"));
        assert!(Progress::new("Loading", "nothing", 0).line(0).contains("0 %"));
    }
}
