//! Where a message is written.

use super::attachments::Attachments;
use super::prompt::Draft;
use super::tools::Tools;
use super::{store, strings};
use crate::protocol::execute::KernelStatus;
use crate::state::client::{Change, User};
use crate::view::common::choose_files::ChooseFiles;
use leptos::html::Textarea;
use leptos::prelude::*;

/// The composer: Enter sends, Shift+Enter begins a line. What is written stays until it can be sent.
#[component]
pub(super) fn Composer() -> impl IntoView {
    let store = store::chat();
    let field = NodeRef::<Textarea>::new();
    let text = expect_context::<Draft>().text;
    let active = Memo::new(move |_| store.read(Change::Active, |client| client.chat.active));
    let can_send = Memo::new(move |_| {
        active.track();
        store.read(Change::Models, |_| ());
        store.read(Change::Session, |_| ());
        store.read(Change::Connection, |client| client.can_send())
    });
    let is_blank = Memo::new(move |_| text.with(|text| text.trim().is_empty()));
    let send = move || {
        if can_send.get_untracked() && !is_blank.get_untracked() && store.send(text.get_untracked()) {
            text.set(String::new());
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let drop = move |event: leptos::ev::DragEvent| {
        if let Some(files) = event.data_transfer().and_then(|data| data.files()).filter(|files| files.length() > 0) {
            event.prevent_default();
            store.attach(Some(files));
        }
    };
    let paste = move |event: leptos::ev::ClipboardEvent| {
        if let Some(files) = event.clipboard_data().and_then(|data| data.files()).filter(|files| files.length() > 0) {
            event.prevent_default();
            store.attach(Some(files));
        }
    };
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            on:dragover=|event| event.prevent_default()
            on:drop=drop
            on:paste=paste
        >
            <super::about::ChatProgress />
            <KernelState />
            <Attachments />
            <div class="composer-row">
                <textarea
                    node_ref=field
                    aria-label=strings::message()
                    placeholder=strings::message_hint()
                    rows="1"
                    dir="auto"
                    prop:value=move || text.get()
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        store.user(User::Types);
                    }
                    on:keydown=on_key
                ></textarea>
                <Show
                    when=move || active.get()
                    fallback=move || {
                        view! {
                            <button
                                type="submit"
                                class="primary"
                                disabled=move || !can_send.get() || is_blank.get()
                            >
                                {strings::send()}
                            </button>
                        }
                    }
                >
                    <button type="button" on:click=move |_| store.user(User::Stop)>
                        {strings::stop()}
                    </button>
                </Show>
            </div>
            <div class="composer-tools">
                <ChooseFiles class="composer-tool" on_chosen=move |list| store.attach(Some(list))>
                    {strings::attach()}
                </ChooseFiles>
                <Tools />
            </div>
        </form>
    }
}

/// What the chat's kernel is doing, while there is something to wait for.
#[component]
fn KernelState() -> impl IntoView {
    let store = store::chat();
    let busy = Memo::new(move |_| {
        store.read(Change::Kernel, |client| matches!(client.kernel, KernelStatus::Starting | KernelStatus::Busy))
    });
    let text = move || {
        store.read(Change::Kernel, |client| match &client.progress {
            Some(progress) => progress.text.clone(),
            None => strings::running_code().to_owned(),
        })
    };
    let bytes = move || {
        store.read(Change::Kernel, |client| {
            client
                .progress
                .as_ref()
                .filter(|progress| progress.total > 0.0)
                .map(|progress| (progress.done.min(progress.total), progress.total))
        })
    };
    view! {
        <Show when=move || busy.get()>
            <div class="composer-kernel">
                <span role="status">{text}</span>
                {move || {
                    bytes()
                        .map(|(done, total)| {
                            let words = format!("{:.1} of {:.1} MB", done / 1e6, total / 1e6);
                            view! {
                                <progress aria-label=text() aria-valuetext=words.clone() max=total value=done></progress>
                                <span class="composer-bytes">{words.clone()}</span>
                            }
                        })
                }}
            </div>
        </Show>
    }
}
