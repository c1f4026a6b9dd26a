//! Memory snapshots of an initialised interpreter (SNAPSHOT.md): found in this page's cache, checked, made.
//!
//! Nothing notices a mix of old and new parts but the key and the checksums: what doesn't fit is not used.

use super::assets::{self, Check, Core, OnBytes};
use super::error::WebError;
use super::kernel::KernelOptions;
use super::sandbox::{self, Came, Frame, SCRIPTS, WORKER};
use super::wait::{first, join_all};
use super::{blob, cache, crypto, fetch, js, strings};
use crate::executor::packages::{LockFile, LockPackage, imports};
use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::Blob;

/// What the larger snapshot holds: top-level modules, others that build on them, and the libraries that importing them
/// opens, as they are linked.
const CONTENTS: &str = include_str!("../../www/snapshot.json");
/// A snapshot's parts: packed memory, linked libraries, the other files of the wheels, and where all that is.
const PARTS: [&str; 4] = ["heap", "so", "site", "meta"];
/// The part that nothing reads before the first run.
const LATER: &str = "site";
/// What a site has ready, by name; and the folder of the parts, each by gzip. Both are beside this module.
const SHIPPED: &str = "snapshots.json";
const FOLDER: &str = "snapshots/";
/// How long it may take to make one, in ms.
const MAKE_LIMIT: u32 = 120_000;

/// Which snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The interpreter and the kernel.
    Plain,
    /// With numpy and matplotlib imported, and their files.
    Figures,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Figures];

    /// The name by which a site has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Figures => "figures",
        }
    }

    /// The name by which the cache has it.
    fn kept_as(self) -> String {
        format!("snapshot-{}", self.name())
    }
}

#[derive(Deserialize)]
struct Contents {
    imports: Vec<String>,
    users: Vec<String>,
    libraries: Vec<String>,
}

/// What a start is worth, from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// The soonest: out of the small snapshot.
    Soon,
    /// Out of the larger one, if this browser has it.
    LargerIfHere,
    /// Out of the larger one, even if it has to come from the site.
    Larger,
}

/// What the cache and the site have of a snapshot: for which build, and the checksums of its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// What it was made of and by.
    key: String,
    /// sha256 of the parts by name, in hex.
    sums: BTreeMap<String, String>,
}

/// A snapshot whose parts are at hand.
#[derive(Debug)]
pub struct Snapshot {
    /// Which one.
    pub kind: Kind,
    parts: Vec<(&'static str, String, Blob)>,
    /// The files where they are still on their way from the site: a Blob that has been checked, or nothing.
    coming: Option<js_sys::Promise>,
    /// The parts that have been checked.
    verified: RefCell<BTreeSet<&'static str>>,
}

thread_local! {
    /// Those in use by this page: a restart reads and checks nothing again.
    static KEPT: RefCell<BTreeMap<Kind, Rc<Snapshot>>> = const { RefCell::new(BTreeMap::new()) };
    /// Those that failed: not made again before the page is loaded anew.
    static SPOILT: RefCell<BTreeSet<Kind>> = const { RefCell::new(BTreeSet::new()) };
}

impl Snapshot {
    /// What the worker restores from, and may not use before that has been [verified](Self::verify).
    pub(super) fn given(&self) -> js_sys::Object {
        let object = js_sys::Object::new();
        for (name, _, blob) in self.parts.iter().filter(|(name, ..)| *name != LATER) {
            js::set(&object, name, blob);
        }
        object
    }

    /// Checks what a restore needs, once a page: a Blob's bytes don't change.
    ///
    /// # Errors
    /// A part is not what it was.
    pub(super) async fn verify(&self) -> Result<(), WebError> {
        self.check(|name| name != LATER).await
    }

    /// The files, checked, which the first run may read.
    ///
    /// # Errors
    /// They are not what they were.
    pub(super) async fn site(&self) -> Result<Blob, WebError> {
        self.check(|name| name == LATER).await?;
        let site = match &self.coming {
            Some(coming) => JsFuture::from(coming.clone()).await.ok().and_then(|blob| blob.dyn_into().ok()),
            None => self.parts.iter().find(|(name, ..)| *name == LATER).map(|(_, _, blob)| blob.clone()),
        };
        site.ok_or_else(|| WebError::Checksum { file: "The snapshot's site".into() })
    }

    async fn check(&self, wanted: impl Fn(&str) -> bool) -> Result<(), WebError> {
        let unchecked = |name: &str| wanted(name) && !self.verified.borrow().contains(name);
        let parts: Vec<_> = self.parts.iter().filter(|(name, ..)| unchecked(name)).collect();
        let sums = join_all(parts.iter().map(|(_, _, blob)| crypto::sha256_hex(blob))).await;
        for (found, (name, sum, _)) in sums.into_iter().zip(parts) {
            if found? != *sum {
                return Err(WebError::Checksum { file: format!("The snapshot's {name}") });
            }
            self.verified.borrow_mut().insert(name);
        }
        Ok(())
    }
}

/// The snapshot of this build that fits a wish best. What this browser has comes sooner than what the site has.
pub async fn best(wish: Wish, on_bytes: impl OnBytes) -> Option<Rc<Snapshot>> {
    if wish > Wish::Soon
        && let Some(snapshot) = find(Kind::Figures).await
    {
        return Some(snapshot);
    }
    if wish == Wish::Larger
        && let Some(snapshot) = fetch_shipped(Kind::Figures, &on_bytes).await
    {
        return Some(snapshot);
    }
    for kind in Kind::ALL {
        if let Some(snapshot) = find(kind).await {
            return Some(snapshot);
        }
    }
    fetch_shipped(Kind::Plain, &on_bytes).await
}

/// Whether code imports what the larger snapshot holds, as far as its lines tell.
pub fn is_larger_for(code: &str) -> bool {
    let Ok(contents) = contents() else { return false };
    imports(code).any(|module| contents.imports.iter().chain(&contents.users).any(|known| known == module))
}

/// Whether there is the larger one, here or on the site.
pub async fn is_larger_to_be_had() -> bool {
    find(Kind::Figures).await.is_some() || shipped(Kind::Figures).await.is_some()
}

/// Whether a start out of the larger snapshot would bring one of these packages, sooner than their wheels.
pub async fn brings(packages: &[LockPackage], lock: &LockFile) -> bool {
    let (Ok(contents), Ok(inside)) = (contents(), held(Kind::Figures, lock)) else { return false };
    if find(Kind::Figures).await.is_some() {
        return packages.iter().any(|package| inside.contains(package));
    }
    // It is large: small packages alone come sooner by themselves.
    packages.iter().any(|package| contents.imports.contains(&package.name)) && shipped(Kind::Figures).await.is_some()
}

/// A snapshot of this build, if this browser has it.
pub async fn find(kind: Kind) -> Option<Rc<Snapshot>> {
    if let Some(snapshot) = KEPT.with_borrow(|kept| kept.get(&kind).cloned()) {
        return Some(snapshot);
    }
    let record = record(kind).await.filter(|_| !is_spoilt(kind))?;
    if record.key != key().await.ok()? {
        return None;
    }
    let part = async |name| {
        let sum = record.sums.get(name)?;
        Some((name, sum.clone(), cache::get(sum).await?))
    };
    let parts = join_all(PARTS.map(part)).await.into_iter().collect::<Option<_>>()?;
    Some(keep(kind, parts, None))
}

/// Forgets one that did not come to life.
pub async fn spoil(kind: Kind) {
    KEPT.with_borrow_mut(|kept| kept.remove(&kind));
    give_up(kind);
    remove(kind).await;
}

fn give_up(kind: Kind) {
    SPOILT.with_borrow_mut(|spoilt| spoilt.insert(kind));
}

fn is_spoilt(kind: Kind) -> bool {
    SPOILT.with_borrow(|spoilt| spoilt.contains(&kind))
}

/// Sees to it that this browser has what the site has of snapshots, or else one: the larger, or the small one, made of what
/// is here already, which takes some seconds of another thread.
///
/// # Errors
/// It can't be had or made, or this browser keeps nothing so large. It is not tried again in this page.
pub async fn provide(base: &str, core: &Core, max_pages: u32) -> Result<(), WebError> {
    let has = async |kind| find(kind).await.is_some() || fetch_shipped(kind, &|_, _| {}).await.is_some();
    let (has_larger, has_small) = (has(Kind::Figures).await, has(Kind::Plain).await);
    let kind = if !is_spoilt(Kind::Figures) && assets::kept(&held(Kind::Figures, &core.lock)?).await {
        Kind::Figures
    } else {
        Kind::Plain
    };
    if has_larger || is_spoilt(kind) || (has_small && kind == Kind::Plain) {
        return Ok(());
    }
    let made = async { store(kind, &make(base, core, kind, max_pages).await?).await }.await;
    if made.is_err() {
        give_up(kind);
    }
    made
}

/// The packages that a snapshot holds.
fn held(kind: Kind, lock: &LockFile) -> Result<Vec<LockPackage>, WebError> {
    Ok(match kind {
        Kind::Plain => Vec::new(),
        Kind::Figures => lock.for_imports(contents()?.imports.iter().map(String::as_str)),
    })
}

/// A snapshot that was made: its parts with their checksums.
#[derive(Debug)]
pub struct Made {
    /// For which build, and the checksums.
    pub record: Record,
    /// By name.
    pub parts: Vec<(&'static str, String, Blob)>,
}

/// Makes a snapshot in a sandbox of its own.
///
/// # Errors
/// It can't be made of this distribution.
pub async fn make(base: &str, core: &Core, kind: Kind, max_pages: u32) -> Result<Made, WebError> {
    let packages = held(kind, &core.lock)?;
    let libraries = if kind == Kind::Plain { Vec::new() } else { contents()?.libraries };
    let wheels = assets::wheels(base, &packages, |_, _| {}).await?;
    let texts = |all: Vec<String>| all.into_iter().map(JsValue::from).collect::<js_sys::Array>();
    let given = js::object(&[
        ("wheels", sandbox::blobs(&wheels).into()),
        ("libraries", texts(libraries).into()),
        ("packages", texts(packages.into_iter().map(|package| package.name).collect()).into()),
    ]);
    let gathered = gather(core, max_pages, given).await?;
    let failed =
        |thrown: JsValue| WebError::Browser { what: strings::hold_snapshot().into(), why: js::message(&thrown) };
    let (mut parts, mut sums) = (Vec::new(), BTreeMap::new());
    for name in PARTS {
        let chunks = gathered.get(name).cloned().unwrap_or_default();
        let blob = Blob::new_with_u8_array_sequence(&chunks).map_err(failed)?;
        let sum = crypto::sha256_hex(&blob).await?;
        sums.insert(name.to_owned(), sum.clone());
        parts.push((name, sum, blob));
    }
    Ok(Made { record: Record { key: key().await?, sums }, parts })
}

/// Makes a snapshot for others to use.
///
/// # Errors
/// As [`make`]; or the distribution can't be had.
pub async fn make_alone(options: &KernelOptions, kind: Kind) -> Result<Made, WebError> {
    let core = assets::core(&options.base(), Check::Now, |_, _| {}).await?;
    make(&options.base(), &core, kind, options.max_pages).await
}

/// What the site has, if it is of this build and has not failed.
async fn shipped(kind: Kind) -> Option<Record> {
    thread_local! {
        static LIST: RefCell<Option<Rc<BTreeMap<String, Record>>>> = const { RefCell::new(None) };
    }
    let list = match LIST.with_borrow(Clone::clone) {
        Some(list) => list,
        None => {
            let text = fetch::text(&js::beside_module(SHIPPED)).await.unwrap_or_default();
            let list = Rc::new(serde_json::from_str(&text).unwrap_or_default());
            LIST.set(Some(Rc::clone(&list)));
            list
        }
    };
    let record = list.get(kind.name())?.clone();
    (record.key == key().await.ok()? && !is_spoilt(kind)).then_some(record)
}

/// Brings a snapshot from the site into the cache.
async fn fetch_shipped(kind: Kind, on_bytes: &impl OnBytes) -> Option<Rc<Snapshot>> {
    let record = shipped(kind).await?;
    match try_fetch(kind, record, on_bytes).await {
        Ok(snapshot) => Some(snapshot),
        Err(error) => {
            js::debug(&error.to_string());
            give_up(kind);
            None
        }
    }
}

async fn try_fetch(kind: Kind, record: Record, on_bytes: &impl OnBytes) -> Result<Rc<Snapshot>, WebError> {
    let (done, total) = (Cell::new(0.0), Cell::new(0.0));
    let on_size = |size| total.set(total.get() + size);
    let on_more = |more| {
        done.set(done.get() + more);
        on_bytes(done.get(), total.get());
    };
    // Nobody waits for these before the first run, so they are no part of how far the start is.
    let sum = record.sums.get(LATER).cloned();
    let coming = future_to_promise(async move {
        Ok(match fetch_part(kind, LATER, sum, &|_| {}, &|_| {}).await {
            Ok((_, _, blob)) => blob.into(),
            Err(error) => {
                js::debug(&error.to_string());
                JsValue::UNDEFINED
            }
        })
    });
    let soon = PARTS.into_iter().filter(|name| *name != LATER);
    let jobs = soon.map(|name| fetch_part(kind, name, record.sums.get(name).cloned(), &on_size, &on_more));
    let parts = join_all(jobs).await.into_iter().collect::<Result<Vec<_>, WebError>>()?;
    let (mut made, whole) = (Made { record, parts: parts.clone() }, coming.clone());
    // Nobody waits for it, and a browser that keeps nothing uses it all the same.
    spawn_local(async move {
        let Some(site) = JsFuture::from(whole).await.ok().and_then(|blob| blob.dyn_into().ok()) else { return };
        made.parts.push((LATER, made.record.sums.get(LATER).cloned().unwrap_or_default(), site));
        if let Err(error) = store(kind, &made).await {
            js::debug(&error.to_string());
        }
        // It may have failed meanwhile.
        if is_spoilt(kind) {
            forget(kind, &made.record).await;
        }
    });
    Ok(keep(kind, parts, Some(coming)))
}

/// Brings a part of a snapshot from the site, and compares it with its checksum.
async fn fetch_part(
    kind: Kind,
    name: &'static str,
    expected: Option<String>,
    on_size: &dyn Fn(f64),
    on_more: &dyn Fn(f64),
) -> Result<(&'static str, String, Blob), WebError> {
    let file = format!("{}-{name}", kind.name());
    let packed = fetch::file(&js::beside_module(&format!("{FOLDER}{file}")), &file, on_size, on_more).await?;
    let blob = blob::gunzip(&packed).await?;
    let sum = crypto::sha256_hex(&blob).await?;
    if expected.as_ref() == Some(&sum) { Ok((name, sum, blob)) } else { Err(WebError::Checksum { file }) }
}

/// What a sandbox says that makes a snapshot.
#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
enum Making {
    /// Bytes of a part, in order.
    Part { name: String },
    /// That was all.
    Made,
    /// There will be none.
    #[serde(alias = "dead")]
    Error {
        #[serde(alias = "why")]
        error: String,
    },
}

/// Brings up the sandbox and gathers the parts that it sends.
async fn gather(
    core: &Core,
    max_pages: u32,
    given: js_sys::Object,
) -> Result<BTreeMap<String, js_sys::Array>, WebError> {
    let failed = |why: String| WebError::Browser { what: strings::make_snapshot().into(), why };
    let parts = Rc::new(RefCell::new(BTreeMap::<String, js_sys::Array>::new()));
    let (into, end) = (parts.clone(), Rc::new(RefCell::new(None::<js_sys::Function>)));
    let ended = end.clone();
    let over = js_sys::Promise::new(&mut |resolve, _| {
        end.replace(Some(resolve));
    });
    let finish = move |why: Option<String>| {
        if let Some(end) = ended.take() {
            // A promise's own function.
            let _ = end.call1(&JsValue::UNDEFINED, &why.map_or(JsValue::UNDEFINED, JsValue::from));
        }
    };
    let frame = Frame::open(move |came| {
        let data = match came {
            Came::Message(data) => data,
            Came::Broken(why) => return finish(Some(why.to_owned())),
        };
        let Some((head, payloads)) = sandbox::buffers(&data) else { return finish(Some(sandbox::stopped(&data))) };
        match serde_json::from_slice(&head) {
            Ok(Making::Part { name }) => {
                let mut parts = into.borrow_mut();
                let part = parts.entry(name).or_default();
                for payload in &payloads {
                    part.push(payload);
                }
            }
            Ok(Making::Made) => finish(None),
            Ok(Making::Error { error }) => finish(Some(error)),
            Err(error) => finish(Some(error.to_string())),
        }
    })
    .await?;
    frame.give(core, max_pages)?;
    frame.give_snapshot(Some(given))?;
    frame.verified()?;
    let limit = async {
        TimeoutFuture::new(MAKE_LIMIT).await;
        "it took too long".to_owned()
    };
    let result = async {
        JsFuture::from(over).await.map_or_else(|thrown| js::message(&thrown), |why| why.as_string().unwrap_or_default())
    };
    let why = first(result, limit).await;
    drop(frame);
    if why.is_empty() { Ok(parts.take()) } else { Err(failed(why)) }
}

/// Keeps a snapshot in place of an older one.
async fn store(kind: Kind, Made { record, parts }: &Made) -> Result<(), WebError> {
    remove(kind).await;
    // First, so that parts are never kept that nothing names.
    let text = serde_json::to_string(record).unwrap_or_default();
    cache::put(&kind.kept_as(), &blob::blob(text.as_bytes(), "application/json")?).await?;
    for (_, sum, blob) in parts {
        if let Err(error) = cache::put(sum, blob).await {
            remove(kind).await;
            return Err(error);
        }
    }
    Ok(())
}

/// Has it ready for this page. What comes from the site has been checked, what was kept has not.
fn keep(kind: Kind, parts: Vec<(&'static str, String, Blob)>, coming: Option<js_sys::Promise>) -> Rc<Snapshot> {
    let verified = RefCell::new(if coming.is_some() { BTreeSet::from(PARTS) } else { BTreeSet::new() });
    let snapshot = Rc::new(Snapshot { kind, parts, coming, verified });
    KEPT.with_borrow_mut(|kept| kept.insert(kind, snapshot.clone()));
    snapshot
}

async fn record(kind: Kind) -> Option<Record> {
    serde_json::from_slice(&blob::bytes(&cache::get(&kind.kept_as()).await?).await.ok()?).ok()
}

async fn remove(kind: Kind) {
    if let Some(record) = record(kind).await {
        forget(kind, &record).await;
    }
}

async fn forget(kind: Kind, record: &Record) {
    cache::remove(&kind.kept_as()).await;
    for sum in record.sums.values() {
        cache::remove(sum).await;
    }
}

fn contents() -> Result<Contents, WebError> {
    serde_json::from_str(CONTENTS)
        .map_err(|error| WebError::Unreadable { what: strings::snapshot_list().into(), why: error.to_string() })
}

/// Everything that a snapshot depends on: the core files (the lock file and with it all wheels among them), the contents,
/// and every script that has a part in making or restoring it.
async fn key() -> Result<String, WebError> {
    let mut all = vec![env!("CARGO_PKG_VERSION"), assets::MANIFEST, CONTENTS, WORKER];
    for (name, text) in &SCRIPTS {
        all.extend([*name, *text]);
    }
    crypto::sha256_base64(&all.join("\0")).await
}
