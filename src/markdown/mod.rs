//! Floor 0: Markdown as a tree of blocks. HTML in it is text; addresses are judged here, so that no view can
//! forget to (SECURITY.md 7).

mod build;

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading(u8, Vec<Inline>),
    /// A code block: its language (first word of the info string) and text.
    Code(String, String),
    /// A list.
    List {
        /// The first number, if it is numbered.
        start: Option<u64>,
        /// Its items.
        items: Vec<Item>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A table.
    Table {
        /// One for each column.
        alignments: Vec<Alignment>,
        /// The header's cells.
        head: Vec<Vec<Inline>>,
        /// The rows' cells.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A thematic break.
    Rule,
}

/// An item of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Item {
    /// Whether it is checked, if it is a task.
    pub task: Option<bool>,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Code.
    Code(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Struck through.
    Strikethrough(Vec<Inline>),
    /// A link to an address that is safe to open.
    Link(String, Vec<Inline>),
    /// A picture.
    Image {
        /// Where it is.
        address: ImageAddress,
        /// What stands for it.
        alt: String,
    },
    /// A new line.
    Break,
}

/// Where a picture is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ImageAddress {
    /// A file of our server, to be fetched with the token: the path.
    Stored(String),
    /// Somewhere else: it is not loaded, a link stands for it. Empty if the link would not be safe.
    Elsewhere(String),
}

/// Reads Markdown (CommonMark with tables, strikethrough and task lists).
pub fn parse(text: &str) -> Vec<Block> {
    build::blocks(text)
}

/// An address that a link may have: `http:`, `https:`, `mailto:` or `tel:`. Everything else, relative ones
/// too, is no link.
pub fn safe_link(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once(':')?;
    let known = ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let web = scheme.len() >= 4 && scheme[..4].eq_ignore_ascii_case("http");
    let has_host = !web || rest.starts_with("//");
    let plain = !address.chars().any(|c| c.is_control() || c.is_whitespace());
    (known && has_host && plain).then_some(address)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.into())
    }

    #[test]
    fn blocks_and_their_text_are_read() {
        assert_eq!(
            parse("# T\n\na *b* `c`\n\n```py x\nprint(1)\n```\n"),
            [
                Block::Heading(1, vec![text("T")]),
                Block::Paragraph(vec![
                    text("a "),
                    Inline::Emphasis(vec![text("b")]),
                    text(" "),
                    Inline::Code("c".into())
                ]),
                Block::Code("py".into(), "print(1)\n".into()),
            ]
        );
    }

    #[test]
    fn tight_and_loose_items_tasks_and_tables_are_read() {
        let Block::List { start: Some(3), items } = &parse("3. [x] a\n4. b\n")[0] else { panic!("no list") };
        assert_eq!(items[0], Item { task: Some(true), blocks: vec![Block::Paragraph(vec![text("a")])] });
        let Block::Table { head, rows, alignments } = &parse("|a|b|\n|:-|-|\n|1|2|\n")[0] else { panic!("no table") };
        assert_eq!((head.len(), rows.len(), alignments[0]), (2, 1, Alignment::Left));
    }

    #[test]
    fn html_is_text() {
        assert_eq!(parse("<script>x</script>\n"), [Block::Paragraph(vec![text("<script>x</script>\n")])]);
        assert_eq!(parse("a <b onclick=x>c")[0], Block::Paragraph(vec![text("a <b onclick=x>c")]));
    }

    #[test]
    fn only_safe_addresses_are_links() {
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "/relative",
            "x",
            "https:x",
            "ht tp://x",
            "vbscript:x",
            "blob:x",
            "file:///x",
        ] {
            assert_eq!(safe_link(bad), None, "{bad}");
        }
        assert!(safe_link("https://a.b/c?d#e").is_some() && safe_link("mailto:a@b").is_some());
        assert_eq!(parse("[x](javascript:alert)")[0], Block::Paragraph(vec![text("x")]));
    }

    #[test]
    fn a_stored_picture_is_told_from_one_elsewhere() {
        let image = |source: &str| match &parse(source)[0] {
            Block::Paragraph(inlines) => inlines[0].clone(),
            other => panic!("{other:?}"),
        };
        let stored = image("![Figure 1](/api/v1/files/f1/content)");
        assert_eq!(
            stored,
            Inline::Image { address: ImageAddress::Stored("/api/v1/files/f1/content".into()), alt: "Figure 1".into() }
        );
        let elsewhere = image("![x *y*](https://a.b/c.png)");
        assert_eq!(
            elsewhere,
            Inline::Image { address: ImageAddress::Elsewhere("https://a.b/c.png".into()), alt: "x y".into() }
        );
        let unsafe_one = image("![x](data:image/svg+xml,x)");
        assert_eq!(unsafe_one, Inline::Image { address: ImageAddress::Elsewhere(String::new()), alt: "x".into() });
    }

    #[test]
    fn deep_nesting_does_not_end_the_program() {
        parse(&">".repeat(20_000));
        parse(&"*a _b ".repeat(5_000));
        parse(&format!("{}x", "- ".repeat(5_000)));
    }

    proptest! {
        #[test]
        fn no_text_panics(source in r"([ a-z\n*_`#>|\[\]()!~<:-]|```|\|-\||- \[ \] ){0,200}") {
            parse(&source);
        }
    }
}
