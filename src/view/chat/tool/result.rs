//! What a tool gave back: text with its colours, errors apart from it, JSON in lines.

use crate::state::parts::{ToolResult, pretty, without_figures};
use crate::view::chat::strings;
use crate::view::common::ansi_view::{Terminal, TerminalView};
use leptos::prelude::*;

/// The result; its pictures are shown elsewhere.
#[component]
pub(super) fn Result(result: ToolResult) -> impl IntoView {
    let ToolResult { text, errors, unshown, .. } = result;
    let text = pretty(&text).unwrap_or_else(|| without_figures(&text));
    let is_empty = text.is_empty() && errors.is_empty() && unshown == 0;
    view! {
        <section class="tool-output outputs" aria-label=strings::output()>
            {stream(&text, "output-text stdout")}
            {(!errors.is_empty())
                .then(|| view! { <p class="stream-name">{strings::errors()}</p> })}
            {stream(&errors, "output-text stderr")}
            {(unshown > 0).then(|| view! { <p class="output-note">{strings::picture_not_shown()}</p> })}
            {is_empty.then(|| view! { <p class="output-note">{strings::no_output()}</p> })}
        </section>
    }
}

fn stream(text: &str, class: &'static str) -> Option<impl IntoView + use<>> {
    (!text.is_empty()).then(|| {
        let terminal = Terminal::of(text);
        view! { <TerminalView terminal=terminal class=class /> }
    })
}
