//! Bodies of the REST interface that this client uses (PROTOCOL.md 5), read leniently.

use crate::ids::{ChatId, FileId, MessageId};
use serde::Deserialize;
use serde_json::{Value, json};

/// Who is signed in (5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The session token; empty where the answer repeats none.
    pub token: String,
    /// The user's name.
    pub name: String,
    /// `user`, `admin` or `pending`.
    pub role: String,
    /// A further step that this client can't take (a second factor, an approval).
    pub next_step: Option<String>,
}

/// What the server allows (5.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The server's version.
    pub version: String,
    /// Switches.
    pub features: Features,
}

/// Switches of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Features {
    /// Whether models may run code.
    pub enable_code_interpreter: bool,
    /// Seconds between heartbeats of the socket; 30 if it is not told (1.2).
    pub websocket_heartbeat_interval: Option<u32>,
}

/// A model that can be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What requests name.
    pub id: String,
    /// What people read.
    pub name: String,
    /// As the server sent it; requests repeat it.
    pub raw: Value,
}

/// The models of `GET /api/models`.
pub fn models(body: &Value) -> Vec<Model> {
    let items = body["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|raw| {
            let id = raw["id"].as_str()?.to_owned();
            let name = raw["name"].as_str().unwrap_or(&id).to_owned();
            Some(Model { id, name, raw: raw.clone() })
        })
        .collect()
}

/// A row of the list of chats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ChatRow {
    /// Which.
    pub id: ChatId,
    /// What people read.
    #[serde(default)]
    pub title: String,
}

/// The rows of `GET /api/v1/chats/`; what is no row is left out.
pub fn chat_rows(body: &Value) -> Vec<ChatRow> {
    let items = body.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|row| serde_json::from_value(row.clone()).ok()).collect()
}

/// The answer to a turn (5.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct TurnAccepted {
    /// The chat, new or not.
    pub chat_id: Option<ChatId>,
}

/// The answer to an upload (5.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FileRecord {
    /// The stored file.
    pub id: FileId,
}

/// What a turn needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn<'a> {
    /// The model to ask.
    pub model: &'a Model,
    /// The saved chat; none starts one.
    pub chat_id: Option<&'a ChatId>,
    /// The socket's id.
    pub session_id: &'a str,
    /// The answer that is replied to.
    pub parent_id: Option<&'a MessageId>,
    /// The user's message, new.
    pub user_id: &'a MessageId,
    /// The answer's message, new.
    pub assistant_id: &'a MessageId,
    /// What the user wrote.
    pub content: &'a str,
    /// Whether the model may run code.
    pub code_interpreter: bool,
    /// Unix time in seconds.
    pub timestamp: u64,
}

impl Turn<'_> {
    /// The body of `POST /api/chat/completions` (5.5).
    pub fn body(&self) -> Value {
        let mut body = json!({
            "model": self.model.id,
            "stream": true,
            "session_id": self.session_id,
            "parent_id": self.parent_id,
            "id": self.assistant_id,
            "user_message": {
                "id": self.user_id,
                "parentId": self.parent_id,
                "childrenIds": [self.assistant_id],
                "role": "user",
                "content": self.content,
                "files": [],
                "timestamp": self.timestamp,
                "models": [self.model.id],
            },
            "messages": [],
            "params": {},
            "features": {
                "code_interpreter": self.code_interpreter,
                "web_search": false,
                "image_generation": false,
                "memory": false,
                "voice": false,
            },
            "tool_ids": [],
            "tool_servers": [],
            "model_item": self.model.raw,
            "background_tasks": {"title_generation": true, "tags_generation": true, "follow_up_generation": true},
        });
        if let Some(chat_id) = self.chat_id {
            body["chat_id"] = json!(chat_id);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_a_bad_row_keeps_the_good_ones() {
        let rows = chat_rows(&json!([{"id": "a", "title": "A"}, {"title": "no id"}, 3, {"id": "b"}]));
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(models(&json!({"data": [{"id": "m"}, {}]})).len(), 1);
        assert!(chat_rows(&json!({"detail": "x"})).is_empty());
    }

    #[test]
    fn a_first_turn_names_no_chat_and_no_parent() {
        let model = Model { id: "m".into(), name: "M".into(), raw: json!({"id": "m"}) };
        let turn = Turn {
            model: &model,
            chat_id: None,
            session_id: "s",
            parent_id: None,
            user_id: &"u".into(),
            assistant_id: &"a".into(),
            content: "hi",
            code_interpreter: true,
            timestamp: 1,
        };
        let body = turn.body();
        assert_eq!(body.get("chat_id"), None);
        assert_eq!(body["parent_id"], Value::Null);
        assert_eq!(body["user_message"]["childrenIds"], json!(["a"]));
    }
}
