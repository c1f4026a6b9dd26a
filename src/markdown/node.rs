//! What a text is made of.

use super::address::ImageAddress;
use core::ops::Range;

/// A block, or a piece of a line.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its own text: of [`Kind::Text`], [`Kind::InlineCode`], [`Kind::Math`], [`Kind::Code`] and [`Kind::Html`].
    pub text: String,
    /// What is inside of it.
    pub children: Vec<Node>,
    /// Where it stands in the text, in bytes. Two nodes that differ in this only are equal.
    pub(super) at: Range<usize>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text && self.children == other.children
    }
}

impl Node {
    pub(super) fn new(kind: Kind, at: Range<usize>) -> Self {
        Self { kind, text: String::new(), children: Vec::new(), at }
    }

    pub(super) fn with_text(kind: Kind, text: &str, at: Range<usize>) -> Self {
        Self { text: text.to_owned(), ..Self::new(kind, at) }
    }

    /// Where what it shows ends: a list's own range runs on over definitions that follow it.
    pub(super) fn end(&self) -> usize {
        match self.kind {
            Kind::List { .. } => self.children.last().map_or(self.at.end, |item| item.at.end),
            _ => self.at.end,
        }
    }

    /// Its words, without their marks.
    pub fn plain(&self) -> String {
        match &self.kind {
            Kind::Image { alt, .. } => alt.clone(),
            Kind::Break => " ".to_owned(),
            _ => self.children.iter().fold(self.text.clone(), |all, child| all + &child.plain()),
        }
    }
}

/// The kinds of blocks and of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A paragraph. In items of lists there is always one around their text, whether the list is loose or not.
    Paragraph,
    /// A heading of level 1 to 6.
    Heading(u8),
    /// A thematic break.
    Rule,
    /// A quotation, or a note of GitHub's kinds.
    Quote(Option<Alert>),
    /// A list.
    List {
        /// The first number, if it is numbered.
        start: Option<u64>,
        /// Whether its items stand apart; none as long as nothing in it shows that.
        loose: Option<bool>,
    },
    /// An item of a list.
    Item,
    /// A code block; its info string, if it is fenced.
    Code(Option<String>),
    /// HTML, as text.
    Html,
    /// A table, with the alignment of its columns.
    Table(Vec<Alignment>),
    /// The row of a table's headings.
    Head,
    /// A row of a table.
    Row,
    /// A cell of a row.
    Cell,
    /// The text of a footnote, by its label.
    Footnote(String),
    /// Text.
    Text,
    /// Code in a line.
    InlineCode,
    /// Emphasis.
    Emphasis,
    /// Strong emphasis.
    Strong,
    /// Struck through.
    Strikethrough,
    /// One of the few elements that HTML in a text may make (SECURITY.md 7).
    Element(Element),
    /// A link.
    Link(String),
    /// A link whose address is not safe to open: its words alone.
    Unlinked,
    /// A picture.
    Image {
        /// Where it is.
        address: ImageAddress,
        /// What stands for it.
        alt: String,
    },
    /// TeX.
    Math {
        /// Whether it stands on lines of its own.
        display: bool,
    },
    /// A new line.
    Break,
    /// The box of a task, and whether it is checked.
    Task(bool),
    /// A reference to a footnote, by its label.
    FootnoteReference(String),
    /// The text of a tight item, until its list has ended. Never left in a tree.
    #[doc(hidden)]
    Tight,
    /// The opening tag of an element that may yet be closed. Never left in a tree.
    #[doc(hidden)]
    Tag(Element),
}

impl Kind {
    /// Whether it is a piece of a line, not a block.
    pub(super) fn is_inline(&self) -> bool {
        use Kind::*;
        matches!(
            self,
            Text | InlineCode
                | Emphasis
                | Strong
                | Strikethrough
                | Element(_)
                | Link(_)
                | Unlinked
                | Image { .. }
                | Math { .. }
                | Break
                | Task(_)
                | FootnoteReference(_)
                | Tag(_)
        )
    }
}

/// The kinds of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Alert {
    Note,
    Tip,
    Important,
    Warning,
    Caution,
}

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// As the language goes.
    None,
    /// To the left.
    Left,
    /// Centred.
    Center,
    /// To the right.
    Right,
}

/// Elements without attributes that HTML in a line may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are HTML's")]
pub enum Element {
    Kbd,
    Sub,
    Sup,
    Mark,
    U,
}

impl Element {
    const ALL: [Self; 5] = [Self::Kbd, Self::Sub, Self::Sup, Self::Mark, Self::U];

    /// Its name in HTML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kbd => "kbd",
            Self::Sub => "sub",
            Self::Sup => "sup",
            Self::Mark => "mark",
            Self::U => "u",
        }
    }

    /// The element of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|element| element.name().eq_ignore_ascii_case(name))
    }
}
