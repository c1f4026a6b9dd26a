//! The frames in which diagrams are drawn: one for all of a place, made when it is needed, removed when it doesn't answer.
//!
//! Mermaid writes style elements, which the pages' policies forbid, so its frame has a page, whose policy is its own. Charts
//! need none: their frame is a document that inherits the policy, so that it comes up without a network, too.

use super::super::listen::{Listener, listen};
use super::super::{crypto, fetch, frame, js, strings};
use crate::protocol::chart::Kind;
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, Event, HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

/// The script of both.
const SCRIPT: &str = include_str!("../../../www/frames/diagram.js");
/// How long the frame may take to come up, in ms.
const UP_LIMIT: u32 = 10_000;
/// How long a library may take to be ready, in ms: the largest has 5 MB.
const LIBRARY_LIMIT: u32 = 20_000;
/// How long a diagram may be drawn, in ms, not counting what is being fetched.
const LIMIT: u32 = 5_000;
/// Files that a frame may ask for; all of Mermaid's are about 120.
const MOST_FILES: u32 = 300;

/// Where something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Diagrams,
    Charts,
}

impl Place {
    fn of(kind: Kind) -> Self {
        if kind.is_chart() { Self::Charts } else { Self::Diagrams }
    }

    /// The folder of what it may need, beside this module's own file.
    fn files(self) -> &'static str {
        match self {
            Self::Diagrams => "vendor/diagram/",
            Self::Charts => "vendor/chart/",
        }
    }

    /// The frame, not yet in the page.
    async fn build(self, title: &str) -> Result<HtmlIFrameElement, String> {
        if self == Self::Diagrams {
            return Ok(frame::confined(title, &frame::Content::Page("frames/diagram.html")));
        }
        let hash = crypto::sha256_base64(SCRIPT).await.map_err(|error| error.to_string())?;
        let document = format!(
            "<!doctype html><html lang=\"en\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             script-src 'sha256-{hash}' blob:; worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'\">\
             <title>Charts</title><script>{SCRIPT}</script>"
        );
        Ok(frame::confined(title, &frame::Content::Document(&document)))
    }
}

type HearHeight = Box<dyn Fn(f64)>;

thread_local! {
    static SHARED: RefCell<Vec<Rc<Frame>>> = const { RefCell::new(Vec::new()) };
}

/// A frame, in the page.
pub(super) struct Frame {
    place: Place,
    element: HtmlIFrameElement,
    port: MessagePort,
    is_up: Cell<bool>,
    /// Whether it is at a library, and not yet at the diagram.
    prepares: Cell<bool>,
    loading: Cell<u32>,
    files: Cell<u32>,
    /// What it has answered, or why there will be no answer.
    answer: RefCell<Option<Result<JsValue, String>>>,
    /// Hears how high it says that it is.
    on_height: RefCell<Option<HearHeight>>,
    wake: RefCell<Option<js_sys::Function>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Frame {
    /// The unseen frame that there is for such a thing, or a new one.
    pub(super) async fn shared(kind: Kind) -> Result<Rc<Self>, String> {
        let place = Place::of(kind);
        // Whoever clears the page clears it away too.
        let known = |frame: &Rc<Self>| frame.place == place && frame.element.is_connected();
        if let Some(frame) = SHARED.with_borrow(|all| all.iter().find(|frame| known(frame)).cloned()) {
            return Ok(frame);
        }
        let body = js::document().body().map(Element::from);
        let frame = Self::open(kind, "Diagrams", body.as_ref(), true).await?;
        SHARED.with_borrow_mut(|all| {
            all.retain(|other| other.place != place);
            all.push(frame.clone());
        });
        Ok(frame)
    }

    /// A new frame for such a thing, as a child of `parent`.
    pub(super) async fn open(
        kind: Kind,
        title: &str,
        parent: Option<&Element>,
        is_hidden: bool,
    ) -> Result<Rc<Self>, String> {
        let place = Place::of(kind);
        let element = place.build(title).await?;
        let refused = |thrown: JsValue| strings::diagram_failed(&strings::no_frame(&js::message(&thrown)));
        if is_hidden {
            hide(&element).map_err(refused)?;
        }
        Self::show(place, element, parent).map_err(refused)
    }

    fn show(place: Place, element: HtmlIFrameElement, parent: Option<&Element>) -> Result<Rc<Self>, JsValue> {
        let channel = MessageChannel::new()?;
        let frame = Rc::new(Self {
            place,
            element: element.clone(),
            port: channel.port1(),
            is_up: Cell::new(false),
            prepares: Cell::new(false),
            loading: Cell::new(0),
            files: Cell::new(0),
            answer: RefCell::default(),
            on_height: RefCell::default(),
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
        parent.ok_or("the page has no body")?.append_child(&element)?;
        Ok(frame)
    }

    /// Has a diagram drawn, or brought to life: the frame's answer.
    pub(super) async fn ask(
        self: &Rc<Self>,
        kind: Kind,
        source: &str,
        dark: bool,
        is_live: bool,
    ) -> Result<JsValue, String> {
        self.answer.take();
        let kind = match kind {
            Kind::Mermaid => "mermaid",
            Kind::Vega => "vega",
            Kind::VegaLite => "vega-lite",
            Kind::Plotly => "plotly",
        };
        let job = js::object(&[
            ("kind", kind.into()),
            ("source", source.into()),
            ("dark", dark.into()),
            ("live", is_live.into()),
        ]);
        // It throws for what can't be copied only. Before the frame has its port, the message waits there.
        let _ = self.port.post_message(&job);
        loop {
            let limit = match (self.is_up.get(), self.prepares.get()) {
                (true, false) => LIMIT,
                (true, true) => LIBRARY_LIMIT,
                (false, _) => UP_LIMIT,
            };
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
        if let Some(height) = js::get(said, "height").as_f64()
            && js::get(said, "svg").is_undefined()
        {
            if let Some(on_height) = self.on_height.borrow().as_ref() {
                on_height(height);
            }
            return;
        }
        if let Some(prepares) = js::get(said, "prepares").as_bool() {
            self.prepares.set(prepares);
        } else if self.is_up.replace(true) {
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
        let url = js::beside_module(&format!("{}{name}", self.place.files()));
        spawn_local(async move {
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
        SHARED.with_borrow_mut(|all| all.retain(|frame| !std::ptr::eq(frame.as_ref(), self)));
    }

    /// From now on `on_height` hears how high it says that it is.
    pub(super) fn hear_height(&self, on_height: impl Fn(f64) + 'static) {
        self.on_height.replace(Some(Box::new(on_height)));
    }

    pub(super) fn as_raw(&self) -> &HtmlIFrameElement {
        &self.element
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

/// Keeps a frame out of sight, but laid out, since text is measured in it.
fn hide(element: &HtmlIFrameElement) -> Result<(), JsValue> {
    js::attributes(element, &[("aria-hidden", "true"), ("tabindex", "-1")]);
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
    Ok(())
}
