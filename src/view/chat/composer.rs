//! Where a message is written.

use super::attachments::Attachments;
use super::prompt::Draft;
use super::tools::Tools;
use super::{store, strings};
use crate::protocol::execute::KernelStatus;
use crate::state::client::{Change, User};
use crate::view::common::choose_files::ChooseFiles;
use crate::view::common::progress::amount;
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
    let kernel = Memo::new(move |_| {
        let chat = store.read(Change::Chats, |client| client.chat.id.clone());
        store.read(Change::Kernel, |client| chat.map(|chat| client.kernel(&chat)).unwrap_or_default())
    });
    let busy = Memo::new(move |_| matches!(kernel.get().status, KernelStatus::Starting | KernelStatus::Busy));
    let text = move || kernel.get().progress.map_or_else(|| strings::running_code().to_owned(), |step| step.text);
    let counted = move || kernel.get().progress.filter(|step| step.total > 0.0);
    view! {
        <Show when=move || busy.get()>
            <div class="composer-kernel">
                <span role="status">{text}</span>
                {move || {
                    counted()
                        .map(|step| {
                            let words = amount(&step);
                            view! {
                                <progress
                                    aria-label=text()
                                    aria-valuetext=words.clone()
                                    max=step.total
                                    value=step.done.min(step.total)
                                ></progress>
                                <span class="composer-bytes">{words.clone()}</span>
                            }
                        })
                }}
            </div>
        </Show>
    }
}
