//! What goes into the machine and what comes out of it.

use super::super::answer::Upload;
use super::super::chat::Field;
use super::choices::Choices;
use super::questions::QuestionId;
use super::runs::RunPlace;
use super::session::Credentials;
use crate::ids::{CallId, ChatId, MessageId};
use crate::protocol::chat::CallFile;
use crate::protocol::chat::question::{Decision, Entry};
use crate::protocol::execute::{InputFile, KernelMessage, KernelRequest};
use crate::protocol::rest::FileRecord;
use crate::state::direct::{External, ExternalReply};
use crate::state::outputs::OutputKey;
use serde_json::Value;
use std::sync::Arc;

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
    /// The files for a run of the person's, or sentences that say why not; those that its kernel has already are left out.
    Brought(RunPlace, Vec<Result<InputFile, String>>),
    /// An upload ended.
    Uploaded(Ticket, Result<FileRecord, Failure>),
    /// An upload goes on: bytes sent, and in all.
    Uploading(Ticket, f64, f64),
    /// JavaScript of a call ended.
    Executed(CallId, Result<Value, String>),
    /// JavaScript of a call asks for something (SECURITY.md 5.3).
    Capability {
        /// The call whose code asks.
        call: CallId,
        /// Names the answer.
        id: u64,
        /// What is asked, as it came.
        name: Value,
        /// Its arguments, as they came.
        args: Value,
        /// Bytes among them.
        data: Option<Vec<u8>>,
    },
    /// A service that is no part of the server answered, or a sentence.
    External(ExternalFor, Result<ExternalReply, String>),
    /// The host page answered a call.
    Host(CallId, Result<Value, String>),
    /// A time that was asked for is over.
    Woken(Timer),
    /// Whether the page is seen.
    Visible(bool),
}

/// What the person can do.
#[derive(Clone, Debug)]
pub enum User {
    /// See Python that can be run.
    SeeCode,
    /// Sign in at a server; what was typed.
    SignIn(String, Credentials),
    /// Forget the session.
    SignOut,
    /// Ask this model from now on.
    SelectModel(String),
    /// Begin a chat.
    NewChat,
    /// Have the kernel of this chat begin anew.
    RestartKernel(ChatId),
    /// Begin a chat that nobody keeps.
    NewTemporaryChat,
    /// Open a chat.
    OpenChat(ChatId),
    /// Send what was written, with what is attached.
    Send {
        /// The text.
        text: String,
        /// Ids and time of the new messages.
        fresh: Fresh,
    },
    /// Send another version of a message, beside the old one.
    Edit {
        /// The old one.
        message: MessageId,
        /// The text.
        text: String,
        /// Ids and time of the new messages.
        fresh: Fresh,
    },
    /// Write another text into an answer.
    Rewrite(MessageId, String),
    /// Ask for another version of an answer.
    Regenerate(MessageId, Fresh),
    /// Ask for more of an answer.
    Continue(MessageId),
    /// Show another version.
    ShowVersion(MessageId),
    /// End the turn, and the code that runs for it.
    Stop,
    /// A file to send with the next message; the number names it.
    Attach {
        /// Its number.
        number: u32,
        /// As the person knows it.
        name: String,
        /// As the browser knows it; may be empty.
        media_type: String,
        /// Its content.
        data: Arc<[u8]>,
    },
    /// Not to send a file.
    Detach(u32),
    /// Switch something of the next turns on or off.
    Choose(Choices),
    /// Press a button of the model's at an answer.
    Act(MessageId, String),
    /// Decide about a tool call that waits in a saved chat (PROTOCOL.md 3.5).
    Resolve {
        /// The answer that it is in.
        message: MessageId,
        /// The call.
        call_id: String,
        /// What is decided; for `ask_user` the entries are the answers.
        decision: Decision,
    },
    /// Run Python of a message in the chat's kernel.
    Run {
        /// Where its output is shown.
        place: RunPlace,
        /// The message that it stands in.
        message: MessageId,
        /// The code.
        code: String,
    },
    /// Stop that.
    StopRun(RunPlace),
    /// The line that such a run waits for; none is the end of the file.
    AnswerRun(RunPlace, Option<String>),
    /// Save what such a run wrote over its limit.
    SaveOutput(RunPlace, OutputKey),
    /// Like a message, or no longer.
    Favorite(MessageId, bool),
    /// Go on in a chat of its own from a message; the open one stays as it is.
    Branch(MessageId),
    /// Something was filled into the field of a question.
    Fill(QuestionId, usize, Entry),
    /// A question was decided.
    Decide(QuestionId, Decision),
    /// Not to ask again before code of this server runs in the sandbox, until the page is left.
    TrustSandbox(QuestionId),
    /// The composer's text changed.
    Types,
    /// A notice was read.
    Dismiss(u32),
    /// Whether to tell of answers outside of the page.
    Notify(bool),
    /// Something that the person asked of the page went wrong; a sentence.
    Warn(String),
    /// A file of this name could not be saved for the person, and why.
    NotSaved(String, String),
}

/// Ids and time of new messages: the driver's to make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fresh {
    /// For the person's message.
    pub user_id: MessageId,
    /// For the answer.
    pub assistant_id: MessageId,
    /// Unix time in seconds.
    pub timestamp: u64,
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
    /// Something that is no JSON that can be read here.
    Unreadable(Option<CallId>),
    /// An emitted event was acknowledged.
    Acked(Asked, Value),
    /// What the person may do has changed (`access:updated`).
    AccessUpdated,
}

/// An emitted event that wants an acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `user-join`: null for a token that isn't taken.
    Session,
    /// Joining a chat: whether it may be read.
    Join(ChatId),
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
    /// The person's settings.
    Settings,
    /// The models.
    Models,
    /// The tools.
    Tools,
    /// The chats.
    Chats,
    /// A chat to show, and the number of the read: of several only the last counts.
    Chat(ChatId, u32),
    /// Whether the session still holds, after something was refused.
    StillSignedIn,
    /// Whether a turn whose request was lost has begun the latest chat: the list of chats.
    Doubt(MessageId),
    /// The same: one of the latest chats, and those that are to be looked at then.
    DoubtChat(MessageId, Vec<ChatId>),
    /// What the server is doing for a chat.
    Running(ChatId),
    /// A turn, by its answer.
    Turn(MessageId),
    /// Stopping a turn.
    Stop,
    /// A change of a stored message or chat, in words for the case that it fails.
    Saved(&'static str),
    /// The chat's copy, to keep in it whether a message is liked.
    Favorite(ChatId, MessageId, bool),
    /// Keeping it.
    FavoriteKept(ChatId, MessageId, bool),
    /// A chat of its own that was begun with messages of this one.
    Branch(ChatId),
    /// A button at an answer of a chat.
    Act(Option<ChatId>),
    /// A decision about a tool call.
    Resolve(MessageId),
    /// Tags of the chat.
    Tags(ChatId),
    /// Files of a run that nobody waits for any more, put to their message by this request.
    Late(String, Box<Value>),
}

/// Why a request has no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status; 0 if no answer came, or none that is the server's.
    pub status: u16,
    /// A sentence, or the server's own words.
    pub detail: String,
}

impl Failure {
    /// Whether it may be otherwise in a moment: no answer, or a server that is starting or busy.
    pub fn is_passing(&self) -> bool {
        matches!(self.status, 0 | 429 | 502 | 503 | 504)
    }
}

/// What an upload is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ticket {
    /// A file of a call's answer, by its number.
    Call(CallId, usize),
    /// A file of the next message, by its number.
    Attachment(u32),
}

/// What an answer from outside is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternalFor {
    /// A call.
    Call(CallId),
    /// The models of a direct connection, by its number.
    Models(String),
    /// The description of a tool server, by its number.
    ToolServer(usize),
}

/// A time to be told of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Someone has not said for a while that they still write.
    Typing(String),
    /// Our own writing may be told again.
    Types,
    /// What could not be sent may be tried again.
    Flush,
    /// A chat that could not be read may be tried again.
    Read(ChatId),
    /// A call has waited for a service or the host page for as long as it may.
    Call(CallId),
    /// A question has been open for as long as it may.
    Question(QuestionId),
    /// The server has not asked a question again after a disconnect.
    Resume(QuestionId),
}

/// What the driver has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Python is likely to be wanted for this chat: have it ready.
    ExpectCode(ChatId),
    /// A chat begins that has the id of one that nobody comes back to: its kernel and files go.
    EndKernel(ChatId),
    /// Ask the server.
    Get(String, ReplyTo),
    /// Tell the server.
    Post(String, Value, ReplyTo),
    /// Open the socket of [`super::Client::api`].
    Connect {
        /// Seconds between heartbeats.
        heartbeat: u32,
    },
    /// Close the socket.
    Disconnect,
    /// Send an event that wants no answer.
    Emit(&'static str, Value),
    /// Send an event whose acknowledgement comes back.
    Ask(&'static str, Value, Asked),
    /// Answer a call. Each call gets exactly one.
    Ack(CallId, Value),
    /// Ask the kernel of a chat.
    Kernel(ChatId, KernelRequest),
    /// Bring files of the server.
    Fetch(CallId, Vec<CallFile>),
    /// Bring those of these files of the server that the kernel of a chat doesn't have, for a run in it.
    Bring(RunPlace, ChatId, Vec<CallFile>),
    /// Store a file on the server; the query says whether its text is taken out for the model.
    Upload(Ticket, Upload, &'static str),
    /// Run JavaScript of a call.
    Execute {
        /// The call.
        call: CallId,
        /// The body of an async function.
        code: String,
        /// With the page's rights, instead of in a frame without any.
        in_page: bool,
    },
    /// Answer what JavaScript of a call asked for.
    Capability(CallId, u64, Result<Value, String>),
    /// Show the frame of a call, or hide it.
    Overlay(CallId, bool),
    /// Answer with a fact about the page: `title`, `theme` or `locale`.
    Fact(CallId, u64, String),
    /// End the JavaScript of a call.
    EndExecute(CallId),
    /// Ask a service that is no part of the server.
    External(ExternalFor, External),
    /// Ask the host page.
    Host(CallId, Value),
    /// Hand a file to the person.
    Download {
        /// Its name, clean.
        name: String,
        /// Its media type.
        media_type: String,
        /// Its content.
        data: Arc<[u8]>,
    },
    /// Open a page beside this one.
    OpenPage(String),
    /// Tell the person outside of the page, if no other tab of theirs was used later.
    Tell {
        /// A heading.
        title: String,
        /// A line.
        text: String,
    },
    /// Wake the machine after so many ms.
    Wake(Timer, u32),
    /// Keep what was chosen for a chat.
    Keep(ChatId, Choices),
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
    /// The tools that can be chosen, and what is.
    Choices,
    /// The list of chats.
    Chats,
    /// Which messages are shown.
    Path,
    /// The open chat's title.
    Title,
    /// Whether a turn goes on.
    Active,
    /// The open chat's tags, tasks and people, and what its server is doing.
    About,
    /// A part of a message.
    Message(MessageId, Field),
    /// The notices.
    Notices,
    /// The questions.
    Questions,
    /// The files of the next message.
    Attachments,
    /// The kernel's state and progress.
    Kernel,
    /// Code that the person ran.
    Run(RunPlace),
    /// What the server's code of a message has put out so far.
    Live(MessageId),
}

/// What an input led to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// For the view.
    pub changes: Vec<Change>,
    /// For the driver, in order.
    pub effects: Vec<Effect>,
    /// Why an event was not used; all that is logged of it.
    pub dropped: Option<crate::protocol::chat::Dropped>,
}
