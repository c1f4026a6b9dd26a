//! Diagrams and charts (SECURITY.md 7): drawn by Mermaid, Vega, Vega-Lite and plotly in frames of an opaque origin that
//! have no network, and shown as pictures; a chart that has been drawn can be explored in a frame of its own. The libraries'
//! files, which a frame can't fetch, are handed in as it needs them.

mod explore;
mod frame;

use super::blob::ObjectUrl;
use super::error::WebError;
use super::{js, strings};
use crate::protocol::chart::Kind;
pub use explore::Explored;
use frame::Frame;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Longer pictures, in characters, are not shown.
const LARGEST: usize = 5_000_000;
/// The longest side of a picture, in CSS px.
const WIDEST: f64 = 16_000.0;

/// A picture: SVG without anything that runs, loads or leads elsewhere. It belongs into an `<img>` and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg {
    /// Its text.
    pub text: String,
    /// Its width, in CSS px.
    pub width: u32,
    /// Its height, in CSS px.
    pub height: u32,
    /// What it calls itself; empty if it doesn't.
    pub name: String,
}

impl Svg {
    /// An address for an `<img>`.
    ///
    /// # Errors
    /// The browser has no memory for it.
    pub fn url(&self) -> Result<ObjectUrl, WebError> {
        ObjectUrl::new(self.text.as_bytes(), "image/svg+xml")
    }
}

/// Draws a diagram of at most so many bytes, for a dark page or a light one. One at a time: others wait.
///
/// # Errors
/// A sentence: its source is wrong or too long, it takes too long or becomes too large, it wants to load something, or
/// the libraries can't be had.
pub async fn draw(kind: Kind, source: &str, longest: usize, dark: bool) -> Result<Svg, String> {
    if source.len() > longest {
        return Err(strings::diagram_too_long(&(longest / 1000)));
    }
    let _turn = Turn::take().await;
    let frame = Frame::shared(kind).await?;
    let busy = Busy { frame: &frame, is_done: Cell::new(false) };
    let said = frame.ask(kind, source, dark, false).await?;
    busy.is_done.set(true);
    match js::get_text(&said, "error") {
        Some(why) => Err(sentence(&why)),
        None => picture(&said).ok_or_else(|| sentence(strings::nothing_came())),
    }
}

/// What a library says, which may be pages long, as a sentence.
fn sentence(why: &str) -> String {
    let why = strings::reason(why);
    let first = why.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(strings::unknown_reason());
    let first: String = first.chars().take(300).collect();
    strings::diagram_failed(&first.trim_end_matches(['.', ':', ' ', '\u{2026}']))
}

fn picture(said: &JsValue) -> Option<Svg> {
    let text = js::get_text(said, "svg").filter(|text| text.len() <= LARGEST)?;
    let side = |name| js::get(said, name).as_f64().filter(|side| (1.0..=WIDEST).contains(side));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and 16,000")]
    let side = |name| side(name).map(|side| side as u32);
    let name = js::get_text(said, "name").unwrap_or_default();
    Some(Svg { text, width: side("width")?, height: side("height")?, name })
}

/// Takes the frame away unless it has answered: whatever it is at, it is at no longer.
struct Busy<'a> {
    frame: &'a Rc<Frame>,
    is_done: Cell<bool>,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if !self.is_done.get() {
            self.frame.remove();
        }
    }
}

/// A place in the queue; given up when dropped.
struct Turn(js_sys::Function);

impl Turn {
    async fn take() -> Self {
        thread_local! {
            static LAST: RefCell<js_sys::Promise> = RefCell::new(js_sys::Promise::resolve(&JsValue::NULL));
        }
        let mut over = None;
        let mine = js_sys::Promise::new(&mut |resolve, _| over = Some(resolve));
        let turn = Self(over.unwrap_or_else(|| js_sys::Function::new_no_args("")));
        let before = LAST.with_borrow_mut(|last| {
            let before = last.clone();
            // Who gives up while waiting lets nobody in before their time.
            *last = js_sys::Promise::all(&js_sys::Array::of2(&before, &mine));
            before
        });
        // These promises never fail.
        let _ = JsFuture::from(before).await;
        turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}
