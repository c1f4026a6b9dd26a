//! Reads what came by the frame's port. The relay in the frame has looked at it before; it is foreign all the same.

use crate::web::js;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

/// Characters of a result's JSON.
const LONGEST: u32 = 1_000_000;
/// The highest number that every step up to it is a number, too (2^53).
const HIGHEST: f64 = 9_007_199_254_740_992.0;

/// What a message says.
pub(super) enum Said {
    /// The code is about to run.
    Up,
    /// It asks for something.
    Capability { id: u64, name: Value, args: Value, data: Option<Vec<u8>> },
    /// It is over.
    Done(Result<Value, String>),
}

/// None for what is no message.
pub(super) fn read(data: &JsValue) -> Option<Said> {
    match js::get_text(data, "t")?.as_str() {
        "up" => Some(Said::Up),
        "done" => Some(Said::Done(result(data))),
        "cap" => capability(data),
        _ => None,
    }
}

fn result(data: &JsValue) -> Result<Value, String> {
    if let Some(error) = js::get_text(data, "error") {
        return Err(error);
    }
    let text = js::get(data, "text").dyn_into::<js_sys::JsString>().map_err(|_| "the code gave no result")?;
    if text.length() > LONGEST {
        return Err("result too large".to_owned());
    }
    serde_json::from_str(&String::from(text)).map_err(|_| "the result could not be read".to_owned())
}

fn capability(data: &JsValue) -> Option<Said> {
    let mut head = serde_json::from_str::<Value>(&js::get_text(data, "head")?).ok()?;
    let id = js::get(data, "id").as_f64().filter(|id| id.fract() == 0.0 && (0.0..HIGHEST).contains(id))?;
    let mut part = |name: &str| head.get_mut(name).map(Value::take).unwrap_or_default();
    let (name, args) = (part("name"), part("args"));
    let bytes = js::get(data, "bytes");
    let data = bytes.dyn_ref::<js_sys::ArrayBuffer>().map(|bytes| js_sys::Uint8Array::new(bytes).to_vec());
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    let id = id as u64;
    Some(Said::Capability { id, name, args, data })
}
