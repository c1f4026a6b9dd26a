//! The socket of an Open WebUI server, by the official socket.io client (PROTOCOL.md 1).

use super::error::WebError;
use super::{js, vendor};
use crate::ids::CallId;
use crate::state::client::Socket as Heard;
use gloo_timers::callback::Interval;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Io;
    #[wasm_bindgen(method, getter)]
    fn id(this: &Io) -> Option<String>;
    #[wasm_bindgen(method)]
    fn on(this: &Io, event: &str, listener: &JsValue);
    #[wasm_bindgen(method)]
    fn emit(this: &Io, event: &str, body: &JsValue);
    #[wasm_bindgen(method)]
    fn connect(this: &Io);
    #[wasm_bindgen(method)]
    fn disconnect(this: &Io);
    #[wasm_bindgen(method, js_name = removeAllListeners)]
    fn remove_all_listeners(this: &Io);
}

/// Answers that the server waits for.
type Acks = Rc<RefCell<BTreeMap<CallId, js_sys::Function>>>;

/// An open socket, or one that is being opened again; closed when dropped.
pub struct Socket {
    io: Rc<Io>,
    acks: Acks,
    _heartbeat: Interval,
    _closures: [Closure<dyn FnMut(JsValue, JsValue)>; 4],
}

impl Socket {
    /// Opens a socket with this token. It reconnects by itself, from 1 s to 5 s apart, until it is dropped.
    ///
    /// # Errors
    /// The socket.io client could not be loaded.
    pub async fn open(
        server: &str,
        token: String,
        heartbeat_s: u32,
        hear: impl Fn(Heard) + 'static,
    ) -> Result<Self, WebError> {
        let module = vendor::import("socket.io.js").await?;
        let failed = |thrown: JsValue| WebError::Browser { what: "open a socket".into(), why: js::message(&thrown) };
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
        let closures = listen(&io, &acks, Rc::new(hear));
        io.connect();
        let beating = io.clone();
        let heartbeat = Interval::new(heartbeat_s * 1_000, move || beating.emit("heartbeat", &js_sys::Object::new()));
        Ok(Self { io, acks, _heartbeat: heartbeat, _closures: closures })
    }

    /// Sends an event that wants no answer.
    pub fn emit(&self, event: &str, body: &Value) {
        self.io.emit(event, &plain(body));
    }

    /// Answers a call, with one JSON value. A second answer, or one to a call of an earlier connection, is dropped.
    pub fn ack(&self, call: &CallId, value: &Value) {
        let answer = self.acks.borrow_mut().remove(call);
        if let Some(answer) = answer {
            // The library's own function: it queues a packet.
            let _ = answer.call1(&JsValue::UNDEFINED, &plain(value));
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.io.remove_all_listeners();
        self.io.disconnect();
    }
}

fn listen(io: &Rc<Io>, acks: &Acks, hear: Rc<dyn Fn(Heard)>) -> [Closure<dyn FnMut(JsValue, JsValue)>; 4] {
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
    let event = {
        let (acks, count) = (acks.clone(), RefCell::new(0u64));
        Closure::<dyn FnMut(JsValue, JsValue)>::new(move |envelope: JsValue, ack: JsValue| {
            let call = ack.dyn_into::<js_sys::Function>().ok().map(|ack| {
                *count.borrow_mut() += 1;
                let id = CallId(format!("call-{}", count.borrow()));
                acks.borrow_mut().insert(id.clone(), ack);
                id
            });
            hear(Heard::Event(read(&envelope), call));
        })
    };
    io.on("connect", connected.as_ref());
    io.on("disconnect", lost.as_ref());
    io.on("connect_error", failed.as_ref());
    io.on("events", event.as_ref());
    [connected, lost, failed, event]
}

/// JSON of the server; null for what is none, or is nested too deeply for us.
fn read(value: &JsValue) -> Value {
    js_sys::JSON::stringify(value)
        .ok()
        .and_then(|text| serde_json::from_str(&String::from(text)).ok())
        .unwrap_or_default()
}

fn plain(value: &Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}
