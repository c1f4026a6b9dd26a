//! Mounts the notebook page: ties the machine to the kernel, the browser and the view.

use super::language::speak_in;
use crate::executor::network::Network;
use crate::state::notebook::{Effect, Input, KeepError, Notebook, Timer};
use crate::view::notebook::notebook_page;
use crate::view::notebook::store::Store;
use crate::web::files::Files;
use crate::web::kernel::{Kernel, KernelOptions};
use crate::web::listen::listen;
use crate::web::storage::{self, StorageError};
use crate::web::wait::both;
use crate::web::{blob, codemirror, crypto, js, offline, start};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// Where the notebook is kept, and where the copy of somebody else.
const KEPT: &str = "pyoxide.notebook";
const ASIDE: &str = "pyoxide.notebook.aside";
/// The name of its kernel's files.
const FILES: &str = "notebook";

/// Shows the notebook page in an element of the page, in place of what is in it. The element's attribute `data-network` are
/// hosts that Python may reach, separated by spaces, `pypi` for the index of packages; `data-package-index` is another one.
/// The page speaks the language of the element's attribute `lang`, or of the person.
///
/// # Errors
/// A host in the attribute is none; the sentence says which.
#[wasm_bindgen(js_name = mountNotebook)]
pub async fn mount_notebook(root: HtmlElement) -> Result<(), JsError> {
    speak_in(&root, &[root.get_attribute("lang")]);
    let hosts = root.get_attribute("data-network").unwrap_or_default();
    let network = Network::parse(&hosts, root.get_attribute("data-package-index"));
    let network = network.map_err(|error| JsError::new(&error.to_string()))?;
    let driver = Driver::new(KernelOptions { network, ..KernelOptions::default() });
    driver.tell(Input::Opened {
        kept: storage::get(KEPT).map_err(keep_error),
        aside: storage::get(ASIDE).ok().flatten(),
        save_data: offline::save_data(),
    });
    // Python comes up meanwhile. Without an editor code is written in plain text fields, so the page comes up in any case.
    let editor = both(codemirror::load(), start::begun()).await.0.ok();
    root.set_text_content(None);
    let (store, files, kernel) = (driver.store.clone(), driver.files.clone(), driver.kernel.clone());
    let dispatch = driver.clone();
    leptos::mount::mount_to(root, move || {
        notebook_page(store, Rc::new(move |command| dispatch.tell(Input::User(command))), files, kernel, editor)
    })
    .forget();
    driver.listen_to_page();
    Ok(())
}

/// Feeds the machine and does what it asks for. Lives as long as the page.
struct Driver {
    notebook: RefCell<Notebook>,
    store: Store,
    kernel: Kernel,
    files: Rc<Files>,
    inputs: RefCell<VecDeque<Input>>,
    draining: Cell<bool>,
}

impl Driver {
    fn new(options: KernelOptions) -> Rc<Self> {
        let seed = u64::from_str_radix(&crypto::random_name()[..16], 16).unwrap_or_default();
        let notebook = Notebook::new(seed);
        let files = Files::kept_as(FILES.to_owned());
        Rc::new_cyclic(|weak: &std::rc::Weak<Self>| {
            let weak = weak.clone();
            let kernel = Kernel::new(options, files.clone(), move |message| {
                if let Some(driver) = weak.upgrade() {
                    driver.tell(Input::Kernel(message));
                }
            });
            Self {
                store: Store::new(&notebook),
                notebook: RefCell::new(notebook),
                kernel,
                files,
                inputs: RefCell::default(),
                draining: Cell::default(),
            }
        })
    }

    /// Hands an input to the machine. What comes up while one is dealt with waits for its turn.
    fn tell(self: &Rc<Self>, input: Input) {
        self.inputs.borrow_mut().push_back(input);
        if self.draining.replace(true) {
            return;
        }
        loop {
            let Some(input) = self.inputs.borrow_mut().pop_front() else { break };
            let update = self.notebook.borrow_mut().update(input, js::now());
            self.store.apply(&self.notebook.borrow(), &update.changes);
            for effect in update.effects {
                self.perform(effect);
            }
        }
        self.draining.set(false);
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Kernel(request) => self.kernel.request(request),
            Effect::Prefetch(packages) => {
                let driver = self.clone();
                spawn_local(async move {
                    let result = driver.kernel.prefetch(packages).await;
                    driver.tell(Input::Prefetched(result));
                });
            }
            Effect::Keep { text, known } => {
                let result = storage::swap(KEPT, &text, known.as_deref());
                self.tell(Input::Kept(result.map_err(keep_error)));
            }
            // The notebook itself is kept before its other copy: that one is lost only with no room at all.
            Effect::KeepAside(text) => drop(storage::set(ASIDE, text.as_deref())),
            Effect::Later(timer, after) => self.later(timer, after),
            Effect::Download { name, media_type, data } => drop(blob::download(&name, media_type, &data)),
        }
    }

    fn later(self: &Rc<Self>, timer: Timer, after: u32) {
        let driver = self.clone();
        Timeout::new(after, move || driver.tell(Input::Timer(timer))).forget();
    }

    fn listen_to_page(self: &Rc<Self>) {
        let window = js::window();
        let driver = self.clone();
        listen(&window, "pagehide", move |_: web_sys::Event| driver.tell(Input::Leaving)).forget();
        // Phones take hidden pages away without another word.
        let driver = self.clone();
        listen(&js::document(), "visibilitychange", move |_: web_sys::Event| {
            if js::document().hidden() {
                driver.tell(Input::Leaving);
            }
        })
        .forget();
        let driver = self.clone();
        storage::on_change_elsewhere(KEPT, move |text| driver.tell(Input::KeptElsewhere(text))).forget();
        let driver = self.clone();
        offline::watch(move |shell| {
            if shell.ready {
                driver.tell(Input::ShellKept);
            }
        })
        .forget();
    }
}

fn keep_error(error: StorageError) -> KeepError {
    match error {
        StorageError::Unavailable => KeepError::Unavailable,
        StorageError::Full => KeepError::Full,
    }
}
