//! The event client for JavaScript: with a view of ours, or with one of the host's own.

use crate::executor::network::Network;
use crate::ids::ChatId;
use crate::protocol::chat::question::{Decision, Entry};
use crate::state::client::{Change, Client, Credentials, ExecutePolicy, User};
use crate::state::extras::files;
use crate::web::client::{Driver, Hooks, OnCall, OnEvent, host_answer};
use crate::web::fetch;
use crate::web::js;
use crate::web::kernel::KernelOptions;
use crate::web::transport::Transport;
use crate::web::transport::loopback::Loopback;
use crate::web::transport::replay::Replay;
use crate::web::transport::socket_io::SocketIo;
use js_sys::Function;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What a host chooses; all of it optional.
#[derive(Default)]
pub(super) struct Options {
    pub server: Option<String>,
    pub token: Option<String>,
    pub chat: Option<String>,
    pub replay: Option<String>,
    pub real_time: bool,
    pub execute: Option<String>,
    pub embed_hosts: Option<String>,
    pub embed_downloads: bool,
    pub network: Option<String>,
    pub package_index: Option<String>,
    pub language: Option<String>,
    pub loopback: JsValue,
    pub on_event: Option<Function>,
    pub on_call: Option<Function>,
    pub on_change: Option<Function>,
}

impl Options {
    pub(super) fn read(value: &JsValue) -> Self {
        let text = |name: &str| js::get_text(value, name);
        let function = |name: &str| js::get(value, name).dyn_into::<Function>().ok();
        Self {
            server: text("server"),
            token: text("token"),
            chat: text("chat"),
            replay: text("replay"),
            real_time: text("speed").is_none_or(|speed| speed != "full"),
            execute: text("execute"),
            embed_hosts: text("embedHosts"),
            embed_downloads: js::get(value, "embedDownloads").is_truthy(),
            network: text("network"),
            package_index: text("packageIndex"),
            language: text("language"),
            loopback: js::get(value, "loopback"),
            on_event: function("onEvent"),
            on_call: function("onCall"),
            on_change: function("onChange"),
        }
    }
}

/// A client, driven; what is drawn of it is somebody else's.
pub(super) struct Parts {
    pub driver: Driver,
    pub loopback: Option<Loopback>,
    /// How to sign in, where that needs nobody.
    pub sign_in: Option<User>,
}

/// Makes a client as the options say. `on_change` and `on_address` are the view's.
///
/// # Errors
/// A sentence: the options contradict themselves, or the recording can't be had.
pub(super) async fn build(
    options: Options,
    on_change: impl Fn(Change) + 'static,
    on_address: impl Fn(Option<ChatId>) + 'static,
) -> Result<Parts, String> {
    let policy = match options.execute.as_deref() {
        None => ExecutePolicy::default(),
        Some(name) => ExecutePolicy::named(name).ok_or_else(|| {
            format!("There is no policy {name:?} for code of the server: it is deny, ask, sandbox or page.")
        })?,
    };
    let network = Network::parse(options.network.as_deref().unwrap_or_default(), options.package_index);
    let network = network.map_err(|error| error.to_string())?;
    let kernel_options = KernelOptions { network, ..KernelOptions::default() };
    let (mut chat, mut server, mut token) = (options.chat, options.server, options.token);
    let mut loopback = None;
    let transport: Box<dyn Transport> = if options.loopback.is_object() {
        let way = Loopback::new(options.loopback);
        (server, token) =
            (server.or_else(|| Some("http://localhost".into())), token.or_else(|| Some("loopback".into())));
        loopback = Some(way.clone());
        Box::new(way)
    } else if let Some(url) = &options.replay {
        let recording = fetch::text(url).await.map_err(|error| error.to_string())?;
        let replay = Replay::new(&recording, options.real_time)?;
        (chat, server, token) = (Some(replay.chat()), Some("http://localhost".into()), Some("recording".into()));
        Box::new(replay)
    } else {
        Box::new(SocketIo::default())
    };
    let mut client = Client::new(chat.map(ChatId::from));
    client.policy = policy;
    client.session.server = server.clone().unwrap_or_default();
    let hooks = Hooks {
        on_change: Box::new(on_change),
        on_address: Box::new(on_address),
        on_event: options.on_event.map(|hear| {
            Box::new(move |envelope: &Value| {
                // What a host throws is the host's; it must not end our loop.
                let _ = hear.call1(&JsValue::UNDEFINED, &js::from_json(envelope));
            }) as OnEvent
        }),
        on_call: options.on_call.map(|answer| {
            Box::new(move |envelope: Value| host_answer(answer.call1(&JsValue::UNDEFINED, &js::from_json(&envelope))))
                as OnCall
        }),
    };
    let driver = Driver::new(client, transport, kernel_options, hooks);
    let sign_in = token.map(|token| User::SignIn(server.unwrap_or_default(), Credentials::Token(token)));
    Ok(Parts { driver, loopback, sign_in })
}

thread_local! {
    /// The connected ones: a host that lets go of its handle goes on being told, and calls go on being answered.
    static CONNECTED: RefCell<Vec<Driver>> = RefCell::default();
}

/// A client of one server, until it is disposed of. `onChange` hears that the state changed, once for many changes;
/// [`EventClient::state`] reads it.
#[wasm_bindgen]
pub struct EventClient {
    driver: Driver,
    loopback: Option<Loopback>,
}

impl EventClient {
    pub(super) fn new(parts: Parts) -> Self {
        if let Some(sign_in) = parts.sign_in {
            parts.driver.user(sign_in);
        }
        CONNECTED.with_borrow_mut(|connected| connected.push(parts.driver.clone()));
        Self { driver: parts.driver, loopback: parts.loopback }
    }
}

#[wasm_bindgen]
impl EventClient {
    /// Connects to a server, a host's own events (`loopback`), or a recording (`replay`).
    #[wasm_bindgen(unchecked_return_type = "EventClient")]
    pub async fn connect(
        #[wasm_bindgen(unchecked_param_type = "EventClientOptions")] options: JsValue,
    ) -> Result<EventClient, JsError> {
        let options = Options::read(&options);
        let hear = options.on_change.clone();
        let told = Rc::new(RefCell::new(false));
        let on_change = move |_| {
            let Some(hear) = hear.clone().filter(|_| !told.replace(true)) else { return };
            let told = told.clone();
            wasm_bindgen_futures::spawn_local(async move {
                told.replace(false);
                let _ = hear.call0(&JsValue::UNDEFINED);
            });
        };
        let parts = build(options, on_change, |_| {}).await.map_err(|why| JsError::new(&why))?;
        Ok(Self::new(parts))
    }

    /// The state as plain data.
    #[wasm_bindgen(getter, unchecked_return_type = "ClientState")]
    pub fn state(&self) -> JsValue {
        js::from_json(&state(&self.driver.client()))
    }

    /// Sends a message in the open chat, or in a new one. Returns whether it was taken: not while an answer is written,
    /// nor before there is a model.
    pub fn send(&self, text: String) -> bool {
        let may = self.driver.client().can_send();
        if may {
            let fresh = self.driver.fresh();
            self.driver.user(User::Send { text, fresh });
        }
        may
    }

    /// Ends the turn, and the code that runs for it.
    pub fn stop(&self) {
        self.driver.user(User::Stop);
    }

    /// Opens a chat; without an id a new one.
    pub fn open(&self, chat: Option<String>) {
        self.driver.user(chat.map_or(User::NewChat, |id| User::OpenChat(id.into())));
    }

    /// Decides a question of [`EventClient::state`]: `accept`, `decline` or `cancel`. `values` holds one for each
    /// field: text, a boolean, or the numbers of what was picked.
    ///
    /// # Errors
    /// There is no such decision.
    pub fn decide(
        &self,
        question: u32,
        #[wasm_bindgen(unchecked_param_type = "\"accept\" | \"decline\" | \"cancel\"")] decision: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "(string | boolean | number[])[]")] values: JsValue,
    ) -> Result<(), JsError> {
        let decision = match decision {
            "accept" => Decision::Accept(Vec::new()),
            "decline" => Decision::Decline,
            "cancel" => Decision::Cancel,
            other => {
                return Err(JsError::new(&format!("There is no decision {other:?}: it is accept, decline or cancel.")));
            }
        };
        let values = if values.is_object() { js_sys::Array::from(&values) } else { js_sys::Array::new() };
        for (number, value) in values.iter().enumerate().filter(|(_, value)| !value.is_undefined()) {
            self.driver.user(User::Fill(question, number, entry(&value)));
        }
        self.driver.user(User::Decide(question, decision));
        Ok(())
    }

    /// A host's own events: the socket is open, under this session id.
    pub fn connected(&self, session: String) {
        if let Some(loopback) = &self.loopback {
            loopback.connected(session);
        }
    }

    /// A host's own events: the socket is closed.
    pub fn lost(&self, reason: String) {
        if let Some(loopback) = &self.loopback {
            loopback.lost(reason);
        }
    }

    /// A host's own events: an event, as PROTOCOL.md 1.4 wraps it; `ack`, if it is a function, takes the answer.
    pub fn event(
        &self,
        #[wasm_bindgen(unchecked_param_type = "unknown")] envelope: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "(answer: unknown) => void")] ack: &JsValue,
    ) {
        if let Some(loopback) = &self.loopback {
            loopback.event(envelope, ack);
        }
    }

    /// Ends the connection and the code that runs.
    pub fn dispose(self) {
        self.driver.user(User::SignOut);
        CONNECTED.with_borrow_mut(|connected| connected.retain(|driver| !driver.is(&self.driver)));
    }
}

fn entry(value: &JsValue) -> Entry {
    if let Some(flag) = value.as_bool() {
        return Entry::Flag(flag);
    }
    if js_sys::Array::is_array(value) {
        // Numbers of choices: small and whole, or they name nothing.
        let picked = js_sys::Array::from(value);
        return Entry::Picked(picked.iter().filter_map(|one| one.as_f64()).map(|number| number as usize).collect());
    }
    Entry::Text(value.as_string().unwrap_or_default())
}

fn state(client: &Client) -> Value {
    let messages: Vec<Value> = client
        .chat
        .path()
        .iter()
        .filter_map(|id| client.chat.messages.get(id).map(|message| (id, message)))
        .map(|(id, message)| {
            json!({
                "id": id, "role": message.role.name(), "content": message.content, "output": message.output, "done": message.done,
                "statuses": message.statuses.iter().map(|item| json!({
                    "description": item.description, "done": item.done, "hidden": item.hidden,
                })).collect::<Vec<_>>(),
                "files": files(&message.files).iter().map(|file| json!({"name": file.name, "picture": file.picture})).collect::<Vec<_>>(),
                "embeds": message.embeds, "sources": message.sources, "followUps": message.follow_ups,
                "codeExecutions": message.code_executions.iter().map(|(_, run)| run).collect::<Vec<_>>(),
                "favorite": message.favorite, "error": message.error, "unsent": message.unsent,
            })
        })
        .collect();
    let questions: Vec<Value> = client
        .questions
        .open
        .iter()
        .map(|open| {
            let (title, fields) = match &open.what {
                crate::state::client::What::Form(question) => {
                    (question.title.clone(), question.fields.iter().map(|field| json!(field.label)).collect())
                }
                crate::state::client::What::Execute(code) => (code.clone(), Vec::new()),
                crate::state::client::What::Capability { .. } => (String::new(), Vec::new()),
            };
            json!({"id": open.id, "chat": open.chat, "title": title, "fields": fields})
        })
        .collect();
    let connection = match client.connection {
        crate::state::client::Connection::Off => "off",
        crate::state::client::Connection::Connecting => "connecting",
        crate::state::client::Connection::Connected(_) => "connected",
        crate::state::client::Connection::Lost => "lost",
    };
    json!({
        "connection": connection, "error": client.session.error, "unsent": client.unsent(),
        "chat": {
            "id": client.chat.id, "title": client.chat.title, "active": client.chat.active, "tags": client.chat.tags,
            "tasks": client.chat.tasks.iter().map(|task| json!({"content": task.content, "status": task.status})).collect::<Vec<_>>(),
            "messages": messages,
        },
        "questions": questions,
        "notices": client.notices.iter().map(|notice| json!({"text": notice.text, "level": format!("{:?}", notice.level).to_lowercase()})).collect::<Vec<_>>(),
    })
}
