//! Modules of others, bundled into `vendor/` beside this module and loaded when they are needed.

use super::error::WebError;
use super::js;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/www/js/import.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn load(url: &str) -> Result<JsValue, JsValue>;
}

/// Imports `vendor/<name>` and returns the module's namespace. The browser loads a module once.
///
/// # Errors
/// The file is missing, or there is no network and it is not kept.
pub async fn import(name: &str) -> Result<JsValue, WebError> {
    let url = js::beside_module(&format!("vendor/{name}"));
    load(&url).await.map_err(|thrown| WebError::Unreachable { what: name.to_owned(), why: js::message(&thrown) })
}
