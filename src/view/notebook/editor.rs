//! The code of a cell: CodeMirror, or a plain text field where that could not be loaded.

use super::store::Page;
use super::strings;
use crate::ids::CellId;
use crate::state::notebook::{Command, Part, Then, Way};
use crate::web::codemirror::{CodeMirror, Editor, EditorOptions, Leave, RunKey};
use crate::web::kernel::Kernel;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::KeyboardEvent;

/// What editors are made with; provided by the page.
#[derive(Clone, Copy)]
pub(super) struct Kit {
    /// The editor's code, if it could be loaded.
    pub(super) mirror: StoredValue<Option<CodeMirror>, LocalStorage>,
    /// The kernel that they ask.
    pub(super) kernel: StoredValue<Kernel, LocalStorage>,
}

/// A cell's editor, once it is on the page.
#[derive(Clone, Default)]
pub(super) struct Code(Rc<RefCell<Option<Field>>>);

enum Field {
    Editor(Editor),
    Plain(web_sys::HtmlTextAreaElement),
}

impl Code {
    pub(super) fn set(&self, text: &str) {
        match &*self.0.borrow() {
            Some(Field::Editor(editor)) => editor.set_doc(text),
            Some(Field::Plain(field)) => field.set_value(text),
            None => {}
        }
    }

    pub(super) fn focus(&self) {
        match &*self.0.borrow() {
            Some(Field::Editor(editor)) => editor.focus(),
            // It throws for elements that can't have the focus.
            Some(Field::Plain(field)) => drop(field.focus()),
            None => {}
        }
    }

    pub(super) fn go_to_line(&self, line: u32) {
        match &*self.0.borrow() {
            Some(Field::Editor(editor)) => editor.go_to_line(line),
            _ => self.focus(),
        }
    }

    fn set_label(&self, label: &str) {
        if let Some(Field::Editor(editor)) = &*self.0.borrow() {
            editor.set_label(label);
        }
    }
}

fn run(page: Page, id: &CellId, key: RunKey) {
    let then = match key {
        RunKey::Next => Then::Next,
        RunKey::Stay => Then::Stay,
        RunKey::Insert => Then::Insert,
    };
    page.dispatch(Command::Run(id.clone(), then));
}

/// The editor. `on_escape` is called when the user wants to leave it, `on_ready` when it can be used.
#[component]
pub(super) fn CodeView(
    id: CellId,
    source: String,
    #[prop(into)] label: Signal<String>,
    code: StoredValue<Code, LocalStorage>,
    on_escape: impl Fn() + Copy + Send + 'static,
    on_ready: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let plain = RwSignal::new(expect_context::<Kit>().mirror.with_value(Option::is_none));
    let field = move || {
        let (id, source) = (id.clone(), source.clone());
        if plain.get() {
            return view! { <PlainView id=id source=source label=label code=code on_escape=on_escape on_ready=on_ready /> }
                .into_any();
        }
        view! { <MirrorView plain=plain id=id source=source label=label code=code on_escape=on_escape on_ready=on_ready /> }
            .into_any()
    };
    view! { {field} }
}

#[component]
fn MirrorView(
    /// To be set if the editor can't be made.
    plain: RwSignal<bool>,
    id: CellId,
    source: String,
    label: Signal<String>,
    code: StoredValue<Code, LocalStorage>,
    on_escape: impl Fn() + Copy + 'static,
    on_ready: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let kit = expect_context::<Kit>();
    let page = Page::here();
    let place = NodeRef::<Div>::new();
    let id = StoredValue::new(id);
    Effect::new(move |_| {
        let Some(place) = place.get() else { return };
        let options = EditorOptions {
            doc: &source,
            label: &label.get_untracked(),
            placeholder: strings::python_code(),
            on_change: Box::new(move |text| page.dispatch(Command::Edit(id.get_value(), text))),
            on_run: Box::new(move |key| run(page, &id.get_value(), key)),
            on_leave: Box::new(move |leave| match leave {
                Leave::Up => page.dispatch(Command::Go(id.get_value(), Way::Up, Part::Editor)),
                Leave::Down => page.dispatch(Command::Go(id.get_value(), Way::Down, Part::Editor)),
                Leave::Out => on_escape(),
            }),
            on_focus: Box::new(move || page.dispatch(Command::Select(id.get_value()))),
            kernel: kit.kernel.get_value(),
        };
        let made = kit.mirror.with_value(|mirror| mirror.as_ref()?.create(&place, options).ok());
        match made {
            Some(editor) => {
                *code.get_value().0.borrow_mut() = Some(Field::Editor(editor));
                on_ready();
            }
            None => plain.set(true),
        }
    });
    Effect::new(move |_| {
        let label = label.get();
        code.get_value().set_label(&label);
    });
    on_cleanup(move || {
        // Taken out first: an editor that goes may call back.
        let field = code.get_value().0.borrow_mut().take();
        drop(field);
    });
    view! { <div class="cell-code" node_ref=place></div> }
}

#[component]
fn PlainView(
    id: CellId,
    source: String,
    label: Signal<String>,
    code: StoredValue<Code, LocalStorage>,
    on_escape: impl Fn() + Copy + 'static,
    on_ready: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let page = Page::here();
    let field = NodeRef::<Textarea>::new();
    let id = StoredValue::new(id);
    let rows = RwSignal::new(source.lines().count());
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            *code.get_value().0.borrow_mut() = Some(Field::Plain(field));
            on_ready();
        }
    });
    let on_input = move |event| {
        let text: String = event_target_value(&event);
        rows.set(text.lines().count());
        page.dispatch(Command::Edit(id.get_value(), text));
    };
    let on_key = move |event: KeyboardEvent| {
        let key = match (event.key().as_str(), event.shift_key(), event.ctrl_key() || event.meta_key(), event.alt_key())
        {
            ("Escape", ..) => return on_escape(),
            ("Enter", true, ..) => RunKey::Next,
            ("Enter", _, true, _) => RunKey::Stay,
            ("Enter", _, _, true) => RunKey::Insert,
            _ => return,
        };
        event.prevent_default();
        run(page, &id.get_value(), key);
    };
    view! {
        <textarea
            class="cell-code plain"
            node_ref=field
            aria-label=move || label.get()
            placeholder=strings::python_code()
            rows=move || (rows.get() + 1).clamp(2, 40).to_string()
            spellcheck="false"
            autocapitalize="off"
            on:input=on_input
            on:keydown=on_key
            prop:value=source
        ></textarea>
    }
}
