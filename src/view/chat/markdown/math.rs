//! Formulas: their source until they are closed and drawn, and if they can't be.

use super::code_tools::is_selected;
use super::later;
use crate::web;
use crate::web::js::{self, attributes};
use web_sys::Element;

/// The source of a formula.
pub(super) fn element(tex: &str, display: bool) -> Element {
    let formula = js::element("span", if display { "math math-display" } else { "math" });
    attributes(&formula, &[("dir", "ltr")]);
    formula.set_text_content(Some(tex));
    formula
}

/// Draws a formula when there is time; its source stays, with a sentence, if that fails.
pub(super) fn draw(formula: &Element, display: bool) {
    let place = formula.clone();
    later::near(formula, move || later::job(drawn(place, display)));
}

async fn drawn(formula: Element, display: bool) {
    let tex = formula.text_content().unwrap_or_default();
    is_selected::no_more(&formula).await;
    if !formula.is_connected() || tex.trim().is_empty() {
        return;
    }
    match web::math::render(&tex, display, &formula).await {
        Ok(()) => attributes(&formula, &[("data-drawn", ""), ("data-tex", &tex)]),
        Err(why) => {
            formula.set_class_name("math math-failed");
            let note = js::element("span", "math-note");
            attributes(&note, &[("role", "note")]);
            note.set_text_content(Some(&why));
            let _ = formula.append_child(&note);
        }
    }
}
