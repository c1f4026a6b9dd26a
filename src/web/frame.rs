//! Frames for pages of this package that handle what is hostile: confined alike, whatever they are for.

use super::{crypto, js};
use wasm_bindgen::JsCast;
use web_sys::HtmlIFrameElement;

/// What a frame has in it.
pub(super) enum Content<'a> {
    /// A page of ours, by its file beside this module's own.
    Page(&'a str),
    /// This document, which inherits the policy of the page.
    Document(&'a str),
}

/// A frame, not yet in the page, of an origin of its own, without cookies, powers or a referrer (SECURITY.md 1, 5.2).
pub(super) fn confined(title: &str, content: &Content) -> HtmlIFrameElement {
    let (attribute, content) = match content {
        Content::Page(file) => ("src", js::beside_module(file)),
        Content::Document(html) => ("srcdoc", (*html).to_owned()),
    };
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
            (attribute, &content),
        ],
    );
    frame
}
