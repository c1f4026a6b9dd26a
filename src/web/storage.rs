//! Short texts that the browser keeps for this page, by `localStorage`: it answers at once, so that a page which
//! goes away can still write.

use super::js;
use super::listen::{Listener, listen};
use thiserror::Error;
use wasm_bindgen::prelude::*;

/// Why the browser keeps nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StorageError {
    /// There is no storage for this page: private window, settings, or a frame on another site.
    #[error("This browser keeps nothing for this page.")]
    Unavailable,
    /// There is no room left.
    #[error("This browser has no room left for this page.")]
    Full,
}

fn storage() -> Result<web_sys::Storage, StorageError> {
    js::window().local_storage().ok().flatten().ok_or(StorageError::Unavailable)
}

/// What is kept under this key.
///
/// # Errors
/// There is no storage.
pub fn get(key: &str) -> Result<Option<String>, StorageError> {
    storage()?.get_item(key).map_err(|_| StorageError::Unavailable)
}

/// Keeps a text; `None` forgets what was there.
///
/// # Errors
/// There is no storage, or no room.
pub fn set(key: &str, text: Option<&str>) -> Result<(), StorageError> {
    let storage = storage()?;
    match text {
        Some(text) => storage.set_item(key, text).map_err(|thrown| refused(&thrown)),
        None => storage.remove_item(key).map_err(|_| StorageError::Unavailable),
    }
}

/// Keeps a text in place of the one that is known, and returns the one that was there if it was another.
///
/// # Errors
/// As [`set`].
pub fn swap(key: &str, text: &str, known: Option<&str>) -> Result<Option<String>, StorageError> {
    let there = get(key)?.filter(|there| Some(there.as_str()) != known && there != text);
    set(key, Some(text))?;
    Ok(there)
}

/// Calls `hear` with each text that another tab keeps under this key.
pub fn on_change_elsewhere(key: &'static str, mut hear: impl FnMut(String) + 'static) -> Listener {
    listen(&js::window(), "storage", move |event: web_sys::Event| {
        if js::get_text(&event, "key").as_deref() == Some(key)
            && let Some(text) = js::get_text(&event, "newValue")
        {
            hear(text);
        }
    })
}

fn refused(thrown: &JsValue) -> StorageError {
    match js::get_text(thrown, "name").as_deref() {
        Some("QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED") => StorageError::Full,
        _ => StorageError::Unavailable,
    }
}
