//! Bodies of the REST interface that this client uses (PROTOCOL.md 5), read leniently.

use super::chat::one_line;
use crate::ids::{ChatId, FileId, MessageId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Who is signed in (5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The person's id.
    pub id: String,
    /// The session token; empty where the answer repeats none.
    pub token: String,
    /// The user's name.
    pub name: String,
    /// `user`, `admin` or `pending`.
    pub role: String,
    /// A further step that this client can't take (a second factor, an approval).
    pub next_step: Option<String>,
    /// What the person may do.
    pub permissions: Value,
}

impl Session {
    /// Whether something is allowed, by its path (`features.web_search`). Administrators may do everything, and
    /// what is not told is allowed: the server checks again.
    pub fn may(&self, path: &str) -> bool {
        let told = path.split('.').try_fold(&self.permissions, |value, name| value.get(name));
        self.role == "admin" || told.is_none_or(|told| *told != false)
    }
}

/// What the server allows (5.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The server's version.
    pub version: String,
    /// Switches.
    pub features: Features,
    /// Limits of files.
    pub file: FileLimits,
    /// Where code runs.
    pub code: CodeConfig,
    /// What is said about the pages.
    pub ui: Ui,
}

/// Where code runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CodeConfig {
    /// What runs code of the conversation for the person: `pyodide`, which is here, or `jupyter`, at the server.
    pub engine: String,
}

/// What a server says about its pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Ui {
    /// A further policy for embeds (6.1): it can only narrow ours.
    pub iframe_csp: Option<String>,
}

/// Switches of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Features {
    /// Whether the person may run code of the conversation; they may if it is not told.
    pub enable_code_execution: Option<bool>,
    /// Whether models may run code.
    pub enable_code_interpreter: bool,
    /// Whether models may search the web.
    pub enable_web_search: bool,
    /// Whether models may make pictures.
    pub enable_image_generation: bool,
    /// Whether models may remember the person.
    pub enable_memories: bool,
    /// Whether the person's own tool servers may be used.
    pub enable_direct_integrations: bool,
    /// Whether the person's own connections to models may be used.
    pub enable_direct_connections: bool,
    /// Seconds between heartbeats of the socket; 30 if it is not told (1.2).
    pub websocket_heartbeat_interval: Option<u32>,
}

/// Limits of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FileLimits {
    /// MB of a file.
    pub max_size: Option<u32>,
    /// Files of a chat.
    pub max_count: Option<u32>,
}

/// A model that can be asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// What requests name.
    pub id: String,
    /// What people read.
    pub name: String,
    /// As the server sent it; requests repeat it.
    pub raw: Value,
}

/// A button of a model's, or a filter that can be switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choosable {
    /// What requests name.
    pub id: String,
    /// What people read.
    pub name: String,
}

impl Choosable {
    fn parse(row: &Value) -> Option<Self> {
        let id = row["id"].as_str()?.to_owned();
        let name = one_line(row["name"].as_str().unwrap_or(&id), 100);
        Some(Self { name, id })
    }

    /// The rows of a list; what is no row is left out.
    pub fn all(rows: &Value) -> Vec<Self> {
        rows.as_array().into_iter().flatten().filter_map(Self::parse).take(500).collect()
    }
}

impl Model {
    fn parse(raw: &Value) -> Option<Self> {
        let id = raw["id"].as_str()?.to_owned();
        let name = one_line(raw["name"].as_str().unwrap_or(&id), 200);
        Some(Self { id, name, raw: raw.clone() })
    }

    /// Whether it can do something; what is not told it can.
    pub fn can(&self, what: &str) -> bool {
        self.raw["info"]["meta"]["capabilities"][what] != false
    }

    /// The buttons that it puts at answers.
    pub fn actions(&self) -> Vec<Choosable> {
        Choosable::all(&self.raw["actions"])
    }

    /// The filters that can be switched on.
    pub fn filters(&self) -> Vec<Choosable> {
        Choosable::all(&self.raw["filters"])
    }

    /// What is on for a new chat: `toolIds`, `defaultFilterIds` or `defaultFeatureIds` of its maker.
    pub fn defaults(&self, which: &str) -> impl Iterator<Item = &str> {
        self.raw["info"]["meta"][which].as_array().into_iter().flatten().filter_map(Value::as_str)
    }
}

/// The models of `GET /api/models`.
pub fn models(body: &Value) -> Vec<Model> {
    body["data"].as_array().into_iter().flatten().filter_map(Model::parse).collect()
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The stored file.
    pub id: FileId,
    /// What else the server tells of it.
    #[serde(flatten)]
    pub more: Value,
}

/// What a turn needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn<'a> {
    /// The model to ask.
    pub model: &'a Model,
    /// The chat; none starts one.
    pub chat_id: Option<&'a ChatId>,
    /// The socket's id.
    pub session_id: &'a str,
    /// The user's message, new or stored, as messages are stored.
    pub user_message: Value,
    /// The answer's message; new, unless the answer is continued.
    pub assistant_id: &'a MessageId,
    /// Whether the answer is there already and more of it is wanted.
    pub continues: bool,
    /// What the model reads, where the server keeps nothing; else empty.
    pub messages: Vec<Value>,
    /// What the person has set for models, such as a temperature or whether tools ask first.
    pub params: Value,
    /// Files for tools and code.
    pub files: &'a [Value],
    /// Switches: code interpreter, web search, image generation, memory.
    pub features: Value,
    /// Tools of the server.
    pub tool_ids: Vec<&'a str>,
    /// Filters that are switched on.
    pub filter_ids: Vec<&'a str>,
    /// Tool servers of the person's own.
    pub tool_servers: Vec<Value>,
    /// Whether the server shall name the chat.
    pub name_it: bool,
}

impl Turn<'_> {
    /// The body of `POST /api/chat/completions` (5.5).
    pub fn body(&self) -> Value {
        let mut body = json!({
            "model": self.model.id,
            "stream": true,
            "session_id": self.session_id,
            "parent_id": self.user_message["parentId"],
            "id": self.assistant_id,
            "user_message": self.user_message,
            "messages": self.messages,
            "params": self.params,
            "features": self.features,
            "tool_ids": self.tool_ids,
            "tool_servers": self.tool_servers,
            "model_item": self.model.raw,
            "background_tasks": {
                "title_generation": self.name_it, "tags_generation": self.name_it, "follow_up_generation": true,
            },
        });
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body[name] = value;
            }
        };
        set("chat_id", self.chat_id.map(|id| json!(id)));
        set("files", Some(self.files).filter(|files| !files.is_empty()).map(|files| json!(files)));
        set("filter_ids", Some(&self.filter_ids).filter(|ids| !ids.is_empty()).map(|ids| json!(ids)));
        if self.continues {
            set("assistant_message_id", Some(json!(self.assistant_id)));
        } else {
            set(
                "message_ids",
                Some(json!([{"model_id": self.model.id, "message_id": self.assistant_id, "modelIdx": 0}])),
            );
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
    fn a_first_turn_names_no_chat_and_a_null_parent() {
        let model = Model { id: "m".into(), name: "M".into(), raw: json!({"id": "m"}) };
        let turn = Turn {
            model: &model,
            chat_id: None,
            session_id: "s",
            user_message: json!({"id": "u", "parentId": null}),
            assistant_id: &"a".into(),
            continues: false,
            messages: vec![],
            params: json!({}),
            files: &[],
            features: json!({}),
            tool_ids: vec!["t"],
            filter_ids: vec![],
            tool_servers: vec![],
            name_it: true,
        };
        let body = turn.body();
        assert_eq!((body.get("chat_id"), body.get("files"), body.get("filter_ids")), (None, None, None));
        assert_eq!((&body["parent_id"], &body["message_ids"][0]["message_id"]), (&Value::Null, &json!("a")));
        let body = Turn { continues: true, ..turn }.body();
        assert_eq!((body.get("message_ids"), &body["assistant_message_id"]), (None, &json!("a")));
    }

    #[test]
    fn what_is_not_forbidden_is_allowed_and_administrators_may_do_all() {
        let mut session = Session { permissions: json!({"features": {"web_search": false}}), ..Session::default() };
        assert!(
            !session.may("features.web_search") && session.may("features.memories") && session.may("chat.temporary")
        );
        session.role = "admin".into();
        assert!(session.may("features.web_search"));
    }
}
