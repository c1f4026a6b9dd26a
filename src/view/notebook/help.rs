//! The list of keys, in a dialog.

use super::strings;
use crate::state::notebook::keys::shortcuts;
use crate::view::common::icon::{Icon, icon};
use leptos::html::Dialog;
use leptos::prelude::*;

/// Opens the list from anywhere on the page.
#[derive(Clone, Copy)]
pub(super) struct HelpSwitch(NodeRef<Dialog>);

impl HelpSwitch {
    pub(super) fn provide() -> Self {
        let switch = Self(NodeRef::new());
        provide_context(switch);
        switch
    }

    pub(super) fn here() -> Self {
        expect_context()
    }

    pub(super) fn open(self) {
        if let Some(dialog) = self.0.get_untracked() {
            // It throws if it is open already.
            let _ = dialog.show_modal();
        }
    }
}

/// The dialog; closed until it is opened.
#[component]
pub(super) fn HelpDialog() -> impl IntoView {
    let HelpSwitch(dialog) = HelpSwitch::here();
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let group = |(place, keys): (&'static str, Vec<(&'static str, &'static str)>)| {
        let rows = keys.into_iter().map(|(keys, what)| {
            let keys = keys.split(' ').map(|word| match word.trim_end_matches(',') {
                or @ ("or" | "或") => view! { {or}" " }.into_any(),
                key => view! { <kbd>{key}</kbd>" " }.into_any(),
            });
            view! {
                <dt>{keys.collect_view()}</dt>
                <dd>{what}</dd>
            }
        });
        view! {
            <h3>{place}</h3>
            <dl>{rows.collect_view()}</dl>
        }
    };
    view! {
        <dialog class="dialog" aria-labelledby="help-title" node_ref=dialog>
            <header>
                <h2 id="help-title">{strings::shortcuts()}</h2>
                <button type="button" class="quiet" aria-label=strings::close() title=strings::close() on:click=close>
                    {icon(Icon::Close)}
                </button>
            </header>
            <div class="shortcuts">{shortcuts().map(group).into_iter().collect_view()}</div>
        </dialog>
    }
}
