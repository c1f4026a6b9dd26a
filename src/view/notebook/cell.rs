//! A cell: its code, the button that runs it, what can be done to it, and what it put out.

use super::editor::CodeView;
use super::help::HelpSwitch;
use super::store::{CellDesk, CellStore, Page, RunView};
use super::strings;
use crate::protocol::execute::KernelStatus;
use crate::state::notebook::keys::{Key, KeyCommand, Keys};
use crate::state::notebook::{Command, Ended, Part, Phase, Question, Then, Way};
use crate::view::common::code_field::Code;
use crate::view::common::icon::{Icon, icon};
use crate::view::common::output::OutputsView;
use crate::view::common::progress::Elapsed;
use crate::view::common::question::QuestionView;
use crate::web::js;
use leptos::html::{Button, Div};
use leptos::prelude::*;
use web_sys::{KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Shows a cell.
#[component]
pub(super) fn CellView(
    /// Its signals.
    cell: CellStore,
) -> impl IntoView {
    let CellStore { id, number, run, question, outputs, source } = cell;
    let page = Page::here();
    let store = page.store();
    let (group, run_button) = (NodeRef::<Div>::new(), NodeRef::<Button>::new());
    let code = StoredValue::new_local(Code::default());
    let id = StoredValue::new(id);
    let number = RwSignal::from(number);
    let run = RwSignal::from(run);
    let selected = {
        let selected = store.selected.clone();
        Memo::new(move |_| selected.with(|selected| id.with_value(|id| id == selected)))
    };
    let kernel = store.kernel.clone();
    let starting = Memo::new(move |_| kernel.with(|kernel| kernel.status == KernelStatus::Starting));
    // Whether the user came out of the code by Escape: then Tab goes on behind it, not back into it.
    let escaped = StoredValue::new(false);
    let focus = move |part: Part| match (part, group.get_untracked()) {
        (Part::Editor, _) => code.get_value().focus(),
        (Part::Cell, Some(group)) => {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            // It throws for elements that can't have the focus.
            let _ = group.focus();
            group.scroll_into_view_with_scroll_into_view_options(&options);
        }
        (Part::Cell, None) => {}
    };
    // Not before: a cell that is to have the focus in its code gets it as it comes onto the page.
    let on_ready = move || {
        let desk = CellDesk {
            set_source: Box::new(move |text| code.get_value().set(text)),
            focus: Box::new(focus),
            go_to_line: Box::new(move |line| code.get_value().go_to_line(line)),
        };
        page.store().enter(&id.get_value(), desk);
    };
    on_cleanup(move || page.store().leave(&id.get_value()));

    let on_escape = move || {
        focus(Part::Cell);
        // After it, since the focus that leaves the code says that this is over.
        escaped.set_value(true);
    };
    let keys = StoredValue::new(Keys::default());
    let help = HelpSwitch::here();
    let on_key = move |event: KeyboardEvent| {
        // Letters are commands only while the cell itself has the focus, not something in it.
        if event.target() != event.current_target() {
            return;
        }
        if event.key() == "Tab" && !event.shift_key() && escaped.get_value() {
            if let Some(button) = run_button.get_untracked() {
                event.prevent_default();
                let _ = button.focus();
            }
            return;
        }
        let Some(command) = keys.try_update_value(|keys| keys.press(&key(&event), js::now())).flatten() else { return };
        event.prevent_default();
        let id = id.get_value();
        match command {
            KeyCommand::Edit => focus(Part::Editor),
            KeyCommand::Go(way) => page.dispatch(Command::Go(id, way, Part::Cell)),
            KeyCommand::Run(then) => page.dispatch(Command::Run(id, then)),
            KeyCommand::Add(way, part) => page.dispatch(Command::Add(id, way, part)),
            KeyCommand::Move(way) => {
                page.dispatch(Command::Move(id, way));
                focus(Part::Cell);
            }
            KeyCommand::Delete => page.dispatch(Command::Delete(id)),
            KeyCommand::Undelete => page.dispatch(Command::Undelete),
            KeyCommand::Interrupt => page.dispatch(Command::Interrupt),
            KeyCommand::Restart => page.dispatch(Command::Restart),
            KeyCommand::Help => help.open(),
        }
    };
    let do_it = move |command: fn(crate::ids::CellId) -> Command| move |_| page.dispatch(command(id.get_value()));
    let empty = {
        let (outputs, question) = (outputs.clone(), question.clone());
        Memo::new(move |_| {
            outputs.is_empty() && question.with(Option::is_none) && run.with(|run| note(run, false).is_none())
        })
    };
    let asked = question.clone();
    let code_label = Signal::derive(move || strings::code_of_cell(&number.get()));
    view! {
        <div
            class="cell"
            class:selected=move || selected.get()
            class:running=move || run.with(|run| run.phase == Phase::Running)
            class:queued=move || run.with(|run| run.phase == Phase::Queued)
            class:failed=move || run.with(|run| matches!(run.ended, Some(Ended::Failed(_))))
            role="group"
            aria-label=move || strings::cell(&number.get())
            aria-describedby="cell-help"
            tabindex=move || if selected.get() { "0" } else { "-1" }
            node_ref=group
            on:keydown=on_key
            on:focusin=move |_| page.dispatch(Command::Select(id.get_value()))
            on:focusout=move |_| escaped.set_value(false)
        >
            <div class="cell-input">
                <CodeView id=id.get_value() source=source label=code_label code=code on_escape=on_escape on_ready=on_ready />
            </div>
            <div class="cell-side">
                <button
                    type="button"
                    class="run-button"
                    aria-label=strings::run_cell()
                    title=strings::run_cell_hint()
                    node_ref=run_button
                    on:click=do_it(|id| Command::Run(id, Then::Stay))
                >
                    {icon(Icon::Play)}
                </button>
                <span class="cell-count" title=move || run.with(count_title)>
                    {move || run.with(count)}
                </span>
            </div>
            <div class="cell-tools">
                {tool(strings::move_up(), Icon::Up, do_it(|id| Command::Move(id, Way::Up)))}
                {tool(strings::move_down(), Icon::Down, do_it(|id| Command::Move(id, Way::Down)))}
                {tool(strings::add_below(), Icon::Add, do_it(|id| Command::Add(id, Way::Down, Part::Editor)))}
                {tool(strings::delete_cell(), Icon::Delete, do_it(Command::Delete))}
            </div>
            <div
                class="cell-output"
                role="region"
                aria-label=move || strings::output_of_cell(&number.get())
                hidden=move || empty.get()
            >
                <OutputsView
                    outputs=outputs
                    on_save=Callback::new(move |key| page.dispatch(Command::DownloadRest(id.get_value(), key)))
                    on_place=Some(Callback::new(move |(count, line)| page.store().go_to(count, line)))
                />
                {move || {
                    asked.get().map(|Question { prompt, password }| {
                        let answer = move |line| page.dispatch(Command::Answer(id.get_value(), line));
                        view! { <QuestionView prompt=prompt password=password on_answer=answer /> }
                    })
                }}
                {move || {
                    run.with(|run| note(run, starting.get())).map(|note| {
                        let runs = !starting.get() && run.with(|run| run.phase == Phase::Running);
                        view! {
                            <p class="cell-note">
                                {note} <Show when=move || runs>
                                    <Elapsed />
                                </Show>
                            </p>
                        }
                    })
                }}
            </div>
        </div>
    }
}

fn tool(name: &'static str, picture: Icon, act: impl Fn(web_sys::MouseEvent) + 'static) -> impl IntoView {
    view! {
        <button type="button" class="quiet" aria-label=name title=name on:click=act>
            {icon(picture)}
        </button>
    }
}

fn key(event: &KeyboardEvent) -> Key {
    Key {
        name: event.key(),
        shift: event.shift_key(),
        ctrl: event.ctrl_key(),
        meta: event.meta_key(),
        alt: event.alt_key(),
    }
}

fn count(run: &RunView) -> String {
    match (run.phase, run.count) {
        (Phase::Running, _) => "[*]".into(),
        (Phase::Queued, _) => "[…]".into(),
        (Phase::Rest, Some(count)) => format!("[{count}]"),
        (Phase::Rest, None) => "[ ]".into(),
    }
}

fn count_title(run: &RunView) -> String {
    match (run.phase, run.count) {
        (Phase::Running, _) => strings::runs_now().into(),
        (Phase::Queued, _) => strings::queued().into(),
        (Phase::Rest, Some(count)) => strings::nth_run(&count),
        (Phase::Rest, None) => strings::not_run().into(),
    }
}

/// How the run went, in words.
fn note(run: &RunView, starting: bool) -> Option<String> {
    match (run.phase, &run.ended) {
        (Phase::Running, _) if starting => Some(strings::waits_for_kernel().into()),
        (Phase::Running, _) => Some(strings::running().into()),
        (Phase::Queued, _) => Some(strings::waits_for_cells().into()),
        (Phase::Rest, None) => None,
        (Phase::Rest, Some(Ended::Ok(None))) => Some(strings::done().into()),
        (Phase::Rest, Some(Ended::Ok(Some(ms)))) => Some(strings::done_in(&strings::duration(ms / 1_000.0))),
        (Phase::Rest, Some(Ended::Failed(None))) => Some(strings::stopped().into()),
        (Phase::Rest, Some(Ended::Failed(Some(ms)))) => Some(strings::stopped_after(&strings::duration(ms / 1_000.0))),
        (Phase::Rest, Some(Ended::Cancelled(why))) => Some((*why).to_owned()),
    }
}
