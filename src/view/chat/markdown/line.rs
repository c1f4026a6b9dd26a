//! A line of a code block that somebody is led to.

use crate::web::js::{self, element};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node, ScrollIntoViewOptions, ScrollLogicalPosition, Text};

/// Brings a line, counted from 1, into view and selects it; the keyboard goes there, too.
pub(super) fn show(figure: &Element, line: u32) {
    let Some(code) = figure.query_selector(":scope > pre > code").ok().flatten() else { return };
    let mut texts = Vec::new();
    collect(&code, &mut texts);
    let Some((from, to)) = ends(&texts, line as usize) else { return };
    if let Some(pre) = code.parent_element().and_then(|pre| pre.dyn_into::<HtmlElement>().ok()) {
        // It throws for elements that can't have the focus.
        let _ = pre.focus();
    }
    bring_into_view(&from);
    // It throws for places that are none.
    if let Ok(Some(selection)) = js::window().get_selection() {
        let _ = selection.set_base_and_extent(&from.0, from.1, &to.0, to.1);
    }
}

/// A place in a text, in UTF-16 units.
type Place = (Text, u32);

fn collect(node: &Node, texts: &mut Vec<Text>) {
    let children = node.child_nodes();
    for child in (0..children.length()).filter_map(|at| children.item(at)) {
        match child.dyn_into::<Text>() {
            Ok(text) => texts.push(text),
            Err(child) => collect(&child, texts),
        }
    }
}

/// Where a line begins and where it ends. The last one, where there is no such line.
fn ends(texts: &[Text], line: usize) -> Option<(Place, Place)> {
    let mut from = (texts.first()?.clone(), 0);
    let mut before = 0;
    for text in texts {
        for (at, _) in text.data().encode_utf16().enumerate().filter(|(_, unit)| *unit == u16::from(b'\n')) {
            let at = u32::try_from(at).ok()?;
            before += 1;
            if before == line {
                return Some((from, (text.clone(), at)));
            }
            from = (text.clone(), at + 1);
        }
    }
    let last = texts.last()?;
    Some((from, (last.clone(), last.length())))
}

/// Texts have no place that can be brought into view: an element at the place does, for a moment.
fn bring_into_view((text, at): &Place) {
    let (Ok(rest), Some(parent)) = (text.split_text(*at), text.parent_node()) else { return };
    let mark = element("span", "");
    if parent.insert_before(&mark, Some(&rest)).is_ok() {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Center);
        options.set_inline(ScrollLogicalPosition::Nearest);
        mark.scroll_into_view_with_scroll_into_view_options(&options);
        mark.remove();
    }
    // The text becomes one again, the same one: it may still grow.
    let _ = text.append_data(&rest.data());
    rest.remove();
}
