//! Which language a page speaks.

use crate::language::{Language, speak};
use crate::web::js;
use web_sys::HtmlElement;

/// Speaks the first of these languages (BCP 47) that the pages speak, else the best that the person reads, and says so to
/// those who hear the page. To be called before anything is made that says something.
pub(super) fn speak_in(root: &HtmlElement, wanted: &[Option<String>]) {
    let persons = js::languages();
    let language = Language::of(wanted.iter().flatten().chain(&persons).map(String::as_str));
    speak(language);
    // It throws for bad names only.
    let _ = root.set_attribute("lang", language.tag());
}
