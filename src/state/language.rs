//! The languages that the pages speak.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_the_pages_speak_is_spoken() {
        assert_eq!(Language::of(["fr-CH", "zh-TW", "en"]), Language::Chinese);
        assert_eq!(Language::of(["EN_gb", "zh"]), Language::English);
        assert_eq!(Language::of(["zhx", "", "-"]), Language::English);
        assert_eq!(Language::named("fr"), None);
        assert_eq!(Language::named(Language::Chinese.tag()), Some(Language::Chinese));
    }
}
