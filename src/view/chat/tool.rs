//! A tool call: closed by default, its figures always in view.

use super::markdown::CodeBlock;
use super::stored_image::StoredImage;
use super::strings;
use crate::state::parts::{Tool, without_figures};
use leptos::prelude::*;

/// Characters of output that are shown at first; the rest on a click.
const SHOWN: usize = 20_000;

/// The call.
#[component]
pub(super) fn ToolCall(call: Memo<Tool>) -> impl IntoView {
    let summary = move || {
        call.with(|call| match (&call.code, &call.result) {
            (Some(_), None) => strings::RUNNING_CODE.to_owned(),
            (Some(_), Some(result)) if result.errors.is_empty() => strings::RAN_CODE.to_owned(),
            (Some(_), Some(_)) => strings::FAILED_CODE.to_owned(),
            (None, None) => format!("{} {}…", strings::CALLING, call.name),
            (None, Some(_)) => format!("{} {}", strings::CALLED, call.name),
        })
    };
    let running = move || call.with(|call| call.result.is_none());
    let source = Memo::new(move |_| call.with(|call| call.code.clone().unwrap_or_else(|| call.arguments.clone())));
    let language = move || call.with(|call| if call.code.is_some() { "python" } else { "json" });
    let result = Memo::new(move |_| call.with(|call| call.result.clone()));
    let figures = Memo::new(move |_| {
        result.with(|result| result.as_ref().map(|result| result.figures.clone()).unwrap_or_default())
    });
    view! {
        <details class="tool">
            <summary class:shimmer=running>{summary}</summary>
            {move || view! { <CodeBlock language=language().to_owned() code=source.get() /> }}
            {move || {
                result
                    .get()
                    .map(|result| {
                        view! {
                            <section class="tool-output" aria-label=strings::OUTPUT>
                                <LongText text=without_figures(&result.text) class="stdout" />
                                <LongText text=result.errors class="stderr" />
                            </section>
                        }
                    })
            }}
        </details>
        <For each=move || figures.get() key=|path| path.clone() let:path>
            <p class="tool-figure">
                <StoredImage path=path alt="Figure".to_owned() />
            </p>
        </For>
    }
}

/// Text of any length: its first part, the rest on request.
#[component]
fn LongText(text: String, class: &'static str) -> impl IntoView {
    let whole = RwSignal::new(false);
    let cut = text.char_indices().nth(SHOWN).map(|(at, _)| at);
    let text = StoredValue::new(text);
    let shown = move || {
        text.with_value(|text| match cut {
            Some(at) if !whole.get() => text[..at].to_owned(),
            _ => text.clone(),
        })
    };
    let is_empty = text.with_value(String::is_empty);
    view! {
        <Show when=move || !is_empty>
            <pre class=class dir="ltr" tabindex="0">{shown}</pre>
            <Show when=move || cut.is_some() && !whole.get()>
                <button type="button" on:click=move |_| whole.set(true)>
                    {strings::SHOW_MORE}
                </button>
            </Show>
        </Show>
    }
}
