//! The files that code works with: what is there, with what can be done to it, and what a person adds.

mod preview;
mod row;

use super::choose_files::ChooseFiles;
use super::focus::focus_when_there;
use super::icon::{Icon, icon};
use super::progress::bytes;
use super::strings;
use super::theme::on_cleanup_drop;
use crate::file_name::clean_all;
use crate::state::files::zip::Zip;
use crate::state::files::{MOST, archive_names, name, shown, upload};
use crate::web::blob;
use crate::web::error::WebError;
use crate::web::files::{By, Files};
use leptos::html::Button;
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
    /// Whether something went that had the focus.
    takes_focus: bool,
}

impl Undo {
    fn is_of(&self, path: &str) -> bool {
        self.before.iter().any(|(known, _)| known == path)
    }
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
        problem: RwSignal::default(),
        undo: RwSignal::new_local(None),
        attach,
    };
    provide_context(pane);
    let weak = Rc::downgrade(&files);
    let unkept = RwSignal::new(files.problem());
    on_cleanup_drop(files.hear(move |path, _, by| {
        let problem = weak.upgrade().and_then(|files| files.problem());
        if unkept.with_untracked(|known| *known != problem) {
            unkept.set(problem);
        }
        // What was there before is no longer what is missing.
        if by == By::Code && pane.undo.with_untracked(|undo| undo.as_ref().is_some_and(|undo| undo.is_of(path))) {
            pane.undo.set(None);
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
                <ChooseFiles on_chosen=move |list| pane.add(&list)>
                    {icon(Icon::Upload)}
                    {strings::add_files()}
                </ChooseFiles>
                <Show when=move || rows.with(|rows| rows.len() > 1)>
                    <button type="button" on:click=move |_| pane.download_all()>
                        {icon(Icon::Download)}
                        {strings::download_all()}
                    </button>
                </Show>
            </div>
            {move || {
                let why = unkept.get().map(|why| strings::not_kept(&why));
                why.map(|why| view! { <p class="output-note" role="alert">{why}</p> })
            }}
            {move || pane.problem.get().map(|why| view! { <p class="output-note" role="alert">{why}</p> })}
            {move || pane.undo.get().map(|undo| view! { <UndoLine undo=undo /> })}
            <Show
                when=move || !rows.with(Vec::is_empty)
                fallback=|| view! { <p class="work-files-none">{strings::no_files()}</p> }
            >
                <ul class="work-files-list" aria-label=strings::files()>
                    <For each=move || rows.get() key=|row| row.path.clone() let:facts>
                        <Row path=facts.path.clone() facts=Memo::new(move |_| pane.facts(&facts.path)) />
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
    fn of(path: &str, data: &Blob, versions: &HashMap<String, u32>) -> Self {
        Self { path: path.to_owned(), size: data.size(), version: versions.get(path).copied().unwrap_or_default() }
    }
}

impl Pane {
    fn here() -> Self {
        expect_context()
    }

    fn rows(self) -> Vec<Facts> {
        self.versions.with(|versions| {
            let all = self.files.get_value().all();
            all.iter().map(|(path, data)| Facts::of(path, data, versions)).collect()
        })
    }

    /// What a row shows; nothing of a file that has just gone.
    fn facts(self, path: &str) -> Option<Facts> {
        let data = self.files.get_value().get(path);
        self.versions.with(|versions| data.map(|data| Facts::of(path, &data, versions)))
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
                let _ = self.undo.try_set(Some(Undo {
                    words: strings::replaced(&names.join(", ")),
                    before,
                    takes_focus: false,
                }));
            }
            if !failed.is_empty() {
                let _ = self.problem.try_set(Some(failed.join(" ")));
            }
        });
    }

    fn delete(self, path: &str) {
        if let Some(old) = self.files.get_value().remove(path) {
            let undo =
                Undo { words: strings::deleted(&shown(path)), before: vec![(path.to_owned(), old)], takes_focus: true };
            self.undo.set(Some(undo));
        }
    }

    fn undo(self, undo: Undo) {
        self.undo.set(None);
        self.focus.set_value(undo.before.first().map(|(path, _)| path.clone()));
        let files = self.files.get_value();
        let put =
            |(path, data): (String, Blob)| files.put(path.clone(), data.clone()).err().map(|why| (why, path, data));
        let (mut before, mut failed) = (Vec::new(), Vec::new());
        for (why, path, data) in undo.before.into_iter().filter_map(put) {
            failed.push(why.to_string());
            before.push((path, data));
        }
        if !before.is_empty() {
            self.undo.set(Some(Undo { before, ..undo }));
        }
        self.told(if failed.is_empty() { Ok(()) } else { Err(failed.join(" ")) });
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
    for ((_, data), name) in all.iter().zip(archive_names(all.iter().map(|(path, _)| path.as_str()))) {
        let head = zip.begin(&name, &blob::bytes(data).await?);
        parts.push(blob::blob(&head, "")?.as_ref());
        parts.push(data);
    }
    parts.push(blob::blob(&zip.finish(), "")?.as_ref());
    blob::join(&parts, "application/zip")
}

/// What was done, with the way back. It takes the focus from a row that has gone.
#[component]
fn UndoLine(undo: Undo) -> impl IntoView {
    let pane = Pane::here();
    let button = NodeRef::<Button>::new();
    if undo.takes_focus {
        focus_when_there(button);
    }
    let words = undo.words.clone();
    view! {
        <p class="work-files-undo" role="status">
            <span id="work-files-undo" dir="auto">{words}</span>
            <button type="button" aria-describedby="work-files-undo" node_ref=button on:click=move |_| pane.undo(undo.clone())>
                {strings::undo()}
            </button>
        </p>
    }
}
