//! JavaScript values to Rust and back, without surprises: anything can be thrown, so every reading is total.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// What was thrown, in words.
pub fn message(thrown: &JsValue) -> String {
    if let Some(error) = thrown.dyn_ref::<js_sys::Error>() {
        return String::from(error.message());
    }
    thrown.as_string().unwrap_or_else(|| format!("{thrown:?}"))
}

/// An object with these own properties.
pub fn object(properties: &[(&str, JsValue)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object
}

/// Sets a property of an object of ours.
pub fn set(object: &js_sys::Object, name: &str, value: &JsValue) {
    // It fails on frozen objects only, and ours are not.
    let _ = js_sys::Reflect::set(object, &name.into(), value);
}

/// Reads a property; `undefined` for anything that isn't an object or throws.
pub fn get(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Reads a property that is text.
pub fn get_text(value: &JsValue, name: &str) -> Option<String> {
    get(value, name).as_string()
}

/// Anything as JSON of ours.
///
/// # Errors
/// A sentence: it is no JSON, or is nested too deeply.
pub fn to_json(value: &JsValue) -> Result<serde_json::Value, String> {
    let text = js_sys::JSON::stringify(value).map_err(|thrown| message(&thrown))?;
    let text = text.as_string();
    text.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| "The answer is no JSON.".to_owned())
}

/// JSON of ours as a plain value. A key like `__proto__` is a key like others.
pub fn from_json(value: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}

/// The page's window.
///
/// # Panics
/// Outside a page: this crate's web half runs nowhere else.
pub fn window() -> web_sys::Window {
    web_sys::window().expect("this code runs in a page")
}

/// The page's document.
///
/// # Panics
/// As [`window`].
pub fn document() -> web_sys::Document {
    window().document().expect("a page has a document")
}

/// A new element, not yet in the page; without a class if that is empty.
///
/// # Panics
/// The name is none that HTML allows; ours are.
pub fn element(name: &str, class: &str) -> Element {
    let element = document().create_element(name).expect("a name that HTML allows");
    if !class.is_empty() {
        element.set_class_name(class);
    }
    element
}

/// Sets attributes; the browser refuses names only that are none.
pub fn attributes(element: &Element, all: &[(&str, &str)]) {
    for (name, value) in all {
        let _ = element.set_attribute(name, value);
    }
}

/// The languages that the person reads (BCP 47), the best first.
pub fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// A word for somebody who looks at the console. Never what a person or a server wrote.
pub fn debug(word: &str) {
    debug_1(word);
}

/// Milliseconds on a clock that only goes forward.
pub fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static MAIN_URL: String;
    #[wasm_bindgen(js_namespace = console, js_name = debug)]
    fn debug_1(word: &str);
}

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on, what lies beside this module's own file is looked for beside this URL: tests are served otherwise.
pub fn look_beside(url: &str) {
    let url = web_sys::Url::new_with_base(url, &window().location().href().unwrap_or_default());
    PLACE.set(url.ok().map(|url| url.href()));
}

/// A URL beside this module's own JavaScript file, whatever page it runs in.
pub fn beside_module(path: &str) -> String {
    let place = PLACE.with_borrow(Clone::clone).unwrap_or_else(|| MAIN_URL.with(Clone::clone));
    web_sys::Url::new_with_base(path, &place).map(|url| url.href()).unwrap_or_else(|_| path.to_owned())
}
