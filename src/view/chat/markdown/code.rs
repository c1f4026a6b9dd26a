//! Code blocks: a label, buttons that stay in view, and the code in parts of few lines, so that a long one is laid out
//! in parts (RENDERING.md 6).

use super::code_tools;
use super::diagram;
use super::later::{self, Breath};
use super::math;
use super::piece::{self, Mounted, button};
use super::sink::Page;
use crate::state::artifacts::Artifact;
use crate::state::client::User;
use crate::view::chat::run::is_python;
use crate::view::chat::strings;
use crate::view::common::formula;
use crate::web::js::{attributes, element};
use crate::web::{self, highlight::Span, js};
use web_sys::{Element, Text};

/// Lines of a part.
const LINES: usize = 64;
/// Lines from which a block can be collapsed.
const LONG: usize = 12;

/// A code block that is being written.
pub(super) struct Code {
    figure: Element,
    tools: Element,
    code: Element,
    language: String,
    /// The last part, and the lines that have ended in it.
    last: Text,
    lines: usize,
    /// The parts before.
    parts: Vec<Text>,
}

impl Code {
    pub(super) fn new(info: &str, text: &str) -> Self {
        let language = language(info);
        let figure = element("figure", "code-block");
        attributes(&figure, &[("data-language", language), ("dir", "ltr")]);
        let (caption, label, tools) =
            (element("figcaption", ""), element("span", "code-label"), element("span", "code-tools"));
        label.set_text_content(Some(if language.is_empty() { strings::code() } else { language }));
        if is_python(language) {
            let _ = tools.append_child(&button("run", strings::run()));
        }
        let _ = tools.append_child(&button("copy", strings::copy()));
        let (pre, code) = (element("pre", ""), element("code", ""));
        attributes(&pre, &[("tabindex", "0"), ("role", "region"), ("aria-label", strings::code())]);
        for (parent, child) in
            [(&caption, &label), (&caption, &tools), (&pre, &code), (&figure, &caption), (&figure, &pre)]
        {
            let _ = parent.append_child(child);
        }
        let last = part(&code);
        let mut made = Self { figure, tools, code, language: language.to_owned(), last, lines: 0, parts: Vec::new() };
        made.add(text);
        made
    }

    pub(super) fn figure(&self) -> Element {
        self.figure.clone()
    }

    /// Takes UTF-16 units from the end, and adds more.
    pub(super) fn edit(&mut self, gone: usize, more: &str) {
        let mut gone = u32::try_from(gone).unwrap_or(u32::MAX);
        while gone > 0 {
            let length = self.last.length();
            let cut = gone.min(length);
            let dropped = self.last.substring_data(length - cut, cut).unwrap_or_default();
            self.lines = self.lines.saturating_sub(dropped.matches('\n').count());
            let _ = self.last.delete_data(length - cut, cut);
            gone -= cut;
            match self.parts.pop() {
                Some(before) if gone > 0 => {
                    if let Some(empty) = self.last.parent_element() {
                        empty.remove();
                    }
                    (self.last, self.lines) = (before, LINES);
                }
                Some(before) => {
                    self.parts.push(before);
                }
                None => break,
            }
        }
        self.add(more);
    }

    fn add(&mut self, more: &str) {
        let mut more = more;
        while !more.is_empty() {
            if self.lines >= LINES {
                let next = part(&self.code);
                self.parts.push(std::mem::replace(&mut self.last, next));
                self.lines = 0;
            }
            let full = more.match_indices('\n').nth(LINES - self.lines - 1).map_or(more.len(), |(at, _)| at + 1);
            let (now, rest) = more.split_at(full);
            let _ = self.last.append_data(now);
            self.lines += now.matches('\n').count();
            more = rest;
        }
    }

    /// It is whole: colours, pictures and what else can be done with it come. The views that it needs are to be held.
    pub(super) fn close(&self, page: &std::rc::Rc<Page>) -> Vec<Mounted> {
        let text = self.code.text_content().unwrap_or_default();
        let lines = text.lines().count();
        if page.preview.is_some() && Artifact::is_code(&self.language, &text) {
            self.tool("preview", strings::preview());
        }
        code_tools::closed(page, &self.figure, &text);
        if page.message.is_some() && page.can_edit {
            self.tool("edit", strings::edit_code());
        }
        if lines > LONG {
            let collapse = self.tool("collapse", strings::collapse());
            attributes(&collapse, &[("aria-expanded", "true"), ("data-lines", &lines.to_string())]);
        }
        if let Some(kind) = crate::protocol::chart::Kind::named(&self.language) {
            let source = self.tool("source", strings::diagram_source());
            attributes(&source, &[("aria-expanded", "false")]);
            return vec![diagram::show(page, &self.figure, kind, text)];
        }
        if matches!(self.language.as_str(), "math" | "latex-math") {
            let formula = formula::source(&text, true);
            let _ = self.figure.insert_before(&formula, self.figure.last_child().as_ref());
            math::draw(&formula, true);
        }
        if !self.language.is_empty() {
            let (code, language, text) = (self.code.clone(), self.language.clone(), text.clone());
            let (store, is_run) = (page.store, page.message.is_some() && is_python(&language));
            later::near(&self.figure, move || {
                if is_run {
                    store.user(User::SeeCode);
                }
                later::job(colour(code, language, text));
            });
        }
        code_tools::again(page, &self.figure, &text).into_iter().collect()
    }

    fn tool(&self, does: &str, words: &str) -> Element {
        let tool = button(does, words);
        let _ = self.tools.append_child(&tool);
        tool
    }
}

/// The language that an info string names first.
fn language(info: &str) -> &str {
    let word = info.trim_start().split([' ', '\t', ',', '{', ':']).next().unwrap_or_default();
    word.get(..word.len().min(40)).unwrap_or_default()
}

fn part(code: &Element) -> Text {
    let part = element("span", "code-part");
    let text = piece::text("");
    let _ = part.append_child(&text);
    let _ = code.append_child(&part);
    text
}

/// Gives code its colours when there is time, part by part; not while some of it is selected.
async fn colour(code: Element, language: String, text: String) {
    // Code without colours is code all the same: a grammar that can't be had is told to the console only.
    let spans = web::highlight::spans(&language, &text).await.unwrap_or_else(|why| {
        js::debug(&why);
        Vec::new()
    });
    if spans.is_empty() {
        return;
    }
    code_tools::is_selected::no_more(&code).await;
    let units: Vec<u16> = text.encode_utf16().collect();
    let (mut breath, mut from, mut first) = (Breath::new(), 0, 0);
    let mut part = code.first_element_child();
    while let Some(now) = part.filter(|_| code.is_connected()) {
        let to = from + now.text_content().map_or(0, |text| text.encode_utf16().count());
        first += spans[first..].iter().take_while(|span| span.to as usize <= from).count();
        paint(&now, &units[from.min(units.len())..to.min(units.len())], from, &spans[first..]);
        (from, part) = (to, now.next_element_sibling());
        breath.take().await;
    }
}

/// Makes the pieces of a part that have a colour elements.
fn paint(part: &Element, units: &[u16], from: usize, spans: &[Span]) {
    let end = from + units.len();
    let words = |start: usize, end: usize| String::from_utf16_lossy(&units[start - from..end - from]);
    let pieces = js::document().create_document_fragment();
    let mut at = from;
    for span in spans.iter().take_while(|span| (span.from as usize) < end) {
        let (start, stop) = ((span.from as usize).max(at), (span.to as usize).min(end));
        if start >= stop {
            continue;
        }
        if at < start {
            let _ = pieces.append_child(&piece::text(&words(at, start)));
        }
        let piece = element("span", &span.class);
        piece.set_text_content(Some(&words(start, stop)));
        let _ = pieces.append_child(&piece);
        at = stop;
    }
    if at > from {
        let _ = pieces.append_child(&piece::text(&words(at, end)));
        part.set_text_content(None);
        let _ = part.append_child(&pieces);
    }
}
