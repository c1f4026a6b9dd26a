//! Drives the machine of [`crate::state::client`]: its effects become requests, a socket and kernels, what
//! they bring goes back into it, and what changed goes to a view.

use super::blob::{self, ObjectUrl};
use super::crypto;
use super::error::WebError;
use super::fetch::Api;
use super::kernel::{Kernel, KernelOptions};
use super::socket::Socket;
use crate::executor::file_name;
use crate::ids::{CallId, ChatId, MessageId};
use crate::protocol::chat::{CallFile, content_path};
use crate::protocol::execute::{InputFile, KernelRequest, KernelStatus};
use crate::protocol::mime::sniff_raster;
use crate::protocol::rest::FileRecord;
use crate::state::answer::{Upload, Uploaded};
use crate::state::client::{Change, Client, Effect, Failure, Input, ReplyTo, Socket as Heard, User};
use serde_json::Value;
use std::cell::{Cell, Ref, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen_futures::spawn_local;

/// Kernels that may be alive at a time; the one that was used least lately goes first (SECURITY.md 9).
const MAX_KERNELS: usize = 3;

/// A driven client. Clones are handles to the same one.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

struct Inner {
    client: RefCell<Client>,
    inputs: RefCell<VecDeque<Input>>,
    draining: Cell<bool>,
    socket: RefCell<Option<Socket>>,
    /// Counts sign-ins: what an earlier socket brings is dropped.
    generation: Cell<u32>,
    /// One kernel a chat, latest used last.
    kernels: RefCell<Vec<(ChatId, Kernel)>>,
    kernel_options: KernelOptions,
    on_change: Box<dyn Fn(Change)>,
    on_address: Box<dyn Fn(Option<ChatId>)>,
}

impl Driver {
    /// Drives a client. `on_change` hears what the view has to draw again, `on_address` which chat is open.
    pub fn new(
        client: Client,
        kernel_options: KernelOptions,
        on_change: impl Fn(Change) + 'static,
        on_address: impl Fn(Option<ChatId>) + 'static,
    ) -> Self {
        Self(Rc::new(Inner {
            client: RefCell::new(client),
            inputs: RefCell::default(),
            draining: Cell::default(),
            socket: RefCell::default(),
            generation: Cell::default(),
            kernels: RefCell::default(),
            kernel_options,
            on_change: Box::new(on_change),
            on_address: Box::new(on_address),
        }))
    }

    /// The state, to read.
    pub fn client(&self) -> Ref<'_, Client> {
        self.0.client.borrow()
    }

    /// The person did something.
    pub fn user(&self, user: User) {
        self.0.take(Input::User(user));
    }

    /// The person sent a message.
    pub fn send(&self, text: String) {
        let timestamp = (js_sys::Date::now() / 1_000.0) as u64;
        let (user_id, assistant_id) = (MessageId(crypto::uuid()), MessageId(crypto::uuid()));
        self.user(User::Send { text, user_id, assistant_id, timestamp });
    }

    /// A picture that the server keeps, fetched with the token; its first bytes must be those of a picture.
    ///
    /// # Errors
    /// A sentence.
    pub async fn stored_image(&self, path: &str) -> Result<ObjectUrl, String> {
        let blob = self.0.api(async |api| api.blob(path).await).await.map_err(|error| error.to_string())?;
        let bytes = blob::bytes(&blob).await.map_err(|error| error.to_string())?;
        let media_type = sniff_raster(&bytes).ok_or("This file is no picture that can be shown here.")?;
        ObjectUrl::new(&bytes, media_type).map_err(|error| error.to_string())
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
            for change in update.changes {
                (self.on_change)(change);
            }
            for effect in update.effects {
                self.perform(effect);
            }
        }
        self.draining.set(false);
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Get(path, to) => self.ask(to, async move |api| api.get(&path).await),
            Effect::Post(path, body, to) => self.ask(to, async move |api| api.post(&path, &body).await),
            Effect::Connect { heartbeat } => self.connect(heartbeat),
            Effect::Disconnect => {
                self.generation.set(self.generation.get() + 1);
                self.socket.take();
                self.kernels.take();
            }
            Effect::Emit(event, body) => self.with_socket(|socket| socket.emit(event, &body)),
            Effect::Ack(call, value) => self.with_socket(|socket| socket.ack(&call, &value)),
            Effect::Kernel(chat, request) => self.ask_kernel(chat, request),
            Effect::Fetch(call, files) => self.fetch(call, files),
            Effect::Upload(call, number, upload) => self.upload(call, number, upload),
            Effect::ShowAddress(chat) => (self.on_address)(chat),
        }
    }

    fn with_socket(&self, act: impl FnOnce(&Socket)) {
        if let Some(socket) = self.socket.borrow().as_ref() {
            act(socket);
        }
    }

    /// Makes requests with the session as it is now.
    async fn api<T>(&self, request: impl AsyncFnOnce(Api<'_>) -> T) -> T {
        let (server, token) = {
            let client = self.client.borrow();
            let (server, token) = client.api();
            (server.to_owned(), token.map(str::to_owned))
        };
        request(Api { server: &server, token: token.as_deref() }).await
    }

    /// Does something that takes time; its result comes back as an input, if there is still somebody to take it.
    fn later(self: &Rc<Self>, work: impl AsyncFnOnce(&Rc<Self>) -> Input + 'static) {
        let inner = self.clone();
        spawn_local(async move {
            let input = work(&inner).await;
            inner.take(input);
        });
    }

    fn ask(self: &Rc<Self>, to: ReplyTo, request: impl AsyncFnOnce(Api<'_>) -> Result<Value, WebError> + 'static) {
        self.later(async move |inner| {
            let result = inner.api(request).await.map_err(failure);
            Input::Reply { to, result }
        });
    }

    fn connect(self: &Rc<Self>, heartbeat: u32) {
        self.generation.set(self.generation.get() + 1);
        let generation = self.generation.get();
        let (weak, inner) = (Rc::downgrade(self), self.clone());
        spawn_local(async move {
            let hear = move |heard| {
                if let Some(inner) = live(&weak, generation) {
                    inner.take(Input::Socket(heard));
                }
            };
            let (server, token) =
                inner.api(async |api| (api.server.to_owned(), api.token.unwrap_or_default().to_owned())).await;
            match Socket::open(&server, token, heartbeat, hear).await {
                Ok(socket) if inner.generation.get() == generation => {
                    inner.socket.replace(Some(socket));
                }
                Ok(_) => {}
                Err(error) => inner.take(Input::Socket(Heard::Lost(error.to_string()))),
            }
        });
    }

    fn ask_kernel(self: &Rc<Self>, chat: ChatId, request: KernelRequest) {
        let kernel = {
            let mut kernels = self.kernels.borrow_mut();
            let known = kernels.iter().position(|(owner, _)| *owner == chat).map(|at| kernels.remove(at).1);
            let kernel = match known {
                Some(kernel) => kernel,
                // Only code brings a kernel to life.
                None if !matches!(request, KernelRequest::Execute(_)) => return,
                None => {
                    let (weak, owner) = (Rc::downgrade(self), chat.clone());
                    Kernel::new(self.kernel_options.clone(), move |message| {
                        if let Some(inner) = weak.upgrade() {
                            inner.take(Input::Kernel(owner.clone(), message));
                        }
                    })
                }
            };
            if kernels.len() >= MAX_KERNELS
                && let Some(idle) = kernels.iter().position(|(_, kernel)| kernel.status() != KernelStatus::Busy)
            {
                kernels.remove(idle);
            }
            kernels.push((chat, kernel.clone()));
            kernel
        };
        kernel.request(request);
    }

    fn fetch(self: &Rc<Self>, call: CallId, files: Vec<CallFile>) {
        self.later(async move |inner| {
            let names = file_name::clean_all(files.iter().map(|file| file.name.as_str()));
            let mut fetched = Vec::new();
            for (file, name) in files.iter().zip(names) {
                let bytes = inner.api(async |api| blob::bytes(&api.blob(&content_path(&file.id)).await?).await).await;
                fetched.push(match bytes {
                    Ok(bytes) => Ok(InputFile { name, data: bytes.into() }),
                    Err(error) => Err(format!("The file {name} could not be fetched: {error}")),
                });
            }
            Input::Fetched(call, fetched)
        });
    }

    fn upload(self: &Rc<Self>, call: CallId, number: usize, upload: Upload) {
        self.later(async move |inner| {
            let result: Result<FileRecord, WebError> = inner
                .api(async |api| {
                    let blob = blob::blob(&upload.data, upload.media_type)?;
                    api.upload("/api/v1/files/?process=false", &upload.name, &blob).await
                })
                .await;
            let uploaded: Uploaded = result.map(|record| record.id).map_err(|error| error.to_string());
            Input::Uploaded(call, number, uploaded)
        });
    }
}

fn live(weak: &Weak<Inner>, generation: u32) -> Option<Rc<Inner>> {
    weak.upgrade().filter(|inner| inner.generation.get() == generation)
}

/// What the machine has to know of an error: whether the server spoke, and its words.
fn failure(error: WebError) -> Failure {
    match error {
        WebError::Refused { status, detail, .. } => Failure { status, detail },
        WebError::Unreadable { .. } => Failure { status: 200, detail: error.to_string() },
        other => Failure { status: 0, detail: other.to_string() },
    }
}
