//! From the parser's flat events to the tree.

use super::{Alignment, Block, ImageAddress, Inline, Item, safe_link};
use crate::protocol::chat::file_content_path;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Deeper nesting than this is shown flat: the tree is walked by recursion.
const MAX_DEPTH: usize = 64;

pub(super) fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder { stack: vec![Open::new(Kind::Root)], ignored: Vec::new() };
    for event in Parser::new_ext(text, options) {
        builder.take(event);
    }
    while builder.stack.len() > 1 {
        builder.close();
    }
    builder.stack.pop().map(|mut root| root.finish_blocks()).unwrap_or_default()
}

/// What is being built, innermost last.
struct Builder {
    stack: Vec<Open>,
    /// Tags that were opened too deep to be nested: their ends are dropped.
    ignored: Vec<TagEnd>,
}

struct Open {
    kind: Kind,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    text: String,
    items: Vec<Item>,
    cells: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
    task: Option<bool>,
}

enum Kind {
    Root,
    Paragraph,
    Heading(u8),
    Code(String),
    List(Option<u64>),
    Item,
    Quote,
    Table(Vec<Alignment>),
    Row,
    Cell,
    Emphasis,
    Strong,
    Strikethrough,
    Link(String),
    Image(String),
    Html,
}

impl Open {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            blocks: Vec::new(),
            inlines: Vec::new(),
            text: String::new(),
            items: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            task: None,
        }
    }

    /// Its blocks; loose inlines (of tight items) become a paragraph.
    fn finish_blocks(&mut self) -> Vec<Block> {
        self.wrap_inlines();
        std::mem::take(&mut self.blocks)
    }

    fn wrap_inlines(&mut self) {
        if !self.inlines.is_empty() {
            self.blocks.push(Block::Paragraph(std::mem::take(&mut self.inlines)));
        }
    }

    fn push_text(&mut self, more: &str) {
        match (&self.kind, self.inlines.last_mut()) {
            (Kind::Code(_) | Kind::Image(_), _) => self.text.push_str(more),
            (_, Some(Inline::Text(text))) => text.push_str(more),
            _ => self.inlines.push(Inline::Text(more.to_owned())),
        }
    }
}

impl Builder {
    fn top(&mut self) -> &mut Open {
        if self.stack.is_empty() {
            self.stack.push(Open::new(Kind::Root));
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => {
                if self.ignored.last() == Some(&end) {
                    self.ignored.pop();
                } else if self.stack.len() > 1 {
                    self.close();
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.top().push_text(&text),
            Event::Code(code) => match self.top() {
                open if matches!(open.kind, Kind::Image(_)) => open.text.push_str(&code),
                open => open.inlines.push(Inline::Code(code.into_string())),
            },
            Event::SoftBreak => self.top().push_text("\n"),
            Event::HardBreak => self.top().inlines.push(Inline::Break),
            Event::Rule => {
                self.top().wrap_inlines();
                self.top().blocks.push(Block::Rule);
            }
            Event::TaskListMarker(done) => {
                if let Some(item) = self.stack.iter_mut().rev().find(|open| matches!(open.kind, Kind::Item)) {
                    item.task = Some(done);
                }
            }
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.top().push_text(&text);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        if self.stack.len() >= MAX_DEPTH {
            return self.ignored.push(tag.to_end());
        }
        let kind = match tag {
            Tag::Paragraph => Kind::Paragraph,
            Tag::Heading { level, .. } => Kind::Heading(match level {
                HeadingLevel::H1 => 1,
                HeadingLevel::H2 => 2,
                HeadingLevel::H3 => 3,
                HeadingLevel::H4 => 4,
                HeadingLevel::H5 => 5,
                HeadingLevel::H6 => 6,
            }),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                Kind::Code(info.split_whitespace().next().unwrap_or_default().to_owned())
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => Kind::Code(String::new()),
            Tag::List(start) => Kind::List(start),
            Tag::Item => Kind::Item,
            Tag::BlockQuote(_) => Kind::Quote,
            Tag::Table(alignments) => Kind::Table(alignments.into_iter().map(alignment).collect()),
            Tag::TableHead | Tag::TableRow => Kind::Row,
            Tag::TableCell => Kind::Cell,
            Tag::Emphasis => Kind::Emphasis,
            Tag::Strong => Kind::Strong,
            Tag::Strikethrough => Kind::Strikethrough,
            Tag::Link { dest_url, .. } => Kind::Link(dest_url.into_string()),
            Tag::Image { dest_url, .. } => Kind::Image(dest_url.into_string()),
            _ => Kind::Html,
        };
        let is_inline =
            matches!(kind, Kind::Emphasis | Kind::Strong | Kind::Strikethrough | Kind::Link(_) | Kind::Image(_));
        if !is_inline {
            self.top().wrap_inlines();
        }
        self.stack.push(Open::new(kind));
    }

    /// Ends the innermost element and gives it to the one around it.
    fn close(&mut self) {
        let Some(mut open) = self.stack.pop() else { return };
        let parent = self.top();
        let inlines = std::mem::take(&mut open.inlines);
        match open.kind {
            Kind::Root => {}
            Kind::Paragraph => parent.blocks.push(Block::Paragraph(inlines)),
            Kind::Html => {
                if !inlines.is_empty() {
                    parent.blocks.push(Block::Paragraph(inlines));
                }
            }
            Kind::Heading(level) => parent.blocks.push(Block::Heading(level, inlines)),
            Kind::Code(language) => parent.blocks.push(Block::Code(language, open.text)),
            Kind::List(start) => parent.blocks.push(Block::List { start, items: open.items }),
            Kind::Item => {
                open.inlines = inlines;
                let blocks = open.finish_blocks();
                parent.items.push(Item { task: open.task, blocks });
            }
            Kind::Quote => {
                open.inlines = inlines;
                let blocks = open.finish_blocks();
                parent.blocks.push(Block::Quote(blocks));
            }
            Kind::Table(alignments) => {
                let mut rows = open.rows.into_iter();
                let head = rows.next().unwrap_or_default();
                parent.blocks.push(Block::Table { alignments, head, rows: rows.collect() });
            }
            Kind::Row => parent.rows.push(open.cells),
            Kind::Cell => parent.cells.push(inlines),
            Kind::Emphasis => parent.inlines.push(Inline::Emphasis(inlines)),
            Kind::Strong => parent.inlines.push(Inline::Strong(inlines)),
            Kind::Strikethrough => parent.inlines.push(Inline::Strikethrough(inlines)),
            Kind::Link(address) => match (safe_link(&address), &parent.kind) {
                (_, Kind::Image(_)) => parent.text.push_str(&plain(&inlines)),
                (Some(_), _) => parent.inlines.push(Inline::Link(address, inlines)),
                (None, _) => parent.inlines.extend(inlines),
            },
            Kind::Image(address) => {
                let alt = open.text + &plain(&inlines);
                if let Kind::Image(_) = parent.kind {
                    parent.text.push_str(&alt);
                } else {
                    let address = match file_content_path(&address) {
                        Some(path) => ImageAddress::Stored(path.to_owned()),
                        None => ImageAddress::Elsewhere(safe_link(&address).unwrap_or_default().to_owned()),
                    };
                    parent.inlines.push(Inline::Image { address, alt });
                }
            }
        }
    }
}

/// The text of inlines, as `alt` takes it.
fn plain(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Strikethrough(inner) | Inline::Link(_, inner) => {
                plain(inner)
            }
            Inline::Image { alt, .. } => alt.clone(),
            Inline::Break => " ".to_owned(),
        })
        .collect()
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}
