//! Events that an Open WebUI server sends over its socket (PROTOCOL.md 1.4, 2), read leniently: a bad field
//! loses that field, and what can't be used at all says why in one word.
//!
//! This folder is the only place that knows the names of event types.

mod call;
mod event;
pub mod question;
mod types;

use super::strings;
use crate::ids::{ChatId, FileId, MessageId};
pub use call::{CallFile, ChatCall, DirectCall};
pub use event::{ChatEvent, Compaction, Level, OutletMessage, Person, StatusItem, StatusLink, Task, tasks};
use serde_json::Value;
pub use types::{EventType, Kind, TYPES, is_call};

/// What every event of the socket's `events` channel is wrapped in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// The chat it belongs to, if any.
    pub chat_id: Option<ChatId>,
    /// The message it belongs to, if any.
    pub message_id: Option<MessageId>,
    /// Activity of somebody else on a shared chat.
    pub shared: bool,
    /// A run of the server's own, such as a sub-agent: nobody is told of it.
    pub internal: bool,
    /// Who caused it, on a shared chat.
    pub user: Option<Person>,
    /// The event's type, as sent.
    pub kind: String,
    /// Its payload; null if there was none.
    pub data: Value,
}

/// Why an event was not used. The word is all that is logged of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Dropped {
    /// It is no JSON that can be read here.
    #[error("dropped:bad-json")]
    BadJson,
    /// Its envelope is no object.
    #[error("dropped:envelope-not-object")]
    EnvelopeNotObject,
    /// Its envelope holds no event.
    #[error("dropped:missing-data")]
    MissingData,
    /// The event, or its payload, is no object where one is needed.
    #[error("dropped:data-not-object")]
    DataNotObject,
    /// The event has no type.
    #[error("dropped:missing-type")]
    MissingType,
    /// The event's type is no text.
    #[error("dropped:type-not-string")]
    TypeNotString,
    /// It names no chat or message to apply it to.
    #[error("dropped:no-target")]
    NoTarget,
    /// Its type is none of PROTOCOL.md 2.1; the host page is told of it.
    #[error("dropped:unknown-type")]
    UnknownType,
    /// A field that it is about can't be read.
    #[error("dropped:bad-field")]
    BadField,
    /// It is a call that waits for no answer.
    #[error("dropped:no-callback")]
    NoCallback,
    /// It comes from somebody else's use of a shared chat, which may not do this.
    #[error("dropped:shared")]
    Shared,
}

impl Envelope {
    /// Reads an envelope.
    ///
    /// # Errors
    /// It holds no event.
    pub fn parse(value: &Value) -> Result<Self, Dropped> {
        let envelope = value.as_object().ok_or(Dropped::EnvelopeNotObject)?;
        let inner = envelope.get("data").ok_or(Dropped::MissingData)?.as_object().ok_or(Dropped::DataNotObject)?;
        let kind = inner.get("type").ok_or(Dropped::MissingType)?.as_str().ok_or(Dropped::TypeNotString)?;
        Ok(Self {
            chat_id: text(value, "chat_id").map(ChatId::from),
            message_id: text(value, "message_id").map(MessageId::from),
            shared: value["shared"] == true,
            internal: value["internal"] == true,
            user: Person::parse(&value["user"])
                .or_else(|| text(value, "user_id").map(|id| Person { id: id.to_owned(), name: String::new() })),
            kind: kind.to_owned(),
            data: inner.get("data").cloned().unwrap_or_default(),
        })
    }
}

/// What an error field holds: text, `{content}`, `{detail}`, or anything.
pub fn error_text(error: &Value) -> String {
    match error {
        Value::String(words) => words.clone(),
        Value::Object(_) => ["content", "detail", "message"]
            .iter()
            .find_map(|name| error.get(*name))
            .map_or_else(|| error.to_string(), error_text),
        Value::Null => strings::no_reason().to_owned(),
        other => other.to_string(),
    }
}

/// Whether this can be the id of a file: it becomes part of a path.
pub fn is_file_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The path of a stored file's content, if that is what this address is: `/api/v1/files/<id>/content`.
pub fn file_content_path(url: &str) -> Option<&str> {
    let id = url.strip_prefix("/api/v1/files/")?.strip_suffix("/content")?;
    is_file_id(id).then_some(url)
}

/// The path of a stored file's content (5.3).
pub fn content_path(id: &FileId) -> String {
    format!("/api/v1/files/{id}/content")
}

/// A field that is text.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// One line for a heading: no line ends, no control or direction characters, at most so many characters.
pub fn one_line(text: &str, most: usize) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let mut line = String::new();
    for c in visible.filter(|c| !is_invisible(*c)) {
        if !(c == ' ' && line.ends_with(' ')) {
            line.push(c);
        }
    }
    clip(line.trim(), most)
}

/// Characters that show nothing and change how others are shown.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The first characters of a text, with an ellipsis if there are more.
pub fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_envelope_is_read_with_what_it_has() {
        let value = json!({"chat_id": 7, "message_id": "m", "data": {"type": "chat:tasks:cancel"}});
        let envelope = Envelope::parse(&value).expect("an event");
        assert_eq!((envelope.chat_id, envelope.message_id), (None, Some("m".into())));
        assert_eq!(ChatEvent::parse(&envelope.kind, &envelope.data), Ok(ChatEvent::Cancelled(None)));
        for (hostile, why) in [
            (json!(null), Dropped::EnvelopeNotObject),
            (json!("x"), Dropped::EnvelopeNotObject),
            (json!({}), Dropped::MissingData),
            (json!({"data": "x"}), Dropped::DataNotObject),
            (json!({"data": {}}), Dropped::MissingType),
            (json!({"data": {"type": {}}}), Dropped::TypeNotString),
        ] {
            assert_eq!(Envelope::parse(&hostile), Err(why));
        }
    }

    #[test]
    fn a_heading_is_one_line_without_tricks() {
        assert_eq!(one_line("\u{202e}a\u{7}\n\n\nb", 200), "a b");
        assert_eq!(one_line(&"x".repeat(300), 200).chars().count(), 200);
    }

    #[test]
    fn only_a_clean_id_makes_a_path() {
        assert_eq!(file_content_path("/api/v1/files/../users/content"), None);
        assert_eq!(file_content_path("https://evil/api/v1/files/a/content"), None);
        assert!(file_content_path("/api/v1/files/c945d87f-28e8/content").is_some());
    }
}
