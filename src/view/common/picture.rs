//! A picture that is large on a click, and can be saved.

use super::focus::FocusBack;
use super::strings;
use super::theme::on_cleanup_drop;
use crate::web::{blob, js};
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Event;

/// The picture.
#[component]
pub fn PictureView(
    /// Its address, which has to last as long as this is shown.
    source: String,
    /// What it is called for those who don't see it.
    name: String,
    /// What its file is called when it is saved.
    file: String,
    /// Its class.
    class: &'static str,
    /// Its width in CSS px, where that isn't its own.
    #[prop(optional_no_strip)]
    width: Option<f64>,
    /// Its height.
    #[prop(optional_no_strip)]
    height: Option<f64>,
) -> impl IntoView {
    let is_large = RwSignal::new(false);
    let size = |size: Option<f64>| size.map(|size| format!("{size:.0}"));
    let label = format!("{} {name}", strings::enlarge());
    let large = (name.clone(), source.clone());
    let open = move |event: web_sys::MouseEvent| {
        // It may stand in a link.
        event.prevent_default();
        is_large.set(true);
    };
    view! {
        <span class="picture">
            <img class=class src=source alt=name width=size(width) height=size(height) />
            <button type="button" class="picture-zoom" aria-label=label title=strings::enlarge() on:click=open></button>
        </span>
        <Show when=move || is_large.get()>
            <Large name=large.0.clone() source=large.1.clone() file=file.clone() is_large=is_large />
        </Show>
    }
}

/// The picture over the page. Escape, the button, and a click beside it close it.
#[component]
fn Large(name: String, source: String, file: String, is_large: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let trouble = RwSignal::new(None::<String>);
    let before = js::document().active_element().and_then(|element| element.dyn_into().ok());
    on_cleanup_drop(FocusBack(before));
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // It throws if it is open already, or not in the page any more.
            let _ = dialog.show_modal();
        }
    });
    let address = source.clone();
    let save = move |_| trouble.set(blob::save(&file, &address).err().map(|error| error.to_string()));
    let cancel = move |event: Event| {
        event.prevent_default();
        is_large.set(false);
    };
    let leave = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        if event.target() == dialog.get_untracked().map(|dialog| dialog.unchecked_into()) {
            is_large.set(false);
        }
    };
    view! {
        <dialog class="dialog picture-dialog" node_ref=dialog aria-label=name.clone() on:cancel=cancel on:click=leave>
            <img src=source alt=name.clone() />
            {move || trouble.get().map(|why| view! { <p role="alert">{why}</p> })}
            <div class="picture-buttons">
                <button type="button" on:click=save>
                    {strings::download()}
                </button>
                <button type="button" class="primary" on:click=move |_| is_large.set(false)>
                    {strings::close()}
                </button>
            </div>
        </dialog>
    }
}
