//! Whether the frame's process is still there. It can end without a word, by a crash or for lack of memory, and no browser
//! tells the page; the frame itself is never busy for long, whatever its worker does.

use crate::web::js;
use crate::web::wait::{Later, first};
use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

/// Between two questions while somebody waits for the frame, in ms.
const BEAT: u32 = 1_000;
/// Between two questions while nobody does.
const SLOW_BEAT: u32 = 2_000;
/// How many of them may stay unanswered. They are counted, not timed: a device that wakes up is no frame that is gone.
const PATIENCE: u32 = 5;

/// The questions that the frame is asked by its port.
pub(super) struct Pulse {
    port: MessagePort,
    unanswered: Cell<u32>,
    heard: RefCell<Later<()>>,
    beat: RefCell<Option<(u32, Interval)>>,
    on_end: Box<dyn Fn()>,
}

impl std::fmt::Debug for Pulse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pulse").field("unanswered", &self.unanswered).finish_non_exhaustive()
    }
}

impl Pulse {
    /// None yet. `on_end` is called when the frame doesn't answer any more.
    pub(super) fn new(port: MessagePort, on_end: impl Fn() + 'static) -> Rc<Self> {
        Rc::new(Self {
            port,
            unanswered: Cell::default(),
            heard: RefCell::default(),
            beat: RefCell::default(),
            on_end: Box::new(on_end),
        })
    }

    /// Takes a message if it is an answer.
    pub(super) fn takes(&self, data: &JsValue) -> bool {
        let is_answer = js::get_text(data, "t").as_deref() == Some("pong");
        if is_answer {
            self.unanswered.set(0);
            self.heard.borrow().set(());
        }
        is_answer
    }

    /// Asks from now on, more often while somebody waits for the frame.
    pub(super) fn watch(self: &Rc<Self>, is_awaited: bool) {
        let beat = if is_awaited { BEAT } else { SLOW_BEAT };
        if self.beat.borrow().as_ref().is_some_and(|(now, _)| *now == beat) {
            return;
        }
        self.unanswered.set(0);
        let weak = Rc::downgrade(self);
        let ask = move || {
            if let Some(pulse) = weak.upgrade() {
                pulse.ask();
            }
        };
        self.beat.replace(Some((beat, Interval::new(beat, ask))));
    }

    fn ask(&self) {
        if self.unanswered.get() == PATIENCE {
            (self.on_end)();
        }
        self.unanswered.set(self.unanswered.get() + 1);
        // A port that takes nothing any more leaves the question unanswered.
        let _ = self.port.post_message(&js::object(&[("t", "ping".into())]));
    }

    /// Whether it answers within a beat.
    pub(super) async fn is_there(&self) -> bool {
        let heard = Later::default();
        self.heard.replace(heard.clone());
        self.ask();
        let answers = async {
            heard.take().await;
            true
        };
        let late = async {
            TimeoutFuture::new(BEAT).await;
            false
        };
        first(answers, late).await
    }
}
