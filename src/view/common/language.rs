//! How the page writes what depends on more than its language.

use crate::language::{Language, language};
use crate::web::js;

/// How times and numbers are written: as in the person's region, if that has this language.
pub fn locale() -> String {
    let spoken = language();
    let region = js::languages().into_iter().find(|tag| Language::named(tag) == Some(spoken));
    region.unwrap_or_else(|| spoken.tag().to_owned())
}
