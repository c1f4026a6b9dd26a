//! The opaque-origin frame that holds the Python worker (SECURITY.md 2). Built before it enters the DOM,
//! never changed, removed on drop; the page talks to it by one port only.

use super::assets::Core;
use super::error::WebError;
use super::listen::{Listener, listen};
use super::{crypto, js};
use crate::executor::pyodide::Outgoing;
use crate::protocol::execute::ExecuteRequest;
use crate::protocol::worker::WorkerMessage;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Event, HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

const FRAME_SCRIPT: &str = include_str!("../../www/sandbox/sandbox.js");
const WORKER: &str = include_str!("../../www/sandbox/worker.js");

macro_rules! scripts {
    ($($name:literal in $folder:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../www/", $folder, "/", $name)))),*]
    };
}

/// What the worker loads, by name: its own modules, and the Python package `pyoxide`.
const SCRIPTS: [(&str, &str); 11] = scripts![
    "lockdown.js" in "sandbox",
    "output.js" in "sandbox",
    "bridge.py" in "py",
    "display.py" in "py",
    "errors.py" in "py",
    "figures.py" in "py",
    "ipython.py" in "py",
    "kernel.py" in "py",
    "packages.py" in "py",
    "results.py" in "py",
    "streams.py" in "py",
];

/// How long the frame may take to say that it is up, in ms.
const FRAME_LIMIT: u32 = 20_000;

/// What the sandbox says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A message of the worker.
    Worker(WorkerMessage),
    /// The sandbox can't be used any more; a sentence for people.
    Broken(String),
}

/// A live frame; removed from the page when dropped.
#[derive(Debug)]
pub struct Sandbox {
    frame: HtmlIFrameElement,
    port: MessagePort,
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

impl Sandbox {
    /// Brings up a frame and starts Python in it. `on_said` hears everything from then on, `ready` first.
    ///
    /// # Errors
    /// The frame doesn't come up in 20 s, mostly because of the page's own Content-Security-Policy.
    pub async fn open(core: &Core, max_pages: u32, on_said: impl Fn(Said) + 'static) -> Result<Self, WebError> {
        let on_said = Rc::new(on_said);
        let name = crypto::random_name();
        let frame = build_frame(&name).await?;
        let mut pending = Pending(Some(frame.clone()));

        let loads = Cell::new(0);
        let said = on_said.clone();
        let on_load = listen(&frame, "load", move |_: Event| {
            loads.set(loads.get() + 1);
            if loads.get() > 1 {
                said(Said::Broken("The Python sandbox left its page.".into()));
            }
        });

        wait_until_up(&frame, &name).await?;
        pending.0 = None;

        let refused =
            |thrown: JsValue| WebError::Browser { what: "start the sandbox".into(), why: js::message(&thrown) };
        let channel = MessageChannel::new().map_err(refused)?;
        let port = channel.port1();
        let said = on_said.clone();
        let on_message = Closure::new(move |event: MessageEvent| said(read(&event.data())));
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let on_error = listen(&port, "messageerror", move |_: Event| {
            on_said(Said::Broken("The Python sandbox sent something that can't be read.".into()));
        });

        let sandbox = Self { frame, port, _on_message: on_message, _listeners: [on_load, on_error] };
        let boot = js::object(&[("t", "boot".into()), ("assets", assets(core, max_pages).into())]);
        let window = sandbox.frame.content_window().ok_or(WebError::FrameSilent)?;
        window.post_message_with_transfer(&boot, "*", &js_sys::Array::of1(&channel.port2())).map_err(refused)?;
        Ok(sandbox)
    }

    /// Hands over everything but an installation, which needs its wheels: see [`Sandbox::install`].
    ///
    /// # Errors
    /// The browser has no memory for it.
    pub fn send(&self, message: &Outgoing) -> Result<(), WebError> {
        let message = match message {
            Outgoing::Exec(request) => exec(request)?,
            Outgoing::Interrupt => js::object(&[("t", "interrupt".into())]),
            Outgoing::Stdin(line) => {
                js::object(&[("t", "stdin".into()), ("line", line.as_deref().map_or(JsValue::NULL, JsValue::from))])
            }
            Outgoing::Install { id, .. } => return self.install(id.as_str(), &[], &[]),
        };
        self.post(&message)
    }

    /// Hands over wheels to install for a run, or none.
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn install(&self, run: &str, names: &[String], wheels: &[(String, Blob)]) -> Result<(), WebError> {
        let names: js_sys::Array = names.iter().map(|name| JsValue::from(name.as_str())).collect();
        self.post(&js::object(&[
            ("t", "install".into()),
            ("id", run.into()),
            ("names", names.into()),
            ("files", blobs(wheels).into()),
        ]))
    }

    fn post(&self, message: &js_sys::Object) -> Result<(), WebError> {
        self.port
            .post_message(message)
            .map_err(|thrown| WebError::Browser { what: "talk to the sandbox".into(), why: js::message(&thrown) })
    }

    /// The frame element, for tests of its attributes.
    pub fn as_raw(&self) -> &HtmlIFrameElement {
        &self.frame
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
        self.frame.remove();
    }
}

/// The frame with all that confines it, not yet in the page (SECURITY.md 2.2).
async fn build_frame(name: &str) -> Result<HtmlIFrameElement, WebError> {
    let hash = crypto::sha256_base64(FRAME_SCRIPT).await?;
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{hash}' 'wasm-unsafe-eval' blob:; worker-src blob:; connect-src 'none'; \
         img-src 'none'; style-src 'none'; font-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'"
    );
    let refused = |thrown: JsValue| WebError::Browser { what: "make a frame".into(), why: js::message(&thrown) };
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
        .map_err(|thrown| WebError::Browser { what: "show a frame".into(), why: js::message(&thrown) })?;
    let timeout = gloo_timers::future::TimeoutFuture::new(FRAME_LIMIT);
    let up = first(JsFuture::from(greeting), timeout).await;
    drop(listener);
    if up { Ok(()) } else { Err(WebError::FrameSilent) }
}

/// Whether the first future was done before the second.
async fn first(wanted: impl Future, limit: impl Future) -> bool {
    let (mut wanted, mut limit) = (std::pin::pin!(wanted), std::pin::pin!(limit));
    std::future::poll_fn(move |context| {
        if wanted.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(true);
        }
        limit.as_mut().poll(context).map(|_| false)
    })
    .await
}

fn assets(core: &Core, max_pages: u32) -> js_sys::Object {
    js::object(&[
        ("worker", WORKER.into()),
        ("scripts", js::object(&SCRIPTS.map(|(name, text)| (name, text.into()))).into()),
        ("lock", core.lock_text.as_ref().into()),
        ("files", blobs(&core.files).into()),
        ("packages", js_sys::Array::new().into()),
        ("maxPages", max_pages.into()),
    ])
}

fn blobs(files: &[(String, Blob)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (name, blob) in files {
        js::set(&object, name, blob);
    }
    object
}

fn exec(request: &ExecuteRequest) -> Result<js_sys::Object, WebError> {
    let files = js_sys::Array::new();
    for file in &request.files {
        let blob = super::blob::blob(&file.data, "application/octet-stream")?;
        files.push(&js::object(&[("name", file.name.as_str().into()), ("data", blob.into())]));
    }
    let limits = js::object(&[
        ("output", request.limits.output.into()),
        ("result", request.limits.result.into()),
        ("figures", request.limits.figures.into()),
    ]);
    Ok(js::object(&[
        ("t", "exec".into()),
        ("id", request.id.as_str().into()),
        ("code", request.code.as_str().into()),
        ("files", files.into()),
        ("limits", limits.into()),
        ("dpr", js::window().device_pixel_ratio().into()),
    ]))
}

/// Reads what came by the port: buffers relayed from the worker, or the frame's word that it ended it.
fn read(data: &JsValue) -> Said {
    if let Some(items) = data.dyn_ref::<js_sys::Array>() {
        let mut buffers = items
            .iter()
            .map(|item| item.dyn_ref::<js_sys::ArrayBuffer>().map(|buffer| js_sys::Uint8Array::new(buffer).to_vec()));
        let message = buffers
            .next()
            .flatten()
            .zip(buffers.collect::<Option<Vec<_>>>())
            .and_then(|(head, payloads)| WorkerMessage::parse(&head, payloads));
        return match message {
            Some(message) => Said::Worker(message),
            None => Said::Broken("The Python sandbox sent something that is no message.".into()),
        };
    }
    let why = js::get_text(data, "why").unwrap_or_else(|| "without saying why".into());
    Said::Broken(format!("The Python sandbox was stopped ({why})."))
}
