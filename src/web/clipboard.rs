//! The clipboard, to write.

use super::js;
use wasm_bindgen_futures::JsFuture;

/// Copies a text; whether the browser let us. It is to be called by what a person does.
pub async fn write(text: &str) -> bool {
    // Pages without TLS have none.
    let clipboard = js::get(&js::window().navigator(), "clipboard");
    let Ok(clipboard) = wasm_bindgen::JsCast::dyn_into::<web_sys::Clipboard>(clipboard) else { return false };
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
