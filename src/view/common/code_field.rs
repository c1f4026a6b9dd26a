//! A field for code: CodeMirror, or a plain text field where that could not be loaded.

use crate::web::codemirror::{Asked, CodeMirror, Editor, EditorOptions, Leave, RunKey};
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::KeyboardEvent;

/// What fields are made with.
#[derive(Clone, Copy)]
pub struct Kit {
    /// The editor's code, if it could be loaded.
    pub mirror: StoredValue<Option<CodeMirror>, LocalStorage>,
    /// The kernel that it asks.
    pub asked: StoredValue<Asked, LocalStorage>,
}

impl Kit {
    /// Fields of this editor, which ask this kernel.
    pub fn new(mirror: Option<CodeMirror>, asked: Asked) -> Self {
        Self { mirror: StoredValue::new_local(mirror), asked: StoredValue::new_local(asked) }
    }
}

/// A field, once it is on the page.
#[derive(Clone, Default)]
pub struct Code(Rc<RefCell<Option<Field>>>);

enum Field {
    Editor(Editor),
    Plain(web_sys::HtmlTextAreaElement),
}

impl Code {
    /// Puts other text in place of all that is there; not told back.
    pub fn set(&self, text: &str) {
        match &*self.0.borrow() {
            Some(Field::Editor(editor)) => editor.set_doc(text),
            Some(Field::Plain(field)) => field.set_value(text),
            None => {}
        }
    }

    /// Puts the cursor into it.
    pub fn focus(&self) {
        match &*self.0.borrow() {
            Some(Field::Editor(editor)) => editor.focus(),
            // It throws for elements that can't have the focus.
            Some(Field::Plain(field)) => drop(field.focus()),
            None => {}
        }
    }

    /// Selects a line, counted from 1, and shows it, as far as the field can.
    pub fn go_to_line(&self, line: u32) {
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

/// What a field tells.
#[derive(Clone, Copy)]
pub struct Hears {
    /// The whole text, after each change by the person.
    pub change: Callback<String>,
    /// The keys that run code.
    pub run: Callback<RunKey>,
    /// The person wants to go elsewhere.
    pub leave: Callback<Leave>,
    /// It got the focus.
    pub focus: Callback<()>,
    /// It can be used.
    pub ready: Callback<()>,
}

/// The field.
#[component]
pub fn CodeField(
    /// What it is made with.
    kit: Kit,
    /// The text to begin with.
    source: String,
    /// What assistive technology calls it.
    #[prop(into)]
    label: Signal<String>,
    /// Shown while it is empty.
    placeholder: &'static str,
    /// Set to the field.
    code: StoredValue<Code, LocalStorage>,
    /// What it tells.
    hears: Hears,
) -> impl IntoView {
    let plain = RwSignal::new(kit.mirror.with_value(Option::is_none));
    let source = StoredValue::new(source);
    let field = move || {
        match plain.get() {
        true => view! { <Plain source=source label=label placeholder=placeholder code=code hears=hears /> }.into_any(),
        false => view! { <Mirror kit=kit plain=plain source=source label=label placeholder=placeholder code=code hears=hears /> }
            .into_any(),
    }
    };
    on_cleanup(move || {
        // Taken out first: an editor that goes may call back.
        let field = code.get_value().0.borrow_mut().take();
        drop(field);
    });
    view! { {field} }
}

#[component]
fn Mirror(
    kit: Kit,
    /// To be set if the editor can't be made.
    plain: RwSignal<bool>,
    source: StoredValue<String>,
    label: Signal<String>,
    placeholder: &'static str,
    code: StoredValue<Code, LocalStorage>,
    hears: Hears,
) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    Effect::new(move |_| {
        let Some(place) = place.get() else { return };
        let options = EditorOptions {
            doc: &source.get_value(),
            label: &label.get_untracked(),
            placeholder,
            on_change: Box::new(move |text| hears.change.run(text)),
            on_run: Box::new(move |key| hears.run.run(key)),
            on_leave: Box::new(move |leave| hears.leave.run(leave)),
            on_focus: Box::new(move || hears.focus.run(())),
            asked: kit.asked.get_value(),
        };
        let made = kit.mirror.with_value(|mirror| mirror.as_ref()?.create(&place, options).ok());
        match made {
            Some(editor) => {
                *code.get_value().0.borrow_mut() = Some(Field::Editor(editor));
                hears.ready.run(());
            }
            None => plain.set(true),
        }
    });
    Effect::new(move |_| {
        let label = label.get();
        code.get_value().set_label(&label);
    });
    view! { <div class="code-field" node_ref=place></div> }
}

#[component]
fn Plain(
    source: StoredValue<String>,
    label: Signal<String>,
    placeholder: &'static str,
    code: StoredValue<Code, LocalStorage>,
    hears: Hears,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let source = source.get_value();
    let rows = RwSignal::new(source.lines().count());
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            *code.get_value().0.borrow_mut() = Some(Field::Plain(field));
            hears.ready.run(());
        }
    });
    let on_input = move |event| {
        let text: String = event_target_value(&event);
        rows.set(text.lines().count());
        hears.change.run(text);
    };
    let on_key = move |event: KeyboardEvent| {
        let key = match (event.key().as_str(), event.shift_key(), event.ctrl_key() || event.meta_key(), event.alt_key())
        {
            ("Escape", ..) => {
                event.prevent_default();
                return hears.leave.run(Leave::Out);
            }
            ("Enter", true, ..) => RunKey::Next,
            ("Enter", _, true, _) => RunKey::Stay,
            ("Enter", _, _, true) => RunKey::Insert,
            _ => return,
        };
        event.prevent_default();
        hears.run.run(key);
    };
    view! {
        <textarea
            class="code-field plain"
            node_ref=field
            aria-label=move || label.get()
            placeholder=placeholder
            rows=move || (rows.get() + 1).clamp(2, 40).to_string()
            spellcheck="false"
            autocapitalize="off"
            on:input=on_input
            on:focus=move |_| hears.focus.run(())
            on:keydown=on_key
            prop:value=source
        ></textarea>
    }
}
