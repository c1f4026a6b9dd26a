//! The frames in which diagrams are drawn: one for each place, made when it is needed, removed when it doesn't answer.

use super::super::error::WebError;
use super::super::frame::Content;
use super::super::listen::{Listener, listen};
use super::super::{crypto, fetch, frame, js, strings};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

/// The frame's page, and the folder of what it may need, beside this module's own file.
const PAGE: &str = "frames/diagram.html";
/// The script of that page.
const SCRIPT: &str = include_str!("../../../www/frames/diagram.js");
const FILES: &str = "vendor/diagram/";
/// How long the frame may take to come up, in ms.
const UP_LIMIT: u32 = 10_000;
/// How long a diagram may be drawn, in ms, not counting what is being fetched.
const LIMIT: u32 = 5_000;
/// Files that a frame may ask for; all of Mermaid's are about 120.
const MOST_FILES: u32 = 300;

/// Where something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A page of its own, whose policy allows the styles that Mermaid writes. It needs a page that may frame pages, and a
    /// network.
    Page,
    /// A document under the policy of any page of ours.
    Document,
}

thread_local! {
    static CURRENT: RefCell<Vec<Rc<Frame>>> = const { RefCell::new(Vec::new()) };
}

/// The frame, in the page.
pub(super) struct Frame {
    place: Place,
    element: HtmlIFrameElement,
    port: MessagePort,
    is_up: Cell<bool>,
    loading: Cell<u32>,
    files: Cell<u32>,
    /// What it has answered, or why there will be no answer.
    answer: RefCell<Option<Result<JsValue, String>>>,
    wake: RefCell<Option<js_sys::Function>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Frame {
    /// The frame that there is, or a new one.
    pub(super) async fn current(place: Place) -> Result<Rc<Self>, String> {
        // Whoever clears the page clears it away too.
        CURRENT.with_borrow_mut(|all| all.retain(|frame| frame.element.is_connected()));
        let known = CURRENT.with_borrow(|all| all.iter().find(|frame| frame.place == place).cloned());
        if let Some(frame) = known {
            return Ok(frame);
        }
        let content = match place {
            Place::Page => Content::Page(PAGE),
            Place::Document => Content::Document(document().await.map_err(|error| error.to_string())?),
        };
        let refused = |thrown: JsValue| strings::diagram_failed(&strings::no_frame(&js::message(&thrown)));
        let frame = Self::open(place, &content).map_err(refused)?;
        CURRENT.with_borrow_mut(|all| all.push(frame.clone()));
        Ok(frame)
    }

    fn open(place: Place, content: &Content<'_>) -> Result<Rc<Self>, JsValue> {
        let element = build(content)?;
        let channel = MessageChannel::new()?;
        let frame = Rc::new(Self {
            place,
            element: element.clone(),
            port: channel.port1(),
            is_up: Cell::new(false),
            loading: Cell::new(0),
            files: Cell::new(0),
            answer: RefCell::default(),
            wake: RefCell::default(),
            listeners: RefCell::default(),
        });
        let (weak, theirs) = (Rc::downgrade(&frame), Cell::new(Some(channel.port2())));
        let on_load = listen(&element, "load", move |_: Event| {
            with(&weak, |frame| match theirs.take() {
                Some(port) => frame.give_port(&port),
                None => frame.end(strings::frame_left()),
            });
        });
        let weak = Rc::downgrade(&frame);
        let on_message = listen(&frame.port, "message", move |event: MessageEvent| {
            with(&weak, |frame| frame.hear(&event.data()));
        });
        frame.port.start();
        frame.listeners.replace(vec![on_load, on_message]);
        js::document().body().ok_or("the page has no body")?.append_child(&element)?;
        Ok(frame)
    }

    /// Has a diagram drawn: the frame's answer.
    pub(super) async fn ask(self: &Rc<Self>, kind: &str, source: &str, dark: bool) -> Result<JsValue, String> {
        self.answer.take();
        let job = js::object(&[("kind", kind.into()), ("source", source.into()), ("dark", dark.into())]);
        // It throws for what can't be copied only. Before the frame has its port, the message waits there.
        let _ = self.port.post_message(&job);
        loop {
            let limit = if self.is_up.get() { LIMIT } else { UP_LIMIT };
            self.woken(limit).await;
            if let Some(answer) = self.answer.take() {
                return answer;
            }
            if !self.is_up.get() {
                return Err(strings::diagram_silent().to_owned());
            }
        }
    }

    /// Waits until something has happened, or nothing for so many ms in which nothing was fetched.
    async fn woken(self: &Rc<Self>, limit: u32) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            self.wake.replace(Some(resolve));
        });
        let _timer = self.clock(limit);
        // It never fails.
        let _ = JsFuture::from(promise).await;
    }

    fn clock(self: &Rc<Self>, limit: u32) -> Timeout {
        let weak = Rc::downgrade(self);
        Timeout::new(limit, move || {
            with(&weak, |frame| match frame.loading.get() {
                0 if frame.is_up.get() => frame.end(strings::too_slow()),
                _ => frame.wake(),
            });
        })
    }

    fn wake(&self) {
        if let Some(wake) = self.wake.take() {
            // A promise's own function.
            let _ = wake.call0(&JsValue::UNDEFINED);
        }
    }

    fn end(&self, why: &str) {
        self.remove();
        self.answer.replace(Some(Err(strings::diagram_failed(&why))));
        self.wake();
    }

    /// Hands the port to the page that has loaded, whichever it is: what it gives back is a picture or nothing.
    fn give_port(&self, port: &MessagePort) {
        if let Some(window) = self.element.content_window() {
            let ports = js_sys::Array::of1(port);
            let _ = window.post_message_with_transfer(&"diagrams".into(), "*", &ports);
        }
    }

    fn hear(self: &Rc<Self>, said: &JsValue) {
        if let Some(name) = js::get_text(said, "need") {
            return self.fetch(name);
        }
        if self.is_up.replace(true) {
            self.answer.replace(Some(Ok(said.clone())));
        }
        self.wake();
    }

    /// Fetches a file of the libraries for the frame, none else.
    fn fetch(self: &Rc<Self>, name: String) {
        self.files.set(self.files.get() + 1);
        if self.files.get() > MOST_FILES || !is_file(&name) {
            return self.end(strings::frame_asks());
        }
        self.loading.set(self.loading.get() + 1);
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let url = js::beside_module(&format!("{FILES}{name}"));
            let file = fetch::file(&url, &name, &|_| {}, &|_| {}).await;
            with(&weak, |frame| {
                frame.loading.set(frame.loading.get() - 1);
                let file = file.map_or(JsValue::NULL, JsValue::from);
                let _ = frame.port.post_message(&js::object(&[("name", name.into()), ("file", file)]));
                frame.wake();
            });
        });
    }

    /// Takes it out of the page, with all that it is at.
    pub(super) fn remove(&self) {
        self.port.close();
        self.element.remove();
        CURRENT.with_borrow_mut(|all| all.retain(|frame| !std::ptr::eq(frame.as_ref(), self)));
    }
}

fn with(frame: &Weak<Frame>, call: impl FnOnce(&Rc<Frame>)) {
    if let Some(frame) = frame.upgrade() {
        call(&frame);
    }
}

/// Whether it is a name as esbuild gives them.
fn is_file(name: &str) -> bool {
    name.strip_suffix(".js")
        .is_some_and(|stem| !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)))
}

/// The frame's document, whose policy allows less than that of the page.
async fn document() -> Result<String, WebError> {
    let hash = crypto::sha256_base64(SCRIPT).await?;
    Ok(format!(
        "<!doctype html><html lang=\"en\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         script-src 'sha256-{hash}' blob:; worker-src blob:; img-src data:; connect-src 'none'; frame-src 'none'; \
         form-action 'none'; base-uri 'none'\"><title>Diagrams</title><script>{SCRIPT}</script>"
    ))
}

/// The frame with all that confines it, not yet in the page: laid out, since text is measured in it, and out of sight.
fn build(content: &Content<'_>) -> Result<HtmlIFrameElement, JsValue> {
    let element = frame::confined("Diagrams", content);
    js::attributes(&element, &[("aria-hidden", "true"), ("tabindex", "-1")]);
    let style = element.style();
    for (name, value) in [
        ("position", "fixed"),
        ("inset", "0 auto auto 0"),
        ("width", "1200px"),
        ("height", "900px"),
        ("border", "0"),
        ("opacity", "0"),
        ("pointer-events", "none"),
        ("z-index", "-1"),
    ] {
        style.set_property(name, value)?;
    }
    Ok(element)
}
