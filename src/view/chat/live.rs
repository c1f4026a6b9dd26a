//! What the server's code puts out while it runs: until its answer is given, and the message has the result.

use super::{store, strings};
use crate::ids::{CallId, MessageId};
use crate::state::client::Change;
use crate::view::common::output::{OutputList, OutputsView};
use crate::view::common::progress::Elapsed;
use leptos::prelude::*;

/// The runs of a message that go on.
#[component]
pub(super) fn LiveRuns(id: MessageId) -> impl IntoView {
    let store = store::chat();
    let of_runs = id.clone();
    let runs = Memo::new(move |_| {
        store.read(Change::Live(of_runs.clone()), |client| {
            client.live(&of_runs).map(|(call, _)| call.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <For each=move || runs.get() key=CallId::clone let:run>
            <LiveRun id=id.clone() run=run />
        </For>
    }
}

#[component]
fn LiveRun(id: MessageId, run: CallId) -> impl IntoView {
    let store = store::chat();
    let outputs = OutputList::default();
    let list = outputs.clone();
    Effect::new(move |_| {
        store.read(Change::Live(id.clone()), |client| {
            if let Some((_, outputs)) = client.live(&id).find(|(call, _)| **call == run) {
                list.follow(outputs);
            }
        });
    });
    let shown = outputs.clone();
    let is_seen = Memo::new(move |_| !outputs.is_empty());
    move || {
        is_seen.get().then(|| {
            view! {
                <section class="tool-output live-run" aria-label=strings::output() tabindex="0">
                    <div>
                        <OutputsView outputs=shown.clone() />
                        <p class="output-note">{strings::run_goes_on()} <Elapsed /></p>
                    </div>
                </section>
            }
            .into_any()
        })
    }
}
