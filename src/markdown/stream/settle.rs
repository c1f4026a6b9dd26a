//! Closing what complete lines have ended, and moving the cut (RENDERING.md 3 has the rule and its proof).

use super::Edits;
use super::Stream;
use super::frame::{Frame, Shape, fits, own_text, synthetic};
use super::paragraph::print;
use super::present;
use super::references::collect_footnotes;
use crate::markdown::node::{Kind, Node};
use crate::markdown::read::{Definition, Read};
use std::collections::HashSet;

/// What ends HTML blocks that no blank line ends, on the line that it stands on.
const HTML_ENDS: [&str; 8] = ["</pre>", "</script>", "</style>", "</textarea>", "-->", "?>", "]]>", "<!"];

/// A cut paragraph that has ended: its number, and the fingerprint of what was shown of it.
type Ended = (usize, u64);

/// What is left open when all that is closed has been taken off.
struct Rest {
    nodes: Vec<Node>,
    end: usize,
}

impl Stream {
    /// Closes what the lines up to the last complete one have ended.
    pub(super) fn settle(&mut self, edits: &mut impl Edits) {
        loop {
            let end = self.text.rfind('\n').map_or(0, |line| line + 1);
            if end <= self.settled.max(self.cut) {
                return;
            }
            self.settled = end;
            let read = self.read_rest(end);
            if !fits(&self.frames, &read.nodes) {
                self.give_up();
                continue;
            }
            if self.take_definitions(&read, edits) {
                continue;
            }
            present::present(&mut self.shown, &self.frames, &read.nodes, &mut self.ids, edits);
            let closed = self.close_lines(read, end);
            if !closed.fits {
                self.give_up();
            }
            present::let_go(&mut self.shown, &self.frames, edits);
            if let Some((number, print)) = closed.paragraph {
                self.check_paragraph(number, print, edits);
            }
            if !closed.fits {
                continue;
            }
            return;
        }
    }

    fn close_lines(&mut self, read: Read, end: usize) -> Closed {
        let Read { nodes, definitions, mut asked } = read;
        let is_kept = Closed { fits: true, paragraph: None };
        let Some((rest, paragraph)) = self.take_closed(nodes, end) else { return is_kept };
        let mut rest = Rest { nodes: rest, end };
        // A definition after it closes a plain block too.
        if self.frames.len() == 1
            && let [leaf] = rest.nodes.as_slice()
            && matches!(leaf.kind, Kind::Paragraph | Kind::Heading(_) | Kind::Code(None))
            && definitions.last().is_some_and(|last| last.at >= leaf.at.end)
        {
            let leaf = rest.nodes.swap_remove(0);
            self.close_node(0, leaf);
        }
        let cut = self.next_cut(&mut rest, &definitions);
        self.read_shapes();
        self.references.settle(definitions, cut);
        self.trim_tops(cut);
        asked.sort_by_key(|(at, _)| *at);
        self.references.attach(asked, self.cut);
        self.cut = cut;
        let fits = self.frames.len() == 1 || self.gives_back(&rest);
        Closed { fits, paragraph }
    }

    /// Takes off what is closed, level by level; what is left is the open leaf, or nothing. None if nothing can be taken.
    fn take_closed(&mut self, mut nodes: Vec<Node>, end: usize) -> Option<(Vec<Node>, Option<Ended>)> {
        let (mut level, mut paragraph) = (0, None);
        loop {
            if level + 1 < self.frames.len() {
                if nodes.len() > 1 {
                    let first = nodes.remove(0);
                    paragraph = self.close_frames(level + 1, first).or(paragraph);
                } else {
                    let node = nodes.pop()?;
                    level += 1;
                    if self.go_on(level, &node, end)? {
                        return Some((Vec::new(), paragraph));
                    }
                    nodes = node.children;
                    nodes.drain(..synthetic(&self.frames, level));
                    if let Kind::Table(_) = self.frames[level].kind {
                        nodes.drain(..).for_each(|row| self.frames[level].close_child(&row));
                        return Some((nodes, paragraph));
                    }
                    continue;
                }
            }
            let Some(last) = nodes.pop() else { return Some((nodes, paragraph)) };
            nodes.drain(..).for_each(|node| self.close_node(level, node));
            if !self.may_open(&last, level, end) {
                return Some((vec![last], paragraph));
            }
            let mut frame = Frame::new(last.kind.clone(), last.at.start);
            frame.shape = self.shape_of(&last).unwrap_or_default();
            self.frames.push(frame);
            nodes = last.children;
            level += 1;
        }
    }

    /// The open frame at this level goes on as `node`. True: all its lines are taken. None: it has ended, and its last
    /// lines wait for the next block; or it can't be split by lines.
    fn go_on(&mut self, level: usize, node: &Node, end: usize) -> Option<bool> {
        self.frames[level].join_looseness(&node.kind);
        let is_over = node.at.end < end || (node.kind == Kind::Html && self.is_html_over(end));
        let frame = &mut self.frames[level];
        if frame.kind == Kind::Paragraph || (is_over && frame.is_leaf()) {
            return None;
        }
        let is_text = matches!(frame.kind, Kind::Code(Some(_)) | Kind::Html);
        if is_text {
            frame.text += own_text(frame, node).len();
        }
        Some(is_text)
    }

    /// Whether the last node of a level may be cut inside.
    fn may_open(&self, last: &Node, level: usize, end: usize) -> bool {
        let start = last.at.start;
        let top = if level == 0 { start } else { self.frames.get(1).map_or(start, |frame| frame.at) };
        if self.whole == Some(top) {
            return false;
        }
        match last.kind {
            Kind::Quote(_) | Kind::Item => true,
            // Without a paragraph and with a blank line nothing shows yet whether it is loose.
            Kind::List { loose, .. } => {
                let is_blank = |line: &str| line.trim_matches([' ', '\t', '>']).is_empty();
                (loose.is_some() || !self.text[start..end].lines().any(is_blank)) && self.shape_of(last).is_some()
            }
            _ => false,
        }
    }

    /// Where the rest begins from now on. Opens a frame for a leaf that is split by lines, and drops those that have
    /// nothing closed and would begin on the cut.
    fn next_cut(&mut self, rest: &mut Rest, definitions: &[Definition]) -> usize {
        let last = self.frames.len() - 1;
        let mut cut = rest.end;
        let mut head = None;
        if let Some(leaf) = rest.nodes.first() {
            let line = self.line_of(leaf.at.start);
            // The text of a footnote may begin within the line that ended the one before.
            cut = if let Kind::Footnote(_) = leaf.kind { leaf.at.start } else { line };
            head = self.head_of(leaf, line, rest.end);
        } else if self.frames[last].is_leaf() && last > 0 {
            // All its complete lines are taken.
        } else if last == 0 || self.frames[last].has_closed() || self.line_of(self.frames[last].at) < self.cut {
            // Definitions and blank lines only: all but the last definition are done.
            cut = self.cut;
            // A definition that is indented as code is one only below another.
            let is_first =
                |line: &usize| !self.text[*line..].starts_with("    ") && !self.text[*line..].starts_with('\t');
            let mut lines = definitions.iter().rev().map(|definition| self.line_start(definition.at));
            if last == 0
                && let Some(line) = lines.find(is_first)
            {
                cut = cut.max(line);
            }
        } else {
            cut = self.line_of(self.frames[last].at);
        }
        if let Some(head) = head {
            let leaf = rest.nodes.swap_remove(0);
            let mut frame = Frame::new(leaf.kind.clone(), leaf.at.start);
            leaf.children.iter().for_each(|row| frame.close_child(row));
            // Of HTML the line that opens it is shown too.
            frame.text = leaf.text.len();
            frame.head = head;
            self.frames.push(frame);
            return rest.end;
        }
        let floor = self.frames.iter().filter(|frame| frame.closed > 0).map(|frame| frame.last.end).max();
        let begins_before = self.frames.iter().rev().find(|frame| self.line_of(frame.at) < cut);
        // A definition above an item belongs to the item before.
        let is_item = begins_before.is_some_and(|frame| matches!(frame.kind, Kind::List { .. }));
        if !is_item && !rest.nodes.is_empty() {
            cut = self.with_definitions(cut, floor.unwrap_or_default().max(self.cut));
        }
        while let [_, .., last] = self.frames.as_slice()
            && !last.is_leaf()
            && !last.has_closed()
            && self.line_of(last.at) >= cut
        {
            self.frames.pop();
        }
        cut
    }

    /// The lines that open a leaf which is split by lines, if it is one and can be.
    fn head_of(&self, leaf: &Node, line: usize, end: usize) -> Option<core::ops::Range<usize>> {
        let lines = match leaf.kind {
            Kind::Code(Some(_)) | Kind::Html => 1,
            Kind::Table(_) => 2,
            _ => return None,
        };
        let top = self.frames.get(1).map_or(leaf.at.start, |frame| frame.at);
        let is_item = |frame: &Frame| frame.kind == Kind::Item && self.line_of(frame.at) == line;
        if self.whole == Some(top) || self.frames.iter().any(is_item) {
            return None;
        }
        let head = line..self.after_lines(line, lines);
        let is_over = leaf.at.end < end || (leaf.kind == Kind::Html && self.is_html_over(end));
        (head.end <= end && !is_over).then_some(head)
    }

    /// Whether the rest, read with the new frames, is what was left open.
    fn gives_back(&self, rest: &Rest) -> bool {
        let read = self.read_rest(rest.end);
        if !fits(&self.frames, &read.nodes) {
            return false;
        }
        let mut nodes = read.nodes.as_slice();
        let mut text = "";
        for level in 1..self.frames.len() {
            let at = if self.frames[level - 1].kind == Kind::Item { 2 } else { 0 };
            let node = &nodes[at];
            text = if self.frames[level].is_leaf() { own_text(&self.frames[level], node) } else { "" };
            nodes = &node.children;
        }
        nodes = &nodes[synthetic(&self.frames, self.frames.len() - 1)..];
        // Containers that begin on the line of the cut were left to the rest.
        while let [Node { kind: Kind::Quote(_) | Kind::Item | Kind::List { .. }, children, .. }] = nodes
            && !children.is_empty()
        {
            nodes = children;
        }
        text.is_empty() && nodes == rest.nodes
    }

    /// The frames from this level on have ended with what `node` still adds. If one was a cut paragraph: its number and
    /// the fingerprint of what was closed of it.
    fn close_frames(&mut self, level: usize, node: Node) -> Option<Ended> {
        let end = node.at.end;
        let mut last_end = end;
        let mut inner = Some(node);
        let mut labels = HashSet::new();
        let mut paragraph = None;
        for at in level..self.frames.len() {
            let Some(mut node) = inner.take() else { break };
            self.frames[at].join_looseness(&node.kind);
            node.children.drain(..synthetic(&self.frames, at));
            if self.frames[at].kind == Kind::Paragraph {
                paragraph = Some(print(&node.children, self.frames[at].print));
            }
            if at == level {
                // Where what it shows ends: a list's range runs on.
                last_end = match (&node.kind, node.children.last()) {
                    (Kind::List { .. }, Some(item)) => item.at.end,
                    (Kind::List { .. }, None) => self.frames[at].last.end,
                    _ => end,
                };
            }
            inner = (at + 1 < self.frames.len() && !node.children.is_empty()).then(|| node.children.remove(0));
            collect_footnotes(&node.children, &mut labels);
        }
        self.references.close_footnotes(labels);
        let at = self.frames[level].at;
        self.frames.truncate(level);
        let number = self.references.tops.len();
        if level == 1 {
            let line = self.line_of(at);
            self.references.close_top(line..end, &self.text, true);
        }
        self.frames[level - 1].closed += 1;
        self.frames[level - 1].last = at..last_end;
        paragraph.map(|print| (number, print))
    }

    /// A node is closed for good.
    fn close_node(&mut self, level: usize, node: Node) {
        let mut labels = HashSet::new();
        collect_footnotes(std::slice::from_ref(&node), &mut labels);
        self.references.close_footnotes(labels);
        if level == 0 {
            let at = node.at.start;
            let from = match node.kind {
                Kind::Footnote(_) => at,
                _ => self.with_definitions(
                    self.line_of(at),
                    if self.frames[0].closed > 0 { self.frames[0].last.end } else { 0 },
                ),
            };
            let takes_asked = self.frames.len() > 1 || from == self.cut;
            self.references.close_top(from..node.at.end, &self.text, takes_asked);
        }
        self.frames[level].close_child(&node);
    }

    /// A list's range runs on over what follows it: it ends where the next block begins.
    fn trim_tops(&mut self, cut: usize) {
        let tops = &mut self.references.tops;
        let known = tops.iter().rposition(|top| top.source.end <= self.cut && top.source.start < self.cut);
        for at in known.unwrap_or(0)..tops.len() {
            let next = tops.get(at + 1).map_or(cut, |top| top.source.start);
            let source = &mut tops[at].source;
            if source.end > next && next > source.start {
                source.end = next;
            }
        }
    }

    /// A definition is a paragraph until a blank line: what follows it directly may yet become its title, and can't
    /// start what can't interrupt a paragraph. So a block begins with the definitions right above it. Lines without a
    /// node are definitions; of two with the same label the parser lists one only.
    pub(super) fn with_definitions(&self, mut at: usize, floor: usize) -> usize {
        while at > floor {
            let above = self.line_start(at - 1);
            let is_blank = self.text[above..at].bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'>'));
            if above < floor || is_blank {
                break;
            }
            at = above;
        }
        at
    }

    /// Whether the last line ends an HTML block that no blank line ends; its range does not tell.
    fn is_html_over(&self, end: usize) -> bool {
        let last = self.text[self.line_start(end - 1)..end].to_ascii_lowercase();
        let from = self.frames.last().map_or(0, |frame| frame.at.min(end));
        HTML_ENDS.iter().any(|mark| last.contains(mark)) || (last.contains('>') && self.text[from..end].contains("<!"))
    }

    fn after_lines(&self, from: usize, lines: usize) -> usize {
        let mut ends = self.text[from..].match_indices('\n').map(|(at, _)| from + at + 1);
        ends.nth(lines - 1).unwrap_or(self.text.len())
    }

    fn shape_of(&self, list: &Node) -> Option<Shape> {
        let at = list.children.last()?.at.start;
        Shape::read(&self.text, self.line_start(at), at)
    }

    /// Lists are opened again with the marker of their open item, or of their last one.
    fn read_shapes(&mut self) {
        for level in 1..self.frames.len() {
            let frame = &self.frames[level];
            if !matches!(frame.kind, Kind::List { .. }) {
                continue;
            }
            let own = (frame.closed > 0).then_some(frame.last.start);
            let at = self.frames.get(level + 1).map(|item| item.at).or(own);
            if let Some(shape) = at.and_then(|at| Shape::read(&self.text, self.line_start(at), at)) {
                self.frames[level].shape = shape;
            }
        }
    }
}

/// How closing went.
struct Closed {
    /// Whether the rest, read from the new cut, is what was left open; a cut is taken only if it is.
    fits: bool,
    paragraph: Option<Ended>,
}
