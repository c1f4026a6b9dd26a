//! Buttons at a message.

use super::{store, strings};
use crate::ids::MessageId;
use crate::state::client::{Change, User};
use leptos::html::Textarea;
use leptos::prelude::*;

/// The buttons of an answer.
#[component]
pub(super) fn Actions(id: MessageId, editing: RwSignal<bool>) -> impl IntoView {
    let store = store::chat();
    let (copied, again, more, of_model) = (id.clone(), id.clone(), id.clone(), id.clone());
    let text = move || {
        store.peek(|client| {
            client.chat.messages.get(&copied).map(|message| message.text().to_owned()).unwrap_or_default()
        })
    };
    let last = id.clone();
    let is_last = Memo::new(move |_| store.read(Change::Path, |client| client.chat.current.as_ref() == Some(&last)));
    let actions = Memo::new(move |_| {
        store.read(Change::Models, |client| client.model().map(|model| model.actions()).unwrap_or_default())
    });
    view! {
        <div class="message-actions">
            <Versions id=id />
            <CopyButton name=strings::COPY_MESSAGE text=text />
            <button type="button" on:click=move |_| editing.set(true)>
                {strings::EDIT_MESSAGE}
            </button>
            <button
                type="button"
                on:click=move |_| store.user(User::Regenerate(again.clone(), store.fresh()))
            >
                {strings::REGENERATE}
            </button>
            <Show when=move || is_last.get()>
                <button
                    type="button"
                    on:click={
                        let more = more.clone();
                        move |_| store.user(User::Continue(more.clone()))
                    }
                >
                    {strings::CONTINUE}
                </button>
            </Show>
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
        </div>
    }
}

/// Arrows between the versions of a message, where there are several.
#[component]
pub(super) fn Versions(id: MessageId) -> impl IntoView {
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
                    aria-label=strings::PREVIOUS_VERSION
                    disabled=move || place() <= 1
                    on:click=move |_| go(-1)
                >
                    "‹"
                </button>
                <span>{move || format!("{}/{}", place(), count())}</span>
                <button
                    type="button"
                    aria-label=strings::NEXT_VERSION
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
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // It throws for elements that can't have the focus.
            let _ = field.focus();
        }
    });
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
                aria-label=strings::EDIT_MESSAGE
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
                    {strings::CANCEL}
                </button>
                <button type="submit" class="primary">
                    {save}
                </button>
            </div>
        </form>
    }
}

/// A button that copies a text and says so.
#[component]
pub(super) fn CopyButton(name: &'static str, text: impl Fn() -> String + 'static) -> impl IntoView {
    let label = RwSignal::new(name);
    let copy = move |_| {
        let Some(clipboard) = web_sys::window().map(|window| window.navigator().clipboard()) else { return };
        let written = clipboard.write_text(&text());
        leptos::task::spawn_local(async move {
            let done = wasm_bindgen_futures::JsFuture::from(written).await.is_ok();
            label.set(if done { strings::COPIED } else { strings::NOT_COPIED });
            set_timeout(move || label.set(name), std::time::Duration::from_secs(2));
        });
    };
    view! {
        <button class="copy" type="button" on:click=copy>
            {move || label.get()}
        </button>
    }
}
