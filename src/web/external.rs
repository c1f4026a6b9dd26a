//! Requests to services that are no part of the server (PROTOCOL.md 2.6).

use super::{fetch, js, strings};
use crate::state::direct::{External, ExternalReply, Shape};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

/// Bytes of an answer that are kept: it has to go back through the socket.
const LONGEST: usize = 15 << 20;

/// Makes a request. Where lines are wanted and the service agrees, it returns at the headers, with the rest of the
/// answer in the response.
///
/// # Errors
/// A sentence.
pub async fn ask(request: &External) -> Result<(ExternalReply, Option<Response>), String> {
    let failed = |thrown: JsValue| strings::service_unreachable(&js::message(&thrown));
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = request.body.as_deref().map(JsValue::from);
    let options = fetch::request(&request.method, headers, body.as_ref()).map_err(failed)?;
    let answer = JsFuture::from(js::window().fetch_with_str_and_init(&request.url, &options)).await.map_err(failed)?;
    let response: Response = answer.unchecked_into();
    let status = response.status();
    let headers = read_headers(&response);
    if matches!(request.shape, Shape::Lines(_)) && response.ok() {
        return Ok((ExternalReply { status, headers, body: Value::Null }, Some(response)));
    }
    let bytes = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    let bytes = js_sys::Uint8Array::new(&bytes).to_vec();
    if bytes.len() > LONGEST {
        return Err(strings::service_answer_too_large().to_owned());
    }
    let media_type = headers["content-type"].as_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let body = match (serde_json::from_slice::<Value>(&bytes), String::from_utf8(bytes)) {
        (Ok(value), _) => value,
        (Err(_), Ok(text)) if media_type.is_empty() || media_type.starts_with("text/") => json!(text),
        (Err(_), Ok(text)) => json!(format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(text))),
        (Err(_), Err(bytes)) => json!(format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(bytes.as_bytes()))),
    };
    Ok((ExternalReply { status, headers, body }, None))
}

fn read_headers(response: &Response) -> Value {
    let mut all = Map::new();
    let entries = js_sys::try_iter(&response.headers()).ok().flatten();
    for entry in entries.into_iter().flatten().flatten() {
        let pair: js_sys::Array = entry.unchecked_into();
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            all.insert(name.to_lowercase(), json!(value));
        }
    }
    all.into()
}

/// Reads the lines of an answer, blank ones left out; a line may come in pieces.
///
/// # Errors
/// The connection broke off; what had come was told.
pub async fn lines(response: Response, on_line: impl Fn(&str)) -> Result<(), String> {
    let failed = |thrown: JsValue| format!("The service broke off ({}).", js::message(&thrown));
    let Some(body) = response.body() else { return Ok(()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(failed)?;
        if js::get(&chunk, "done").is_truthy() {
            break;
        }
        rest.extend(js::get(&chunk, "value").unchecked_into::<js_sys::Uint8Array>().to_vec());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            tell(&line, &on_line);
        }
        if rest.len() > LONGEST {
            return Err("The service sent a line of more than 15 MB.".into());
        }
    }
    tell(&rest, &on_line);
    Ok(())
}

fn tell(line: &[u8], on_line: &impl Fn(&str)) {
    let line = String::from_utf8_lossy(line);
    if !line.trim().is_empty() {
        on_line(line.trim_end_matches(['\r', '\n']));
    }
}
