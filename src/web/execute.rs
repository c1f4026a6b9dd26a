//! The frame that runs JavaScript of the server (SECURITY.md 5.2): opaque, without network, in a box that can be shown
//! to the person. Its page is `www/frames/execute.html`. What the code asks for is judged elsewhere.

mod overlay;
mod said;

use super::focus::FocusWatch;
use super::listen::{Listener, listen};
use super::{frame, js, strings};
use gloo_timers::callback::Timeout;
use overlay::Overlay;
use said::Said;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

/// The frame's page, beside this module's own file.
const PAGE: &str = "frames/execute.html";
/// How long the frame may take to come up, in ms.
const UP_LIMIT: u32 = 10_000;
/// How long the code may run while the person doesn't see it, in ms.
const RUN_LIMIT: u32 = 30_000;
/// Calls that may wait for an answer at a time.
const MOST_OPEN: usize = 10;
/// Messages of a run; the frame itself relays no more.
const MOST_MESSAGES: u32 = 210;

/// What the frame says.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameMessage {
    /// The code asks for something; [`ExecuteFrame::answer`] answers.
    Capability {
        /// The call, unique in its run.
        id: u64,
        /// Its name, whatever stands there.
        name: Value,
        /// Its arguments, whatever stands there.
        args: Value,
        /// Bytes that came beside them.
        data: Option<Vec<u8>>,
    },
    /// The run is over: its value, or why there is none. It comes once and is the last.
    Done(Result<Value, String>),
}

/// A frame with running code; taken out of the page, code and all, when dropped.
pub struct ExecuteFrame(Rc<Inner>);

struct Inner {
    overlay: Overlay,
    port: MessagePort,
    hear: Box<dyn Fn(FrameMessage)>,
    is_done: Cell<bool>,
    is_up: Cell<bool>,
    messages: Cell<u32>,
    open: RefCell<BTreeSet<u64>>,
    limit: RefCell<Option<Timeout>>,
    listeners: RefCell<Vec<Listener>>,
    focus: RefCell<Option<FocusWatch>>,
}

impl ExecuteFrame {
    /// Runs code as the body of an async function. `label` names whose code it is, the server's origin; it stands on
    /// the box when the code shows itself. `hear` is called later, and may drop the frame.
    ///
    /// # Panics
    /// In a browser without message channels; all have them.
    pub fn open(code: &str, label: &str, hear: impl Fn(FrameMessage) + 'static) -> Self {
        let frame = frame::confined(&strings::code_of(&label), &frame::Content::Page(PAGE));
        let channel = MessageChannel::new().expect("browsers have message channels");
        let inner = Rc::new(Inner {
            overlay: Overlay::new(&frame, label),
            port: channel.port1(),
            hear: Box::new(hear),
            is_done: Cell::new(false),
            is_up: Cell::new(false),
            messages: Cell::new(0),
            open: RefCell::default(),
            limit: RefCell::default(),
            listeners: RefCell::default(),
            focus: RefCell::default(),
        });
        inner.listen_to(&frame, code.to_owned(), channel.port2());
        inner.end_after(
            UP_LIMIT,
            "The frame for the code did not come up in 10 s. This page's Content-Security-Policy must allow it \
             (frame-src 'self'), and its host must have frames/execute.html.",
        );
        inner.overlay.attach();
        Self(inner)
    }

    /// Answers a call of the code. A call that isn't open has had its answer.
    pub fn answer(&self, id: u64, answer: Result<Value, String>) {
        if !self.0.open.borrow_mut().remove(&id) {
            return;
        }
        let (name, text) = match answer {
            Ok(value) => ("text", value.to_string()),
            Err(why) => ("error", why),
        };
        #[allow(clippy::cast_precision_loss, reason = "ids were read from numbers")]
        let message = js::object(&[("id", (id as f64).into()), (name, text.into())]);
        // It throws for what can't be copied only.
        let _ = self.0.port.post_message(&message);
        if self.0.open.borrow().is_empty() && !self.0.overlay.is_shown() && !self.0.is_done.get() {
            self.0.end_after(RUN_LIMIT, "timeout");
        }
    }

    /// Shows the frame in its labelled box, or hides it. The code's time doesn't pass while it is shown.
    pub fn show(&self, shown: bool) {
        if self.0.is_done.get() || shown == self.0.overlay.is_shown() {
            return;
        }
        if shown {
            self.0.limit.take();
            self.0.overlay.show();
        } else {
            self.0.overlay.hide();
            self.0.end_after(RUN_LIMIT, "timeout");
        }
    }

    /// The frame element, for tests of its attributes.
    pub fn as_raw(&self) -> &HtmlIFrameElement {
        self.0.overlay.frame()
    }
}

impl Drop for ExecuteFrame {
    fn drop(&mut self) {
        self.0.is_done.set(true);
        self.0.close();
    }
}

impl fmt::Debug for ExecuteFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecuteFrame").field("is_done", &self.0.is_done).finish_non_exhaustive()
    }
}

impl Inner {
    fn listen_to(self: &Rc<Self>, frame: &HtmlIFrameElement, code: String, theirs: MessagePort) {
        let given = Cell::new(Some((code, theirs)));
        let on_load = listen(
            frame,
            "load",
            self.hearing(move |inner, _: Event| match given.take() {
                Some((code, port)) => inner.give(&code, &port),
                None => inner.end("the code left its page"),
            }),
        );
        let on_message =
            listen(&self.port, "message", self.hearing(|inner, event: MessageEvent| inner.read(&event.data())));
        let on_error = listen(
            &self.port,
            "messageerror",
            self.hearing(|inner, _: Event| {
                inner.end("the code sent something that can't be read");
            }),
        );
        self.port.start();
        let closed = self.hearing(|inner, _: Event| inner.end("closed by the user"));
        let mut listeners = vec![on_load, on_message, on_error];
        listeners.extend(self.overlay.on_closed(closed));
        self.listeners.replace(listeners);
        let weak = Rc::downgrade(self);
        let watch =
            FocusWatch::new(frame, move || with(&weak, |inner| inner.end("the code took the keyboard by itself")));
        self.focus.replace(Some(watch));
    }

    /// A handler that does nothing once the frame is gone.
    fn hearing<E: 'static>(self: &Rc<Self>, hear: impl Fn(&Rc<Self>, E) + 'static) -> impl Fn(E) + 'static {
        let weak = Rc::downgrade(self);
        move |event| with(&weak, |inner| hear(inner, event))
    }

    /// Hands the code to the page that has loaded, whichever it is: it is no secret, and it answers by the port or not
    /// at all.
    fn give(&self, code: &str, port: &MessagePort) {
        if let Some(window) = self.overlay.frame().content_window() {
            let message = js::object(&[("code", code.into())]);
            // It throws for what can't be copied only.
            let _ = window.post_message_with_transfer(&message, "*", &js_sys::Array::of1(port));
        }
    }

    fn read(self: &Rc<Self>, data: &JsValue) {
        self.messages.set(self.messages.get() + 1);
        if self.messages.get() > MOST_MESSAGES {
            return self.end("too many messages");
        }
        match said::read(data) {
            Some(Said::Up) if !self.is_up.replace(true) => self.end_after(RUN_LIMIT, "timeout"),
            Some(Said::Done(result)) => self.done(result),
            Some(Said::Capability { id, name, args, data }) => {
                if self.opens(id) {
                    // The person may have to be asked: their time is not the code's.
                    self.limit.take();
                    (self.hear)(FrameMessage::Capability { id, name, args, data });
                } else {
                    self.end("too many capability calls");
                }
            }
            _ => self.end("the code sent something that is no message"),
        }
    }

    /// Notes a call that waits for its answer; not if there are too many, or it is there already.
    fn opens(&self, id: u64) -> bool {
        let mut open = self.open.borrow_mut();
        open.insert(id) && open.len() <= MOST_OPEN
    }

    fn end_after(self: &Rc<Self>, ms: u32, why: &'static str) {
        let weak = Rc::downgrade(self);
        let timer = Timeout::new(ms, move || with(&weak, |inner| inner.end(why)));
        self.limit.replace(Some(timer));
    }

    fn end(&self, why: &str) {
        self.done(Err(why.to_owned()));
    }

    fn done(&self, result: Result<Value, String>) {
        if !self.is_done.replace(true) {
            self.close();
            (self.hear)(FrameMessage::Done(result));
        }
    }

    /// Takes everything away; work that the code left behind dies with it.
    fn close(&self) {
        self.port.close();
        self.limit.take();
        let (listeners, focus) = (self.listeners.take(), self.focus.take());
        self.overlay.remove();
        drop((listeners, focus));
    }
}

fn with(inner: &Weak<Inner>, call: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = inner.upgrade().filter(|inner| !inner.is_done.get()) {
        call(&inner);
    }
}
