//! The whole screen for one element.

use super::{js, strings};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

/// Shows an element on the whole screen, until the person presses Escape.
///
/// # Errors
/// The browser's words: it can't, or may not here.
pub async fn fill(element: &Element) -> Result<(), String> {
    let asked = js::get(element, "requestFullscreen")
        .dyn_into::<js_sys::Function>()
        .and_then(|ask| ask.call0(element))
        .and_then(JsCast::dyn_into::<js_sys::Promise>);
    match asked {
        Ok(asked) => JsFuture::from(asked).await.map(|_| ()).map_err(|thrown: JsValue| js::message(&thrown)),
        Err(_) => Err(strings::no_full_screen().to_owned()),
    }
}
