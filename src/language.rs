//! The languages that the pages speak, which one they do, and texts in each: a floor has its texts in a file
//! `strings.rs`, a row each.

use std::cell::Cell;
use std::fmt::{Display, Write};

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// Chooses the language. To be called before anything is said or drawn: that keeps its words.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

/// The language that is spoken: English, unless another one was chosen.
pub fn language() -> Language {
    SPOKEN.get()
}

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl Language {
    /// The first of these language tags (BCP 47, "zh-CN") that the pages speak, else English.
    pub fn of<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::named).unwrap_or_default()
    }

    /// The language of a tag, if the pages speak it.
    pub fn named(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        [Self::English, Self::Chinese].into_iter().find(|known| known.primary().eq_ignore_ascii_case(primary))
    }

    /// Its tag, for the attribute `lang`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    fn primary(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

/// Texts by their names, each in English and Chinese: functions that give the one to show. A text with parts names them,
/// and has each in both languages, in the order of each: `greeting(name): "Hello, {name}!", "{name}，您好！";`
macro_rules! texts {
    ($($name:ident $(($($part:ident),+))?: $english:literal, $chinese:literal;)*) => {
        $($crate::language::texts!(@row $name $(($($part),+))? $english, $chinese);)*
    };
    (@row $name:ident $english:literal, $chinese:literal) => {
        const _: () = assert!($crate::language::is_whole($english, &[]) && $crate::language::is_whole($chinese, &[]));
        pub(super) fn $name() -> &'static str {
            $crate::language::either($english, $chinese)
        }
    };
    (@row $name:ident ($($part:ident),+) $english:literal, $chinese:literal) => {
        const _: () = {
            let parts = &[$(stringify!($part)),+];
            assert!($crate::language::is_whole($english, parts) && $crate::language::is_whole($chinese, parts));
        };
        pub(super) fn $name($($part: &dyn std::fmt::Display),+) -> String {
            let text = $crate::language::either($english, $chinese);
            $crate::language::with_parts(text, &[$((stringify!($part), $part)),+])
        }
    };
}
pub(crate) use texts;

/// The text in the language that is spoken.
pub(crate) fn either(english: &'static str, chinese: &'static str) -> &'static str {
    match language() {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// A text with what stands for each `{part}`. It is read when it is shown, which takes less code than `format!` for each.
pub(crate) fn with_parts(text: &str, parts: &[(&str, &dyn Display)]) -> String {
    let (mut whole, mut rest) = (String::new(), text);
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(l, r)| Some((l, r.split_once('}')?))) {
        whole.push_str(before);
        if let Some((_, part)) = parts.iter().find(|(known, _)| *known == name) {
            // A String takes whatever is written.
            let _ = write!(whole, "{part}");
        }
        rest = after;
    }
    whole.push_str(rest);
    whole
}

/// Whether a text is there, and has each of these parts and no other. The compiler asks it of every row.
pub(crate) const fn is_whole(text: &str, parts: &[&str]) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut seen) = (0, 0_u32);
    while at < bytes.len() {
        if bytes[at] == b'{' {
            let mut part = 0;
            while part < parts.len() && !stands_at(bytes, at + 1, parts[part].as_bytes()) {
                part += 1;
            }
            if part == parts.len() {
                return false;
            }
            seen |= 1 << part;
        }
        at += 1;
    }
    !bytes.is_empty() && seen.count_ones() as usize == parts.len()
}

/// Whether a name stands at a place of a text, with the bracket after it.
const fn stands_at(text: &[u8], at: usize, name: &[u8]) -> bool {
    let mut i = 0;
    while i < name.len() && at + i < text.len() && text[at + i] == name[i] {
        i += 1;
    }
    i == name.len() && at + i < text.len() && text[at + i] == b'}'
}

/// Speaks another language while a test does something.
#[cfg(test)]
pub(crate) fn speaking<T>(other: Language, act: impl FnOnce() -> T) -> T {
    let before = SPOKEN.replace(other);
    let made = act();
    speak(before);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    mod strings {
        super::texts! {
            plain: "plain", "普通";
            moved(what, place): "{what} goes to {place}, {what}!", "在{place}：{what}";
        }

        pub(super) fn all() -> [String; 2] {
            [plain().to_owned(), moved(&"{place}", &7)]
        }
    }

    #[test]
    fn a_text_is_in_the_language_that_is_spoken_with_its_parts_where_that_has_them() {
        assert_eq!(strings::all(), ["plain", "{place} goes to 7, {place}!"]);
        assert_eq!(speaking(Language::Chinese, strings::all), ["普通", "在7：{place}"]);
        assert_eq!(language(), Language::English);
    }

    #[test]
    fn a_row_has_each_part_in_both_languages_and_no_other() {
        for (text, parts, expected) in [
            ("", &[][..], false),
            ("a", &[], true),
            ("{a} {b} {a}", &["a", "b"], true),
            ("{a}", &["a", "b"], false),
            ("{a} {c}", &["a"], false),
            ("{ab}", &["a"], false),
            ("{a", &["a"], false),
            ("{", &[], false),
        ] {
            assert_eq!(is_whole(text, parts), expected, "{text} {parts:?}");
        }
    }

    #[test]
    fn the_first_language_that_the_pages_speak_is_spoken() {
        assert_eq!(Language::of(["fr-CH", "zh-TW", "en"]), Language::Chinese);
        assert_eq!(Language::of(["EN_gb", "zh"]), Language::English);
        assert_eq!(Language::of(["zhx", "", "-"]), Language::English);
        assert_eq!(Language::named("fr"), None);
        assert_eq!(Language::named(Language::Chinese.tag()), Some(Language::Chinese));
    }
}
