//! The files of the notebook's kernel, beside the cells.

use crate::view::common::files::FilesPane;
use crate::view::common::icon::{Icon, icon};
use crate::view::common::side_panel::SidePanel;
use crate::web::files::Files;
use leptos::html::Button;
use leptos::prelude::*;
use std::rc::Rc;

/// Opens and closes them from anywhere on the page.
#[derive(Clone, Copy)]
pub(super) struct FilesSwitch {
    open: RwSignal<bool>,
    button: NodeRef<Button>,
    files: StoredValue<Rc<Files>, LocalStorage>,
}

impl FilesSwitch {
    pub(super) fn provide(files: Rc<Files>) {
        let files = StoredValue::new_local(files);
        provide_context(Self { open: RwSignal::new(false), button: NodeRef::new(), files });
    }

    fn close(self) {
        self.open.set(false);
        if let Some(button) = self.button.get_untracked() {
            let _ = button.focus();
        }
    }
}

/// The button of the toolbar.
#[component]
pub(super) fn FilesButton() -> impl IntoView {
    let switch = expect_context::<FilesSwitch>();
    view! {
        <button
            type="button"
            class="quiet"
            aria-label="Files"
            title="Files of the kernel"
            aria-expanded=move || switch.open.get().to_string()
            node_ref=switch.button
            on:click=move |_| switch.open.update(|open| *open = !*open)
        >
            {icon(Icon::Folder)}
        </button>
    }
}

/// The panel, while it is open.
#[component]
pub(super) fn FilesPanel() -> impl IntoView {
    let switch = expect_context::<FilesSwitch>();
    view! {
        <Show when=move || switch.open.get()>
            <SidePanel
                label="Files"
                title="Files".to_owned()
                takes_focus=true
                on_close=Callback::new(move |()| switch.close())
            >
                <FilesPane files=switch.files.get_value() attach=None />
            </SidePanel>
        </Show>
    }
}
