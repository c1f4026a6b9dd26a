//! Markdown that code displays, whole: elements made from what the parser says, words as text nodes. It brings no pictures
//! from elsewhere and runs nothing; the text of answers, which grows and has tools, is `view::chat::markdown`.

use super::formula::append_drawn;
use crate::markdown::{Alignment, ImageAddress, Kind, Node, parse};
use crate::web::js::{attributes, document, element};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::Element;

/// Longer texts, in bytes, are shown as they were written.
const LONGEST: usize = 500_000;

/// A text in Markdown.
#[component]
pub fn MarkdownView(
    /// As it was given.
    text: String,
) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        if text.len() > LONGEST {
            root.set_text_content(Some(&text));
        } else {
            root.set_text_content(None);
            append_all(&root, &parse(&text));
        }
    });
    view! { <div class="output-markdown" dir="auto" node_ref=root></div> }
}

fn append_all(parent: &Element, nodes: &[Node]) {
    for node in nodes {
        append(parent, node);
    }
}

fn append(parent: &Element, node: &Node) {
    let inside = match &node.kind {
        Kind::Text | Kind::Html => return words(parent, &node.text),
        Kind::Tight | Kind::Tag(_) => return append_all(parent, &node.children),
        Kind::Math { display } => return append_drawn(parent, &node.text, *display),
        Kind::Code(_) => {
            let code = child(&child(parent, "pre"), "code");
            return words(&code, &node.text);
        }
        Kind::InlineCode => return words(&child(parent, "code"), &node.text),
        Kind::Table(alignments) => return table(parent, node, alignments),
        Kind::Image { address: ImageAddress::Inline(address), alt } => {
            return attributes(&child(parent, "img"), &[("src", address), ("alt", alt)]);
        }
        // What a picture of another place stands for.
        Kind::Image { alt, .. } => return words(parent, alt),
        Kind::FootnoteReference(label) => return words(&child(parent, "sup"), label),
        Kind::Task(is_done) => return words(parent, if *is_done { "☑ " } else { "☐ " }),
        Kind::Heading(level) => child(parent, &format!("h{}", (level + 2).min(6))),
        Kind::List { start, .. } => {
            let list = child(parent, if start.is_some() { "ol" } else { "ul" });
            if let Some(start) = start {
                attributes(&list, &[("start", &start.to_string())]);
            }
            list
        }
        Kind::Link(address) => {
            let link = child(parent, "a");
            let rel = ("rel", "noopener noreferrer nofollow");
            attributes(&link, &[("href", address), ("title", address), ("target", "_blank"), rel]);
            link
        }
        Kind::Element(kind) => child(parent, kind.name()),
        Kind::Paragraph => child(parent, "p"),
        Kind::Quote(_) => child(parent, "blockquote"),
        Kind::Item => child(parent, "li"),
        Kind::Emphasis => child(parent, "em"),
        Kind::Strong => child(parent, "strong"),
        Kind::Strikethrough => child(parent, "del"),
        Kind::Rule => child(parent, "hr"),
        Kind::Break => child(parent, "br"),
        Kind::Footnote(_) => child(parent, "small"),
        Kind::Unlinked | Kind::Head | Kind::Row | Kind::Cell => child(parent, "span"),
    };
    append_all(&inside, &node.children);
}

fn table(parent: &Element, node: &Node, alignments: &[Alignment]) {
    let table = child(&child(parent, "div"), "table");
    for row in &node.children {
        let is_head = row.kind == Kind::Head;
        let line = child(&table, "tr");
        for (at, cell) in row.children.iter().enumerate() {
            let field = child(&line, if is_head { "th" } else { "td" });
            if matches!(alignments.get(at), Some(Alignment::Right)) {
                field.set_class_name("number");
            }
            append_all(&field, &cell.children);
        }
    }
}

fn child(parent: &Element, name: &str) -> Element {
    let child = element(name, "");
    // An element of ours takes a child.
    let _ = parent.append_child(&child);
    child
}

fn words(parent: &Element, text: &str) {
    let _ = parent.append_child(&document().create_text_node(text));
}
