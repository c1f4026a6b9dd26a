//! The kernel's state in one word, and whether the work is kept and the page works without a network.

use super::store::Page;
use crate::protocol::execute::KernelStatus;
use crate::view::common::icon::{Icon, icon};
use leptos::prelude::*;

/// The state in the words that people find it by, and a class for its dot.
fn words(status: KernelStatus) -> (&'static str, &'static str) {
    match status {
        KernelStatus::Off => ("Off", "off"),
        KernelStatus::Starting => ("Starting", "starting"),
        KernelStatus::Idle => ("Idle", "idle"),
        KernelStatus::Busy => ("Busy", "busy"),
        KernelStatus::Dead => ("Dead", "dead"),
    }
}

/// The kernel's state.
#[component]
pub(super) fn KernelStatusView() -> impl IntoView {
    let kernel = RwSignal::from(Page::here().store().kernel);
    let text = move || kernel.with(|kernel| words(kernel.status).0);
    let class = move || format!("status {}", kernel.with(|kernel| words(kernel.status).1));
    view! {
        <div class=class role="status" aria-label="Kernel status">
            <span class="dot" aria-hidden="true"></span>
            <span>{text}</span>
            <Show when=move || kernel.with(|kernel| kernel.interrupting)>
                <span class="status-more">"stopping …"</span>
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
            (None, true) => "Saved in this browser",
            (None, false) => "Saving …",
        })
    };
    view! {
        <p class="kept">{kept}</p>
        {move || {
            offline.get().map(|(text, ready)| {
                view! {
                    <p class="kept" class:ready=ready role="status" aria-label="Offline use">
                        {ready.then(|| icon(Icon::Check))}
                        {text}
                    </p>
                }
            })
        }}
    }
}
