//! Chats and turns: opening, sending, stopping.

use super::{CHATS, Change, Client, Connection, Effect, Failure, ReplyTo, Update};
use crate::ids::{ChatId, MessageId};
use crate::protocol::execute::{KernelRequest, KernelStatus};
use crate::protocol::rest::{Turn, TurnAccepted};
use crate::state::chat::{Chat, Field, Message, Role};
use serde_json::{Value, json};

impl Client {
    /// Shows another chat.
    pub(super) fn show(&mut self, chat: Chat, update: &mut Update) {
        if let Some(id) = self.chat.id.take()
            && chat.id.as_ref() != Some(&id)
        {
            update.effects.push(Effect::Emit("events:chat", about(&id, "leave")));
            self.kernel = KernelStatus::Off;
            self.progress = None;
            update.changes.push(Change::Kernel);
        }
        self.chat = chat;
        update.changes.extend([Change::Path, Change::Title, Change::Active, Change::Chats]);
    }

    pub(super) fn open(&mut self, id: ChatId, update: &mut Update) {
        if self.session.name.is_none() {
            self.wanted_chat = Some(id);
            return;
        }
        self.show(Chat { id: Some(id.clone()), ..Chat::default() }, update);
        update.effects.push(Effect::ShowAddress(Some(id.clone())));
        self.join(&id, update);
        self.read_chat(&id, update);
    }

    pub(super) fn join(&self, id: &ChatId, update: &mut Update) {
        if matches!(self.connection, Connection::Connected(_)) {
            update.effects.push(Effect::Emit("events:chat", about(id, "join")));
        }
    }

    pub(super) fn read_open_chat(&mut self, update: &mut Update) {
        if let Some(id) = self.chat.id.clone() {
            self.read_chat(&id, update);
        }
    }

    pub(super) fn read_chat(&mut self, id: &ChatId, update: &mut Update) {
        self.chat.reading = true;
        update
            .effects
            .push(Effect::Get(format!("/api/v1/chats/{}", path_part(id.as_str())), ReplyTo::Chat(id.clone())));
    }

    pub(super) fn chat_came(&mut self, id: ChatId, result: Result<Value, Failure>, update: &mut Update) {
        // A late answer to a chat that is no longer open.
        if self.chat.id.as_ref() != Some(&id) {
            return;
        }
        match result {
            Ok(body) => {
                let read = Chat::parse(id, &body);
                // A turn that was just sent isn't in the copy yet: the copy must not take it away.
                let sent = self.chat.current.as_ref().is_some_and(|current| !read.messages.contains_key(current));
                if sent && self.chat.active && !self.chat.messages.is_empty() {
                    self.chat.reading = false;
                    return;
                }
                if let Some(model) =
                    read.path().iter().rev().find_map(|id| read.messages.get(id)).map(|last| &last.model)
                    && self.models.iter().any(|known| known.id == *model)
                {
                    self.model = Some(model.clone());
                    update.changes.push(Change::Models);
                }
                let fields = [Field::Body, Field::Status, Field::Extras, Field::Done];
                for message in read.messages.keys() {
                    update.changes.extend(fields.map(|field| Change::Message(message.clone(), field)));
                }
                self.show(read, update);
            }
            Err(failure) => {
                self.chat.reading = false;
                if failure.status == 0 {
                    return self.notify("warning", format!("The chat could not be read: {}", failure.detail), update);
                }
                self.show(Chat::default(), update);
                update.effects.push(Effect::ShowAddress(None));
                let text = "This chat could not be opened: it isn't there any more, or it isn't yours.";
                self.notify("error", text.into(), update);
            }
        }
    }

    pub(super) fn send(
        &mut self,
        text: String,
        user_id: MessageId,
        assistant_id: MessageId,
        timestamp: u64,
        update: &mut Update,
    ) {
        let (Connection::Connected(sid), Some(model), true) = (&self.connection, self.model(), self.can_send()) else {
            return;
        };
        let parent = self.chat.current.clone();
        let turn = Turn {
            model,
            chat_id: self.chat.id.as_ref(),
            session_id: sid,
            parent_id: parent.as_ref(),
            user_id: &user_id,
            assistant_id: &assistant_id,
            content: &text,
            code_interpreter: self.config.features.enable_code_interpreter,
            timestamp,
        };
        let post = Effect::Post("/api/chat/completions".into(), turn.body(), ReplyTo::Turn(assistant_id.clone()));
        let model = model.name.clone();
        let user = Message { role: Role::User, parent, content: text, done: true, ..Message::default() };
        let assistant = Message { role: Role::Assistant, parent: Some(user_id.clone()), model, ..Message::default() };
        self.chat.messages.insert(user_id, user);
        self.chat.messages.insert(assistant_id.clone(), assistant);
        self.chat.current = Some(assistant_id);
        self.chat.active = true;
        update.effects.push(post);
        update.changes.extend([Change::Path, Change::Active]);
    }

    pub(super) fn turn_came(&mut self, assistant: &MessageId, result: Result<Value, Failure>, update: &mut Update) {
        if !self.chat.messages.contains_key(assistant) {
            return;
        }
        match result {
            Ok(body) => {
                let accepted: TurnAccepted = serde_json::from_value(body).unwrap_or_default();
                if let (None, Some(id)) = (&self.chat.id, accepted.chat_id) {
                    self.adopt(id, update);
                }
            }
            Err(failure) => {
                if let Some(message) = self.chat.messages.get_mut(assistant) {
                    message.error = Some(format!("The message was not sent: {}", failure.detail));
                    message.done = true;
                }
                self.chat.active = false;
                let changed = |field| Change::Message(assistant.clone(), field);
                update.changes.extend([changed(Field::Body), changed(Field::Done), Change::Active]);
            }
        }
    }

    /// The server has made the chat that was begun here.
    pub(super) fn adopt(&mut self, id: ChatId, update: &mut Update) {
        self.join(&id, update);
        self.chat.id = Some(id.clone());
        update.effects.extend([Effect::ShowAddress(Some(id)), Effect::Get(CHATS.into(), ReplyTo::Chats)]);
        update.changes.push(Change::Chats);
    }

    pub(super) fn stop(&mut self, update: &mut Update) {
        let Some(id) = self.chat.id.clone() else { return };
        let path = format!("/api/tasks/chat/{}/stop", path_part(id.as_str()));
        update.effects.push(Effect::Post(path, json!({}), ReplyTo::Stop));
        if self.calls.runs_in(&id) {
            update.effects.push(Effect::Kernel(id, KernelRequest::Interrupt));
        }
    }
}

fn about(id: &ChatId, what: &str) -> Value {
    json!({"chat_id": id, "data": {"type": what, "data": {}}})
}

/// An id as one part of a path: ids come from the server and from the address bar.
fn path_part(id: &str) -> String {
    let mut out = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
