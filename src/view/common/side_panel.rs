//! What stands beside a page's text, or over it where there is no room.

use super::icon::{Icon, icon};
use super::strings;
use crate::web::js;
use leptos::html::Aside;
use leptos::prelude::*;

/// A panel with its title, closed by its button or Escape.
#[component]
pub fn SidePanel(
    /// What it is, for those who don't see it.
    label: &'static str,
    /// What it shows.
    title: String,
    /// Whether it takes the focus when it opens.
    takes_focus: bool,
    /// Called when it is to be closed.
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<Aside>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get()
            && takes_focus
        {
            // It throws for elements that can't have the focus.
            let _ = element.focus();
        }
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && js::document().fullscreen_element().is_none() {
            event.prevent_default();
            on_close.run(());
        }
    };
    view! {
        <aside class="panel" aria-label=label tabindex="-1" node_ref=element on:keydown=on_key>
            <header class="panel-header">
                <h2 dir="auto">{title}</h2>
                <button
                    type="button"
                    class="quiet"
                    aria-label=strings::close_panel()
                    title=strings::close_panel()
                    on:click=move |_| on_close.run(())
                >
                    {icon(Icon::Close)}
                </button>
            </header>
            {children()}
        </aside>
    }
}
