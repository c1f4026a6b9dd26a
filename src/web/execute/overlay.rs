//! The box around the frame. The frame is born in it, hidden, since moving a frame loads it anew; its frame of ours
//! says whose content it is and has a button that ends it.

use crate::web::listen::{Listener, listen};
use crate::web::{js, strings};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlButtonElement, HtmlDialogElement, HtmlIFrameElement};

pub(super) struct Overlay {
    dialog: HtmlDialogElement,
    close: HtmlButtonElement,
    frame: HtmlIFrameElement,
    is_shown: Rc<Cell<bool>>,
}

impl Overlay {
    pub(super) fn new(frame: &HtmlIFrameElement, label: &str) -> Self {
        let dialog: HtmlDialogElement = js::element("dialog", "overlay").unchecked_into();
        let header = js::element("header", "");
        let heading = js::element("h2", "");
        let close: HtmlButtonElement = js::element("button", "").unchecked_into();
        let title = strings::shown_by(&label);
        heading.set_text_content(Some(&title));
        close.set_text_content(Some(strings::close()));
        js::attributes(&close, &[("type", "button")]);
        js::attributes(&dialog, &[("aria-label", &title)]);
        for (parent, child) in
            [(&header, heading.as_ref()), (&header, close.as_ref()), (&dialog, &header), (&dialog, frame)]
        {
            append(parent, child);
        }
        Self { dialog, close, frame: frame.clone(), is_shown: Rc::default() }
    }

    pub(super) fn frame(&self) -> &HtmlIFrameElement {
        &self.frame
    }

    pub(super) fn is_shown(&self) -> bool {
        self.is_shown.get()
    }

    /// Puts the box into the page, where its frame begins to load.
    pub(super) fn attach(&self) {
        if let Some(body) = js::document().body() {
            append(&body, &self.dialog);
        }
    }

    /// Calls `closed` when the person closes the box, by its button or by Escape.
    pub(super) fn on_closed(&self, closed: impl Fn(Event) + 'static) -> [Listener; 2] {
        let closed = Rc::new(closed);
        let by_key = closed.clone();
        let (dialog, is_shown) = (self.dialog.clone(), self.is_shown.clone());
        let close = move |event: Event| {
            // It comes late, when `hide` was called too.
            if is_shown.get() && !dialog.open() {
                by_key(event);
            }
        };
        let click = listen(&self.close, "click", move |event: Event| closed(event));
        [click, listen(&self.dialog, "close", close)]
    }

    pub(super) fn show(&self) {
        self.is_shown.set(true);
        // It throws where the box isn't in the page; then there is nothing to show.
        let _ = self.dialog.show_modal();
    }

    pub(super) fn hide(&self) {
        self.is_shown.set(false);
        self.dialog.close();
    }

    pub(super) fn remove(&self) {
        self.dialog.remove();
    }
}

/// It fails for a child that holds its parent.
fn append(parent: &Element, child: &Element) {
    let _ = parent.append_child(child);
}
