//! A call that waits for the person, in a saved chat (PROTOCOL.md 3.5).

use crate::ids::MessageId;
use crate::protocol::chat::question::{Decision, Entry};
use crate::state::client::User;
use crate::state::parts::Pending;
use crate::view::chat::form::Fields;
use crate::view::chat::{store, strings};
use leptos::prelude::*;

/// A call that waits for the person: to be approved, or to be answered.
#[component]
pub(in crate::view::chat) fn Waiting(id: MessageId, pending: Pending) -> impl IntoView {
    let store = store::chat();
    let Pending { call_id, question } = pending;
    let entries = RwSignal::new(
        question
            .as_ref()
            .map(|question| question.fields.iter().map(|field| field.value.clone()).collect::<Vec<_>>())
            .unwrap_or_default(),
    );
    let problem = RwSignal::new(None);
    let resolve = move |decision: Decision| {
        store.user(User::Resolve { message: id.clone(), call_id: call_id.clone(), decision });
    };
    let refuse = resolve.clone();
    let asked = question.clone();
    let accept = move |_| {
        let decision = Decision::Accept(entries.get_untracked());
        match asked.as_ref().map(|question| question.answer(&decision)) {
            Some(Err(wrong)) => problem.set(Some(wrong)),
            _ => resolve(decision),
        }
    };
    let fill = Callback::new(move |(at, entry): (usize, Entry)| {
        problem.set(None);
        entries.update(|entries| {
            if let Some(slot) = entries.get_mut(at) {
                *slot = entry;
            }
        });
    });
    let words = if question.is_some() { strings::answer() } else { strings::approve() };
    let fields = question.map(|question| {
        view! { <Fields fields=question.fields entries=entries.get_untracked() on_fill=fill problem=problem /> }
    });
    view! {
        <div class="tool-waiting" role="group" aria-label=strings::question()>
            {fields}
            <div class="dialog-buttons">
                <button type="button" on:click=move |_| refuse(Decision::Decline)>
                    {strings::reject()}
                </button>
                <button type="button" class="primary" on:click=accept>
                    {words}
                </button>
            </div>
        </div>
    }
}
