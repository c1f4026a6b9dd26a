//! A switch of the person that is remembered.

use crate::web::storage;
use leptos::prelude::*;

/// A switch, off at first. Where nothing is kept, it holds until the page is closed.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    key: &'static str,
    on: RwSignal<bool>,
}

impl Choice {
    /// The switch that is kept under this key, as it was left.
    pub fn kept(key: &'static str) -> Self {
        Self { key, on: RwSignal::new(storage::get(key).ok().flatten().is_some()) }
    }

    /// Whether it is on.
    pub fn get(self) -> bool {
        self.on.get()
    }

    /// Whether it is on now, without following it.
    pub fn is_on(self) -> bool {
        self.on.get_untracked()
    }

    /// Switches it.
    pub fn set(self, on: bool) {
        self.on.set(on);
        // The switch holds for this page in any case.
        let _ = storage::set(self.key, on.then_some("on"));
    }
}

/// The switch as a box to tick.
#[component]
pub fn ChoiceBox(
    /// The switch.
    choice: Choice,
    /// What it does.
    words: &'static str,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || choice.get()
                on:change=move |event| choice.set(event_target_checked(&event))
            />
            <span>{words}</span>
        </label>
    }
}
