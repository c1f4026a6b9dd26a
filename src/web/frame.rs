//! Frames for pages of this package that handle what is hostile: confined alike, whatever they are for.

use super::{crypto, js};
use wasm_bindgen::JsCast;
use web_sys::HtmlIFrameElement;

/// A frame, not yet in the page, of an origin of its own, without cookies, powers or a referrer (SECURITY.md 1, 5.2). `page` is
/// its file beside this module's own.
pub(super) fn confined(title: &str, page: &str) -> HtmlIFrameElement {
    let frame: HtmlIFrameElement = js::element("iframe", "").unchecked_into();
    js::attributes(
        &frame,
        &[
            ("sandbox", "allow-scripts"),
            ("allow", ""),
            ("referrerpolicy", "no-referrer"),
            // An isolated page may then frame it from hosts that send no headers, in browsers that know the word.
            ("credentialless", ""),
            ("name", &crypto::random_name()),
            ("title", title),
            ("src", &js::beside_module(page)),
        ],
    );
    frame
}
