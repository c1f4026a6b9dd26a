//! An exception: its traceback as Python prints it, with the lines of our own code as links to them.

use super::ansi_view::{Terminal, TerminalView};
use super::strings;
use crate::protocol::execute::ErrorInfo;
use crate::state::outputs::place;
use leptos::prelude::*;

/// A place in code that was run: the run's count and the line, both from 1.
pub type Place = (u32, u32);

/// Shows an exception. `on_place` is called when the user wants to see a line of the traceback in the code.
#[component]
pub fn TracebackView(
    /// The exception.
    error: ErrorInfo,
    /// Hears which line; without it lines are text only.
    #[prop(optional_no_strip)]
    on_place: Option<Callback<Place>>,
) -> impl IntoView {
    let ErrorInfo { ename, evalue, traceback } = error;
    let summary = if evalue.is_empty() { ename.clone() } else { format!("{ename}: {evalue}") };
    let mut lines = traceback;
    // The exception itself stands last, and is what people look for first.
    let last = lines.iter().rposition(|line| line.starts_with(&ename)).unwrap_or(lines.len());
    let mut what = lines.split_off(last).join("\n");
    if what.is_empty() {
        what = summary;
    }
    view! {
        <div class="traceback">
            {(!lines.is_empty()).then(|| frames(lines, on_place))}
            <TerminalView terminal=Terminal::of(&what) class="traceback-what" />
        </div>
    }
}

/// The lines before the exception. One that names a place in the code leads there.
fn frames(lines: Vec<String>, on_place: Option<Callback<Place>>) -> impl IntoView {
    let mut parts = Vec::new();
    let mut text = Vec::new();
    for line in lines {
        match place(&line).zip(on_place) {
            None => text.push(line),
            Some((at, on_place)) => {
                parts.push(text_part(&mut text));
                let go = move |_| on_place.run(at);
                let named = line.trim_start();
                let indent = line[..line.len() - named.len()].to_owned();
                let line = view! {
                    <div class="traceback-line">
                        {indent}
                        <button type="button" class="traceback-place" title=strings::show_line() on:click=go>
                            {named.to_owned()}
                        </button>
                    </div>
                };
                parts.push(line.into_any());
            }
        }
    }
    parts.push(text_part(&mut text));
    view! { <div class="traceback-frames">{parts}</div> }
}

fn text_part(lines: &mut Vec<String>) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let text = std::mem::take(lines).join("\n");
    view! { <TerminalView terminal=Terminal::of(&text) class="traceback-text" /> }.into_any()
}
