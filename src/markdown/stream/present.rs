//! From what is shown to what should be: the smallest edits, by place. What is closed for good is never named again.

use super::frame::{Frame, Shown, goes_on, own_text, synthetic};
use super::{Edits, Id};
use crate::markdown::node::{Kind, Node};

/// Hands out ids.
#[derive(Default)]
pub(super) struct Ids(Id);

impl Ids {
    pub(super) fn next(&mut self) -> Id {
        self.0 += 1;
        self.0
    }
}

/// Where a walk over the open frames stands: the frames, and which one the node is.
type Level<'a> = Option<(&'a [Frame], usize)>;

/// Makes `shown` (the root) show what was read of the rest.
pub(super) fn present(shown: &mut Shown, frames: &[Frame], nodes: &[Node], ids: &mut Ids, edits: &mut impl Edits) {
    children(shown, nodes, Some((frames, 0)), ids, edits);
}

/// The children of a node that come from the text, and the frame that the first of them is, if it is one.
fn real<'a, 'b>(nodes: &'a [Node], level: Level<'b>) -> (&'a [Node], Level<'b>) {
    let Some((frames, at)) = level else { return (nodes, None) };
    let nodes = nodes.get(synthetic(frames, at)..).unwrap_or_default();
    (nodes, (at + 1 < frames.len()).then_some((frames, at + 1)))
}

fn children(shown: &mut Shown, nodes: &[Node], level: Level<'_>, ids: &mut Ids, edits: &mut impl Edits) {
    let (nodes, first) = real(nodes, level);
    let parent = (shown.id > 0).then_some(shown.id);
    for (at, node) in nodes.iter().enumerate() {
        let level = first.filter(|_| at == 0);
        match shown.children.get_mut(at) {
            None => {
                let made = insert(node, level, parent, None, ids, edits);
                shown.children.push(made);
            }
            Some(old) if is_same(old, node, level) => update(old, node, level, ids, edits),
            Some(old) => {
                let id = old.id;
                let made = insert(node, level, parent, Some(id), ids, edits);
                remove(&std::mem::replace(old, made), edits);
            }
        }
    }
    if nodes.len() < shown.children.len() {
        shown.children.drain(nodes.len()..).for_each(|gone| remove(&gone, edits));
    }
}

/// Whether a node can become another one by edits of what is in it.
fn is_same(shown: &Shown, node: &Node, level: Level<'_>) -> bool {
    let (before, text_before) = level.map_or((0, 0), |(frames, at)| (frames[at].closed, frames[at].text));
    let is_kind = match (&shown.kind, &node.kind) {
        (Kind::List { start, .. }, Kind::List { start: other, .. }) => level.is_some() || start == other,
        // A frame keeps its kind, whatever the skeleton makes of it.
        (one, other) if level.is_some() => goes_on(one, other),
        (one, other) => one == other,
    };
    let is_text = !matches!(shown.kind, Kind::Math { .. }) || shown.text == node.text;
    is_kind && is_text && shown.before == before && shown.text_before == text_before
}

fn update(shown: &mut Shown, node: &Node, level: Level<'_>, ids: &mut Ids, edits: &mut impl Edits) {
    if let (Kind::List { loose, .. }, Kind::List { loose: other, .. }) = (&mut shown.kind, &node.kind) {
        let joined = match level {
            Some((frames, at)) => match &frames[at].kind {
                Kind::List { loose, .. } => super::frame::looser(*loose, *other),
                _ => *other,
            },
            None => *other,
        };
        if *loose != joined {
            *loose = joined;
            edits.change(shown.id, &shown.kind);
        }
    }
    let text = level.map_or(&*node.text, |(frames, at)| own_text(&frames[at], node));
    if shown.text != text {
        let kept = common(&shown.text, text);
        let gone = shown.text[kept..].encode_utf16().count();
        edits.text(shown.id, gone, &text[kept..]);
        shown.text.truncate(kept);
        shown.text.push_str(&text[kept..]);
    }
    children(shown, &node.children, level, ids, edits);
}

fn insert(
    node: &Node,
    level: Level<'_>,
    parent: Option<Id>,
    before: Option<Id>,
    ids: &mut Ids,
    edits: &mut impl Edits,
) -> Shown {
    let id = ids.next();
    let text = level.map_or(&*node.text, |(frames, at)| own_text(&frames[at], node));
    edits.insert(id, &node.kind, text, parent, before);
    fill(id, node, level, ids, edits)
}

/// Fills a node that was just told.
pub(super) fn fill(id: Id, node: &Node, level: Level<'_>, ids: &mut Ids, edits: &mut impl Edits) -> Shown {
    let text = level.map_or(&*node.text, |(frames, at)| own_text(&frames[at], node)).to_owned();
    let mut shown = Shown { id, kind: node.kind.clone(), text, text_before: 0, children: Vec::new(), before: 0 };
    let (nodes, first) = real(&node.children, level);
    for (at, child) in nodes.iter().enumerate() {
        let made = insert(child, first.filter(|_| at == 0), Some(id), None, ids, edits);
        shown.children.push(made);
    }
    shown
}

fn remove(shown: &Shown, edits: &mut impl Edits) {
    edits.remove(shown.id);
    shown.children.iter().for_each(|child| remove(child, edits));
}

/// A node that is closed for good, innermost first.
pub(super) fn close(shown: &Shown, edits: &mut impl Edits) {
    shown.children.iter().for_each(|child| close(child, edits));
    edits.close(shown.id);
}

/// Lets go of what the frames say is closed.
pub(super) fn let_go(shown: &mut Shown, frames: &[Frame], edits: &mut impl Edits) {
    let mut node = shown;
    for (level, frame) in frames.iter().enumerate() {
        let closed = frame.closed.saturating_sub(node.before).min(node.children.len());
        node.children.drain(..closed).for_each(|child| close(&child, edits));
        node.before = frame.closed;
        let text = frame.text.saturating_sub(node.text_before).min(node.text.len());
        node.text.drain(..text);
        node.text_before = frame.text;
        if level + 1 < frames.len() {
            match node.children.first_mut() {
                Some(first) => node = first,
                None => return,
            }
        }
    }
}

/// Bytes that two texts begin with alike, whole characters.
fn common(one: &str, other: &str) -> usize {
    if other.starts_with(one) {
        return one.len();
    }
    let alike = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    (0..=alike).rev().find(|at| one.is_char_boundary(*at) && other.is_char_boundary(*at)).unwrap_or(0)
}
