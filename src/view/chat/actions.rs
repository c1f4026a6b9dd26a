//! Buttons at a message, and when it was written.

use super::message::field;
use super::{store, strings};
use crate::ids::MessageId;
use crate::state::chat::{Field, is_saved};
use crate::state::client::{Change, User};
use crate::state::usage::usage;
use crate::view::common::focus::focus_when_there;
use crate::view::common::icon::{Icon, icon};
use crate::view::common::language::locale;
use crate::web::clipboard;
use crate::web::clock::local_time;
use leptos::html::Textarea;
use leptos::prelude::*;

/// The buttons of what the person wrote.
#[component]
pub(super) fn PromptActions(id: MessageId, editing: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="message-actions">
            <Versions id=id.clone() />
            <CopyMessage id=id.clone() />
            {action(strings::edit_message(), Icon::Edit, move || editing.set(true))}
            <Written id=id />
        </div>
    }
}

/// The buttons of an answer.
#[component]
pub(super) fn Actions(id: MessageId, editing: RwSignal<bool>) -> impl IntoView {
    let store = store::chat();
    let last = id.clone();
    let is_last = Memo::new(move |_| store.read(Change::Path, |client| client.chat.current.as_ref() == Some(&last)));
    let may_branch =
        Memo::new(move |_| store.read(Change::Chats, |client| client.chat.id.as_ref().is_some_and(is_saved)));
    let actions = Memo::new(move |_| {
        store.read(Change::Models, |client| client.model().map(|model| model.actions()).unwrap_or_default())
    });
    let (again, more, from, of_model) = (id.clone(), id.clone(), id.clone(), id.clone());
    let go_on = move || {
        let more = more.clone();
        action(strings::go_on(), Icon::Continue, move || {
            if store.may_send() {
                store.user(User::Continue(more.clone()));
            }
        })
    };
    let branch = move || {
        let from = from.clone();
        action(strings::branch(), Icon::Branch, move || store.user(User::Branch(from.clone())))
    };
    view! {
        <div class="message-actions">
            <Versions id=id.clone() />
            <CopyMessage id=id.clone() />
            {action(strings::edit_message(), Icon::Edit, move || editing.set(true))}
            {action(
                strings::regenerate(),
                Icon::Restart,
                move || {
                    if store.may_send() {
                        store.user(User::Regenerate(again.clone(), store.fresh()));
                    }
                },
            )}
            <Show when=move || is_last.get()>{go_on.clone()}</Show>
            <Show when=move || may_branch.get()>{branch.clone()}</Show>
            <Favorite id=id.clone() />
            <For each=move || actions.get() key=|action| action.clone() let:action>
                <button
                    type="button"
                    dir="auto"
                    on:click={
                        let (message, action) = (of_model.clone(), action.id.clone());
                        move |_| store.user(User::Act(message.clone(), action.clone()))
                    }
                >
                    {action.name}
                </button>
            </For>
            <Written id=id.clone() />
            <Cost id=id />
        </div>
    }
}

/// A button that is a drawing; its name is in its title, too.
fn action(name: &'static str, drawing: Icon, press: impl Fn() + 'static) -> impl IntoView {
    view! {
        <button type="button" class="icon-action" aria-label=name title=name on:click=move |_| press()>
            {icon(drawing)}
        </button>
    }
}

/// Copies the text of a message.
#[component]
fn CopyMessage(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let text =
        move || store.peek(|client| client.chat.messages.get(&id).map(|message| message.words()).unwrap_or_default());
    let (said, copy) = copying(text);
    view! {
        {action(strings::copy_message(), Icon::Copy, copy)}
        <span class="action-said" role="status">
            {said}
        </span>
    }
}

/// Whether the person likes a message: a button that stays pressed.
#[component]
fn Favorite(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let liked = field(id.clone(), Field::Extras, |message| message.favorite);
    view! {
        <button
            type="button"
            class="icon-action favorite"
            aria-label=strings::favorite()
            title=strings::favorite()
            aria-pressed=move || liked.get().to_string()
            on:click=move |_| store.user(User::Favorite(id.clone(), !liked.get_untracked()))
        >
            {icon(Icon::Star)}
        </button>
    }
}

/// When a message was written.
#[component]
fn Written(id: MessageId) -> impl IntoView {
    let at = field(id, Field::Extras, |message| message.timestamp);
    move || {
        let (machine, person) = local_time(at.get(), &locale())?;
        Some(view! { <time datetime=machine dir="auto">{person}</time> })
    }
}

/// What an answer cost: the sum, the rest on a click.
#[component]
fn Cost(id: MessageId) -> impl IntoView {
    let told = field(id, Field::Extras, |message| message.usage.as_ref().and_then(usage));
    move || {
        let told = told.get()?;
        let lines = told.lines.into_iter().map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> });
        Some(view! {
            <details class="usage">
                <summary>
                    <span dir="auto">{strings::tokens(told.total)}</span>
                </summary>
                <dl aria-label=strings::usage()>{lines.collect_view()}</dl>
            </details>
        })
    }
}

/// Arrows between the versions of a message, where there are several.
#[component]
fn Versions(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let versions = Memo::new(move |_| store.read(Change::Path, |client| client.chat.versions(&id)));
    let go = move |step: isize| {
        let (all, at) = versions.get_untracked();
        if let Some(id) = at.checked_add_signed(step).and_then(|at| all.get(at)) {
            store.user(User::ShowVersion(id.clone()));
        }
    };
    let count = move || versions.with(|(all, _)| all.len());
    let place = move || versions.with(|(_, at)| at + 1);
    view! {
        <Show when=move || { count() > 1 }>
            <span class="versions">
                <button
                    type="button"
                    aria-label=strings::previous_version()
                    disabled=move || place() <= 1
                    on:click=move |_| go(-1)
                >
                    "‹"
                </button>
                <span>{move || format!("{}/{}", place(), count())}</span>
                <button
                    type="button"
                    aria-label=strings::next_version()
                    disabled=move || { place() >= count() }
                    on:click=move |_| go(1)
                >
                    "›"
                </button>
            </span>
        </Show>
    }
}

/// A text that is being changed. Escape gives up.
#[component]
pub(super) fn Editor(
    text: String,
    save: &'static str,
    on_save: Callback<String>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let text = RwSignal::new(text);
    focus_when_there(field);
    let submit = move || {
        if text.with_untracked(|text| !text.trim().is_empty()) {
            on_save.run(text.get_untracked());
        }
    };
    view! {
        <form
            class="editor"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <textarea
                node_ref=field
                aria-label=strings::edit_message()
                dir="auto"
                rows="4"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        event.prevent_default();
                        on_cancel.run(());
                    }
                }
            ></textarea>
            <div class="editor-buttons">
                <button type="button" on:click=move |_| on_cancel.run(())>
                    {strings::cancel()}
                </button>
                <button type="submit" class="primary">
                    {save}
                </button>
            </div>
        </form>
    }
}

/// Copies a text when it is called, and what to say of it for a moment.
fn copying(text: impl Fn() -> String + 'static) -> (RwSignal<Option<&'static str>>, impl Fn()) {
    let said = RwSignal::new(None);
    let copy = move || {
        let text = text();
        leptos::task::spawn_local(async move {
            let done = clipboard::write(&text).await;
            // The button may be gone by now.
            let _ = said.try_set(Some(if done { strings::copied() } else { strings::not_copied() }));
            set_timeout(
                move || {
                    let _ = said.try_set(None);
                },
                std::time::Duration::from_secs(2),
            );
        });
    };
    (said, copy)
}

/// A button that copies a text and says so.
#[component]
pub(super) fn CopyButton(name: &'static str, text: impl Fn() -> String + 'static) -> impl IntoView {
    let (said, copy) = copying(text);
    view! {
        <button class="copy" type="button" on:click=move |_| copy()>
            {move || said.get().unwrap_or(name)}
        </button>
    }
}
