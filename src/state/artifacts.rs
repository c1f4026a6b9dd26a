//! Pages and pictures that answers bring as code (PROTOCOL.md 6.7): what a person may look at beside the chat.

use super::chat::Message;
use super::fold;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Artifacts of one text that are kept.
const MOST: usize = 100;

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Artifact {
    /// What it is.
    pub kind: Kind,
    /// The document, or the drawing: what is copied and saved.
    pub source: String,
}

/// What an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An HTML document.
    Page,
    /// An SVG drawing.
    Drawing,
}

impl Artifact {
    /// Whether a code block in this language can be looked at.
    pub fn is_code(language: &str, code: &str) -> bool {
        let language = name_of(language);
        language == "html" || is_drawing(&language, code)
    }

    /// What a code block in this language holds, for a preview.
    pub fn of_code(language: &str, code: &str) -> Self {
        match is_drawing(&name_of(language), code) {
            true => Self { kind: Kind::Drawing, source: code.to_owned() },
            false => page(code, "", ""),
        }
    }

    /// The document that shows it.
    pub fn document(&self) -> String {
        match self.kind {
            Kind::Page => self.source.clone(),
            Kind::Drawing => format!(
                "<!doctype html><style>body{{margin:0;min-height:100vh;display:grid;place-items:center;background:\
                 #fff}}svg{{max-width:100%;max-height:100vh}}</style>{}",
                self.source
            ),
        }
    }

    /// The name and the media type of its file.
    pub fn file(&self) -> (&'static str, &'static str) {
        match self.kind {
            Kind::Page => ("artifact.html", "text/html"),
            Kind::Drawing => ("artifact.svg", "image/svg+xml"),
        }
    }
}

/// What an answer says, without what it did.
pub fn text_of(message: &Message) -> String {
    let texts: Vec<String> =
        message.output.iter().filter(|item| item["type"] == "message").map(fold::item_text).collect();
    if texts.is_empty() { message.content.clone() } else { texts.join("\n\n") }
}

/// The language that a block's first line names.
fn name_of(info: &str) -> String {
    info.split(|c: char| c.is_whitespace() || c == '{').next().unwrap_or_default().to_ascii_lowercase()
}

fn is_drawing(language: &str, code: &str) -> bool {
    language == "svg" || (language == "xml" && code.contains("<svg"))
}

/// A closed fenced block: its language in lower case, and its code.
struct Block {
    language: String,
    code: String,
}

/// The artifacts of a text. A block that still grows is none yet.
pub fn of_text(text: &str) -> Vec<Artifact> {
    // Most texts bring none.
    if !text.contains('<') {
        return Vec::new();
    }
    let (blocks, has_code) = blocks(text);
    let mut pages: Vec<[String; 3]> = Vec::new();
    for Block { language, code } in &blocks {
        let part = match language.as_str() {
            "html" => {
                pages.push(Default::default());
                0
            }
            "css" => 1,
            "js" | "javascript" => 2,
            _ => continue,
        };
        if let Some(page) = pages.last_mut() {
            page[part].push_str(code);
        }
    }
    if pages.is_empty() && !has_code {
        pages.extend(inline(text));
    }
    let mut found: Vec<Artifact> = pages.iter().map(|[html, css, script]| page(html, css, script)).collect();
    if found.is_empty() {
        let drawing = |block: &Block| Artifact { kind: Kind::Drawing, source: block.code.clone() };
        found = blocks.iter().filter(|block| is_drawing(&block.language, &block.code)).map(drawing).collect();
    }
    found.truncate(MOST);
    found
}

/// The closed fenced blocks outside of `<details>`, and whether there is any code at all.
fn blocks(text: &str) -> (Vec<Block>, bool) {
    let (mut found, mut open, mut hidden, mut has_code) = (Vec::new(), None, 0_usize, false);
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.to_ascii_lowercase();
                hidden = (hidden + html.matches("<details").count()).saturating_sub(html.matches("</details").count());
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if hidden == 0 => {
                has_code = true;
                let block = Block { language: name_of(&info), code: String::new() };
                open = is_closed(&text[range]).then_some(block);
            }
            Event::Text(part) => {
                if let Some(block) = &mut open {
                    block.code.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            _ => {}
        }
    }
    (found, has_code)
}

/// Whether a fenced block has its last line.
fn is_closed(block: &str) -> bool {
    let bare = |line: &str| line.trim_start_matches(['>', ' ', '\t']).trim_end().to_owned();
    let mut lines = block.trim_end().lines();
    let first = bare(lines.next().unwrap_or_default());
    let fence = first.chars().next().unwrap_or('`');
    let length = first.chars().take_while(|c| *c == fence).count();
    lines.next_back().map(bare).is_some_and(|last| last.len() >= length && last.chars().all(|c| c == fence))
}

/// A page that stands in a text without fences.
fn inline(text: &str) -> Option<[String; 3]> {
    let text = without_details(text);
    // Byte for byte as long as the text, so that places in it are places in the text.
    let lower = text.to_ascii_lowercase();
    let between = |open: &str, close: &str, whole: bool| {
        let mut found = String::new();
        let mut from = 0;
        while let Some(start) = lower[from..].find(open).map(|at| from + at) {
            let Some(end) = lower[start..].find(close).map(|at| start + at) else { break };
            found.push_str(if whole { &text[start..end + close.len()] } else { &text[start + open.len()..end] });
            from = end + close.len();
        }
        found
    };
    let html = between("<html", "</html>", true);
    if !html.is_empty() {
        return Some([html, String::new(), String::new()]);
    }
    let parts = [String::new(), between("<style>", "</style>", false), between("<script>", "</script>", false)];
    parts.iter().any(|part| !part.is_empty()).then_some(parts)
}

fn without_details(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<details") {
        kept.push_str(&rest[..start]);
        match rest[start..].find("</details>") {
            Some(end) => rest = &rest[start + end + "</details>".len()..],
            None => return kept,
        }
    }
    kept + rest
}

/// A document on white. One that is whole already stays as it is.
fn page(html: &str, css: &str, script: &str) -> Artifact {
    let start = html.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    let is_whole = start.starts_with("<!doctype") || start.starts_with("<html");
    let script = if script.is_empty() { String::new() } else { format!("<script>\n{script}</script>\n") };
    let source = match (is_whole, css.is_empty() && script.is_empty()) {
        (true, true) => html.to_owned(),
        (true, false) => format!("{html}\n<style>\n{css}</style>\n{script}"),
        (false, _) => format!(
            "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<style>\nbody {{ background: #fff; }}\n{css}\
             </style>\n</head>\n<body>\n{html}{script}</body>\n</html>\n"
        ),
    };
    Artifact { kind: Kind::Page, source }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sources(text: &str) -> Vec<String> {
        of_text(text).into_iter().map(|artifact| artifact.source).collect()
    }

    #[test]
    fn an_html_block_begins_a_page_and_css_and_script_join_it() {
        let text = "One:\n```html\n<b>1</b>\n```\n```css\nb{}\n```\n~~~js\nrun()\n~~~\nTwo:\n````HTML title\n<i>```</i>\n````\n";
        let found = sources(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("<b>1</b>") && found[0].contains("b{}") && found[0].contains("run()"));
        assert!(found[1].contains("<i>```</i>") && !found[1].contains("b{}"));
        let whole = "<!DOCTYPE html><p>x";
        assert_eq!(sources(&format!("```html\n{whole}\n```")), [format!("{whole}\n")]);
    }

    #[test]
    fn a_block_that_still_grows_or_is_hidden_is_none() {
        assert_eq!(sources("```html\n<b>1</b>\n"), [""; 0]);
        assert_eq!(sources("```html\n<b>1</b>\n``"), [""; 0]);
        assert_eq!(sources("````html\n<b>1</b>\n```"), [""; 0]);
        assert_eq!(sources("<details>\n\n```html\n<b>1</b>\n```\n\n</details>\n"), [""; 0]);
        assert_eq!(sources("> ```html\n> <b>1</b>\n> ```\n").len(), 1);
        assert_eq!(sources("* a\n\n  ```html\n  <b>1</b>\n  ```\n").len(), 1);
        assert_eq!(sources("```css\nb{}<\n```"), [""; 0]);
    }

    #[test]
    fn without_fences_markup_in_the_text_counts() {
        assert_eq!(sources("Look: <HTML><p>x</HTML> there"), ["<HTML><p>x</HTML>"]);
        let parts = sources("<style>b{}</style> and <script>run()</script>");
        assert!(parts.len() == 1 && parts[0].contains("b{}") && parts[0].contains("run()"), "{parts:?}");
        assert_eq!(sources("```py\n1\n```\n<html></html>"), [""; 0]);
        assert_eq!(sources("<details><html></html></details>"), [""; 0]);
    }

    #[test]
    fn drawings_count_where_there_is_no_page() {
        let drawing = "```svg\n<svg/>\n```\n```xml\n<?xml?><svg/>\n```\n```xml\n<a/>\n```\n";
        let found = of_text(drawing);
        assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::Drawing; 2]);
        assert!(found[0].document().contains("<svg/>") && found[0].file().0 == "artifact.svg");
        assert_eq!(sources(&format!("{drawing}```html\n<p>\n```")).len(), 1);
    }

    #[test]
    fn a_block_of_html_or_svg_can_be_looked_at() {
        let kind = |language: &str, code: &str| {
            Artifact::is_code(language, code).then(|| Artifact::of_code(language, code).kind)
        };
        assert_eq!(kind("svg", "<svg></svg>"), Some(Kind::Drawing));
        assert_eq!(kind("XML {1}", "<?xml?><svg/>"), Some(Kind::Drawing));
        assert_eq!(kind("HTML title", "<p>"), Some(Kind::Page));
        assert_eq!(kind("xml", "<a/>").or(kind("python", "<svg>")).or(kind("", "<p>")), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s)(<details>|</details>|<html|</html>|<script>|```|~~~|html|svg|[\n> <é]){0,40}") {
            of_text(&text);
            Artifact::of_code("html", &text).document();
        }
    }
}
