//! A recording in place of a server: its events come as they came, or as fast as they can be shown. What the person
//! does goes nowhere.

use super::{Access, Hear, Pending, Request, Transport, loopback};
use crate::ids::CallId;
use crate::protocol::chat::ChatEvent;
use crate::protocol::trace::{self, Step, What};
use crate::state::client::{Asked, Socket as Heard};
use crate::web::error::WebError;
use gloo_timers::future::TimeoutFuture;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Steps at a time when no pauses are kept: the page stays responsive between them.
const AT_ONCE: usize = 200;
/// The longest pause that is kept, in ms: nobody watches a recording wait.
const LONGEST_PAUSE: f64 = 3_000.0;

/// A recording that plays.
#[derive(Clone)]
pub struct Replay(Rc<Inner>);

struct Inner {
    steps: Vec<Step>,
    real_time: bool,
    hear: RefCell<Option<Hear>>,
    /// The messages of the turns that were played so far.
    messages: RefCell<serde_json::Map<String, Value>>,
    current: RefCell<Value>,
    /// What the server kept, once that has been played.
    stored: RefCell<Option<Value>>,
    calls: Cell<u64>,
}

impl Replay {
    /// A recording as text, one JSON object a line.
    ///
    /// # Errors
    /// Nothing in it can be played.
    pub fn new(text: &str, real_time: bool) -> Result<Self, String> {
        let steps = trace::parse(text);
        if !steps.iter().any(|step| matches!(step.what, What::Event(..))) {
            return Err("This is no recording that can be played: it has no event in it.".into());
        }
        Ok(Self(Rc::new(Inner {
            steps,
            real_time,
            hear: RefCell::default(),
            messages: RefCell::default(),
            current: RefCell::default(),
            stored: RefCell::default(),
            calls: Cell::default(),
        })))
    }

    /// The chat that it shows.
    pub fn chat(&self) -> String {
        let mut ids = self.0.steps.iter().filter_map(|step| match &step.what {
            What::Event(event, _) => event["chat_id"].as_str(),
            What::Accepted(_, body) => body["chat_id"].as_str(),
            _ => None,
        });
        ids.next_back().unwrap_or("recording").to_owned()
    }

    fn tell(&self, what: Heard) -> bool {
        let hear = self.0.hear.borrow().clone();
        hear.map(|hear| hear(what)).is_some()
    }

    async fn play(self) {
        let mut at = 0.0;
        for (number, step) in self.0.steps.iter().enumerate() {
            if self.0.real_time {
                let pause = (step.at - at).clamp(0.0, LONGEST_PAUSE);
                at = step.at;
                // Whole milliseconds, below the bound above.
                TimeoutFuture::new(pause as u32).await;
            } else if number % AT_ONCE == 0 {
                TimeoutFuture::new(0).await;
            }
            if !self.step(&step.what) {
                return;
            }
        }
    }

    /// Plays a step; whether there is still somebody to see it.
    fn step(&self, what: &What) -> bool {
        match what {
            What::Event(event, is_call) => {
                let call = is_call.then(|| {
                    self.0.calls.set(self.0.calls.get() + 1);
                    CallId(format!("call-{}", self.0.calls.get()))
                });
                self.tell(Heard::Event(event.clone(), call))
            }
            What::Turn(body) => {
                let Some((messages, answer)) = trace::messages_of_turn(body) else { return true };
                let Value::Object(messages) = messages else { return true };
                self.0.messages.borrow_mut().extend(messages.clone());
                self.0.current.replace(json!(answer));
                let event = ChatEvent::messages_envelope(&self.chat(), &messages, &answer);
                self.tell(Heard::Event(event, None))
            }
            What::Stored(chat) => {
                self.0.stored.replace(Some(chat.clone()));
                self.0.hear.borrow().is_some()
            }
            What::Connected(_) | What::Lost | What::Answered(..) | What::Accepted(..) => self.0.hear.borrow().is_some(),
        }
    }
}

impl Transport for Replay {
    fn connect(&self, _: Access, _: u32, hear: Hear) -> Pending<()> {
        self.0.hear.replace(Some(hear));
        let replay = self.clone();
        Box::pin(async move {
            replay.tell(Heard::Connected("recording".into()));
            // The chat is read first, as a real client does.
            TimeoutFuture::new(0).await;
            spawn_local(replay.play());
            Ok(())
        })
    }

    fn disconnect(&self) {
        self.0.hear.take();
    }

    fn emit(&self, _: &str, _: &Value, asked: Option<Asked>) {
        if let Some(asked) = asked {
            self.tell(Heard::Acked(asked, json!(true)));
        }
    }

    fn ack(&self, _: &CallId, _: &Value) {}

    fn request(&self, _: Access, request: Request) -> Pending<Value> {
        let answer = match request {
            Request::Get(path) if path == format!("/api/v1/chats/{}", crate::state::direct::url_part(&self.chat())) => {
                Ok(self.0.stored.borrow().clone().unwrap_or_else(|| {
                    let history = json!({"messages": *self.0.messages.borrow(), "currentId": *self.0.current.borrow()});
                    json!({"title": "A recording", "chat": {"history": history}})
                }))
            }
            Request::Get(path) if path.starts_with("/api/tasks/chat/") => Ok(json!({"task_ids": ["recording"]})),
            Request::Get(path) => loopback::default(&path),
            Request::Post(path, _) | Request::Upload { path, .. } => Err(WebError::Refused {
                what: path,
                status: 405,
                detail: "this is a recording, so nothing can be sent".into(),
            }),
        };
        Box::pin(async move { answer })
    }

    fn content(&self, _: Access, path: String) -> Pending<Vec<u8>> {
        Box::pin(async move {
            Err(WebError::Refused { what: path, status: 404, detail: "the recording doesn't hold this file".into() })
        })
    }
}
