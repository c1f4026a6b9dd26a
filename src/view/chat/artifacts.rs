//! Pages and drawings of the answers, beside the conversation (PROTOCOL.md 6.7): versions, and what to do with one.

use super::actions::CopyButton;
use super::embeds::{Downloads, OneFrame, Surroundings};
use super::panel::{Content, Panel};
use super::{store, strings};
use crate::ids::{ChatId, MessageId};
use crate::state::artifacts::{Artifact, of_text, text_of};
use crate::state::chat::{Field, Role};
use crate::state::client::{Change, User};
use crate::view::common::choice::{Choice, ChoiceBox};
use crate::web::{blob, screen};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;

/// The artifacts of the shown branch, first to last.
#[derive(Clone, Copy)]
pub(super) struct Artifacts(pub Memo<Vec<Artifact>>);

/// Whether the panel opens by itself when a block has ended.
#[derive(Clone, Copy)]
struct OpensItself(Choice);

impl Artifacts {
    /// Finds them, for all below.
    pub(super) fn provide(panel: Panel) {
        let store = store::chat();
        let owner = Owner::current().unwrap_or_default();
        let known = StoredValue::new(HashMap::<MessageId, Memo<Vec<Artifact>>>::new());
        let all = Memo::new(move |_| {
            let path = store.read(Change::Path, |client| client.chat.path());
            let of = |id: MessageId| {
                let found = known.with_value(|known| known.get(&id).copied());
                let found = found.unwrap_or_else(|| {
                    let made = owner.with(|| of_message(id.clone()));
                    known.update_value(|known| _ = known.insert(id, made));
                    made
                });
                found.get()
            };
            path.into_iter().flat_map(of).collect::<Vec<_>>()
        });
        let opens = OpensItself(Choice::kept("pyoxide.artifacts-open"));
        Effect::new(move |before: Option<(usize, Option<ChatId>)>| {
            let now = (all.with(Vec::len), store.read(Change::Path, |client| client.chat.id.clone()));
            // Those of a chat that is just opened are old.
            if before.is_some_and(|(count, chat)| count < now.0 && chat == now.1) && opens.0.is_on() {
                panel.open_quietly(Content::Artifacts);
            }
            now
        });
        provide_context(opens);
        provide_context(Self(all));
    }
}

/// What a message brings. One that is still written is not read: that would cost more with each word.
fn of_message(id: MessageId) -> Memo<Vec<Artifact>> {
    let store = store::chat();
    Memo::new(move |_| {
        let is_done = store.read(Change::Message(id.clone(), Field::Done), |client| {
            client.chat.messages.get(&id).is_some_and(|message| message.done && message.role != Role::User)
        });
        if !is_done {
            return Vec::new();
        }
        let text =
            store.read(Change::Message(id.clone(), Field::Body), |client| client.chat.messages.get(&id).map(text_of));
        text.map(|text| of_text(&text)).unwrap_or_default()
    })
}

/// The button in the chat's header, where there are any.
#[component]
pub(super) fn ArtifactsButton() -> impl IntoView {
    let (panel, all) = (expect_context::<Panel>(), expect_context::<Artifacts>().0);
    let is_open = move || panel.shows(&Content::Artifacts);
    view! {
        <Show when=move || !all.with(Vec::is_empty)>
            <button
                type="button"
                aria-expanded=move || is_open().to_string()
                on:click=move |_| panel.toggle(Content::Artifacts)
            >
                {strings::artifacts()}
            </button>
        </Show>
    }
}

/// The pane. The last version is shown first, and a new one when it comes.
#[component]
pub(super) fn ArtifactPane(
    all: Memo<Vec<Artifact>>,
    /// Whether these are the chat's, and more may come.
    is_chat: bool,
) -> impl IntoView {
    let store = store::chat();
    let pane = NodeRef::<Div>::new();
    let count = Memo::new(move |_| all.with(Vec::len));
    let at = RwSignal::new(0_usize);
    Effect::new(move |_| at.set(count.get().saturating_sub(1)));
    let shown = Memo::new(move |_| all.with(|all| all.get(at.get()).cloned()));
    let source = move || shown.get_untracked().map(|artifact| artifact.source).unwrap_or_default();
    let save = move |_| {
        let Some(artifact) = shown.get_untracked() else { return };
        let (name, media_type) = artifact.file();
        if let Err(why) = blob::download(name, media_type, artifact.source.as_bytes()) {
            store.user(User::NotSaved(name.to_owned(), why.to_string()));
        }
    };
    let fill = move |_| {
        let Some(pane) = pane.get_untracked() else { return };
        spawn_local(async move {
            if let Err(why) = screen::fill(&pane).await {
                store.user(User::Warn(format!("{} {why}", strings::no_full_screen())));
            }
        });
    };
    let round = RwSignal::new(0_u32);
    let is_any = Memo::new(move |_| shown.with(Option::is_some));
    let downloads = use_context::<Downloads>();
    let document =
        Signal::derive(move || shown.with(|shown| shown.as_ref().map(Artifact::document).unwrap_or_default()));
    let go = move |step: isize| {
        at.update(|at| *at = at.saturating_add_signed(step).min(count.get_untracked().saturating_sub(1)))
    };
    view! {
        <div class="panel-body artifacts">
            <div class="artifact-tools" role="toolbar" aria-label=strings::artifact()>
                <Show when=move || { count.get() > 1 }>
                    <span class="versions">
                        <button
                            type="button"
                            aria-label=strings::previous_artifact()
                            aria-disabled=move || (at.get() == 0).to_string()
                            on:click=move |_| go(-1)
                        >
                            "‹"
                        </button>
                        <span role="status">{move || format!("{} of {}", at.get() + 1, count.get())}</span>
                        <button
                            type="button"
                            aria-label=strings::next_artifact()
                            aria-disabled=move || (at.get() + 1 >= count.get()).to_string()
                            on:click=move |_| go(1)
                        >
                            "›"
                        </button>
                    </span>
                </Show>
                <CopyButton name=strings::copy() text=source />
                <button type="button" on:click=save>
                    {strings::download()}
                </button>
                <button type="button" on:click=fill>
                    {strings::full_screen()}
                </button>
                <button type="button" on:click=move |_| round.update(|round| *round += 1)>
                    {strings::refresh()}
                </button>
            </div>
            <div class="artifact-page" node_ref=pane>
                {move || {
                    round.track();
                    // What a frame may do is settled when it begins.
                    downloads.map(|downloads| downloads.0.get());
                    let surroundings = Surroundings { fills: true, ..Surroundings::default() };
                    is_any
                        .get()
                        .then(|| {
                            let title = Signal::stored(strings::artifact().to_owned());
                            view! { <OneFrame title=title text=document surroundings=surroundings /> }
                        })
                }}
            </div>
            {is_chat
                .then(|| {
                    let choice = expect_context::<OpensItself>().0;
                    view! { <ChoiceBox choice=choice words=strings::opens_itself() /> }
                })}
            {downloads.map(|downloads| view! { <ChoiceBox choice=downloads.0 words=strings::may_save() /> })}
        </div>
    }
}
