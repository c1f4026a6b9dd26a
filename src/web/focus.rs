//! Notices a frame that takes the keyboard by itself: a scripted frame can call `focus()` at any time, even a hidden
//! one, and hears what is typed from then on (SECURITY.md 6). Such a frame has to go.

use super::js;
use super::listen::{Listener, listen};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, HtmlElement, HtmlIFrameElement, KeyboardEvent};

/// How long after a press of Tab a frame may have got the focus by it, in ms.
const TAB: f64 = 500.0;

/// Watches one frame as long as it lives.
#[derive(Debug)]
pub struct FocusWatch {
    _listeners: [Listener; 5],
}

impl FocusWatch {
    /// Calls `taken` when the frame has the focus though nobody pointed at it or went there by Tab. What had the focus
    /// before gets it back right after that call, which is to remove the frame.
    pub fn new(frame: &HtmlIFrameElement, taken: impl Fn() + 'static) -> Self {
        let pointed = Rc::new(Cell::new(false));
        let tabbed = Rc::new(Cell::new(f64::MIN));
        let before = Rc::new(RefCell::new(focused()));
        let set = |to: bool| {
            let pointed = pointed.clone();
            move |_: Event| pointed.set(to)
        };
        let (enter, leave) = (listen(frame, "pointerenter", set(true)), listen(frame, "pointerleave", set(false)));
        let at = tabbed.clone();
        let key = listen(&js::window(), "keydown", move |event: KeyboardEvent| {
            if event.key() == "Tab" {
                at.set(js::now());
            }
        });
        let keep = before.clone();
        let focus = listen(&js::document(), "focusin", move |_: FocusEvent| {
            keep.replace(focused().filter(|element| !element.is_instance_of::<HtmlIFrameElement>()));
        });
        let frame = frame.clone();
        let blur = listen(&js::window(), "blur", move |_: FocusEvent| {
            let has_focus = focused().is_some_and(|element| *element == **frame);
            if has_focus && !pointed.get() && js::now() - tabbed.get() > TAB {
                let back = before.borrow().clone();
                taken();
                if let Some(back) = back {
                    // It throws for elements that can't have the focus.
                    let _ = back.focus();
                }
            }
        });
        Self { _listeners: [enter, leave, key, focus, blur] }
    }
}

fn focused() -> Option<HtmlElement> {
    js::document().active_element()?.dyn_into().ok()
}
