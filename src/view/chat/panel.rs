//! The panel beside the conversation, or over it where there is no room: a source, artifacts, files, or variables.

use super::artifacts::{ArtifactPane, Artifacts};
use super::panel_citation::CitationPane;
use super::store::{self, ChatStore};
use super::strings;
use crate::ids::{ChatId, MessageId};
use crate::protocol::execute::KernelStatus;
use crate::state::artifacts::Artifact;
use crate::state::client::{Change, User};
use crate::state::extras::Citation;
use crate::view::common::files::FilesPane;
use crate::view::common::focus::FocusBack;
use crate::view::common::icon::{self, Icon};
use crate::view::common::side_panel;
use crate::view::common::variables::VariablesPane;
use crate::web::js;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What the panel shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// A source of a message.
    Citation(MessageId, Box<Citation>),
    /// The artifacts of the chat.
    Artifacts,
    /// A piece of code, to be looked at.
    Preview(Artifact),
    /// The files of this chat's kernel.
    Files(ChatId),
    /// What the code of this chat has named.
    Variables(ChatId),
}

/// The panel of this page.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    content: RwSignal<Option<Content>>,
    /// What had the focus when it was opened.
    before: StoredValue<Option<HtmlElement>, LocalStorage>,
    /// Whether it is to take the focus.
    takes_focus: StoredValue<bool>,
}

/// Opens source `n` of this message, counted from 1, as its marks count them.
#[derive(Clone, Copy)]
pub(super) struct OpenCitation {
    /// Called with the number.
    pub open: Callback<usize>,
    /// The sources, first to last.
    pub sources: Memo<Vec<Citation>>,
}

/// Shows the HTML or SVG of a code block beside the conversation: called with the block's language, as it was written,
/// and its code. [`Artifact::is_code`] tells for which blocks.
#[derive(Clone, Copy)]
pub(super) struct OpenPreview(pub Callback<(String, String)>);

impl Panel {
    /// The closed panel, and what opens it, for all below. It closes with its chat.
    pub(super) fn provide() -> Self {
        let panel = Self {
            content: RwSignal::new(None),
            before: StoredValue::new_local(None),
            takes_focus: StoredValue::new(true),
        };
        provide_context(panel);
        provide_context(OpenPreview(Callback::new(move |(language, code): (String, String)| {
            panel.open(Content::Preview(Artifact::of_code(&language, &code)));
        })));
        let store = store::chat();
        let chat = Memo::new(move |_| store.read(Change::Path, |client| client.chat.id.clone()));
        Effect::new(move |before: Option<Option<_>>| {
            let chat = chat.get();
            // A new chat gets its id with its first message.
            if before.flatten().is_some_and(|before| Some(before) != chat) {
                panel.content.set(None);
            }
            chat
        });
        panel
    }

    /// Shows something; the focus goes there.
    pub(super) fn open(self, content: Content) {
        let active = js::document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let is_within = |element: &HtmlElement| element.closest(".panel").ok().flatten().is_some();
        if let Some(active) = active.filter(|element| element.tag_name() != "IFRAME" && !is_within(element)) {
            self.before.set_value(Some(active));
        }
        self.takes_focus.set_value(true);
        self.content.set(Some(content));
    }

    /// Shows something by itself: the person goes on where they are.
    pub(super) fn open_quietly(self, content: Content) {
        self.takes_focus.set_value(false);
        self.content.set(Some(content));
    }

    /// Whether it shows this.
    pub(super) fn shows(self, content: &Content) -> bool {
        self.content.with(|shown| shown.as_ref() == Some(content))
    }

    /// Shows it, or closes it when it is shown.
    pub(super) fn toggle(self, content: Content) {
        if self.shows(&content) { self.close() } else { self.open(content) }
    }

    /// Closes it; the focus goes back.
    pub(super) fn close(self) {
        let mut before = None;
        self.before.update_value(|element| before = element.take());
        self.content.set(None);
        drop(FocusBack(before));
    }
}

/// The panel, while it shows something.
#[component]
pub(super) fn SidePanel() -> impl IntoView {
    let panel = expect_context::<Panel>();
    move || panel.content.get().map(|content| view! { <Open content=content /> })
}

#[component]
fn Open(content: Content) -> impl IntoView {
    let panel = expect_context::<Panel>();
    let (label, title) = match &content {
        Content::Citation(_, citation) => (strings::source(), citation.name.clone()),
        Content::Artifacts => (strings::artifacts(), strings::artifacts().to_owned()),
        Content::Preview(_) => (strings::preview(), strings::preview().to_owned()),
        Content::Files(_) => (strings::files(), strings::files().to_owned()),
        Content::Variables(_) => (strings::variables(), strings::variables().to_owned()),
    };
    let body = move || match content {
        Content::Citation(message, citation) => {
            view! { <CitationPane message=message citation=*citation /> }.into_any()
        }
        Content::Artifacts => {
            let all = expect_context::<Artifacts>().0;
            view! { <ArtifactPane all=all is_chat=true /> }.into_any()
        }
        Content::Preview(artifact) => {
            view! { <ArtifactPane all=Memo::new(move |_| vec![artifact.clone()]) is_chat=false /> }.into_any()
        }
        Content::Files(chat) => view! { <FilesOf chat=chat /> }.into_any(),
        Content::Variables(chat) => view! { <VariablesOf chat=chat /> }.into_any(),
    };
    view! {
        <side_panel::SidePanel
            label=label
            title=title
            takes_focus=panel.takes_focus.get_value()
            on_close=Callback::new(move |()| panel.close())
        >
            {body()}
        </side_panel::SidePanel>
    }
}

/// The buttons that open what the chat's kernel has: files once there is a chat, variables once code has run in it.
#[component]
pub(super) fn KernelButtons() -> impl IntoView {
    let store = store::chat();
    let chat = Memo::new(move |_| store.read(Change::Chats, |client| client.chat.id.clone()));
    let is_there = Memo::new(move |_| chat.get().is_some_and(|chat| status_of(store, &chat) != KernelStatus::Off));
    move || {
        chat.get().map(|chat| {
            let variables = Content::Variables(chat.clone());
            view! {
                <Show when=move || is_there.get()>
                    <OpenButton content=variables.clone() label=strings::variables() icon=Icon::Table />
                </Show>
                <OpenButton content=Content::Files(chat) label=strings::files() icon=Icon::Folder />
            }
        })
    }
}

/// Ends what runs in a chat's kernel, variables and all.
#[component]
fn RestartButton(chat: ChatId) -> impl IntoView {
    let store = store::chat();
    view! {
        <p class="restart-python">
            <button type="button" on:click=move |_| store.user(User::RestartKernel(chat.clone()))>
                {icon::icon(Icon::Restart)}
                " "
                {strings::restart_kernel()}
            </button>
        </p>
    }
}

#[component]
fn OpenButton(content: Content, label: &'static str, icon: Icon) -> impl IntoView {
    let panel = expect_context::<Panel>();
    let shown = content.clone();
    view! {
        <button
            type="button"
            class="quiet"
            aria-label=label
            title=label
            aria-expanded=move || panel.shows(&shown).to_string()
            on:click=move |_| panel.toggle(content.clone())
        >
            {icon::icon(icon)}
        </button>
    }
}

/// The files of a chat's kernel; one can be put to the next message.
#[component]
fn FilesOf(chat: ChatId) -> impl IntoView {
    let store = store::chat();
    let attach = Callback::new(move |(name, data): (String, web_sys::Blob)| store.attach_blob(&name, &data));
    view! { <FilesPane files=store.files(&chat) attach=Some(attach) /> }
}

#[component]
fn VariablesOf(chat: ChatId) -> impl IntoView {
    let store = store::chat();
    let owner = chat.clone();
    let is_idle = Memo::new(move |_| status_of(store, &owner) == KernelStatus::Idle);
    let of_restart = chat.clone();
    view! {
        <VariablesPane kernel=Callback::new(move |()| store.kernel(&chat)) is_idle=is_idle />
        <RestartButton chat=of_restart />
    }
}

fn status_of(store: ChatStore, chat: &ChatId) -> KernelStatus {
    store.read(Change::Kernel, |client| client.kernel(chat).status)
}
