//! Fields to be filled in, for all questions. They keep their elements while a question is open, so that neither the
//! caret nor the focus moves; what is filled in is told to the state at once.

use super::strings;
use crate::protocol::chat::question::{Choice, Entry, Field, FieldKind};
use leptos::html::Div;
use leptos::prelude::*;
use std::cell::Cell;
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Hears what is filled into which field.
pub(super) type OnFill = Callback<(usize, Entry)>;

/// The fields, with what is in them at first.
#[component]
pub(super) fn Fields(
    fields: Vec<Field>,
    entries: Vec<Entry>,
    on_fill: OnFill,
    /// What is wrong with which.
    #[prop(into)]
    problem: Signal<Option<(usize, String)>>,
) -> impl IntoView {
    let mut entries = entries.into_iter();
    fields
        .into_iter()
        .enumerate()
        .map(|(number, field)| {
            let entry = entries.next().unwrap_or_else(|| field.value.clone());
            let wrong = move || {
                problem.with(|problem| problem.as_ref().filter(|(at, _)| *at == number).map(|(_, why)| why.clone()))
            };
            let name = unique("field");
            let (help_id, problem_id) = (format!("{name}-help"), format!("{name}-problem"));
            let help = field.help.clone();
            let required = field.required;
            let place = NodeRef::<Div>::new();
            let described = format!("{help_id} {problem_id}");
            Effect::new(move |_| {
                let wrong = wrong().is_some();
                let control =
                    place.get().and_then(|place| place.query_selector("input, textarea, select").ok().flatten());
                let Some(control) = control.and_then(|control| control.dyn_into::<HtmlElement>().ok()) else { return };
                // They throw for bad names only.
                let _ = control.set_attribute("aria-describedby", &described);
                let _ = control.set_attribute("aria-required", if required { "true" } else { "false" });
                let _ = control.set_attribute("aria-invalid", if wrong { "true" } else { "false" });
                if wrong {
                    let _ = control.focus();
                }
            });
            view! {
                <div class="form-field" node_ref=place>
                    {one(number, field, entry, on_fill)}
                    <span class="field-help" dir="auto" id=help_id>
                        {help}
                    </span>
                    <span class="field-problem" role="alert" id=problem_id>
                        {wrong}
                    </span>
                </div>
            }
        })
        .collect_view()
}

fn one(number: usize, field: Field, entry: Entry, on_fill: OnFill) -> AnyView {
    let Field { label, placeholder, kind, .. } = field;
    let text = match &entry {
        Entry::Text(text) => text.clone(),
        _ => String::new(),
    };
    let type_in = move |event| on_fill.run((number, Entry::Text(event_target_value(&event))));
    match kind {
        FieldKind::Lines => view! {
            <label class="field">
                <span dir="auto">{label}</span>
                <textarea rows="3" dir="auto" placeholder=placeholder prop:value=text on:input=type_in></textarea>
            </label>
        }
        .into_any(),
        FieldKind::Line | FieldKind::Number { .. } => view! {
            <label class="field">
                <span dir="auto">{label}</span>
                <input
                    type="text"
                    dir="auto"
                    inputmode=matches!(kind, FieldKind::Number { .. }).then_some("decimal")
                    autocomplete="off"
                    placeholder=placeholder
                    prop:value=text
                    on:input=type_in
                />
            </label>
        }
        .into_any(),
        FieldKind::Secret => {
            view! { <Secret label=label placeholder=placeholder text=text number=number on_fill=on_fill /> }.into_any()
        }
        FieldKind::Flag => view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=entry == Entry::Flag(true)
                    on:change=move |event| on_fill.run((number, Entry::Flag(event_target_checked(&event))))
                />
                <span dir="auto">{label}</span>
            </label>
        }
        .into_any(),
        FieldKind::Pick { choices, other: false } => select(number, label, choices, &entry, on_fill),
        FieldKind::Pick { choices, other: true } => {
            view! { <Radios label=label choices=choices entry=entry number=number on_fill=on_fill /> }.into_any()
        }
        FieldKind::Picks(choices) => {
            view! { <Checks label=label choices=choices entry=entry number=number on_fill=on_fill /> }.into_any()
        }
    }
}

/// What must not be read over a shoulder.
#[component]
fn Secret(label: String, placeholder: String, text: String, number: usize, on_fill: OnFill) -> impl IntoView {
    let shown = RwSignal::new(false);
    view! {
        <div class="secret">
            <label class="field">
                <span dir="auto">{label}</span>
                <input
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=placeholder
                    prop:value=text
                    on:input=move |event| on_fill.run((number, Entry::Text(event_target_value(&event))))
                />
            </label>
            <button type="button" on:click=move |_| shown.update(|shown| *shown = !*shown)>
                {move || if shown.get() { strings::hide_value() } else { strings::show_value() }}
            </button>
        </div>
    }
}

fn select(number: usize, label: String, choices: Vec<Choice>, entry: &Entry, on_fill: OnFill) -> AnyView {
    let picked = match entry {
        Entry::Picked(picked) => picked.first().copied(),
        _ => None,
    };
    let options = choices.into_iter().enumerate().map(|(at, choice)| {
        view! {
            <option value=at.to_string() selected=picked == Some(at)>
                {choice.label}
            </option>
        }
    });
    let pick = move |event| {
        let picked: Option<usize> = event_target_value(&event).parse().ok();
        on_fill.run((number, Entry::Picked(picked.into_iter().collect())));
    };
    view! {
        <label class="field">
            <span dir="auto">{label}</span>
            <select on:change=pick>
                <option value="" selected=picked.is_none()></option>
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// A name that nothing else on the page has. By it radio buttons find their group, and words their field.
fn unique(kind: &str) -> String {
    thread_local! {
        static NAMES: Cell<u32> = const { Cell::new(0) };
    }
    NAMES.set(NAMES.get() + 1);
    format!("{kind}-{}", NAMES.get())
}

/// One of several, or something else.
#[component]
fn Radios(label: String, choices: Vec<Choice>, entry: Entry, number: usize, on_fill: OnFill) -> impl IntoView {
    let (first, written) = match entry {
        Entry::Picked(picked) => (picked.first().copied(), String::new()),
        Entry::Text(text) => (None, text),
        Entry::Flag(_) => (None, String::new()),
    };
    let picked = RwSignal::new(first);
    let name = unique("choice");
    let options = choices.into_iter().enumerate().map(|(at, choice)| {
        let name = name.clone();
        let pick = move |_| {
            picked.set(Some(at));
            on_fill.run((number, Entry::Picked(vec![at])));
        };
        view! {
            <label class="check">
                <input type="radio" name=name prop:checked=move || picked.get() == Some(at) on:change=pick />
                <span dir="auto">{choice.label} <small>{choice.help}</small></span>
            </label>
        }
    });
    let write = move |event| {
        picked.set(None);
        on_fill.run((number, Entry::Text(event_target_value(&event))));
    };
    view! {
        <fieldset>
            <legend dir="auto">{label}</legend>
            {options.collect_view()}
            <label class="field">
                <span>{strings::other()}</span>
                <input type="text" dir="auto" prop:value=written on:input=write />
            </label>
        </fieldset>
    }
}

/// Any of several.
#[component]
fn Checks(label: String, choices: Vec<Choice>, entry: Entry, number: usize, on_fill: OnFill) -> impl IntoView {
    let first: BTreeSet<usize> = match entry {
        Entry::Picked(picked) => picked.into_iter().collect(),
        _ => BTreeSet::new(),
    };
    let picked = StoredValue::new(first.clone());
    let options = choices.into_iter().enumerate().map(|(at, choice)| {
        let check = move |event| {
            picked.update_value(|picked| {
                if event_target_checked(&event) {
                    picked.insert(at)
                } else {
                    picked.remove(&at)
                };
            });
            on_fill.run((number, Entry::Picked(picked.with_value(|picked| picked.iter().copied().collect()))));
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=first.contains(&at) on:change=check />
                <span dir="auto">{choice.label}</span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend dir="auto">{label}</legend>
            {options.collect_view()}
        </fieldset>
    }
}
