//! Code of the server in the page itself, with all its rights: only where the page's owner has chosen the policy
//! `page` (SECURITY.md 5.1).

use super::js;
use serde_json::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/www/js/page_script.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn run(code: &str, limit: u32) -> Result<JsValue, JsValue>;
}

/// How long it may take, in ms.
const LIMIT: u32 = 60_000;

/// Runs the body of an async function.
///
/// # Errors
/// What it threw, or that it took too long, as `Name: message`.
pub async fn execute(code: &str) -> Result<Value, String> {
    match run(code, LIMIT).await {
        Ok(json) => json
            .as_string()
            .and_then(|json| serde_json::from_str(&json).ok())
            .ok_or_else(|| "The result is nested too deeply to be sent.".to_owned()),
        Err(thrown) => Err(js::get_text(&thrown, "name").map_or_else(
            || js::message(&thrown),
            |name| format!("{name}: {}", js::get_text(&thrown, "message").unwrap_or_default()),
        )),
    }
}
