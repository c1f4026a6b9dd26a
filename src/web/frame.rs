//! Frames for pages of this package that handle what is hostile: confined alike, whatever they are for.

use super::{crypto, js};
use wasm_bindgen::JsCast;
use web_sys::HtmlIFrameElement;

/// What is in a frame.
pub(super) enum Content<'a> {
    /// A page of this package with a policy of its own: its file beside this module's own.
    Page(&'a str),
    /// A document under the policy of the page that holds it. It comes up without a network, too.
    Document(String),
}

/// A frame, not yet in the page, of an origin of its own, without cookies, powers or a referrer (SECURITY.md 1, 5.2).
pub(super) fn confined(title: &str, content: &Content<'_>) -> HtmlIFrameElement {
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
        ],
    );
    match content {
        Content::Page(page) => js::attributes(&frame, &[("src", &js::beside_module(page))]),
        Content::Document(html) => js::attributes(&frame, &[("srcdoc", html)]),
    }
    frame
}
