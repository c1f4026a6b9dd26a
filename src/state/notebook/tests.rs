//! Stories of a notebook, told to the machine, and a property over any order of messages.

use super::*;
use crate::ids::MsgId;
use crate::language::{Language, speaking};
use crate::protocol::execute::{
    Display, ErrorInfo, ExecuteReply, KernelMessage, KernelRequest, KernelStatus, Output, Progress, ReplyStatus,
    StreamName,
};
use crate::state::outputs::{Body, OutputChange};
use proptest::prelude::*;

/// A notebook and what it asked for since the last look.
struct Story {
    notebook: Notebook,
    effects: Vec<Effect>,
    changes: Vec<Change>,
    now: f64,
}

impl Story {
    fn new() -> Self {
        let mut story = Self { notebook: Notebook::new(7), effects: Vec::new(), changes: Vec::new(), now: 0.0 };
        story.tell(Input::Opened { kept: Ok(None), aside: None, save_data: false });
        story.kernel(KernelMessage::Status(KernelStatus::Idle));
        story.effects.clear();
        story.changes.clear();
        story
    }

    /// With cells of these sources.
    fn with(sources: &[&str]) -> Self {
        let mut story = Self::new();
        for _ in &sources[1..] {
            story.user(Command::Append);
        }
        for (at, source) in sources.iter().enumerate() {
            story.user(Command::Edit(story.id(at), (*source).to_owned()));
        }
        story.effects.clear();
        story.changes.clear();
        story
    }

    fn tell(&mut self, input: Input) {
        self.now += 10.0;
        let update = self.notebook.update(input, self.now);
        self.changes.extend(update.changes);
        self.effects.extend(update.effects);
    }

    fn user(&mut self, command: Command) {
        self.tell(Input::User(command));
    }

    fn kernel(&mut self, message: KernelMessage) {
        self.tell(Input::Kernel(message));
    }

    fn id(&self, at: usize) -> CellId {
        self.notebook.cells()[at].id.clone()
    }

    fn run(&mut self, at: usize) {
        self.user(Command::Run(self.id(at), Then::Stay));
    }

    fn sources(&self) -> Vec<&str> {
        self.notebook.cells().iter().map(|cell| cell.source.as_str()).collect()
    }

    /// The code of the runs handed to the kernel since the last look.
    fn executed(&mut self) -> Vec<(MsgId, String)> {
        let effects = std::mem::take(&mut self.effects);
        let executed = |effect: Effect| match effect {
            Effect::Kernel(KernelRequest::Execute(request)) => Some((request.id, request.code)),
            _ => None,
        };
        effects.into_iter().filter_map(executed).collect()
    }

    fn next_run(&mut self) -> MsgId {
        self.executed().pop().expect("a run for the kernel").0
    }

    fn print(&mut self, run: &MsgId, text: &str) {
        let output = Output::Stream { name: StreamName::Stdout, text: text.into() };
        self.kernel(KernelMessage::Output { parent: run.clone(), output });
    }

    fn reply(&mut self, run: &MsgId, status: ReplyStatus, count: u32) {
        let error =
            (status == ReplyStatus::Error).then(|| ErrorInfo { ename: "ValueError".into(), ..ErrorInfo::default() });
        let reply = ExecuteReply { status, execution_count: count, error, ..ExecuteReply::default() };
        self.kernel(KernelMessage::Reply { parent: run.clone(), reply });
    }

    fn text(&self, at: usize) -> String {
        let text = |item: &crate::state::outputs::Item| match &item.body {
            Body::Stream { text, .. } => text.clone(),
            Body::Error(error) => format!("<{}>", error.ename),
            _ => String::new(),
        };
        self.notebook.cells()[at].outputs.items().iter().map(text).collect()
    }

    fn says(&self, part: &str) -> bool {
        self.notebook.notices().iter().any(|notice| notice.text.contains(part))
    }
}

#[test]
fn a_run_goes_to_the_kernel_and_its_outputs_to_the_cell() {
    let mut story = Story::with(&["print(1)"]);
    story.run(0);
    assert_eq!(story.notebook.cells()[0].phase, Phase::Running);
    let run = story.next_run();
    story.changes.clear();
    story.print(&run, "1");
    story.print(&run, "\n");
    let cell = story.id(0);
    assert_eq!(
        story.changes,
        [Change::Output(cell.clone(), OutputChange::Added(0)), Change::Output(cell, OutputChange::Grew(0, 1))]
    );
    story.reply(&run, ReplyStatus::Ok, 1);
    let cell = &story.notebook.cells()[0];
    assert_eq!((cell.phase, cell.count), (Phase::Rest, Some(1)));
    assert_eq!(cell.ended, Some(Ended::Ok(Some(30.0))));
    assert_eq!(story.text(0), "1\n");
}

#[test]
fn shift_enter_goes_on_to_the_next_cell_and_makes_one_at_the_end() {
    let mut story = Story::with(&["1", "2"]);
    story.user(Command::Run(story.id(0), Then::Next));
    assert!(story.changes.contains(&Change::Focus(story.id(1), Part::Cell)));
    story.user(Command::Run(story.id(1), Then::Next));
    assert_eq!(story.sources(), ["1", "2", ""]);
    assert!(story.changes.contains(&Change::Focus(story.id(2), Part::Editor)));
    assert_eq!(story.notebook.selected(), &story.id(2));
    story.user(Command::Run(story.id(0), Then::Insert));
    assert_eq!(story.sources(), ["1", "", "2", ""]);
}

#[test]
fn runs_wait_for_each_other_and_keep_the_code_of_the_moment() {
    let mut story = Story::with(&["a", "b"]);
    story.run(0);
    story.run(1);
    story.user(Command::Edit(story.id(1), "changed".into()));
    assert_eq!(story.notebook.cells()[1].phase, Phase::Queued);
    let run = story.next_run();
    story.reply(&run, ReplyStatus::Ok, 1);
    assert_eq!(story.executed().pop().expect("run").1, "b");
}

#[test]
fn a_run_is_timed_from_the_moment_the_kernel_takes_it() {
    let mut story = Story::with(&["a"]);
    story.kernel(KernelMessage::Status(KernelStatus::Starting));
    story.run(0);
    let run = story.next_run();
    story.kernel(KernelMessage::Status(KernelStatus::Busy));
    story.kernel(KernelMessage::Progress(Progress::default()));
    story.kernel(KernelMessage::Started { parent: run.clone() });
    story.reply(&run, ReplyStatus::Ok, 1);
    assert_eq!(story.notebook.cells()[0].ended, Some(Ended::Ok(Some(10.0))));
}

#[test]
fn an_impatient_second_press_does_not_run_a_cell_twice() {
    let mut story = Story::with(&["a", "b"]);
    story.kernel(KernelMessage::Status(KernelStatus::Starting));
    for _ in 0..3 {
        story.run(0);
        story.run(1);
    }
    let run = story.next_run();
    story.reply(&run, ReplyStatus::Ok, 1);
    let run = story.next_run();
    story.reply(&run, ReplyStatus::Ok, 2);
    assert!(story.executed().is_empty());
}

#[test]
fn run_all_stops_at_the_first_error() {
    let mut story = Story::with(&["a", "", "b", "c"]);
    story.user(Command::RunAll);
    let run = story.next_run();
    story.reply(&run, ReplyStatus::Ok, 1);
    let run = story.next_run();
    story.reply(&run, ReplyStatus::Error, 2);
    assert!(story.executed().is_empty());
    let cells = story.notebook.cells();
    assert!(matches!(cells[2].ended, Some(Ended::Failed(_))));
    assert!(matches!(cells[3].ended, Some(Ended::Cancelled(_))));
    assert_eq!(cells[3].phase, Phase::Rest);
    assert_eq!(story.text(2), "<ValueError>");
    assert!(!story.notebook.is_running());
}

#[test]
fn an_exception_that_came_as_output_is_not_shown_twice() {
    let mut story = Story::with(&["a"]);
    story.run(0);
    let run = story.next_run();
    let error = ErrorInfo { ename: "E".into(), ..ErrorInfo::default() };
    story.kernel(KernelMessage::Output { parent: run.clone(), output: Output::Error(error) });
    story.reply(&run, ReplyStatus::Error, 1);
    assert_eq!(story.text(0), "<E>");
}

#[test]
fn an_interrupt_stops_the_run_and_cancels_the_rest() {
    let mut story = Story::with(&["a", "b"]);
    story.user(Command::RunAll);
    let run = story.next_run();
    story.user(Command::Interrupt);
    assert_eq!(story.effects, [Effect::Kernel(KernelRequest::Cancel(run.clone()))]);
    assert!(story.notebook.kernel().interrupting);
    assert!(matches!(story.notebook.cells()[1].ended, Some(Ended::Cancelled(_))));
    story.reply(&run, ReplyStatus::Error, 1);
    assert!(!story.notebook.kernel().interrupting);
    assert!(story.executed().is_empty());
}

#[test]
fn a_restart_says_what_it_costs_and_offers_to_run_all() {
    let mut story = Story::with(&["a", "b"]);
    story.run(0);
    let run = story.next_run();
    story.reply(&run, ReplyStatus::Ok, 1);
    story.user(Command::Restart);
    assert_eq!(story.effects[0], Effect::Kernel(KernelRequest::Restart));
    assert!(story.says("variables and imports are gone"));
    story.kernel(KernelMessage::Status(KernelStatus::Starting));
    assert_eq!(story.notebook.cells()[0].count, None);
    story.effects.clear();
    let notice = story.notebook.notices()[0].id;
    story.user(Command::Accept(notice));
    assert_eq!(story.executed().len(), 1);
    assert!(story.notebook.notices().is_empty());
}

#[test]
fn a_kernel_that_does_not_start_says_why() {
    let mut story = Story::new();
    story.tell(Input::Kernel(KernelMessage::Status(KernelStatus::Starting)));
    let text = "The file pyodide-lock.json was not found.".to_owned();
    story.kernel(KernelMessage::Progress(Progress { text, ..Progress::default() }));
    story.kernel(KernelMessage::Status(KernelStatus::Dead));
    assert!(story.says("did not start. The file pyodide-lock.json"));
    assert_eq!(story.notebook.kernel().progress, None);
}

#[test]
fn code_that_asks_gets_one_answer() {
    let mut story = Story::with(&["input('Name: ')"]);
    story.run(0);
    let run = story.next_run();
    story.kernel(KernelMessage::InputRequest { parent: run.clone(), prompt: "Name: ".into(), password: false });
    assert!(story.notebook.cells()[0].question.is_some());
    story.effects.clear();
    story.user(Command::Answer(story.id(0), Some("Ada".into())));
    story.user(Command::Answer(story.id(0), Some("again".into())));
    let reply = KernelRequest::InputReply { parent: run.clone(), line: Some("Ada".into()) };
    assert_eq!(story.effects, [Effect::Kernel(reply)]);
    assert_eq!(story.text(0), "Name: Ada\n");
    story.kernel(KernelMessage::InputRequest { parent: run.clone(), prompt: "Key: ".into(), password: true });
    story.user(Command::Answer(story.id(0), Some("secret".into())));
    assert!(!story.text(0).contains("secret"));
}

#[test]
fn a_question_goes_with_its_run() {
    let mut story = Story::with(&["input()"]);
    story.run(0);
    let run = story.next_run();
    story.kernel(KernelMessage::InputRequest { parent: run.clone(), prompt: String::new(), password: false });
    story.reply(&run, ReplyStatus::Error, 1);
    assert_eq!(story.notebook.cells()[0].question, None);
    story.kernel(KernelMessage::InputRequest { parent: run, prompt: String::new(), password: false });
    assert_eq!(story.notebook.cells()[0].question, None);
}

#[test]
fn outputs_of_an_earlier_run_of_the_cell_are_not_mixed_in() {
    let mut story = Story::with(&["a"]);
    story.run(0);
    let first = story.next_run();
    story.reply(&first, ReplyStatus::Ok, 1);
    story.print(&first, "a task of the first run\n");
    story.run(0);
    let second = story.next_run();
    story.print(&first, "late");
    assert_eq!(story.text(0), "a task of the first run\n");
    assert!(story.notebook.cells()[0].outputs.is_stale());
    story.print(&second, "new");
    assert_eq!(story.text(0), "new");
}

#[test]
fn a_display_is_updated_wherever_it_is() {
    let mut story = Story::with(&["a", "b"]);
    let display = |id: &str| Display { display_id: Some(id.into()), ..Display::default() };
    story.run(0);
    let run = story.next_run();
    let output = Output::DisplayData(display("bar"));
    story.kernel(KernelMessage::Output { parent: run.clone(), output });
    story.reply(&run, ReplyStatus::Ok, 1);
    story.run(1);
    let run = story.next_run();
    story.changes.clear();
    story.kernel(KernelMessage::UpdateDisplay { parent: run, display_id: "bar".into(), display: display("bar") });
    assert_eq!(story.changes, [Change::Output(story.id(0), OutputChange::Replaced(0))]);
}

#[test]
fn who_reads_chinese_is_told_of_cells_kernel_and_keys_in_chinese() {
    let told = || {
        let mut story = Story::with(&["a", "b"]);
        story.run(0);
        story.run(1);
        story.user(Command::Interrupt);
        let Some(Ended::Cancelled(why)) = story.notebook.cells()[1].ended.clone() else { panic!("not cancelled") };
        story.user(Command::Delete(story.id(1)));
        let Notice { text, offer, .. } = story.notebook.notices()[0].clone();
        [why.to_owned(), text, offer.map_or("", Offer::label).to_owned(), keys::shortcuts()[2].0.to_owned()]
    };
    let english = ["Not run: you interrupted the kernel.", "Cell 2 was deleted.", "Undo", "On the cell, after Escape"];
    assert_eq!(told(), english);
    let chinese = ["未运行：您中断了内核。", "单元格 2 已删除。", "撤销", "在单元格上（按 Escape 之后）"];
    assert_eq!(speaking(Language::Chinese, told), chinese);
}

#[test]
fn a_deleted_cell_comes_back_with_its_outputs_where_it_was() {
    let mut story = Story::with(&["a", "b", "c"]);
    story.run(1);
    let run = story.next_run();
    story.print(&run, "out");
    story.user(Command::Delete(story.id(1)));
    assert!(story.effects.contains(&Effect::Kernel(KernelRequest::Cancel(run.clone()))));
    assert!(story.says("Cell 2 was deleted"));
    assert_eq!(story.sources(), ["a", "c"]);
    assert_eq!(story.notebook.selected(), &story.id(1));
    story.reply(&run, ReplyStatus::Error, 1);
    story.user(Command::Undelete);
    assert_eq!(story.sources(), ["a", "b", "c"]);
    assert_eq!(story.text(1), "out");
    assert!(story.notebook.notices().is_empty());
    story.user(Command::Undelete);
    assert_eq!(story.sources(), ["a", "b", "c"]);
}

#[test]
fn the_last_cell_is_replaced_by_an_empty_one() {
    let mut story = Story::with(&["a"]);
    story.user(Command::Delete(story.id(0)));
    assert_eq!(story.sources(), [""]);
    story.user(Command::Undelete);
    assert_eq!(story.sources(), ["a"]);
}

#[test]
fn cells_move_by_one_and_not_over_the_ends() {
    let mut story = Story::with(&["a", "b", "c"]);
    story.user(Command::Move(story.id(2), Way::Up));
    assert_eq!(story.sources(), ["a", "c", "b"]);
    story.user(Command::Move(story.id(0), Way::Up));
    story.user(Command::Move(story.id(2), Way::Down));
    assert_eq!(story.sources(), ["a", "c", "b"]);
}

#[test]
fn what_is_typed_is_kept_soon_and_at_the_latest_when_the_page_goes() {
    let mut story = Story::new();
    story.user(Command::Edit(story.id(0), "a".into()));
    story.user(Command::Edit(story.id(0), "ab".into()));
    assert_eq!(story.effects, [Effect::Later(Timer::Keep, 700)]);
    story.effects.clear();
    story.tell(Input::Leaving);
    let Some(Effect::Keep { text, known: None }) = story.effects.pop() else { panic!("not kept") };
    story.tell(Input::Kept(Ok(None)));
    assert!(story.notebook.is_kept());

    let mut later = Story::new();
    later.tell(Input::Opened { kept: Ok(Some(text.clone())), aside: None, save_data: false });
    assert_eq!(later.sources(), ["ab"]);
    later.user(Command::Edit(later.id(0), "abc".into()));
    later.effects.clear();
    later.tell(Input::Timer(Timer::Keep));
    assert!(matches!(&later.effects[0], Effect::Keep { known: Some(known), .. } if *known == text));
}

#[test]
fn the_copy_of_another_tab_is_kept_aside_and_offered() {
    let mut story = Story::with(&["mine"]);
    let theirs = Story::with(&["theirs"]);
    let their_text = document::write_sources(theirs.notebook.cells());
    story.tell(Input::Timer(Timer::Keep));
    story.effects.clear();
    story.tell(Input::Kept(Ok(Some(their_text.clone()))));
    assert_eq!(story.effects, [Effect::KeepAside(Some(their_text))]);
    let notice = story.notebook.notices()[0].clone();
    assert_eq!(notice.offer, Some(Offer::OpenOther));
    story.effects.clear();
    story.user(Command::Accept(notice.id));
    assert_eq!(story.sources(), ["theirs"]);
    assert!(matches!(&story.effects[0], Effect::KeepAside(Some(text)) if text.contains("mine")), "{:?}", story.effects);
    let back = story.notebook.notices()[0].id;
    story.user(Command::Accept(back));
    assert_eq!(story.sources(), ["mine"]);
}

#[test]
fn a_kept_notebook_that_cannot_be_read_is_not_lost() {
    let mut story = Story::new();
    story.tell(Input::Opened { kept: Ok(Some("{broken".into())), aside: None, save_data: false });
    assert!(story.effects.contains(&Effect::KeepAside(Some("{broken".into()))));
    let notice = story.notebook.notices()[0].clone();
    story.effects.clear();
    story.user(Command::Accept(notice.id));
    assert!(matches!(&story.effects[0], Effect::Download { data, .. } if data == b"{broken"));
}

#[test]
fn a_browser_without_storage_is_said_once_and_nothing_is_tried() {
    let mut story = Story::new();
    story.tell(Input::Opened { kept: Err(KeepError::Unavailable), aside: None, save_data: false });
    story.user(Command::Edit(story.id(0), "a".into()));
    story.effects.clear();
    story.tell(Input::Timer(Timer::Keep));
    story.tell(Input::Leaving);
    assert!(story.effects.is_empty());
    assert!(story.notebook.keep_problem().is_some_and(|text| text.contains("download your work")));
}

#[test]
fn packages_are_fetched_ahead_once_and_not_for_who_pays_for_data() {
    let mut story = Story::new();
    story.kernel(KernelMessage::Status(KernelStatus::Idle));
    assert!(story.effects.is_empty());
    assert_eq!(story.notebook.offline().packages, Ahead::Coming);
    story.tell(Input::Prefetched(Ok(())));
    story.tell(Input::ShellKept);
    assert_eq!(story.notebook.offline().sentence(), Some(("Ready for offline use".into(), true)));

    let mut frugal = Notebook::new(1);
    frugal.update(Input::Opened { kept: Ok(None), aside: None, save_data: true }, 0.0);
    let update = frugal.update(Input::Kernel(KernelMessage::Status(KernelStatus::Idle)), 0.0);
    assert!(update.effects.is_empty());
}

/// Something that may happen, with small numbers in place of ids.
#[derive(Clone, Debug)]
enum Step {
    User(u8, u8),
    /// The kernel says something of the run with this number.
    Kernel(u8, u8),
    Page(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0u8..20, 0u8..6).prop_map(|(what, cell)| Step::User(what, cell)),
        6 => (0u8..16, 0u8..8).prop_map(|(what, run)| Step::Kernel(what, run)),
        1 => (0u8..8).prop_map(Step::Page),
    ];
    prop::collection::vec(step, 0..80)
}

fn user_input(what: u8, cell: CellId, notice: NoticeId) -> Command {
    let way = if what.is_multiple_of(2) { Way::Up } else { Way::Down };
    match what {
        0 | 1 => Command::Add(cell, way, Part::Cell),
        2 | 3 => Command::Move(cell, way),
        4 => Command::Delete(cell),
        5 => Command::Undelete,
        6 | 7 => Command::RunAll,
        8 => Command::Interrupt,
        9 => Command::Restart,
        10 => Command::Answer(cell, Some("x".into())),
        11 => Command::Accept(notice),
        12 => Command::Edit(cell, "pass".into()),
        13 => Command::ClearOutput(cell),
        14 => Command::DownloadRest(cell, 0),
        15 => Command::Edit(cell, String::new()),
        _ => Command::Run(cell, [Then::Stay, Then::Next, Then::Insert][usize::from(what % 3)]),
    }
}

fn kernel_message(what: u8, parent: MsgId) -> KernelMessage {
    let display = Display { display_id: Some("d".into()), ..Display::default() };
    match what {
        0 => KernelMessage::Status(KernelStatus::Starting),
        1 => KernelMessage::Status(KernelStatus::Idle),
        2 => KernelMessage::Status(KernelStatus::Busy),
        3 => KernelMessage::Status(KernelStatus::Dead),
        4 => KernelMessage::Progress(Progress { text: "p".into(), ..Progress::default() }),
        5 => KernelMessage::Started { parent },
        6 => KernelMessage::Output { parent, output: Output::DisplayData(display) },
        7 => KernelMessage::UpdateDisplay { parent, display_id: "d".into(), display },
        8 => KernelMessage::ClearOutput { parent, wait: true },
        9 => KernelMessage::ClearOutput { parent, wait: false },
        10 => KernelMessage::Overflow { parent, name: StreamName::Stderr, data: [1].into(), dropped: 1 },
        11 => KernelMessage::InputRequest { parent, prompt: "?".into(), password: false },
        _ => {
            let output = Output::Stream { name: StreamName::Stdout, text: format!("{what}") };
            KernelMessage::Output { parent, output }
        }
    }
}

fn page_input(what: u8) -> Input {
    match what {
        0 => Input::Opened { kept: Ok(Some("nonsense".into())), aside: None, save_data: true },
        1 => Input::Opened { kept: Err(KeepError::Full), aside: Some("x".into()), save_data: false },
        2 => Input::Leaving,
        3 => Input::Timer(Timer::Keep),
        4 => Input::Kept(Ok(Some("x".into()))),
        5 => Input::Kept(Err(KeepError::Full)),
        6 => Input::KeptElsewhere("{\"nbformat\":4,\"cells\":[]}".into()),
        _ => Input::Prefetched(Err("no".into())),
    }
}

proptest! {
    /// The kernel answers each run once, but may say anything else at any time, and the user does what
    /// users do: no order of it panics, at most one run is in the kernel's hands, and in the end all rest.
    #[test]
    fn any_order_ends_each_run_once(steps in steps()) {
        let mut story = Story::with(&["a", "b", "c"]);
        let mut open: Vec<MsgId> = Vec::new();
        let mut all: Vec<MsgId> = Vec::new();
        for step in steps {
            match step {
                Step::User(what, cell) => {
                    let cell = story.id(usize::from(cell) % story.notebook.cells().len());
                    let notice = story.notebook.notices().first().map_or(0, |notice| notice.id);
                    story.user(user_input(what, cell, notice));
                }
                // A reply of a run that is open: then it is not open any more.
                Step::Kernel(what, _) if what > 12 && !open.is_empty() => {
                    let status = [ReplyStatus::Ok, ReplyStatus::Error, ReplyStatus::Aborted][usize::from(what) % 3];
                    let run = open.remove(0);
                    story.reply(&run, status, 1);
                    story.reply(&run, status, 1);
                }
                Step::Kernel(what, run) => {
                    let parent = all.get(usize::from(run)).cloned().unwrap_or_else(|| "stranger".into());
                    story.kernel(kernel_message(what, parent));
                }
                Step::Page(what) => story.tell(page_input(what)),
            }
            for (run, code) in story.executed() {
                prop_assert!(!code.trim().is_empty());
                prop_assert!(!all.contains(&run), "{run} was handed out twice");
                open.push(run.clone());
                all.push(run);
            }
            prop_assert!(open.len() <= 1);
            prop_assert!(!story.notebook.cells().is_empty());
            prop_assert!(story.notebook.cell(story.notebook.selected()).is_some());
        }
        while let Some(run) = open.pop() {
            story.reply(&run, ReplyStatus::Ok, 1);
            open.extend(story.executed().into_iter().map(|(run, _)| run));
        }
        prop_assert!(!story.notebook.is_running());
        for cell in story.notebook.cells() {
            prop_assert_eq!(cell.phase, Phase::Rest);
            prop_assert_eq!(&cell.question, &None);
        }
    }
}
