//! Turns: sending, other versions, more of an answer, stopping; and the outbox of what could not be sent yet
//! (PROTOCOL.md 5.5).

use super::attachments::is_picture;
use super::{
    Change, Client, Connection, Effect, Failure, Fresh, RETRY, ReplyTo, Timer, Update, chat_path, message_path,
    path_part,
};
use crate::ids::{ChatId, MessageId};
use crate::protocol::execute::KernelRequest;
use crate::protocol::rest::{Turn, TurnAccepted, chat_rows};
use crate::state::chat::{Chat, Field, Message, Role, is_saved};
use crate::state::strings;
use serde_json::{Value, json};

/// How many of the latest chats may be the one that a lost request began.
const SUSPECTS: usize = 8;

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
    /// Files of the branch, for tools and code.
    files: Vec<Value>,
    /// What the model reads before the person's message: the system prompt and, where the server keeps nothing, the
    /// branch.
    earlier: Vec<Value>,
    params: Value,
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
    /// It can't be sent, and has been said so.
    Failed,
}

impl Outgoing {
    /// As it is after its session ended: what was under way may have arrived or not.
    pub(super) fn after_loss(mut self) -> Self {
        if matches!(self.state, Sending::Sent | Sending::Asking) {
            self.state = Sending::Doubtful;
        }
        self
    }
}

impl Client {
    /// What the person has set for models, of all chats and of this one, and the system prompt among it (PROTOCOL.md 5.5).
    fn params(&self) -> (Value, Option<Value>) {
        let mut params = serde_json::Map::new();
        for of in [&self.settings["params"], &self.chat.params] {
            let set = of.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            params.extend(set.map(|(name, value)| (name.clone(), value.clone())));
        }
        let system = params.get("system").and_then(Value::as_str).or_else(|| self.settings["system"].as_str());
        let system =
            system.filter(|words| !words.trim().is_empty()).map(|words| json!({"role": "system", "content": words}));
        (params.into(), system)
    }

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
        let timestamp = if parent.is_none() { self.chat.root_time(timestamp) } else { timestamp };
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
        let Some((user_id, user_message)) = self.answered_by(id).filter(|_| self.can_send()) else { return };
        self.queue(user_id, user_message, fresh.assistant_id, fresh.timestamp, Vec::new(), update);
    }

    /// More of an answer.
    pub(super) fn go_on(&mut self, id: &MessageId, update: &mut Update) {
        let Some((user_id, user_message)) = self.answered_by(id).filter(|_| self.can_send()) else { return };
        let Some(mut outgoing) = self.outgoing(user_id, user_message, id.clone(), Vec::new(), true) else { return };
        outgoing.continues = true;
        if let Some(answer) = self.chat.messages.get_mut(id) {
            (answer.done, answer.error) = (false, None);
            update.changes.extend([Field::Body, Field::Done].map(|field| Change::Message(id.clone(), field)));
        }
        self.put_out(outgoing, update);
    }

    /// The message that an answer answers, as stored.
    fn answered_by(&self, answer: &MessageId) -> Option<(MessageId, Value)> {
        let answer = self.chat.messages.get(answer).filter(|message| message.role == Role::Assistant)?;
        let id = answer.parent.clone()?;
        let user = self.chat.messages.get(&id)?;
        let models: Vec<_> = self.model().map(|model| &model.id).into_iter().collect();
        let stored = json!({
            "id": id, "parentId": user.parent, "childrenIds": user.children, "role": "user", "content": user.content,
            "files": user.files, "timestamp": user.timestamp, "models": models,
        });
        Some((id, stored))
    }

    fn mark_unsent(&mut self, user: &MessageId, unsent: bool, update: &mut Update) {
        if let Some(message) = self.chat.messages.get_mut(user) {
            message.unsent = unsent;
            update.changes.push(Change::Message(user.clone(), Field::Extras));
        }
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
        let outgoing = self.outgoing(user_id.clone(), user_message, assistant_id.clone(), attachments, false);
        let Some(outgoing) = outgoing else {
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
        continues: bool,
    ) -> Option<Outgoing> {
        // All that is told of the chat is told as it is now: another may be shown when the turn is sent.
        let mut upto = self.chat.up_from(Some(user_id.clone()));
        upto.reverse();
        let branch: Vec<&Message> = upto.iter().filter_map(|id| self.chat.messages.get(id)).collect();
        let answer = self.chat.messages.get(&assistant_id).filter(|_| continues);
        let (params, system) = self.params();
        let mut earlier: Vec<Value> = system.into_iter().collect();
        if self.chat.temporary {
            let before = if continues { branch.len() } else { branch.len().saturating_sub(1) };
            earlier.extend(branch[..before].iter().copied().chain(answer).map(entry));
        }
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
            files: branch.iter().flat_map(|message| message.files.iter().cloned()).collect(),
            earlier,
            params,
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
        let mut again = false;
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
                        // All of one connection are called so (PROTOCOL.md 2.2), but know nothing of each other.
                        let id = ChatId(format!("temporary:{sid}"));
                        self.end_kernel(id.clone(), update);
                        outgoing.chat = Some(id.clone());
                        if is_shown {
                            self.chat.id = Some(id);
                            update.changes.push(Change::Chats);
                        }
                    }
                    let Some(body) = self.turn_body(outgoing, &sid) else { continue };
                    outgoing.state = Sending::Sent;
                    let to = ReplyTo::Turn(outgoing.assistant_id.clone());
                    update.effects.push(Effect::Post("/api/chat/completions".into(), body, to));
                    self.mark_unsent(&outgoing.user_id, false, update);
                }
                // A second copy in a saved chat is refused by the server; a new chat would be begun twice.
                Sending::Doubtful if outgoing.chat.is_some() && !outgoing.continues && !outgoing.temporary => {
                    outgoing.state = Sending::Waits;
                    again = true;
                }
                // More of an answer, and turns that nobody keeps, can't be told apart from a second time.
                Sending::Doubtful if outgoing.continues || outgoing.temporary => {
                    self.fail(&outgoing.assistant_id.clone(), strings::doubtful(), update);
                    outgoing.state = Sending::Failed;
                }
                Sending::Doubtful => {
                    outgoing.state = Sending::Asking;
                    let to = ReplyTo::Doubt(outgoing.assistant_id.clone());
                    update.effects.push(Effect::Get(super::CHATS.into(), to));
                }
                Sending::Sent | Sending::Asking | Sending::Failed => {}
            }
        }
        outbox.retain(|outgoing| outgoing.state != Sending::Failed);
        outbox.append(&mut self.outbox);
        self.outbox = outbox;
        if again {
            self.flush(update);
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
        let files = turn_files(&outgoing.files, &outgoing.user_message, runs_code);
        let mut messages = outgoing.earlier.clone();
        if outgoing.temporary && !outgoing.continues {
            messages.push(entry(&Message::parse(&outgoing.user_message)));
        }
        let first = outgoing.user_message["parentId"].is_null();
        let turn = Turn {
            model,
            chat_id: outgoing.chat.as_ref(),
            session_id: sid,
            user_message: outgoing.user_message.clone(),
            assistant_id: &outgoing.assistant_id,
            continues: outgoing.continues,
            messages,
            params: outgoing.params.clone(),
            files: &files,
            features: outgoing.features.clone(),
            tool_ids: outgoing.tools.iter().map(String::as_str).collect(),
            filter_ids: outgoing.filters.iter().map(String::as_str).collect(),
            tool_servers: self.services.named(),
            name_it: first && !outgoing.temporary,
        };
        Some(turn.body())
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
            // What neither copy has is made anew: the chat was opened anew since.
            let has_user = read.messages.contains_key(&outgoing.user_id);
            if !has_user {
                read.add(outgoing.user_id.clone(), Message { unsent: true, ..Message::parse(&outgoing.user_message) });
            }
            if !has_user || !read.messages.contains_key(&outgoing.assistant_id) {
                let parent = Some(outgoing.user_id.clone());
                let answer = Message { role: Role::Assistant, parent, ..Message::default() };
                read.add(outgoing.assistant_id.clone(), answer);
            }
            read.current = Some(outgoing.assistant_id.clone());
            read.active = true;
        }
    }

    pub(super) fn turn_came(&mut self, assistant: &MessageId, result: Result<Value, Failure>, update: &mut Update) {
        let Some(at) = self.outbox.iter().position(|outgoing| outgoing.assistant_id == *assistant) else { return };
        let is_shown = self.chat.messages.contains_key(assistant);
        match result {
            Err(failure) if failure.is_passing() => {
                self.outbox[at].state = Sending::Doubtful;
                let user = self.outbox[at].user_id.clone();
                self.mark_unsent(&user, true, update);
                if self.is_connected() {
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
                if self.stop_wanted.take().as_ref() == Some(assistant) {
                    self.stop(update);
                }
            }
            Err(failure) => {
                self.outbox.remove(at);
                self.fail(assistant, &strings::not_sent_for(&failure.detail), update);
            }
        }
    }

    /// A turn that won't be answered: said where its answer would stand, or as a notice.
    fn fail(&mut self, assistant: &MessageId, why: &str, update: &mut Update) {
        let Some(message) = self.chat.messages.get_mut(assistant) else { return self.warn(why.to_owned(), update) };
        message.error = Some(why.to_owned());
        message.done = true;
        self.chat.active = false;
        let changed = |field| Change::Message(assistant.clone(), field);
        update.changes.extend([changed(Field::Body), changed(Field::Done), Change::Active]);
    }

    /// One of the latest chats may be the one that a lost request began.
    pub(super) fn doubt_came(&mut self, assistant: MessageId, result: Result<Value, Failure>, update: &mut Update) {
        match result {
            Ok(body) => {
                let latest = chat_rows(&body).into_iter().map(|row| row.id).take(SUSPECTS).collect();
                self.ask_suspects(assistant, latest, update);
            }
            Err(_) => self.not_arrived(&assistant, Sending::Doubtful, update),
        }
    }

    fn ask_suspects(&mut self, assistant: MessageId, mut suspects: Vec<ChatId>, update: &mut Update) {
        if suspects.is_empty() {
            return self.not_arrived(&assistant, Sending::Waits, update);
        }
        let path = chat_path(&suspects.remove(0));
        update.effects.push(Effect::Get(path, ReplyTo::DoubtChat(assistant, suspects)));
    }

    pub(super) fn doubt_chat_came(
        &mut self,
        assistant: MessageId,
        suspects: Vec<ChatId>,
        result: Result<Value, Failure>,
        update: &mut Update,
    ) {
        match result {
            Ok(body) if body["chat"]["history"]["messages"].get(assistant.as_str()).is_some() => {
                self.outbox.retain(|outgoing| outgoing.assistant_id != assistant);
                let id = body["id"].as_str().map(ChatId::from);
                if let (None, Some(id), true) = (&self.chat.id, id, self.chat.messages.contains_key(&assistant)) {
                    self.adopt(id, update);
                    self.read_open_chat(update);
                }
            }
            Err(failure) if failure.is_passing() => self.not_arrived(&assistant, Sending::Doubtful, update),
            _ => self.ask_suspects(assistant, suspects, update),
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
            self.give_back(&outgoing.attachments, update);
            self.mark_unsent(&outgoing.user_id, false, update);
            return self.fail(&outgoing.assistant_id, strings::not_sent(), update);
        }
        let Some(id) = self.chat.id.clone() else {
            // The server is still making the chat.
            self.stop_wanted.clone_from(&self.chat.current);
            return;
        };
        let path = format!("/api/tasks/chat/{}/stop", path_part(id.as_str()));
        update.effects.push(Effect::Post(path, json!({}), ReplyTo::Stop));
        // What the person runs in the same kernel has a button of its own.
        for run in self.running_in(&id) {
            update.effects.push(Effect::Kernel(id.clone(), KernelRequest::Cancel(run)));
        }
    }

    /// Writes another text into an answer, here and in the chat that the server keeps.
    pub(super) fn rewrite(&mut self, chat: Option<&ChatId>, id: &MessageId, text: String, update: &mut Update) {
        if chat == self.chat.id.as_ref()
            && let Some(message) = self.chat.messages.get_mut(id)
        {
            message.replace(text.clone());
            update.changes.push(Change::Message(id.clone(), Field::Body));
        }
        if let Some(chat) = chat.filter(|chat| is_saved(chat)) {
            let path = message_path(chat, id);
            let to = ReplyTo::Saved(strings::text_unkept());
            update.effects.push(Effect::Post(path, json!({"content": text}), to));
        }
    }
}

/// A message as a model reads it.
fn entry(message: &Message) -> Value {
    let role = message.role.name();
    let is_inline = |file: &&Value| {
        file["type"] == "image" && file["url"].as_str().is_some_and(|url| url.starts_with("data:image/"))
    };
    let images: Vec<Value> = message
        .files
        .iter()
        .filter(is_inline)
        .map(|file| json!({"type": "image_url", "image_url": {"url": file["url"]}}))
        .collect();
    if images.is_empty() {
        return json!({"role": role, "content": message.content});
    }
    let text = json!({"type": "text", "text": message.content});
    json!({"role": role, "content": std::iter::once(text).chain(images).collect::<Vec<_>>()})
}

/// The files that a turn's tools and code get: those of the branch and of the new message.
fn turn_files(branch: &[Value], user_message: &Value, runs_code: bool) -> Vec<Value> {
    let mut files: Vec<Value> = Vec::new();
    for file in branch.iter().chain(user_message["files"].as_array().into_iter().flatten()) {
        let Some(id) = file["id"].as_str() else { continue };
        let picture = file["content_type"].as_str().is_some_and(is_picture) || file["type"] == "image";
        if files.iter().any(|known| known["id"] == id) || (picture && !runs_code) {
            continue;
        }
        // The model sees a picture by its message; here it is for code only.
        files.push(if picture {
            json!({"type": "image", "id": id, "url": id, "name": file["name"], "content_type": file["content_type"], "context": "full"})
        } else {
            file.clone()
        });
    }
    files
}
