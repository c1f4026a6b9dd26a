//! What can be done to the notebook and its kernel.

use super::help::HelpSwitch;
use super::side::{Side, SideButton};
use super::status::KernelStatusView;
use super::store::Page;
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
                <span>"Notebook"</span>
            </h1>
            <KernelStatusView />
            <div class="bar-tools" role="toolbar" aria-label="Notebook">
                <button
                    type="button"
                    class="primary"
                    aria-label="Run all"
                    title="Run all cells, until one fails"
                    on:click=press(Command::RunAll)
                >
                    {icon(Icon::PlayAll)}
                    <span class="label">"Run all"</span>
                </button>
                // Never disabled in a way that takes the focus from who has just pressed it.
                <button
                    type="button"

                    aria-label="Interrupt kernel"
                    aria-disabled=move || (!running()).to_string()
                    title="Interrupt kernel: stop the running cell and cancel those that wait"
                    on:click=press(Command::Interrupt)
                >
                    {icon(Icon::Stop)}
                    <span class="label">"Interrupt"</span>
                </button>
                <button
                    type="button"

                    aria-label="Restart kernel"
                    title="Restart kernel: variables are lost, code and outputs stay"
                    on:click=press(Command::Restart)
                >
                    {icon(Icon::Restart)}
                    <span class="label">"Restart"</span>
                </button>
                <span class="bar-gap"></span>
                <SideButton side=Side::Variables />
                <SideButton side=Side::Files />
                <button
                    type="button"
                    class="quiet"
                    aria-label="Download notebook"
                    title="Download notebook (.ipynb)"
                    on:click=press(Command::Download)
                >
                    {icon(Icon::Download)}
                </button>
                <button
                    type="button"
                    class="quiet wide-only"
                    aria-label="Keyboard shortcuts"
                    title="Keyboard shortcuts"
                    on:click=move |_| help.open()
                >
                    {icon(Icon::Keyboard)}
                </button>
                <ThemeButton />
            </div>
        </header>
    }
}
