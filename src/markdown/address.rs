//! Addresses in a text: judged here, so that no view can forget to (SECURITY.md 7).

use crate::protocol::chat::file_content_path;

/// Bytes of a picture's `data:` address; more is no picture that a text carries.
const LONGEST_DATA: usize = 7_000_000;

/// Where a picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageAddress {
    /// A file of our server, to be fetched with the token: the path.
    Stored(String),
    /// In the text itself: a `data:` address of pixels.
    Inline(String),
    /// Somewhere else: it is not loaded, a link stands for it. Empty if the link would not be safe.
    Elsewhere(String),
}

impl ImageAddress {
    /// Judges an address.
    pub fn read(address: &str) -> Self {
        if let Some(path) = file_content_path(address) {
            return Self::Stored(path.to_owned());
        }
        if is_pixels(address) {
            return Self::Inline(address.to_owned());
        }
        Self::Elsewhere(safe_link(address).unwrap_or_default().to_owned())
    }
}

/// Whether an address holds a picture of a kind that can't run anything.
fn is_pixels(address: &str) -> bool {
    let kinds =
        ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"];
    address.len() <= LONGEST_DATA
        && kinds.iter().any(|kind| {
            address.strip_prefix(kind).is_some_and(|data| {
                data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
            })
        })
}

/// An address that a link may have: `http:`, `https:`, `mailto:` or `tel:`. Everything else, relative ones
/// too, is no link.
pub fn safe_link(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once(':')?;
    let known = ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let web = scheme.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    let has_host = !web || rest.starts_with("//");
    let plain = !address.chars().any(|c| c.is_control() || c.is_whitespace());
    (known && has_host && plain).then_some(address)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_links() {
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "/relative",
            "x",
            "https:x",
            "ht tp://x",
            "vbscript:x",
            "blob:x",
            "file:///x",
            "ab日:x",
        ] {
            assert_eq!(safe_link(bad), None, "{bad}");
        }
        assert!(safe_link("https://a.b/c?d#e").is_some() && safe_link("mailto:a@b").is_some());
    }

    #[test]
    fn pictures_are_stored_inline_or_elsewhere() {
        let stored = "/api/v1/files/f1/content";
        assert_eq!(ImageAddress::read(stored), ImageAddress::Stored(stored.into()));
        let inline = "data:image/png;base64,iVBORw0KGgo=";
        assert_eq!(ImageAddress::read(inline), ImageAddress::Inline(inline.into()));
        let elsewhere = "https://a.b/c.png";
        assert_eq!(ImageAddress::read(elsewhere), ImageAddress::Elsewhere(elsewhere.into()));
        for bad in ["data:image/svg+xml,x", "data:image/svg+xml;base64,PHN2", "data:image/png;base64,<b>", "x.png"] {
            assert_eq!(ImageAddress::read(bad), ImageAddress::Elsewhere(String::new()), "{bad}");
        }
    }
}
