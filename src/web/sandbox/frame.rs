//! The frame itself: what confines it, and the one port by which the page talks to what is in it.

use super::pulse::Pulse;
use super::{SCRIPTS, WORKER};
use crate::web::assets::Core;
use crate::web::error::WebError;
use crate::web::listen::{Listener, listen};
use crate::web::wait::first;
use crate::web::{crypto, js, strings};
use gloo_timers::future::TimeoutFuture;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Event, HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

const FRAME_SCRIPT: &str = include_str!("../../../www/sandbox/sandbox.js");

/// How long the frame may take to say that it is up, in ms.
const FRAME_LIMIT: u32 = 20_000;

/// What comes out of a frame, unread.
pub(in crate::web) enum Came {
    /// A message.
    Message(JsValue),
    /// The frame can't be used any more; a sentence for people.
    Broken(&'static str),
}

/// A live frame; removed from the page when dropped.
#[derive(Debug)]
pub(in crate::web) struct Frame {
    element: HtmlIFrameElement,
    port: MessagePort,
    pulse: Rc<Pulse>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _listeners: [Listener; 2],
}

/// A frame that is not up yet; taken out of the page if its start is given up.
struct Pending(Option<HtmlIFrameElement>);

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(frame) = self.0.take() {
            frame.remove();
        }
    }
}

impl Frame {
    /// Brings up a frame and has its worker start, which waits then for what it starts Python from. `on_came` hears
    /// everything from then on.
    ///
    /// # Errors
    /// The frame doesn't come up in 20 s, mostly because of the page's own Content-Security-Policy.
    pub(in crate::web) async fn open(on_came: impl Fn(Came) + 'static) -> Result<Self, WebError> {
        let on_came = Rc::new(on_came);
        let name = crypto::random_name();
        let element = build_frame(&name).await?;
        let mut pending = Pending(Some(element.clone()));

        let loads = Cell::new(0);
        let came = on_came.clone();
        let on_load = listen(&element, "load", move |_: Event| {
            loads.set(loads.get() + 1);
            if loads.get() > 1 {
                came(Came::Broken("The Python sandbox left its page."));
            }
        });

        wait_until_up(&element, &name).await?;
        pending.0 = None;

        let refused =
            |thrown: JsValue| WebError::Browser { what: strings::start_sandbox().into(), why: js::message(&thrown) };
        let channel = MessageChannel::new().map_err(refused)?;
        let port = channel.port1();
        let came = on_came.clone();
        let pulse = Pulse::new(port.clone(), move || {
            came(Came::Broken("The browser has ended the Python sandbox, mostly because there is no more memory."));
        });
        pulse.watch(true);
        let (came, answers) = (on_came.clone(), pulse.clone());
        let on_message = Closure::new(move |event: MessageEvent| {
            let data = event.data();
            if !answers.takes(&data) {
                came(Came::Message(data));
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let on_error = listen(&port, "messageerror", move |_: Event| {
            on_came(Came::Broken("The Python sandbox sent something that can't be read."));
        });

        let frame = Self { element, port, pulse, _on_message: on_message, _listeners: [on_load, on_error] };
        let assets = js::object(&[("worker", WORKER.into()), ("scripts", scripts().into())]);
        let boot = js::object(&[("t", "boot".into()), ("assets", assets.into())]);
        let window = frame.element.content_window().ok_or(WebError::FrameSilent)?;
        window.post_message_with_transfer(&boot, "*", &js_sys::Array::of1(&channel.port2())).map_err(refused)?;
        Ok(frame)
    }

    /// Hands over the files that Python starts from, and how much memory it may take.
    ///
    /// # Errors
    /// As [`Frame::post`].
    pub(in crate::web) fn give(&self, core: &Core, max_pages: u32) -> Result<(), WebError> {
        self.post(&js::object(&[
            ("t", "core".into()),
            ("files", blobs(&core.files).into()),
            ("lock", core.lock_text.as_ref().into()),
            ("maxPages", max_pages.into()),
        ]))
    }

    /// Hands over the parts of a snapshot that it shall come out of, or make; or says that there is none.
    ///
    /// # Errors
    /// As [`Frame::post`].
    pub(in crate::web) fn give_snapshot(&self, parts: Option<js_sys::Object>) -> Result<(), WebError> {
        let parts = parts.map_or(JsValue::UNDEFINED, JsValue::from);
        self.post(&js::object(&[("t", "snapshot".into()), ("parts", parts)]))
    }

    /// Tells that the files and the parts are what they were: nothing of them runs before.
    ///
    /// # Errors
    /// As [`Frame::post`].
    pub(in crate::web) fn verified(&self) -> Result<(), WebError> {
        self.post(&js::object(&[("t", "verified".into())]))
    }

    /// Hands over the files of the snapshot, before any code.
    ///
    /// # Errors
    /// As [`Frame::post`].
    pub(in crate::web) fn give_site(&self, files: &Blob) -> Result<(), WebError> {
        self.post(&js::object(&[("t", "site".into()), ("blob", files.into())]))
    }

    /// Hands something to what is in the frame.
    ///
    /// # Errors
    /// The browser has no memory for it.
    pub(in crate::web) fn post(&self, message: &js_sys::Object) -> Result<(), WebError> {
        self.port
            .post_message(message)
            .map_err(|thrown| WebError::Browser { what: strings::talk_to_sandbox().into(), why: js::message(&thrown) })
    }

    /// Watches whether its process is still there, more closely while somebody waits for it, as is so in the beginning.
    pub(in crate::web) fn watch(&self, is_awaited: bool) {
        self.pulse.watch(is_awaited);
    }

    /// Whether its process is still there.
    pub(in crate::web) async fn is_there(&self) -> bool {
        self.pulse.is_there().await
    }

    pub(in crate::web) fn as_raw(&self) -> &HtmlIFrameElement {
        &self.element
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
        self.element.remove();
    }
}

/// What the worker runs before anything else, by name.
fn scripts() -> js_sys::Object {
    js::object(&SCRIPTS.map(|(name, text)| (name, text.into())))
}

/// The frame with all that confines it, not yet in the page (SECURITY.md 2.2).
async fn build_frame(name: &str) -> Result<HtmlIFrameElement, WebError> {
    let hash = crypto::sha256_base64(FRAME_SCRIPT).await?;
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{hash}' 'wasm-unsafe-eval' blob:; worker-src blob:; connect-src 'none'; \
         img-src 'none'; style-src 'none'; font-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'"
    );
    let refused = |thrown: JsValue| WebError::Browser { what: strings::make_frame().into(), why: js::message(&thrown) };
    let frame: HtmlIFrameElement = js::document().create_element("iframe").map_err(refused)?.unchecked_into();
    for (attribute, value) in [
        ("sandbox", "allow-scripts"),
        ("allow", "cross-origin-isolated"),
        ("referrerpolicy", "no-referrer"),
        ("name", name),
        ("title", "Python sandbox"),
        ("tabindex", "-1"),
        ("aria-hidden", "true"),
        ("hidden", ""),
        (
            "srcdoc",
            &format!(
                "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"><script>{FRAME_SCRIPT}</script>"
            ),
        ),
    ] {
        frame.set_attribute(attribute, value).map_err(refused)?;
    }
    Ok(frame)
}

/// Puts the frame into the page and waits for its one greeting.
async fn wait_until_up(frame: &HtmlIFrameElement, name: &str) -> Result<(), WebError> {
    let (expected, source) = (name.to_owned(), frame.clone());
    let mut listener = None;
    let greeting = js_sys::Promise::new(&mut |resolve, _| {
        let (expected, source) = (expected.clone(), source.clone());
        listener = Some(listen(&js::window(), "message", move |event: MessageEvent| {
            let from_frame = source.content_window().is_some_and(|window| {
                event.source().is_some_and(|sender| JsValue::from(sender) == JsValue::from(window))
            });
            let data = event.data();
            if from_frame
                && event.origin() == "null"
                && js::get_text(&data, "pyoxide").as_deref() == Some(&expected)
                && js::get_text(&data, "t").as_deref() == Some("up")
            {
                // A promise resolves once; further greetings are nothing.
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        }));
    });
    let body = js::document().body().ok_or(WebError::FrameSilent)?;
    body.append_child(frame)
        .map_err(|thrown| WebError::Browser { what: strings::show_frame().into(), why: js::message(&thrown) })?;
    let greeted = async {
        // It never fails.
        let _ = JsFuture::from(greeting).await;
        Ok(())
    };
    let late = async {
        TimeoutFuture::new(FRAME_LIMIT).await;
        Err(WebError::FrameSilent)
    };
    let up = first(greeted, late).await;
    drop(listener);
    up
}

/// Files by their names.
pub(in crate::web) fn blobs(files: &[(String, Blob)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (name, blob) in files {
        js::set(&object, name, blob);
    }
    object
}

/// The head and the payloads of a message of the worker, if it is one.
pub(in crate::web) fn buffers(data: &JsValue) -> Option<(Vec<u8>, Vec<js_sys::Uint8Array>)> {
    let items = data.dyn_ref::<js_sys::Array>()?;
    let mut buffers =
        items.iter().map(|item| item.dyn_ref::<js_sys::ArrayBuffer>().map(|it| js_sys::Uint8Array::new(it)));
    let head = buffers.next()??.to_vec();
    Some((head, buffers.collect::<Option<_>>()?))
}

/// The frame's word that it ended the worker, as a sentence.
pub(in crate::web) fn stopped(data: &JsValue) -> String {
    let why = js::get_text(data, "why").unwrap_or_else(|| "without saying why".into());
    format!("The Python sandbox was stopped ({why}).")
}
