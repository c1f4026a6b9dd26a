//! The code of a cell.

use super::store::Page;
use super::strings;
use crate::ids::CellId;
use crate::state::notebook::{Command, Part, Then, Way};
use crate::view::common::code_field::{Code, CodeField, Hears, Kit};
use crate::web::codemirror::{Leave, RunKey};
use leptos::prelude::*;

/// The field. `on_escape` is called when the user wants to leave it, `on_ready` when it can be used.
#[component]
pub(super) fn CodeView(
    id: CellId,
    source: String,
    #[prop(into)] label: Signal<String>,
    code: StoredValue<Code, LocalStorage>,
    on_escape: impl Fn() + Copy + Send + Sync + 'static,
    on_ready: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let page = Page::here();
    let id = StoredValue::new(id);
    let go = move |way| page.dispatch(Command::Go(id.get_value(), way, Part::Editor));
    let hears = Hears {
        change: Callback::new(move |text| page.dispatch(Command::Edit(id.get_value(), text))),
        run: Callback::new(move |key| {
            let then = match key {
                RunKey::Next => Then::Next,
                RunKey::Stay => Then::Stay,
                RunKey::Insert => Then::Insert,
            };
            page.dispatch(Command::Run(id.get_value(), then));
        }),
        leave: Callback::new(move |leave| match leave {
            Leave::Up => go(Way::Up),
            Leave::Down => go(Way::Down),
            Leave::Out => on_escape(),
        }),
        focus: Callback::new(move |()| page.dispatch(Command::Select(id.get_value()))),
        ready: Callback::new(move |()| on_ready()),
    };
    let kit = expect_context::<Kit>();
    view! { <CodeField kit=kit source=source label=label placeholder=strings::python_code() code=code hears=hears /> }
}
