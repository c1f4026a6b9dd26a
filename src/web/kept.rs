//! Files that outlast the page, in CacheStorage, which no sandbox reaches: a cache for the files of each kernel, so that
//! all of them go at once. The Origin Private File System would do as well; this needs no streams, and moves no bytes
//! through this module's memory.

use super::cache;
use super::error::WebError;
use super::js;
use super::wait::join_all;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, Cache, Request, Url};

const NAME: &str = "pyoxide-work-1";
/// A cache needs http addresses as keys; nothing is ever fetched from these.
const FOLDER: &str = "/__pyoxide/work/";

async fn open(owner: &str) -> Result<Cache, WebError> {
    cache::open(&named(owner)).await
}

fn named(owner: &str) -> String {
    format!("{NAME}:{owner}")
}

fn key(path: &str) -> String {
    format!("{FOLDER}{}", String::from(js_sys::encode_uri_component(path)))
}

/// All that is kept for this owner, by path.
///
/// # Errors
/// The browser keeps nothing for this page.
pub async fn all(owner: &str) -> Result<Vec<(String, Blob)>, WebError> {
    // To open one would make it.
    if !cache::is_there(&named(owner)).await? {
        return Ok(Vec::new());
    }
    let cache = open(owner).await?;
    let keys: js_sys::Array = JsFuture::from(cache.keys()).await.map_err(cache::refused)?.unchecked_into();
    let one = |request: JsValue| {
        let cache = cache.clone();
        async move {
            let request: Request = request.unchecked_into();
            let name = Url::new(&request.url()).ok()?.pathname().strip_prefix(FOLDER)?.to_owned();
            let path = js_sys::decode_uri_component(&name).ok()?.into();
            Some((path, cache::read(cache.match_with_request(&request)).await?))
        }
    };
    Ok(join_all(keys.iter().map(one)).await.into_iter().flatten().collect())
}

/// Keeps a file, or forgets it.
///
/// # Errors
/// The browser keeps nothing, or no more.
pub async fn set(owner: &str, path: &str, data: Option<&Blob>) -> Result<(), WebError> {
    let cache = open(owner).await?;
    let done = match data {
        Some(data) => cache.put_with_str(&key(path), &cache::response(data)?),
        None => cache.delete_with_str(&key(path)),
    };
    JsFuture::from(done).await.map_err(cache::refused)?;
    Ok(())
}

/// Asks the browser not to clear what is kept here when it needs room. It may ask the person, and may refuse.
pub fn persist() {
    thread_local! {
        static IS_ASKED: Cell<bool> = const { Cell::new(false) };
    }
    if IS_ASKED.replace(true) {
        return;
    }
    if let Ok(asked) = js::window().navigator().storage().persist() {
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}
