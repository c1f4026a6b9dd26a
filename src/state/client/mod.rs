//! The client of one server as a pure machine: sign-in, chats, turns, events and calls.
//!
//! [`Client::update`] takes whatever woke the program and returns what changed (for the view) and what has to
//! be done (for the driver). It never fails and never waits.

mod calls;
mod session;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod turns;

use super::answer::{Upload, Uploaded};
use super::chat::{Changed, Chat, Field};
use crate::ids::{CallId, ChatId, MessageId};
use crate::protocol::chat::{CallFile, ChatEvent, Envelope};
use crate::protocol::execute::{InputFile, KernelMessage, KernelRequest, KernelStatus, Progress};
use crate::protocol::rest::{ChatRow, Config, Model};
use calls::Calls;
use serde_json::{Value, json};
pub use session::Credentials;

/// Everything that can wake the machine.
#[derive(Clone, Debug)]
pub enum Input {
    /// The person did something.
    User(User),
    /// The socket did something.
    Socket(Socket),
    /// A request was answered.
    Reply {
        /// What it was for.
        to: ReplyTo,
        /// The body, or why there is none.
        result: Result<Value, Failure>,
    },
    /// A chat's kernel said something.
    Kernel(ChatId, KernelMessage),
    /// The files of a call came, each or a sentence.
    Fetched(CallId, Vec<Result<InputFile, String>>),
    /// An upload of a call ended.
    Uploaded(CallId, usize, Uploaded),
}

/// What the person can do.
#[derive(Clone, Debug)]
pub enum User {
    /// Sign in at a server; what was typed.
    SignIn(String, Credentials),
    /// Forget the session.
    SignOut,
    /// Ask this model from now on.
    SelectModel(String),
    /// Begin a chat.
    NewChat,
    /// Open a chat.
    OpenChat(ChatId),
    /// Send what was written. Ids and time are the driver's to make.
    Send {
        /// The text.
        text: String,
        /// For the person's message.
        user_id: MessageId,
        /// For the answer.
        assistant_id: MessageId,
        /// Unix time in seconds.
        timestamp: u64,
    },
    /// End the turn, and the code that runs for it.
    Stop,
    /// A notice was read.
    Dismiss(u32),
}

/// What the socket can do.
#[derive(Clone, Debug)]
pub enum Socket {
    /// It is open; with the session id (PROTOCOL.md 1.2).
    Connected(String),
    /// It was closed, or could not be opened: a word of the socket library. It tries again by itself.
    Lost(String),
    /// An event; with a call id if it waits for an answer.
    Event(Value, Option<CallId>),
}

/// What a request was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyTo {
    /// `GET /api/config` before signing in.
    Config,
    /// Signing in.
    Session,
    /// The configuration for the one who signed in.
    UserConfig,
    /// The models.
    Models,
    /// The chats.
    Chats,
    /// A chat to show.
    Chat(ChatId),
    /// A turn, by its answer.
    Turn(MessageId),
    /// Stopping a turn.
    Stop,
}

/// Why a request has no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status; 0 if no answer came, or none that is the server's.
    pub status: u16,
    /// A sentence, or the server's own words.
    pub detail: String,
}

/// What the driver has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the server.
    Get(String, ReplyTo),
    /// Tell the server.
    Post(String, Value, ReplyTo),
    /// Open the socket of [`Client::api`].
    Connect {
        /// Seconds between heartbeats.
        heartbeat: u32,
    },
    /// Close the socket.
    Disconnect,
    /// Send an event that wants no answer.
    Emit(&'static str, Value),
    /// Answer a call. Each call gets exactly one.
    Ack(CallId, Value),
    /// Ask the kernel of a chat.
    Kernel(ChatId, KernelRequest),
    /// Bring files of the server.
    Fetch(CallId, Vec<CallFile>),
    /// Store a file on the server.
    Upload(CallId, usize, Upload),
    /// Say in the address bar which chat is open.
    ShowAddress(Option<ChatId>),
}

/// What the view has to draw again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Who is signed in, and what went wrong with it.
    Session,
    /// The socket.
    Connection,
    /// The list of models, or which is chosen.
    Models,
    /// The list of chats.
    Chats,
    /// Which messages are shown.
    Path,
    /// The open chat's title.
    Title,
    /// Whether a turn goes on.
    Active,
    /// A part of a message.
    Message(MessageId, Field),
    /// The notices.
    Notices,
    /// The kernel's state and progress.
    Kernel,
}

/// What an input led to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// For the view.
    pub changes: Vec<Change>,
    /// For the driver, in order.
    pub effects: Vec<Effect>,
}

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
    /// `success`, `error`, `warning` or `info`.
    pub level: String,
    /// The text.
    pub text: String,
}

/// The machine.
#[derive(Debug, Default)]
pub struct Client {
    /// Sign-in.
    pub session: session::State,
    /// The socket.
    pub connection: Connection,
    /// What the server allows.
    pub config: Config,
    /// The models that can be asked.
    pub models: Vec<Model>,
    /// The id of the chosen model.
    pub model: Option<String>,
    /// The person's chats, latest first.
    pub chats: Vec<ChatRow>,
    /// The open chat; an empty one if none is.
    pub chat: Chat,
    /// Short messages, oldest first.
    pub notices: Vec<Notice>,
    /// The state of the open chat's kernel.
    pub kernel: KernelStatus,
    /// What the kernel is loading.
    pub progress: Option<Progress>,
    calls: Calls,
    /// A chat to open as soon as somebody is signed in.
    wanted_chat: Option<ChatId>,
    last_notice: u32,
}

impl Client {
    /// A client that nobody has signed in at. `chat` is opened after the sign-in.
    pub fn new(chat: Option<ChatId>) -> Self {
        Self { wanted_chat: chat, ..Self::default() }
    }

    /// The server's origin and the token, for requests.
    pub fn api(&self) -> (&str, Option<&str>) {
        (&self.session.server, Some(self.session.token.as_str()).filter(|token| !token.is_empty()))
    }

    /// Whether a message can be sent now.
    pub fn can_send(&self) -> bool {
        matches!(self.connection, Connection::Connected(_)) && self.model().is_some() && !self.chat.active
    }

    /// The chosen model.
    pub fn model(&self) -> Option<&Model> {
        let id = self.model.as_ref()?;
        self.models.iter().find(|model| model.id == *id)
    }

    /// Takes an input.
    pub fn update(&mut self, input: Input) -> Update {
        let mut update = Update::default();
        match input {
            Input::User(user) => self.user(user, &mut update),
            Input::Socket(socket) => self.socket(socket, &mut update),
            Input::Reply { to, result } => self.reply(to, result, &mut update),
            Input::Kernel(chat, message) => self.kernel(chat, message, &mut update),
            Input::Fetched(call, files) => self.fetched(call, files, &mut update),
            Input::Uploaded(call, number, result) => self.uploaded(&call, number, result, &mut update),
        }
        update
    }

    fn user(&mut self, user: User, update: &mut Update) {
        match user {
            User::SignIn(server, credentials) => self.sign_in(&server, credentials, update),
            User::SignOut => self.sign_out(update),
            User::SelectModel(id) => {
                self.model = Some(id);
                update.changes.push(Change::Models);
            }
            User::NewChat => {
                self.show(Chat::default(), update);
                update.effects.push(Effect::ShowAddress(None));
            }
            User::OpenChat(id) => self.open(id, update),
            User::Send { text, user_id, assistant_id, timestamp } => {
                self.send(text, user_id, assistant_id, timestamp, update);
            }
            User::Stop => self.stop(update),
            User::Dismiss(id) => {
                self.notices.retain(|notice| notice.id != id);
                update.changes.push(Change::Notices);
            }
        }
    }

    fn socket(&mut self, socket: Socket, update: &mut Update) {
        match socket {
            Socket::Connected(sid) => {
                let again = self.connection == Connection::Lost;
                self.connection = Connection::Connected(sid);
                update.changes.push(Change::Connection);
                let token = &self.session.token;
                update.effects.push(Effect::Emit("user-join", json!({"auth": {"token": token}})));
                if let Some(id) = self.chat.id.clone() {
                    self.join(&id, update);
                    // What came while we were away is only in the server's copy (PROTOCOL.md 1.8).
                    if again {
                        self.read_chat(&id, update);
                    }
                }
                if again {
                    update.effects.push(Effect::Get(CHATS.into(), ReplyTo::Chats));
                }
            }
            Socket::Lost(reason) => {
                if self.connection == Connection::Off {
                    return;
                }
                self.connection = Connection::Lost;
                update.changes.push(Change::Connection);
                self.abandon_calls(&reason, update);
            }
            Socket::Event(value, call) => self.event(&value, call, update),
        }
    }

    fn event(&mut self, value: &Value, call: Option<CallId>, update: &mut Update) {
        let envelope = Envelope::parse(value);
        match (envelope, call) {
            (envelope, Some(call)) => self.call(envelope, call, update),
            (Some(envelope), None) => self.apply(envelope, update),
            (None, None) => {}
        }
    }

    fn apply(&mut self, envelope: Envelope, update: &mut Update) {
        let event = ChatEvent::parse(&envelope.kind, &envelope.data);
        if matches!(event, ChatEvent::List | ChatEvent::Title(_)) {
            update.effects.push(Effect::Get(CHATS.into(), ReplyTo::Chats));
        }
        // The events of a new chat may come before the answer that tells its id (PROTOCOL.md 5.5).
        let mine = envelope.message_id.as_ref().is_some_and(|id| self.chat.messages.contains_key(id));
        if self.chat.id.is_none()
            && mine
            && let Some(id) = &envelope.chat_id
        {
            self.adopt(id.clone(), update);
        }
        if self.chat.id.is_none() || self.chat.id != envelope.chat_id {
            return;
        }
        match &event {
            ChatEvent::Notification { level, content } if !envelope.shared => {
                self.notify(level, content.clone(), update);
            }
            ChatEvent::Reload => return self.read_open_chat(update),
            // A turn of another tab of the same person: its messages are only in the server's copy.
            ChatEvent::Active(true) if envelope.message_id.is_some() && !mine => self.read_open_chat(update),
            _ => {}
        }
        let ended = event == ChatEvent::Active(false);
        for changed in self.chat.apply(envelope.message_id.as_ref(), event) {
            update.changes.push(match changed {
                Changed::Message(id, field) => Change::Message(id, field),
                Changed::Title => Change::Title,
                Changed::Active => Change::Active,
            });
        }
        let unfinished = || {
            let last = self.chat.current.as_ref().and_then(|id| self.chat.messages.get(id));
            last.is_some_and(|message| !message.done)
        };
        if ended && unfinished() {
            self.read_open_chat(update);
        }
    }

    fn notify(&mut self, level: &str, text: String, update: &mut Update) {
        self.last_notice += 1;
        self.notices.push(Notice { id: self.last_notice, level: level.to_owned(), text });
        // A server that floods us shall not fill the page.
        let surplus = self.notices.len().saturating_sub(20);
        self.notices.drain(..surplus);
        update.changes.push(Change::Notices);
    }
}

const CHATS: &str = "/api/v1/chats/?page=1";
