//! The few forms of HTML that a text may bring (PROTOCOL.md 3.7). Everything else is text.

use crate::protocol::chat::{is_file_id, one_line};

/// Characters of a status.
const STATUS: usize = 300;

/// HTML that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A frame, by its address.
    Frame(String),
    /// A film or a sound, by its address.
    Media(String),
    /// What somebody is doing.
    Status {
        /// In words.
        title: String,
        /// Whether that is over.
        is_done: bool,
    },
    /// An HTML file of the server, by its id.
    File(String),
}

/// What a block of HTML is, if it is nothing but one known element.
pub fn tag(html: &str) -> Option<Tag> {
    let html = html.trim();
    let rest = html.strip_prefix('<')?;
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric())?;
    let name = rest[..end].to_ascii_lowercase();
    let (inside, after) = rest[end..].split_once('>')?;
    let get = |wanted: &str| attribute(inside.trim_end_matches('/'), wanted);
    let is_alone = after.trim().is_empty() || is_end(after.trim(), &name);
    let is_web = |address: &String| super::safe_link(address).is_some();
    match name.as_str() {
        "iframe" if is_alone => get("src").filter(is_web).map(Tag::Frame),
        "video" | "audio" => {
            let inner = source(after.trim(), &name)?;
            let address = get("src").or_else(|| inner.and_then(|source| attribute(source, "src")))?;
            Some(Tag::Media(address))
        }
        "status" if is_alone => {
            let title = get("title").map(|title| one_line(&title, STATUS)).filter(|title| !title.is_empty())?;
            Some(Tag::Status { title, is_done: get("done").as_deref() != Some("false") })
        }
        "file" if is_alone && get("type").as_deref() == Some("html") => {
            get("id").filter(|id| is_file_id(id)).map(Tag::File)
        }
        _ => None,
    }
}

fn is_end(text: &str, name: &str) -> bool {
    text.strip_prefix("</")
        .and_then(|text| text.strip_suffix('>'))
        .is_some_and(|end| end.trim().eq_ignore_ascii_case(name))
}

/// What stands in a film's or a sound's element: at most one source. None if there is more.
fn source<'a>(after: &'a str, name: &str) -> Option<Option<&'a str>> {
    if after.is_empty() || is_end(after, name) {
        return Some(None);
    }
    let (inside, rest) = after.strip_prefix("<source")?.split_once('>')?;
    is_end(rest.trim(), name).then_some(Some(inside.trim_end_matches('/')))
}

/// The value of an attribute.
fn attribute(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else { continue };
        let value = value.trim_start();
        let (found, after) = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split_once(quote)?,
            _ => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(found.replace("&amp;", "&").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">"));
        }
        rest = after.trim_start();
    }
    None
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_short_list_is_known() {
        let frame = tag("<iframe width=\"3\" src=\"https://a.b/c?d&amp;e\" allowfullscreen></iframe>\n");
        assert_eq!(frame, Some(Tag::Frame("https://a.b/c?d&e".into())));
        assert_eq!(
            tag("<video src='https://a.b/c.mp4' controls></video>"),
            Some(Tag::Media("https://a.b/c.mp4".into()))
        );
        let source = tag("<audio controls><source src=\"/api/v1/files/f1/content\"></audio>");
        assert_eq!(source, Some(Tag::Media("/api/v1/files/f1/content".into())));
        let status = tag("<status title=\"Reading\" done=\"false\" />");
        assert_eq!(status, Some(Tag::Status { title: "Reading".into(), is_done: false }));
        assert_eq!(tag("<file type=\"html\" id=\"f1\"/>"), Some(Tag::File("f1".into())));
    }

    #[test]
    fn everything_else_is_text() {
        for html in [
            "<div>x</div>",
            "<script src=\"https://a.b\"></script>",
            "<iframe src=\"javascript:x\"></iframe>",
            "<iframe srcdoc=\"<b>\"></iframe>",
            "<iframe src=\"https://a.b\"></iframe><script>x</script>",
            "<file type=\"html\" id=\"../x\"/>",
            "<iframe",
            "<",
            "",
        ] {
            assert_eq!(tag(html), None, "{html}");
        }
    }
}
