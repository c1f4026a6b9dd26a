//! A text on its way to the page. What grows is shown at once; a long text that is there from the start, a stored answer
//! say, is shown in slices between which the page stays alive, the latest message first.

use super::later;
use super::sink::Sink;
use crate::markdown::Stream;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes of text up to which it is shown at once, and the bytes of a step of a slice.
const AT_ONCE: usize = 8_192;
const STEP: usize = 2_048;
/// How often it is looked for sentences that have ended, in ms.
const LISTEN: f64 = 1_000.0;

/// Hears what is finished of a text that grows: sentences and blocks, which a screen reader is told.
#[derive(Clone, Copy)]
pub(in super::super) struct Said {
    pub say: Callback<String>,
    /// Whether what is there at first is told, too.
    pub from_start: bool,
}

/// The text is a message's own, not that of a step: its code can be changed.
#[derive(Clone, Copy)]
pub(in super::super) struct OwnText {
    /// Who hears of it.
    pub said: Option<Said>,
}

/// A text that is shown.
pub(super) struct Live(Rc<RefCell<State>>);

struct State {
    stream: Stream,
    sink: Sink,
    source: String,
    /// Bytes of the source that the stream has.
    fed: usize,
    /// Bytes of the source that nobody is told of.
    quiet: usize,
    /// When it was looked for sentences last.
    listened: f64,
    is_done: bool,
    is_finished: bool,
    /// Whether slices are under way.
    is_sliced: bool,
    is_gone: bool,
}

impl Live {
    pub(super) fn new(sink: Sink) -> Self {
        Self(Rc::new(RefCell::new(State {
            stream: Stream::default(),
            sink,
            source: String::new(),
            fed: 0,
            quiet: 0,
            listened: 0.0,
            is_done: false,
            is_finished: false,
            is_sliced: false,
            is_gone: false,
        })))
    }

    /// Shows this text. If it begins with what is shown, that stays; so it does if only blank space at its ends is other.
    pub(super) fn set(&self, text: &str) {
        let mut state = self.0.borrow_mut();
        match text.strip_prefix(state.source.as_str()) {
            Some("") => return,
            Some(more) if !state.is_finished || within(text) != within(&state.source) => {
                state.reopen();
                if state.source.is_empty() && !state.sink.tells_from_start() {
                    state.quiet = more.len();
                }
                state.source.push_str(more);
            }
            _ if within(text) == within(&state.source) => return,
            _ => {
                state.quiet = text.len();
                state.sink.clear();
                state.stream = Stream::default();
                state.source = text.to_owned();
                (state.fed, state.is_finished) = (0, false);
            }
        }
        drop(state);
        self.feed();
    }

    /// Adds to the text.
    pub(super) fn push(&self, more: &str) {
        let mut state = self.0.borrow_mut();
        state.reopen();
        state.source.push_str(more);
        drop(state);
        self.feed();
    }

    /// Whether nothing more comes.
    pub(super) fn end(&self, is_done: bool) {
        self.0.borrow_mut().is_done = is_done;
        self.feed();
    }

    fn feed(&self) {
        let mut state = self.0.borrow_mut();
        if state.is_sliced {
            return;
        }
        if state.source.len() - state.fed <= AT_ONCE {
            return state.step(usize::MAX);
        }
        state.is_sliced = true;
        drop(state);
        let state = self.0.clone();
        later::slices(Box::new(move || {
            let mut state = state.borrow_mut();
            if state.is_gone {
                return false;
            }
            state.step(STEP);
            state.is_sliced = state.fed < state.source.len();
            state.is_sliced
        }));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.borrow_mut().is_gone = true;
    }
}

/// A text without what shows nothing at its ends.
fn within(text: &str) -> &str {
    text.trim_start_matches('\n').trim_end()
}

impl State {
    /// More comes after all: what is shown stays, but for the block at the end.
    fn reopen(&mut self) {
        if std::mem::take(&mut self.is_finished) {
            self.sink.keep(self.stream.reopen());
            self.quiet = self.source.len();
        }
    }

    /// Shows about so many bytes more, whole lines, and closes everything if that was all.
    fn step(&mut self, bytes: usize) {
        let Self { stream, sink, source, fed, .. } = self;
        let rest = &source[*fed..];
        let is_over = |at: &usize| rest.is_char_boundary(*at);
        let end = (bytes.min(rest.len())..=rest.len()).find(is_over).unwrap_or(rest.len());
        let end = rest[end..].find('\n').map_or(rest.len(), |line| end + line + 1);
        sink.hush(*fed < self.quiet || source.len() <= self.quiet);
        if end > 0 {
            stream.push(&rest[..end], sink);
        }
        *fed += end;
        if js_sys::Date::now() - self.listened > LISTEN {
            sink.say_sentences();
            self.listened = js_sys::Date::now();
        }
        if *fed == source.len() && self.is_done && !self.is_finished {
            self.stream.finish(&mut self.sink);
            self.is_finished = true;
        }
    }
}
