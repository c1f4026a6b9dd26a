//! A picture that the server keeps: fetched with the session's token, shown from memory, large on a click.

use super::dialog::FocusBack;
use super::store::Picture;
use super::{store, strings};
use crate::file_name;
use crate::state::client::User;
use crate::web::{blob, js};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

/// The picture, or a sentence that says why it can't be shown.
#[component]
pub(super) fn StoredImage(path: String, alt: String) -> impl IntoView {
    let store = store::chat();
    let state = RwSignal::new_local(None::<Result<Picture, String>>);
    spawn_local(async move {
        let picture = store.picture(path).await;
        // The message may be gone by now.
        let _ = state.try_set(Some(picture));
    });
    let is_large = RwSignal::new(false);
    move || {
        let alt = alt.clone();
        state.with(|state| match state {
            None => view! { <span class="image-waiting" role="status">{strings::loading_image()}</span> }.into_any(),
            Some(Ok(picture)) => {
                let picture = StoredValue::new_local(picture.clone());
                let source = move || picture.with_value(|picture| (**picture).as_ref().to_owned());
                let (name, shown) = (alt.clone(), alt.clone());
                view! {
                    <span class="picture">
                        <img class="stored-image" src=source() alt=shown />
                        <button
                            type="button"
                            class="picture-zoom"
                            aria-label=format!("{} {}", strings::enlarge(), alt)
                            title=strings::enlarge()
                            on:click=move |event| {
                                // It may stand in a link.
                                event.prevent_default();
                                is_large.set(true);
                            }
                        ></button>
                    </span>
                    <Show when=move || is_large.get()>
                        <Large name=name.clone() source=source() is_large=is_large />
                    </Show>
                }
                .into_any()
            }
            Some(Err(why)) => view! { <span class="message-error">{format!("{alt}: {why}")}</span> }.into_any(),
        })
    }
}

/// The picture over the page. Escape, the button, and a click beside it close it.
#[component]
fn Large(name: String, source: String, is_large: RwSignal<bool>) -> impl IntoView {
    let store = store::chat();
    let dialog = NodeRef::<Dialog>::new();
    let before = js::document().active_element().and_then(|element| element.dyn_into().ok());
    crate::view::common::theme::on_cleanup_drop(FocusBack(before));
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // It throws if it is open already, or not in the page any more.
            let _ = dialog.show_modal();
        }
    });
    let (saved, from) = (file_name::clean(&name), source.clone());
    let save = move |_| {
        if let Err(why) = blob::save(&saved, &from) {
            store.user(User::NotSaved(saved.clone(), why.to_string()));
        }
    };
    view! {
        <dialog
            class="dialog picture-dialog"
            node_ref=dialog
            aria-label=name.clone()
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                is_large.set(false);
            }
            on:click=move |event| {
                event.prevent_default();
                if event.target() == dialog.get_untracked().map(|dialog| dialog.unchecked_into()) {
                    is_large.set(false);
                }
            }
        >
            <img src=source alt=name.clone() />
            <div class="dialog-buttons">
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
