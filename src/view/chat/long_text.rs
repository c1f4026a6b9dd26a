//! Text of any length: its first part, the rest on request.

use leptos::prelude::*;

#[component]
pub(super) fn LongText(
    text: String,
    class: &'static str,
    /// Characters that are shown at first.
    shown: usize,
    /// The words on the button for the rest.
    more: &'static str,
) -> impl IntoView {
    let whole = RwSignal::new(false);
    let cut = text.char_indices().nth(shown).map(|(at, _)| at);
    let text = StoredValue::new(text);
    let part = move || {
        text.with_value(|text| match cut {
            Some(at) if !whole.get() => text[..at].to_owned(),
            _ => text.clone(),
        })
    };
    view! {
        <pre class=class dir="ltr" tabindex="0">{part}</pre>
        <Show when=move || cut.is_some() && !whole.get()>
            <button type="button" on:click=move |_| whole.set(true)>
                {more}
            </button>
        </Show>
    }
}
