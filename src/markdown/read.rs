//! From the parser's flat events to nodes. What a block becomes depends on its own text and on definitions only, so
//! that the same block read alone, or as part of a longer text, is the same.

use super::address::{ImageAddress, safe_link};
use super::dollars::Dollars;
use super::node::{Alert, Alignment, Element, Kind, Node};
use super::tag::{Tag as Known, tag};
use core::cell::RefCell;
use core::ops::Range;
use pulldown_cmark::{
    BlockQuoteKind, BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd,
};
use std::borrow::Cow;
use std::collections::HashMap;
use unicase::UniCase;

/// Deeper nesting than this is shown flat: trees are walked by recursion.
const MAX_DEPTH: usize = 48;
/// Bytes of a formula; longer ones stay text.
const LONGEST_MATH: usize = 10_000;

/// The label of a reference; case doesn't count.
pub(super) type Label = UniCase<String>;

/// Where links with a label lead.
pub(super) type Definitions = HashMap<Label, Target>;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) address: String,
    pub(super) title: String,
}

/// A definition of a label, as it stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) label: Label,
    pub(super) target: Target,
    pub(super) at: usize,
}

/// What was read.
pub(super) struct Read {
    pub(super) nodes: Vec<Node>,
    /// Definitions, first to last; of those with the same label the first one only.
    pub(super) definitions: Vec<Definition>,
    /// Labels that were looked up, and where.
    pub(super) asked: Vec<(usize, Label)>,
}

/// Reads a text. `known` finds labels that the text doesn't define; `prior` wins over its own definitions.
pub(super) fn read(text: &str, known: &dyn Fn(&Label) -> Option<Target>, prior: &Definitions) -> Read {
    let mut dollars = Dollars::read(text);
    loop {
        let (read, formulas) = read_once(text, dollars.text(), known, prior);
        match dollars.without_others(&formulas) {
            Some(fewer) => dollars = fewer,
            None => return read,
        }
    }
}

/// Reads a text in the form that the parser is handed; and where it has formulas.
fn read_once(
    written: &str,
    text: &str,
    known: &dyn Fn(&Label) -> Option<Target>,
    prior: &Definitions,
) -> (Read, Vec<Range<usize>>) {
    let asked = RefCell::new(Vec::new());
    let look_up = |link: BrokenLink<'_>| {
        let label = UniCase::new(link.reference.to_string());
        let found = known(&label).map(|target| (CowStr::from(target.address), CowStr::from(target.title)));
        asked.borrow_mut().push((link.span.start, label));
        found
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    let parser = Parser::new_with_broken_link_callback(text, options, Some(look_up));
    let definitions = parser.reference_definitions().iter().map(|(label, found)| Definition {
        label: UniCase::new(label.to_owned()),
        target: Target {
            address: found.dest.to_string(),
            title: found.title.as_deref().unwrap_or_default().to_owned(),
        },
        at: found.span.start,
    });
    let mut definitions: Vec<_> = definitions.collect();
    definitions.sort_by_key(|definition| definition.at);
    let mut builder = Builder {
        source: written,
        prior,
        stack: vec![Node::new(Kind::Rule, 0..0)],
        ignored: 0,
        resolved: Vec::new(),
        formulas: Vec::new(),
    };
    for (event, at) in parser.into_offset_iter() {
        builder.take(event, at);
    }
    let mut all = asked.take();
    all.append(&mut builder.resolved);
    let nodes = builder.stack.swap_remove(0).children;
    (Read { nodes, definitions, asked: all }, builder.formulas)
}

struct Builder<'a> {
    source: &'a str,
    prior: &'a Definitions,
    /// What is being built, innermost last; the first one holds the blocks.
    stack: Vec<Node>,
    /// Elements that were opened too deep to be nested, and not closed yet.
    ignored: usize,
    /// References that found their definition.
    resolved: Vec<(usize, Label)>,
    formulas: Vec<Range<usize>>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::Start(_) if self.stack.len() >= MAX_DEPTH => self.ignored += 1,
            Event::End(_) if self.ignored > 0 => self.ignored -= 1,
            Event::Start(tag) => {
                let kind = self.kind(tag, at.start);
                self.stack.push(Node::new(kind, at));
            }
            Event::End(tag) => self.close(tag),
            Event::Text(text) => self.push_text(&text, at),
            Event::Html(html) => self.push_text(&html, at),
            Event::InlineHtml(html) => self.inline_html(&html, at),
            Event::Code(code) => self.push(Node::with_text(Kind::InlineCode, &code, at)),
            Event::InlineMath(tex) => self.math(&tex, at, false),
            Event::DisplayMath(tex) => self.math(&tex, at, true),
            Event::FootnoteReference(label) => self.push(Node::new(Kind::FootnoteReference(label.to_string()), at)),
            Event::SoftBreak => self.push_text("\n", at),
            Event::HardBreak => self.push(Node::new(Kind::Break, at)),
            Event::Rule => self.push(Node::new(Kind::Rule, at)),
            Event::TaskListMarker(done) => self.push(Node::new(Kind::Task(done), at)),
        }
    }

    fn top(&mut self) -> &mut Node {
        let last = self.stack.len() - 1; // there is always the one that holds the blocks
        &mut self.stack[last]
    }

    fn push(&mut self, node: Node) {
        self.top().children.push(node);
    }

    fn kind(&mut self, tag: Tag<'_>, at: usize) -> Kind {
        match tag {
            Tag::Paragraph => Kind::Paragraph,
            Tag::Heading { level, .. } => Kind::Heading(level as u8),
            Tag::BlockQuote(kind) => Kind::Quote(kind.map(alert)),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Kind::Code(Some(info.into_string())),
            Tag::CodeBlock(CodeBlockKind::Indented) => Kind::Code(None),
            Tag::List(start) => Kind::List { start, loose: None },
            Tag::Item => Kind::Item,
            Tag::FootnoteDefinition(label) => Kind::Footnote(label.into_string()),
            Tag::Table(alignments) => Kind::Table(alignments.into_iter().map(alignment).collect()),
            Tag::TableHead => Kind::Head,
            Tag::TableRow => Kind::Row,
            Tag::TableCell => Kind::Cell,
            Tag::Emphasis => Kind::Emphasis,
            Tag::Strong => Kind::Strong,
            Tag::Strikethrough => Kind::Strikethrough,
            Tag::Link { link_type, dest_url, id, .. } => {
                let address = self.target(link_type, &dest_url, &id, at);
                match safe_link(&address) {
                    Some(_) => Kind::Link(address),
                    None => Kind::Unlinked,
                }
            }
            Tag::Image { link_type, dest_url, id, .. } => {
                let address = ImageAddress::read(&self.target(link_type, &dest_url, &id, at));
                Kind::Image { address, alt: String::new() }
            }
            // Of what is not switched on nothing comes.
            _ => Kind::Html,
        }
    }

    /// Where a link leads: an earlier definition of its label wins over one in this text.
    fn target(&mut self, link_type: LinkType, address: &str, label: &str, at: usize) -> String {
        match link_type {
            LinkType::Inline | LinkType::Autolink => address.to_owned(),
            LinkType::Email => format!("mailto:{address}"),
            _ => {
                let label = UniCase::new(label.to_owned());
                let address = self.prior.get(&label).map_or(address, |target| &target.address).to_owned();
                self.resolved.push((at, label));
                address
            }
        }
    }

    fn close(&mut self, tag: TagEnd) {
        let Some(mut node) = self.stack.pop() else { return };
        settle_marks(&mut node.children);
        match tag {
            TagEnd::Item => wrap_tight(&mut node, self.source),
            TagEnd::List(_) => {
                if let Kind::List { loose, .. } = &mut node.kind {
                    *loose = looseness(&node.children);
                }
                for child in node.children.iter_mut().flat_map(|item| &mut item.children) {
                    if child.kind == Kind::Tight {
                        child.kind = Kind::Paragraph;
                    }
                }
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock => {
                node.text = node.children.drain(..).map(|piece| piece.text).collect();
            }
            // A film on one line is a paragraph to the parser, for its end tag follows.
            TagEnd::Paragraph if is_media(&self.source[node.at.clone()]) => {
                let written = self.source[node.at.clone()].to_owned();
                node = Node::with_text(Kind::Html, &written, node.at);
            }
            TagEnd::Image => {
                let words: String = node.children.drain(..).map(|child| child.plain()).collect();
                if let Kind::Image { alt, .. } = &mut node.kind {
                    *alt = words;
                }
            }
            _ => {}
        }
        self.push(node);
    }

    fn push_text(&mut self, text: &str, at: Range<usize>) {
        push_text(&mut self.top().children, text, at);
    }

    /// A formula. `$5-$6` are prices: what a digit follows doesn't end a formula. Dollars around nothing are dollars.
    fn math(&mut self, tex: &str, at: Range<usize>, display: bool) {
        let is_price = !display && self.source.as_bytes().get(at.end).is_some_and(u8::is_ascii_digit);
        if is_price || tex.trim().is_empty() || tex.len() > LONGEST_MATH {
            let source = self.source;
            return self.push_text(&source[at.clone()], at);
        }
        self.formulas.push(at.clone());
        let display = display && !self.source[at.start..].starts_with("\\(");
        self.push(Node::with_text(Kind::Math { display }, tex.trim(), at));
    }

    fn inline_html(&mut self, html: &str, at: Range<usize>) {
        let inner = html.strip_prefix('<').and_then(|html| html.strip_suffix('>')).unwrap_or_default();
        if inner.trim_end_matches('/').trim_end().eq_ignore_ascii_case("br") {
            return self.push(Node::new(Kind::Break, at));
        }
        if let Some(element) = Element::named(inner) {
            return self.push(Node::with_text(Kind::Tag(element), html, at));
        }
        let closed = inner.strip_prefix('/').and_then(Element::named);
        let children = &mut self.top().children;
        let open = closed.and_then(|element| {
            let from = children.iter().rposition(|child| child.kind == Kind::Tag(element))?;
            Some((element, from))
        });
        let Some((element, from)) = open else { return self.push_text(html, at) };
        let mut node = Node::new(Kind::Element(element), children[from].at.start..at.end);
        node.children = children.drain(from + 1..).collect();
        settle_marks(&mut node.children);
        children[from] = node;
    }
}

fn is_media(written: &str) -> bool {
    let may_be = |name: &str| written.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    (may_be("<video") || may_be("<audio")) && matches!(tag(written), Some(Known::Media(_)))
}

/// Marks on one letter that are shown; no script has as many.
const MARKS: usize = 32;

/// Whether a letter is a mark on the one before it.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// A text without the marks that are too many: a browser takes a minute for 100,000 of them. `before` is the text that it
/// goes on from.
fn without_heaps<'a>(before: &str, text: &'a str) -> Cow<'a, str> {
    if text.is_ascii() || !text.chars().any(is_mark) {
        return Cow::Borrowed(text);
    }
    let mut heap = before.chars().rev().take(MARKS).take_while(|letter| is_mark(*letter)).count();
    let kept = text.chars().filter(|letter| {
        heap = if is_mark(*letter) { heap + 1 } else { 0 };
        heap <= MARKS
    });
    Cow::Owned(kept.collect())
}

fn push_text(children: &mut Vec<Node>, text: &str, at: Range<usize>) {
    let before = children.last().filter(|last| last.kind == Kind::Text).map_or("", |last| &last.text);
    let text = &*without_heaps(before, text);
    match children.last_mut() {
        Some(last) if last.kind == Kind::Text => {
            last.text.push_str(text);
            last.at.end = at.end;
        }
        _ => children.push(Node::with_text(Kind::Text, text, at)),
    }
}

/// What opened and wasn't closed is text.
fn settle_marks(children: &mut Vec<Node>) {
    if !children.iter().any(|child| matches!(child.kind, Kind::Tag(_))) {
        return;
    }
    for child in std::mem::take(children) {
        match child.kind {
            Kind::Text | Kind::Tag(_) => push_text(children, &child.text, child.at),
            _ => children.push(child),
        }
    }
}

/// Puts paragraphs around the bare text of a tight item.
fn wrap_tight(item: &mut Node, source: &str) {
    let mut is_open = false;
    for child in std::mem::take(&mut item.children) {
        if !child.kind.is_inline() {
            is_open = false;
            item.children.push(child);
            continue;
        }
        // The box of a task alone on its line is not in the paragraph below it.
        let after_box = item.children.last().and_then(|paragraph| paragraph.children.last()).is_some_and(|last| {
            matches!(last.kind, Kind::Task(_))
                && source.get(last.at.end..child.at.start).is_some_and(|gap| gap.contains('\n'))
        });
        if !is_open || after_box {
            item.children.push(Node::new(Kind::Tight, child.at.clone()));
            is_open = true;
        }
        if let Some(paragraph) = item.children.last_mut() {
            paragraph.at.end = child.at.end;
            paragraph.children.push(child);
        }
    }
}

/// Whether a list is loose, if any paragraph of its items shows that.
fn looseness(items: &[Node]) -> Option<bool> {
    let mut shown = None;
    for child in items.iter().flat_map(|item| &item.children) {
        match child.kind {
            Kind::Paragraph => return Some(true),
            Kind::Tight if !is_box(child) => shown = Some(false),
            _ => {}
        }
    }
    shown
}

/// Whether a paragraph is the box of a task alone.
pub(super) fn is_box(paragraph: &Node) -> bool {
    matches!(paragraph.children.as_slice(), [Node { kind: Kind::Task(_), .. }])
}

fn alert(kind: BlockQuoteKind) -> Alert {
    match kind {
        BlockQuoteKind::Note => Alert::Note,
        BlockQuoteKind::Tip => Alert::Tip,
        BlockQuoteKind::Important => Alert::Important,
        BlockQuoteKind::Warning => Alert::Warning,
        BlockQuoteKind::Caution => Alert::Caution,
    }
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}
