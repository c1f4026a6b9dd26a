//! An Open WebUI server: the official socket.io client (PROTOCOL.md 1), and REST by `fetch` (5).

use super::{Access, Hear, Pending, Request, Transport, heard};
use crate::ids::CallId;
use crate::state::client::{Asked, Socket as Heard};
use crate::web::error::WebError;
use crate::web::fetch::Api;
use crate::web::{blob, js, strings, upload, vendor};
use gloo_timers::callback::Interval;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Io;
    #[wasm_bindgen(method, getter)]
    fn id(this: &Io) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn connected(this: &Io) -> bool;
    #[wasm_bindgen(method)]
    fn on(this: &Io, event: &str, listener: &JsValue);
    #[wasm_bindgen(method)]
    fn emit(this: &Io, event: &str, body: &JsValue);
    #[wasm_bindgen(method, js_name = emit)]
    fn emit_with_ack(this: &Io, event: &str, body: &JsValue, ack: &JsValue);
    #[wasm_bindgen(method)]
    fn connect(this: &Io);
    #[wasm_bindgen(method)]
    fn disconnect(this: &Io);
    #[wasm_bindgen(method, js_name = removeAllListeners)]
    fn remove_all_listeners(this: &Io);
}

/// The way to a real server.
#[derive(Clone, Default)]
pub struct SocketIo(Rc<Inner>);

#[derive(Default)]
struct Inner {
    socket: RefCell<Option<Socket>>,
    /// Counts connections: what an earlier one brings is dropped.
    generation: Cell<u32>,
}

impl Transport for SocketIo {
    fn connect(&self, access: Access, heartbeat_s: u32, hear: Hear) -> Pending<()> {
        let inner = self.0.clone();
        inner.generation.set(inner.generation.get() + 1);
        let generation = inner.generation.get();
        Box::pin(async move {
            let weak = Rc::downgrade(&inner);
            let current = move |heard| {
                if weak.upgrade().is_some_and(|inner| inner.generation.get() == generation) {
                    hear(heard);
                }
            };
            let token = access.token.unwrap_or_default();
            let socket = Socket::open(&access.server, token, heartbeat_s, Rc::new(current)).await?;
            if inner.generation.get() == generation {
                inner.socket.replace(Some(socket));
            }
            Ok(())
        })
    }

    fn disconnect(&self) {
        self.0.generation.set(self.0.generation.get() + 1);
        self.0.socket.take();
    }

    fn emit(&self, event: &str, body: &Value, asked: Option<Asked>) {
        if let Some(socket) = self.0.socket.borrow().as_ref() {
            socket.emit(event, body, asked);
        }
    }

    fn ack(&self, call: &CallId, value: &Value) {
        if let Some(socket) = self.0.socket.borrow().as_ref() {
            socket.ack(call, value);
        }
    }

    fn request(&self, access: Access, request: Request) -> Pending<Value> {
        Box::pin(async move {
            let api = Api { server: &access.server, token: access.token.as_deref() };
            match request {
                Request::Get(path) => api.get(&path).await,
                Request::Post(path, body) => api.post(&path, &body).await,
                Request::Upload { path, name, media_type, data, on_sent } => {
                    upload::send(api, &path, &name, &blob::blob(&data, &media_type)?, on_sent).await
                }
            }
        })
    }

    fn content(&self, access: Access, path: String) -> Pending<Vec<u8>> {
        Box::pin(async move {
            let api = Api { server: &access.server, token: access.token.as_deref() };
            blob::bytes(&api.blob(&path).await?).await
        })
    }
}

thread_local! {
    /// Calls so far, of all connections: no two have the same id.
    static CALLS: Cell<u64> = const { Cell::new(1) };
}

/// Answers that the server waits for.
type Acks = Rc<RefCell<BTreeMap<CallId, js_sys::Function>>>;

/// An open socket, or one that is being opened again; closed when dropped.
struct Socket {
    io: Rc<Io>,
    acks: Acks,
    _heartbeat: Interval,
    hear: Hear,
    _closures: [Closure<dyn FnMut(JsValue, JsValue)>; 5],
}

impl Socket {
    /// Opens a socket with this token. It reconnects by itself, from 1 s to 5 s apart, until it is dropped.
    ///
    /// # Errors
    /// The socket.io client could not be loaded.
    async fn open(server: &str, token: String, heartbeat_s: u32, hear: Hear) -> Result<Self, WebError> {
        let module = vendor::import("socket.io.js").await?;
        let failed =
            |thrown: JsValue| WebError::Browser { what: strings::open_socket().into(), why: js::message(&thrown) };
        let io: js_sys::Function = js::get(&module, "io").dyn_into().map_err(failed)?;
        let options = js::object(&[
            ("path", "/ws/socket.io".into()),
            ("transports", js_sys::Array::of1(&"websocket".into()).into()),
            ("auth", js::object(&[("token", token.into())]).into()),
            ("reconnectionDelay", 1_000.into()),
            ("reconnectionDelayMax", 5_000.into()),
            ("randomizationFactor", 0.5.into()),
            ("forceNew", true.into()),
            ("autoConnect", false.into()),
        ]);
        let io: Rc<Io> =
            Rc::new(io.call2(&JsValue::UNDEFINED, &server.into(), &options).map_err(failed)?.unchecked_into());
        let acks = Acks::default();
        let closures = listen(&io, &acks, hear.clone());
        io.connect();
        let beating = io.clone();
        let heartbeat = Interval::new(heartbeat_s * 1_000, move || {
            // The library would keep it, and send all of them when the connection is back.
            if beating.connected() {
                beating.emit("heartbeat", &js_sys::Object::new());
            }
        });
        Ok(Self { io, acks, _heartbeat: heartbeat, hear, _closures: closures })
    }

    fn emit(&self, event: &str, body: &Value, asked: Option<Asked>) {
        // What is for a connection that is gone means nothing to the next.
        if !self.io.connected() {
            return;
        }
        match asked {
            None => self.io.emit(event, &js::from_json(body)),
            Some(asked) => {
                let hear = self.hear.clone();
                // One acknowledgement, or none when the connection is lost.
                let ack = Closure::once_into_js(move |value: JsValue| {
                    hear(Heard::Acked(asked, js::to_json(&value).unwrap_or_default()));
                });
                self.io.emit_with_ack(event, &js::from_json(body), &ack);
            }
        }
    }

    fn ack(&self, call: &CallId, value: &Value) {
        let answer = self.acks.borrow_mut().remove(call);
        if let Some(answer) = answer {
            // The library's own function: it queues a packet.
            let _ = answer.call1(&JsValue::UNDEFINED, &js::from_json(value));
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.io.remove_all_listeners();
        self.io.disconnect();
    }
}

fn listen(io: &Rc<Io>, acks: &Acks, hear: Hear) -> [Closure<dyn FnMut(JsValue, JsValue)>; 5] {
    let connected = {
        let (io, hear) = (Rc::downgrade(io), hear.clone());
        Closure::<dyn FnMut(JsValue, JsValue)>::new(move |_, _| {
            if let Some(id) = io.upgrade().and_then(|io| io.id()) {
                hear(Heard::Connected(id));
            }
        })
    };
    let lost = {
        let (io, hear, acks) = (Rc::downgrade(io), hear.clone(), acks.clone());
        Closure::<dyn FnMut(JsValue, JsValue)>::new(move |reason: JsValue, _| {
            acks.borrow_mut().clear();
            let reason = reason.as_string().unwrap_or_default();
            // The library doesn't come back by itself from this one (PROTOCOL.md 1.1).
            if reason == "io server disconnect"
                && let Some(io) = io.upgrade()
            {
                io.connect();
            }
            hear(Heard::Lost(reason));
        })
    };
    let failed = {
        let hear = hear.clone();
        Closure::<dyn FnMut(JsValue, JsValue)>::new(move |error: JsValue, _| hear(Heard::Lost(js::message(&error))))
    };
    let access = {
        let hear = hear.clone();
        Closure::<dyn FnMut(JsValue, JsValue)>::new(move |_, _| hear(Heard::AccessUpdated))
    };
    let event = {
        let acks = acks.clone();
        Closure::<dyn FnMut(JsValue, JsValue)>::new(move |envelope: JsValue, ack: JsValue| {
            let call = ack.dyn_into::<js_sys::Function>().ok().map(|ack| {
                let id = CallId(format!("call-{}", CALLS.replace(CALLS.get() + 1)));
                acks.borrow_mut().insert(id.clone(), ack);
                id
            });
            hear(heard(&envelope, call));
        })
    };
    io.on("connect", connected.as_ref());
    io.on("disconnect", lost.as_ref());
    io.on("connect_error", failed.as_ref());
    io.on("access:updated", access.as_ref());
    io.on("events", event.as_ref());
    [connected, lost, failed, access, event]
}
