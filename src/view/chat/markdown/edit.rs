//! Code of a message that the person changes.

use super::code_tools::{code_of, run_edited, tools};
use super::piece::mount;
use super::sink::Page;
use crate::ids::MessageId;
use crate::state::client::User;
use crate::view::chat::run::is_python;
use crate::view::chat::store::ChatStore;
use crate::view::chat::strings;
use crate::view::common::code_field::{Code, CodeField, Hears, Kit};
use crate::view::common::focus::is_free;
use crate::web::codemirror::{self, Asked, CodeMirror, Leave};
use crate::web::js::element;
use gloo_timers::future::TimeoutFuture;
use leptos::html::Button;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// How often it is looked for a text that is made anew, and how long apart, in ms.
const SOON: u32 = 100;
const FRAME: u32 = 16;

/// Lets the person change the code, run it so, and save it in the message.
pub(super) fn edit(page: &Rc<Page>, figure: &Element, button: &Element) {
    if figure.get_attribute("data-language").is_none_or(|language| !is_python(&language)) {
        return open(page, figure, button, None);
    }
    let (page, figure, button) = (page.clone(), figure.clone(), button.clone());
    spawn_local(async move {
        let mirror = codemirror::load_soon().await;
        if figure.is_connected() {
            open(&page, &figure, &button, mirror);
        }
    });
}

fn open(page: &Rc<Page>, figure: &Element, button: &Element, mirror: Option<CodeMirror>) {
    let (Some(message), false) = (page.message.clone(), figure.class_list().contains("edited")) else { return };
    let Some(pre) = figure.query_selector(":scope > pre").ok().flatten() else { return };
    let _ = figure.class_list().add_1("edited");
    let tools = tools(page, figure);
    let old = code_of(figure);
    let host = element("div", "code-edit");
    let _ = figure.insert_before(&host, pre.next_sibling().as_ref());
    let number = same_before(figure, |code| code == old);
    let (store, code) = (page.store, tools.code);
    let place = Rc::new((page.clone(), figure.clone()));
    let run = {
        let place = place.clone();
        move || run_edited(&place.0, &place.1)
    };
    // They hold the view that calls this.
    let edited = Rc::downgrade(&tools);
    let (back, gone) = (button.clone(), host.clone());
    let close = move |is_saved: bool| {
        let figure = &place.1;
        let _ = figure.class_list().remove_1("edited");
        gone.remove();
        if let Some(back) = back.dyn_ref::<HtmlElement>() {
            let _ = back.focus();
        }
        // Not before what it has called has come to its end.
        let view = edited.upgrade().and_then(|tools| tools.edit.take());
        spawn_local(async move { drop(view) });
        if let Some(article) = figure.closest("article").ok().flatten().filter(|_| is_saved) {
            let new = code.get_untracked();
            // Equal blocks that come before it stay equal to it, unless it was changed.
            let number = same_before(figure, |code| code.trim_end() == new.trim_end());
            spawn_local(focus_saved(article, new, number));
        }
    };
    let field = tools.field;
    let view = mount(page, &host, move || {
        let (run, close) = (StoredValue::new_local(run), StoredValue::new_local(close));
        let does = Does {
            run: Callback::new(move |()| run.with_value(|run| run())),
            close: Callback::new(move |is_saved| close.with_value(|close| close(is_saved))),
        };
        let asked: Asked = Rc::new(move || store.kernel(&store.peek(|client| client.chat.id.clone())?));
        view! { <Edit store=store message=message.0 old=old number=number code=code field=field kit=Kit::new(mirror, asked) does=does /> }
    });
    tools.edit.replace(Some(view));
}

/// What the field does besides saving.
#[derive(Clone, Copy)]
struct Does {
    /// Runs what is in it.
    run: Callback<()>,
    /// Told whether it was saved.
    close: Callback<bool>,
}

/// The field, and what is done with what is in it. "Run" takes what is in it.
#[component]
fn Edit(
    store: ChatStore,
    message: MessageId,
    /// The code as the message has it, and how many blocks with the same come before.
    old: String,
    number: usize,
    code: RwSignal<String>,
    field: StoredValue<Code, LocalStorage>,
    kit: Kit,
    does: Does,
) -> impl IntoView {
    let failed = RwSignal::new(false);
    let old = StoredValue::new(old);
    let save_button = NodeRef::<Button>::new();
    let save = move |_| {
        let new = code.get_untracked();
        let changed =
            old.with_value(|old| store.peek(|client| client.chat.messages.get(&message)?.with_code(old, number, &new)));
        match changed {
            Some(text) => {
                does.close.run(true);
                store.user(User::Rewrite(message.clone(), text));
            }
            None => failed.set(true),
        }
    };
    let cancel = move || {
        code.set(old.get_value());
        does.close.run(false);
    };
    let leave = move || match save_button.get_untracked() {
        // What was written isn't thrown away by a key that leaves the code for the buttons.
        Some(button) if old.with_value(|old| code.with_untracked(|code| code != old)) => drop(button.focus()),
        _ => cancel(),
    };
    let hears = Hears {
        change: Callback::new(move |text| code.set(text)),
        run: Callback::new(move |_| does.run.run(())),
        leave: Callback::new(move |way| {
            if way == Leave::Out {
                leave();
            }
        }),
        focus: Callback::new(|()| ()),
        ready: Callback::new(move |()| field.get_value().focus()),
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            cancel();
        }
    };
    let source = code.get_untracked();
    view! {
        <CodeField kit=kit source=source label=strings::edit_code() placeholder="" code=field hears=hears />
        <Show when=move || failed.get()>
            <p class="message-error" role="alert">
                {strings::code_not_found()}
            </p>
        </Show>
        <div class="editor-buttons" on:keydown=on_key>
            <button type="button" on:click=move |_| cancel()>
                {strings::cancel()}
            </button>
            <button type="button" class="primary" node_ref=save_button on:click=save>
                {strings::save()}
            </button>
        </div>
    }
}

/// How many blocks of the message's own text with such code stand before this one.
fn same_before(figure: &Element, is_same: impl Fn(&str) -> bool) -> usize {
    let Some(article) = figure.closest("article").ok().flatten() else { return 0 };
    let before = editable(&article).into_iter().take_while(|other| !other.is_same_node(Some(figure)));
    before.filter(|other| is_same(&code_of(other))).count()
}

/// The blocks of a message whose code can be changed, which have a button for it.
fn editable(article: &Element) -> Vec<Element> {
    let Ok(all) = article.query_selector_all("figure.code-block [data-do=edit]") else { return Vec::new() };
    let figure = |at| all.item(at)?.dyn_into::<Element>().ok()?.closest("figure").ok().flatten();
    (0..all.length()).filter_map(figure).collect()
}

/// Gives the focus to the button of a block that was saved, once the text is there anew: this code, after so many others
/// with the same.
async fn focus_saved(article: Element, code: String, number: usize) {
    for _ in 0..SOON {
        TimeoutFuture::new(FRAME).await;
        let mut same = editable(&article).into_iter().filter(|figure| code_of(figure).trim_end() == code.trim_end());
        if let Some(button) = same.nth(number).and_then(|figure| figure.query_selector("[data-do=edit]").ok().flatten())
        {
            if let Some(button) = button.dyn_ref::<HtmlElement>().filter(|_| is_free()) {
                let _ = button.focus();
            }
            return;
        }
    }
}
