//! Drives the machine of [`crate::state::client`]: its effects become requests, a socket, frames and kernels, what
//! they bring goes back into it, and what changed goes to a view.

mod kernels;

use super::attention::Attention;
use super::blob::{self, ObjectUrl};
use super::crypto;
use super::error::WebError;
use super::execute::{ExecuteFrame, FrameMessage};
use super::files::Files;
use super::kernel::{Kernel, KernelOptions};
use super::transport::{Access, Request, Transport};
use super::{external, js, page_script, storage, strings};
use crate::file_name;
use crate::ids::{CallId, ChatId, FileId, MessageId};
use crate::protocol::chart::{Kind, LONGEST_OUTPUT};
use crate::protocol::chat::{CallFile, content_path};
use crate::protocol::execute::InputFile;
use crate::protocol::mime::sniff_raster;
use crate::protocol::rest::FileRecord;
use crate::state::answer::Upload;
use crate::state::client::{
    Change, Choices, Client, Effect, ExternalFor, Failure, Fresh, Input, Socket as Heard, Ticket, User,
};
use crate::state::direct::{External, Shape};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use gloo_timers::future::TimeoutFuture;
use kernels::Kernels;
use serde_json::{Value, json};
use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Where what was chosen for chats is kept in this browser, and for how many chats.
const CHOICES: (&str, usize) = ("pyoxide-chat-choices", 200);

/// What the host page says to a call.
pub type HostAnswer = Pin<Box<dyn Future<Output = Result<Value, String>>>>;

/// Hears every event of the socket as it came.
pub type OnEvent = Box<dyn Fn(&Value)>;

/// Answers a call.
pub type OnCall = Box<dyn Fn(Value) -> HostAnswer>;

/// What the host page wants to hear, and answers.
pub struct Hooks {
    /// What the view has to draw again.
    pub on_change: Box<dyn Fn(Change)>,
    /// Which chat is open.
    pub on_address: Box<dyn Fn(Option<ChatId>)>,
    /// Every event of the socket, of any type, as it came.
    pub on_event: Option<OnEvent>,
    /// Calls of types that this client doesn't know.
    pub on_call: Option<OnCall>,
}

/// A driven client. Clones are handles to the same one.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

struct Inner {
    client: RefCell<Client>,
    inputs: RefCell<VecDeque<Input>>,
    draining: Cell<bool>,
    transport: Box<dyn Transport>,
    kernels: Kernels,
    scripts: RefCell<BTreeMap<CallId, ExecuteFrame>>,
    attention: RefCell<Option<Attention>>,
    attached: Cell<u32>,
    /// Which file of the server was brought under which name for a chat.
    brought: RefCell<BTreeMap<(ChatId, String), FileId>>,
    /// Counts sessions: what an earlier one still brings is dropped.
    epoch: Cell<u32>,
    hooks: Hooks,
}

impl Driver {
    /// Drives a client over a way to its server.
    pub fn new(mut client: Client, transport: Box<dyn Transport>, kernel_options: KernelOptions, hooks: Hooks) -> Self {
        client.host_answers = hooks.on_call.is_some();
        client.kept = kept();
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| Inner {
            client: RefCell::new(client),
            inputs: RefCell::default(),
            draining: Cell::default(),
            transport,
            kernels: Kernels::new(kernel_options, {
                let weak = weak.clone();
                move |chat, message| {
                    if let Some(inner) = weak.upgrade() {
                        inner.take(Input::Kernel(chat, message));
                    }
                }
            }),
            scripts: RefCell::default(),
            attention: RefCell::default(),
            attached: Cell::default(),
            brought: RefCell::default(),
            epoch: Cell::default(),
            hooks,
        });
        let weak = Rc::downgrade(&inner);
        inner.attention.replace(Some(Attention::watch(move |visible| {
            if let Some(inner) = weak.upgrade() {
                inner.take(Input::Visible(visible));
            }
        })));
        Self(inner)
    }

    /// Whether it drives the same client.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The state, to read.
    pub fn client(&self) -> Ref<'_, Client> {
        self.0.client.borrow()
    }

    /// The person did something.
    pub fn user(&self, user: User) {
        self.0.take(Input::User(user));
    }

    /// Ids and time for new messages.
    pub fn fresh(&self) -> Fresh {
        Fresh {
            user_id: MessageId(crypto::uuid()),
            assistant_id: MessageId(crypto::uuid()),
            timestamp: (js_sys::Date::now() / 1_000.0) as u64,
        }
    }

    /// The person chose a file for the next message.
    pub fn attach(&self, name: String, media_type: String, data: Vec<u8>) {
        self.0.attached.set(self.0.attached.get() + 1);
        let name = file_name::clean(&name);
        self.user(User::Attach { number: self.0.attached.get(), name, media_type, data: data.into() });
    }

    /// The files of a chat's kernel.
    pub fn files(&self, chat: &ChatId) -> Rc<Files> {
        self.0.files(chat)
    }

    /// The kernel of a chat, if it is alive.
    pub fn kernel(&self, chat: &ChatId) -> Option<Kernel> {
        self.0.kernels.get(chat)
    }

    /// A picture that the server keeps, fetched with the token, or one that stands in its `data:` address; its first
    /// bytes must be those of a picture.
    ///
    /// # Errors
    /// A sentence.
    pub async fn stored_image(&self, path: &str) -> Result<ObjectUrl, String> {
        let bytes = match path.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
            Some((_, data)) => BASE64_STANDARD.decode(data.trim()).map_err(|_| strings::picture_unread())?,
            None => self.content(path).await?,
        };
        let media_type = sniff_raster(&bytes).ok_or_else(strings::no_picture)?;
        ObjectUrl::new(&bytes, media_type).map_err(|error| error.to_string())
    }

    /// A file that the server keeps, handed to the person under a clean name.
    ///
    /// # Errors
    /// A sentence.
    pub async fn save_stored(&self, path: &str, name: &str) -> Result<(), String> {
        let bytes = self.content(path).await?;
        blob::download(&file_name::clean(name), "application/octet-stream", &bytes).map_err(|error| error.to_string())
    }

    async fn content(&self, path: &str) -> Result<Vec<u8>, String> {
        let content = self.0.transport.content(self.0.access(), path.to_owned());
        content.await.map_err(|error| error.to_string())
    }
}

impl Inner {
    fn take(self: &Rc<Self>, input: Input) {
        self.inputs.borrow_mut().push_back(input);
        if self.draining.replace(true) {
            return;
        }
        loop {
            let input = self.inputs.borrow_mut().pop_front();
            let Some(input) = input else { break };
            let update = self.client.borrow_mut().update(input);
            if let Some(why) = update.dropped {
                js::debug(&why.to_string());
            }
            for change in update.changes {
                (self.hooks.on_change)(change);
            }
            for effect in update.effects {
                self.perform(effect);
            }
        }
        self.draining.set(false);
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Get(path, to) => self.later(self.transport.request(self.access(), Request::Get(path)), |result| {
                Input::Reply { to, result: result.map_err(failure) }
            }),
            Effect::Post(path, body, to) => {
                self.later(self.transport.request(self.access(), Request::Post(path, body)), |result| Input::Reply {
                    to,
                    result: result.map_err(failure),
                });
            }
            Effect::Connect { heartbeat } => self.connect(heartbeat),
            Effect::Disconnect => {
                self.epoch.set(self.epoch.get() + 1);
                self.transport.disconnect();
                self.kernels.clear();
                self.brought.take();
                self.scripts.take();
            }
            Effect::Emit(event, body) => self.transport.emit(event, &body, None),
            Effect::Ask(event, body, asked) => self.transport.emit(event, &body, Some(asked)),
            Effect::Ack(call, value) => {
                self.scripts.borrow_mut().remove(&call);
                self.transport.ack(&call, &value);
            }
            Effect::ExpectCode(chat) => self.kernels.expect(&chat),
            Effect::EndKernel(chat) => self.kernels.end(&chat),
            Effect::Kernel(chat, request) => {
                let files = self.files(&chat);
                self.kernels.ask(chat, request, files);
            }
            Effect::Fetch(call, files) => {
                let (inner, named) = (self.clone(), named(files));
                // What a model reads is English.
                let failed = |name: &str, why: &WebError| format!("The file {name} could not be fetched: {why}");
                self.later(async move { inner.bring(named, failed).await }, |fetched| Input::Fetched(call, fetched));
            }
            Effect::Bring(place, chat, files) => {
                let inner = self.clone();
                self.later(async move { inner.bring_missing(&chat, files).await }, move |brought| {
                    Input::Brought(place, brought)
                });
            }
            Effect::Upload(ticket, upload, query) => self.upload(ticket, upload, query),
            Effect::Execute { call, code, in_page: false } => self.run_in_frame(call, &code),
            Effect::Execute { call, code, in_page: true } => {
                self.later(async move { page_script::execute(&code).await }, |result| Input::Executed(call, result));
            }
            Effect::Capability(call, id, result) => self.with_script(&call, |frame| frame.answer(id, result)),
            Effect::Fact(call, id, key) => self.with_script(&call, |frame| frame.answer(id, Ok(json!(fact(&key))))),
            Effect::Overlay(call, shown) => self.with_script(&call, |frame| frame.show(shown)),
            Effect::EndExecute(call) => {
                self.scripts.borrow_mut().remove(&call);
            }
            Effect::External(to, request) => self.external(to, request),
            Effect::Host(call, envelope) => {
                if let Some(on_call) = &self.hooks.on_call {
                    self.later(on_call(envelope), |result| Input::Host(call, result));
                }
            }
            Effect::Download { name, media_type, data } => {
                if let Err(error) = blob::download(&name, &media_type, &data) {
                    js::debug(&error.to_string());
                }
            }
            Effect::OpenPage(url) => {
                // A blocked window is the browser's to tell.
                let _ = js::window().open_with_url_and_target_and_features(&url, "_blank", "noopener,noreferrer");
            }
            Effect::Tell { title, text } => {
                if let Some(attention) = self.attention.borrow().as_ref() {
                    attention.tell(&title, &text);
                }
            }
            Effect::Wake(timer, ms) => self.later(TimeoutFuture::new(ms), |()| Input::Woken(timer)),
            Effect::Keep(chat, choices) => keep(chat, choices),
            Effect::ShowAddress(chat) => (self.hooks.on_address)(chat),
        }
    }

    /// The files of a chat's kernel, whether or not there is one.
    fn files(&self, chat: &ChatId) -> Rc<Files> {
        self.kernels.files(chat, || self.client.borrow().files_kept_as(chat))
    }

    /// Who asks, as it is now.
    fn access(&self) -> Access {
        let client = self.client.borrow();
        let (server, token) = client.api();
        Access { server: server.to_owned(), token: token.map(str::to_owned) }
    }

    /// Does something that takes time; its result comes back as an input, if there is still somebody to take it.
    fn later<T: 'static>(
        self: &Rc<Self>,
        work: impl Future<Output = T> + 'static,
        read: impl FnOnce(T) -> Input + 'static,
    ) {
        let (weak, epoch) = (Rc::downgrade(self), self.epoch.get());
        spawn_local(async move {
            let result = work.await;
            if let Some(inner) = weak.upgrade().filter(|inner| inner.epoch.get() == epoch) {
                inner.take(read(result));
            }
        });
    }

    fn connect(self: &Rc<Self>, heartbeat: u32) {
        let weak = Rc::downgrade(self);
        let hear = move |heard| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(heard);
            }
        };
        let opened = self.transport.connect(self.access(), heartbeat, Rc::new(hear));
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            if let (Err(error), Some(inner)) = (opened.await, weak.upgrade()) {
                inner.take(Input::Socket(Heard::Lost(error.to_string())));
            }
        });
    }

    fn hear(self: &Rc<Self>, heard: Heard) {
        if let (Heard::Event(envelope, _), Some(on_event)) = (&heard, &self.hooks.on_event) {
            on_event(envelope);
        }
        self.take(Input::Socket(heard));
    }

    /// Those of these files that the kernel of a chat doesn't have. Another one of the same name takes its place; what code
    /// has made of one stays.
    async fn bring_missing(&self, chat: &ChatId, files: Vec<CallFile>) -> Vec<Result<InputFile, String>> {
        let there = self.files(chat);
        there.ready().await;
        let mut brought = Vec::new();
        for (file, name) in named(files) {
            let (key, id) = ((chat.clone(), name.clone()), file.id.clone());
            let is_known = self.brought.borrow().get(&key) == Some(&id);
            if is_known && there.get(&format!("/mnt/uploads/{name}")).is_some() {
                continue;
            }
            let found = self.bring(vec![(file, name)], |name, why| strings::file_not_fetched(&name, why)).await;
            if found.iter().all(Result::is_ok) {
                self.brought.borrow_mut().insert(key, id);
            }
            brought.extend(found);
        }
        brought
    }

    /// Files of the server under the names that they have for code; what is said of those that can't be had.
    async fn bring(
        &self,
        files: Vec<(CallFile, String)>,
        failed: impl Fn(&str, &WebError) -> String,
    ) -> Vec<Result<InputFile, String>> {
        let mut brought = Vec::new();
        for (file, name) in files {
            let bytes = self.transport.content(self.access(), content_path(&file.id)).await;
            brought.push(match bytes {
                Ok(bytes) => Ok(InputFile { name, data: bytes.into() }),
                Err(error) => Err(failed(&name, &error)),
            });
        }
        brought
    }

    fn upload(self: &Rc<Self>, ticket: Ticket, upload: Upload, query: &str) {
        if let Some(kind) = upload.chart {
            return self.draw(kind, ticket, upload, query);
        }
        let (weak, progress) = (Rc::downgrade(self), ticket.clone());
        let request = Request::Upload {
            path: format!("/api/v1/files/?{query}"),
            name: upload.name,
            media_type: upload.media_type.into_owned(),
            data: upload.data,
            on_sent: Box::new(move |sent, total| {
                if let Some(inner) = weak.upgrade() {
                    inner.take(Input::Uploading(progress.clone(), sent, total));
                }
            }),
        };
        self.later(self.transport.request(self.access(), request), |result| {
            let record = result.and_then(|body| {
                serde_json::from_value::<FileRecord>(body).map_err(|error| WebError::Unreadable {
                    what: strings::answer_to_upload().into(),
                    why: error.to_string(),
                })
            });
            Input::Uploaded(ticket, record.map_err(failure))
        });
    }

    /// Uploads the picture of a chart.
    fn draw(self: &Rc<Self>, kind: Kind, ticket: Ticket, upload: Upload, query: &str) {
        let (weak, query) = (Rc::downgrade(self), query.to_owned());
        spawn_local(async move {
            let source = String::from_utf8_lossy(&upload.data);
            let drawn = super::diagram::draw(kind, &source, LONGEST_OUTPUT, false).await;
            let Some(inner) = weak.upgrade() else { return };
            match drawn {
                Ok(svg) => {
                    let data = svg.text.into_bytes().into();
                    inner.upload(ticket, Upload { data, chart: None, ..upload }, &query);
                }
                Err(detail) => inner.take(Input::Uploaded(ticket, Err(Failure { status: 200, detail }))),
            }
        });
    }

    fn run_in_frame(self: &Rc<Self>, call: CallId, code: &str) {
        let (weak, of) = (Rc::downgrade(self), call.clone());
        let hear = move |message| {
            let Some(inner) = Weak::upgrade(&weak) else { return };
            inner.take(match message {
                FrameMessage::Done(result) => Input::Executed(of.clone(), result),
                FrameMessage::Capability { id, name, args, data } => {
                    Input::Capability { call: of.clone(), id, name, args, data }
                }
            });
        };
        let server = self.access().server;
        let frame = ExecuteFrame::open(code, &server, hear);
        self.scripts.borrow_mut().insert(call, frame);
    }

    fn with_script(&self, call: &CallId, act: impl FnOnce(&ExecuteFrame)) {
        if let Some(frame) = self.scripts.borrow().get(call) {
            act(frame);
        }
    }

    fn external(self: &Rc<Self>, to: ExternalFor, request: External) {
        let (inner, epoch) = (self.clone(), self.epoch.get());
        spawn_local(async move {
            let answer = external::ask(&request).await;
            if inner.epoch.get() != epoch {
                return;
            }
            let (reply, stream) = match answer {
                Ok((reply, stream)) => (Ok(reply), stream),
                Err(why) => (Err(why), None),
            };
            inner.take(Input::External(to, reply));
            let Shape::Lines(channel) = &request.shape else { return };
            if let Some(response) = stream {
                let emit = |line: &str| {
                    if inner.epoch.get() == epoch {
                        inner.transport.emit(channel, &json!(line), None);
                    }
                };
                let ended = external::lines(response, emit).await;
                if let Err(why) = ended {
                    js::debug(&why);
                }
            }
            if inner.epoch.get() == epoch {
                inner.transport.emit(channel, &json!({"done": true}), None);
            }
        });
    }
}

/// What the machine has to know of an error: whether the server spoke, and its words.
fn failure(error: WebError) -> Failure {
    match error {
        WebError::Refused { status, detail, .. } => Failure { status, detail },
        WebError::Unreadable { .. } => Failure { status: 200, detail: error.to_string() },
        other => Failure { status: 0, detail: other.to_string() },
    }
}

/// A fact about the page that code of the server may know.
fn fact(key: &str) -> String {
    match key {
        "theme" => {
            let dark = js::window().match_media("(prefers-color-scheme: dark)").ok().flatten();
            if dark.is_some_and(|query| query.matches()) { "dark".to_owned() } else { "light".to_owned() }
        }
        _ => js::window().navigator().language().unwrap_or_default(),
    }
}

/// What was chosen for chats; nothing where the browser keeps nothing.
fn kept() -> BTreeMap<ChatId, Choices> {
    let rows: Vec<(ChatId, Choices)> =
        storage::get(CHOICES.0).ok().flatten().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    rows.into_iter().collect()
}

fn keep(chat: ChatId, choices: Choices) {
    let mut rows: Vec<_> = kept().into_iter().filter(|(other, _)| *other != chat).collect();
    let surplus = (rows.len() + 1).saturating_sub(CHOICES.1);
    rows.drain(..surplus);
    rows.push((chat, choices));
    if let Ok(text) = serde_json::to_string(&rows) {
        // Where the browser keeps nothing the choice holds for this page.
        let _ = storage::set(CHOICES.0, Some(&text));
    }
}

/// What a host's function gave back, as a promise or at once.
pub fn host_answer(value: Result<JsValue, JsValue>) -> HostAnswer {
    Box::pin(async move {
        let value = match value {
            Ok(value) => wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&value)).await,
            thrown => thrown,
        };
        let value = value.map_err(|thrown| js::message(&thrown))?;
        if value.is_undefined() {
            return Ok(Value::Null);
        }
        js::to_json(&value)
    })
}

/// Files with the names that they have for code.
fn named(files: Vec<CallFile>) -> Vec<(CallFile, String)> {
    let names: Vec<_> = file_name::clean_all(files.iter().map(|file| file.name.as_str())).into_iter().collect();
    files.into_iter().zip(names).collect()
}
