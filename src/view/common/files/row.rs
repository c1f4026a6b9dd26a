//! One file: its name, which shows what is in it, and what can be done to it.

use super::super::focus::{focus_when_there, is_free};
use super::super::icon::{Icon, icon};
use super::super::progress::bytes;
use super::super::strings;
use super::preview::Preview;
use super::{Facts, Pane};
use crate::file_name::clean;
use crate::state::files::{name, renamed, shown};
use crate::web::blob;
use leptos::html::{Button, Input};
use leptos::prelude::*;
use web_sys::{Blob, KeyboardEvent, SubmitEvent};

#[component]
pub(super) fn Row(path: String, facts: Memo<Option<Facts>>) -> impl IntoView {
    let pane = Pane::here();
    let called = shown(&path);
    let is_renaming = RwSignal::new(false);
    let main = NodeRef::<Button>::new();
    if pane.focus.with_value(|wanted| wanted.as_ref() == Some(&path)) {
        pane.focus.set_value(None);
        focus_when_there(main);
    }
    let path = StoredValue::new(path);
    let is_open = move || pane.open.with(|open| path.with_value(|path| open.as_ref() == Some(path)));
    let toggle = move |_| {
        let next = (!is_open()).then(|| path.get_value());
        pane.open.set(next);
    };
    let data = move || path.with_value(|path| pane.files.get_value().get(path));
    let download = move || {
        if let Some(data) = data() {
            let saved = blob::hand_out(&path.with_value(|path| clean(name(path))), &data);
            pane.told(saved.map_err(|error| error.to_string()));
        }
    };
    let attach = move |attach: Callback<(String, Blob)>| {
        if let Some(data) = data() {
            attach.run((path.with_value(|path| clean(name(path))), data));
        }
    };
    let tool = |what: Icon, words: &str, act: Callback<()>| tool(what, format!("{words}: {called}"), act);
    let tools = [
        Some(tool(Icon::Download, strings::download(), Callback::new(move |()| download()))),
        pane.attach.map(|call| tool(Icon::Attach, strings::attach(), Callback::new(move |()| attach(call)))),
        Some(tool(Icon::Edit, strings::rename(), Callback::new(move |()| is_renaming.set(true)))),
        Some(tool(Icon::Delete, strings::delete(), Callback::new(move |()| path.with_value(|path| pane.delete(path))))),
    ];
    let title = StoredValue::new(called.clone());
    let head = move || match is_renaming.get() {
        true => view! { <NewName path=path is_renaming=is_renaming main=main /> }.into_any(),
        false => view! {
            <button
                type="button"
                class="quiet work-file"
                aria-expanded=move || is_open().to_string()
                node_ref=main
                on:click=toggle
            >
                <span class="work-file-name" dir="auto">{title.get_value()}</span>
                <small>{move || facts.with(|facts| facts.as_ref().map(|facts| bytes(facts.size)))}</small>
            </button>
        }
        .into_any(),
    };
    let preview = move || {
        // Another version is another look.
        facts.track();
        let data = is_open().then(data).flatten();
        data.map(|data| view! { <Preview name=path.with_value(|path| name(path).to_owned()) data=data /> }.into_any())
    };
    view! {
        <li>
            {head}
            <span class="work-file-tools">{tools.into_iter().flatten().collect::<Vec<_>>()}</span>
            {preview}
        </li>
    }
    .into_any()
}

/// A button that shows what it does by a drawing.
fn tool(what: Icon, name: String, act: Callback<()>) -> AnyView {
    view! {
        <button type="button" class="quiet" aria-label=name.clone() title=name on:click=move |_| act.run(())>
            {icon(what)}
        </button>
    }
    .into_any()
}

/// The field for another name, in place of the old one. Escape leaves all as it was.
#[component]
fn NewName(path: StoredValue<String>, is_renaming: RwSignal<bool>, main: NodeRef<Button>) -> impl IntoView {
    let pane = Pane::here();
    let field = NodeRef::<Input>::new();
    focus_when_there(field);
    let leave = move || {
        is_renaming.set(false);
        request_animation_frame(move || {
            // The person may be somewhere else by then.
            if let Some(main) = main.get_untracked().filter(|_| is_free()) {
                let _ = main.focus();
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if typed.trim().is_empty() {
            return leave();
        }
        let to = path.with_value(|path| renamed(path, &typed));
        pane.focus.set_value(Some(to.clone()));
        let result = path.with_value(|path| pane.files.get_value().rename(path, to.clone()));
        if result.is_err() || path.with_value(|path| *path == to) {
            pane.focus.set_value(None);
            leave();
        }
        pane.told(result.map_err(|error| error.to_string()));
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            // It belongs to the field, not to the panel.
            event.prevent_default();
            leave();
        }
    };
    view! {
        <form class="work-file-form" on:submit=submit on:keydown=on_key>
            <input
                aria-label=strings::new_name()
                autocomplete="off"
                spellcheck="false"
                value=path.with_value(|path| name(path).to_owned())
                node_ref=field
            />
            <button type="submit">{strings::rename()}</button>
        </form>
    }
}
