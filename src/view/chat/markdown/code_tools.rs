//! What the buttons of a code block do.

use super::edit::Edit;
use super::piece::{Mounted, mount};
use super::sink::Page;
use crate::view::chat::run::{RunButton, RunOutput, Running};
use crate::view::chat::strings;
use crate::web::js;
use crate::web::js::{attributes, element};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// How often it is looked for a text that is made anew, and how long apart, in ms.
const SOON: u32 = 100;
const FRAME: u32 = 16;

/// A block whose code can be run or was edited.
pub(super) struct Tools {
    pub(super) figure: Element,
    /// Its code, as it is now.
    pub(super) code: RwSignal<String>,
    running: Running,
}

/// The code of a block as the person has it: what is being written in its field counts.
pub(super) fn code_now(page: &Page, figure: &Element) -> String {
    let is_edited = figure.class_list().contains("edited");
    let edited = if is_edited { known(page, figure).map(|tools| tools.code.get_untracked()) } else { None };
    edited.unwrap_or_else(|| code_of(figure))
}

/// The code of a block.
pub(super) fn code_of(figure: &Element) -> String {
    let code = figure.query_selector("pre > code").ok().flatten();
    code.and_then(|code| code.text_content()).unwrap_or_default()
}

fn known(page: &Page, figure: &Element) -> Option<Rc<Tools>> {
    page.tools.borrow().iter().find(|tools| tools.figure.is_same_node(Some(figure))).cloned()
}

/// The code of a block is whole: it may have been run before that.
pub(super) fn closed(page: &Page, figure: &Element, code: &str) {
    if let Some(tools) = known(page, figure) {
        tools.code.set(code.to_owned());
    }
}

/// The tools of a block, made when they are first needed.
fn tools(page: &Rc<Page>, figure: &Element) -> Rc<Tools> {
    known(page, figure).unwrap_or_else(|| {
        let made = page.owner.with(|| {
            let code = RwSignal::new(code_of(figure));
            Rc::new(Tools { figure: figure.clone(), code, running: Running::of(code.into()) })
        });
        page.tools.borrow_mut().push(made.clone());
        made
    })
}

/// Code that ran before has its output again.
pub(super) fn again(page: &Rc<Page>, figure: &Element, code: &str) -> Option<Mounted> {
    let message = page.message.as_ref()?;
    let has_run = page.store.peek(|client| client.runs.place_of(&message.0, code).is_some());
    has_run.then(|| show_run(page, figure)).flatten()
}

/// Runs the code of a block: the button becomes one that stops, too, and the output comes below.
pub(super) fn run(page: &Rc<Page>, figure: &Element) {
    if let Some(view) = show_run(page, figure) {
        page.kept.borrow_mut().push(view);
    }
    let running = tools(page, figure).running;
    page.owner.with(|| running.press());
    let button = figure.query_selector(".code-tools .run").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        // It throws only where there is no page.
        let _ = button.focus();
    }
}

/// Puts a button that runs and stops in the place of the plain one, and the output below. None if it is there already.
fn show_run(page: &Rc<Page>, figure: &Element) -> Option<Mounted> {
    let plain = figure.query_selector("[data-do=run]").ok().flatten()?;
    let running = tools(page, figure).running;
    let (host, output) = (element("span", "run-host"), element("div", "run-host"));
    plain.replace_with_with_node_1(&host).ok()?;
    figure.append_child(&output).ok()?;
    let button = mount(page, &host, move || view! { <RunButton running=running /> });
    let output = mount(page, &output, move || view! { <RunOutput running=running /> });
    Some(Mounted::both(button, output))
}

/// Hides the code, or shows it again.
pub(super) fn collapse(figure: &Element, button: &Element) {
    let is_open = button.get_attribute("aria-expanded").as_deref() == Some("true");
    let lines = button.get_attribute("data-lines").and_then(|lines| lines.parse().ok()).unwrap_or(0);
    attributes(button, &[("aria-expanded", if is_open { "false" } else { "true" })]);
    button.set_text_content(Some(if is_open { strings::expand() } else { strings::collapse() }));
    // They throw for names that are none.
    let _ = figure.class_list().toggle_with_force("collapsed", is_open);
    let note = figure.query_selector(":scope > .code-hidden").ok().flatten();
    match note {
        Some(note) if !is_open => note.remove(),
        None if is_open => {
            let note = element("p", "code-hidden");
            note.set_text_content(Some(&strings::hidden_lines(lines)));
            let _ = figure.append_child(&note);
        }
        _ => {}
    }
}

/// Lets the person change the code, run it so, and save it in the message.
pub(super) fn edit(page: &Rc<Page>, figure: &Element, button: &Element) {
    let (Some(message), false) = (page.message.clone(), figure.class_list().contains("edited")) else { return };
    let _ = figure.class_list().add_1("edited");
    let tools = tools(page, figure);
    let old = code_of(figure);
    let host = element("div", "code-edit");
    let Some(pre) = figure.query_selector(":scope > pre").ok().flatten() else { return };
    let _ = figure.insert_before(&host, pre.next_sibling().as_ref());
    let number = same_before(figure, &old);
    let (code, store) = (tools.code, page.store);
    let (place, back, gone) = (figure.clone(), button.clone(), host.clone());
    let article = figure.closest("article").ok().flatten();
    let close = move |is_saved: bool| {
        let _ = place.class_list().remove_1("edited");
        gone.remove();
        if let Some(back) = back.dyn_ref::<HtmlElement>() {
            let _ = back.focus();
        }
        if let Some(article) = article.clone().filter(|_| is_saved) {
            let new = code.get_untracked();
            // Equal blocks that come before it stay equal to it, unless it was changed.
            let before = editable(&article).into_iter().take_while(|other| !other.is_same_node(Some(&place)));
            let number = before.filter(|other| code_of(other).trim_end() == new.trim_end()).count();
            spawn_local(focus_saved(article, new, number));
        }
    };
    let close = StoredValue::new_local(close);
    let view = mount(page, &host, move || {
        view! {
            <Edit store=store message=message.0 old=old number=number code=code close=Callback::new(move |is_saved| close.with_value(|close| close(is_saved))) />
        }
    });
    page.kept.borrow_mut().push(view);
}

/// How many blocks of the message's own text with the same code stand before this one.
fn same_before(figure: &Element, code: &str) -> usize {
    let Some(article) = figure.closest("article").ok().flatten() else { return 0 };
    let all = editable(&article).into_iter().filter(|other| code_of(other) == code);
    all.take_while(|other| !other.is_same_node(Some(figure))).count()
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
            let is_free = js::document().active_element().is_none_or(|active| active.tag_name() == "BODY");
            if let Some(button) = button.dyn_ref::<HtmlElement>().filter(|_| is_free) {
                let _ = button.focus();
            }
            return;
        }
    }
}

/// Waiting for the person to select something else.
pub(super) mod is_selected {
    use crate::web::js;
    use crate::web::listen::listen;
    use std::cell::Cell;
    use std::rc::Rc;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::Element;

    /// Resolves once nothing in the element is selected: what is replaced would not be any more.
    pub(in super::super) async fn no_more(element: &Element) {
        while holds_selection(element) {
            let mut resolve = None;
            let changed = js_sys::Promise::new(&mut |done, _| resolve = Some(done));
            let _listener = listen(&js::document(), "selectionchange", move |_: web_sys::Event| {
                if let Some(resolve) = &resolve {
                    let _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
                }
            });
            // It never fails.
            let _ = JsFuture::from(changed).await;
        }
    }

    fn holds_selection(element: &Element) -> bool {
        let selection = js::window().get_selection().ok().flatten().filter(|_| is_anything());
        selection.is_some_and(|selection| {
            selection.contains_node_with_allow_partial_containment(element, true).unwrap_or(false)
        })
    }

    /// Whether anything is selected on the page, as it was last told: to ask is to have it laid out.
    fn is_anything() -> bool {
        fn now() -> bool {
            js::window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed())
        }
        thread_local! {
            static IS_ANY: Rc<Cell<bool>> = {
                let is_any = Rc::new(Cell::new(now()));
                let told = is_any.clone();
                // As long as the page is there.
                listen(&js::document(), "selectionchange", move |_: web_sys::Event| told.set(now())).forget();
                is_any
            };
        }
        IS_ANY.with(|is_any| is_any.get())
    }
}
