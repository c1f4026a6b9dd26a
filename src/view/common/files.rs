//! The files that code works with: what is there, with what can be done to it, and what a person adds.

mod preview;
mod row;

use super::focus::focus_when_there;
use super::icon::{Icon, icon};
use super::progress::bytes;
use super::strings;
use super::theme::on_cleanup_drop;
use crate::file_name::clean_all;
use crate::state::files::zip::Zip;
use crate::state::files::{MOST, name, shown, upload};
use crate::web::blob;
use crate::web::error::WebError;
use crate::web::files::Files;
use leptos::html::{Button, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use row::Row;
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::{Blob, DragEvent, FileList};

/// What the parts of the pane share.
#[derive(Clone, Copy)]
struct Pane {
    files: StoredValue<Rc<Files>, LocalStorage>,
    /// How often each file has changed: it is drawn anew then.
    versions: RwSignal<HashMap<String, u32>>,
    /// The file that is looked at.
    open: RwSignal<Option<String>>,
    /// The row that takes the focus when it is drawn.
    focus: StoredValue<Option<String>>,
    /// What went wrong, a sentence.
    problem: RwSignal<Option<String>>,
    /// What was done, and what was there before.
    undo: RwSignal<Option<Undo>, LocalStorage>,
    attach: Option<Callback<(String, Blob)>>,
}

#[derive(Clone)]
struct Undo {
    words: String,
    before: Vec<(String, Blob)>,
}

/// The pane. It shows each change at once, whoever makes it.
#[component]
pub fn FilesPane(
    /// Those of a kernel.
    files: Rc<Files>,
    /// Puts a file to the next message, where there are messages.
    attach: Option<Callback<(String, Blob)>>,
) -> impl IntoView {
    let pane = Pane {
        files: StoredValue::new_local(files.clone()),
        versions: RwSignal::default(),
        open: RwSignal::default(),
        focus: StoredValue::default(),
        problem: RwSignal::new(files.problem().map(|why| strings::not_kept(&why))),
        undo: RwSignal::new_local(None),
        attach,
    };
    provide_context(pane);
    let weak = Rc::downgrade(&files);
    on_cleanup_drop(files.hear(move |path, _, _| {
        if let Some(why) = weak.upgrade().and_then(|files| files.problem()) {
            pane.problem.set(Some(strings::not_kept(&why)));
        }
        pane.versions.update(|versions| *versions.entry(path.to_owned()).or_default() += 1);
    }));
    let rows = Memo::new(move |_| pane.rows());
    let is_over = RwSignal::new(false);
    let on_drop = move |event: DragEvent| {
        is_over.set(false);
        if let Some(list) = event.data_transfer().and_then(|given| given.files()) {
            event.prevent_default();
            pane.add(&list);
        }
    };
    let on_over = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    let used = move || {
        rows.with(|rows| {
            let size = rows.iter().map(|row| row.size).sum();
            strings::used(rows.len(), &bytes(size), &format!("{:.0} MB", MOST / 1e6))
        })
    };
    view! {
        <div
            class="panel-body work-files"
            class:is-over=move || is_over.get()
            on:dragover=on_over
            on:dragleave=move |_| is_over.set(false)
            on:drop=on_drop
        >
            <div class="work-files-tools">
                <AddButton />
                <Show when=move || rows.with(|rows| rows.len() > 1)>
                    <button type="button" on:click=move |_| pane.download_all()>
                        {icon(Icon::Download)}
                        {strings::download_all()}
                    </button>
                </Show>
            </div>
            {move || pane.problem.get().map(|why| view! { <p class="output-note" role="alert">{why}</p> })}
            {move || pane.undo.get().map(|undo| view! { <UndoLine undo=undo /> })}
            <Show
                when=move || !rows.with(Vec::is_empty)
                fallback=|| view! { <p class="work-files-none">{strings::no_files()}</p> }
            >
                <ul class="work-files-list" aria-label=strings::files()>
                    <For each=move || rows.get() key=|row| row.clone().key() let:facts>
                        <Row facts=facts />
                    </For>
                </ul>
                <p class="work-files-used">{used}</p>
            </Show>
        </div>
    }
}

/// What is drawn of a file.
#[derive(Clone, Debug, PartialEq)]
struct Facts {
    path: String,
    size: f64,
    version: u32,
}

impl Facts {
    fn key(self) -> (String, u32) {
        (self.path, self.version)
    }
}

impl Pane {
    fn here() -> Self {
        expect_context()
    }

    fn rows(self) -> Vec<Facts> {
        self.versions.with(|versions| {
            let all = self.files.get_value().all().into_iter();
            let facts = |(path, data): (String, Blob)| {
                let version = versions.get(&path).copied().unwrap_or_default();
                Facts { path, size: data.size(), version }
            };
            all.map(facts).collect()
        })
    }

    /// Says what became of something.
    fn told(self, result: Result<(), String>) {
        self.problem.set(result.err());
    }

    /// Files of the person's own come in, in the place of those of the same name.
    fn add(self, list: &FileList) {
        let given: Vec<_> = (0..list.length()).filter_map(|at| list.get(at)).collect();
        let names: Vec<String> = given.iter().map(web_sys::File::name).collect();
        let names = clean_all(names.iter().map(String::as_str));
        let files = self.files.get_value();
        self.told(Ok(()));
        spawn_local(async move {
            let mut before = Vec::new();
            let mut failed = Vec::new();
            for (file, name) in given.iter().zip(names) {
                let path = upload(&name);
                let put = match blob::copy(file).await {
                    Ok(data) => files.put(path.clone(), data).map_err(|error| error.to_string()),
                    Err(error) => Err(format!("{name}: {error}")),
                };
                match put {
                    Ok(Some(old)) => before.push((path, old)),
                    Ok(None) => (),
                    Err(why) => failed.push(why),
                }
            }
            if !before.is_empty() {
                let names: Vec<&str> = before.iter().map(|(path, _)| name(path)).collect();
                let _ = self.undo.try_set(Some(Undo { words: strings::replaced(&names.join(", ")), before }));
            }
            if !failed.is_empty() {
                let _ = self.problem.try_set(Some(failed.join(" ")));
            }
        });
    }

    fn delete(self, path: &str) {
        if let Some(old) = self.files.get_value().remove(path) {
            let undo = Undo { words: strings::deleted(&shown(path)), before: vec![(path.to_owned(), old)] };
            self.undo.set(Some(undo));
        }
    }

    fn undo(self, undo: Undo) {
        self.undo.set(None);
        self.focus.set_value(undo.before.first().map(|(path, _)| path.clone()));
        let put = undo.before.into_iter().map(|(path, data)| self.files.get_value().put(path, data).map(drop));
        self.told(put.collect::<Result<(), _>>().map_err(|error| error.to_string()));
    }

    fn download_all(self) {
        let all = self.files.get_value().all();
        spawn_local(async move {
            let result = async { blob::hand_out("files.zip", &zipped(&all).await?) }.await;
            let _ = self.problem.try_set(result.err().map(|error| error.to_string()));
        });
    }
}

async fn zipped(all: &[(String, Blob)]) -> Result<Blob, WebError> {
    let (mut zip, parts) = (Zip::default(), js_sys::Array::new());
    for (path, data) in all {
        let head = zip.begin(path.trim_start_matches('/'), &blob::bytes(data).await?);
        parts.push(blob::blob(&head, "")?.as_ref());
        parts.push(data);
    }
    parts.push(blob::blob(&zip.finish(), "")?.as_ref());
    blob::join(&parts, "application/zip")
}

#[component]
fn AddButton() -> impl IntoView {
    let pane = Pane::here();
    let field = NodeRef::<Input>::new();
    let choose = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    let chosen = move |_| {
        if let Some(field) = field.get_untracked() {
            if let Some(list) = field.files() {
                pane.add(&list);
            }
            // So that the same file can be chosen again.
            field.set_value("");
        }
    };
    view! {
        <input class="visually-hidden" type="file" multiple tabindex="-1" aria-hidden="true" node_ref=field on:change=chosen />
        <button type="button" on:click=choose>
            {icon(Icon::Upload)}
            {strings::add_files()}
        </button>
    }
}

/// What was done, with the way back. It takes the focus from a row that has gone.
#[component]
fn UndoLine(undo: Undo) -> impl IntoView {
    let pane = Pane::here();
    let button = NodeRef::<Button>::new();
    focus_when_there(button);
    let words = undo.words.clone();
    view! {
        <p class="work-files-undo" role="status">
            <span dir="auto">{words}</span>
            <button type="button" node_ref=button on:click=move |_| pane.undo(undo.clone())>
                {strings::undo()}
            </button>
        </p>
    }
}
