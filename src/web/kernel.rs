//! Drives the machine of [`crate::executor::pyodide`]: its steps become frames, fetches and timers, what
//! they bring goes back into it, and its messages go to the kernel's user.

use super::assets::{self, Check};
use super::error::WebError;
use super::fetch::Ending;
use super::files::{By, Files, Hearing};
use super::js;
use super::network::{self, Asked};
use super::sandbox::{Said, Sandbox};
use super::snapshot::{self, Kind, Wish};
use super::start::{self, Started, Wishes};
use super::strings;
use super::wait::{Later, both};
use crate::executor::network::Network;
use crate::executor::packages::LockPackage;
use crate::executor::pyodide::{Incoming, Outgoing, Pyodide};
use crate::executor::{Executor, Step};
use crate::ids::MsgId;
use crate::protocol::execute::{Answer, KernelMessage, KernelRequest, KernelStatus, Progress, Question};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// How long Python may take from the frame being up to ready, in ms.
const BOOT_LIMIT: u32 = 90_000;
/// How long nothing must have run before anything is made ahead, in ms.
const REST: u32 = 5_000;

/// How a kernel is set up.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelOptions {
    /// Where the Python distribution is: a URL that ends with `/`. Empty: `pyodide/` beside this module.
    pub pyodide: String,
    /// Memory that Python may take, in pages of 64 KiB; 0 leaves Pyodide's own maximum.
    pub max_pages: u32,
    /// Where code may reach.
    pub network: Network,
    /// Whether snapshots may be made, and a spare interpreter be held ready, while nothing runs.
    pub ahead: bool,
}

impl Default for KernelOptions {
    fn default() -> Self {
        Self { pyodide: String::new(), max_pages: 16_384, network: Network::default(), ahead: true }
    }
}

impl KernelOptions {
    /// Where the distribution is.
    pub(super) fn base(&self) -> String {
        if self.pyodide.is_empty() { js::beside_module("pyodide/") } else { self.pyodide.clone() }
    }
}

/// A kernel in this page. Clones are handles to the same one; with the last of them its frame goes.
#[derive(Clone)]
pub struct Kernel(Rc<Inner>);

/// A handle that doesn't keep the kernel alive: for what its own messages call.
#[derive(Clone)]
pub struct WeakKernel(Weak<Inner>);

impl WeakKernel {
    /// The kernel, if it is still there.
    pub fn upgrade(&self) -> Option<Kernel> {
        self.0.upgrade().map(Kernel)
    }
}

struct Inner {
    options: KernelOptions,
    files: Rc<Files>,
    /// Hands on what the person does with the files.
    hearing: RefCell<Option<Hearing>>,
    machine: RefCell<Pyodide>,
    sandbox: RefCell<Option<Sandbox>>,
    /// The requests of the code that are open, by their names; they end when they are dropped.
    requests: RefCell<BTreeMap<u32, Ending>>,
    /// Who waits for the answer to a question, and how many have been asked.
    asked: RefCell<BTreeMap<MsgId, Later<Option<Answer>>>>,
    last: Cell<u32>,
    /// Counts the engines: what an earlier one brings is dropped.
    generation: Cell<u32>,
    steps: RefCell<VecDeque<Step<Outgoing>>>,
    draining: Cell<bool>,
    timer: RefCell<Option<Timeout>>,
    boot_timer: RefCell<Option<Timeout>>,
    rest_timer: RefCell<Option<Timeout>>,
    /// The snapshot that the next engine shall come out of, and the one that this has.
    wishes: Rc<Wishes>,
    kind: Cell<Option<Kind>>,
    sink: Box<dyn Fn(KernelMessage)>,
}

impl Kernel {
    /// A kernel that is off; the first request starts it. `files` may outlast it; `sink` hears every message and may make
    /// requests.
    pub fn new(options: KernelOptions, files: Rc<Files>, sink: impl Fn(KernelMessage) + 'static) -> Self {
        let inner = Rc::new(Inner {
            options,
            files,
            hearing: RefCell::default(),
            machine: RefCell::default(),
            sandbox: RefCell::default(),
            requests: RefCell::default(),
            asked: RefCell::default(),
            last: Cell::default(),
            generation: Cell::default(),
            steps: RefCell::default(),
            draining: Cell::default(),
            timer: RefCell::default(),
            boot_timer: RefCell::default(),
            rest_timer: RefCell::default(),
            wishes: Rc::new(Wish::Soon.into()),
            kind: Cell::default(),
            sink: Box::new(sink),
        });
        let weak = Rc::downgrade(&inner);
        let hearing = inner.files.hear(move |path, data, by| {
            if let (Some(inner), By::Page(number)) = (weak.upgrade(), by) {
                inner.send(|sandbox| sandbox.change(path, data, number));
            }
        });
        inner.hearing.replace(Some(hearing));
        Self(inner)
    }

    /// Asks something of the kernel. The answer comes as messages.
    pub fn request(&self, request: KernelRequest) {
        self.0.suit(&request);
        let steps = self.0.machine.borrow_mut().request(request, js::now());
        self.0.perform(steps);
    }

    /// A handle that doesn't keep it alive.
    pub fn downgrade(&self) -> WeakKernel {
        WeakKernel(Rc::downgrade(&self.0))
    }

    /// Asks about the state of the interpreter. There is no answer while code runs or before it has started.
    pub async fn ask(&self, question: Question) -> Option<Answer> {
        self.0.last.set(self.0.last.get() + 1);
        let (id, answer) = (MsgId(format!("question {}", self.0.last.get())), Later::default());
        self.0.asked.borrow_mut().insert(id.clone(), answer.clone());
        self.request(KernelRequest::Ask { id, question });
        answer.take().await
    }

    /// The kernel's state.
    pub fn status(&self) -> KernelStatus {
        self.0.machine.borrow().status()
    }

    /// Brings these packages, with all that they need, and the core files into the page's cache, so that they
    /// are there without a network.
    ///
    /// # Errors
    /// A sentence: what could not be had, or that this browser keeps nothing.
    pub async fn prefetch(&self, packages: &[&str]) -> Result<(), String> {
        let base = self.0.options.base();
        let bring = async {
            let core = assets::core(&base, Check::Later, |_, _| {}).await?;
            let packages = core.lock.for_packages(packages.iter().copied());
            assets::wheels(&base, &packages, |_, _| {}).await?;
            Ok::<_, WebError>(packages)
        };
        let packages = bring.await.map_err(|error| error.to_string())?;
        if assets::kept(&packages).await { Ok(()) } else { Err(strings::keeps_no_files().into()) }
    }
}

impl Inner {
    /// What is known of the code tells what an engine that isn't there yet shall come out of.
    fn suit(&self, request: &KernelRequest) {
        let (code, wish) = match request {
            KernelRequest::Execute(request) => (&request.code, Wish::Larger),
            KernelRequest::Start { likely } => (likely, Wish::LargerIfHere),
            _ => return,
        };
        let is_there = matches!(self.machine.borrow().status(), KernelStatus::Idle | KernelStatus::Busy);
        if !is_there && self.wishes.now() < wish && snapshot::is_larger_for(code) {
            self.wishes.raise(wish);
        }
    }

    /// Does the steps in order, those too that are asked for while they are done.
    fn perform(self: &Rc<Self>, steps: Vec<Step<Outgoing>>) {
        self.steps.borrow_mut().extend(steps);
        if self.draining.replace(true) {
            return;
        }
        loop {
            let step = self.steps.borrow_mut().pop_front();
            match step {
                Some(step) => self.step(step),
                None => break,
            }
        }
        self.draining.set(false);
        self.set_timer();
        let is_awaited = self.machine.borrow().is_awaited();
        if let Some(sandbox) = &*self.sandbox.borrow() {
            sandbox.watch(is_awaited);
        }
    }

    fn step(self: &Rc<Self>, step: Step<Outgoing>) {
        match step {
            Step::Emit(message) => {
                if matches!(message, KernelMessage::Reply { .. }) {
                    self.rest();
                }
                (self.sink)(message);
            }
            Step::Answer(id, answer) => {
                let asked = self.asked.borrow_mut().remove(&id);
                if let Some(asked) = asked {
                    asked.set(answer);
                }
            }
            Step::Close => {
                self.generation.set(self.generation.get() + 1);
                self.kind.set(None);
                self.boot_timer.take();
                self.sandbox.take();
                self.requests.take();
            }
            Step::Open => {
                self.generation.set(self.generation.get() + 1);
                let (weak, generation) = (Rc::downgrade(self), self.generation.get());
                let (options, wishes, files) = (self.options.clone(), self.wishes.clone(), self.files.clone());
                spawn_local(async move {
                    let on_bytes = |done, total| progress(&weak, generation, strings::loading_python(), done, total);
                    match both(start::start(&options, &wishes, on_bytes), files.ready()).await.0 {
                        Ok(started) => {
                            if let Some(inner) = live(&weak, generation) {
                                inner.opened(started);
                            }
                        }
                        Err(error) => receive(&weak, generation, Incoming::Failed(error.to_string())),
                    }
                });
            }
            Step::Send(Outgoing::Install { id, packages }) => self.install(id, packages),
            Step::Send(message) => {
                if let Outgoing::Exec(request) = &message {
                    self.files.hand_in(&request.files);
                }
                self.send(|sandbox| sandbox.send(&message));
            }
        }
    }

    /// To the sandbox, if there is one; one that takes nothing any more is broken.
    fn send(self: &Rc<Self>, send: impl FnOnce(&Sandbox) -> Result<(), WebError>) {
        let sent = self.sandbox.borrow().as_ref().map(send);
        if let Some(Err(error)) = sent {
            receive(&Rc::downgrade(self), self.generation.get(), Incoming::Broken(error.to_string()));
        }
    }

    fn opened(self: &Rc<Self>, Started { lock, sandbox, kind }: Started) {
        self.kind.set(kind);
        let (weak, generation) = (Rc::downgrade(self), self.generation.get());
        receive(&weak, generation, Incoming::Lock(lock));
        self.boot_timer.replace(Some(Timeout::new(BOOT_LIMIT, move || {
            receive(&weak, generation, Incoming::Failed(WebError::BootSilent.to_string()));
        })));
        progress(&Rc::downgrade(self), generation, strings::starting_python(), 0.0, 0.0);
        // It may be ready already, and then it is said at once, and what waits is sent.
        let (weak, inbox) = (Rc::downgrade(self), sandbox.inbox());
        if let Err(error) = sandbox.restore(&self.files) {
            return receive(&weak, generation, Incoming::Failed(error.to_string()));
        }
        self.sandbox.replace(Some(sandbox));
        inbox.hear(move |said| match said {
            Said::Worker(message) => receive(&weak, generation, Incoming::Worker(message)),
            Said::File(path, data, seen) => {
                if let Some(inner) = live(&weak, generation) {
                    inner.files.take(path, data, seen);
                }
            }
            Said::Fetch(asked) => fetch(&weak, generation, asked),
            Said::FetchEnd(id) => {
                if let Some(inner) = live(&weak, generation) {
                    inner.requests.borrow_mut().remove(&id);
                }
            }
            Said::Broken(why) => receive(&weak, generation, Incoming::Broken(why)),
        });
    }

    /// Nothing runs: if it stays so, what the next start needs is made.
    fn rest(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let look_ahead = move || {
            if let Some(inner) = weak.upgrade().filter(|inner| inner.machine.borrow().status() == KernelStatus::Idle) {
                let options = inner.options.clone();
                spawn_local(async move { start::look_ahead(&options).await });
            }
        };
        self.rest_timer.replace(Some(Timeout::new(REST, look_ahead)));
    }

    /// One is up, and nothing runs in it: the larger one takes its place unless something does before that is ready.
    fn look_further(self: &Rc<Self>) {
        if self.may_change_over() {
            let (weak, generation) = (Rc::downgrade(self), self.generation.get());
            start::bring_larger(&self.options, move || {
                change_over(&weak, generation);
            });
        }
    }

    /// Whether nothing has run in this engine, and it has less than the larger snapshot. Once only: where the one that came
    /// has no more, the wheels are taken.
    fn may_change_over(&self) -> bool {
        self.wishes.now() < Wish::Larger
            && self.kind.get() != Some(Kind::Figures)
            && self.machine.borrow().is_untouched()
    }

    fn install(self: &Rc<Self>, id: MsgId, packages: Vec<LockPackage>) {
        let (weak, generation, base) = (Rc::downgrade(self), self.generation.get(), self.options.base());
        spawn_local(async move {
            let names: Vec<String> = packages.iter().map(|package| package.name.clone()).collect();
            if names.is_empty() {
                return installs(&weak, generation, &id, &names, &[]);
            }
            let text = strings::loading(&names.join(", "));
            if is_larger_better(&weak, generation, &packages).await && change_over(&weak, generation) {
                return;
            }
            progress(&weak, generation, &text, 0.0, 0.0);
            let on_bytes = |done, total| progress(&weak, generation, &text, done, total);
            match assets::wheels(&base, &packages, on_bytes).await {
                Ok(wheels) => {
                    progress(&weak, generation, &strings::installing(&names.join(", ")), 0.0, 0.0);
                    installs(&weak, generation, &id, &names, &wheels);
                }
                Err(error) => receive(&weak, generation, Incoming::FetchFailed { id, why: error.to_string() }),
            }
        });
    }

    fn set_timer(self: &Rc<Self>) {
        let wake_at = self.machine.borrow().wake_at();
        let timer = wake_at.map(|at| {
            let weak = Rc::downgrade(self);
            let wait = (at - js::now()).clamp(0.0, f64::from(i32::MAX)).ceil();
            Timeout::new(wait as u32, move || {
                if let Some(inner) = weak.upgrade() {
                    let steps = inner.machine.borrow_mut().tick(js::now());
                    inner.perform(steps);
                }
            })
        });
        self.timer.replace(timer);
    }
}

/// Hands wheels to the sandbox for a run that waits for them.
fn installs(weak: &Weak<Inner>, generation: u32, id: &MsgId, names: &[String], wheels: &[(String, Blob)]) {
    if let Some(inner) = live(weak, generation) {
        let index = inner.options.network.index();
        inner.send(|sandbox| sandbox.install(id.as_str(), names, wheels, index));
    }
}

/// Makes a request of the code, or refuses it.
fn fetch(weak: &Weak<Inner>, generation: u32, asked: Asked) {
    let Some(inner) = live(weak, generation) else { return };
    let (id, slot) = (asked.id, network::slot(inner.requests.borrow().len()));
    let (network, signal) = (inner.options.network.clone(), slot.as_ref().map(Ending::signal).map_err(Clone::clone));
    if let Ok(slot) = slot {
        inner.requests.borrow_mut().insert(id, slot);
    }
    let weak = weak.clone();
    spawn_local(async move {
        let answer = network::ask(&network, asked, signal).await;
        if let Some(inner) = live(&weak, generation) {
            inner.requests.borrow_mut().remove(&id);
            inner.send(|sandbox| sandbox.fetched(&answer));
        }
    });
}

/// Whether another engine, out of the larger snapshot, has what the first run needs, sooner than its wheels are there.
async fn is_larger_better(weak: &Weak<Inner>, generation: u32, packages: &[LockPackage]) -> bool {
    let Some(inner) = live(weak, generation) else { return false };
    let lock = inner.machine.borrow().lock();
    match lock.filter(|_| inner.may_change_over()) {
        Some(lock) => snapshot::brings(packages, &lock).await,
        None => false,
    }
}

/// Takes an engine out of the larger snapshot in place of this one, if nothing has run in this.
fn change_over(weak: &Weak<Inner>, generation: u32) -> bool {
    let Some(inner) = live(weak, generation).filter(|inner| inner.may_change_over()) else { return false };
    inner.wishes.raise(Wish::Larger);
    receive(weak, generation, Incoming::Better);
    true
}

/// The kernel, if it is still there and has the same engine.
fn live(weak: &Weak<Inner>, generation: u32) -> Option<Rc<Inner>> {
    weak.upgrade().filter(|inner| inner.generation.get() == generation)
}

fn receive(weak: &Weak<Inner>, generation: u32, incoming: Incoming) {
    if let Some(inner) = live(weak, generation) {
        let steps = inner.machine.borrow_mut().receive(incoming, js::now());
        let status = inner.machine.borrow().status();
        if status != KernelStatus::Starting && inner.boot_timer.take().is_some() && status == KernelStatus::Idle {
            inner.look_further();
        }
        inner.perform(steps);
    }
}

fn progress(weak: &Weak<Inner>, generation: u32, text: &str, done: f64, total: f64) {
    receive(weak, generation, Incoming::Progress(Progress { text: text.to_owned(), done, total }));
}
