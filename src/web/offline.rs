//! Whether the page itself can be opened without a network: what `www/js/offline.js` says.

use super::js;
use super::listen::{Listener, listen};

/// The state of the page's service worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shell {
    /// The page is kept.
    pub ready: bool,
    /// A sentence, when it is not.
    pub why: String,
}

fn read(value: &wasm_bindgen::JsValue) -> Shell {
    Shell { ready: js::get(value, "ready").is_truthy(), why: js::get_text(value, "why").unwrap_or_default() }
}

/// Calls `hear` with the state now, if it is known, and with each later one.
pub fn watch(hear: impl Fn(Shell) + 'static) -> Listener {
    let now = js::get(&js::window(), "pyoxideOffline");
    if now.is_object() {
        hear(read(&now));
    }
    listen(&js::window(), "pyoxide:offline", move |event: web_sys::CustomEvent| hear(read(&event.detail())))
}

/// Whether the user pays for data and has told the browser so.
pub fn save_data() -> bool {
    js::get(&js::get(&js::window().navigator(), "connection"), "saveData").is_truthy()
}
