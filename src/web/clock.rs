//! Times as the person's region writes them.

use super::js;
use js_sys::Date;
use wasm_bindgen::JsValue;

/// The last time that a `Date` can hold, in s.
const LAST: u64 = 8_640_000_000_000;

/// A Unix time in s, for machines (ISO 8601) and as people of a locale (BCP 47) read it; none for 0 and for what is no
/// time.
pub fn local_time(seconds: u64, locale: &str) -> Option<(String, String)> {
    if seconds == 0 || seconds > LAST {
        return None;
    }
    let date = Date::new(&JsValue::from_f64(seconds as f64 * 1_000.0));
    let options = js::object(&[("dateStyle", "medium".into()), ("timeStyle", "short".into())]);
    Some((date.to_iso_string().into(), date.to_locale_string(locale, &options).into()))
}
