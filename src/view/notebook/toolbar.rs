//! What can be done to the notebook and its kernel.

use super::help::HelpSwitch;
use super::side::{Side, SideButton};
use super::status::KernelStatusView;
use super::store::Page;
use super::strings;
use crate::state::notebook::Command;
use crate::view::common::icon::{Icon, icon};
use crate::view::common::theme::ThemeButton;
use leptos::prelude::*;

/// The bar at the top of the page.
#[component]
pub(super) fn Toolbar() -> impl IntoView {
    let page = Page::here();
    let store = page.store();
    let kernel = RwSignal::from(store.kernel);
    let running = move || kernel.with(|kernel| kernel.running);
    let help = HelpSwitch::here();
    let press = move |command: Command| move |_: web_sys::MouseEvent| page.dispatch(command.clone());
    view! {
        <header class="bar">
            <h1 class="brand">
                <a href="./">"pyoxide"</a>
                <span>{strings::notebook()}</span>
            </h1>
            <KernelStatusView />
            <div class="bar-tools" role="toolbar" aria-label=strings::notebook()>
                <button
                    type="button"
                    class="primary"
                    aria-label=strings::run_all()
                    title=strings::run_all_cells()
                    on:click=press(Command::RunAll)
                >
                    {icon(Icon::PlayAll)}
                    <span class="label">{strings::run_all()}</span>
                </button>
                // Never disabled in a way that takes the focus from who has just pressed it.
                <button
                    type="button"

                    aria-label=strings::interrupt_kernel()
                    aria-disabled=move || (!running()).to_string()
                    title=strings::interrupt_hint()
                    on:click=press(Command::Interrupt)
                >
                    {icon(Icon::Stop)}
                    <span class="label">{strings::interrupt()}</span>
                </button>
                <button
                    type="button"

                    aria-label=strings::restart_kernel()
                    title=strings::restart_hint()
                    on:click=press(Command::Restart)
                >
                    {icon(Icon::Restart)}
                    <span class="label">{strings::restart()}</span>
                </button>
                <span class="bar-gap"></span>
                <SideButton side=Side::Variables />
                <SideButton side=Side::Files />
                <button
                    type="button"
                    class="quiet"
                    aria-label=strings::download_notebook()
                    title=strings::download_ipynb()
                    on:click=press(Command::Download)
                >
                    {icon(Icon::Download)}
                </button>
                <button
                    type="button"
                    class="quiet wide-only"
                    aria-label=strings::shortcuts()
                    title=strings::shortcuts()
                    on:click=move |_| help.open()
                >
                    {icon(Icon::Keyboard)}
                </button>
                <ThemeButton />
            </div>
        </header>
    }
}
