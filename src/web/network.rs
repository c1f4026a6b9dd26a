//! Requests of code, made by the page for it: only to hosts that the page's owner has named, without cookies, tokens or
//! referrer, and to no other place by a redirect (SECURITY.md 2.2: the sandbox itself reaches nothing).

use super::fetch::{self, Ending};
use super::js;
use crate::executor::network::{Network, NetworkError};
use thiserror::Error;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReferrerPolicy, RequestRedirect, Response, Url};

/// Bytes of an answer that are handed to the code: a message to the sandbox holds no more.
const LONGEST: f64 = 30e6;
/// Requests of a kernel that may be open at a time; the sandbox keeps to fewer.
const MOST: usize = 8;

/// What the code asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Names it for the answer.
    pub id: u32,
    /// Where.
    pub url: String,
    /// `GET` and so on.
    pub method: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent, if something is.
    pub body: Option<JsValue>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum RequestError {
    #[error(transparent)]
    NotAllowed(#[from] NetworkError),
    #[error("{0:?} is no address that can be reached")]
    Address(String),
    #[error("more than 8 requests were open at once")]
    TooMany,
    #[error("a header or the method of the request is none: {0}")]
    Malformed(String),
    #[error(
        "{0} can't be read: it is not there, answers with a redirect, or doesn't allow pages of other sites to read it (CORS)"
    )]
    Unreachable(String),
    #[error("the answer of {0} broke off")]
    BrokenOff(String),
    #[error("the answer of {0} is larger than 30 MB")]
    TooLarge(String),
}

/// Room for a request beside so many others.
pub(super) fn slot(others: usize) -> Result<Ending, RequestError> {
    let made = if others < MOST { Ending::new().ok() } else { None };
    made.ok_or(RequestError::TooMany)
}

/// Makes a request, if it is allowed. What it returns is the sandbox's: the answer, or a sentence why there is none.
pub(super) async fn ask(network: &Network, asked: Asked, signal: Result<AbortSignal, RequestError>) -> js_sys::Object {
    let (t, id) = (("t", JsValue::from("fetched")), ("id", JsValue::from(asked.id)));
    match make(network, asked, signal).await {
        Ok([status, text, headers, url, body]) => js::object(&[
            t,
            id,
            ("status", status),
            ("statusText", text),
            ("headers", headers),
            ("url", url),
            ("body", body),
        ]),
        Err(error) => js::object(&[t, id, ("error", error.to_string().into())]),
    }
}

async fn make(
    network: &Network,
    asked: Asked,
    signal: Result<AbortSignal, RequestError>,
) -> Result<[JsValue; 5], RequestError> {
    let url = Url::new(&asked.url).map_err(|_| RequestError::Address(asked.url.clone()))?;
    network.may_reach(url.protocol().trim_end_matches(':'), &url.host())?;
    let signal = signal?;
    let place = format!("{}{}", url.origin(), url.pathname());
    let malformed = |thrown: JsValue| RequestError::Malformed(js::message(&thrown));
    let headers = asked.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let options = fetch::request(&asked.method, headers, asked.body.as_ref()).map_err(malformed)?;
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    options.set_redirect(RequestRedirect::Error);
    options.set_signal(Some(&signal));
    let answer = JsFuture::from(js::window().fetch_with_str_and_init(&url.href(), &options)).await;
    let response: Response = answer.map_err(|_| RequestError::Unreachable(place.clone()))?.unchecked_into();
    let parts = fetch::parts(&response, LONGEST, &|_| ()).await.map_err(|_| RequestError::BrokenOff(place.clone()))?;
    let body = parts.ok_or(RequestError::TooLarge(place))?;
    let pairs = js_sys::try_iter(&response.headers()).ok().flatten();
    let pairs: js_sys::Array = pairs.into_iter().flatten().flatten().collect();
    let body = joined(&body).buffer();
    Ok([response.status().into(), response.status_text().into(), pairs.into(), response.url().into(), body.into()])
}

fn joined(parts: &js_sys::Array) -> js_sys::Uint8Array {
    let length = parts.iter().map(|part| part.unchecked_into::<js_sys::Uint8Array>().length()).sum();
    let (all, mut at) = (js_sys::Uint8Array::new_with_length(length), 0);
    for part in parts.iter() {
        let part: js_sys::Uint8Array = part.unchecked_into();
        all.set(&part, at);
        at += part.length();
    }
    all
}
