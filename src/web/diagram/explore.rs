//! A chart that can be pointed at, zoomed and chosen from, in a frame that is seen: as confined as the unseen one.

use super::frame::Frame;
use super::sentence;
use crate::protocol::chart::Kind;
use crate::web::js;
use std::cell::Cell;
use std::rc::Rc;
use web_sys::Element;

/// Bounds of the frame's height in CSS px: beyond them it scrolls.
const HEIGHT: (f64, f64) = (40.0, 2_000.0);
/// How many heights count: a chart has no reason to change without end.
const MOST_HEIGHTS: u32 = 2_000;

/// A live chart; its frame is removed when dropped.
pub struct Explored(Rc<Frame>);

impl std::fmt::Debug for Explored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explored").finish_non_exhaustive()
    }
}

impl Explored {
    /// Brings a chart to life in a frame with this title, as a child of `parent`. Only charts whose picture has been drawn,
    /// within its limits, are worth that: others might stall.
    ///
    /// # Errors
    /// A sentence, as of [`super::draw`].
    pub async fn open(parent: &Element, title: &str, (kind, source): (Kind, &str), dark: bool) -> Result<Self, String> {
        let live = Self(Frame::open(kind, title, Some(parent), false).await?);
        let (element, heard) = (live.0.as_raw().clone(), Cell::new(0));
        live.0.hear_height(move |height| {
            heard.set(heard.get() + 1);
            if heard.get() <= MOST_HEIGHTS && height.is_finite() {
                // It throws only for a read-only style.
                let _ = element.style().set_property("height", &format!("{}px", height.clamp(HEIGHT.0, HEIGHT.1)));
            }
        });
        let said = live.0.ask(kind, source, dark, true).await?;
        js::get_text(&said, "error").map_or(Ok(live), |why| Err(sentence(&why)))
    }
}

impl Drop for Explored {
    fn drop(&mut self) {
        self.0.remove();
    }
}
