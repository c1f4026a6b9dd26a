//! Memory snapshots of an initialised interpreter (SNAPSHOT.md): found in this page's cache, checked, made.
//!
//! Nothing notices a mix of old and new parts but the key and the checksums: what doesn't fit is not used.

use super::assets::{self, Core};
use super::error::WebError;
use super::sandbox::{self, Came, Frame, SCRIPTS, WORKER};
use super::wait::first;
use super::{blob, cache, crypto, js};
use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// What the larger snapshot holds: top-level modules, and the libraries that importing them opens, as they are linked.
const CONTENTS: &str = include_str!("../../www/snapshot.json");
/// A snapshot's parts: packed memory, linked libraries, the other files of the wheels, and where all that is.
const PARTS: [&str; 4] = ["heap", "so", "site", "meta"];
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
    /// Under this name the cache has it.
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "snapshot-plain",
            Self::Figures => "snapshot-figures",
        }
    }
}

#[derive(Deserialize)]
struct Contents {
    imports: Vec<String>,
    libraries: Vec<String>,
}

/// What the cache has of a snapshot: for which build, and the checksums of its parts.
#[derive(Serialize, Deserialize)]
struct Record {
    key: String,
    sums: BTreeMap<String, String>,
}

/// A snapshot whose parts are at hand.
#[derive(Debug)]
pub struct Snapshot {
    /// Which one.
    pub kind: Kind,
    parts: Vec<(&'static str, String, Blob)>,
    meta: JsValue,
    is_verified: Cell<bool>,
}

thread_local! {
    /// Those in use by this page: a restart reads and checks nothing again.
    static KEPT: RefCell<BTreeMap<Kind, Rc<Snapshot>>> = const { RefCell::new(BTreeMap::new()) };
    /// Those that failed: not made again before the page is loaded anew.
    static SPOILT: RefCell<BTreeSet<Kind>> = const { RefCell::new(BTreeSet::new()) };
}

impl Snapshot {
    /// What the worker restores from.
    pub(super) fn given(&self) -> js_sys::Object {
        let object = js::object(&[("meta", self.meta.clone())]);
        for (name, _, blob) in self.parts.iter().filter(|(name, ..)| *name != "meta") {
            js::set(&object, name, blob);
        }
        object
    }

    /// Checks all parts, once a page: a Blob's bytes don't change.
    ///
    /// # Errors
    /// A part is not what it was.
    pub(super) async fn verify(&self) -> Result<(), WebError> {
        if self.is_verified.get() {
            return Ok(());
        }
        for (name, sum, blob) in &self.parts {
            if assets::checksum(blob).await? != *sum {
                return Err(WebError::Checksum { file: format!("The snapshot's {name}") });
            }
        }
        self.is_verified.set(true);
        Ok(())
    }
}

/// The best snapshot of this build that this browser has.
pub async fn best() -> Option<Rc<Snapshot>> {
    match find(Kind::Figures).await {
        Some(snapshot) => Some(snapshot),
        None => find(Kind::Plain).await,
    }
}

/// A snapshot of this build, if this browser has it.
pub async fn find(kind: Kind) -> Option<Rc<Snapshot>> {
    if let Some(snapshot) = KEPT.with_borrow(|kept| kept.get(&kind).cloned()) {
        return Some(snapshot);
    }
    let record = record(kind).await.filter(|_| !SPOILT.with_borrow(|spoilt| spoilt.contains(&kind)))?;
    if record.key != key().await.ok()? {
        return None;
    }
    let mut parts = Vec::new();
    for name in PARTS {
        let sum = record.sums.get(name)?;
        parts.push((name, sum.clone(), cache::get(sum).await?));
    }
    keep(kind, parts, false).await
}

/// Forgets one that did not come to life.
pub async fn spoil(kind: Kind) {
    KEPT.with_borrow_mut(|kept| kept.remove(&kind));
    SPOILT.with_borrow_mut(|spoilt| spoilt.insert(kind));
    remove(kind).await;
}

/// Whether a snapshot could be made that there isn't yet, of what this browser has already.
pub async fn wanted(core: &Core) -> Option<Kind> {
    let may = |kind| !SPOILT.with_borrow(|spoilt| spoilt.contains(&kind));
    let contents = contents().ok()?;
    let packages = core.lock.for_imports(contents.imports.iter().map(String::as_str));
    if find(Kind::Figures).await.is_some() {
        return None;
    }
    if may(Kind::Figures) && assets::kept(&packages).await {
        return Some(Kind::Figures);
    }
    (may(Kind::Plain) && find(Kind::Plain).await.is_none()).then_some(Kind::Plain)
}

/// Makes a snapshot in a sandbox of its own, which takes some seconds of another thread, and keeps it.
///
/// # Errors
/// It can't be made of this distribution, or this browser keeps nothing so large. It is not tried again in this page.
pub async fn make(base: &str, core: &Core, kind: Kind, max_pages: u32) -> Result<(), WebError> {
    let made = try_make(base, core, kind, max_pages).await;
    if made.is_err() {
        SPOILT.with_borrow_mut(|spoilt| spoilt.insert(kind));
    }
    made
}

async fn try_make(base: &str, core: &Core, kind: Kind, max_pages: u32) -> Result<(), WebError> {
    let contents = match kind {
        Kind::Plain => Contents { imports: Vec::new(), libraries: Vec::new() },
        Kind::Figures => contents()?,
    };
    let packages = core.lock.for_imports(contents.imports.iter().map(String::as_str));
    let wheels = assets::wheels(base, &packages, |_, _| {}).await?;
    let texts = |all: Vec<String>| all.into_iter().map(JsValue::from).collect::<js_sys::Array>();
    let given = js::object(&[
        ("wheels", sandbox::blobs(&wheels).into()),
        ("libraries", texts(contents.libraries).into()),
        ("packages", texts(packages.into_iter().map(|package| package.name).collect()).into()),
    ]);
    let made = gather(&sandbox::assets(core, max_pages, Some(given))).await?;
    store(kind, made).await
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
async fn gather(assets: &js_sys::Object) -> Result<BTreeMap<String, js_sys::Array>, WebError> {
    let failed = |why: String| WebError::Browser { what: "make a memory snapshot".into(), why };
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
    let frame = Frame::open(assets, move |came| {
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
    frame.post(&js::object(&[("t", "verified".into())]))?;
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
async fn store(kind: Kind, made: BTreeMap<String, js_sys::Array>) -> Result<(), WebError> {
    let failed =
        |thrown: JsValue| WebError::Browser { what: "keep a memory snapshot".into(), why: js::message(&thrown) };
    let (mut parts, mut sums) = (Vec::new(), BTreeMap::new());
    for name in PARTS {
        let chunks = made.get(name).cloned().unwrap_or_default();
        let blob = Blob::new_with_u8_array_sequence(&chunks).map_err(failed)?;
        let sum = assets::checksum(&blob).await?;
        sums.insert(name.to_owned(), sum.clone());
        parts.push((name, sum, blob));
    }
    remove(kind).await;
    for (_, sum, blob) in &parts {
        cache::put(sum, blob).await?;
    }
    let record = Record { key: key().await?, sums };
    let text = serde_json::to_string(&record).unwrap_or_default();
    cache::put(kind.name(), &blob::blob(text.as_bytes(), "application/json")?).await?;
    // From the cache, so that the bytes need not stay in memory.
    find(kind).await;
    Ok(())
}

async fn keep(kind: Kind, parts: Vec<(&'static str, String, Blob)>, is_verified: bool) -> Option<Rc<Snapshot>> {
    let (_, _, meta) = parts.iter().find(|(name, ..)| *name == "meta")?;
    let meta = js_sys::JSON::parse(&String::from_utf8(blob::bytes(meta).await.ok()?).ok()?).ok()?;
    let snapshot = Rc::new(Snapshot { kind, parts, meta, is_verified: Cell::new(is_verified) });
    KEPT.with_borrow_mut(|kept| kept.insert(kind, snapshot.clone()));
    Some(snapshot)
}

async fn record(kind: Kind) -> Option<Record> {
    serde_json::from_slice(&blob::bytes(&cache::get(kind.name()).await?).await.ok()?).ok()
}

async fn remove(kind: Kind) {
    let Some(record) = record(kind).await else { return };
    cache::remove(kind.name()).await;
    for sum in record.sums.values() {
        cache::remove(sum).await;
    }
}

fn contents() -> Result<Contents, WebError> {
    serde_json::from_str(CONTENTS).map_err(|error| WebError::Unreadable {
        what: "The list of what a snapshot holds".into(),
        why: error.to_string(),
    })
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
