//! Buttons at an answer: the model's actions, and tool calls that wait for the person (PROTOCOL.md 3.5, 5.5).

use super::{Change, Client, Connection, Effect, Failure, ReplyTo, Update, chat_path, message_path, path_part};
use crate::ids::{ChatId, MessageId};
use crate::protocol::chat::Level;
use crate::protocol::chat::question::{Decision, Question};
use crate::state::chat::{Chat, Field, is_saved};
use crate::state::strings;
use serde_json::{Value, json};

impl Client {
    /// Presses a button of the model's.
    pub(super) fn act(&mut self, id: &MessageId, action: &str, update: &mut Update) {
        let (Connection::Connected(sid), Some(model)) = (&self.connection, self.model()) else { return };
        let path = self.chat.path();
        let upto = path.iter().position(|other| other == id).map_or(0, |at| at + 1);
        let messages: Vec<Value> = path[..upto]
            .iter()
            .filter_map(|id| self.chat.messages.get(id).map(|message| (id, message)))
            .map(|(id, message)| {
                json!({"id": id, "role": message.role.name(), "content": message.content, "timestamp": message.timestamp, "sources": message.sources})
            })
            .collect();
        let body = json!({
            "model": model.id, "messages": messages, "model_item": model.raw, "chat_id": self.chat.id, "session_id": sid, "id": id,
        });
        update.effects.push(Effect::Post(
            format!("/api/chat/actions/{}", path_part(action)),
            body,
            ReplyTo::Act(self.chat.id.clone()),
        ));
    }

    /// What an action gave back: messages that it changed are changed here, and kept.
    pub(super) fn acted(&mut self, chat: Option<&ChatId>, result: Result<Value, Failure>, update: &mut Update) {
        match result {
            Ok(body) => {
                for message in body["messages"].as_array().into_iter().flatten() {
                    let (Some(id), Some(text)) =
                        (message["id"].as_str().map(MessageId::from), message["content"].as_str())
                    else {
                        continue;
                    };
                    // Another chat may be shown by now; the change is kept all the same.
                    let is_here = chat == self.chat.id.as_ref();
                    if !is_here || self.chat.messages.get(&id).is_some_and(|known| known.content != text) {
                        self.rewrite(chat, &id, text.to_owned(), update);
                    }
                }
            }
            Err(failure) => self.notify(Level::Error, strings::action_failed(&failure.detail), update),
        }
    }

    /// Likes a message, or no longer. The server replaces a message as a whole, so its own copy is what goes back.
    pub(super) fn favorite(&mut self, id: &MessageId, liked: bool, update: &mut Update) {
        if !self.like(id, liked, update) {
            return;
        }
        if let Some(chat) = self.chat.id.clone().filter(is_saved) {
            self.likes.insert(id.clone(), liked);
            let to = ReplyTo::Favorite(chat.clone(), id.clone(), liked);
            update.effects.push(Effect::Get(chat_path(&chat), to));
        }
    }

    fn like(&mut self, id: &MessageId, liked: bool, update: &mut Update) -> bool {
        let Some(message) = self.chat.messages.get_mut(id) else { return false };
        message.favorite = liked;
        update.changes.push(Change::Message(id.clone(), Field::Extras));
        true
    }

    /// The server's copy of a chat came, to keep in it whether a message is liked.
    pub(super) fn keep_favorite(
        &mut self,
        chat: &ChatId,
        id: &MessageId,
        liked: bool,
        result: Result<Value, Failure>,
        update: &mut Update,
    ) {
        let why = match result {
            Ok(body) => match body["chat"]["history"]["messages"].get(id.as_str()) {
                Some(message) if message.is_object() => {
                    let mut message = message.clone();
                    message["favorite"] = json!(liked);
                    let body = json!({"chat": {"history": {"messages": {id.as_str(): message}}}});
                    let to = ReplyTo::FavoriteKept(chat.clone(), id.clone(), liked);
                    update.effects.push(Effect::Post(chat_path(chat), body, to));
                    return;
                }
                _ => strings::no_longer_there().to_owned(),
            },
            Err(failure) => failure.detail,
        };
        self.favorite_kept(chat, id, liked, Err(why), update);
    }

    /// Whether a message is liked was kept, or why not.
    pub(super) fn favorite_kept(
        &mut self,
        chat: &ChatId,
        id: &MessageId,
        liked: bool,
        result: Result<(), String>,
        update: &mut Update,
    ) {
        // A later press has an answer of its own.
        if self.likes.get(id) == Some(&liked) {
            self.likes.remove(id);
            if result.is_err() && self.chat.id.as_ref() == Some(chat) {
                self.like(id, !liked, update);
            }
        }
        if let Err(why) = result {
            self.notify(Level::Error, strings::like_unkept(&why), update);
        }
    }

    /// A copy of the chat that was read knows nothing of what is on its way to the server.
    pub(super) fn keep_likes(&self, read: &mut Chat) {
        for (id, liked) in &self.likes {
            if let Some(message) = read.messages.get_mut(id) {
                message.favorite = *liked;
            }
        }
    }

    /// Begins a chat of its own with the messages up to this one; the server copies them.
    pub(super) fn branch(&mut self, id: &MessageId, update: &mut Update) {
        if let Some(chat) = self.chat.id.clone().filter(is_saved).filter(|_| self.chat.messages.contains_key(id)) {
            let path = format!("{}/fork", chat_path(&chat));
            update.effects.push(Effect::Post(path, json!({"message_id": id}), ReplyTo::Branch(chat)));
        }
    }

    /// That chat was made: it is shown, if the one that it comes from still is.
    pub(super) fn branched(&mut self, from: &ChatId, result: Result<Value, Failure>, update: &mut Update) {
        let why = match result {
            Ok(body) => match body["id"].as_str().map(ChatId::from) {
                Some(id) => {
                    self.read_chats(update);
                    if self.chat.id.as_ref() == Some(from) {
                        self.open(id, update);
                    }
                    return;
                }
                None => strings::no_branch_made().to_owned(),
            },
            Err(failure) => failure.detail,
        };
        self.notify(Level::Error, strings::not_branched(&why), update);
    }

    /// Decides about a tool call that waits in a saved chat.
    pub(super) fn resolve(&mut self, id: &MessageId, call_id: &str, decision: &Decision, update: &mut Update) {
        let Some(chat) = self.chat.id.clone() else { return };
        let Some(item) = self.chat.messages.get(id).and_then(|message| pending(&message.output, call_id)) else {
            return;
        };
        let body = match (question(item), decision) {
            (_, Decision::Decline | Decision::Cancel) => json!({"call_id": call_id, "action": "reject"}),
            (None, Decision::Accept(_)) => json!({"call_id": call_id, "action": "approve"}),
            (Some(question), decision) => match question.answer(decision) {
                Ok(answer) => {
                    json!({"call_id": call_id, "action": "answer", "answers": answer["answers"], "timed_out": false})
                }
                Err((_, why)) => return self.warn(why, update),
            },
        };
        let path = format!("{}/resolve", message_path(&chat, id));
        update.effects.push(Effect::Post(path, body, ReplyTo::Resolve(id.clone())));
    }

    pub(super) fn resolved(&mut self, id: &MessageId, result: Result<Value, Failure>, update: &mut Update) {
        match result {
            Ok(body) => {
                // The run goes on in the same answer; none does while another call waits.
                let runs = body["task_ids"].as_array().is_some_and(|tasks| !tasks.is_empty());
                if let Some(message) = self.chat.messages.get_mut(id).filter(|_| runs) {
                    message.done = false;
                    self.chat.active = true;
                    update.changes.extend([Change::Active, Change::Message(id.clone(), Field::Done)]);
                }
            }
            // Somebody else, or another tab, was quicker.
            Err(failure) if failure.status == 409 => self.read_open_chat(update),
            Err(failure) => self.notify(Level::Error, strings::decision_unsent(&failure.detail), update),
        }
    }
}

fn pending<'a>(output: &'a [Value], call_id: &str) -> Option<&'a Value> {
    output.iter().find(|item| item["call_id"] == call_id && item["status"] == "pending")
}

/// What a pending `ask_user` call asks; none for a call that wants to be approved.
pub fn question(item: &Value) -> Option<Question> {
    let arguments = item["arguments"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok())?;
    if item["name"] == "ask_user" { Question::ask_user(&arguments) } else { None }
}
