//! A button that lets the person choose files of their own.

use leptos::html::Input;
use leptos::prelude::*;
use web_sys::FileList;

/// The button, with what is written on it.
#[component]
pub fn ChooseFiles(
    /// A class of the button.
    #[prop(default = "")]
    class: &'static str,
    /// Called with what was chosen.
    on_chosen: impl Fn(FileList) + 'static,
    children: Children,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let choose = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    let chosen = move |_| {
        if let Some(field) = field.get_untracked() {
            if let Some(list) = field.files() {
                on_chosen(list);
            }
            // So that the same file can be chosen again.
            field.set_value("");
        }
    };
    view! {
        <input class="visually-hidden" type="file" multiple tabindex="-1" aria-hidden="true" node_ref=field on:change=chosen />
        <button type="button" class=class on:click=choose>
            {children()}
        </button>
    }
}
