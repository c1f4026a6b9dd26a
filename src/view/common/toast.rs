//! Sentences about things that happened, with what can be done about them.

use super::icon::{Icon, icon};
use super::strings;
use leptos::prelude::*;

/// How serious a toast is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastTone {
    /// Good to know.
    Info,
    /// Something went well.
    Success,
    /// Something is worse than expected.
    Warning,
    /// Something failed.
    Error,
}

impl ToastTone {
    fn class(self) -> &'static str {
        match self {
            Self::Info => "toast info",
            Self::Success => "toast success",
            Self::Warning => "toast warning",
            Self::Error => "toast error",
        }
    }

    /// Warnings and errors interrupt who listens, the others wait.
    fn role(self) -> &'static str {
        match self {
            Self::Info | Self::Success => "status",
            Self::Warning | Self::Error => "alert",
        }
    }
}

/// A toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Unique in its list.
    pub id: u32,
    /// How serious it is.
    pub tone: ToastTone,
    /// The sentence.
    pub text: String,
    /// The label of what can be done about it.
    pub action: Option<String>,
}

/// The toasts of a page. `on_act` and `on_dismiss` hear the id.
#[component]
pub fn Toasts(
    /// Oldest first.
    #[prop(into)]
    toasts: Signal<Vec<Toast>>,
    /// The user wants what a toast offers.
    on_act: impl Fn(u32) + Copy + Send + Sync + 'static,
    /// The user has seen it.
    on_dismiss: impl Fn(u32) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let toast = move |toast: Toast| {
        let id = toast.id;
        view! {
            <div class=toast.tone.class() role=toast.tone.role()>
                <p>{toast.text}</p>
                {toast
                    .action
                    .map(|label| {
                        view! {
                            <button type="button" on:click=move |_| on_act(id)>
                                {label}
                            </button>
                        }
                    })}
                <button
                    type="button"
                    class="quiet"
                    aria-label=strings::dismiss()
                    title=strings::dismiss()
                    on:click=move |_| on_dismiss(id)
                >
                    {icon(Icon::Close)}
                </button>
            </div>
        }
    };
    view! {
        <div class="toasts">
            <For each=move || toasts.get() key=|toast| toast.id children=toast />
        </div>
    }
}
