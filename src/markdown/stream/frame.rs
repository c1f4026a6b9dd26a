//! What is open where the unsettled rest of a text begins, and the lines that open it again.
//!
//! The rest is parsed without what stands before it, so each container that is open there is opened anew by a few
//! lines of our own, the skeleton. One mechanism serves items, children of quotes, lines of code and rows alike.

use super::Id;
use super::paragraph::SEED;
use crate::markdown::node::{Kind, Node};
use core::ops::Range;

/// A container, or a leaf that is split by lines, that is open at the cut.
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// Where it begins.
    pub(super) at: usize,
    /// How a list's items begin.
    pub(super) shape: Shape,
    /// The lines that open a code block, HTML or a table.
    pub(super) head: Range<usize>,
    /// How many of its children are closed for good.
    pub(super) closed: usize,
    /// Where the last of them begins and ends.
    pub(super) last: Range<usize>,
    /// Bytes of its own text that are.
    pub(super) text: usize,
    /// A fingerprint of the pieces of a paragraph that are, for when it has ended.
    pub(super) print: u64,
}

impl Frame {
    pub(super) fn new(kind: Kind, at: usize) -> Self {
        Self { kind, at, shape: Shape::default(), head: 0..0, closed: 0, last: 0..0, text: 0, print: SEED }
    }

    pub(super) fn close_child(&mut self, child: &Node) {
        self.closed += 1;
        self.last = child.at.start..child.end();
    }

    /// Whether anything of it is closed.
    pub(super) fn has_closed(&self) -> bool {
        self.closed > 0 || self.text > 0
    }

    /// Whether it is split by lines or words, not by blocks.
    pub(super) fn is_leaf(&self) -> bool {
        is_leaf(&self.kind)
    }

    /// A list is loose as soon as one of its parts is.
    pub(super) fn join_looseness(&mut self, tail: &Kind) {
        if let (Kind::List { loose: own, .. }, Kind::List { loose: other, .. }) = (&mut self.kind, tail) {
            *own = looser(*own, *other);
        }
    }
}

pub(super) fn looser(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    if one == Some(true) || other == Some(true) { Some(true) } else { one.or(other) }
}

fn is_leaf(kind: &Kind) -> bool {
    matches!(kind, Kind::Code(Some(_)) | Kind::Html | Kind::Table(_) | Kind::Paragraph)
}

/// Whether a node of the rest can be what a frame goes on as.
pub(super) fn goes_on(frame: &Kind, node: &Kind) -> bool {
    match (frame, node) {
        (Kind::List { .. }, Kind::List { .. })
        | (Kind::Code(Some(_)), Kind::Code(Some(_)))
        | (Kind::Table(_), Kind::Table(_))
        | (Kind::Quote(_), Kind::Quote(_)) => true,
        (frame, node) => frame == node,
    }
}

/// How the items of a list begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    outer: usize,
    marker: String,
    inner: usize,
}

impl Shape {
    /// Columns before the text of an item.
    fn width(&self) -> usize {
        self.outer + self.marker.len() + self.inner
    }

    /// Reads the marker that stands at `at`; none with tabs, which would need columns.
    pub(super) fn read(text: &str, line: usize, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let spaces = |from: usize| bytes[from..].iter().take_while(|byte| **byte == b' ').count();
        let outer = spaces(at);
        let start = at + outer;
        let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = start + digits + 1;
        if !matches!(bytes.get(end - 1)?, b'-' | b'*' | b'+' | b'.' | b')') {
            return None;
        }
        let inner = spaces(end);
        let is_blank = matches!(bytes.get(end + inner), None | Some(b'\n'));
        if bytes[line..(end + inner + 1).min(bytes.len())].contains(&b'\t') || outer > 3 {
            return None;
        }
        let inner = if is_blank || inner > 4 { 1 } else { inner };
        Some(Self { outer, marker: text[start..end].to_owned(), inner })
    }
}

/// The lines that open the frames again.
pub(super) fn skeleton(frames: &[Frame], text: &str) -> String {
    let (mut prefix, mut lines) = (String::new(), String::new());
    for (level, frame) in frames.iter().enumerate().skip(1) {
        match &frame.kind {
            Kind::Quote(_) => prefix.push_str("> "),
            Kind::List { .. } => {
                let Shape { outer, marker, inner } = &frame.shape;
                lines += &format!("{prefix}{:outer$}{marker}{:inner$}x\n", "", "");
                if level + 1 < frames.len() {
                    // An empty heading: a paragraph could be gone on with, a blank line would make the list loose.
                    lines += &format!("{prefix}{:width$}#\n", "", width = frame.shape.width());
                }
            }
            Kind::Item => prefix += &" ".repeat(frames[level - 1].shape.width()),
            Kind::Paragraph => {}
            _ => lines += &text[frame.head.clone()],
        }
    }
    lines
}

/// How many children of a frame come from the skeleton, not from the text.
pub(super) fn synthetic(frames: &[Frame], level: usize) -> usize {
    match frames[level].kind {
        Kind::List { .. } if level + 1 == frames.len() => 1, // the item before
        Kind::Item => 2,                                     // its first line and the empty heading
        Kind::Table(_) => 1,                                 // the headings
        _ => 0,
    }
}

/// Whether the skeleton came back as the frames that it opens.
pub(super) fn fits(frames: &[Frame], nodes: &[Node]) -> bool {
    let mut nodes = nodes;
    for level in 1..frames.len() {
        let at = if frames[level - 1].kind == Kind::Item { 2 } else { 0 };
        match nodes.get(at) {
            Some(node) if goes_on(&frames[level].kind, &node.kind) => nodes = &node.children,
            _ => return false,
        }
        if nodes.len() < synthetic(frames, level) {
            return false;
        }
    }
    true
}

/// The part of a frame's own text that is not the skeleton's.
pub(super) fn own_text<'a>(frame: &Frame, node: &'a Node) -> &'a str {
    match frame.kind {
        Kind::Html => node.text.split_once('\n').map_or("", |(_, rest)| rest),
        _ => &node.text,
    }
}

/// What is shown of the unsettled rest, with the ids under which it was told.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) id: Id,
    pub(super) kind: Kind,
    /// Its own text, without the `text_before` bytes that are closed.
    pub(super) text: String,
    pub(super) text_before: usize,
    /// Its children, without the first `before`, which are closed.
    pub(super) children: Vec<Shown>,
    pub(super) before: usize,
}
