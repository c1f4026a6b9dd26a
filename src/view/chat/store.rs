//! The bridge between the state and what is drawn: a view reads a slice of the state by reference and is run
//! again when that slice is said to have changed. Changes are gathered for a frame.

use super::strings;
use crate::ids::ChatId;
use crate::state::chat::Field;
use crate::state::client::{Change, Client, Fresh, User};
use crate::web::files::Files;
use crate::web::js;
use crate::web::kernel::Kernel;
use crate::web::listen::{Listener, listen};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// How often a page that is not seen is drawn.
const UNSEEN: Duration = Duration::from_millis(250);

/// How much of its time a page spends at most on drawing words that are added to a text, as far as it can.
const SHARE: f64 = 1.0 / 8.0;
/// What a screen has for a frame, in ms.
const FRAME: f64 = 1_000.0 / 60.0;
/// How many frames words are left out between two that draw them, at least and at most: 20 times a second is more than
/// anybody reads, less than 10 times would be jerks.
const LEFT_OUT: (u32, u32) = (2, 5);

/// Pictures that are kept for when they are shown again; those that are shown are alive anyway.
const PICTURES: usize = 300;

/// A picture's `blob:` address, alive as long as it is held.
pub type Picture = Rc<dyn AsRef<str>>;

/// A picture that is being fetched.
pub type PictureFuture = Pin<Box<dyn Future<Output = Result<Picture, String>>>>;

/// What the page needs of the world.
pub trait Port {
    /// Reads the state.
    fn read(&self, read: &mut dyn FnMut(&Client));
    /// The person did something.
    fn user(&self, user: User);
    /// Ids and time for new messages.
    fn fresh(&self) -> Fresh;
    /// The person chose a file for the next message.
    fn attach(&self, file: web_sys::File);
    /// The files of a chat's kernel.
    fn files(&self, chat: &ChatId) -> Rc<Files>;
    /// A chat's kernel, if it is alive.
    fn kernel(&self, chat: &ChatId) -> Option<Kernel>;
    /// A picture that the server keeps.
    fn picture(&self, path: String) -> PictureFuture;
    /// A file that the server keeps, handed to the person under this name.
    fn save(&self, path: String, name: String);
    /// Asks the browser to let the page tell of answers; whether it may.
    fn ask_to_notify(&self) -> Pin<Box<dyn Future<Output = bool>>>;
}

struct Inner {
    port: Box<dyn Port>,
    triggers: RefCell<HashMap<Change, ArcTrigger>>,
    pending: RefCell<BTreeSet<Change>>,
    scheduled: Cell<bool>,
    /// For how many frames more words wait.
    waits: Cell<u32>,
    /// For how many they wait after the next that are drawn, by what the last ones cost.
    pace: Cell<u32>,
    pictures: RefCell<HashMap<String, Picture>>,
    /// Hears that the page is not seen any more.
    hidden: RefCell<Option<Listener>>,
}

/// A handle to the store, free to copy into closures.
#[derive(Clone, Copy)]
pub struct ChatStore(StoredValue<Rc<Inner>, LocalStorage>);

/// The store of this page.
pub(super) fn chat() -> ChatStore {
    expect_context()
}

impl ChatStore {
    /// A store over a port.
    pub fn new(port: impl Port + 'static) -> Self {
        let store = Self(StoredValue::new_local(Rc::new(Inner {
            port: Box::new(port),
            triggers: RefCell::default(),
            pending: RefCell::default(),
            scheduled: Cell::default(),
            waits: Cell::default(),
            pace: Cell::new(LEFT_OUT.0),
            pictures: RefCell::default(),
            hidden: RefCell::default(),
        })));
        // The frame that was asked for doesn't come any more.
        let hidden = listen(&js::document(), "visibilitychange", move |_: web_sys::Event| {
            if js::document().hidden() {
                store.draw();
            }
        });
        store.inner().hidden.replace(Some(hidden));
        store
    }

    fn inner(self) -> Rc<Inner> {
        self.0.get_value()
    }

    /// Says that a part of the state changed; it is drawn with the next frame, words that are added to a text less often: by
    /// how long laying out and painting them takes in this text, on this machine.
    pub fn changed(self, change: Change) {
        let inner = self.inner();
        let is_words = matches!(change, Change::Message(_, Field::Growth));
        inner.pending.borrow_mut().insert(change);
        if !is_words {
            inner.waits.set(0);
        }
        if !inner.scheduled.replace(true) {
            self.schedule();
        }
    }

    fn schedule(self) {
        // A page that is not seen has no frames.
        if js::document().hidden() {
            set_timeout(move || self.draw(), UNSEEN);
        } else {
            request_animation_frame(move || self.frame());
        }
    }

    fn frame(self) {
        let inner = self.inner();
        match inner.waits.get() {
            0 => self.draw(),
            more => {
                inner.waits.set(more - 1);
                self.schedule();
            }
        }
    }

    fn draw(self) {
        let inner = self.inner();
        if !inner.scheduled.replace(false) {
            return;
        }
        let pending = std::mem::take(&mut *inner.pending.borrow_mut());
        if pending.iter().any(|change| matches!(change, Change::Message(_, Field::Growth))) {
            inner.waits.set(inner.pace.get());
            let (inner, begun) = (inner.clone(), js::now());
            // A task of its own comes after the frame is laid out and painted.
            set_timeout(move || inner.pace.set(left_out(js::now() - begun)), Duration::ZERO);
        }
        let triggers: Vec<_> = {
            let known = inner.triggers.borrow();
            pending.iter().filter_map(|change| known.get(change).cloned()).collect()
        };
        for trigger in triggers {
            trigger.notify();
        }
    }

    /// Reads a slice of the state, now and whenever this part of it changes.
    pub fn read<T>(self, change: Change, read: impl FnOnce(&Client) -> T) -> T
    where
        T: Default,
    {
        self.inner().triggers.borrow_mut().entry(change).or_default().track();
        self.peek(read)
    }

    /// Reads a slice of the state once.
    pub fn peek<T: Default>(self, read: impl FnOnce(&Client) -> T) -> T {
        let (mut read, mut result) = (Some(read), None);
        self.inner().port.read(&mut |client| result = read.take().map(|read| read(client)));
        result.unwrap_or_default()
    }

    /// The person did something.
    pub fn user(self, user: User) {
        self.inner().port.user(user);
    }

    /// Ids and time for new messages.
    pub fn fresh(self) -> Fresh {
        self.inner().port.fresh()
    }

    /// Begins a chat, or opens one.
    pub fn open(self, chat: Option<ChatId>) {
        self.user(chat.map_or(User::NewChat, User::OpenChat));
    }

    /// Whether a message is taken now; if not, the person is told what to wait for.
    pub fn may_send(self) -> bool {
        let may = self.peek(|client| client.can_send());
        if !may {
            self.user(User::Warn(strings::not_now().to_owned()));
        }
        may
    }

    /// Sends a message; whether it was taken.
    pub fn send(self, text: String) -> bool {
        let may = self.may_send();
        if may {
            self.user(User::Send { text, fresh: self.fresh() });
        }
        may
    }

    /// Attaches what was dropped, pasted or chosen.
    pub fn attach(self, files: Option<web_sys::FileList>) {
        for at in 0..files.as_ref().map_or(0, web_sys::FileList::length) {
            if let Some(file) = files.as_ref().and_then(|files| files.get(at)) {
                self.inner().port.attach(file);
            }
        }
    }

    /// Attaches a file of the chat's kernel.
    pub(super) fn attach_blob(self, name: &str, data: &web_sys::Blob) {
        match web_sys::File::new_with_blob_sequence(&js_sys::Array::of1(data), name) {
            Ok(file) => self.inner().port.attach(file),
            Err(thrown) => self.user(User::Warn(strings::not_attached(&name, &js::message(&thrown)))),
        }
    }

    /// The files of a chat's kernel.
    pub fn files(self, chat: &ChatId) -> Rc<Files> {
        self.inner().port.files(chat)
    }

    /// A chat's kernel, if it is alive.
    pub fn kernel(self, chat: &ChatId) -> Option<Kernel> {
        self.inner().port.kernel(chat)
    }

    /// A file that the server keeps, handed to the person.
    pub fn save(self, path: String, name: String) {
        self.inner().port.save(path, name);
    }

    /// Whether to tell of answers outside of the page; the browser asks the person.
    pub async fn notify(self, wanted: bool) -> bool {
        let may = wanted && self.inner().port.ask_to_notify().await;
        self.user(User::Notify(may));
        may
    }

    /// Lets go of the pictures of a session.
    pub(super) fn forget_pictures(self) {
        self.inner().pictures.take();
    }

    /// A picture that the server keeps; fetched once as long as the session lasts.
    pub async fn picture(self, path: String) -> Result<Picture, String> {
        let inner = self.inner();
        let known = inner.pictures.borrow().get(&path).cloned();
        if let Some(picture) = known {
            return Ok(picture);
        }
        let picture = inner.port.picture(path.clone()).await?;
        let mut pictures = inner.pictures.borrow_mut();
        if pictures.len() >= PICTURES {
            pictures.clear();
        }
        pictures.insert(path, picture.clone());
        Ok(picture)
    }
}

/// For how many frames words wait after a drawing that took so many ms.
fn left_out(cost: f64) -> u32 {
    ((cost / SHARE / FRAME).ceil() as u32).saturating_sub(1).clamp(LEFT_OUT.0, LEFT_OUT.1)
}
