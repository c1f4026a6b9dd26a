//! The sign-in form.

use super::{store, strings};
use crate::state::client::{Change, Credentials, User};
use leptos::prelude::*;

/// The form; what was typed stays when the server refuses.
#[component]
pub(super) fn SignIn() -> impl IntoView {
    let store = store::chat();
    let server = RwSignal::new(store.peek(|client| client.session.server.clone()));
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = Memo::new(move |_| store.read(Change::Session, |client| client.session.is_busy()));
    let error = Memo::new(move |_| store.read(Change::Session, |client| client.session.error.clone()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            let credentials = Credentials::Password(email.get_untracked(), password.get_untracked());
            store.user(User::SignIn(server.get_untracked(), credentials));
        }
    };
    view! {
        <main class="sign-in">
            <form class="sign-in-form" on:submit=submit>
                <h1>{strings::sign_in()}</h1>
                <p class="sign-in-hint">{strings::sign_in_hint()}</p>
                <Field label=strings::server() kind="text" complete="url" value=server />
                <Field label=strings::email() kind="email" complete="username" value=email />
                <Field label=strings::password() kind="password" complete="current-password" value=password />
                <div role="alert" class="sign-in-error">
                    {move || error.get()}
                </div>
                <button type="submit" class="primary" aria-busy=move || busy.get().to_string()>
                    {move || if busy.get() { strings::signing_in() } else { strings::sign_in() }}
                </button>
            </form>
        </main>
    }
}

#[component]
fn Field(label: &'static str, kind: &'static str, complete: &'static str, value: RwSignal<String>) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <input
                type=kind
                autocomplete=complete
                required
                spellcheck="false"
                autocapitalize="off"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
}
