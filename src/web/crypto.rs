//! Checksums and random ids by the browser's own cryptography.

use super::error::WebError;
use super::{js, strings};
use base64::Engine as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// The browser's cryptography. Checked for being there: `crypto.subtle` only exists in secure contexts.
fn subtle() -> Result<web_sys::SubtleCrypto, WebError> {
    let crypto = js::window().crypto().map_err(|_| WebError::Insecure)?;
    let subtle = crypto.subtle();
    if JsValue::from(&subtle).is_undefined() { Err(WebError::Insecure) } else { Ok(subtle) }
}

async fn sha256(data: &js_sys::Object) -> Result<Vec<u8>, WebError> {
    let refused = |thrown| WebError::Browser { what: strings::compute_checksum().into(), why: js::message(&thrown) };
    let promise = subtle()?.digest_with_str_and_buffer_source("SHA-256", data).map_err(refused)?;
    Ok(js_sys::Uint8Array::new(&JsFuture::from(promise).await.map_err(refused)?).to_vec())
}

#[wasm_bindgen(module = "/www/js/checksum.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = sha256)]
    async fn sha256_of(blob: &Blob) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = prepare)]
    fn prepare_worker();
}

/// Has what computes checksums come up, before there are bytes.
pub fn prepare() {
    prepare_worker();
}

/// The sha256 of a Blob, in hex.
///
/// # Errors
/// [`WebError::Insecure`] outside secure contexts; or the browser lost the Blob.
pub async fn sha256_hex(blob: &Blob) -> Result<String, WebError> {
    subtle()?;
    let sum = sha256_of(blob).await;
    let sum =
        sum.map_err(|thrown| WebError::Browser { what: strings::read_file().into(), why: js::message(&thrown) })?;
    Ok(hex(&js_sys::Uint8Array::new(&sum).to_vec()))
}

/// The sha256 of a text, in base64, as a Content-Security-Policy names scripts.
///
/// # Errors
/// [`WebError::Insecure`] outside secure contexts.
pub async fn sha256_base64(text: &str) -> Result<String, WebError> {
    let bytes = js_sys::Uint8Array::from(text.as_bytes());
    Ok(base64::engine::general_purpose::STANDARD.encode(sha256(&bytes.buffer()).await?))
}

/// 128 random bits in hex: a name that nobody can guess.
pub fn random_name() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = js::window().crypto() {
        // It throws only for requests over 64 kB.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    hex(&bytes)
}

/// A random uuid (version 4), as Open WebUI names messages.
pub fn uuid() -> String {
    let mut name: Vec<char> = random_name().chars().collect();
    name[12] = '4';
    name[16] = ['8', '9', 'a', 'b'][name[16].to_digit(16).unwrap_or(0) as usize % 4];
    let part = |from: usize, to: usize| name[from..to].iter().collect::<String>();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
