//! Tables. A body has few rows, so that a long table is laid out in parts.

use super::piece::button;
use crate::markdown::Alignment;
use crate::view::chat::strings;
use crate::web::blob;
use crate::web::js::{attributes, element};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

/// Rows of a body.
const ROWS: usize = 64;

/// A table and where its next row goes.
pub(super) struct Rows {
    figure: Element,
    table: Element,
    body: Option<Element>,
    count: usize,
    alignments: Rc<[Alignment]>,
}

impl Rows {
    pub(super) fn new(alignments: &[Alignment]) -> Self {
        let (figure, scroll, table) =
            (element("figure", "table-block"), element("div", "table-scroll"), element("table", ""));
        let words = strings::table();
        attributes(&table, &[("dir", "auto")]);
        attributes(&scroll, &[("tabindex", "0"), ("role", "region"), ("aria-label", words)]);
        let _ = scroll.append_child(&table);
        let _ = figure.append_child(&scroll);
        Self { figure, table, body: None, count: 0, alignments: alignments.into() }
    }

    pub(super) fn figure(&self) -> Element {
        self.figure.clone()
    }

    pub(super) fn alignments(&self) -> Rc<[Alignment]> {
        self.alignments.clone()
    }

    /// Adds a row at the end.
    pub(super) fn add(&mut self, row: &Node, is_head: bool) {
        if is_head {
            let head = element("thead", "");
            let _ = head.append_child(row);
            let _ = self.table.append_child(&head);
            return;
        }
        let body = match &self.body {
            Some(body) if !self.count.is_multiple_of(ROWS) => body.clone(),
            _ => {
                let body = element("tbody", "");
                let _ = self.table.append_child(&body);
                self.body.insert(body).clone()
            }
        };
        let _ = body.append_child(row);
        self.count += 1;
    }

    /// The last row is gone.
    pub(super) fn forget(&mut self) {
        // One too few in a body does no harm; a new body for each row would.
        if !self.count.is_multiple_of(ROWS) {
            self.count -= 1;
        }
    }

    /// It is whole: what can be done with it.
    pub(super) fn close(&self) {
        let tools = element("div", "table-tools");
        for (does, words) in [("copy-table", strings::copy()), ("save-table", strings::save_csv())] {
            let _ = tools.append_child(&button(does, words.to_string().as_str()));
        }
        let _ = self.figure.insert_before(&tools, self.figure.first_child().as_ref());
    }
}

/// Whether a row is that of the headings.
pub(super) fn is_head(row: &Node) -> bool {
    row.parent_node().is_some_and(|place| place.node_name() == "THEAD")
}

pub(super) fn cell(alignment: Option<Alignment>, in_head: bool) -> Element {
    let class = match alignment {
        Some(Alignment::Left) => "align-left",
        Some(Alignment::Center) => "align-center",
        Some(Alignment::Right) => "align-right",
        Some(Alignment::None) | None => "",
    };
    let cell = element(if in_head { "th" } else { "td" }, class);
    if in_head {
        attributes(&cell, &[("scope", "col")]);
    }
    cell
}

/// The words of a table, row by row.
pub(super) fn words(figure: &Element) -> Vec<Vec<String>> {
    let all = |place: &Element, what: &str| {
        let found = place.query_selector_all(what).ok();
        let found = found.map(|found| (0..found.length()).filter_map(|at| found.item(at)).collect::<Vec<_>>());
        found.unwrap_or_default().into_iter().map(JsCast::unchecked_into::<Element>).collect::<Vec<_>>()
    };
    let cells = |row: &Element| all(row, "th, td").iter().map(|cell| written(cell).trim().to_owned()).collect();
    all(figure, "tr").iter().map(cells).collect()
}

/// The words of a cell as they were written: lines apart, formulas in TeX, marks of sources in brackets.
fn written(place: &Node) -> String {
    let children = place.child_nodes();
    let word = |node: Node| {
        let Some(element) = node.dyn_ref::<Element>() else { return node.text_content().unwrap_or_default() };
        if element.tag_name() == "BR" {
            return "\n".to_owned();
        }
        let inside = || element.text_content().unwrap_or_default();
        if element.class_list().contains("math") {
            return format!("${}$", element.get_attribute("data-tex").unwrap_or_else(inside));
        }
        if element.has_attribute("data-number") { format!("[{}]", inside()) } else { written(&node) }
    };
    (0..children.length()).filter_map(|at| children.item(at)).map(word).collect()
}

/// Hands a table over as a file.
///
/// # Errors
/// A sentence: the browser has no memory for it.
pub(super) fn save(figure: &Element) -> Result<(), String> {
    // Excel reads UTF-8 by this mark only.
    let text = format!("\u{feff}{}", crate::markdown::csv(&words(figure)));
    blob::download("table.csv", "text/csv", text.as_bytes()).map_err(|error| error.to_string())
}
