//! The kernel's state in one word, and whether the work is kept and the page works without a network.

use super::store::Page;
use super::strings;
use crate::protocol::execute::KernelStatus;
use crate::view::common::icon::{Icon, icon};
use leptos::prelude::*;

/// The state in the words that people find it by, and a class for its dot.
fn words(status: KernelStatus) -> (&'static str, &'static str) {
    match status {
        KernelStatus::Off => (strings::off(), "off"),
        KernelStatus::Starting => (strings::starting(), "starting"),
        KernelStatus::Idle => (strings::idle(), "idle"),
        KernelStatus::Busy => (strings::busy(), "busy"),
        KernelStatus::Dead => (strings::dead(), "dead"),
    }
}

/// The kernel's state.
#[component]
pub(super) fn KernelStatusView() -> impl IntoView {
    let kernel = RwSignal::from(Page::here().store().kernel);
    let text = move || kernel.with(|kernel| words(kernel.status).0);
    let class = move || format!("status {}", kernel.with(|kernel| words(kernel.status).1));
    view! {
        <div class=class role="status" aria-label=strings::status()>
            <span class="dot" aria-hidden="true"></span>
            <span>{text}</span>
            <Show when=move || kernel.with(|kernel| kernel.interrupting)>
                <span class="status-more">{strings::stopping()}</span>
            </Show>
        </div>
    }
}

/// What the browser keeps.
#[component]
pub(super) fn KeptView() -> impl IntoView {
    let store = Page::here().store();
    let (keeping, offline) = (RwSignal::from(store.keeping), RwSignal::from(store.offline));
    let kept = move || {
        keeping.with(|keeping| match (&keeping.problem, keeping.kept) {
            (Some(_), _) => "",
            (None, true) => strings::saved(),
            (None, false) => strings::saving(),
        })
    };
    view! {
        <p class="kept">{kept}</p>
        {move || {
            offline.get().map(|(text, ready)| {
                view! {
                    <p class="kept" class:ready=ready role="status" aria-label=strings::offline_use()>
                        {ready.then(|| icon(Icon::Check))}
                        {text}
                    </p>
                }
            })
        }}
    }
}
