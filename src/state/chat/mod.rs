//! One chat: its tree of messages, and how events change it.

mod events;
mod message;
#[cfg(test)]
mod tests;
mod tree;

use crate::ids::{ChatId, MessageId};
use crate::protocol::chat::{ChatEvent, Compaction, Person, Task, one_line, tasks};
pub use message::{FIELDS, Field, Message, Role};
use serde_json::Value;
use std::collections::BTreeMap;

/// A chat that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chat {
    /// `None` until the server has made it.
    pub id: Option<ChatId>,
    /// Whether it is kept by nobody: its messages live in this page only.
    pub temporary: bool,
    /// What people read.
    pub title: String,
    /// All messages, also those of other branches.
    pub messages: BTreeMap<MessageId, Message>,
    /// The last message of the branch that is shown.
    pub current: Option<MessageId>,
    /// Whether a turn is going on.
    pub active: bool,
    /// Its labels.
    pub tags: Vec<String>,
    /// What the model plans to do.
    pub tasks: Vec<Task>,
    /// Who else has it open.
    pub presence: Vec<Person>,
    /// Who else is writing.
    pub typing: Vec<Person>,
    /// How the summing up of earlier messages goes; none once it has ended well.
    pub compaction: Option<Compaction>,
    /// What happened in terminals, latest last: what, and about which file or command.
    pub terminal: Vec<(String, String)>,
    /// What is set for models in this chat, as the server has it.
    pub params: Value,
    /// While the server's copy is being read: what came meanwhile, with the message that it is about
    /// (PROTOCOL.md 1.8).
    pub reading: Option<Vec<(Option<MessageId>, ChatEvent)>>,
}

/// What an event changed in the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A field of a message.
    Message(MessageId, Field),
    /// Which messages are shown.
    Path,
    /// The title.
    Title,
    /// Whether a turn is going on.
    Active,
    /// Tags, tasks, people, what the server is doing.
    About,
}

/// Whether a chat with this id is kept by the server (PROTOCOL.md 1.5).
pub fn is_saved(id: &ChatId) -> bool {
    !["temporary:", "local:", "channel:"].iter().any(|prefix| id.as_str().starts_with(prefix))
}

impl Chat {
    /// Reads a chat as the server stores it (5.4). What can't be read is left out.
    pub fn parse(id: ChatId, body: &Value) -> Self {
        let chat = &body["chat"];
        let history = &chat["history"];
        let mut read = Self { id: Some(id), ..Self::default() };
        for (id, message) in history["messages"].as_object().into_iter().flatten() {
            read.messages.insert(id.as_str().into(), Message::parse(message));
        }
        read.adopt_children();
        read.current = history["currentId"].as_str().map(MessageId::from).filter(|id| read.messages.contains_key(id));
        let title = [&body["title"], &chat["title"]].into_iter().find_map(Value::as_str).unwrap_or_default();
        read.title = one_line(title, 200);
        read.active = read.current.as_ref().and_then(|id| read.messages.get(id)).is_some_and(|message| !message.done);
        read.tags = tags(&body["meta"]["tags"]);
        read.tasks = tasks(&body["tasks"]);
        read.params = chat["params"].clone();
        read
    }
}

/// Tags as text, or as rows with a name.
pub fn tags(value: &Value) -> Vec<String> {
    let rows = value.as_array().into_iter().flatten();
    let name = |row: &Value| row.as_str().or_else(|| row["name"].as_str()).map(|name| one_line(name, 100));
    rows.filter_map(name).filter(|name| !name.is_empty()).take(100).collect()
}
