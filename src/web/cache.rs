//! Bytes kept in the page's CacheStorage under their sha256. The sandbox can't reach it.
//!
//! A browser that keeps nothing is slower and not offline, but works: reading then finds nothing.

use super::error::WebError;
use super::{js, strings};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, Response};

const NAME: &str = "pyoxide-files-1";

pub(super) fn refused(thrown: JsValue) -> WebError {
    match js::get_text(&thrown, "name").as_deref() {
        Some("QuotaExceededError") => WebError::Full,
        _ => WebError::Browser { what: strings::keep_files().into(), why: js::message(&thrown) },
    }
}

/// The cache of this name.
///
/// # Errors
/// The browser keeps nothing for this page.
pub(super) async fn open(name: &str) -> Result<Cache, WebError> {
    Ok(JsFuture::from(caches()?.open(name)).await.map_err(refused)?.unchecked_into())
}

/// Whether there is a cache of this name.
///
/// # Errors
/// The browser keeps nothing for this page.
pub(super) async fn is_there(name: &str) -> Result<bool, WebError> {
    Ok(JsFuture::from(caches()?.has(name)).await.map_err(refused)?.is_truthy())
}

fn caches() -> Result<CacheStorage, WebError> {
    let caches = js::window().caches().map_err(refused)?;
    if JsValue::from(&caches).is_undefined() { Err(WebError::Insecure) } else { Ok(caches) }
}

/// A cache needs http addresses as keys; nothing is ever fetched from this one.
fn key(sha256: &str) -> String {
    format!("/__pyoxide/sha256/{sha256}")
}

/// The bytes of this checksum, if they are kept. They still have to be checked.
pub async fn get(sha256: &str) -> Option<Blob> {
    read(open(NAME).await.ok()?.match_with_str(&key(sha256))).await
}

/// The bytes of what was found, if something was.
pub(super) async fn read(found: js_sys::Promise) -> Option<Blob> {
    let response: Response = JsFuture::from(found).await.ok()?.dyn_into().ok()?;
    JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()
}

/// Whether bytes of this checksum are kept.
pub async fn has(sha256: &str) -> bool {
    match open(NAME).await {
        Ok(cache) => JsFuture::from(cache.match_with_str(&key(sha256))).await.is_ok_and(|found| !found.is_undefined()),
        Err(_) => false,
    }
}

/// What a cache takes.
pub(super) fn response(bytes: &Blob) -> Result<Response, WebError> {
    Response::new_with_opt_blob(Some(bytes)).map_err(refused)
}

/// Keeps bytes that have been checked.
///
/// # Errors
/// The browser keeps nothing, or no more.
pub async fn put(sha256: &str, bytes: &Blob) -> Result<(), WebError> {
    JsFuture::from(open(NAME).await?.put_with_str(&key(sha256), &response(bytes)?)).await.map_err(refused)?;
    Ok(())
}

/// Forgets bytes that turned out to be wrong.
pub async fn remove(sha256: &str) {
    if let Ok(cache) = open(NAME).await {
        // What can't be removed is fetched again and overwritten.
        let _ = JsFuture::from(cache.delete_with_str(&key(sha256))).await;
    }
}
