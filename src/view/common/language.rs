//! The language that the page speaks, and texts in each language.

pub use crate::state::language::Language;
use crate::web::js;
use std::cell::Cell;

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// Chooses the language. To be called before anything is drawn: what is drawn keeps its words.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

/// The language that the page speaks.
pub fn language() -> Language {
    SPOKEN.get()
}

/// How times and numbers are written: as in the person's region, if that has this language.
pub fn locale() -> String {
    let spoken = language();
    let region = js::languages().into_iter().find(|tag| Language::named(tag) == Some(spoken));
    region.unwrap_or_else(|| spoken.tag().to_owned())
}

/// Texts by their names, each in English and Chinese: functions that give the one to show.
macro_rules! texts {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        $(
            pub(super) fn $name() -> &'static str {
                match $crate::view::common::language::language() {
                    $crate::state::language::Language::English => $english,
                    $crate::state::language::Language::Chinese => $chinese,
                }
            }
        )*
    };
}
pub(crate) use texts;
