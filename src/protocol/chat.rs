//! Events that an Open WebUI server sends over its socket (PROTOCOL.md 1.4, 2), read leniently: a bad field
//! loses that field, an unknown type is a variant, nothing is an error.
//!
//! This is the only file that knows the names of event types.

use crate::ids::{ChatId, FileId, MessageId};
use serde_json::Value;

/// What every event of the socket's `events` channel is wrapped in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// The chat it belongs to, if any.
    pub chat_id: Option<ChatId>,
    /// The message it belongs to, if any.
    pub message_id: Option<MessageId>,
    /// Activity of somebody else on a shared chat.
    pub shared: bool,
    /// The event's type, as sent.
    pub kind: String,
    /// Its payload; null if there was none.
    pub data: Value,
}

impl Envelope {
    /// Reads an envelope. `None` if it has no type: then it is no event.
    pub fn parse(value: &Value) -> Option<Self> {
        let inner = value.get("data")?;
        Some(Self {
            chat_id: text(value, "chat_id").map(ChatId::from),
            message_id: text(value, "message_id").map(MessageId::from),
            shared: value["shared"] == true,
            kind: text(inner, "type")?.to_owned(),
            data: inner.get("data").cloned().unwrap_or_default(),
        })
    }
}

/// An event that changes what a chat shows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// One more step of the status line (2.2); the last decides what is shown.
    Status(StatusItem),
    /// Text to append.
    Delta(String),
    /// Text instead of all text so far.
    Replace(String),
    /// Files of the message; the alias decides whether they are added or replace the list.
    Files {
        /// As sent.
        files: Vec<Value>,
        /// Whether they come before the present ones.
        merge: bool,
    },
    /// A source of the answer, as sent.
    Source(Value),
    /// A short message to the user.
    Notification {
        /// `success`, `error`, `warning` or `info`.
        level: String,
        /// The text.
        content: String,
    },
    /// An increment of the answer (3.2), as sent.
    Response(Value),
    /// A snapshot of the answer, or metadata (3.3), as sent.
    Completion(Value),
    /// The turn failed.
    Error(String),
    /// Questions to go on with.
    FollowUps(Vec<String>),
    /// The chat has a new title.
    Title(String),
    /// The turn was stopped; the output so far, if it is told.
    Cancelled(Option<Vec<Value>>),
    /// Whether the chat has running tasks. `false` is the definitive end of a turn.
    Active(bool),
    /// The list of chats changed.
    List,
    /// The chat has to be read again.
    Reload,
    /// Anything else.
    Unknown,
}

/// One step of the status line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusItem {
    /// What is going on.
    pub description: String,
    /// Only an explicit `false` is unfinished (2.2).
    pub unfinished: bool,
    /// Not to be shown.
    pub hidden: bool,
}

impl StatusItem {
    /// Reads a status as it is sent and stored.
    pub fn parse(data: &Value) -> Self {
        Self {
            description: text(data, "description").unwrap_or_default().to_owned(),
            unfinished: data["done"] == false,
            hidden: data["hidden"] == true,
        }
    }
}

impl ChatEvent {
    /// What an event says.
    pub fn parse(kind: &str, data: &Value) -> Self {
        let content = || text(data, "content").unwrap_or_default().to_owned();
        let list = |name: &str| data[name].as_array().cloned().unwrap_or_default();
        match kind {
            "status" => Self::Status(StatusItem::parse(data)),
            "message" | "chat:message:delta" => Self::Delta(content()),
            "replace" | "chat:message" => Self::Replace(content()),
            "files" => Self::Files { files: list("files"), merge: true },
            "chat:message:files" => Self::Files { files: list("files"), merge: false },
            "source" | "citation" => Self::Source(data.clone()),
            "notification" => {
                Self::Notification { level: text(data, "type").unwrap_or("info").to_owned(), content: content() }
            }
            "response:completion" => Self::Response(data.clone()),
            "chat:completion" => Self::Completion(data.clone()),
            "chat:message:error" => Self::Error(error_text(&data["error"])),
            "chat:message:follow_ups" => {
                Self::FollowUps(list("follow_ups").iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            "chat:title" => Self::Title(data.as_str().or_else(|| text(data, "title")).unwrap_or_default().to_owned()),
            "chat:tasks:cancel" => Self::Cancelled(data["output"].as_array().cloned()),
            "chat:active" => Self::Active(data["active"] == true),
            "chat:list" => Self::List,
            "chat:reload" => Self::Reload,
            _ => Self::Unknown,
        }
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
        Value::Null => "The server gave no reason.".to_owned(),
        other => other.to_string(),
    }
}

/// An event that waits for an answer (1.6).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatCall {
    /// Code to run in the browser (4.2).
    ExecutePython {
        /// Python source.
        code: String,
        /// The session that it is meant for, if it says so.
        session_id: Option<String>,
        /// Files of the server that the code may read.
        files: Vec<CallFile>,
    },
    /// A yes or no; anything but `true` is a refusal.
    Confirmation,
    /// A line of text; `false` is a refusal.
    Input,
    /// JavaScript for the page.
    Execute,
    /// Anything else.
    Unknown,
}

/// A file that a call names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFile {
    /// Its id on the server.
    pub id: FileId,
    /// As the user knows it; not yet safe to write.
    pub name: String,
}

impl ChatCall {
    /// What a call asks for.
    pub fn parse(kind: &str, data: &Value) -> Self {
        match kind {
            "execute:python" => Self::ExecutePython {
                code: text(data, "code").unwrap_or_default().to_owned(),
                session_id: text(data, "session_id").map(str::to_owned),
                files: data["files"].as_array().into_iter().flatten().filter_map(CallFile::parse).collect(),
            },
            "confirmation" => Self::Confirmation,
            "input" => Self::Input,
            "execute" => Self::Execute,
            _ => Self::Unknown,
        }
    }
}

impl CallFile {
    fn parse(value: &Value) -> Option<Self> {
        let name = ["filename", "name"].iter().find_map(|field| text(value, field)).unwrap_or("file");
        Some(Self { id: text(value, "id").filter(|id| is_file_id(id))?.into(), name: name.to_owned() })
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

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
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
        assert_eq!(ChatEvent::parse(&envelope.kind, &envelope.data), ChatEvent::Cancelled(None));
        for hostile in [json!(null), json!([]), json!("x"), json!({"data": {}}), json!({"data": {"type": {}}})] {
            assert_eq!(Envelope::parse(&hostile), None);
        }
    }

    #[test]
    fn only_an_explicit_false_is_unfinished() {
        let unfinished = |data| StatusItem::parse(&data).unfinished;
        assert!(unfinished(json!({"done": false})));
        assert!(!unfinished(json!({})) && !unfinished(json!({"done": null})) && !unfinished(json!({"done": 0})));
    }

    #[test]
    fn a_title_is_text_or_an_object() {
        for data in [json!("New"), json!({"title": "New"})] {
            assert_eq!(ChatEvent::parse("chat:title", &data), ChatEvent::Title("New".into()));
        }
    }

    #[test]
    fn a_file_id_that_could_leave_its_folder_is_no_file() {
        let files = json!([{"id": "../../x", "name": "a"}, {"name": "b"}, 3, {"id": "f-1", "filename": "c.csv"}]);
        let ChatCall::ExecutePython { files, .. } = ChatCall::parse("execute:python", &json!({"files": files})) else {
            panic!("another call")
        };
        assert_eq!(files, [CallFile { id: "f-1".into(), name: "c.csv".into() }]);
        assert_eq!(file_content_path("/api/v1/files/../users/content"), None);
        assert_eq!(file_content_path("https://evil/api/v1/files/a/content"), None);
        assert!(file_content_path("/api/v1/files/c945d87f-28e8/content").is_some());
    }
}
