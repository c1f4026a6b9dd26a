//! What the buttons of a code block do.

use super::line;
use super::piece::{Mounted, mount};
use super::sink::Page;
use crate::view::chat::run::{RunButton, RunOutput, Running, is_python};
use crate::view::chat::strings;
use crate::view::common::code_field::Code;
use crate::web::js::{attributes, element};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A block whose code can be run or was edited.
pub(super) struct Tools {
    pub(super) figure: Element,
    /// Its code, as it is now.
    pub(super) code: RwSignal<String>,
    /// The field that it is changed in, while there is one.
    pub(super) field: StoredValue<Code, LocalStorage>,
    pub(super) edit: RefCell<Option<Mounted>>,
    running: Running,
}

impl Tools {
    /// Brings a line of the code into view, where it is being written or where it stands.
    fn show_line(&self, line: u32) {
        if self.figure.class_list().contains("collapsed")
            && let Ok(Some(button)) = self.figure.query_selector("[data-do=collapse]")
        {
            collapse(&self.figure, &button);
        }
        match self.figure.class_list().contains("edited") {
            true => self.field.get_value().go_to_line(line),
            false => line::show(&self.figure, line),
        }
    }
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
pub(super) fn tools(page: &Page, figure: &Element) -> Rc<Tools> {
    known(page, figure).unwrap_or_else(|| {
        let made = page.owner.with(|| {
            let code = RwSignal::new(code_of(figure));
            let field = StoredValue::new_local(Code::default());
            Rc::new(Tools {
                figure: figure.clone(),
                code,
                field,
                edit: RefCell::default(),
                running: Running::of(code.into()),
            })
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
    let running = ready_to_run(page, figure);
    page.owner.with(|| running.press());
    let button = figure.query_selector(".code-tools .run").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        // It throws only where there is no page.
        let _ = button.focus();
    }
}

/// Runs the code of a block as it is being written, unless it runs already: the focus stays there.
pub(super) fn run_edited(page: &Rc<Page>, figure: &Element) {
    if figure.get_attribute("data-language").is_some_and(|language| is_python(&language)) {
        let running = ready_to_run(page, figure);
        page.owner.with(|| running.start());
    }
}

fn ready_to_run(page: &Rc<Page>, figure: &Element) -> Running {
    if let Some(view) = show_run(page, figure) {
        page.kept.borrow_mut().push(view);
    }
    tools(page, figure).running
}

/// Puts a button that runs and stops in the place of the plain one, and the output below. None if it is there already.
fn show_run(page: &Rc<Page>, figure: &Element) -> Option<Mounted> {
    let plain = figure.query_selector("[data-do=run]").ok().flatten()?;
    let tools = tools(page, figure);
    let running = tools.running;
    let (host, output) = (element("span", "run-host"), element("div", "run-host"));
    plain.replace_with_with_node_1(&host).ok()?;
    figure.append_child(&output).ok()?;
    let button = mount(page, &host, move || view! { <RunButton running=running /> });
    let output = mount(page, &output, move || {
        let tools = StoredValue::new_local(tools);
        let on_line = Callback::new(move |line| tools.with_value(|tools| tools.show_line(line)));
        view! { <RunOutput running=running on_line=on_line /> }
    });
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
