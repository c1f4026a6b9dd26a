//! What stands beside the cells: the kernel's files, or its variables.

use super::store::Page;
use super::strings;
use crate::protocol::execute::KernelStatus;
use crate::view::common::files::FilesPane;
use crate::view::common::icon::{Icon, icon};
use crate::view::common::side_panel::SidePanel;
use crate::view::common::variables::VariablesPane;
use crate::web::files::Files;
use crate::web::kernel::Kernel;
use leptos::html::Button;
use leptos::prelude::*;
use std::rc::Rc;

/// What may be shown there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Files,
    Variables,
}

impl Side {
    fn label(self) -> &'static str {
        match self {
            Self::Files => strings::files(),
            Self::Variables => strings::variables(),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Files => strings::files_of_kernel(),
            Self::Variables => strings::variables_of_kernel(),
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Files => Icon::Folder,
            Self::Variables => Icon::Table,
        }
    }
}

/// What is shown, and what it is about.
#[derive(Clone, Copy)]
pub(super) struct SideSwitch {
    shown: RwSignal<Option<Side>>,
    /// The button that has opened it gets the focus back.
    opener: StoredValue<Option<NodeRef<Button>>>,
    files: StoredValue<Rc<Files>, LocalStorage>,
    kernel: StoredValue<Kernel, LocalStorage>,
}

impl SideSwitch {
    pub(super) fn provide(files: Rc<Files>, kernel: Kernel) {
        provide_context(Self {
            shown: RwSignal::new(None),
            opener: StoredValue::new(None),
            files: StoredValue::new_local(files),
            kernel: StoredValue::new_local(kernel),
        });
    }

    fn toggle(self, side: Side, button: NodeRef<Button>) {
        self.opener.set_value(Some(button));
        self.shown.update(|shown| *shown = if *shown == Some(side) { None } else { Some(side) });
    }

    fn close(self) {
        self.shown.set(None);
        if let Some(button) = self.opener.get_value().and_then(|button| button.get_untracked()) {
            // It throws for elements that can't have the focus.
            let _ = button.focus();
        }
    }
}

/// A button of the toolbar.
#[component]
pub(super) fn SideButton(side: Side) -> impl IntoView {
    let switch = expect_context::<SideSwitch>();
    let button = NodeRef::new();
    view! {
        <button
            type="button"
            class="quiet"
            aria-label=side.label()
            title=side.title()
            aria-expanded=move || (switch.shown.get() == Some(side)).to_string()
            node_ref=button
            on:click=move |_| switch.toggle(side, button)
        >
            {icon(side.icon())}
        </button>
    }
}

/// The panel, while something is shown.
#[component]
pub(super) fn Beside() -> impl IntoView {
    let switch = expect_context::<SideSwitch>();
    let status = RwSignal::from(Page::here().store().kernel);
    let is_idle = Memo::new(move |_| status.with(|kernel| kernel.status == KernelStatus::Idle));
    let kernel = Callback::new(move |()| Some(switch.kernel.get_value()));
    let pane = move |side| match side {
        Side::Files => view! { <FilesPane files=switch.files.get_value() attach=None /> }.into_any(),
        Side::Variables => view! { <VariablesPane kernel=kernel is_idle=is_idle /> }.into_any(),
    };
    move || {
        switch.shown.get().map(|side| {
            view! {
                <SidePanel
                    label=side.label()
                    title=side.label().to_owned()
                    takes_focus=true
                    on_close=Callback::new(move |()| switch.close())
                >
                    {pane(side)}
                </SidePanel>
            }
        })
    }
}
