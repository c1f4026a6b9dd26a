//! Mime bundles: one value in several representations, as Jupyter's `display_data` carries it.

use super::chart::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One representation. Text for `text/*`, JSON and SVG; bytes for raster images, audio and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MimeData {
    /// UTF-8 text.
    Text(Arc<str>),
    /// Raw bytes, not base64.
    Bytes(Arc<[u8]>),
}

impl MimeData {
    /// Reads a payload of the sandbox by its media type: bytes stay bytes, all else is decoded as UTF-8 (lossy).
    pub fn from_payload(media_type: &str, payload: Vec<u8>) -> Self {
        if is_binary(media_type) {
            Self::Bytes(payload.into())
        } else {
            Self::Text(String::from_utf8_lossy(&payload).into())
        }
    }

    /// The text, if this is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }

    /// The text, if this is text, to be kept without a copy.
    pub fn shared_text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Bytes(_) => None,
        }
    }

    /// Size in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A value by media type, e.g. `text/plain` and `image/png`.
pub type MimeBundle = BTreeMap<String, MimeData>;

/// Whether values of this media type travel as bytes.
pub fn is_binary(media_type: &str) -> bool {
    media_type != SVG && ["image/", "audio/", "video/"].iter().any(|kind| media_type.starts_with(kind))
}

/// Whether values of this media type are JSON, which a notebook has as such.
pub fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json") || Kind::of_media_type(media_type).is_some()
}

/// The raster image formats that we show and upload, with their file extension and the bytes each file begins with.
const RASTER: [(&str, &str, &[u8]); 4] = [
    ("image/png", "png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", "jpg", b"\xff\xd8\xff"),
    ("image/gif", "gif", b"GIF8"),
    ("image/webp", "webp", b"RIFF"),
];

/// The best raster image of a bundle: media type, file extension, bytes.
/// A payload whose first bytes don't fit its type is not an image (SECURITY.md 2.7).
pub fn raster_image(bundle: &MimeBundle) -> Option<(&'static str, &'static str, Arc<[u8]>)> {
    RASTER.iter().find_map(|(media_type, extension, magic)| match bundle.get(*media_type) {
        Some(MimeData::Bytes(bytes)) if bytes.starts_with(magic) => Some((*media_type, *extension, bytes.clone())),
        _ => None,
    })
}

/// What can be played, and whether it is a film. Browsers tell by themselves whether a file is what it says.
const PLAYABLE: [(&str, bool); 10] = [
    ("audio/wav", false),
    ("audio/mpeg", false),
    ("audio/ogg", false),
    ("audio/flac", false),
    ("audio/mp4", false),
    ("audio/aac", false),
    ("audio/webm", false),
    ("video/mp4", true),
    ("video/webm", true),
    ("video/ogg", true),
];

/// The first sound or film of a bundle: media type, whether it is a film, bytes.
pub fn playable(bundle: &MimeBundle) -> Option<(&'static str, bool, Arc<[u8]>)> {
    PLAYABLE.iter().find_map(|(media_type, is_film)| match bundle.get(*media_type) {
        Some(MimeData::Bytes(bytes)) if !bytes.is_empty() => Some((*media_type, *is_film, bytes.clone())),
        _ => None,
    })
}

/// The media type of drawings, which are text.
pub const SVG: &str = "image/svg+xml";

/// The form of a value that can be a file beside a text: media type, file extension, bytes.
pub fn attachable(bundle: &MimeBundle) -> Option<(&'static str, &'static str, Arc<[u8]>)> {
    let drawing = || {
        let text = bundle.get(SVG)?.text().filter(|text| !text.is_empty())?;
        Some((SVG, "svg", text.as_bytes().into()))
    };
    let played = || {
        let (media_type, _, data) = playable(bundle)?;
        let kind = media_type.split_once('/').map_or(media_type, |(_, kind)| kind);
        Some((media_type, if kind == "mpeg" { "mp3" } else { kind }, data))
    };
    raster_image(bundle).or_else(drawing).or_else(played)
}

/// The media type of a raster image by its first bytes.
pub fn sniff_raster(bytes: &[u8]) -> Option<&'static str> {
    RASTER.iter().find(|(_, _, magic)| bytes.starts_with(magic)).map(|(media_type, _, _)| *media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_is_text_and_png_is_bytes() {
        assert!(!is_binary("image/svg+xml"));
        assert!(is_binary("image/png"));
        assert!(matches!(MimeData::from_payload("image/png", vec![1]), MimeData::Bytes(_)));
        assert_eq!(MimeData::from_payload("text/html", b"<b>".to_vec()).text(), Some("<b>"));
    }

    #[test]
    fn a_sound_or_a_film_is_found_and_nothing_else_is_played() {
        let bundle =
            |media_type: &str| MimeBundle::from([(media_type.to_owned(), MimeData::from_payload(media_type, vec![1]))]);
        let found =
            |media_type: &str| playable(&bundle(media_type)).map(|(media_type, is_film, _)| (media_type, is_film));
        assert_eq!(found("audio/wav"), Some(("audio/wav", false)));
        assert_eq!(found("video/mp4"), Some(("video/mp4", true)));
        assert_eq!((found("audio/x-unknown"), found("text/html")), (None, None));
    }

    #[test]
    fn an_image_without_its_magic_bytes_is_no_image() {
        let mut bundle = MimeBundle::new();
        bundle.insert("image/png".into(), MimeData::Bytes(b"<html>".as_slice().into()));
        assert_eq!(raster_image(&bundle), None);
        bundle.insert("image/png".into(), MimeData::Bytes(b"\x89PNG\r\n\x1a\nrest".as_slice().into()));
        assert_eq!(raster_image(&bundle).map(|image| (image.0, image.1)), Some(("image/png", "png")));
    }
}
