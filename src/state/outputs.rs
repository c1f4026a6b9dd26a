//! The outputs of one run as they are shown: adjacent pieces of a stream merged, displays replaced by their
//! id, `clear_output(wait=True)` held back until something takes the place of what goes.
//!
//! Used for a notebook's cells and for code blocks of a chat. Carriage returns and colours stay in the text;
//! they are handled where it is shown ([`crate::ansi`]).

use super::strings;
use crate::ids::DisplayId;
use crate::protocol::execute::{Display, ErrorInfo, Output, StreamName};
use std::sync::Arc;

/// Names an output among those of its run's place, and is never used again there.
pub type OutputKey = u64;

/// One output.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Stays the same while the output grows or is replaced.
    pub key: OutputKey,
    /// What it is.
    pub body: Body,
}

/// What an output is.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Text written to stdout or stderr, without a break by anything else.
    Stream {
        /// Where it was written.
        name: StreamName,
        /// All of it so far.
        text: String,
    },
    /// Something displayed.
    Display(Display),
    /// The value of the last expression.
    Result(Display),
    /// The exception that ended the run.
    Error(ErrorInfo),
    /// Text over the run's limit, kept to be saved as a file.
    Overflow {
        /// Where it was written.
        name: StreamName,
        /// What was kept.
        data: Arc<[u8]>,
        /// Bytes that were not even kept.
        dropped: u64,
    },
}

/// What a view must redraw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputChange {
    /// Nothing is left.
    Cleared,
    /// An output came at the end.
    Added(OutputKey),
    /// A stream grew: what begins at this byte is new.
    Grew(OutputKey, usize),
    /// An output shows other data now.
    Replaced(OutputKey),
    /// What is shown is out of date (`true`) or not any more.
    Stale(bool),
}

/// The outputs of the run that was last begun in one place.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    items: Vec<Item>,
    next: OutputKey,
    /// The next output takes the place of all that is there.
    clear_next: bool,
    /// What is there belongs to the run before.
    stale: bool,
}

impl Outputs {
    /// All outputs in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// An output by its key.
    pub fn get(&self, key: OutputKey) -> Option<&Item> {
        self.items.iter().find(|item| item.key == key)
    }

    /// Whether what is shown belongs to the run before.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// A run begins: what is there stays, out of date, until the run's first output or end, so that a page
    /// does not jump at each run.
    pub fn begin(&mut self) -> Vec<OutputChange> {
        self.clear_next = !self.items.is_empty();
        self.set_stale(self.clear_next)
    }

    /// The run ended. What is still there from before it goes.
    pub fn end(&mut self) -> Vec<OutputChange> {
        if self.stale { self.clear(false) } else { Vec::new() }
    }

    /// The run never began. What is there from before stays, as if nothing had been asked.
    pub fn keep(&mut self) -> Vec<OutputChange> {
        self.clear_next &= !self.stale;
        self.set_stale(false)
    }

    /// Takes an output of the run.
    pub fn push(&mut self, output: Output) -> Vec<OutputChange> {
        match output {
            Output::Stream { text, .. } if text.is_empty() => Vec::new(),
            Output::Stream { name, text } => self.stream(name, &text),
            Output::DisplayData(display) => self.add(Body::Display(display)),
            Output::ExecuteResult(display) => self.add(Body::Result(display)),
            Output::Error(error) => self.add(Body::Error(error)),
        }
    }

    /// Takes what the run wrote over its limit.
    pub fn overflow(&mut self, name: StreamName, data: Arc<[u8]>, dropped: u64) -> Vec<OutputChange> {
        self.add(Body::Overflow { name, data, dropped })
    }

    /// Shows new data in every display with this id.
    pub fn update_display(&mut self, id: &DisplayId, display: &Display) -> Vec<OutputChange> {
        let mut changes = Vec::new();
        for item in &mut self.items {
            if let Body::Display(shown) | Body::Result(shown) = &mut item.body
                && shown.display_id.as_ref() == Some(id)
            {
                *shown = Display { display_id: Some(id.clone()), ..display.clone() };
                changes.push(OutputChange::Replaced(item.key));
            }
        }
        changes
    }

    /// Removes all outputs, now or when the next one comes.
    pub fn clear(&mut self, wait: bool) -> Vec<OutputChange> {
        self.clear_next = wait && !self.items.is_empty();
        if wait || self.items.is_empty() {
            return Vec::new();
        }
        self.items.clear();
        let mut changes = vec![OutputChange::Cleared];
        changes.extend(self.set_stale(false));
        changes
    }

    fn set_stale(&mut self, stale: bool) -> Vec<OutputChange> {
        if std::mem::replace(&mut self.stale, stale) == stale {
            return Vec::new();
        }
        vec![OutputChange::Stale(stale)]
    }

    fn make_room(&mut self) -> Vec<OutputChange> {
        if std::mem::take(&mut self.clear_next) { self.clear(false) } else { Vec::new() }
    }

    fn stream(&mut self, name: StreamName, piece: &str) -> Vec<OutputChange> {
        let mut changes = self.make_room();
        match self.items.last_mut() {
            Some(Item { key, body: Body::Stream { name: last, text } }) if *last == name => {
                changes.push(OutputChange::Grew(*key, text.len()));
                text.push_str(piece);
            }
            _ => changes.extend(self.add(Body::Stream { name, text: piece.to_owned() })),
        }
        changes
    }

    fn add(&mut self, body: Body) -> Vec<OutputChange> {
        let mut changes = self.make_room();
        let key = self.next;
        self.next += 1;
        self.items.push(Item { key, body });
        changes.push(OutputChange::Added(key));
        changes
    }
}

/// What stays of a question that was answered, or ended (no line): as in a terminal, but for passwords.
pub fn typed(prompt: &str, is_password: bool, line: Option<&str>) -> Output {
    let typed = match line {
        Some(_) if is_password => "••••••",
        Some(line) => line,
        None => strings::end_of_input(),
    };
    Output::Stream { name: StreamName::Stdout, text: format!("{prompt}{typed}\n") }
}

/// The run and its line that a line of a traceback names: `File "cell 3", line 7, in f` is `(3, 7)`.
pub fn place(traceback_line: &str) -> Option<(u32, u32)> {
    let (run, rest) = traceback_line.trim_start().strip_prefix("File \"cell ")?.split_once("\", line ")?;
    let line = rest.split(|character: char| !character.is_ascii_digit()).next()?;
    Some((run.parse().ok()?, line.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::mime::{MimeBundle, MimeData};

    fn stdout(text: &str) -> Output {
        Output::Stream { name: StreamName::Stdout, text: text.into() }
    }

    fn display(text: &str, id: &str) -> Display {
        let data = MimeBundle::from([("text/plain".to_owned(), MimeData::Text(text.into()))]);
        Display { data, display_id: Some(id.into()), ..Display::default() }
    }

    fn texts(outputs: &Outputs) -> Vec<String> {
        let text = |item: &Item| match &item.body {
            Body::Stream { name, text } => format!("{name:?} {text}"),
            Body::Display(display) | Body::Result(display) => {
                display.data["text/plain"].text().unwrap_or_default().to_owned()
            }
            Body::Error(error) => error.ename.clone(),
            Body::Overflow { data, .. } => format!("{} more", data.len()),
        };
        outputs.items().iter().map(text).collect()
    }

    #[test]
    fn adjacent_pieces_of_a_stream_are_one_output() {
        let mut outputs = Outputs::default();
        assert_eq!(outputs.push(stdout("a")), [OutputChange::Added(0)]);
        assert_eq!(outputs.push(stdout("b")), [OutputChange::Grew(0, 1)]);
        outputs.push(Output::Stream { name: StreamName::Stderr, text: "e".into() });
        outputs.push(stdout("c"));
        assert_eq!(texts(&outputs), ["Stdout ab", "Stderr e", "Stdout c"]);
        assert!(outputs.push(stdout("")).is_empty());
    }

    #[test]
    fn clear_with_wait_keeps_the_old_until_the_new_comes() {
        let mut outputs = Outputs::default();
        outputs.push(stdout("old"));
        assert!(outputs.clear(true).is_empty());
        assert_eq!(texts(&outputs), ["Stdout old"]);
        assert_eq!(outputs.push(stdout("new")), [OutputChange::Cleared, OutputChange::Added(1)]);
        assert_eq!(texts(&outputs), ["Stdout new"]);
        assert_eq!(outputs.clear(false), [OutputChange::Cleared]);
    }

    #[test]
    fn clear_with_wait_and_nothing_after_it_leaves_the_old() {
        let mut outputs = Outputs::default();
        outputs.begin();
        outputs.push(stdout("old"));
        outputs.clear(true);
        assert!(outputs.end().is_empty());
        assert_eq!(texts(&outputs), ["Stdout old"]);
    }

    #[test]
    fn a_new_run_keeps_what_is_there_out_of_date_until_its_first_output() {
        let mut outputs = Outputs::default();
        outputs.push(stdout("old"));
        assert_eq!(outputs.begin(), [OutputChange::Stale(true)]);
        assert_eq!(
            outputs.push(stdout("new")),
            [OutputChange::Cleared, OutputChange::Stale(false), OutputChange::Added(1)]
        );
        assert!(outputs.end().is_empty());
        outputs.begin();
        assert_eq!(outputs.end(), [OutputChange::Cleared, OutputChange::Stale(false)]);
        assert!(outputs.begin().is_empty());
    }

    #[test]
    fn a_run_that_never_began_leaves_what_was_there() {
        let mut outputs = Outputs::default();
        outputs.push(stdout("old"));
        outputs.begin();
        assert_eq!(outputs.keep(), [OutputChange::Stale(false)]);
        outputs.push(stdout("er"));
        assert_eq!(texts(&outputs), ["Stdout older"]);
    }

    #[test]
    fn a_traceback_names_its_places() {
        assert_eq!(place("  File \"cell 3\", line 17, in <module>"), Some((3, 17)));
        assert_eq!(place("  File \"cell 12\", line 1"), Some((12, 1)));
        for other in ["  File \"/lib/x.py\", line 1, in f", "  File \"cell x\", line 1", "File \"cell 1\", line ", ""] {
            assert_eq!(place(other), None, "{other}");
        }
    }

    #[test]
    fn an_update_reaches_every_display_of_its_id() {
        let mut outputs = Outputs::default();
        outputs.push(Output::DisplayData(display("1 %", "bar")));
        outputs.push(Output::DisplayData(display("other", "x")));
        outputs.push(Output::ExecuteResult(display("1 %", "bar")));
        let changes = outputs.update_display(&"bar".into(), &display("2 %", "ignored"));
        assert_eq!(changes, [OutputChange::Replaced(0), OutputChange::Replaced(2)]);
        assert_eq!(texts(&outputs), ["2 %", "other", "2 %"]);
        outputs.update_display(&"bar".into(), &Display { display_id: None, ..display("3 %", "") });
        assert_eq!(texts(&outputs)[0], "3 %");
    }
}
