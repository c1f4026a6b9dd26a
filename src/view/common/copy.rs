//! What is copied of a text with formulas: in the plain text they are TeX between dollar signs, as they were written.

use crate::web::js;
use crate::web::listen::{Listener, listen};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DocumentFragment, Element, HtmlElement, Node, Range, Selection, XmlSerializer};

/// Sees to what is copied out of an element.
pub fn formulas(root: &HtmlElement) -> Listener {
    listen(root, "copy", |event: ClipboardEvent| {
        let selection = js::window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
        let copied = selection.and_then(|selection| read(&selection));
        if let (Some(Copied { text, html }), Some(data)) = (copied, event.clipboard_data()) {
            // They throw for formats that are none.
            let _ = data.set_data("text/plain", &text);
            let _ = data.set_data("text/html", &html);
            event.prevent_default();
        }
    })
}

struct Copied {
    text: String,
    html: String,
}

/// The selection with formulas as they are written; none if there are none in it, or if the browser has none of this.
fn read(selection: &Selection) -> Option<Copied> {
    let range = selection.get_range_at(0).ok()?.clone_range();
    // A part of a formula is none: it is copied whole.
    if let Some(formula) = formula_around(&range.start_container().ok()?) {
        range.set_start_before(&formula).ok()?;
    }
    if let Some(formula) = formula_around(&range.end_container().ok()?) {
        range.set_end_after(&formula).ok()?;
    }
    let formulas = formulas_in(&range)?;
    let html = html(&range.clone_contents().ok()?)?;
    Some(Copied { text: text(selection, &range, &formulas)?, html })
}

fn formula_around(node: &Node) -> Option<Element> {
    let element = node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element())?;
    element.closest(".math").ok().flatten()
}

fn formulas_in(range: &Range) -> Option<Vec<Element>> {
    let around = range.common_ancestor_container().ok()?;
    let around = around.dyn_ref::<Element>().cloned().or_else(|| around.parent_element())?;
    let found = elements(&around.query_selector_all(".math").ok()?);
    let inside: Vec<_> = found.into_iter().filter(|formula| range.intersects_node(formula).unwrap_or(false)).collect();
    (!inside.is_empty()).then_some(inside)
}

fn elements(list: &web_sys::NodeList) -> Vec<Element> {
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok()).collect()
}

/// The browser's own text of the range, with the formulas' sources in their places for as long as it takes.
fn text(selection: &Selection, range: &Range, formulas: &[Element]) -> Option<String> {
    let anchor = (selection.anchor_node()?, selection.anchor_offset());
    let focus = (selection.focus_node()?, selection.focus_offset());
    let drawn: Vec<_> = formulas.iter().map(|formula| (formula, children(formula))).collect();
    for formula in formulas {
        formula.set_text_content(Some(&written(formula)));
    }
    // It throws for ranges of other documents.
    let _ = selection.remove_all_ranges();
    let _ = selection.add_range(range);
    let text = String::from(selection.to_string());
    for (formula, children) in drawn {
        formula.set_text_content(None);
        for child in children {
            let _ = formula.append_child(&child);
        }
    }
    let _ = selection.set_base_and_extent(&anchor.0, anchor.1, &focus.0, focus.1);
    Some(text)
}

/// A formula as Markdown has it.
fn written(formula: &Element) -> String {
    // One that isn't drawn is its source; what is said of it comes behind.
    let source = || formula.first_child().and_then(|source| source.text_content()).unwrap_or_default();
    let tex = formula.get_attribute("data-tex").unwrap_or_else(source);
    let mark = if formula.class_list().contains("math-display") { "$$" } else { "$" };
    format!("{mark}{tex}{mark}")
}

fn children(element: &Element) -> Vec<Node> {
    let nodes = element.child_nodes();
    (0..nodes.length()).filter_map(|at| nodes.item(at)).collect()
}

/// For programs that take rich text, formulas are MathML alone: KaTeX draws each a second time, by style sheets.
fn html(copied: &DocumentFragment) -> Option<String> {
    for drawn in elements(&copied.query_selector_all(".katex-html").ok()?) {
        drawn.remove();
    }
    XmlSerializer::new().ok()?.serialize_to_string(copied).ok()
}
