//! One chat: its tree of messages, and how events change them.

use super::fold;
use crate::ids::{ChatId, MessageId};
use crate::protocol::chat::{ChatEvent, StatusItem, error_text};
use serde_json::Value;
use std::collections::BTreeMap;

/// A chat that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chat {
    /// `None` until the server has made it.
    pub id: Option<ChatId>,
    /// What people read.
    pub title: String,
    /// All messages, also those of other branches.
    pub messages: BTreeMap<MessageId, Message>,
    /// The last message of the branch that is shown.
    pub current: Option<MessageId>,
    /// Whether a turn is going on.
    pub active: bool,
    /// Whether the server's copy is being read: increments that come meanwhile are in it or will be repaired
    /// by the final snapshot (PROTOCOL.md 1.8).
    pub reading: bool,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The person.
    #[default]
    User,
    /// The model.
    Assistant,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// Who wrote it.
    pub role: Role,
    /// What it replies to.
    pub parent: Option<MessageId>,
    /// Its text; shown only while there is no output (3.6).
    pub content: String,
    /// The output items (3.4), as the server has them.
    pub output: Vec<Value>,
    /// The steps of the status line.
    pub statuses: Vec<StatusItem>,
    /// Files, as the server has them.
    pub files: Vec<Value>,
    /// Sources, as the server has them.
    pub sources: Vec<Value>,
    /// Questions to go on with.
    pub follow_ups: Vec<String>,
    /// Why the turn failed.
    pub error: Option<String>,
    /// Whether nothing more comes.
    pub done: bool,
    /// The model that answered.
    pub model: String,
}

/// The part of a message that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Text, output items, error.
    Body,
    /// The status line.
    Status,
    /// Files, sources and follow-up questions.
    Extras,
    /// Whether it is done.
    Done,
}

/// What an event changed in the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A field of a message.
    Message(MessageId, Field),
    /// The title.
    Title,
    /// Whether a turn is going on.
    Active,
}

impl Chat {
    /// Reads a chat as the server stores it (5.4). What can't be read is left out.
    pub fn parse(id: ChatId, body: &Value) -> Self {
        let chat = &body["chat"];
        let history = &chat["history"];
        let messages: BTreeMap<_, _> = history["messages"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(id, message)| (MessageId::from(id.as_str()), Message::parse(message)))
            .collect();
        let current = history["currentId"].as_str().map(MessageId::from).filter(|id| messages.contains_key(id));
        let title = [&body["title"], &chat["title"]].into_iter().find_map(Value::as_str).unwrap_or_default();
        let active = current.as_ref().and_then(|id| messages.get(id)).is_some_and(|message| !message.done);
        Self { id: Some(id), title: title.to_owned(), messages, current, active, reading: false }
    }

    /// The branch that is shown, first message first.
    pub fn path(&self) -> Vec<MessageId> {
        let mut path = Vec::new();
        let mut next = self.current.clone();
        while let Some(id) = next.take() {
            // A circle in a hostile history ends here.
            if path.len() > self.messages.len() {
                break;
            }
            if let Some(message) = self.messages.get(&id) {
                next = message.parent.clone();
                path.push(id);
            }
        }
        path.reverse();
        path
    }

    /// Applies an event to a message of this chat.
    pub fn apply(&mut self, message_id: Option<&MessageId>, event: ChatEvent) -> Vec<Changed> {
        match event {
            ChatEvent::Title(title) => {
                self.title = title;
                return vec![Changed::Title];
            }
            ChatEvent::Active(active) => {
                self.active = active;
                return vec![Changed::Active];
            }
            _ => {}
        }
        let Some((id, message)) = message_id.and_then(|id| Some((id, self.messages.get_mut(id)?))) else {
            return Vec::new();
        };
        if self.reading && matches!(event, ChatEvent::Response(_) | ChatEvent::Delta(_)) {
            return Vec::new();
        }
        message.apply(event).iter().map(|field| Changed::Message(id.clone(), *field)).collect()
    }
}

impl Message {
    fn parse(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
        let role = if value["role"] == "assistant" { Role::Assistant } else { Role::User };
        Self {
            role,
            parent: value["parentId"].as_str().map(MessageId::from),
            content: text("content"),
            output: list("output"),
            statuses: list("statusHistory").iter().map(StatusItem::parse).collect(),
            files: list("files"),
            sources: list("sources"),
            follow_ups: list("followUps").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            error: Some(&value["error"]).filter(|error| !error.is_null() && **error != false).map(error_text),
            done: role == Role::User || value["done"] != false,
            model: text("model"),
        }
    }

    fn apply(&mut self, event: ChatEvent) -> &'static [Field] {
        match event {
            ChatEvent::Status(item) => {
                self.statuses.push(item);
                &[Field::Status]
            }
            ChatEvent::Delta(text) => {
                self.content.push_str(&text);
                &[Field::Body]
            }
            ChatEvent::Replace(text) => {
                // The output would hide the new text (2.2): what it replaces is the text of the output.
                self.output.retain(|item| item["type"] != "message");
                self.content = text;
                &[Field::Body]
            }
            ChatEvent::Files { mut files, merge } => {
                if merge {
                    files.append(&mut self.files);
                }
                self.files = files;
                &[Field::Extras]
            }
            ChatEvent::Source(source) => {
                if source.as_object().is_some_and(|fields| !fields.is_empty()) {
                    self.sources.push(source);
                }
                &[Field::Extras]
            }
            ChatEvent::FollowUps(questions) => {
                self.follow_ups = questions;
                &[Field::Extras]
            }
            ChatEvent::Response(event) => {
                if fold::response(&mut self.output, &event) {
                    self.content = fold::content(&self.output);
                    return &[Field::Body];
                }
                &[]
            }
            ChatEvent::Completion(data) => self.complete(&data),
            ChatEvent::Error(words) => {
                self.error = Some(words);
                self.done = true;
                &[Field::Body, Field::Done]
            }
            ChatEvent::Cancelled(output) => {
                if let Some(output) = output {
                    self.set_output(output);
                }
                self.done = true;
                &[Field::Body, Field::Done]
            }
            _ => &[],
        }
    }

    /// A snapshot or metadata (3.3).
    fn complete(&mut self, data: &Value) -> &'static [Field] {
        if let Some(output) = data["output"].as_array() {
            self.set_output(output.clone());
        } else if let Some(content) = data["content"].as_str() {
            self.content = content.to_owned();
        } else {
            let choice = &data["choices"][0];
            let text = choice["message"]["content"].as_str().or_else(|| choice["delta"]["content"].as_str());
            self.content.push_str(text.unwrap_or_default());
        }
        if self.sources.is_empty()
            && let Some(sources) = data["sources"].as_array()
        {
            self.sources = sources.clone();
        }
        if !data["error"].is_null() {
            self.error = Some(error_text(&data["error"]));
            self.done = true;
        }
        if data["done"] == true {
            self.done = true;
        }
        &[Field::Body, Field::Extras, Field::Done]
    }

    fn set_output(&mut self, output: Vec<Value>) {
        self.output = output;
        if !self.output.is_empty() {
            self.content = fold::content(&self.output);
        }
    }

    /// The text that "Copy" copies.
    pub fn text(&self) -> &str {
        &self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chat() -> Chat {
        let body = json!({"title": "T", "chat": {"history": {"currentId": "a2", "messages": {
            "u": {"role": "user", "content": "hi", "parentId": null},
            "a1": {"role": "assistant", "content": "one", "parentId": "u", "done": true},
            "a2": {"role": "assistant", "content": "two", "parentId": "u", "done": false},
        }}}});
        Chat::parse("c".into(), &body)
    }

    #[test]
    fn the_current_branch_is_shown_and_a_circle_ends() {
        let mut chat = chat();
        assert_eq!(chat.path(), ["u".into(), "a2".into()]);
        assert!(chat.active, "its last answer is not done");
        chat.messages.get_mut(&MessageId::from("u")).expect("it").parent = Some("a2".into());
        assert!(chat.path().len() <= 4);
    }

    #[test]
    fn a_final_snapshot_wins_over_what_was_folded() {
        let mut chat = chat();
        let id = MessageId::from("a2");
        let delta = json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": "dou"});
        chat.apply(Some(&id), ChatEvent::Response(delta));
        let output = json!([{"type": "message", "id": "m", "content": [{"type": "output_text", "text": "double"}]}]);
        let changed = chat.apply(Some(&id), ChatEvent::Completion(json!({"done": true, "output": output})));
        assert!(changed.contains(&Changed::Message(id.clone(), Field::Done)));
        assert_eq!(chat.messages[&id].text(), "double");
        assert!(chat.messages[&id].done);
    }

    #[test]
    fn an_empty_finish_chunk_adds_no_text() {
        let mut message = Message { content: "x".into(), ..Default::default() };
        message.apply(ChatEvent::Completion(json!({"choices": [{"delta": {}, "finish_reason": "stop"}]})));
        assert_eq!(message.content, "x");
    }

    #[test]
    fn a_replaced_text_is_seen_though_there_was_output() {
        let mut message = Message {
            output: vec![json!({"type": "function_call"}), json!({"type": "message", "content": []})],
            ..Default::default()
        };
        message.apply(ChatEvent::Replace("new".into()));
        assert_eq!((message.output.len(), message.content.as_str()), (1, "new"));
    }

    #[test]
    fn increments_that_come_while_the_chat_is_read_again_are_dropped() {
        let mut chat = chat();
        chat.reading = true;
        assert_eq!(chat.apply(Some(&"a2".into()), ChatEvent::Delta("x".into())), []);
        assert_eq!(chat.apply(Some(&"nobody".into()), ChatEvent::Error("x".into())), []);
    }
}
