//! Something that loads, in place of what stood there before: the old one stays in view until the new one is ready, so
//! that a change doesn't flash.

use leptos::prelude::*;
use std::time::Duration;

/// How long the old one stays at most, in ms.
const PATIENCE: u64 = 4_000;

/// Makes what shows a text; it is told whether it is seen, and the callback is to be called when it is ready to be.
pub(super) type Show = Callback<(String, Signal<bool>, Callback<()>), AnyView>;

/// Shows the latest text. Two places stand beside each other for good, and one of them is seen.
#[component]
pub(super) fn Swap(#[prop(into)] text: Signal<String>, show: Show) -> impl IntoView {
    let places = [RwSignal::new(None::<String>), RwSignal::new(None::<String>)];
    let seen = RwSignal::new(0_usize);
    // Which load goes on, if any: what comes meanwhile waits for its end, so that even a quick succession is seen.
    let loading = RwSignal::new(None::<u32>);
    let loads = StoredValue::new(0_u32);
    let ends = move |load: u32| {
        // It may be gone by now.
        if loading.try_get_untracked() == Some(Some(load)) {
            let old = seen.get_untracked();
            seen.set(1 - old);
            places[old].set(None);
            loading.set(None);
        }
    };
    Effect::new(move |before: Option<()>| {
        let next = text.get();
        let front = seen.get_untracked();
        if before.is_none() {
            return places[front].set(Some(next));
        }
        if loading.get().is_some() || places[front].with_untracked(|shown| shown.as_ref() == Some(&next)) {
            return;
        }
        loads.update_value(|loads| *loads += 1);
        let load = loads.get_value();
        loading.set(Some(load));
        places[1 - front].set(Some(next));
        set_timeout(move || ends(load), Duration::from_millis(PATIENCE));
    });
    let place = move |at: usize| {
        view! {
            <div class="embed-place" class:embed-next=move || seen.get() != at>
                {move || {
                    places[at]
                        .get()
                        .map(|text| {
                            let load = loads.get_value();
                            show.run((text, Signal::derive(move || seen.get() == at), Callback::new(move |()| ends(load))))
                        })
                }}
            </div>
        }
    };
    view! {
        <div class="embed-slot">{place(0)} {place(1)}</div>
    }
}
