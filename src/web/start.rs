//! How an interpreter comes up: the one that stands ready, one out of a memory snapshot, or one from the beginning.
//!
//! A spare one has run no code of anybody, so that the rule of one kernel for one chat holds (SECURITY.md R15).

use super::assets::{self, Check, OnBytes};
use super::error::WebError;
use super::kernel::KernelOptions;
use super::sandbox::Sandbox;
use super::snapshot::{self, Kind, Snapshot, Wish};
use super::wait::{Later, both, first, try_both};
use super::{crypto, js};
use crate::executor::packages::LockFile;
use gloo_timers::future::TimeoutFuture;
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use wasm_bindgen_futures::spawn_local;

/// How long Python may take from the frame being up to ready, in ms.
const BOOT_LIMIT: u32 = 90_000;
/// How long out of a snapshot.
const RESTORE_LIMIT: u32 = 20_000;
/// How long a page waits for a start that comes from what this browser has, in ms.
const SOON: u32 = 150;
/// Memory in GB that a device needs for a second interpreter beside the one that runs (SNAPSHOT.md 6).
const ROOMY: f64 = 4.0;

/// An interpreter that is ready or about to be.
#[derive(Debug)]
pub(super) struct Started {
    /// What its distribution has.
    pub(super) lock: Arc<LockFile>,
    /// Where it is.
    pub(super) sandbox: Sandbox,
    /// The snapshot that it came out of.
    pub(super) kind: Option<Kind>,
}

/// What the next interpreter is wished to come out of. It may become more while that comes up.
#[derive(Debug)]
pub(super) struct Wishes {
    now: Cell<Wish>,
    waker: RefCell<Option<Waker>>,
}

impl From<Wish> for Wishes {
    fn from(wish: Wish) -> Self {
        Self { now: Cell::new(wish), waker: RefCell::default() }
    }
}

impl Wishes {
    pub(super) fn now(&self) -> Wish {
        self.now.get()
    }

    /// Wishes for so much at least.
    pub(super) fn raise(&self, wish: Wish) {
        if wish > self.now.get() {
            self.now.set(wish);
            if let Some(waker) = self.waker.take() {
                waker.wake();
            }
        }
    }

    /// Waits until there is more to wish for than this.
    async fn above(&self, wish: Wish) {
        poll_fn(|context| {
            if self.now.get() > wish {
                return Poll::Ready(());
            }
            self.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

thread_local! {
    static BEGUN: Later<()> = Later::default();
}

/// Waits until another thread has all that Python starts from: a page that is busy earlier holds that up. Not for long, and
/// not for what has to come from the network.
pub async fn begun() {
    if assets::kept(&[]).await {
        let begun = BEGUN.with(Clone::clone);
        first(begun.take(), TimeoutFuture::new(SOON)).await;
    }
}

/// Brings one up, the soonest way; out of a snapshot as it is wished, if there is one.
///
/// # Errors
/// The distribution can't be had, or no sandbox comes up.
pub(super) async fn start(
    options: &KernelOptions,
    wishes: &Wishes,
    on_bytes: impl OnBytes,
) -> Result<Started, WebError> {
    match take_spare(options, wishes.now()).await {
        Some(started) => Ok(started),
        None => fresh(options, wishes, on_bytes).await,
    }
}

/// Begins anew where more is wished for than what comes up.
async fn fresh(options: &KernelOptions, wishes: &Wishes, on_bytes: impl OnBytes) -> Result<Started, WebError> {
    loop {
        let attempt = Attempt { wish: wishes.now(), has_core: Later::default(), kind: Cell::default() };
        let more = async {
            attempt.has_core.take().await;
            wishes.above(attempt.wish).await;
            if attempt.kind.get() == Some(Kind::Figures) || !snapshot::is_larger_to_be_had().await {
                pending::<()>().await;
            }
            None
        };
        let come = async { Some(attempt.make(options, &on_bytes).await) };
        if let Some(result) = first(come, more).await {
            return result;
        }
    }
}

/// One try to bring an interpreter up.
struct Attempt {
    wish: Wish,
    /// The core files are there: what is on its way would be fetched twice.
    has_core: Later<()>,
    /// The snapshot that it comes out of.
    kind: Cell<Option<Kind>>,
}

impl Attempt {
    async fn make(&self, options: &KernelOptions, on_bytes: &impl OnBytes) -> Result<Started, WebError> {
        let counts = [Cell::new((0.0, 0.0)), Cell::new((0.0, 0.0))];
        let count = |which: usize| {
            let counts = &counts;
            move |done, total| {
                counts[which].set((done, total));
                let [one, other] = counts.each_ref().map(Cell::get);
                on_bytes(one.0 + other.0, one.1 + other.1);
            }
        };
        crypto::prepare();
        let base = options.base();
        let found = Later::<Option<Rc<Snapshot>>>::default();
        // The frame comes up while the files come in, and compiles the first of them while the others do and all are checked.
        let begin = async {
            let core = assets::core(&base, Check::Later, count(0));
            let (sandbox, core) = try_both(Sandbox::open(), core).await?;
            sandbox.give(&core, options.max_pages)?;
            self.has_core.set(());
            let give = async {
                let snapshot = found.take().await;
                sandbox.begin(snapshot.as_deref())?;
                BEGUN.with(|begun| begun.set(()));
                Ok(snapshot)
            };
            let (snapshot, verified) = both(give, core.verify()).await;
            Ok::<_, WebError>((sandbox, core, snapshot?, verified))
        };
        let find = async {
            let snapshot = snapshot::best(self.wish, count(1)).await;
            self.kind.set(snapshot.as_ref().map(|snapshot| snapshot.kind));
            found.set(snapshot.clone());
            // What isn't what it was is no error of the start.
            Ok(match snapshot {
                Some(snapshot) => snapshot.verify().await,
                None => Ok(()),
            })
        };
        let ((sandbox, core, snapshot, core_fits), snapshot_fits) = try_both(begin, find).await?;
        if let Err(why) = core_fits {
            js::debug(&why.to_string());
            drop(sandbox);
            return from_beginning(options, on_bytes).await;
        }
        let Some(snapshot) = snapshot else {
            sandbox.verified()?;
            return Ok(Started { lock: core.lock, sandbox, kind: None });
        };
        let restored = match snapshot_fits.and_then(|()| sandbox.verified()) {
            Ok(()) => restored(&sandbox, &snapshot).await,
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = restored {
            js::debug(&format!("A memory snapshot was not used: {why}"));
            drop(sandbox);
            snapshot::spoil(snapshot.kind).await;
            return from_beginning(options, on_bytes).await;
        }
        Ok(Started { lock: core.lock, sandbox, kind: Some(snapshot.kind) })
    }
}

/// One that comes up without a snapshot, of files that are checked before: what is wrong with them is mended so.
async fn from_beginning(options: &KernelOptions, on_bytes: &impl OnBytes) -> Result<Started, WebError> {
    let base = options.base();
    let (sandbox, core) = try_both(Sandbox::open(), assets::core(&base, Check::Now, on_bytes)).await?;
    sandbox.give(&core, options.max_pages)?;
    sandbox.begin(None)?;
    sandbox.verified()?;
    Ok(Started { lock: core.lock, sandbox, kind: None })
}

/// Waits until one is ready out of its snapshot: one that dies before has run nothing, and can be started otherwise.
async fn restored(sandbox: &Sandbox, snapshot: &Snapshot) -> Result<(), String> {
    let site = async {
        match sandbox.give_site(snapshot).await {
            Ok(()) => pending().await,
            Err(error) => Err(error.to_string()),
        }
    };
    first(ready_within(sandbox, RESTORE_LIMIT), site).await
}

async fn ready_within(sandbox: &Sandbox, limit: u32) -> Result<(), String> {
    let late = async {
        TimeoutFuture::new(limit).await;
        Err(WebError::BootSilent.to_string())
    };
    first(sandbox.ready(), late).await
}

/// One that nobody has asked for yet.
struct Spare {
    options: KernelOptions,
    /// One that is ready, or none.
    started: Later<Option<Started>>,
}

thread_local! {
    static SPARE: RefCell<Option<Rc<Spare>>> = const { RefCell::new(None) };
}

/// Has a spare interpreter stand ready from now on, for whoever asks next; where there is room for it.
pub fn prepare(options: &KernelOptions) {
    prepare_then(options, || {});
}

/// As [`prepare`], and tells when one has just come up out of the larger snapshot.
fn prepare_then(options: &KernelOptions, on_larger: impl FnOnce() + 'static) {
    if !options.ahead || !is_roomy() || SPARE.with_borrow(Option::is_some) {
        return;
    }
    let spare = Rc::new(Spare { options: options.clone(), started: Later::default() });
    SPARE.set(Some(spare.clone()));
    spawn_local(async move {
        let mut started = fresh(&spare.options, &Wish::LargerIfHere.into(), |_, _| {}).await.ok();
        if let Some(Started { sandbox, .. }) = &started {
            let is_ready = ready_within(sandbox, BOOT_LIMIT).await.is_ok();
            sandbox.watch(false);
            if !is_ready {
                started = None;
            }
        }
        let is_larger = started.as_ref().is_some_and(|started| started.kind == Some(Kind::Figures));
        spare.started.set(started);
        // Somebody may have asked for it while it came up.
        if is_larger && SPARE.with_borrow(|held| held.as_ref().is_some_and(|held| Rc::ptr_eq(held, &spare))) {
            on_larger();
        }
    });
}

/// Brings one out of the larger snapshot up beside the one that has just come up, if this browser has it; tells when it is
/// ready, and still there for whoever asks next.
pub(super) fn bring_larger(options: &KernelOptions, on_ready: impl FnOnce() + 'static) {
    let options = options.clone();
    spawn_local(async move {
        if snapshot::find(Kind::Figures).await.is_some() {
            prepare_then(&options, on_ready);
        }
    });
}

/// As [`prepare`], for a page that only shows code: it loads nothing that this browser doesn't have.
pub fn expect(options: &KernelOptions) {
    let options = options.clone();
    spawn_local(async move {
        if assets::kept(&[]).await {
            prepare(&options);
        }
    });
}

/// The spare one, if it is what is wished for, as soon as it is ready.
async fn take_spare(options: &KernelOptions, wish: Wish) -> Option<Started> {
    let fits = |spare: &Option<Rc<Spare>>| spare.as_ref().is_some_and(|spare| spare.options == *options);
    let spare = SPARE.with_borrow_mut(|spare| if fits(spare) { spare.take() } else { None })?;
    let started = spare.started.take().await?;
    let fits = (wish < Wish::Larger || started.kind == Some(Kind::Figures)) && started.sandbox.is_fresh().await;
    fits.then_some(started)
}

/// Makes ready what the next start needs: a snapshot if there is none, and a spare interpreter.
pub(super) async fn look_ahead(options: &KernelOptions) {
    if !options.ahead || !is_roomy() || saves_data() {
        return;
    }
    thread_local! {
        static IS_LOOKING: Cell<bool> = const { Cell::new(false) };
    }
    if IS_LOOKING.replace(true) {
        return;
    }
    let base = options.base();
    if let Ok(core) = assets::core(&base, Check::Now, |_, _| {}).await
        && let Err(error) = snapshot::provide(&base, &core, options.max_pages).await
    {
        js::debug(&error.to_string());
    }
    IS_LOOKING.set(false);
    prepare(options);
}

/// Whether the person wants nothing loaded that isn't asked for, as far as the browser tells.
fn saves_data() -> bool {
    js::get(&js::get(&js::window().navigator(), "connection"), "saveData").is_truthy()
}

/// Whether the device has memory to spare, as far as the browser tells.
fn is_roomy() -> bool {
    js::get(&js::window().navigator(), "deviceMemory").as_f64().is_none_or(|gigabytes| gigabytes >= ROOMY)
}
