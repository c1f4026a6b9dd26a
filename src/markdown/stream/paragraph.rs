//! Cutting inside of one long paragraph, before a word where nothing is open.

use super::frame::Frame;
use super::{Edits, Stream, present};
use crate::markdown::node::{Kind, Node};
use crate::markdown::read::Read;

/// Bytes of an open paragraph beyond which a cut is looked for, and the least that a cut must take off.
const LONG: usize = 1_024;
const WORTH: usize = 256;

impl Stream {
    /// Closes the beginning of a long paragraph that is all the rest. True if it did: the rest is to be shown anew.
    pub(super) fn cut_paragraph(&mut self, rest: &Read, edits: &mut impl Edits) -> bool {
        // What is defined below would be missing when its beginning is read alone; and it has ended.
        let ([paragraph], []) = (rest.nodes.as_slice(), rest.definitions.as_slice()) else { return false };
        let start = paragraph.at.start;
        let is_open = self.frames.last().is_some_and(|frame| frame.kind == Kind::Paragraph);
        let is_long = self.text.len() - self.cut > LONG && paragraph.kind == Kind::Paragraph;
        if !is_long || !(is_open || self.may_cut(start)) {
            return false;
        }
        let boundary = boundary(&self.text, &paragraph.children).filter(|at| *at > self.cut + WORTH);
        let Some((boundary, left)) = boundary.map(|at| (at, self.read_rest(at))) else { return false };
        let mut nodes = left.nodes;
        match nodes.as_mut_slice() {
            [Node { kind: Kind::Paragraph, children, .. }] => match children.last_mut() {
                Some(last) if last.kind == Kind::Text => last.text.push(' '), // the space of the cut
                _ => return false,
            },
            _ => return false,
        }
        present::present(&mut self.shown, &self.frames, &nodes, &mut self.ids, edits);
        if !is_open {
            self.frames.push(Frame::new(Kind::Paragraph, start));
        }
        let children = nodes.swap_remove(0).children;
        if let Some(frame) = self.frames.last_mut() {
            children.iter().for_each(|child| frame.close_child(child));
            frame.print = print(&children, frame.print);
        }
        self.references.attach(left.asked, self.cut);
        self.cut = boundary + 1;
        present::let_go(&mut self.shown, &self.frames, edits);
        true
    }

    /// Whether the block that is open at the top may be cut as a paragraph: not right below a definition, whose title
    /// it might yet become.
    fn may_cut(&self, start: usize) -> bool {
        let line = self.line_of(start);
        // Below a line that begins with HTML formulas are read another way.
        let is_odd = self.text[line..].trim_start().starts_with('<');
        !is_odd && self.frames.len() == 1 && self.whole != Some(start) && self.with_definitions(line, self.cut) == line
    }

    /// A cut paragraph has ended: it is read once more as a whole, and made again if that gives something else.
    pub(super) fn check_paragraph(&mut self, number: usize, cut: u64, edits: &mut impl Edits) {
        let whole = self.read_top(number);
        let is_same = matches!(whole.nodes.as_slice(), [node] if node.kind == Kind::Paragraph && print(&node.children, SEED) == cut);
        if !is_same {
            self.remake(number, edits);
        }
    }
}

/// Where a fingerprint begins.
pub(super) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// A fingerprint of pieces of a line (FNV-1a), which doesn't tell one text from the same in two parts.
pub(super) fn print(nodes: &[Node], seed: u64) -> u64 {
    let feed = |seed: u64, bytes: &[u8]| {
        bytes.iter().fold(seed, |print, byte| (print ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    nodes.iter().fold(seed, |print_so_far, node| {
        if node.kind == Kind::Text {
            return feed(print_so_far, node.text.as_bytes());
        }
        let opened = feed(feed(print_so_far, format!("\u{1}{:?}\u{2}", node.kind).as_bytes()), node.text.as_bytes());
        feed(print(&node.children, opened), &[3])
    })
}

/// The last place in `text` where the pieces may be cut: a space between two words, in plain text that holds nothing that
/// could still open, after pieces that hold nothing of the kind either.
fn boundary(text: &str, pieces: &[Node]) -> Option<usize> {
    let mut last = None;
    for piece in pieces {
        let source = text.get(piece.at.clone()).unwrap_or_default();
        if piece.kind != Kind::Text {
            if may_open(piece) {
                break;
            }
        } else if source != piece.text {
            // Escapes and entities: there may be half a formula among them.
            if source.contains('\\') || opening(&piece.text).is_some() {
                break;
            }
        } else {
            let plain = opening(source).unwrap_or(source.len());
            last = last_space(&source[..plain]).map(|at| piece.at.start + at).or(last);
            if plain < source.len() {
                break;
            }
        }
    }
    last
}

/// The last space between two words.
fn last_space(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(3)
        .rposition(|window| match window {
            [before, b' ', after] => {
                (before.is_ascii_alphanumeric() || matches!(before, b'.' | b',')) && after.is_ascii_alphabetic()
            }
            _ => false,
        })
        .map(|at| at + 1)
}

fn may_open(piece: &Node) -> bool {
    let is_open = match piece.kind {
        Kind::Text => opening(&piece.text).is_some(),
        // Code wins over a formula that it begins in.
        Kind::Math { .. } => piece.text.contains('`'),
        _ => false,
    };
    is_open || piece.children.iter().any(may_open)
}

/// Where something stands in plain text that what comes later could make an opening mark.
fn opening(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        let around = (at.checked_sub(1).map(|before| bytes[before]), bytes.get(at + 1).copied());
        let is_space = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_whitespace());
        let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        match bytes[at] {
            b'~' | b'`' | b'[' | b'$' | b'{' | b'}' | b'|' => true,
            b'*' => !(is_space(around.0) && is_space(around.1)),
            b'_' => !(is_word(around.0) && is_word(around.1) || is_space(around.0) && is_space(around.1)),
            b'<' => !(is_space(around.1) || around.1.is_some_and(|byte| byte.is_ascii_digit() || byte == b'=')),
            _ => false,
        }
    })
}
