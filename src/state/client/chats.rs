//! Which chat is shown: opening, reading, leaving, branches.

use super::{CHATS, Change, Client, Effect, Failure, RETRY, ReplyTo, Timer, Update, chat_path, path_part};
use crate::ids::{ChatId, MessageId};
use crate::state::chat::{Chat, FIELDS, is_saved};
use crate::state::strings;
use serde_json::{Value, json};

/// How the reading of the list of chats goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Listing {
    /// Not at all.
    #[default]
    Idle,
    /// It was asked for.
    Asked,
    /// It was asked for, and has changed since.
    Again,
}

impl Client {
    /// Shows another chat, or another state of the same.
    pub(super) fn show(&mut self, chat: Chat, update: &mut Update) {
        if self.chat.id != chat.id || chat.id.is_none() {
            self.leave_questions(update);
            if let Some(id) = self.chat.id.take().filter(is_saved)
                && self.is_connected()
            {
                update.effects.push(Effect::Emit("events:chat", about(&id, "leave")));
            }
            self.chosen = None;
            self.rechecked = None;
            update.changes.push(Change::Kernel);
        }
        self.chat = chat;
        update.changes.extend([Change::Path, Change::Title, Change::Active, Change::Chats]);
        update.changes.extend([Change::About, Change::Questions, Change::Choices]);
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

    pub(super) fn new_chat(&mut self, temporary: bool, update: &mut Update) {
        self.show(Chat { temporary, ..Chat::default() }, update);
        update.effects.push(Effect::ShowAddress(None));
    }

    pub(super) fn join(&self, id: &ChatId, update: &mut Update) {
        if is_saved(id) && self.is_connected() {
            update.effects.push(Effect::Ask("events:chat", about(id, "join"), super::Asked::Join(id.clone())));
        }
    }

    pub(super) fn read_open_chat(&mut self, update: &mut Update) {
        if let Some(id) = self.chat.id.clone() {
            self.read_chat(&id, update);
        }
    }

    pub(super) fn read_chat(&mut self, id: &ChatId, update: &mut Update) {
        if !is_saved(id) {
            return;
        }
        // What comes meanwhile is kept from the first of several reads on; the copy of the last one is taken.
        self.chat.reading.get_or_insert_default();
        self.reads += 1;
        let to = ReplyTo::Chat(id.clone(), self.reads);
        update.effects.push(Effect::Get(chat_path(id), to));
    }

    pub(super) fn chat_came(&mut self, id: ChatId, read: u32, result: Result<Value, Failure>, update: &mut Update) {
        // A late answer: to a chat that is no longer open, or overtaken by a later read.
        if self.chat.id.as_ref() != Some(&id) || read != self.reads {
            return;
        }
        match result {
            Ok(body) => {
                let mut read = Chat::parse(id.clone(), &body);
                read.presence = std::mem::take(&mut self.chat.presence);
                read.typing = std::mem::take(&mut self.chat.typing);
                read.terminal = std::mem::take(&mut self.chat.terminal);
                read.catch_up(self.chat.reading.take().unwrap_or_default());
                self.keep_unsent(&mut read);
                self.keep_likes(&mut read);
                let known = self.chat.messages.is_empty();
                if known
                    && let Some(model) =
                        read.path().iter().rev().find_map(|id| read.messages.get(id)).map(|last| &last.model)
                    && self.models.iter().any(|known| known.id == *model)
                {
                    self.model = Some(model.clone());
                    update.changes.extend([Change::Models, Change::Choices]);
                }
                for message in read.messages.keys() {
                    update.changes.extend(FIELDS.map(|field| Change::Message(message.clone(), field)));
                }
                if read.active {
                    let path = format!("/api/tasks/chat/{}", path_part(id.as_str()));
                    update.effects.push(Effect::Get(path, ReplyTo::Running(id)));
                }
                self.show(read, update);
                self.flush(update);
            }
            Err(failure) => {
                // What came meanwhile is shown already.
                self.chat.reading = None;
                if failure.is_passing() {
                    if self.chat.messages.is_empty() {
                        self.warn(strings::chat_unread(&failure.detail), update);
                    }
                    update.effects.push(Effect::Wake(Timer::Read(id), RETRY));
                    return self.flush(update);
                }
                self.new_chat(false, update);
                self.notify(crate::protocol::chat::Level::Error, strings::chat_not_opened().into(), update);
            }
        }
    }

    /// What the server says it is doing for a chat whose last answer is not done: nothing, if it was restarted.
    pub(super) fn running_came(&mut self, id: &ChatId, body: &Value, update: &mut Update) {
        let idle = body["task_ids"].as_array().is_some_and(Vec::is_empty);
        if self.chat.id.as_ref() == Some(id) && idle && self.chat.active && !self.has_unsent() {
            // The turn may have ended between the copy and this answer: only a second copy that says the same counts.
            if self.rechecked.replace(id.clone()).as_ref() != Some(id) {
                return self.read_open_chat(update);
            }
            self.chat.active = false;
            update.changes.push(Change::Active);
            let Some(last) = self.chat.current.clone() else { return };
            if let Some(message) = self.chat.messages.get_mut(&last)
                && !message.waits()
            {
                message.done = true;
                update.changes.extend(FIELDS.map(|field| Change::Message(last.clone(), field)));
            }
        }
    }

    /// The server has made the chat that was begun here.
    pub(super) fn adopt(&mut self, id: ChatId, update: &mut Update) {
        if !is_saved(&id) {
            return;
        }
        self.join(&id, update);
        self.chat.id = Some(id.clone());
        if let Some(choices) = self.chosen.take() {
            self.choose(choices, update);
        }
        update.effects.extend([Effect::ShowAddress(Some(id))]);
        self.read_chats(update);
        update.changes.extend([Change::Chats, Change::Questions]);
    }

    /// Reads the list of chats; one request at a time, however often it is said to have changed.
    pub(super) fn read_chats(&mut self, update: &mut Update) {
        match self.listing {
            Listing::Idle => {
                self.listing = Listing::Asked;
                update.effects.push(Effect::Get(CHATS.into(), ReplyTo::Chats));
            }
            Listing::Asked | Listing::Again => self.listing = Listing::Again,
        }
    }

    /// The list came, or not; it is read once more if it has changed meanwhile.
    pub(super) fn chats_read(&mut self, update: &mut Update) {
        if std::mem::take(&mut self.listing) == Listing::Again {
            self.read_chats(update);
        }
    }

    /// Shows another version of a message; the server keeps which branch is shown.
    pub(super) fn show_version(&mut self, id: &MessageId, update: &mut Update) {
        if !self.chat.messages.contains_key(id) || self.chat.active {
            return;
        }
        self.chat.show_branch(id);
        update.changes.push(Change::Path);
        if let (Some(chat), Some(current)) = (self.chat.id.clone().filter(is_saved), &self.chat.current) {
            let body = json!({"chat": {"history": {"currentId": current, "messages": {}}}});
            update.effects.push(Effect::Post(chat_path(&chat), body, ReplyTo::Saved(strings::version_unkept())));
        }
    }
}

fn about(id: &ChatId, what: &str) -> Value {
    json!({"chat_id": id, "data": {"type": what, "data": {}}})
}
