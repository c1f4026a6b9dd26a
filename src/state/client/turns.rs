//! Turns: sending, other versions, more of an answer, stopping; and the outbox of what could not be sent yet
//! (PROTOCOL.md 5.5).

use super::{Change, Client, Connection, Effect, Failure, Fresh, ReplyTo, Timer, Update, path_part};
use crate::ids::{ChatId, MessageId};
use crate::protocol::execute::KernelRequest;
use crate::protocol::rest::{Turn, TurnAccepted, chat_rows};
use crate::state::chat::{Chat, Field, Message, Role, is_saved};
use serde_json::{Value, json};

/// How long until a turn that the server could not be reached for is tried again, in ms.
const RETRY: u32 = 3_000;

/// A turn that the server has not accepted yet.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    /// The chat; none for a new one.
    chat: Option<ChatId>,
    temporary: bool,
    user_id: MessageId,
    /// The person's message, as stored.
    user_message: Value,
    assistant_id: MessageId,
    continues: bool,
    model: String,
    features: Value,
    tools: Vec<String>,
    filters: Vec<String>,
    /// Files that are still being stored, by their numbers.
    pub(super) attachments: Vec<u32>,
    state: Sending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    /// It can be sent.
    Waits,
    /// Its request is under way.
    Sent,
    /// Its request was lost on the way: the server may have it or not.
    Doubtful,
    /// The server is being asked whether it has it.
    Asking,
}

impl Client {
    pub(super) fn send(&mut self, text: String, fresh: Fresh, update: &mut Update) {
        if !self.can_send() {
            return;
        }
        let parent = self.chat.current.clone();
        let attachments = self.take_attachments(update);
        self.begin(parent, text, Vec::new(), attachments, fresh, update);
    }

    /// Another version of what the person wrote: a branch beside the old one.
    pub(super) fn edit(&mut self, id: &MessageId, text: String, fresh: Fresh, update: &mut Update) {
        let Some(old) = self.chat.messages.get(id).filter(|old| old.role == Role::User) else { return };
        if !self.can_send() {
            return;
        }
        let (parent, files) = (old.parent.clone(), old.files.clone());
        self.begin(parent, text, files, Vec::new(), fresh, update);
    }

    fn begin(
        &mut self,
        parent: Option<MessageId>,
        text: String,
        files: Vec<Value>,
        attachments: Vec<u32>,
        fresh: Fresh,
        update: &mut Update,
    ) {
        let Some(model) = self.model().cloned() else { return };
        let Fresh { user_id, assistant_id, timestamp } = fresh;
        let user_message = json!({
            "id": user_id, "parentId": parent, "childrenIds": [assistant_id], "role": "user", "content": text,
            "files": files, "timestamp": timestamp, "models": [model.id],
        });
        let user = Message::parse(&user_message);
        self.chat.add(user_id.clone(), Message { unsent: true, ..user });
        self.queue(user_id, user_message, assistant_id, timestamp, attachments, update);
    }

    /// Another version of an answer.
    pub(super) fn regenerate(&mut self, id: &MessageId, fresh: Fresh, update: &mut Update) {
        let user =
            self.chat.messages.get(id).filter(|old| old.role == Role::Assistant).and_then(|old| old.parent.clone());
        let Some(user_id) = user.filter(|_| self.can_send()) else { return };
        let Some(user_message) = self.stored_user_message(&user_id) else { return };
        self.queue(user_id, user_message, fresh.assistant_id, fresh.timestamp, Vec::new(), update);
    }

    /// More of an answer.
    pub(super) fn go_on(&mut self, id: &MessageId, update: &mut Update) {
        let user =
            self.chat.messages.get(id).filter(|old| old.role == Role::Assistant).and_then(|old| old.parent.clone());
        let Some(user_id) = user.filter(|_| self.can_send()) else { return };
        let Some(user_message) = self.stored_user_message(&user_id) else { return };
        let Some(mut outgoing) = self.outgoing(user_id, user_message, id.clone(), Vec::new()) else { return };
        outgoing.continues = true;
        if let Some(answer) = self.chat.messages.get_mut(id) {
            (answer.done, answer.error) = (false, None);
        }
        self.put_out(outgoing, update);
    }

    fn stored_user_message(&self, id: &MessageId) -> Option<Value> {
        let user = self.chat.messages.get(id)?;
        let models: Vec<_> = self.model().map(|model| &model.id).into_iter().collect();
        Some(json!({
            "id": id, "parentId": user.parent, "childrenIds": user.children, "role": "user", "content": user.content,
            "files": user.files, "timestamp": user.timestamp, "models": models,
        }))
    }

    fn queue(
        &mut self,
        user_id: MessageId,
        user_message: Value,
        assistant_id: MessageId,
        timestamp: u64,
        attachments: Vec<u32>,
        update: &mut Update,
    ) {
        let Some(outgoing) = self.outgoing(user_id.clone(), user_message, assistant_id.clone(), attachments) else {
            return;
        };
        let model = outgoing.model.clone();
        let answer = Message { role: Role::Assistant, parent: Some(user_id), model, timestamp, ..Message::default() };
        self.chat.add(assistant_id.clone(), answer);
        self.chat.current = Some(assistant_id);
        self.put_out(outgoing, update);
    }

    fn outgoing(
        &self,
        user_id: MessageId,
        user_message: Value,
        assistant_id: MessageId,
        attachments: Vec<u32>,
    ) -> Option<Outgoing> {
        let choices = self.choices();
        let known = self.filters();
        Some(Outgoing {
            chat: self.chat.id.clone(),
            temporary: self.chat.temporary,
            user_id,
            user_message,
            assistant_id,
            continues: false,
            model: self.model()?.id.clone(),
            features: self.features(),
            tools: choices.tools.iter().filter(|id| self.tools.iter().any(|tool| tool.id == **id)).cloned().collect(),
            filters: choices.filters.into_iter().filter(|id| known.iter().any(|filter| filter.id == *id)).collect(),
            attachments,
            state: Sending::Waits,
        })
    }

    fn put_out(&mut self, outgoing: Outgoing, update: &mut Update) {
        self.chat.active = true;
        self.outbox.push(outgoing);
        update.changes.extend([Change::Path, Change::Active]);
        self.flush(update);
    }

    /// Whether the shown chat has a turn that the server doesn't have.
    pub(super) fn has_unsent(&self) -> bool {
        self.outbox.iter().any(|outgoing| self.chat.messages.contains_key(&outgoing.assistant_id))
    }

    /// Sends what can be sent.
    pub(super) fn flush(&mut self, update: &mut Update) {
        let Connection::Connected(sid) = self.connection.clone() else { return };
        let mut outbox = std::mem::take(&mut self.outbox);
        for outgoing in &mut outbox {
            let is_shown = self.chat.messages.contains_key(&outgoing.assistant_id);
            let stored = outgoing.attachments.iter().all(|number| !self.is_uploading(*number));
            if !stored || (is_shown && self.chat.reading.is_some()) {
                continue;
            }
            match outgoing.state {
                Sending::Waits => {
                    self.attach_stored(outgoing, update);
                    if outgoing.temporary && outgoing.chat.is_none() {
                        let id = ChatId(format!("temporary:{sid}"));
                        outgoing.chat = Some(id.clone());
                        if is_shown {
                            self.chat.id = Some(id);
                        }
                    }
                    let Some(body) = self.turn_body(outgoing, &sid) else { continue };
                    outgoing.state = Sending::Sent;
                    let to = ReplyTo::Turn(outgoing.assistant_id.clone());
                    update.effects.push(Effect::Post("/api/chat/completions".into(), body, to));
                    if let Some(message) = self.chat.messages.get_mut(&outgoing.user_id) {
                        message.unsent = false;
                        update.changes.push(Change::Message(outgoing.user_id.clone(), Field::Extras));
                    }
                }
                // A second copy in the same chat is refused by the server; a new chat would be begun twice.
                Sending::Doubtful if outgoing.chat.is_some() => outgoing.state = Sending::Waits,
                Sending::Doubtful => {
                    outgoing.state = Sending::Asking;
                    let to = ReplyTo::Doubt(outgoing.assistant_id.clone());
                    update.effects.push(Effect::Get(super::CHATS.into(), to));
                }
                Sending::Sent | Sending::Asking => {}
            }
        }
        let again = outbox.iter().any(|outgoing| outgoing.state == Sending::Waits && outgoing.attachments.is_empty());
        outbox.append(&mut self.outbox);
        self.outbox = outbox;
        if again && self.chat.reading.is_none() {
            update.effects.push(Effect::Wake(Timer::Flush, RETRY));
        }
    }

    /// The files of a message, now that they are stored.
    fn attach_stored(&mut self, outgoing: &mut Outgoing, update: &mut Update) {
        let numbers = std::mem::take(&mut outgoing.attachments);
        if numbers.is_empty() {
            return;
        }
        let files = self.stored_files(&numbers, outgoing.temporary, update);
        outgoing.user_message["files"] = json!(files);
        if let Some(message) = self.chat.messages.get_mut(&outgoing.user_id) {
            message.files = files;
            update.changes.push(Change::Message(outgoing.user_id.clone(), Field::Extras));
        }
    }

    fn turn_body(&self, outgoing: &Outgoing, sid: &str) -> Option<Value> {
        let model = self.models.iter().find(|model| model.id == outgoing.model)?;
        let runs_code = outgoing.features["code_interpreter"] == true;
        let files = self.turn_files(&outgoing.user_message, runs_code);
        let first = outgoing.user_message["parentId"].is_null();
        let turn = Turn {
            model,
            chat_id: outgoing.chat.as_ref(),
            session_id: sid,
            user_message: outgoing.user_message.clone(),
            assistant_id: &outgoing.assistant_id,
            continues: outgoing.continues,
            messages: if outgoing.temporary { self.history(outgoing) } else { Vec::new() },
            files: &files,
            features: outgoing.features.clone(),
            tool_ids: outgoing.tools.iter().map(String::as_str).collect(),
            filter_ids: outgoing.filters.iter().map(String::as_str).collect(),
            tool_servers: self.services.named(),
            name_it: first && !outgoing.temporary,
        };
        Some(turn.body())
    }

    /// What the model reads of a chat that the server doesn't keep.
    fn history(&self, outgoing: &Outgoing) -> Vec<Value> {
        let path = self.chat.path();
        let upto = path
            .iter()
            .position(|id| *id == outgoing.assistant_id)
            .map_or(path.len(), |at| at + usize::from(outgoing.continues));
        let messages = path[..upto].iter().filter_map(|id| self.chat.messages.get(id));
        messages
            .filter(|message| !message.content.is_empty() || !message.files.is_empty())
            .map(|message| {
                let role = if message.role == Role::User { "user" } else { "assistant" };
                let images: Vec<Value> = message
                    .files
                    .iter()
                    .filter(|file| {
                        file["type"] == "image"
                            && file["url"].as_str().is_some_and(|url| url.starts_with("data:image/"))
                    })
                    .map(|file| json!({"type": "image_url", "image_url": {"url": file["url"]}}))
                    .collect();
                if images.is_empty() {
                    return json!({"role": role, "content": message.content});
                }
                let text = json!({"type": "text", "text": message.content});
                json!({"role": role, "content": std::iter::once(text).chain(images).collect::<Vec<_>>()})
            })
            .collect()
    }

    /// A copy of the chat came: what it doesn't have yet is put back, what it has was accepted.
    pub(super) fn keep_unsent(&mut self, read: &mut Chat) {
        let id = read.id.clone();
        self.outbox.retain(|outgoing| {
            let arrived = read
                .messages
                .get(&outgoing.user_id)
                .is_some_and(|user| user.children.contains(&outgoing.assistant_id) && !outgoing.continues);
            outgoing.chat != id || !arrived
        });
        for outgoing in self.outbox.iter().filter(|outgoing| outgoing.chat == id) {
            for message in [&outgoing.user_id, &outgoing.assistant_id] {
                if let Some(local) = self.chat.messages.get(message)
                    && !read.messages.contains_key(message)
                {
                    read.add(message.clone(), local.clone());
                }
            }
            if read.messages.contains_key(&outgoing.user_id) && !read.messages.contains_key(&outgoing.assistant_id) {
                let parent = Some(outgoing.user_id.clone());
                read.add(
                    outgoing.assistant_id.clone(),
                    Message { role: Role::Assistant, parent, ..Message::default() },
                );
            } else if !read.messages.contains_key(&outgoing.user_id) {
                // The chat was opened anew since.
                read.add(outgoing.user_id.clone(), Message { unsent: true, ..Message::parse(&outgoing.user_message) });
                let parent = Some(outgoing.user_id.clone());
                read.add(
                    outgoing.assistant_id.clone(),
                    Message { role: Role::Assistant, parent, ..Message::default() },
                );
            }
            read.current = Some(outgoing.assistant_id.clone());
            read.active = true;
        }
    }

    pub(super) fn turn_came(&mut self, assistant: &MessageId, result: Result<Value, Failure>, update: &mut Update) {
        let Some(at) = self.outbox.iter().position(|outgoing| outgoing.assistant_id == *assistant) else { return };
        let is_shown = self.chat.messages.contains_key(assistant);
        match result {
            Err(failure) if failure.status == 0 => {
                self.outbox[at].state = Sending::Doubtful;
                let user = self.outbox[at].user_id.clone();
                if let Some(message) = self.chat.messages.get_mut(&user) {
                    message.unsent = true;
                    update.changes.push(Change::Message(user, Field::Extras));
                }
                if matches!(self.connection, Connection::Connected(_)) {
                    update.effects.push(Effect::Wake(Timer::Flush, RETRY));
                }
            }
            // It was there already: an earlier request had arrived after all.
            Err(failure) if failure.status == 409 => {
                self.outbox.remove(at);
                self.read_open_chat(update);
            }
            Ok(body) => {
                self.outbox.remove(at);
                let accepted: TurnAccepted = serde_json::from_value(body).unwrap_or_default();
                if let (None, Some(id), true) = (&self.chat.id, accepted.chat_id, is_shown) {
                    self.adopt(id, update);
                }
            }
            Err(failure) => {
                self.outbox.remove(at);
                if let Some(message) = self.chat.messages.get_mut(assistant) {
                    message.error = Some(format!("The message was not sent: {}", failure.detail));
                    message.done = true;
                    self.chat.active = false;
                    let changed = |field| Change::Message(assistant.clone(), field);
                    update.changes.extend([changed(Field::Body), changed(Field::Done), Change::Active]);
                } else {
                    self.warn(format!("A message was not sent: {}", failure.detail), update);
                }
            }
        }
    }

    /// The latest chat may be the one that a lost request began.
    pub(super) fn doubt_came(&mut self, assistant: MessageId, result: Result<Value, Failure>, update: &mut Update) {
        let latest = result.as_ref().ok().map(|body| chat_rows(body).into_iter().next().map(|row| row.id));
        match latest {
            Some(Some(id)) => {
                let path = format!("/api/v1/chats/{}", path_part(id.as_str()));
                update.effects.push(Effect::Get(path, ReplyTo::DoubtChat(assistant, id)));
            }
            Some(None) => self.not_arrived(&assistant, Sending::Waits, update),
            None => self.not_arrived(&assistant, Sending::Doubtful, update),
        }
    }

    pub(super) fn doubt_chat_came(
        &mut self,
        assistant: &MessageId,
        id: ChatId,
        result: Result<Value, Failure>,
        update: &mut Update,
    ) {
        match result {
            Ok(body) if Chat::parse(id.clone(), &body).messages.contains_key(assistant) => {
                self.outbox.retain(|outgoing| outgoing.assistant_id != *assistant);
                if self.chat.id.is_none() && self.chat.messages.contains_key(assistant) {
                    self.adopt(id, update);
                    self.read_open_chat(update);
                }
            }
            Ok(_) => self.not_arrived(assistant, Sending::Waits, update),
            Err(_) => self.not_arrived(assistant, Sending::Doubtful, update),
        }
    }

    fn not_arrived(&mut self, assistant: &MessageId, state: Sending, update: &mut Update) {
        if let Some(outgoing) = self.outbox.iter_mut().find(|outgoing| outgoing.assistant_id == *assistant) {
            outgoing.state = state;
        }
        match state {
            Sending::Waits => self.flush(update),
            _ => update.effects.push(Effect::Wake(Timer::Flush, RETRY)),
        }
    }

    pub(super) fn stop(&mut self, update: &mut Update) {
        // What was not sent yet can just be taken back: its text stays in the message, to be sent again.
        if let Some(at) = self.outbox.iter().position(|outgoing| {
            matches!(outgoing.state, Sending::Waits | Sending::Doubtful)
                && self.chat.messages.contains_key(&outgoing.assistant_id)
        }) {
            let outgoing = self.outbox.remove(at);
            if let Some(message) = self.chat.messages.get_mut(&outgoing.assistant_id) {
                message.error = Some("This message was not sent.".into());
                message.done = true;
            }
            self.chat.active = false;
            let changed = |field| Change::Message(outgoing.assistant_id.clone(), field);
            update.changes.extend([changed(Field::Body), changed(Field::Done), Change::Active]);
            return;
        }
        let Some(id) = self.chat.id.clone() else { return };
        let path = format!("/api/tasks/chat/{}/stop", path_part(id.as_str()));
        update.effects.push(Effect::Post(path, json!({}), ReplyTo::Stop));
        if self.runs_in(&id) {
            update.effects.push(Effect::Kernel(id, KernelRequest::Interrupt));
        }
    }

    /// Writes another text into an answer that the server keeps.
    pub(super) fn rewrite(&mut self, id: &MessageId, text: String, update: &mut Update) {
        let Some(message) = self.chat.messages.get_mut(id) else { return };
        message.replace(text.clone());
        update.changes.push(Change::Message(id.clone(), Field::Body));
        if let Some(chat) = self.chat.id.as_ref().filter(|chat| is_saved(chat)) {
            let path = format!("/api/v1/chats/{}/messages/{}", path_part(chat.as_str()), path_part(id.as_str()));
            let to = ReplyTo::Saved("The changed text could not be kept");
            update.effects.push(Effect::Post(path, json!({"content": text}), to));
        }
    }
}
