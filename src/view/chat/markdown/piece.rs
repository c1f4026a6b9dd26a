//! The plain pieces of a text: each makes its element.

use super::sink::Page;
use crate::markdown::{Alert, ImageAddress, Kind};
use crate::view::chat::stored_image::StoredImage;
use crate::view::chat::strings;
use crate::web::js::{self, attributes, element};
use leptos::mount::mount_to;
use leptos::prelude::*;
use std::any::Any;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Text};

/// A view within an element; it goes when nobody holds it.
#[derive(Clone)]
pub(super) struct Mounted(#[allow(dead_code, reason = "it is held")] Rc<dyn Any>);

impl Mounted {
    /// For an element that has no view.
    pub(super) fn nothing() -> Self {
        Self(Rc::new(()))
    }

    /// Two of them, held together.
    pub(super) fn both(one: Self, other: Self) -> Self {
        Self(Rc::new((one, other)))
    }
}

/// Puts a view into an element.
pub(super) fn mount<V: IntoView + 'static>(page: &Page, host: &Element, view: impl FnOnce() -> V + 'static) -> Mounted {
    let host = host.clone().unchecked_into();
    page.owner.with(|| Mounted(Rc::new(mount_to(host, view))))
}

/// An element that goes the way its words go. (`unicode-bidi: plaintext` does that too, but makes laying out a long
/// paragraph eight times as slow, measured in Chromium 156.)
fn directed(name: &str, class: &str) -> Element {
    let element = element(name, class);
    attributes(&element, &[("dir", "auto")]);
    element
}

/// A button that does what its name for the machine says (`press.rs`).
pub(super) fn button(does: &str, words: &str) -> Element {
    let button = element("button", "");
    attributes(&button, &[("type", "button"), ("data-do", does)]);
    button.set_text_content(Some(words));
    button
}

pub(super) fn text(text: &str) -> Text {
    js::document().create_text_node(text)
}

/// Takes `gone` UTF-16 units from the end of a text, and adds `more`.
pub(super) fn edit(text: &Text, gone: usize, more: &str) {
    let gone = u32::try_from(gone).unwrap_or(u32::MAX);
    if gone == 0 {
        let _ = text.append_data(more);
    } else {
        let from = text.length().saturating_sub(gone);
        let _ = text.replace_data(from, gone, more);
    }
}

/// What needs nothing but its own kind and text.
pub(super) fn plain(kind: &Kind, text: &str) -> Element {
    match kind {
        Kind::Paragraph => directed("p", ""),
        // The page's own headings are h1 and h2: those of a message come below.
        Kind::Heading(level) => match level {
            1 => directed("h3", "heading-1"),
            2 => directed("h4", "heading-2"),
            3 => directed("h5", "heading-3"),
            _ => directed("h6", ""),
        },
        Kind::Rule => element("hr", ""),
        Kind::Quote(None) => directed("blockquote", ""),
        Kind::Quote(Some(kind)) => alert(*kind),
        Kind::List { start, loose } => list(*start, *loose),
        Kind::Item => element("li", ""),
        Kind::InlineCode => {
            let code = element("code", "");
            attributes(&code, &[("dir", "ltr")]);
            code.set_text_content(Some(text));
            code
        }
        Kind::Emphasis => element("em", ""),
        Kind::Strong => element("strong", ""),
        Kind::Strikethrough => element("del", ""),
        Kind::Element(known) => element(known.name(), ""),
        Kind::Link(address) => link(address),
        Kind::Break => element("br", ""),
        _ => element("span", ""),
    }
}

/// A link whose address the tree has found safe; where it leads is in the title.
pub(super) fn link(address: &str) -> Element {
    let link = element("a", "");
    attributes(
        &link,
        &[("href", address), ("title", address), ("target", "_blank"), ("rel", "noopener noreferrer nofollow")],
    );
    link
}

fn list(start: Option<u64>, loose: Option<bool>) -> Element {
    let class = if loose == Some(true) { "loose" } else { "" };
    // Its marks stand where its words begin.
    let list = directed(if start.is_some() { "ol" } else { "ul" }, class);
    if let Some(start) = start.filter(|start| *start != 1) {
        attributes(&list, &[("start", &start.to_string())]);
    }
    list
}

fn alert(kind: Alert) -> Element {
    let (class, words) = match kind {
        Alert::Note => ("alert alert-note", strings::alert_note()),
        Alert::Tip => ("alert alert-tip", strings::alert_tip()),
        Alert::Important => ("alert alert-important", strings::alert_important()),
        Alert::Warning => ("alert alert-warning", strings::alert_warning()),
        Alert::Caution => ("alert alert-caution", strings::alert_caution()),
    };
    let alert = directed("div", class);
    attributes(&alert, &[("role", "note")]);
    let title = element("p", "alert-title");
    title.set_text_content(Some(words.to_string().as_str()));
    let _ = alert.append_child(&title);
    alert
}

/// The box of a task. It tells; it can't be changed.
pub(super) fn task(is_done: bool) -> Element {
    let task = element("input", "");
    let words = if is_done { strings::task_done() } else { strings::task_open() };
    attributes(&task, &[("type", "checkbox"), ("disabled", ""), ("aria-label", words.to_string().as_str())]);
    if is_done {
        attributes(&task, &[("checked", "")]);
    }
    task
}

/// A picture, or what stands for it.
pub(super) fn image(page: &Page, address: &ImageAddress, alt: &str) -> (Element, Option<Mounted>) {
    match address {
        ImageAddress::Stored(path) => {
            let host = element("span", "image");
            let (path, alt) = (path.clone(), alt.to_owned());
            let view = mount(page, &host, move || view! { <StoredImage path=path alt=alt /> });
            (host, Some(view))
        }
        ImageAddress::Inline(data) => {
            let image = element("img", "stored-image");
            attributes(&image, &[("src", data), ("alt", alt), ("loading", "lazy"), ("decoding", "async")]);
            (image, None)
        }
        ImageAddress::Elsewhere(address) => {
            let words = if alt.is_empty() { address } else { alt };
            (elsewhere(strings::image_elsewhere(), address, words), None)
        }
    }
}

/// Where something is that isn't loaded from elsewhere; without an address, its words alone.
pub(super) fn elsewhere(what: &str, address: &str, words: &str) -> Element {
    let host = element("span", "image-elsewhere");
    if address.is_empty() {
        host.set_text_content(Some(words));
        return host;
    }
    host.set_text_content(Some(&format!("{what} ")));
    let link = link(address);
    link.set_text_content(Some(words));
    let _ = host.append_child(&link);
    host
}

/// The mark of a footnote, which leads to its text.
pub(super) fn footnote_reference(number: usize) -> Element {
    let mark = element("sup", "");
    let button = button("note", &number.to_string());
    let words = format!("{} {number}", strings::footnote());
    attributes(&button, &[("class", "note-mark"), ("data-note", &number.to_string()), ("aria-label", &words)]);
    let _ = mark.append_child(&button);
    mark
}

/// The text of a footnote.
pub(super) fn footnote(number: usize) -> Element {
    let note = element("section", "footnote");
    let words = format!("{} {number}", strings::footnote());
    attributes(
        &note,
        &[("data-note-text", &number.to_string()), ("role", "note"), ("aria-label", &words), ("tabindex", "-1")],
    );
    let mark = element("span", "footnote-number");
    mark.set_text_content(Some(&number.to_string()));
    let _ = note.append_child(&mark);
    note
}

/// The way back from a footnote, at its end.
pub(super) fn footnote_end(note: &Element) {
    let back = button("note-back", "↩");
    let words = strings::footnote_back();
    attributes(&back, &[("class", "note-mark"), ("aria-label", words), ("title", words)]);
    let last = note.last_element_child().filter(|last| last.tag_name() == "P");
    let _ = last.as_ref().unwrap_or(note).append_child(&back);
}
