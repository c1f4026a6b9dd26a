//! Terminal text in the page: one element a line, of which only those are touched that changed. Long output
//! is shown in part, more of it when the user asks.

use super::strings;
use crate::ansi::{Color, Line, Screen, Style};
use crate::web::js;
use leptos::html::Pre;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// Text and lines that are shown before the user asks for more.
const SHOWN_TEXT: usize = 200_000;
const SHOWN_LINES: usize = 5_000;

/// A screen that a view follows.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    inner: ArcRwSignal<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    screen: Screen,
    /// Bytes of text that have come onto the screen.
    len: usize,
    /// The first line that the view has not drawn as it is now.
    dirty: usize,
}

impl Terminal {
    /// A screen with this text.
    pub fn of(text: &str) -> Self {
        let terminal = Self::default();
        terminal.grow(text);
        terminal
    }

    /// Takes what is new in a text that has grown at its end.
    pub fn grow(&self, text: &str) {
        if self.inner.with_untracked(|inner| inner.len >= text.len()) {
            return;
        }
        self.inner.update(|inner| {
            let dirty = inner.screen.feed(text.get(inner.len..).unwrap_or_default());
            inner.dirty = inner.dirty.min(dirty);
            inner.len = text.len();
        });
    }
}

/// What is drawn.
struct Drawing {
    lines: Vec<Element>,
    /// How many times the user asked for more, plus one.
    portions: usize,
    /// Bytes that are not shown.
    hidden: usize,
}

/// Shows a screen and what comes onto it.
#[component]
pub fn TerminalView(
    /// The screen.
    terminal: Terminal,
    /// A class for its place.
    class: &'static str,
) -> impl IntoView {
    let pre = NodeRef::<Pre>::new();
    let portions = RwSignal::new(1_usize);
    let hidden = RwSignal::new(0_usize);
    let drawing = StoredValue::new_local(Drawing { lines: Vec::new(), portions: 0, hidden: 0 });
    Effect::new(move |_| {
        let wanted = portions.get();
        let Some(pre) = pre.get() else { return };
        drawing.update_value(|drawing| {
            if drawing.portions == 0 {
                pre.set_text_content(None); // of the view before, whose element this may be
            }
            terminal.inner.with(|inner| {
                let dirty = if drawing.portions == wanted { inner.dirty } else { 0 };
                drawing.portions = wanted;
                drawing.draw(&pre, inner.screen.lines(), dirty);
            });
        });
        terminal.inner.update_untracked(|inner| inner.dirty = usize::MAX);
        hidden.set(drawing.with_value(|drawing| drawing.hidden));
    });
    view! {
        <pre class=class node_ref=pre></pre>
        <Show when=move || { hidden.get() > 0 }>
            <button
                type="button"
                class="more"
                on:click=move |_| portions.update(|portions| *portions += 1)
            >
                {move || strings::show_more(&super::progress::bytes(hidden.get() as f64))}
            </button>
        </Show>
    }
}

impl Drawing {
    fn draw(&mut self, pre: &HtmlElement, lines: &[Line], dirty: usize) {
        let (mut text_left, lines_left) = (SHOWN_TEXT * self.portions, SHOWN_LINES * self.portions);
        self.hidden = 0;
        for (row, line) in lines.iter().enumerate() {
            let len: usize = line.iter().map(|span| span.text.len()).sum::<usize>() + 1;
            if row >= lines_left || text_left == 0 {
                self.hidden += len;
                self.forget_from(row);
                continue;
            }
            let shown = len.min(text_left);
            if row >= dirty || row >= self.lines.len() {
                self.line(pre, row, line, shown, row + 1 < lines.len());
            }
            self.hidden += len - shown;
            text_left -= shown;
        }
        self.forget_from(lines.len());
    }

    fn forget_from(&mut self, row: usize) {
        for element in self.lines.drain(row.min(self.lines.len())..) {
            element.remove();
        }
    }

    /// Draws one line anew, of which so many bytes are shown.
    fn line(&mut self, pre: &HtmlElement, row: usize, line: &Line, mut left: usize, ended: bool) {
        if row >= self.lines.len() {
            let Ok(element) = js::document().create_element("span") else { return };
            append(pre, &element);
            self.lines.push(element);
        }
        let element = &self.lines[row];
        element.set_text_content(None);
        for span in line {
            let text = beginning(&span.text, left);
            left -= text.len();
            append_span(element, text, &span.style);
        }
        if ended {
            append(element, &js::document().create_text_node("\n"));
        }
    }
}

/// The beginning of a text: whole characters in so many bytes.
fn beginning(text: &str, bytes: usize) -> &str {
    let fits = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..fits.unwrap_or_default()]
}

fn append(parent: &Node, child: &Node) {
    // It throws only for a parent inside its child.
    let _ = parent.append_child(child);
}

/// Appends text as a text node, in an element of its own if it has a style.
fn append_span(parent: &Element, text: &str, style: &Style) {
    let node = js::document().create_text_node(text);
    if style.is_plain() {
        return append(parent, &node);
    }
    let Ok(element) = js::document().create_element("span") else { return append(parent, &node) };
    let element: HtmlElement = element.unchecked_into();
    element.set_class_name(&classes(style));
    let (front, back) = front_and_back(style);
    for (property, color) in [("color", front), ("background-color", back)] {
        if let Some(Color::Rgb(red, green, blue)) = color {
            // It throws only for a read-only style.
            let _ = element.style().set_property(property, &format!("rgb({red} {green} {blue})"));
        }
    }
    append(&element, &node);
    append(parent, &element);
}

fn front_and_back(style: &Style) -> (Option<Color>, Option<Color>) {
    if style.inverse { (style.background, style.foreground) } else { (style.foreground, style.background) }
}

/// Classes from a fixed list; exact colours are set apart.
fn classes(style: &Style) -> String {
    let mut classes = Vec::new();
    let (front, back) = front_and_back(style);
    if let Some(Color::Named(index)) = front {
        classes.push(format!("ansi-{index}"));
    }
    if let Some(Color::Named(index)) = back {
        classes.push(format!("ansi-back-{index}"));
    }
    let flags = [
        (style.inverse && front.is_none(), "ansi-front-inverse"),
        (style.inverse && back.is_none(), "ansi-back-inverse"),
        (style.bold, "ansi-bold"),
        (style.faint, "ansi-faint"),
        (style.italic, "ansi-italic"),
        (style.underline, "ansi-underline"),
        (style.strike, "ansi-strike"),
    ];
    classes.extend(flags.iter().filter(|(on, _)| *on).map(|(_, class)| (*class).to_owned()));
    classes.join(" ")
}
