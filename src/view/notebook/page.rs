//! The page as a whole.

use super::cell::CellView;
use super::help::{HelpDialog, HelpSwitch};
use super::side::{Beside, SideSwitch};
use super::status::KeptView;
use super::store::{Page, Store};
use super::strings;
use super::toolbar::Toolbar;
use crate::state::notebook::Command;
use crate::view::common::code_field::Kit;
use crate::view::common::icon::{Icon, icon};
use crate::view::common::progress::ProgressView;
use crate::view::common::theme::Theme;
use crate::view::common::toast::Toasts;
use crate::web::codemirror::CodeMirror;
use crate::web::files::Files;
use crate::web::kernel::Kernel;
use leptos::prelude::*;
use std::rc::Rc;

/// Shows a notebook. `dispatch` hears what the user wants; `files` are those of its `kernel`; without `editor` code is
/// written in plain text fields.
pub fn notebook_page(
    store: Store,
    dispatch: Rc<dyn Fn(Command)>,
    files: Rc<Files>,
    kernel: Kernel,
    editor: Option<CodeMirror>,
) -> impl IntoView {
    let page = Page::provide(store, dispatch);
    Theme::provide();
    HelpSwitch::provide();
    SideSwitch::provide(files, kernel.clone());
    provide_context(Kit::new(editor, Rc::new(move || Some(kernel.clone()))));
    let store = page.store();
    let cells = RwSignal::from(store.cells);
    let toasts = RwSignal::from(store.toasts);
    let keeping = RwSignal::from(store.keeping);
    let progress = RwSignal::from(store.progress);
    view! {
        <Toolbar />
        <main class="notebook">
            {move || {
                keeping.with(|keeping| keeping.problem.clone()).map(|text| {
                    view! {
                        <div class="banner" role="status">
                            <p>{text}</p>
                            <button type="button" on:click=move |_| page.dispatch(Command::Download)>
                                {icon(Icon::Download)}
                                {strings::download()}
                            </button>
                        </div>
                    }
                })
            }}
            <p class="visually-hidden" id="cell-help">
                {strings::how_to()}
            </p>
            <For each=move || cells.get() key=|cell| cell.id.clone() children=|cell| view! { <CellView cell=cell /> } />
            <button type="button" class="add-cell" on:click=move |_| page.dispatch(Command::Append)>
                {icon(Icon::Add)}
                {strings::add_cell()}
            </button>
        </main>
        <Beside />
        <footer class="foot">
            <KeptView />
        </footer>
        <div class="corner">
            <Toasts
                toasts=toasts
                on_act=move |id| page.dispatch(Command::Accept(id))
                on_dismiss=move |id| page.dispatch(Command::Dismiss(id))
            />
            <ProgressView progress=progress />
        </div>
        <HelpDialog />
    }
}
