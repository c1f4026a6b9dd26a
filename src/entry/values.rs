//! The shapes that JavaScript sees; `types.d.ts` describes them.

use crate::protocol::execute::{Display, ErrorInfo, ExecuteReply, Output, ReplyStatus};
use crate::protocol::mime::MimeData;
use crate::web::js;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// Plain JavaScript of anything that serde can write: maps are objects.
pub fn plain(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// An output of a run.
pub fn output(output: &Output) -> JsValue {
    match output {
        Output::Stream { name, text } => {
            js::object(&[("type", "stream".into()), ("name", plain(name)), ("text", text.as_str().into())]).into()
        }
        Output::DisplayData(value) => display("display_data", value),
        Output::ExecuteResult(value) => display("execute_result", value),
        Output::Error(info) => error("error", info),
    }
}

/// A displayed value, as one of Jupyter's three message types.
pub fn display(kind: &str, display: &Display) -> JsValue {
    let data = js_sys::Object::new();
    for (media_type, value) in &display.data {
        js::set(&data, media_type, &mime(value));
    }
    let object = js::object(&[("type", kind.into()), ("data", data.into()), ("metadata", plain(&display.metadata))]);
    if let Some(id) = &display.display_id {
        js::set(&object, "displayId", &id.as_str().into());
    }
    object.into()
}

fn mime(data: &MimeData) -> JsValue {
    match data {
        MimeData::Text(text) => text.as_ref().into(),
        MimeData::Bytes(bytes) => js_sys::Uint8Array::from(bytes.as_ref()).into(),
    }
}

fn error(kind: &str, info: &ErrorInfo) -> JsValue {
    let object: js_sys::Object = plain(info).unchecked_into();
    js::set(&object, "type", &kind.into());
    object.into()
}

/// A file that a run left.
#[derive(Clone, Debug)]
pub struct RunFile {
    /// A name that says what it is.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub data: std::sync::Arc<[u8]>,
}

/// How a run ended.
pub fn reply(reply: &ExecuteReply, stdout: &str, stderr: &str, files: &[RunFile]) -> JsValue {
    let list: js_sys::Array = files
        .iter()
        .map(|file| {
            js::object(&[
                ("name", file.name.as_str().into()),
                ("type", file.media_type.into()),
                ("data", js_sys::Uint8Array::from(file.data.as_ref()).into()),
            ])
        })
        .collect();
    let object = js::object(&[
        ("status", plain(&reply.status)),
        ("executionCount", reply.execution_count.into()),
        ("stdout", stdout.into()),
        ("stderr", stderr.into()),
        ("result", plain(&reply.result)),
        ("files", list.into()),
    ]);
    if let (ReplyStatus::Error, Some(info)) = (reply.status, &reply.error) {
        js::set(&object, "error", &plain(info));
    }
    object.into()
}
