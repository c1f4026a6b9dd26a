//! What the socket brings: connections, events, acknowledgements (PROTOCOL.md 1, 2).

use super::{Asked, Change, Client, Connection, Effect, Notice, ReplyTo, Socket, Timer, Update, chat_path};
use crate::ids::{CallId, ChatId};
use crate::protocol::chat::{ChatEvent, Dropped, Envelope, Level, clip, is_call};
use crate::state::chat::{Changed, Message, is_saved};
use crate::state::strings;
use serde_json::{Value, json};

/// How long somebody counts as writing after they were last heard of, in ms (PROTOCOL.md 2.5).
const TYPING: u32 = 5_000;
/// Notices that are shown at a time; a server that floods us shall not fill the page.
const NOTICES: usize = 20;

impl Client {
    pub(super) fn socket(&mut self, socket: Socket, update: &mut Update) {
        match socket {
            Socket::Connected(sid) => self.connected(sid, update),
            Socket::Lost(reason) => {
                if self.connection == Connection::Off {
                    return;
                }
                self.connection = Connection::Lost;
                update.changes.extend([Change::Connection, Change::About]);
                self.chat.presence.clear();
                self.chat.typing.clear();
                self.abandon_calls(&reason, update);
            }
            Socket::Event(value, call) => self.event(&value, call, update),
            Socket::Unreadable(call) => match call {
                Some(call) => self.call(Err(Dropped::BadJson), &Value::Null, call, update),
                None => update.dropped = Some(Dropped::BadJson),
            },
            Socket::Acked(Asked::Session, value) if value.is_null() => self.expired(update),
            Socket::Acked(Asked::Session, _) => {}
            Socket::Acked(Asked::Join(id), value) => {
                // What is open with questions needs the room; what can't be read will be said by its own request.
                if value == false && self.chat.id.as_ref() == Some(&id) {
                    self.chat.presence.clear();
                }
            }
            Socket::AccessUpdated => {
                update.effects.extend([
                    Effect::Get("/api/config".into(), ReplyTo::UserConfig),
                    Effect::Get("/api/models".into(), ReplyTo::Models),
                ]);
            }
        }
    }

    fn connected(&mut self, sid: String, update: &mut Update) {
        let again = self.connection == Connection::Lost;
        self.connection = Connection::Connected(sid);
        update.changes.push(Change::Connection);
        let token = &self.session.token;
        update.effects.push(Effect::Ask("user-join", json!({"auth": {"token": token}}), Asked::Session));
        if let Some(id) = self.chat.id.clone() {
            self.join(&id, update);
            // What came without a connection is only in the server's copy (PROTOCOL.md 1.8).
            self.read_chat(&id, update);
        }
        // Chats of questions that wait are joined too: only then does the server ask again.
        for id in self.asking_elsewhere() {
            self.join(&id, update);
        }
        self.await_questions(update);
        self.send_late_uploads(update);
        self.send_attachments(update);
        if again {
            self.read_chats(update);
        }
        self.flush(update);
    }

    fn event(&mut self, value: &Value, call: Option<CallId>, update: &mut Update) {
        let envelope = Envelope::parse(value);
        match (envelope, call) {
            (envelope, Some(call)) => self.event_with_answer(envelope, value, call, update),
            (Ok(envelope), None) => self.apply(envelope, update),
            (Err(why), None) => update.dropped = Some(why),
        }
    }

    /// Events of any type may want an answer; those that are no calls are applied, and answered so that nobody
    /// waits.
    fn event_with_answer(
        &mut self,
        envelope: Result<Envelope, Dropped>,
        raw: &Value,
        call: CallId,
        update: &mut Update,
    ) {
        let Ok(envelope) = envelope else { return self.call(envelope, raw, call, update) };
        let event = ChatEvent::parse(&envelope.kind, &envelope.data);
        if is_call(&envelope.kind) || event == Err(Dropped::UnknownType) {
            return self.call(Ok(envelope), raw, call, update);
        }
        self.apply(envelope, update);
        let answer = match update.dropped {
            None => Value::Null,
            Some(why) => json!({"error": format!("This event was not used ({why}).")}),
        };
        update.effects.push(Effect::Ack(call, answer));
    }

    pub(super) fn apply(&mut self, envelope: Envelope, update: &mut Update) {
        let event = match ChatEvent::parse(&envelope.kind, &envelope.data) {
            Ok(event) => event,
            Err(why) => {
                update.dropped = Some(why);
                if why == Dropped::NoCallback {
                    self.unanswerable(&envelope, update);
                }
                return;
            }
        };
        match &event {
            ChatEvent::Alert(words) => {
                self.notify(Level::Info, words.clone(), update);
                if self.tells {
                    update.effects.push(Effect::Tell { title: strings::calendar().into(), text: words.clone() });
                }
                return;
            }
            ChatEvent::InteractionDone(interaction) => return self.interaction_done(interaction, update),
            // These concern the list, so they count for every chat.
            ChatEvent::List | ChatEvent::Title(_) => self.read_chats(update),
            _ => {}
        }
        let Some(chat) = envelope.chat_id.clone() else {
            update.dropped = Some(Dropped::NoTarget);
            return;
        };
        if let (ChatEvent::Cancelled(_), Some(message)) = (&event, &envelope.message_id) {
            self.cancel_questions(message, update);
        }
        // The events of a new chat may come before the answer that tells its id (PROTOCOL.md 5.5).
        let mine = envelope.message_id.as_ref().is_some_and(|id| self.chat.messages.contains_key(id));
        if self.chat.id.is_none() && mine {
            self.adopt(chat.clone(), update);
        }
        if self.chat.id.as_ref() != Some(&chat) {
            return self.apply_elsewhere(&envelope, &event, update);
        }
        // What others do on a shared chat reaches the one who did it, too.
        let own = envelope.shared && envelope.user.as_ref().is_some_and(|user| user.id == self.person.id);
        if own && !matches!(event, ChatEvent::Messages(..)) {
            return;
        }
        match &event {
            ChatEvent::Notification(level, content) if !envelope.shared && !envelope.internal => {
                self.notify(*level, content.clone(), update);
            }
            ChatEvent::Tags => {
                let path = format!("{}/tags", chat_path(&chat));
                update.effects.push(Effect::Get(path, ReplyTo::Tags(chat.clone())));
            }
            ChatEvent::Reload | ChatEvent::Access => return self.read_open_chat(update),
            // A turn of another tab of the same person: its messages are only in the server's copy.
            ChatEvent::Active(true) if envelope.message_id.is_some() && !mine => return self.read_open_chat(update),
            ChatEvent::Typing(true) => {
                if let Some(user) = &envelope.user {
                    update.effects.push(Effect::Wake(Timer::Typing(user.id.clone()), TYPING));
                }
            }
            ChatEvent::Response(data) if is_python(&data["item"]) => self.expect_code(update),
            ChatEvent::Completion(data) if data["done"] == true && !self.visible && !envelope.internal => {
                self.tell_done(&envelope, data, update);
            }
            _ => {}
        }
        let ended = event == ChatEvent::Active(false);
        for changed in self.chat.apply(envelope.message_id.as_ref(), envelope.user.as_ref(), event) {
            update.changes.push(match changed {
                Changed::Message(id, field) => Change::Message(id, field),
                Changed::Path => Change::Path,
                Changed::Title => Change::Title,
                Changed::Active => Change::Active,
                Changed::About => Change::About,
            });
        }
        if ended {
            self.turn_ended(&chat, update);
        }
    }

    fn turn_ended(&mut self, chat: &ChatId, update: &mut Update) {
        let last = self.chat.current.as_ref().and_then(|id| self.chat.messages.get(id));
        // A tool call that waits for the person ends the run, not the answer (PROTOCOL.md 3.5).
        let waits = last.is_some_and(Message::waits);
        if is_saved(chat) && last.is_some_and(|message| !message.done && !message.unsent) && !waits {
            self.read_open_chat(update);
        }
        if is_saved(chat) && self.visible && self.is_connected() {
            let read = json!({"chat_id": chat, "data": {"type": "last_read_at", "data": {}}});
            update.effects.push(Effect::Emit("events:chat", read));
        }
        self.flush(update);
    }

    /// Something happened in a chat that is not shown.
    fn apply_elsewhere(&mut self, envelope: &Envelope, event: &ChatEvent, update: &mut Update) {
        let ChatEvent::Completion(data) = event else { return };
        if data["done"] == true && !envelope.internal && !envelope.shared {
            let title = data["title"].as_str().unwrap_or(strings::a_chat());
            let text = strings::has_answer(&clip(title, 100));
            self.notice(Level::Info, text, envelope.chat_id.clone(), update);
            self.tell_done(envelope, data, update);
        }
    }

    fn tell_done(&self, envelope: &Envelope, data: &Value, update: &mut Update) {
        if self.tells && !envelope.shared {
            let text = crate::state::fold::content(data["output"].as_array().map(Vec::as_slice).unwrap_or_default());
            let title = data["title"].as_str().unwrap_or(&self.chat.title);
            update.effects.push(Effect::Tell { title: clip(title, 100), text: clip(text.trim(), 200) });
        }
    }

    /// A question came from a chat that is not shown.
    pub(super) fn notify_elsewhere(&mut self, envelope: &Envelope, title: &str, update: &mut Update) {
        let name = self
            .chats
            .iter()
            .find(|row| Some(&row.id) == envelope.chat_id.as_ref())
            .map_or(strings::another_chat(), |row| &row.title);
        let text = strings::asks(&clip(name, 100), &clip(title, 200));
        self.notice(Level::Info, text.clone(), envelope.chat_id.clone(), update);
        if self.tells {
            update.effects.push(Effect::Tell { title: strings::a_question().into(), text });
        }
    }

    /// A call without a way back: nothing is run or asked, since its result could go nowhere (SECURITY.md 5.1).
    fn unanswerable(&mut self, envelope: &Envelope, update: &mut Update) {
        if !envelope.shared && envelope.chat_id.is_some() && envelope.chat_id == self.chat.id {
            let text = strings::nothing_done(&clip(&envelope.kind, 50));
            if !self.notices.iter().any(|notice| notice.text == text) {
                self.notify(Level::Info, text, update);
            }
        }
    }

    pub(super) fn warn(&mut self, text: String, update: &mut Update) {
        self.notify(Level::Warning, text, update);
    }

    pub(super) fn notify(&mut self, level: Level, text: String, update: &mut Update) {
        self.notice(level, text, None, update);
    }

    fn notice(&mut self, level: Level, text: String, chat: Option<ChatId>, update: &mut Update) {
        self.last_notice += 1;
        self.notices.push(Notice { id: self.last_notice, level, text, chat });
        let surplus = self.notices.len().saturating_sub(NOTICES);
        self.notices.drain(..surplus);
        update.changes.push(Change::Notices);
    }

    pub(super) fn woken(&mut self, timer: Timer, update: &mut Update) {
        match timer {
            Timer::Typing(id) => {
                self.chat.typing.retain(|person| person.id != id);
                update.changes.push(Change::About);
            }
            Timer::Types => self.told_typing = false,
            Timer::Read(id) if self.chat.id.as_ref() == Some(&id) => {
                if self.is_connected() {
                    self.read_chat(&id, update);
                }
            }
            Timer::Read(_) => {}
            Timer::Call(id) => self.call_timed_out(id, update),
            Timer::Flush => {
                self.send_late_uploads(update);
                self.send_attachments(update);
                self.flush(update);
            }
            Timer::Question(id) => self.question_timed_out(id, update),
            Timer::Resume(id) => self.not_resumed(id, update),
        }
    }

    /// The person writes: others who have the chat open are told, not more often than every two seconds.
    pub(super) fn types(&mut self, update: &mut Update) {
        let Some(id) = self.chat.id.clone().filter(is_saved) else { return };
        let others = self.chat.presence.iter().any(|person| person.id != self.person.id);
        if others && !self.told_typing && self.is_connected() {
            self.told_typing = true;
            let typing = json!({"chat_id": id, "data": {"type": "typing", "data": {"typing": true}}});
            update.effects.extend([Effect::Emit("events:chat", typing), Effect::Wake(Timer::Types, 2_000)]);
        }
    }
}

/// Whether an item of an answer is Python that is about to run: the interpreter's, or a call of the built-in tool
/// (PROTOCOL.md 3.4).
fn is_python(item: &Value) -> bool {
    item["type"] == "open_webui:code_interpreter" || item["type"] == "function_call" && item["name"] == "execute_code"
}
