//! Makes what [`Edits`] tell into elements. Blocks stand in groups, and these in chapters, so that the browser lays out
//! the last group only while a text grows, and skips what is out of view.

use super::code::Code;
use super::code_tools::Tools;
use super::live::{OwnText, Said};
use super::piece::{self, Mounted};
use super::table::{self, Rows};
use super::{citation, html, math, press};
use crate::markdown::{Alignment, Edits, Id, Kind};
use crate::view::chat::panel::{OpenCitation, OpenPreview};
use crate::view::chat::run::InMessage;
use crate::view::chat::store::{self, ChatStore};
use crate::view::chat::strings;
use crate::view::common::formula;
use crate::web::js::element;
use crate::web::listen::Listener;
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node, Text};

/// Blocks of a group.
const GROUP: usize = 6;
/// Groups of a chapter.
const CHAPTER: usize = 12;

/// What the pieces of a text need of the page around them.
pub(super) struct Page {
    pub(super) owner: Owner,
    pub(super) store: ChatStore,
    pub(super) message: Option<InMessage>,
    pub(super) citations: Option<OpenCitation>,
    pub(super) preview: Option<OpenPreview>,
    said: Option<Said>,
    /// Whether code of the text can be changed in its message.
    pub(super) can_edit: bool,
    /// Blocks that can be run or edited, and their views.
    pub(super) tools: RefCell<Vec<Rc<Tools>>>,
    pub(super) kept: RefCell<Vec<Mounted>>,
}

impl Page {
    /// What is around the component that is being made, whose text is a message's own or not.
    pub(super) fn here(own: Option<OwnText>) -> Rc<Self> {
        Rc::new(Self {
            owner: Owner::current().unwrap_or_default(),
            store: store::chat(),
            message: use_context(),
            citations: use_context(),
            preview: use_context(),
            said: own.and_then(|own| own.said),
            can_edit: own.is_some(),
            tools: RefCell::default(),
            kept: RefCell::default(),
        })
    }
}

/// A text's elements.
pub(super) struct Sink {
    root: HtmlElement,
    page: Rc<Page>,
    /// The open nodes.
    live: HashMap<Id, Live>,
    /// The closed blocks, by number: one may be replaced.
    blocks: Vec<Node>,
    group: Option<(Element, usize)>,
    chapter: Option<(Element, usize)>,
    /// Labels of footnotes, by their number less one.
    notes: Vec<String>,
    /// Views in closed nodes.
    kept: Vec<Mounted>,
    citations: Option<citation::Marks>,
    /// Whether nobody is told of what closes.
    is_hushed: bool,
    /// The open block, and how much of its text was told already, in letters.
    told: (Id, usize),
    _press: Listener,
}

/// An open node.
struct Live {
    outer: Node,
    /// Where its children go.
    inner: Node,
    parent: Option<Id>,
    /// The number of the closed block that it replaces.
    replaces: Option<usize>,
    what: What,
}

enum What {
    Text { text: Text, has_mark: bool },
    Plain,
    Table(Rows),
    Row(Rc<[Alignment]>),
    Cell(usize),
    Code(Box<Code>),
    Html,
    Math(bool),
    View(Mounted),
    Footnote,
}

impl Sink {
    /// Elements in `root`, in place of what is in it: a view that is made anew may get the element of the one before.
    pub(super) fn new(root: HtmlElement, page: Rc<Page>) -> Self {
        root.set_text_content(None);
        Self {
            _press: press::listen(&root, page.clone()),
            citations: page.citations.map(|open| citation::Marks::new(open, &page.owner)),
            root,
            page,
            live: HashMap::new(),
            blocks: Vec::new(),
            group: None,
            chapter: None,
            notes: Vec::new(),
            kept: Vec::new(),
            is_hushed: false,
            told: (0, 0),
        }
    }

    /// Whether also what is there at first is told.
    pub(super) fn tells_from_start(&self) -> bool {
        self.page.said.is_some_and(|said| said.from_start)
    }

    /// Whether nobody is told of what comes now.
    pub(super) fn hush(&mut self, is_hushed: bool) {
        self.is_hushed = is_hushed;
    }

    /// Tells the sentences that have ended in the open block.
    pub(super) fn say_sentences(&mut self) {
        let Some(Said { say, .. }) = self.page.said.filter(|_| !self.is_hushed) else { return };
        let is_text = |live: &Live| matches!(live.what, What::Plain) && live.parent.is_none();
        let Some((id, live)) = self.live.iter().filter(|(_, live)| is_text(live)).max_by_key(|(id, _)| **id) else {
            return;
        };
        let letters: Vec<char> = live.outer.text_content().unwrap_or_default().chars().collect();
        let known = if self.told.0 == *id { self.told.1.min(letters.len()) } else { 0 };
        let ended = letters.windows(2).enumerate().rev().find(|(_, pair)| {
            matches!(pair[0], '。' | '！' | '？') || matches!(pair[0], '.' | '!' | '?') && pair[1].is_whitespace()
        });
        if let Some(end) = ended.map(|(at, _)| at + 1).filter(|end| *end > known) {
            say.run(letters[known..end].iter().collect());
            self.told = (*id, end);
        }
    }

    /// Takes everything away.
    pub(super) fn clear(&mut self) {
        self.live.clear();
        self.blocks.clear();
        self.kept.clear();
        self.page.tools.borrow_mut().clear();
        self.page.kept.borrow_mut().clear();
        self.notes.clear();
        self.group = None;
        self.chapter = None;
        if let Some(marks) = &self.citations {
            marks.clear();
        }
        self.root.set_text_content(None);
    }

    /// Takes the closed blocks away that come after the first so many.
    pub(super) fn keep(&mut self, count: usize) {
        for block in self.blocks.drain(count.min(self.blocks.len())..) {
            if let Some(place) = block.parent_node() {
                let _ = place.remove_child(&block);
            }
        }
        let is_there = |tools: &Rc<Tools>| self.root.contains(Some(&tools.figure));
        self.page.tools.borrow_mut().retain(is_there);
        for (place, class) in [(&mut self.group, "blocks"), (&mut self.chapter, "chapter")] {
            while let Some((last, _)) = place.take() {
                let count = last.child_element_count() as usize;
                if count > 0 {
                    last.set_class_name(class);
                    *place = Some((last, count));
                    break;
                }
                *place = last.previous_element_sibling().map(|before| (before, 0));
                last.remove();
            }
        }
    }

    fn make(&mut self, kind: &Kind, text: &str, parent: Option<Id>, before: Option<Id>) -> (Node, Node, What) {
        let plain = |element: Element| (element.clone().into(), element.into(), What::Plain);
        match kind {
            Kind::Text => {
                let node = piece::text(text);
                (node.clone().into(), node.clone().into(), What::Text { has_mark: text.contains('['), text: node })
            }
            Kind::Code(info) => {
                let code = Code::new(info.as_deref().unwrap_or_default(), text);
                (code.figure().into(), code.figure().into(), What::Code(Box::new(code)))
            }
            Kind::Html => {
                let element = element("p", "html");
                element.set_text_content(Some(text));
                (element.clone().into(), element.into(), What::Html)
            }
            Kind::Math { display } => {
                let element = formula::source(text, *display);
                (element.clone().into(), element.into(), What::Math(*display))
            }
            Kind::Table(alignments) => {
                let rows = Rows::new(alignments);
                (rows.figure().into(), rows.figure().into(), What::Table(rows))
            }
            Kind::Head | Kind::Row => {
                let alignments = match parent.and_then(|id| self.live.get(&id)).map(|table| &table.what) {
                    Some(What::Table(rows)) => rows.alignments(),
                    _ => Rc::from([]),
                };
                let row: Node = element("tr", "").into();
                (row.clone(), row, What::Row(alignments))
            }
            Kind::Cell => {
                let sibling = before.and_then(|id| self.live.get(&id)).map(|cell| &cell.what);
                let row = parent.and_then(|id| self.live.get(&id));
                let column = match (sibling, row) {
                    (Some(What::Cell(column)), _) => *column,
                    (_, Some(row)) => row.inner.child_nodes().length() as usize,
                    _ => 0,
                };
                let (alignments, in_head) = match row {
                    Some(Live { what: What::Row(alignments), outer, .. }) => {
                        (alignments.clone(), table::is_head(outer))
                    }
                    _ => (Rc::from([]), false),
                };
                let cell: Node = table::cell(alignments.get(column).copied(), in_head).into();
                (cell.clone(), cell, What::Cell(column))
            }
            Kind::Footnote(label) => {
                let number = self.note(label);
                let element: Node = piece::footnote(number).into();
                (element.clone(), element, What::Footnote)
            }
            Kind::FootnoteReference(label) => plain(piece::footnote_reference(self.note(label))),
            Kind::Image { address, alt } => match piece::image(&self.page, address, alt) {
                (element, Some(view)) => (element.clone().into(), element.into(), What::View(view)),
                (element, None) => plain(element),
            },
            Kind::Task(is_done) => {
                if let Some(item) = parent.and_then(|id| self.live.get(&id)?.parent).and_then(|id| self.live.get(&id)) {
                    item.inner.unchecked_ref::<Element>().set_class_name("task");
                }
                plain(piece::task(*is_done))
            }
            kind => plain(piece::plain(kind, text)),
        }
    }

    /// The number of a footnote, in the order in which they come up.
    fn note(&mut self, label: &str) -> usize {
        let known = self.notes.iter().position(|known| known.eq_ignore_ascii_case(label));
        known.unwrap_or_else(|| {
            self.notes.push(label.to_owned());
            self.notes.len() - 1
        }) + 1
    }

    /// Puts a node where it belongs. The browser refuses only what can't be: a node that is gone.
    fn place(&mut self, outer: &Node, parent: Option<Id>, before: Option<Id>, is_head: bool) {
        if let Some(before) = before.and_then(|id| self.live.get(&id)) {
            if let Some(place) = before.outer.parent_node() {
                let _ = place.insert_before(outer, Some(&before.outer));
            }
            return;
        }
        match parent {
            Some(parent) => match self.live.get_mut(&parent) {
                Some(Live { what: What::Table(rows), .. }) => rows.add(outer, is_head),
                Some(Live { inner, .. }) => drop(inner.append_child(outer)),
                None => {}
            },
            None => drop(self.last_group().append_child(outer)),
        }
    }

    /// The group for the next block at the end.
    fn last_group(&mut self) -> Element {
        match &mut self.group {
            Some((group, count)) if *count < GROUP => {
                *count += 1;
                group.clone()
            }
            full => {
                if let Some((group, _)) = full {
                    group.set_class_name("blocks full");
                }
                let group = element("div", "blocks");
                let chapter = match &mut self.chapter {
                    Some((chapter, count)) if *count < CHAPTER => {
                        *count += 1;
                        chapter
                    }
                    full => {
                        // The one before the last is out of view by now.
                        if let Some(past) = full.as_ref().and_then(|(last, _)| last.previous_element_sibling()) {
                            past.set_class_name("chapter full");
                        }
                        let chapter = element("div", "chapter");
                        let _ = self.root.append_child(&chapter);
                        &full.insert((chapter, 1)).0
                    }
                };
                let _ = chapter.append_child(&group);
                *full = Some((group.clone(), 1));
                group
            }
        }
    }

    fn begin(&mut self, id: Id, kind: &Kind, text: &str, parent: Option<Id>, before: Option<Id>) -> Node {
        let (outer, inner, what) = self.make(kind, text, parent, before);
        self.live.insert(id, Live { outer: outer.clone(), inner, parent, replaces: None, what });
        outer
    }

    /// What is done with a node that is closed.
    fn settle(&mut self, live: &Live) {
        match &live.what {
            What::Text { text, has_mark: true } => {
                if let Some(marks) = &self.citations {
                    marks.find(text);
                }
            }
            What::Code(code) => self.kept.extend(code.close(&self.page)),
            What::Math(display) => math::draw(live.outer.unchecked_ref(), *display),
            What::Html => self.kept.extend(html::show(&self.page, live.outer.unchecked_ref())),
            What::Table(rows) => rows.close(),
            What::Footnote => piece::footnote_end(live.outer.unchecked_ref()),
            What::View(view) => self.kept.push(view.clone()),
            _ => {}
        }
    }
}

impl Edits for Sink {
    fn insert(&mut self, id: Id, kind: &Kind, text: &str, parent: Option<Id>, before: Option<Id>) {
        let outer = self.begin(id, kind, text, parent, before);
        self.place(&outer, parent, before, *kind == Kind::Head);
        // A heading's cells are made once their row is in its place.
    }

    fn replace(&mut self, id: Id, kind: &Kind, text: &str, number: usize) {
        let outer = self.begin(id, kind, text, None, None);
        if let Some(live) = self.live.get_mut(&id) {
            live.replaces = Some(number);
        }
        if let Some(old) = self.blocks.get(number)
            && let Some(place) = old.parent_node()
        {
            let _ = place.replace_child(&outer, old);
        }
    }

    fn change(&mut self, id: Id, kind: &Kind) {
        if let (Some(live), Kind::List { loose: Some(true), .. }) = (self.live.get(&id), kind) {
            live.inner.unchecked_ref::<Element>().set_class_name("loose");
        }
    }

    fn text(&mut self, id: Id, gone: usize, more: &str) {
        let Some(live) = self.live.get_mut(&id) else { return };
        match &mut live.what {
            What::Text { text, has_mark } => {
                *has_mark |= more.contains('[');
                piece::edit(text, gone, more);
            }
            What::Code(code) => code.edit(gone, more),
            _ => {
                let text = live.inner.first_child().and_then(|child| child.dyn_into::<Text>().ok());
                match text {
                    Some(text) => piece::edit(&text, gone, more),
                    None => live.inner.set_text_content(Some(more)),
                }
            }
        }
    }

    fn remove(&mut self, id: Id) {
        let Some(live) = self.live.remove(&id) else { return };
        let is_attached = live.parent.is_none_or(|parent| self.live.contains_key(&parent));
        if is_attached && let Some(place) = live.outer.parent_node() {
            let _ = place.remove_child(&live.outer);
            match (live.parent, &mut self.group) {
                (None, Some((_, count))) => *count = count.saturating_sub(1),
                (Some(parent), _) => {
                    if let Some(Live { what: What::Table(rows), .. }) = self.live.get_mut(&parent) {
                        rows.forget();
                    }
                }
                _ => {}
            }
        }
    }

    fn close(&mut self, id: Id) {
        let Some(live) = self.live.remove(&id) else { return };
        self.settle(&live);
        match (live.parent, live.replaces) {
            (None, Some(number)) => {
                if let Some(block) = self.blocks.get_mut(number) {
                    *block = live.outer;
                }
            }
            (None, None) => {
                if let Some(Said { say, .. }) = self.page.said.filter(|_| !self.is_hushed) {
                    let known = if self.told.0 == id { self.told.1 } else { 0 };
                    say.run(match &live.what {
                        What::Code(_) => strings::code().to_owned(),
                        What::Table(_) => strings::table().to_owned(),
                        _ => live.outer.text_content().unwrap_or_default().chars().skip(known).collect(),
                    });
                }
                self.blocks.push(live.outer);
            }
            _ => {}
        }
    }
}
