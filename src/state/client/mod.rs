//! The client of one server as a pure machine: sign-in, chats, turns, events, calls and questions.
//!
//! [`Client::update`] takes whatever woke the program and returns what changed (for the view) and what has to
//! be done (for the driver). It never fails and never waits.

mod actions;
mod attachments;
mod calls;
mod chats;
mod choices;
mod events;
mod execute;
mod port;
mod python;
mod questions;
mod runs;
mod services;
mod session;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod turns;

use super::chat::Chat;
use super::direct::{Services, url_part as path_part};
use crate::ids::{CallId, ChatId, MessageId};
use crate::protocol::chat::Level;
use crate::protocol::execute::{KernelRequest, KernelStatus, Progress};
use crate::protocol::rest::{ChatRow, Choosable, Config, Model, Session};
pub use actions::question as pending_question;
pub use attachments::{Attachment, Storing};
use calls::Calls;
pub use choices::{Choices, FEATURES, Feature};
pub use execute::ExecutePolicy;
pub use port::*;
use python::Python;
pub use questions::{Open, QuestionId, Questions, Waiting, What};
pub use runs::{Run, RunPhase, RunPlace, Runs};
use serde_json::Value;
pub use session::Credentials;
use std::collections::{BTreeMap, BTreeSet};
use turns::Outgoing;

/// The state of the socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Nobody is signed in.
    #[default]
    Off,
    /// It is being opened.
    Connecting,
    /// It is open; with the session id.
    Connected(String),
    /// It was lost and is being opened again.
    Lost,
}

/// A short message to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Names it for [`User::Dismiss`].
    pub id: u32,
    /// How urgent it is.
    pub level: Level,
    /// The text.
    pub text: String,
    /// The chat that it is about, if that isn't the open one.
    pub chat: Option<ChatId>,
}

/// The machine.
#[derive(Debug, Default)]
pub struct Client {
    /// Sign-in.
    pub session: session::State,
    /// Who is signed in.
    pub person: Session,
    /// The socket.
    pub connection: Connection,
    /// What the server allows.
    pub config: Config,
    /// The models that can be asked.
    pub models: Vec<Model>,
    /// The id of the chosen model.
    pub model: Option<String>,
    /// The server's tools.
    pub tools: Vec<Choosable>,
    /// The person's chats, latest first.
    pub chats: Vec<ChatRow>,
    /// The open chat; an empty one if none is.
    pub chat: Chat,
    /// Short messages, oldest first.
    pub notices: Vec<Notice>,
    /// What the person is asked.
    pub questions: Questions,
    /// Files of the next message.
    pub attachments: Vec<Attachment>,
    /// The kernels that live, by chat; they outlast a look at another one.
    kernels: BTreeMap<ChatId, KernelState>,
    /// Chats whose kernels had to make room for others, which nobody was told yet.
    made_room: BTreeSet<ChatId>,
    /// Code of the conversation that the person ran.
    pub runs: Runs,
    /// What the person likes, or no longer, and the server doesn't know yet.
    likes: BTreeMap<MessageId, bool>,
    /// What becomes of JavaScript that the server sends; the page's owner decides.
    pub policy: ExecutePolicy,
    /// Whether the host page answers calls of unknown types.
    pub host_answers: bool,
    /// Whether the person wants to be told of answers outside of the page.
    pub tells: bool,
    /// Services that the person has set up for this browser.
    pub services: Services,
    /// What was chosen for chats.
    pub kept: BTreeMap<ChatId, Choices>,
    /// What was chosen for a chat that has no id yet.
    chosen: Option<Choices>,
    /// Whether the person lets code of this server run in the sandbox without being asked.
    trusts_sandbox: bool,
    visible: bool,
    told_typing: bool,
    calls: Calls,
    /// Runs whose call is void: their chat and message.
    late: BTreeMap<CallId, (ChatId, Option<MessageId>, Python)>,
    outbox: Vec<Outgoing>,
    /// Files of late runs whose request to put them to their message was lost.
    late_posts: Vec<(String, Value)>,
    /// What a session that ended by itself has left, for the same person's next one.
    suspended: Option<Box<session::Suspended>>,
    /// The person's settings.
    settings: Value,
    /// Counts reads of chats.
    reads: u32,
    /// The chat whose end has been asked about once.
    rechecked: Option<ChatId>,
    listing: chats::Listing,
    /// An answer to be stopped as soon as its chat is known.
    stop_wanted: Option<MessageId>,
    /// A chat to open as soon as somebody is signed in.
    wanted_chat: Option<ChatId>,
    last_notice: u32,
}

/// What is known of a chat's kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KernelState {
    /// What it does.
    pub status: KernelStatus,
    /// What it is loading.
    pub progress: Option<Progress>,
}

impl Client {
    /// A client that nobody has signed in at. `chat` is opened after the sign-in.
    pub fn new(chat: Option<ChatId>) -> Self {
        Self { wanted_chat: chat, visible: true, ..Self::default() }
    }

    /// The kernel of a chat: off if none lives.
    pub fn kernel(&self, chat: &ChatId) -> KernelState {
        self.kernels.get(chat).cloned().unwrap_or_default()
    }

    /// The server's origin and the token, for requests.
    pub fn api(&self) -> (&str, Option<&str>) {
        (&self.session.server, Some(self.session.token.as_str()).filter(|token| !token.is_empty()))
    }

    /// Under which name the files of a chat's kernel are kept in this browser; those of chats that the server doesn't keep
    /// go with the page.
    pub fn files_kept_as(&self, chat: &ChatId) -> Option<String> {
        let is_known = !self.session.server.is_empty() && !self.person.id.is_empty();
        (is_known && super::chat::is_saved(chat))
            .then(|| format!("chat {} {} {chat}", self.session.server, self.person.id))
    }

    /// Whether a message can be written off now: it is sent at once, or as soon as the server is back.
    pub fn can_send(&self) -> bool {
        self.connection != Connection::Off && self.model().is_some() && !self.chat.active
    }

    fn is_connected(&self) -> bool {
        matches!(self.connection, Connection::Connected(_))
    }

    /// The chosen model.
    pub fn model(&self) -> Option<&Model> {
        let id = self.model.as_ref()?;
        self.models.iter().find(|model| model.id == *id)
    }

    /// Whether an answer may show something of what came with it: `status_updates`, `citations`. It may unless its model's
    /// owner said no.
    pub fn may_show(&self, message: &MessageId, what: &str) -> bool {
        let model = self.chat.messages.get(message).map(|message| &message.model);
        self.models.iter().find(|known| Some(&known.id) == model).is_none_or(|model| model.can(what))
    }

    /// Messages and files that wait for the connection.
    pub fn unsent(&self) -> usize {
        let files = self.attachments.iter().filter(|file| file.state == Storing::Waits).count();
        self.outbox.len() + files + self.late_uploads()
    }

    /// Takes an input.
    pub fn update(&mut self, input: Input) -> Update {
        let mut update = Update::default();
        match input {
            Input::User(user) => self.user(user, &mut update),
            Input::Socket(socket) => self.socket(socket, &mut update),
            Input::Reply { to, result } => self.reply(to, result, &mut update),
            Input::Kernel(chat, message) => self.kernel_said(chat, message, &mut update),
            Input::Brought(place, files) => self.brought(place, files, &mut update),
            Input::Fetched(call, files) => self.fetched(call, files, &mut update),
            Input::Uploaded(Ticket::Call(call, number), result) => {
                self.run_uploaded(&call, number, result, &mut update)
            }
            Input::Uploaded(Ticket::Attachment(number), result) => self.attachment_stored(number, result, &mut update),
            Input::Uploading(ticket, sent, total) => self.uploading(&ticket, sent, total, &mut update),
            Input::Executed(call, result) => self.executed(call, result, &mut update),
            Input::Capability { call, id, name, args, data } => {
                self.capability(call, id, (name, args, data), &mut update)
            }
            Input::External(to, result) => self.external(to, result, &mut update),
            Input::Host(call, result) => self.host_answered(call, result, &mut update),
            Input::Woken(timer) => self.woken(timer, &mut update),
            Input::Visible(visible) => self.visible = visible,
        }
        update
    }

    fn user(&mut self, user: User, update: &mut Update) {
        match user {
            User::SignIn(server, credentials) => self.sign_in(&server, credentials, update),
            User::SignOut => self.sign_out(update),
            User::SelectModel(id) => {
                self.model = Some(id);
                update.changes.extend([Change::Models, Change::Choices]);
            }
            User::NewChat => self.new_chat(false, update),
            User::NewTemporaryChat => self.new_chat(true, update),
            User::OpenChat(id) => self.open(id, update),
            User::Send { text, fresh } => self.send(text, fresh, update),
            User::Edit { message, text, fresh } => self.edit(&message, text, fresh, update),
            User::Rewrite(message, text) => self.rewrite(self.chat.id.clone().as_ref(), &message, text, update),
            User::Regenerate(message, fresh) => self.regenerate(&message, fresh, update),
            User::Continue(message) => self.go_on(&message, update),
            User::ShowVersion(message) => self.show_version(&message, update),
            User::Stop => self.stop(update),
            User::Attach { number, name, media_type, data } => self.attach(number, name, media_type, data, update),
            User::Detach(number) => self.detach(number, update),
            User::Choose(choices) => self.choose(choices, update),
            User::Act(message, action) => self.act(&message, &action, update),
            User::Resolve { message, call_id, decision } => self.resolve(&message, &call_id, &decision, update),
            User::Run { place, message, code } => self.run_code(place, message, code, update),
            User::RestartKernel(chat) => update.effects.push(Effect::Kernel(chat, KernelRequest::Restart)),
            User::StopRun(place) => self.stop_run(place, update),
            User::SeeCode => self.expect_code(update),
            User::AnswerRun(place, line) => self.answer_run(place, line, update),
            User::SaveOutput(place, key) => self.save_output(place, key, update),
            User::Favorite(message, liked) => self.favorite(&message, liked, update),
            User::Branch(message) => self.branch(&message, update),
            User::Fill(id, field, entry) => self.fill(id, field, entry, update),
            User::Decide(id, decision) => self.decide(id, decision, update),
            User::TrustSandbox(id) => self.trust_sandbox(id, update),
            User::Types => self.types(update),
            User::Dismiss(id) => {
                self.notices.retain(|notice| notice.id != id);
                update.changes.push(Change::Notices);
            }
            User::Warn(sentence) => self.warn(sentence, update),
            User::NotSaved(name, why) => self.warn(super::strings::not_saved(&name, &why), update),
            User::Notify(tells) => {
                self.tells = tells;
                update.changes.push(Change::Session);
            }
        }
    }
}

const CHATS: &str = "/api/v1/chats/?page=1";

/// How long until what the server could not be reached for is tried again, in ms.
const RETRY: u32 = 3_000;

fn chat_path(chat: &ChatId) -> String {
    format!("/api/v1/chats/{}", path_part(chat.as_str()))
}

fn message_path(chat: &ChatId, message: &MessageId) -> String {
    format!("{}/messages/{}", chat_path(chat), path_part(message.as_str()))
}
