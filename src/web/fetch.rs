//! HTTP by the browser's `fetch`.

use super::error::WebError;
use super::wait::first;
use super::{js, strings};
use gloo_timers::future::TimeoutFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Blob, Headers, RequestCredentials, RequestInit, Response};

/// How long nothing of a file may come before it is asked for again, in ms: a connection can go silent and never end. And
/// how often in that time it is looked whether something has come.
const SILENCE: u32 = 10_000;
const LOOKS: u32 = 4;
/// How often a file is asked for.
const TRIES: u32 = 3;

/// What a request is made with: never the person's cookies or a login of the browser's.
///
/// # Errors
/// What the browser throws for a header that is none.
pub(super) fn request<'a>(
    method: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: Option<&JsValue>,
) -> Result<RequestInit, JsValue> {
    let all = Headers::new()?;
    for (name, value) in headers {
        all.set(name, value)?;
    }
    let options = RequestInit::new();
    options.set_method(method);
    options.set_headers(&all);
    options.set_credentials(RequestCredentials::Omit);
    if let Some(body) = body {
        options.set_body(body);
    }
    Ok(options)
}

/// A request that can be ended; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Ending(AbortController);

impl Ending {
    pub(super) fn new() -> Result<Self, JsValue> {
        AbortController::new().map(Self)
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.0.signal()
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Fetches a static file. `on_size` hears its size once, if the server tells it, `on_bytes` how many bytes have come since
/// its last call; fewer than none if it has to be asked for again, because nothing more came for a while.
///
/// # Errors
/// [`WebError::Unreachable`], or [`WebError::Missing`] when the server has no such file, or [`WebError::Silent`].
pub async fn file(url: &str, name: &str, on_size: &dyn Fn(f64), on_bytes: &dyn Fn(f64)) -> Result<Blob, WebError> {
    let sized = Cell::new(false);
    let on_size = |size| {
        if !sized.replace(true) {
            on_size(size);
        }
    };
    for _ in 0..TRIES {
        let come = Cell::new(0.0);
        let on_more = |more| {
            come.set(come.get() + more);
            on_bytes(more);
        };
        let silence = async {
            let (mut before, mut looks) = (0.0, 0);
            // Who hasn't begun yet may have to find it first.
            while looks < if come.get() > 0.0 { LOOKS } else { 3 * LOOKS } {
                TimeoutFuture::new(SILENCE / LOOKS).await;
                looks = if come.get() > before { 0 } else { looks + 1 };
                before = come.get();
            }
            None
        };
        match first(async { Some(file_once(url, name, &on_size, &on_more).await) }, silence).await {
            Some(result) => return result,
            None => on_bytes(-come.get()),
        }
    }
    Err(WebError::Silent { file: name.to_owned() })
}

async fn file_once(url: &str, name: &str, on_size: &dyn Fn(f64), on_bytes: &dyn Fn(f64)) -> Result<Blob, WebError> {
    let lost = |thrown: JsValue| WebError::Unreachable { what: name.to_owned(), why: js::message(&thrown) };
    let (options, ending) = (RequestInit::new(), Ending::new().map_err(lost)?);
    options.set_signal(Some(&ending.signal()));
    let response = send(url, &options, name).await?;
    if !response.ok() {
        return Err(WebError::Missing { file: name.to_owned(), url: url.to_owned(), status: response.status() });
    }
    if let Some(size) = response.headers().get("content-length").ok().flatten().and_then(|size| size.parse().ok()) {
        on_size(size);
    }
    let parts = parts(&response, f64::INFINITY, on_bytes).await.map_err(lost)?;
    Blob::new_with_u8_array_sequence(&parts.unwrap_or_default()).map_err(lost)
}

/// The bytes of an answer in the pieces that they come in; nothing if there are more than `most`.
///
/// # Errors
/// What the browser throws when it breaks off.
pub(super) async fn parts(
    response: &Response,
    most: f64,
    on_bytes: &dyn Fn(f64),
) -> Result<Option<js_sys::Array>, JsValue> {
    let (parts, mut sum) = (js_sys::Array::new(), 0.0);
    let Some(body) = response.body() else { return Ok(Some(parts)) };
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if js::get(&chunk, "done").is_truthy() {
            return Ok(Some(parts));
        }
        let bytes: js_sys::Uint8Array = js::get(&chunk, "value").unchecked_into();
        on_bytes(f64::from(bytes.length()));
        sum += f64::from(bytes.length());
        if sum > most {
            // What is left is not fetched; it throws for streams that are closed.
            let _ = reader.cancel();
            return Ok(None);
        }
        parts.push(&bytes);
    }
}

/// Fetches a text, without the person's cookies.
///
/// # Errors
/// It can't be reached, or isn't there.
pub async fn text(url: &str) -> Result<String, WebError> {
    let options = RequestInit::new();
    options.set_credentials(RequestCredentials::Omit);
    let response = send(url, &options, url).await?;
    if !response.ok() {
        return Err(WebError::Refused {
            what: url.to_owned(),
            status: response.status(),
            detail: response.status_text(),
        });
    }
    body_text(&response)
        .await
        .map_err(|thrown| WebError::Unreachable { what: url.to_owned(), why: js::message(&thrown) })
}

/// A request to the REST interface of a server (PROTOCOL.md 5).
#[derive(Clone, Copy, Debug)]
pub struct Api<'a> {
    /// The server's origin.
    pub server: &'a str,
    /// The session token, if signed in; it travels in a header only.
    pub token: Option<&'a str>,
}

impl Api<'_> {
    /// GET, JSON back.
    ///
    /// # Errors
    /// The server can't be reached, refuses, or answers something else.
    pub async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, WebError> {
        let response = self.send("GET", path, None, None).await?;
        json(path, &response).await
    }

    /// POST of JSON, JSON back.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn post<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Result<T, WebError> {
        let text = serde_json::to_string(body)
            .map_err(|error| WebError::Unreadable { what: path.to_owned(), why: error.to_string() })?;
        let response = self.send("POST", path, Some(&text.into()), Some("application/json")).await?;
        json(path, &response).await
    }

    /// GET, bytes back.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn blob(self, path: &str) -> Result<Blob, WebError> {
        let response = self.send("GET", path, None, None).await?;
        let lost = |thrown: JsValue| WebError::Unreachable { what: path.to_owned(), why: js::message(&thrown) };
        Ok(JsFuture::from(response.blob().map_err(lost)?).await.map_err(lost)?.unchecked_into())
    }

    async fn send(
        self,
        method: &str,
        path: &str,
        body: Option<&JsValue>,
        content_type: Option<&str>,
    ) -> Result<Response, WebError> {
        let token = self.token.map(|token| format!("Bearer {token}"));
        let token = token.as_deref().map(|token| ("authorization", token));
        let headers = token.into_iter().chain(content_type.map(|kind| ("content-type", kind)));
        let options = request(method, headers, body).map_err(|_| WebError::Refused {
            what: strings::token().into(),
            status: 0,
            detail: strings::odd_token().into(),
        })?;
        let response = send(&format!("{}{path}", self.server), &options, self.server).await?;
        if response.ok() {
            return Ok(response);
        }
        Err(WebError::Refused { what: path.to_owned(), status: response.status(), detail: detail(&response).await })
    }
}

async fn send(url: &str, options: &RequestInit, what: &str) -> Result<Response, WebError> {
    let answer = JsFuture::from(js::window().fetch_with_str_and_init(url, options)).await;
    answer
        .map(JsCast::unchecked_into)
        .map_err(|thrown| WebError::Unreachable { what: what.to_owned(), why: js::message(&thrown) })
}

async fn body_text(response: &Response) -> Result<String, JsValue> {
    Ok(JsFuture::from(response.text()?).await?.as_string().unwrap_or_default())
}

async fn json<T: DeserializeOwned>(what: &str, response: &Response) -> Result<T, WebError> {
    let lost = |thrown: JsValue| WebError::Unreachable { what: what.to_owned(), why: js::message(&thrown) };
    let text = body_text(response).await.map_err(lost)?;
    serde_json::from_str(&text)
        .map_err(|error| WebError::Unreadable { what: strings::answer_to(&what), why: error.to_string() })
}

async fn detail(response: &Response) -> String {
    words(&body_text(response).await.unwrap_or_default()).unwrap_or_else(|| response.status_text())
}

/// The server's own words: `{"detail": "…"}`, a list of such (FastAPI), or nothing.
pub(super) fn words(body: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    match &value["detail"] {
        serde_json::Value::String(words) => Some(words.clone()),
        serde_json::Value::Array(items) => {
            Some(items.iter().filter_map(|item| item["msg"].as_str()).collect::<Vec<_>>().join("; "))
        }
        _ => None,
    }
}
