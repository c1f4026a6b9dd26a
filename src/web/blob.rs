//! Bytes as something the page can show or hand to the user.

use super::error::WebError;
use super::{js, strings};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Response, Url};

#[wasm_bindgen]
extern "C" {
    /// A pair of streams, as `ReadableWritablePair` has them.
    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

/// How long the browser may take to begin a download, in ms.
const DOWNLOAD_BEGINS: u32 = 60_000;

/// A Blob of bytes of this media type.
///
/// # Errors
/// The browser has no memory for it.
pub fn blob(bytes: &[u8], media_type: &str) -> Result<Blob, WebError> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence_and_options(&parts, &options)
        .map_err(|thrown| WebError::Browser { what: strings::hold_file().into(), why: js::message(&thrown) })
}

/// The bytes of a Blob.
///
/// # Errors
/// The browser lost it.
pub async fn bytes(blob: &Blob) -> Result<Vec<u8>, WebError> {
    let buffer = JsFuture::from(blob.array_buffer())
        .await
        .map_err(|thrown| WebError::Browser { what: strings::read_file().into(), why: js::message(&thrown) })?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Its first bytes, as a Blob of this media type.
///
/// # Errors
/// The browser has no memory for it.
pub fn beginning(blob: &Blob, bytes: f64, media_type: &str) -> Result<Blob, WebError> {
    let cut = blob.slice_with_f64_and_f64_and_content_type(0.0, bytes.min(blob.size()), media_type);
    cut.map_err(|thrown| WebError::Browser { what: strings::read_file().into(), why: js::message(&thrown) })
}

/// A Blob that no longer depends on a file of the person's disk.
///
/// # Errors
/// The file is gone or has changed since it was chosen, or there is no memory for it.
pub async fn copy(file: &Blob) -> Result<Blob, WebError> {
    let failed = |thrown: JsValue| WebError::Browser { what: strings::read_file().into(), why: js::message(&thrown) };
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(failed)?;
    Blob::new_with_buffer_source_sequence(&js_sys::Array::of1(&buffer)).map_err(failed)
}

/// A Blob of several parts.
///
/// # Errors
/// The browser has no memory for it.
pub fn join(parts: &js_sys::Array, media_type: &str) -> Result<Blob, WebError> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_blob_sequence_and_options(parts, &options)
        .map_err(|thrown| WebError::Browser { what: strings::hold_file().into(), why: js::message(&thrown) })
}

/// What was packed by gzip.
///
/// # Errors
/// It is no gzip, or the browser has no memory for it.
pub async fn gunzip(packed: &Blob) -> Result<Blob, WebError> {
    let failed = |thrown: JsValue| WebError::Browser { what: strings::unpack_file().into(), why: js::message(&thrown) };
    let unpacker = DecompressionStream::new("gzip").map_err(failed)?;
    let stream = packed.stream().pipe_through(unpacker.unchecked_ref());
    let response = Response::new_with_opt_readable_stream(Some(&stream)).map_err(failed)?;
    JsFuture::from(response.blob().map_err(failed)?).await.map(JsCast::unchecked_into).map_err(failed)
}

/// A `blob:` address of some bytes; given back when dropped.
#[must_use = "the address is gone when it is dropped"]
#[derive(Debug)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// An address for these bytes.
    ///
    /// # Errors
    /// The browser has no memory for it.
    pub fn new(bytes: &[u8], media_type: &str) -> Result<Self, WebError> {
        Self::of(&blob(bytes, media_type)?)
    }

    /// An address for a Blob.
    ///
    /// # Errors
    /// As [`ObjectUrl::new`].
    pub fn of(blob: &Blob) -> Result<Self, WebError> {
        Url::create_object_url_with_blob(blob)
            .map(Self)
            .map_err(|thrown| WebError::Browser { what: strings::show_file().into(), why: js::message(&thrown) })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It throws for no text.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Hands bytes to the user as a file.
///
/// # Errors
/// As [`ObjectUrl::new`].
pub fn download(name: &str, media_type: &str, bytes: &[u8]) -> Result<(), WebError> {
    hand_out(name, &blob(bytes, media_type)?)
}

/// Hands a Blob to the user as a file.
///
/// # Errors
/// As [`ObjectUrl::new`].
pub fn hand_out(name: &str, blob: &Blob) -> Result<(), WebError> {
    let url = ObjectUrl::of(blob)?;
    save(name, url.as_str())?;
    // Some browsers read the bytes only after this task.
    gloo_timers::callback::Timeout::new(DOWNLOAD_BEGINS, move || drop(url)).forget();
    Ok(())
}

/// Hands what a `blob:` address stands for to the user as a file.
///
/// # Errors
/// The browser makes no links.
pub fn save(name: &str, url: &str) -> Result<(), WebError> {
    let link: HtmlAnchorElement = js::document()
        .create_element("a")
        .map_err(|thrown| WebError::Browser { what: strings::save_file().into(), why: js::message(&thrown) })?
        .unchecked_into();
    link.set_href(url);
    link.set_download(name);
    link.click();
    Ok(())
}
