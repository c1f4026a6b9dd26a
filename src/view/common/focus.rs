//! The keyboard's focus.

use crate::web::js;
use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Whether nothing has the focus: then it may be given, and is taken from nobody.
pub fn is_free() -> bool {
    js::document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Gives a field the focus as soon as it is in the page.
pub fn focus_when_there<E>(field: NodeRef<E>)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<HtmlElement> + 'static,
{
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // It throws for elements that can't have the focus.
            let field: &HtmlElement = field.as_ref();
            let _ = field.focus();
        }
    });
}

/// Gives the focus back to what had it, when it is dropped: with its dialog.
#[derive(Debug)]
pub struct FocusBack(pub Option<HtmlElement>);

impl Drop for FocusBack {
    fn drop(&mut self) {
        if let Some(element) = self.0.take() {
            // After the dialog has left the page. What had the focus may be gone, and another dialog may have it.
            request_animation_frame(move || {
                if is_free() {
                    let _ = element.focus();
                }
            });
        }
    }
}
