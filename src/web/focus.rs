//! Notices a frame that takes the keyboard by itself: a scripted frame can call `focus()` at any time, even a hidden
//! one, and hears what is typed from then on (SECURITY.md 6). Such a frame has to go.
//!
//! A page doesn't hear of clicks and taps on its frames, nor of a pointer above them (measured in Chromium 156), so what
//! the person did last outside of the frame has to tell.

use super::js;
use super::listen::{Listener, listen};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, HtmlElement, HtmlIFrameElement, KeyboardEvent, MouseEvent};

/// How long after a press of Tab a frame may have got the focus by it, in ms.
const TAB: f64 = 500.0;
/// How far from a frame a pointer may have been seen last, in CSS px: a quick one jumps.
const NEAR: f64 = 150.0;
/// How long after the last key a tap is taken for the cause, in ms: who types doesn't tap.
const PAUSE: f64 = 1_000.0;

/// What the person did last, as far as the page hears of it.
#[derive(Clone, Copy)]
enum Did {
    Nothing,
    /// Pressed a key or a button of the mouse.
    Press,
    Tab,
    /// Moved the pointer, or scrolled, here.
    Move(f64, f64),
}

/// Watches one frame as long as it lives.
#[derive(Debug)]
pub struct FocusWatch {
    _listeners: [Listener; 6],
}

impl FocusWatch {
    /// Calls `taken` when the frame has the focus though nobody pointed at it, tapped on it or went there by Tab. What
    /// had the focus before gets it back right after that call, which is to remove the frame.
    pub fn new(frame: &HtmlIFrameElement, taken: impl Fn() + 'static) -> Self {
        let did = Rc::new(Cell::new((Did::Nothing, f64::MIN)));
        let before = Rc::new(RefCell::new(focused()));
        let (window, note) = (js::window(), did.clone());
        let key = listen(&window, "keydown", move |event: KeyboardEvent| {
            note.set((if event.key() == "Tab" { Did::Tab } else { Did::Press }, js::now()));
        });
        let note = did.clone();
        let press = listen(&window, "pointerdown", move |_: Event| note.set((Did::Press, js::now())));
        let moves = ["pointermove", "wheel"].map(|event| {
            let note = did.clone();
            listen(&window, event, move |event: MouseEvent| {
                note.set((Did::Move(event.client_x().into(), event.client_y().into()), js::now()));
            })
        });
        let keep = before.clone();
        let focus = listen(&js::document(), "focusin", move |_: FocusEvent| {
            keep.replace(focused().filter(|element| !element.is_instance_of::<HtmlIFrameElement>()));
        });
        let frame = frame.clone();
        let blur = listen(&window, "blur", move |_: FocusEvent| {
            let has_focus = focused().is_some_and(|element| *element == **frame);
            if has_focus && !is_asked(&frame, did.get()) {
                let back = before.borrow().clone();
                taken();
                if let Some(back) = back {
                    // It throws for elements that can't have the focus.
                    let _ = back.focus();
                }
            }
        });
        let [moved, scrolled] = moves;
        Self { _listeners: [key, press, moved, scrolled, focus, blur] }
    }
}

fn focused() -> Option<HtmlElement> {
    js::document().active_element()?.dyn_into().ok()
}

/// Whether the person, having done this last, may have gone into the frame.
fn is_asked(frame: &HtmlIFrameElement, (did, at): (Did, f64)) -> bool {
    let since = js::now() - at;
    match did {
        Did::Tab => since < TAB,
        Did::Move(x, y) => is_near(frame, x, y),
        Did::Nothing | Did::Press => since > PAUSE && is_tapped(),
    }
}

fn is_near(frame: &HtmlIFrameElement, x: f64, y: f64) -> bool {
    let area = frame.get_bounding_client_rect();
    let is_shown = area.width() > 0.0 && area.height() > 0.0;
    let within = |at: f64, low: f64, high: f64| at >= low - NEAR && at <= high + NEAR;
    is_shown && within(x, area.left(), area.right()) && within(y, area.top(), area.bottom())
}

/// Whether the person may just have tapped on a frame: the page is activated by that.
fn is_tapped() -> bool {
    let navigator = js::window().navigator();
    let activation = js::get(&navigator, "userActivation");
    navigator.max_touch_points() > 0 && js::get(&activation, "isActive").is_truthy()
}
