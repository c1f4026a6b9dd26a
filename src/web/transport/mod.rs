//! The way to a server: its socket and its REST interface. The client doesn't know which of these it is.

pub mod loopback;
pub mod replay;
pub mod socket_io;

use super::error::WebError;
use super::js;
use crate::ids::CallId;
use crate::state::client::{Asked, Socket as Heard};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// Something that takes time.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, WebError>>>>;

/// Hears what the socket does.
pub type Hear = Rc<dyn Fn(Heard)>;

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The server's origin.
    pub server: String,
    /// The session token, if signed in; it travels in headers and in the socket's handshake only.
    pub token: Option<String>,
}

/// A request to the REST interface (PROTOCOL.md 5).
pub enum Request {
    /// GET, JSON back.
    Get(String),
    /// POST of JSON, JSON back.
    Post(String, Value),
    /// POST of a file, JSON back.
    Upload {
        /// Where to.
        path: String,
        /// The file's name.
        name: String,
        /// Its media type.
        media_type: String,
        /// Its content.
        data: Arc<[u8]>,
        /// Hears how many bytes of how many are sent.
        on_sent: Box<dyn Fn(f64, f64)>,
    },
}

/// A way to a server.
pub trait Transport {
    /// Opens the socket; it opens itself again until [`Transport::disconnect`].
    ///
    /// # Errors
    /// It can't be tried at all. That it can't be reached is heard.
    fn connect(&self, access: Access, heartbeat_s: u32, hear: Hear) -> Pending<()>;
    /// Closes the socket.
    fn disconnect(&self);
    /// Sends an event; with `asked` its acknowledgement is heard.
    fn emit(&self, event: &str, body: &Value, asked: Option<Asked>);
    /// Answers a call with one JSON value. A second answer, or one to a call of an earlier connection, is dropped.
    fn ack(&self, call: &CallId, value: &Value);
    /// Makes a request.
    ///
    /// # Errors
    /// The server can't be reached, refuses, or answers something else.
    fn request(&self, access: Access, request: Request) -> Pending<Value>;
    /// The bytes of a path.
    ///
    /// # Errors
    /// As [`Transport::request`].
    fn content(&self, access: Access, path: String) -> Pending<Vec<u8>>;
}

/// An event as it is heard.
fn heard(envelope: &JsValue, call: Option<CallId>) -> Heard {
    match js::to_json(envelope) {
        Ok(value) => Heard::Event(value, call),
        Err(_) => Heard::Unreadable(call),
    }
}
