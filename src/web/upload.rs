//! Uploads by `XMLHttpRequest`: `fetch` doesn't tell how far it is.

use super::error::WebError;
use super::fetch::{Api, words};
use super::listen::listen;
use super::{js, strings};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FormData, ProgressEvent, XmlHttpRequest};

/// POSTs a file as the field `file` of a form, JSON back. `on_sent` hears how many bytes of how many are sent.
///
/// # Errors
/// The server can't be reached, refuses, or answers something else.
pub async fn send(
    api: Api<'_>,
    path: &str,
    name: &str,
    bytes: &Blob,
    on_sent: Box<dyn Fn(f64, f64)>,
) -> Result<Value, WebError> {
    let refused =
        |thrown: JsValue| WebError::Browser { what: strings::upload_file().into(), why: js::message(&thrown) };
    let form = FormData::new().map_err(refused)?;
    form.append_with_blob_and_filename("file", bytes, name).map_err(refused)?;
    let request = XmlHttpRequest::new().map_err(refused)?;
    request.open("POST", &format!("{}{path}", api.server)).map_err(refused)?;
    if let Some(token) = api.token {
        request.set_request_header("authorization", &format!("Bearer {token}")).map_err(refused)?;
    }
    let sent = request.upload().map_err(refused)?;
    let _progress = listen(&sent, "progress", move |event: ProgressEvent| on_sent(event.loaded(), event.total()));
    let mut listener = None;
    let ended = js_sys::Promise::new(&mut |resolve, _| {
        // It comes after load, error, abort and timeout alike.
        listener = Some(listen(&request, "loadend", move |_: web_sys::Event| {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }));
    });
    request.send_with_opt_form_data(Some(&form)).map_err(refused)?;
    JsFuture::from(ended).await.map_err(refused)?;
    drop(listener);
    let status = request.status().unwrap_or_default();
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match status {
        0 => Err(WebError::Unreachable { what: api.server.to_owned(), why: strings::upload_broke_off().into() }),
        200..=299 => serde_json::from_str(&text)
            .map_err(|error| WebError::Unreadable { what: strings::answer_to(&path), why: error.to_string() }),
        _ => Err(WebError::Refused { what: path.to_owned(), status, detail: words(&text).unwrap_or_default() }),
    }
}
