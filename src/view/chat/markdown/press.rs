//! One listener for all buttons of a text: they say by `data-do` what they do.

use super::sink::Page;
use super::{code_tools, edit, table};
use crate::view::chat::strings;
use crate::web::clipboard;
use crate::web::js::attributes;
use crate::web::listen::{self, Listener};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::Callable;
use leptos::task::spawn_local;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// How long a button says what it did, in ms.
const SAYS: u32 = 2_000;

pub(super) fn listen(root: &HtmlElement, page: Rc<Page>) -> Listener {
    listen::listen(root, "click", move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("button[data-do]").ok().flatten());
        if let Some(button) = button {
            press(&page, &button);
        }
    })
}

fn press(page: &Rc<Page>, button: &Element) {
    let figure = button.closest("figure").ok().flatten();
    let does = button.get_attribute("data-do").unwrap_or_default();
    match (does.as_str(), figure) {
        ("copy", Some(figure)) => copy(button, &code_tools::code_now(page, &figure)),
        ("run", Some(figure)) => code_tools::run(page, &figure),
        ("edit", Some(figure)) => edit::edit(page, &figure, button),
        ("collapse", Some(figure)) => code_tools::collapse(&figure, button),
        ("source", Some(figure)) => {
            // It throws for names that are none.
            let is_shown = figure.class_list().toggle("shows-source").unwrap_or_default();
            attributes(button, &[("aria-expanded", if is_shown { "true" } else { "false" })]);
        }
        ("preview", Some(figure)) => {
            if let Some(preview) = page.preview {
                let language = figure.get_attribute("data-language").unwrap_or_default();
                preview.0.run((language, code_tools::code_of(&figure)));
            }
        }
        ("copy-table", Some(figure)) => copy(button, &crate::markdown::tabbed(&table::words(&figure))),
        ("save-table", Some(figure)) => {
            if let Err(why) = table::save(&figure) {
                page.store.user(crate::state::client::User::Warn(why));
            }
        }
        ("cite", _) => {
            let number = button.get_attribute("data-number").and_then(|number| number.parse().ok());
            if let (Some(open), Some(number)) = (page.citations, number) {
                open.open.run(number);
            }
        }
        ("note", _) => {
            let number = button.get_attribute("data-note").unwrap_or_default();
            go_to(button, &format!("[data-note-text=\"{number}\"]"));
        }
        ("note-back", _) => {
            let note = button.closest("[data-note-text]").ok().flatten();
            let number = note.and_then(|note| note.get_attribute("data-note-text")).unwrap_or_default();
            go_to(button, &format!("[data-note=\"{number}\"]"));
        }
        _ => {}
    }
}

/// Takes the reader, and the focus, to another place of the same text. The numbers in it are ours.
fn go_to(from: &Element, selector: &str) {
    let root = from.closest(".markdown").ok().flatten();
    let place = root.and_then(|root| root.query_selector(selector).ok().flatten());
    if let Some(place) = place.and_then(|place| place.dyn_into::<HtmlElement>().ok()) {
        // It throws only where there is no page. The focus brings it into view.
        let _ = place.focus();
    }
}

/// Copies a text; the button says so for a moment.
fn copy(button: &Element, text: &str) {
    let (button, text) = (button.clone(), text.to_owned());
    spawn_local(async move {
        let is_done = clipboard::write(&text).await;
        button.set_text_content(Some(if is_done { strings::copied() } else { strings::not_copied() }));
        TimeoutFuture::new(SAYS).await;
        button.set_text_content(Some(strings::copy()));
    });
}
