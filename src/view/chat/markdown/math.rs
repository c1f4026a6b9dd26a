//! When the formulas of an answer are drawn: once they are closed, near, and nobody selects them.

use super::code_tools::is_selected;
use super::later;
use crate::view::common::formula;
use web_sys::Element;

/// Draws a formula when there is time.
pub(super) fn draw(formula: &Element, display: bool) {
    let place = formula.clone();
    later::near(formula, move || later::job(drawn(place, display)));
}

async fn drawn(formula: Element, display: bool) {
    is_selected::no_more(&formula).await;
    if formula.is_connected() && !formula.text_content().unwrap_or_default().trim().is_empty() {
        formula::draw(&formula, display).await;
    }
}
