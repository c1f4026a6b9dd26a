//! The chat page: sign-in, the list of chats, the conversation, the composer.

mod about;
mod actions;
mod artifacts;
mod attachments;
mod composer;
mod conversation;
mod dialog;
pub mod embeds;
mod extras;
mod form;
mod group;
mod lines;
mod live;
mod long_text;
mod markdown;
mod message;
mod notices;
mod panel;
mod panel_citation;
mod prompt;
mod questions;
mod run;
mod sidebar;
mod sign_in;
mod status;
mod store;
mod stored_image;
mod strings;
mod tool;
mod tools;

use crate::state::client::{Change, Connection, User};
use crate::view::common::theme::Theme;
use leptos::prelude::*;
pub use store::{ChatStore, Port};

/// The whole page; the store comes from `entry`.
#[component]
pub fn ChatPage(
    /// The state, and what changes it.
    store: ChatStore,
    /// What the page's owner lets embeds do.
    embeds: embeds::EmbedRules,
) -> impl IntoView {
    provide_context(store);
    Theme::provide();
    provide_context(embeds);
    provide_context(embeds::Downloads::kept());
    let signed_in = Memo::new(move |_| store.read(Change::Session, |client| client.session.name.is_some()));
    view! {
        <notices::Notices />
        <Show when=move || signed_in.get() fallback=sign_in::SignIn>
            <SignedIn />
        </Show>
    }
}

#[component]
fn SignedIn() -> impl IntoView {
    let store = store::chat();
    // What is written belongs to who is signed in.
    provide_context(prompt::Draft::new());
    lines::Lines::provide();
    artifacts::Artifacts::provide(panel::Panel::provide());
    on_cleanup(move || store.forget_pictures());
    let title = move || {
        store.read(Change::Title, |client| match client.chat.title.as_str() {
            "" => strings::new_chat().to_owned(),
            title => title.to_owned(),
        })
    };
    let sidebar_open = RwSignal::new(false);
    view! {
        <div class="chat" class:chat-sidebar-open=move || sidebar_open.get()>
            <sidebar::Sidebar open=sidebar_open />
            <main class="chat-main">
                <header class="chat-header">
                    <button
                        class="chat-menu"
                        aria-label=strings::show_chats()
                        aria-expanded=move || sidebar_open.get().to_string()
                        on:click=move |_| sidebar_open.update(|open| *open = !*open)
                    >
                        "☰"
                    </button>
                    <h1 class="chat-title" dir="auto">{title}</h1>
                    <artifacts::ArtifactsButton />
                    <panel::KernelButtons />
                    <ModelChoice />
                    <ConnectionState />
                </header>
                <about::ChatFacts />
                <questions::Questions />
                <prompt::PromptQuestion />
                <conversation::Conversation />
                <composer::Composer />
            </main>
            <panel::SidePanel />
        </div>
    }
}

#[component]
fn ModelChoice() -> impl IntoView {
    let store = store::chat();
    let models = Memo::new(move |_| {
        store.read(Change::Models, |client| {
            client.models.iter().map(|model| (model.id.clone(), model.name.clone())).collect::<Vec<_>>()
        })
    });
    let chosen = Memo::new(move |_| store.read(Change::Models, |client| client.model.clone().unwrap_or_default()));
    view! {
        <select
            class="chat-model"
            aria-label=strings::model()
            on:change=move |event| store.user(User::SelectModel(event_target_value(&event)))
        >
            <For each=move || models.get() key=|model| model.clone() let:model>
                {
                    let (id, name) = model;
                    let value = id.clone();
                    view! {
                        <option value=value selected=move || chosen.get() == id>
                            {name}
                        </option>
                    }
                }
            </For>
        </select>
    }
}

#[component]
fn ConnectionState() -> impl IntoView {
    let store = store::chat();
    let state = Memo::new(move |_| store.read(Change::Connection, |client| client.connection.clone()));
    let unsent = Memo::new(move |_| {
        store.read(Change::Attachments, |_| ());
        store.read(Change::Path, |_| ());
        store.read(Change::Connection, |client| client.unsent())
    });
    let (text, class) = (
        move || match (state.get(), unsent.get()) {
            (Connection::Connected(_), _) => strings::connected().to_owned(),
            (Connection::Lost, 0) => strings::reconnecting().to_owned(),
            (Connection::Lost, waiting) => format!("{} {}: {waiting}", strings::reconnecting(), strings::unsent()),
            (Connection::Off | Connection::Connecting, _) => strings::connecting().to_owned(),
        },
        move || match state.get() {
            Connection::Connected(_) => "chat-connection chat-connection-on",
            _ => "chat-connection",
        },
    );
    view! {
        <span class=class role="status" aria-label=strings::connection()>
            {text}
        </span>
    }
}
