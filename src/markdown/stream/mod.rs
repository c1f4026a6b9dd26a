//! A text that grows. What is closed stays closed: only the open rest is read again, so that a word costs the same at
//! the end of a long answer as at its start, and what a reader has selected, opened or scrolled stays as it is.
//!
//! At every moment what was told by [`Edits`] is what one parse of the whole text gives (`tests.rs` holds that).

mod frame;
mod paragraph;
mod present;
mod references;
mod settle;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use super::node::{Kind, Node};
use super::read::{Definitions, Label, Read, read};
#[cfg(test)]
use core::cell::Cell;
use frame::{Frame, Shown, fits, skeleton};
use present::Ids;
use references::References;

/// The name of a node, never used twice in a stream; none is 0.
pub type Id = u32;

/// Bytes of an open rest up to which it is read with every push, and the share of it that must be new beyond that.
const SMALL_REST: usize = 8_192;
const NEW_SHARE: usize = 8;

/// Hears what changes. A node that was closed or removed is never named again.
pub trait Edits {
    /// A new node with its own text in `parent` (none: at the top), before one of its other children or, with none, at
    /// the end.
    fn insert(&mut self, id: Id, kind: &Kind, text: &str, parent: Option<Id>, before: Option<Id>);
    /// A new node in place of the closed top-level block of this number, since a definition came late.
    fn replace(&mut self, id: Id, kind: &Kind, text: &str, number: usize);
    /// A list turned loose.
    fn change(&mut self, id: Id, kind: &Kind);
    /// Of a node's own text this many UTF-16 units go from the end, and more text comes.
    fn text(&mut self, id: Id, gone: usize, more: &str);
    /// A node is gone; its children are named after it.
    fn remove(&mut self, id: Id);
    /// A node stays as it is for good; its children were named before it.
    fn close(&mut self, id: Id);
}

/// A text that grows.
pub struct Stream {
    text: String,
    /// What is open at the cut, outermost first; the first one holds the blocks.
    frames: Vec<Frame>,
    references: References,
    /// Where the rest begins.
    cut: usize,
    /// The end of the last line that was looked at for closing what it ended.
    settled: usize,
    /// Whether a carriage return came last: a line feed may follow.
    has_return: bool,
    /// The open top-level block, by its start, if it can't be cut inside.
    whole: Option<usize>,
    shown: Shown,
    ids: Ids,
    /// Text at the end that is shown as it is for now, since reading the rest again would cost too much.
    unread: usize,
    unread_id: Option<(Id, Id)>,
    /// Bytes that the parser was given, for tests of what a word costs.
    #[cfg(test)]
    read: Cell<usize>,
}

impl Default for Stream {
    fn default() -> Self {
        let shown =
            Shown { id: 0, kind: Kind::Rule, text: String::new(), text_before: 0, children: Vec::new(), before: 0 };
        Self {
            text: String::new(),
            frames: vec![Frame::new(Kind::Rule, 0)],
            references: References::default(),
            cut: 0,
            settled: 0,
            has_return: false,
            whole: None,
            shown,
            ids: Ids::default(),
            unread: 0,
            unread_id: None,
            #[cfg(test)]
            read: Cell::default(),
        }
    }
}

impl Stream {
    /// The text so far; line ends are line feeds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes more text.
    pub fn push(&mut self, more: &str, edits: &mut impl Edits) {
        let before = self.text.len();
        self.append(more);
        let rest = self.text.len() - self.cut;
        let new = self.text.len() - before;
        if rest > SMALL_REST && (self.unread + new) * NEW_SHARE < rest {
            return self.show_unread(before, edits);
        }
        self.forget_unread(edits);
        if self.text.len() > self.settled && self.text[self.settled..].contains('\n') {
            self.settle(edits);
        }
        self.show(edits);
    }

    /// Nothing more comes: shows what was put off, and closes everything.
    pub fn finish(&mut self, edits: &mut impl Edits) {
        if std::mem::take(&mut self.has_return) {
            self.text.push('\n');
        }
        self.forget_unread(edits);
        self.show(edits);
        self.shown.children.drain(..).for_each(|child| present::close(&child, edits));
    }

    /// More comes after all. How many of the closed top-level blocks stay; those after them, which the end has closed, are
    /// told anew with the next push.
    pub fn reopen(&mut self) -> usize {
        self.back_to_top();
        self.frames[0].closed
    }

    /// Line ends are made line feeds: the parser looks past a lone carriage return for the info string of a fence,
    /// so that a line would depend on the next one.
    fn append(&mut self, more: &str) {
        let mut more = more;
        if !more.is_empty() && std::mem::take(&mut self.has_return) {
            self.text.push('\n');
            more = more.strip_prefix('\n').unwrap_or(more);
        }
        if !more.contains('\r') {
            return self.text.push_str(more);
        }
        if let Some(without) = more.strip_suffix('\r') {
            self.has_return = true;
            more = without;
        }
        self.text.push_str(&more.replace("\r\n", "\n").replace('\r', "\n"));
    }

    fn show_unread(&mut self, from: usize, edits: &mut impl Edits) {
        let (ids, more) = (&mut self.ids, &self.text[from..]);
        let (_, text) = *self.unread_id.get_or_insert_with(|| {
            let (paragraph, text) = (ids.next(), ids.next());
            edits.insert(paragraph, &Kind::Paragraph, "", None, None);
            edits.insert(text, &Kind::Text, "", Some(paragraph), None);
            (paragraph, text)
        });
        edits.text(text, 0, more);
        self.unread += more.len();
    }

    fn forget_unread(&mut self, edits: &mut impl Edits) {
        self.unread = 0;
        if let Some((paragraph, text)) = self.unread_id.take() {
            edits.remove(paragraph);
            edits.remove(text);
        }
    }

    /// Reads the rest, its unfinished line and all, and shows it.
    fn show(&mut self, edits: &mut impl Edits) {
        loop {
            let rest = self.read_rest(self.text.len());
            if !fits(&self.frames, &rest.nodes) {
                self.give_up();
                self.settle(edits);
                continue;
            }
            if self.take_definitions(&rest, edits) {
                continue;
            }
            present::present(&mut self.shown, &self.frames, &rest.nodes, &mut self.ids, edits);
            if self.cut_paragraph(&rest, edits) {
                continue;
            }
            return;
        }
    }

    /// Reads the rest up to `end`, with the frames opened again.
    fn read_rest(&self, end: usize) -> Read {
        let skeleton = skeleton(&self.frames, &self.text);
        let settled = &self.references.settled;
        self.read_part(self.cut..end, &skeleton, settled, &|label| settled.get(label).cloned(), false)
    }

    /// Reads a part of the text with lines before it that are not its own. Places are those of the text; what comes
    /// from the lines before stands at the start.
    fn read_part(
        &self,
        part: core::ops::Range<usize>,
        skeleton: &str,
        prior: &Definitions,
        known: &dyn Fn(&Label) -> Option<super::read::Target>,
        with_open: bool,
    ) -> Read {
        let body = &self.text[part.clone()];
        let (mut source, blocks) = self.references.prologue(body, with_open);
        source += skeleton;
        let before = source.len();
        source += body;
        #[cfg(test)]
        self.read.set(self.read.get() + source.len());
        let mut found = read(&source, known, prior);
        found.nodes.drain(..blocks.min(found.nodes.len()));
        let place = |at: usize| at.max(before) - before + part.start;
        shift(&mut found.nodes, &place);
        found.definitions.retain(|definition| definition.at >= before);
        found.definitions.iter_mut().for_each(|definition| definition.at = place(definition.at));
        found.asked.iter_mut().for_each(|(at, _)| *at = place(*at));
        found
    }

    /// Takes over the definitions of the rest: closed blocks that asked for one that changed are made again. True if
    /// the open block was among them, and begins anew.
    fn take_definitions(&mut self, rest: &Read, edits: &mut impl Edits) -> bool {
        let Some(changes) = self.references.update(&rest.definitions, &rest.nodes) else { return false };
        for number in self.references.touched(&changes, &self.text) {
            self.remake(number, edits);
        }
        let Some(open) = self.frames.get(1) else { return false };
        let is_touched = self.references.touch_open(&changes, &self.text[open.at.min(self.cut)..self.cut]);
        if is_touched {
            self.give_up();
        }
        is_touched
    }

    /// Reads a closed top-level block as a whole.
    fn read_top(&self, number: usize) -> Read {
        let References { settled, open, tops, .. } = &self.references;
        let known = |label: &Label| settled.get(label).or_else(|| open.get(label)).cloned();
        self.read_part(tops[number].source.clone(), "", settled, &known, true)
    }

    /// Makes a closed top-level block again.
    fn remake(&mut self, number: usize, edits: &mut impl Edits) {
        let found = self.read_top(number);
        for (_, label) in found.asked {
            self.references.asks(number, label);
        }
        // A closed block is one block; were it not, the text before it would be lost.
        if let [node] = found.nodes.as_slice() {
            let id = self.ids.next();
            edits.replace(id, &node.kind, &node.text, number);
            let made = present::fill(id, node, None, &mut self.ids, edits);
            present::close(&made, edits);
        }
    }

    /// Back to the start of the open top-level block, which is not to be cut inside again.
    fn give_up(&mut self) {
        if let Some(at) = self.back_to_top() {
            self.whole = Some(at);
        }
    }

    /// Back to the start of the open top-level block, if the cut is inside one: its start.
    fn back_to_top(&mut self) -> Option<usize> {
        let at = self.frames.get(1)?.at;
        self.cut = self.line_of(at);
        self.frames.truncate(1);
        self.settled = self.cut;
        Some(at)
    }

    /// The start of the line that holds `at`.
    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |line| line + 1)
    }

    /// The start of the line on which a block begins. With a tab before its marker a list's range starts some columns
    /// early, even in the line above.
    fn line_of(&self, at: usize) -> usize {
        let blank = self.text.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
        self.line_start(at + blank)
    }
}

fn shift(nodes: &mut [Node], place: &impl Fn(usize) -> usize) {
    for node in nodes {
        node.at = place(node.at.start)..place(node.at.end);
        shift(&mut node.children, place);
    }
}
