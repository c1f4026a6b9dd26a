//! Formulas: `vendor/math/`, which is KaTeX with chemistry; its source is `www/js/vendor-src/math.js`. It builds nodes,
//! no HTML, trusts nothing, and styles by properties, which the page's policy allows.

use super::listen::listen;
use super::{js, strings, vendor};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event};

/// Longer formulas, in bytes, are not drawn.
const LONGEST: usize = 10_000;
/// The style sheet that is loaded with the first formula.
const STYLES: &str = "vendor/math/math.css";

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch)]
    fn render(this: &Module, tex: &str, element: &Element, display: bool) -> Result<(), JsValue>;
}

/// Draws a formula in `into`, in place of what is there: its source, until then. `display` is for one that stands by
/// itself.
///
/// # Errors
/// A sentence, and `into` is as it was: it is no formula, is longer than 10 kB, wants what no formula may (a link, a
/// file), or what draws it can't be loaded.
pub async fn render(tex: &str, display: bool, into: &Element) -> Result<(), String> {
    if tex.len() > LONGEST {
        return Err(strings::formula_too_long().to_owned());
    }
    let module = vendor::import("math/math.js").await.map_err(|error| error.to_string())?;
    styles().await?;
    module
        .unchecked_ref::<Module>()
        .render(tex, into, display)
        .map_err(|thrown| strings::formula_failed(&strings::reason(&js::message(&thrown)).trim_end_matches('.')))
}

/// Puts the style sheet into the page, once, and waits for it: without it a formula is a heap of letters.
async fn styles() -> Result<(), String> {
    thread_local! {
        static STATE: js_sys::Promise = load_styles();
    }
    let loaded = JsFuture::from(STATE.with(Clone::clone)).await;
    loaded.map(drop).map_err(|_| strings::formula_unstyled().to_owned())
}

fn load_styles() -> js_sys::Promise {
    js_sys::Promise::new(&mut |done, fail| {
        let document = js::document();
        let (Some(head), Ok(link)) = (document.head(), document.create_element("link")) else {
            let _ = fail.call0(&JsValue::UNDEFINED);
            return;
        };
        for (name, value) in [("rel", "stylesheet"), ("href", &js::beside_module(STYLES))] {
            // The names are HTML's, so that it can't fail.
            let _ = link.set_attribute(name, value);
        }
        for (event, then) in [("load", done), ("error", fail)] {
            listen(&link, event, move |_: Event| {
                let _ = then.call0(&JsValue::UNDEFINED);
            })
            .forget();
        }
        let _ = head.append_child(&link);
    })
}
