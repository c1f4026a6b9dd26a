//! A question over the page: modal, named by its title, closed by Escape.

use crate::view::common::focus::FocusBack;
use crate::view::common::theme::on_cleanup_drop;
use crate::web::js;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// How long a dialog is shown before it can be accepted, in ms: a click or a key that was meant for what was there
/// before must not decide it.
const GUARD: u64 = 300;

/// A dialog with its buttons. `on_accept` is also called by Enter, where no field or button takes it.
#[component]
pub(super) fn Dialog(
    title: String,
    /// The words on the button that accepts.
    accept: &'static str,
    /// The words on the button that refuses, and what Escape does.
    cancel: &'static str,
    on_accept: Callback<()>,
    on_cancel: Callback<()>,
    /// Whether it can be accepted at all.
    #[prop(default = true)]
    can_accept: bool,
    /// A further button, between the two.
    #[prop(optional_no_strip)]
    between: Option<(&'static str, Callback<()>)>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // Not to a frame: it would have the keyboard without being asked.
    let before = js::document().active_element().filter(|element| element.tag_name() != "IFRAME");
    on_cleanup_drop(FocusBack(before.and_then(|element| element.dyn_into().ok())));
    let armed = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // It throws if it is open already, or not in the page any more.
            let _ = dialog.show_modal();
            let first = dialog.query_selector("input, textarea, select").ok().flatten();
            if let Some(field) = first.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                let _ = field.focus();
            } else {
                let _ = dialog.focus();
            }
        }
    });
    set_timeout(
        move || {
            // The question may be gone by now.
            let _ = armed.try_set(true);
        },
        Duration::from_millis(GUARD),
    );
    let submit = move || {
        if armed.get_untracked() && can_accept {
            on_accept.run(());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let takes_it =
            event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| {
                ["A", "BUTTON", "TEXTAREA", "SUMMARY", "INPUT", "SELECT"].contains(&element.tag_name().as_str())
            });
        if event.key() == "Enter" && !takes_it && !event.is_composing() {
            event.prevent_default();
            submit();
        }
    };
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            tabindex="-1"
            aria-label=title.clone()
            on:keydown=on_key
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_cancel.run(());
            }
        >
            <form
                class="dialog-form"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <h2 dir="auto">{title.clone()}</h2>
                <div class="dialog-body">{children()}</div>
                <div class="dialog-buttons">
                    <button type="button" on:click=move |_| on_cancel.run(())>
                        {cancel}
                    </button>
                    {between
                        .map(|(words, act)| {
                            view! {
                                <button type="button" disabled=move || !armed.get() on:click=move |_| act.run(())>
                                    {words}
                                </button>
                            }
                        })}
                    <Show when=move || can_accept>
                        <button type="submit" class="primary" disabled=move || !armed.get()>
                            {accept}
                        </button>
                    </Show>
                </div>
            </form>
        </dialog>
    }
}
