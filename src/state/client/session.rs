//! Signing in: the server is asked who it is first, so that a wrong address is told from a wrong password.

use super::turns::Outgoing;
use super::{
    Attachment, Change, Chat, Client, Connection, Effect, Failure, RETRY, ReplyTo, Runs, Storing, Timer, Update,
};
use crate::protocol::chat::Level;
use crate::protocol::rest::{self, Choosable, Config, Session};
use crate::state::chat::tags;
use crate::state::strings;
use serde_json::{Value, json};

/// What a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Email and password.
    Password(String, String),
    /// A session token.
    Token(String),
}

/// Where signing in is.
#[derive(Debug, Default)]
pub struct State {
    /// The server's origin; empty before one was named.
    pub server: String,
    /// Kept in memory only.
    pub token: String,
    /// The person's name, once signed in.
    pub name: Option<String>,
    /// What went wrong, a sentence.
    pub error: Option<String>,
    /// What is being tried.
    pending: Option<Credentials>,
}

/// What a session leaves that ended by itself: nothing that was typed is lost with it.
#[derive(Debug)]
pub(super) struct Suspended {
    server: String,
    person: String,
    chat: Chat,
    outbox: Vec<Outgoing>,
    attachments: Vec<Attachment>,
    late_posts: Vec<(String, Value)>,
    runs: Runs,
}

impl State {
    /// Whether a sign-in is going on.
    pub fn is_busy(&self) -> bool {
        self.pending.is_some()
    }
}

impl Client {
    pub(super) fn sign_in(&mut self, typed: &str, credentials: Credentials, update: &mut Update) {
        update.changes.push(Change::Session);
        match origin(typed) {
            Ok(server) => {
                self.session = State { server, pending: Some(credentials), ..State::default() };
                update.effects.push(Effect::Get("/api/config".into(), ReplyTo::Config));
            }
            Err(why) => self.session = State { error: Some(why), ..State::default() },
        }
    }

    pub(super) fn sign_out(&mut self, update: &mut Update) {
        self.abandon_calls(strings::signed_out(), update);
        let server = std::mem::take(&mut self.session.server);
        // Numbers go on: what an earlier session still brings must not meet a question of the next.
        *self = Self {
            last_notice: self.last_notice,
            questions: self.questions.emptied(),
            reads: self.reads,
            policy: self.policy,
            host_answers: self.host_answers,
            tells: self.tells,
            kept: std::mem::take(&mut self.kept),
            ..Self::new(None)
        };
        self.session.server = server;
        update.effects.extend([Effect::Disconnect, Effect::ShowAddress(None)]);
        update.changes.extend([Change::Session, Change::Connection, Change::Chats, Change::Path, Change::Notices]);
        update.changes.extend([Change::Questions, Change::Attachments, Change::About]);
    }

    pub(super) fn reply(&mut self, to: ReplyTo, result: Result<Value, Failure>, update: &mut Update) {
        // This server says 401 also of what isn't there or isn't yours: it is asked whether the session holds.
        if self.session.name.is_some()
            && to != ReplyTo::StillSignedIn
            && result.as_ref().is_err_and(|failure| failure.status == 401)
        {
            update.effects.push(Effect::Get("/api/v1/auths/".into(), ReplyTo::StillSignedIn));
        }
        match (to, result) {
            (ReplyTo::Config, result) => self.config_came(result, update),
            (ReplyTo::Session, result) => self.session_came(result, update),
            (ReplyTo::UserConfig, Ok(body)) => {
                self.config = serde_json::from_value(body).unwrap_or_default();
                update.effects.push(Effect::Get("/api/v1/users/user/settings".into(), ReplyTo::Settings));
                update.changes.push(Change::Choices);
            }
            (ReplyTo::Models, Ok(body)) => {
                let direct = std::mem::take(&mut self.models).into_iter().filter(|model| model.raw["direct"] == true);
                self.models = rest::models(&body).into_iter().chain(direct).collect();
                if self.model().is_none() {
                    self.model = self.models.first().map(|model| model.id.clone());
                }
                if self.models.is_empty() {
                    self.warn(strings::no_model().into(), update);
                }
                update.changes.extend([Change::Models, Change::Choices]);
            }
            (ReplyTo::Chats, Ok(body)) => {
                self.chats = rest::chat_rows(&body);
                update.changes.push(Change::Chats);
                self.chats_read(update);
            }
            (ReplyTo::Chat(id, read), result) => self.chat_came(id, read, result, update),
            (ReplyTo::Running(id), Ok(body)) => self.running_came(&id, &body, update),
            (ReplyTo::Turn(assistant), result) => self.turn_came(&assistant, result, update),
            (ReplyTo::Doubt(assistant), result) => self.doubt_came(assistant, result, update),
            (ReplyTo::DoubtChat(assistant, rest), result) => self.doubt_chat_came(assistant, rest, result, update),
            (ReplyTo::Settings, Ok(body)) => self.settings_came(&body, update),
            (ReplyTo::Tools, Ok(body)) => {
                self.tools = Choosable::all(&body);
                update.changes.push(Change::Choices);
            }
            (ReplyTo::Tags(id), Ok(body)) => {
                if self.chat.id == Some(id) {
                    self.chat.tags = tags(&body);
                    update.changes.push(Change::About);
                }
            }
            (ReplyTo::Favorite(chat, message, liked), result) => {
                self.keep_favorite(&chat, &message, liked, result, update);
            }
            (ReplyTo::FavoriteKept(chat, message, liked), result) => {
                let result = result.map(drop).map_err(|failure| failure.detail);
                self.favorite_kept(&chat, &message, liked, result, update);
            }
            (ReplyTo::Branch(chat), result) => self.branched(&chat, result, update),
            (ReplyTo::Act(chat), result) => self.acted(chat.as_ref(), result, update),
            (ReplyTo::Resolve(message), result) => self.resolved(&message, result, update),
            (ReplyTo::Stop | ReplyTo::Saved(_) | ReplyTo::Late(..) | ReplyTo::StillSignedIn, Ok(_)) => {}
            (ReplyTo::StillSignedIn, Err(failure)) if failure.status == 401 => self.expired(update),
            (ReplyTo::StillSignedIn, Err(_)) => {}
            (ReplyTo::Late(path, body), Err(failure)) if failure.is_passing() => {
                self.late_posts.push((path, *body));
                update.effects.push(Effect::Wake(Timer::Flush, RETRY));
            }
            (to, Err(failure)) => {
                let what = match to {
                    ReplyTo::Models => strings::models_unread(),
                    ReplyTo::Chats => {
                        self.chats_read(update);
                        strings::chats_unread()
                    }
                    ReplyTo::Stop => strings::turn_not_stopped(),
                    ReplyTo::Saved(what) => what,
                    ReplyTo::Tools => strings::tools_unread(),
                    ReplyTo::Tags(_) => strings::tags_unread(),
                    ReplyTo::Late(..) => strings::late_files_lost(),
                    // Without it the chat looks as if it went on; the next event tells.
                    ReplyTo::Running(_) => return,
                    _ => strings::settings_unread(),
                };
                self.notify(Level::Error, strings::failed(&what, &failure.detail), update);
            }
        }
    }

    fn config_came(&mut self, result: Result<Value, Failure>, update: &mut Update) {
        let server = self.session.server.clone();
        let known = match result {
            Ok(body) if body["version"].is_string() && body["features"].is_object() => {
                self.config = serde_json::from_value::<Config>(body).unwrap_or_default();
                Ok(())
            }
            Err(failure) if failure.status == 0 => Err(failure.detail),
            _ => Err(strings::not_open_webui(&server)),
        };
        match (known, &self.session.pending) {
            (Ok(()), Some(Credentials::Password(email, password))) => update.effects.push(Effect::Post(
                "/api/v1/auths/signin".into(),
                json!({"email": email, "password": password}),
                ReplyTo::Session,
            )),
            (Ok(()), Some(Credentials::Token(token))) => {
                self.session.token.clone_from(token);
                update.effects.push(Effect::Get("/api/v1/auths/".into(), ReplyTo::Session));
            }
            (Ok(()), None) => {}
            (Err(why), _) => self.sign_in_failed(why, update),
        }
    }

    fn session_came(&mut self, result: Result<Value, Failure>, update: &mut Update) {
        let Some(credentials) = self.session.pending.clone() else { return };
        let session = match (result, &credentials) {
            (Ok(body), _) => serde_json::from_value::<Session>(body).unwrap_or_default(),
            (Err(failure), Credentials::Password(..)) if (400..500).contains(&failure.status) => {
                return self.sign_in_failed(strings::wrong_password(&sentence(&failure.detail)), update);
            }
            (Err(failure), Credentials::Token(_)) if failure.status == 401 || failure.status == 403 => {
                return self.sign_in_failed(strings::wrong_token().into(), update);
            }
            (Err(failure), _) => return self.sign_in_failed(failure.detail, update),
        };
        if session.next_step.is_some() || session.role == "pending" {
            return self.sign_in_failed(strings::further_step().into(), update);
        }
        self.session.pending = None;
        if !session.token.is_empty() {
            self.session.token.clone_from(&session.token);
        }
        self.session.name = Some(session.name.clone());
        self.person = Session { token: String::new(), ..session };
        self.connection = Connection::Connecting;
        update.changes.extend([Change::Session, Change::Connection]);
        update.effects.extend([
            Effect::Get("/api/config".into(), ReplyTo::UserConfig),
            Effect::Get("/api/models".into(), ReplyTo::Models),
            Effect::Get("/api/v1/tools/".into(), ReplyTo::Tools),
            Effect::Connect { heartbeat: self.config.features.websocket_heartbeat_interval.unwrap_or(30).max(5) },
        ]);
        self.read_chats(update);
        if self.resume(update) {
            return;
        }
        if let Some(chat) = self.wanted_chat.take() {
            self.open(chat, update);
        }
    }

    /// The same person is back: what the session that ended by itself has left is theirs.
    fn resume(&mut self, update: &mut Update) -> bool {
        let left =
            self.suspended.take().filter(|left| left.server == self.session.server && left.person == self.person.id);
        let Some(left) = left else { return false };
        let Suspended { chat, outbox, mut attachments, late_posts, runs, .. } = *left;
        for file in &mut attachments {
            if let Storing::Sent(..) = file.state {
                file.state = Storing::Waits;
            }
        }
        update.effects.push(Effect::ShowAddress(chat.id.clone()));
        self.show(chat, update);
        self.outbox = outbox.into_iter().map(Outgoing::after_loss).collect();
        (self.attachments, self.late_posts, self.runs) = (attachments, late_posts, runs);
        self.wanted_chat = None;
        update.changes.push(Change::Attachments);
        true
    }

    fn sign_in_failed(&mut self, why: String, update: &mut Update) {
        let server = std::mem::take(&mut self.session.server);
        self.session = State { server, error: Some(why), ..State::default() };
        update.changes.push(Change::Session);
    }

    /// The server no longer takes the token.
    pub(super) fn expired(&mut self, update: &mut Update) {
        if self.session.name.is_some() {
            let left = Suspended {
                server: self.session.server.clone(),
                person: self.person.id.clone(),
                chat: Chat { reading: None, ..std::mem::take(&mut self.chat) },
                outbox: std::mem::take(&mut self.outbox),
                attachments: std::mem::take(&mut self.attachments),
                late_posts: std::mem::take(&mut self.late_posts),
                runs: std::mem::take(&mut self.runs).cut(),
            };
            self.sign_out(update);
            self.wanted_chat.clone_from(&left.chat.id);
            self.suspended = Some(left.into());
            self.session.error = Some(strings::session_over().into());
        }
    }
}

/// The server's own words as a sentence.
fn sentence(words: &str) -> String {
    let words = words.trim();
    if words.ends_with(['.', '!', '?']) { words.to_owned() } else { format!("{words}.") }
}

/// The origin of an address as people type it: `example.com`, `localhost:8080`, `https://example.com/c/1`.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn origin(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    let wrong = || Err(strings::no_address(&format_args!("{typed:?}")));
    let lower = typed.to_ascii_lowercase();
    let (scheme, rest) = match lower.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
        Some(_) => return wrong(),
        None => {
            let local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| lower.starts_with(host));
            (if local { "http" } else { "https" }, lower.as_str())
        }
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let good_name = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':'))
        && name.contains(char::is_alphanumeric);
    if !good_name || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return wrong();
    }
    Ok(format!("{scheme}://{host}"))
}
