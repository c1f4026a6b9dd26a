//! A server that is the host page itself: it brings its own events and answers requests as far as it likes.

use super::{Access, Hear, Pending, Request, Transport, heard};
use crate::ids::CallId;
use crate::state::client::{Asked, Socket as Heard};
use crate::web::error::WebError;
use crate::web::js;
use js_sys::{Function, Promise, Uint8Array};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The way to the host page. Clones are handles to the same one.
#[derive(Clone)]
pub struct Loopback(Rc<Inner>);

struct Inner {
    /// `request(method, path, body)` and `emit(event, body)`, both optional.
    host: JsValue,
    hear: RefCell<Option<Hear>>,
    acks: RefCell<BTreeMap<CallId, Function>>,
    calls: Cell<u64>,
}

impl Loopback {
    /// A way to a host: an object with the functions `request` and `emit`, as far as it wants to hear of them.
    pub fn new(host: JsValue) -> Self {
        Self(Rc::new(Inner { host, hear: RefCell::default(), acks: RefCell::default(), calls: Cell::default() }))
    }

    fn tell(&self, what: Heard) {
        let hear = self.0.hear.borrow().clone();
        if let Some(hear) = hear {
            hear(what);
        }
    }

    /// The host's socket is open, under this session id.
    pub fn connected(&self, session: String) {
        self.tell(Heard::Connected(session));
    }

    /// The host's socket is closed.
    pub fn lost(&self, reason: String) {
        self.0.acks.borrow_mut().clear();
        self.tell(Heard::Lost(reason));
    }

    /// An event; `ack`, if it is a function, takes the answer.
    pub fn event(&self, envelope: &JsValue, ack: &JsValue) {
        if self.0.hear.borrow().is_none() {
            if let Some(ack) = ack.dyn_ref::<Function>() {
                report(
                    ack.call1(&JsValue::UNDEFINED, &js::from_json(&json!({"error": "The client is not connected."}))),
                );
            }
            return;
        }
        let call = ack.dyn_ref::<Function>().map(|ack| {
            self.0.calls.set(self.0.calls.get() + 1);
            let id = CallId(format!("call-{}", self.0.calls.get()));
            self.0.acks.borrow_mut().insert(id.clone(), ack.clone());
            id
        });
        self.tell(heard(envelope, call));
    }

    /// Asks the host; nothing if it doesn't answer requests, or not this one.
    async fn ask(self, method: &str, path: &str, body: JsValue) -> Result<Option<JsValue>, WebError> {
        let Ok(request) = js::get(&self.0.host, "request").dyn_into::<Function>() else { return Ok(None) };
        let failed = |thrown: JsValue| WebError::Unreachable { what: path.to_owned(), why: js::message(&thrown) };
        let answer = request.call3(&self.0.host, &method.into(), &path.into(), &body).map_err(failed)?;
        let answer = JsFuture::from(Promise::resolve(&answer)).await.map_err(failed)?;
        if !answer.is_object() {
            return Ok(None);
        }
        let status = js::get(&answer, "status").as_f64().unwrap_or(200.0);
        let body = js::get(&answer, "body");
        if (200.0..300.0).contains(&status) {
            return Ok(Some(body));
        }
        let detail = js::get_text(&body, "detail").unwrap_or_default();
        // A status is what HTTP has: three digits.
        Err(WebError::Refused { what: path.to_owned(), status: status.clamp(0.0, 999.0) as u16, detail })
    }
}

impl Transport for Loopback {
    fn connect(&self, _: Access, _: u32, hear: Hear) -> Pending<()> {
        self.0.hear.replace(Some(hear));
        let loopback = self.clone();
        Box::pin(async move {
            // A host that says nothing of its socket has one that is open.
            if !js::get(&loopback.0.host, "manual").is_truthy() {
                loopback.connected("loopback".into());
            }
            Ok(())
        })
    }

    fn disconnect(&self) {
        self.0.hear.take();
        for (_, ack) in self.0.acks.take() {
            report(ack.call1(&JsValue::UNDEFINED, &js::from_json(&json!({"error": "The client was disconnected."}))));
        }
    }

    fn emit(&self, event: &str, body: &Value, asked: Option<Asked>) {
        if let Ok(emit) = js::get(&self.0.host, "emit").dyn_into::<Function>() {
            report(emit.call2(&self.0.host, &event.into(), &js::from_json(body)));
        }
        if let Some(asked) = asked {
            self.tell(Heard::Acked(asked, json!(true)));
        }
    }

    fn ack(&self, call: &CallId, value: &Value) {
        let answer = self.0.acks.borrow_mut().remove(call);
        if let Some(answer) = answer {
            report(answer.call1(&JsValue::UNDEFINED, &js::from_json(value)));
        }
    }

    fn request(&self, _: Access, request: Request) -> Pending<Value> {
        let loopback = self.clone();
        Box::pin(async move {
            let (method, path, body) = match &request {
                Request::Get(path) => ("GET", path, JsValue::UNDEFINED),
                Request::Post(path, body) => ("POST", path, js::from_json(body)),
                Request::Upload { path, name, media_type, data, .. } => {
                    let file = [
                        ("name", name.into()),
                        ("type", media_type.into()),
                        ("data", Uint8Array::from(&**data).into()),
                    ];
                    ("POST", path, js::object(&file).into())
                }
            };
            match loopback.ask(method, path, body).await? {
                Some(answer) => Ok(js::to_json(&answer).unwrap_or_default()),
                None => default(path),
            }
        })
    }

    fn content(&self, _: Access, path: String) -> Pending<Vec<u8>> {
        let loopback = self.clone();
        Box::pin(async move {
            let answer = loopback.ask("GET", &path, JsValue::UNDEFINED).await?;
            let bytes = answer.and_then(|answer| answer.dyn_into::<Uint8Array>().ok());
            bytes.map(|bytes| bytes.to_vec()).ok_or(WebError::Refused {
                what: path,
                status: 404,
                detail: String::new(),
            })
        })
    }
}

/// The host's own error is the host's to see: where an uncaught one is seen.
fn report(result: Result<JsValue, JsValue>) {
    if let Err(thrown) = result
        && let Ok(report) = js::get(&js::window(), "reportError").dyn_into::<Function>()
    {
        let _ = report.call1(&JsValue::UNDEFINED, &thrown);
    }
}

/// What the page needs to come up, when the host doesn't say it.
pub(super) fn default(path: &str) -> Result<Value, WebError> {
    let route = path.split('?').next().unwrap_or_default();
    Ok(match route {
        "/api/config" => json!({"version": "loopback", "features": {"enable_code_interpreter": true}}),
        "/api/v1/auths/" => json!({"id": "you", "name": "You", "role": "user"}),
        "/api/models" => json!({"data": [{"id": "host", "name": "This page"}]}),
        "/api/v1/tools/" | "/api/v1/chats/" => json!([]),
        "/api/v1/users/user/settings" => json!({}),
        _ => {
            return Err(WebError::Refused {
                what: path.to_owned(),
                status: 404,
                detail: "the host page has no such thing".into(),
            });
        }
    })
}
