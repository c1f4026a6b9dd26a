//! What stands around the text of a message: files, sources, runs of code, questions to go on with.

use super::markdown::CodeBlock;
use super::panel::{Content, OpenCitation, Panel};
use super::stored_image::StoredImage;
use super::{store, strings};
use crate::ids::MessageId;
use crate::state::extras::{Citation, CodeRun, FileItem, Place};
use crate::view::common::icon::{Icon, icon};
use leptos::prelude::*;

/// Sources that are listed at first; the others on a click.
const SOURCES: usize = 8;

/// The files: pictures are shown, the others can be saved.
#[component]
pub(super) fn Files(files: Memo<Vec<FileItem>>) -> impl IntoView {
    view! {
        <Show when=move || !files.with(Vec::is_empty)>
            <ul class="files" aria-label=strings::files()>
                <For each=move || files.get().into_iter().enumerate() key=|file| file.clone() let:file>
                    <li>{one_file(file.1)}</li>
                </For>
            </ul>
        </Show>
    }
}

fn one_file(file: FileItem) -> AnyView {
    let store = store::chat();
    let FileItem { name, place, picture } = file;
    match place {
        Place::Stored(path) | Place::Inline(path) if picture => view! { <StoredImage path=path alt=name /> }.into_any(),
        Place::Stored(path) => {
            let saved = name.clone();
            view! {
                <button type="button" class="file" on:click=move |_| store.save(path.clone(), saved.clone())>
                    {icon(Icon::Download)}
                    <span dir="auto">{name}</span>
                </button>
            }
            .into_any()
        }
        Place::Elsewhere(url) => view! {
            <a class="file" href=url.clone() title=url target="_blank" rel="noopener noreferrer nofollow" dir="auto">
                {name}
            </a>
        }
        .into_any(),
        Place::Inline(_) | Place::Nowhere => view! {
            <span class="file" dir="auto">
                {name}
            </span>
        }
        .into_any(),
    }
}

/// Lets all below open a source of a message in the panel.
pub(super) fn provide_citations(message: MessageId, sources: Memo<Vec<Citation>>) {
    let panel = expect_context::<Panel>();
    let open = Callback::new(move |number: usize| {
        let source = number.checked_sub(1).and_then(|at| sources.with_untracked(|all| all.get(at).cloned()));
        if let Some(source) = source {
            panel.open(Content::Citation(message.clone(), Box::new(source)));
        }
    });
    provide_context(OpenCitation { open, sources });
}

/// The sources, by their numbers; each opens in the panel.
#[component]
pub(super) fn Sources(sources: Memo<Vec<Citation>>) -> impl IntoView {
    let open = expect_context::<OpenCitation>().open;
    let shows_all = RwSignal::new(false);
    let count = Memo::new(move |_| sources.with(Vec::len));
    let shown = move || if shows_all.get() { count.get() } else { count.get().min(SOURCES) };
    view! {
        <Show when=move || { count.get() > 0 }>
            <ol class="sources" aria-label=strings::sources()>
                {move || {
                    let all = sources.get().into_iter().take(shown()).enumerate();
                    all.map(|(at, source)| one_source(at + 1, source, open)).collect_view()
                }}
                <Show when=move || { shown() < count.get() }>
                    <li>
                        <button type="button" on:click=move |_| shows_all.set(true)>
                            {strings::show_all_sources()}
                            " "
                            {count}
                        </button>
                    </li>
                </Show>
            </ol>
        </Show>
    }
}

fn one_source(number: usize, source: Citation, open: Callback<usize>) -> impl IntoView {
    // Of an address, its host and what follows say more than how it is fetched.
    let name =
        source.name.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
    view! {
        <li>
            <button type="button" class="source" title=source.name on:click=move |_| open.run(number)>
                <span class="source-number">{number}</span>
                " "
                <span class="source-name" dir="auto">
                    {name}
                </span>
            </button>
        </li>
    }
}

/// Runs of code that tools told of.
#[component]
pub(super) fn CodeRuns(runs: Memo<Vec<CodeRun>>) -> impl IntoView {
    view! {
        <Show when=move || !runs.with(Vec::is_empty)>
            <ul class="code-runs" aria-label=strings::code_runs()>
                {move || runs.get().into_iter().map(one_run).collect_view()}
            </ul>
        </Show>
    }
}

fn one_run(run: CodeRun) -> impl IntoView {
    let state = match (&run.error, run.ended) {
        (Some(_), _) => strings::failed(),
        (None, true) => strings::ran(),
        (None, false) => strings::runs(),
    };
    let files = run.files.into_iter().map(|file| view! { <li>{one_file(file)}</li> }).collect_view();
    let text =
        |text: Option<String>, class| text.map(|text| view! { <pre class=class dir="ltr" tabindex="0">{text}</pre> });
    view! {
        <li>
            <details class="tool">
                <summary class:shimmer=!run.ended>
                    <span dir="auto">{run.name}</span>
                    " "
                    {state}
                </summary>
                <CodeBlock language=run.language code=run.code />
                <section class="tool-output" aria-label=strings::output()>
                    {text(run.output, "stdout")}
                    {text(run.error, "stderr")}
                </section>
                <ul class="files">{files}</ul>
            </details>
        </li>
    }
}

/// Questions to go on with; a click sends one.
#[component]
pub(super) fn FollowUps(questions: Memo<Vec<String>>) -> impl IntoView {
    let store = store::chat();
    view! {
        <Show when=move || !questions.with(Vec::is_empty)>
            <ul class="follow-ups" aria-label=strings::follow_ups()>
                <For each=move || questions.get().into_iter().enumerate() key=|one| one.clone() let:one>
                    <li>
                        <button
                            dir="auto"
                            on:click={
                                let question = one.1.clone();
                                move |_| {
                                    store.send(question.clone());
                                }
                            }
                        >
                            {one.1.clone()}
                        </button>
                    </li>
                </For>
            </ul>
        </Show>
    }
}
