//! The opaque-origin frame that holds the Python worker (SECURITY.md 2). Built before it enters the DOM,
//! never changed, removed on drop; the page talks to it by one port only.

mod frame;
mod pulse;

use super::assets::Core;
use super::error::WebError;
use super::files::Files;
use super::js;
use super::network::Asked;
use super::snapshot::Snapshot;
use crate::executor::pyodide::Outgoing;
use crate::ids::MsgId;
use crate::protocol::execute::{ExecuteRequest, Question};
use crate::protocol::worker::{Head, WorkerMessage};
pub(super) use frame::{Came, Frame, blobs, buffers, stopped};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlIFrameElement};

pub(super) const WORKER: &str = include_str!("../../www/sandbox/worker.js");

macro_rules! scripts {
    ($($name:literal in $folder:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../www/", $folder, "/", $name)))),*]
    };
}

/// What the worker loads, by name: its own modules, and the Python package `pyoxide`.
pub(super) const SCRIPTS: [(&str, &str); 27] = scripts![
    "fetch.js" in "sandbox",
    "files.js" in "sandbox",
    "lockdown.js" in "sandbox",
    "output.js" in "sandbox",
    "runtime.js" in "sandbox",
    "snapshot.js" in "sandbox",
    "bridge.py" in "py",
    "charts.py" in "py",
    "clock.py" in "py",
    "completion.py" in "py",
    "display.py" in "py",
    "errors.py" in "py",
    "expressions.py" in "py",
    "figures.py" in "py",
    "ipython.py" in "py",
    "kernel.py" in "py",
    "magics.py" in "py",
    "network.py" in "py",
    "packages.py" in "py",
    "questions.py" in "py",
    "results.py" in "py",
    "rich.py" in "py",
    "shell.py" in "py",
    "snapshot.py" in "py",
    "streams.py" in "py",
    "variables.py" in "py",
    "waiting.py" in "py",
];

/// What the sandbox says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A message of the worker.
    Worker(WorkerMessage),
    /// A run has left a file as this, or taken it away, when it knew of the page's changes up to this one.
    File(String, Option<Blob>, u32),
    /// The code asks for something of the network.
    Fetch(Asked),
    /// The code has given up a request.
    FetchEnd(u32),
    /// The sandbox can't be used any more; a sentence for people.
    Broken(String),
}

/// A live sandbox; removed from the page when dropped.
#[derive(Debug)]
pub struct Sandbox {
    frame: Frame,
    inbox: Rc<Inbox>,
}

/// Hears what a sandbox says.
type Hear = Rc<dyn Fn(Said)>;

/// What was said before there was somebody to hear it.
#[derive(Default)]
pub(super) struct Inbox {
    hear: RefCell<Option<Hear>>,
    kept: RefCell<VecDeque<Said>>,
    waker: RefCell<Option<Waker>>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").field("kept", &self.kept).finish_non_exhaustive()
    }
}

impl Inbox {
    /// From now on `on_said` hears everything, what was said before first.
    pub(super) fn hear(&self, on_said: impl Fn(Said) + 'static) {
        let hear: Hear = Rc::new(on_said);
        loop {
            let kept = self.kept.borrow_mut().pop_front();
            match kept {
                Some(said) => hear(said),
                None => break,
            }
        }
        self.hear.replace(Some(hear));
    }

    fn take(&self, said: Said) {
        let hear = self.hear.borrow().clone();
        match hear {
            Some(hear) => hear(said),
            None => {
                self.kept.borrow_mut().push_back(said);
                if let Some(waker) = self.waker.take() {
                    waker.wake();
                }
            }
        }
    }
}

impl Sandbox {
    /// Brings up a frame. It starts no Python before it has been given what that starts from.
    ///
    /// # Errors
    /// The frame doesn't come up in 20 s, mostly because of the page's own Content-Security-Policy.
    pub async fn open() -> Result<Self, WebError> {
        let inbox = Rc::<Inbox>::default();
        let into = inbox.clone();
        Ok(Self { frame: Frame::open(move |came| into.take(read(came))).await?, inbox })
    }

    /// Hands over the files that Python starts from, and how much memory it may take, in pages of 64 KiB. Nothing of them
    /// runs before [`Sandbox::verified`].
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn give(&self, core: &Core, max_pages: u32) -> Result<(), WebError> {
        self.frame.give(core, max_pages)
    }

    /// Has Python start, out of a snapshot if one is given. That is not restored before [`Sandbox::verified`].
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn begin(&self, snapshot: Option<&Snapshot>) -> Result<(), WebError> {
        self.frame.give_snapshot(snapshot.map(Snapshot::given))
    }

    /// The files, and what a restore needs of the snapshot, are what they were.
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn verified(&self) -> Result<(), WebError> {
        self.frame.verified()
    }

    /// Hands over the files of the snapshot, before any code.
    ///
    /// # Errors
    /// They are not what they were; or as [`Sandbox::send`].
    pub async fn give_site(&self, snapshot: &Snapshot) -> Result<(), WebError> {
        self.frame.give_site(&snapshot.site().await?)
    }

    /// Where what it says comes in.
    pub(super) fn inbox(&self) -> Rc<Inbox> {
        self.inbox.clone()
    }

    /// Waits until Python is ready, before anybody hears.
    ///
    /// # Errors
    /// It said something else first: a sentence.
    pub async fn ready(&self) -> Result<(), String> {
        poll_fn(|context| match self.inbox.kept.borrow().front() {
            Some(Said::Worker(message)) => Poll::Ready(match &message.head {
                Head::Ready { .. } => Ok(()),
                Head::Dead { why } | Head::Error { error: why } => Err(why.clone()),
                _ => Err("Python spoke before it was ready.".to_owned()),
            }),
            Some(Said::File(..) | Said::Fetch(_) | Said::FetchEnd(_)) => {
                Poll::Ready(Err("Python spoke before it was ready.".to_owned()))
            }
            Some(Said::Broken(why)) => Poll::Ready(Err(why.clone())),
            None => {
                self.inbox.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }

    /// Whether it has said nothing since it was ready, and is still there: a spare one must be well.
    pub(super) async fn is_fresh(&self) -> bool {
        self.inbox.kept.borrow().len() == 1 && self.frame.is_there().await
    }

    /// Watches whether its process is still there, more closely while somebody waits for it.
    pub(super) fn watch(&self, is_awaited: bool) {
        self.frame.watch(is_awaited);
    }

    /// Hands over everything but an installation, which needs its wheels: see [`Sandbox::install`].
    ///
    /// # Errors
    /// The browser has no memory for it.
    pub fn send(&self, message: &Outgoing) -> Result<(), WebError> {
        let message = match message {
            Outgoing::Exec(request) => exec(request)?,
            Outgoing::Interrupt => js::object(&[("t", "interrupt".into())]),
            Outgoing::Stdin(line) => {
                js::object(&[("t", "stdin".into()), ("line", line.as_deref().map_or(JsValue::NULL, JsValue::from))])
            }
            Outgoing::Ask(id, question) => ask(id, question),
            // Its wheels have to be fetched first.
            Outgoing::Install { .. } => return Ok(()),
        };
        self.frame.post(&message)
    }

    /// Hands over what an earlier sandbox has left, before any code.
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn restore(&self, files: &Files) -> Result<(), WebError> {
        let all = files.all();
        self.files(all.iter().map(|(path, data)| (path.as_str(), Some(data))), files.number())
    }

    /// Hands over a file that the person has changed, or takes it away; changes are numbered.
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn change(&self, path: &str, data: Option<&Blob>, number: u32) -> Result<(), WebError> {
        self.files(std::iter::once((path, data)), number)
    }

    fn files<'a>(&self, files: impl Iterator<Item = (&'a str, Option<&'a Blob>)>, number: u32) -> Result<(), WebError> {
        let one = |(path, data): (&str, Option<&Blob>)| {
            js::object(&[("path", path.into()), ("data", data.map_or(JsValue::NULL, JsValue::from))])
        };
        let all: js_sys::Array = files.map(one).collect();
        self.frame.post(&js::object(&[("t", "files".into()), ("files", all.into()), ("number", number.into())]))
    }

    /// Hands over the answer to a request of the code ([`super::network::ask`]).
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub(super) fn fetched(&self, answer: &js_sys::Object) -> Result<(), WebError> {
        self.frame.post(answer)
    }

    /// Hands over wheels to install for a run, or none; and where others may come from.
    ///
    /// # Errors
    /// As [`Sandbox::send`].
    pub fn install(
        &self,
        run: &str,
        names: &[String],
        wheels: &[(String, Blob)],
        index: Option<&str>,
    ) -> Result<(), WebError> {
        let names: js_sys::Array = names.iter().map(|name| JsValue::from(name.as_str())).collect();
        self.frame.post(&js::object(&[
            ("t", "install".into()),
            ("id", run.into()),
            ("names", names.into()),
            ("files", blobs(wheels).into()),
            ("index", index.map_or(JsValue::NULL, JsValue::from)),
        ]))
    }

    /// The frame element, for tests of its attributes.
    pub fn as_raw(&self) -> &HtmlIFrameElement {
        self.frame.as_raw()
    }
}

fn ask(id: &MsgId, question: &Question) -> js_sys::Object {
    let (kind, code, cursor) = match question {
        Question::Complete { code, cursor } => ("complete", code.as_str(), *cursor),
        Question::Inspect { code, cursor } => ("inspect", code.as_str(), *cursor),
        Question::Variables => ("variables", "", 0),
    };
    js::object(&[
        ("t", "ask".into()),
        ("id", id.as_str().into()),
        ("kind", kind.into()),
        ("code", code.into()),
        ("cursor", cursor.into()),
    ])
}

fn exec(request: &ExecuteRequest) -> Result<js_sys::Object, WebError> {
    let files = js_sys::Array::new();
    for file in &request.files {
        let blob = super::blob::blob(&file.data, "application/octet-stream")?;
        files.push(&js::object(&[("name", file.name.as_str().into()), ("data", blob.into())]));
    }
    let limits = js::object(&[
        ("output", request.limits.output.into()),
        ("result", request.limits.result.into()),
        ("figures", request.limits.figures.into()),
    ]);
    Ok(js::object(&[
        ("t", "exec".into()),
        ("id", request.id.as_str().into()),
        ("code", request.code.as_str().into()),
        ("files", files.into()),
        ("limits", limits.into()),
        ("dpr", js::window().device_pixel_ratio().into()),
    ]))
}

/// Reads what came: buffers relayed from the worker, or the frame's word that it ended it.
fn read(came: Came) -> Said {
    let data = match came {
        Came::Message(data) => data,
        Came::Broken(why) => return Said::Broken(why.to_owned()),
    };
    if data.is_instance_of::<js_sys::Array>() {
        let said = buffers(&data).and_then(|(head, payloads)| {
            let message = WorkerMessage::parse(&head, Vec::new())?;
            // A file stays where it is: it need not pass through this module's memory.
            if let Head::File { path, gone, seen } = message.head {
                let parts: js_sys::Array = payloads.iter().map(JsValue::from).collect();
                let blob = Blob::new_with_u8_array_sequence(&parts).ok()?;
                return Some(Said::File(path, (!gone).then_some(blob), seen));
            }
            if let Head::Fetch { id, url, method, headers } = message.head {
                let body = payloads.into_iter().next().filter(|body| body.length() > 0).map(JsValue::from);
                return Some(Said::Fetch(Asked { id, url, method, headers, body }));
            }
            if let Head::FetchEnd { id } = message.head {
                return Some(Said::FetchEnd(id));
            }
            let payloads = payloads.iter().map(js_sys::Uint8Array::to_vec).collect();
            Some(Said::Worker(WorkerMessage { payloads, ..message }))
        });
        return said.unwrap_or_else(|| Said::Broken("The Python sandbox sent something that is no message.".into()));
    }
    Said::Broken(stopped(&data))
}
