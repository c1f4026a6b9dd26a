//! Formulas: their source until they are drawn, and if they can't be; and texts in LaTeX, which are words and formulas.

use crate::state::latex::{Part, parts};
use crate::web;
use crate::web::js::{self, attributes};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Element;

/// The source of a formula; `display` is for one that stands by itself.
pub fn source(tex: &str, display: bool) -> Element {
    let formula = js::element("span", if display { "math math-display" } else { "math" });
    attributes(&formula, &[("dir", "ltr")]);
    formula.set_text_content(Some(tex));
    formula
}

/// Draws a formula in place of its source, which stays, with a sentence, if that fails.
pub async fn draw(formula: &Element, display: bool) {
    let tex = formula.text_content().unwrap_or_default();
    match web::math::render(&tex, display, formula).await {
        Ok(()) => attributes(formula, &[("data-drawn", ""), ("data-tex", &tex)]),
        Err(why) => {
            let _ = formula.class_list().add_1("math-failed");
            let note = js::element("span", "math-note");
            attributes(&note, &[("role", "note")]);
            note.set_text_content(Some(&why));
            let _ = formula.append_child(&note);
        }
    }
}

/// Adds a formula that is drawn at once.
pub fn append_drawn(parent: &Element, tex: &str, display: bool) {
    let formula = source(tex, display);
    let _ = parent.append_child(&formula);
    spawn_local(async move { draw(&formula, display).await });
}

/// A text in LaTeX.
#[component]
pub fn LatexView(
    /// As it was given.
    text: String,
) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        root.set_text_content(None);
        for part in parts(&text) {
            match part {
                Part::Formula { tex, display } => append_drawn(&root, &tex, display),
                Part::Text(words) => {
                    let span = js::element("span", "");
                    span.set_text_content(Some(&words));
                    let _ = root.append_child(&span);
                }
            }
        }
    });
    view! { <div class="output-latex" node_ref=root></div> }
}
