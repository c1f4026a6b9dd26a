use super::run::OUTPUT_SLACK;
use super::*;
use crate::protocol::execute::{Answer, InputFile, Variable, Variables};
use proptest::prelude::*;

fn exec(id: &str, timeout_ms: Option<f64>) -> KernelRequest {
    KernelRequest::Execute(ExecuteRequest { id: id.into(), code: "1".into(), timeout_ms, ..Default::default() })
}

fn worker(head: &str, payload: &str) -> Incoming {
    let message = WorkerMessage::parse(head.as_bytes(), vec![payload.as_bytes().to_vec()]);
    Incoming::Worker(message.expect("a known head"))
}

fn ready() -> Incoming {
    worker(r#"{"t":"ready"}"#, "")
}

fn reply_ok(id: &str) -> Incoming {
    worker(&format!(r#"{{"t":"reply","id":"{id}"}}"#), r#"{"status":"ok","result":7}"#)
}

/// The replies among the steps: run, status.
fn replies(steps: &Steps) -> Vec<(&str, ReplyStatus)> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Emit(KernelMessage::Reply { parent, reply }) => Some((parent.as_str(), reply.status)),
            _ => None,
        })
        .collect()
}

fn statuses(steps: &Steps) -> Vec<KernelStatus> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Emit(KernelMessage::Status(status)) => Some(*status),
            _ => None,
        })
        .collect()
}

/// The runs that the engine was asked for.
fn sent(steps: &Steps) -> Vec<&str> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Send(Outgoing::Exec(request)) => Some(request.id.as_str()),
            _ => None,
        })
        .collect()
}

fn idle() -> Pyodide {
    let mut kernel = Pyodide::new();
    kernel.request(KernelRequest::Start { likely: String::new() }, 0.0);
    kernel.receive(ready(), 0.0);
    kernel
}

fn busy(timeout_ms: Option<f64>) -> Pyodide {
    let mut kernel = idle();
    kernel.request(exec("1", timeout_ms), 0.0);
    kernel
}

#[test]
fn no_code_is_sent_before_the_worker_is_ready() {
    let mut kernel = Pyodide::new();
    let steps = kernel.request(exec("1", None), 0.0);
    assert_eq!(steps, [Step::Open, Step::Emit(KernelMessage::Status(KernelStatus::Starting))]);
    let steps = kernel.receive(ready(), 1.0);
    let [Step::Emit(KernelMessage::Status(KernelStatus::Busy)), begun, sent] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(
        *begun,
        Step::Emit(KernelMessage::Started { parent: "1".into() }),
        "for a run that needs no packages, too"
    );
    assert!(matches!(sent, Step::Send(Outgoing::Exec(_))), "{sent:?}");
}

#[test]
fn runs_go_one_at_a_time_in_order() {
    let mut kernel = busy(None);
    assert_eq!(kernel.request(exec("2", None), 0.0), []);
    let steps = kernel.receive(reply_ok("1"), 1.0);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Ok)]);
    assert!(steps.iter().any(|step| matches!(step, Step::Send(Outgoing::Exec(r)) if r.id.as_str() == "2")));
}

#[test]
fn a_reply_counts_once_and_only_for_its_run() {
    let mut kernel = busy(None);
    assert_eq!(replies(&kernel.receive(reply_ok("9"), 1.0)), []);
    assert_eq!(replies(&kernel.receive(reply_ok("1"), 1.0)).len(), 1);
    assert_eq!(replies(&kernel.receive(reply_ok("1"), 1.0)), []);
}

#[test]
fn imports_become_packages_and_the_time_limit_stands_still_while_they_load() {
    let lock = r#"{"packages":{"numpy":{"name":"numpy","file_name":"n.whl","sha256":"2","imports":["numpy"]}}}"#;
    let mut kernel = Pyodide::new();
    kernel.request(exec("1", Some(1_000.0)), 0.0);
    kernel.receive(Incoming::Lock(Arc::new(LockFile::parse(lock).expect("a lock"))), 0.0);
    kernel.receive(ready(), 0.0);
    let steps = kernel.receive(worker(r#"{"t":"need","id":"1","imports":["numpy","os"]}"#, ""), 10.0);
    let [Step::Send(Outgoing::Install { packages, .. })] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(packages[0].file_name, "n.whl");
    assert_eq!(kernel.wake_at(), Some(10.0 + PACKAGES_LIMIT));
    kernel.receive(worker(r#"{"t":"installed","id":"1","names":["numpy"],"bad":""}"#, ""), 60_000.0);
    assert_eq!(kernel.wake_at(), Some(60_990.0), "what went before counts");
    kernel.receive(worker(r#"{"t":"need","id":"1","imports":["os"]}"#, ""), 60_100.0);
    kernel.receive(worker(r#"{"t":"installed","id":"1","names":[],"bad":""}"#, ""), 60_200.0);
    assert_eq!(kernel.wake_at(), Some(61_090.0), "asking again gives no new time");
    kernel.receive(reply_ok("1"), 60_500.0);
    kernel.request(exec("2", None), 60_600.0);
    let steps = kernel.receive(worker(r#"{"t":"need","id":"2","imports":["numpy"]}"#, ""), 60_700.0);
    assert_eq!(steps, [Step::Send(Outgoing::Install { id: "2".into(), packages: vec![] })]);
}

const NEED_EARLY: &str = r#"{"t":"need","id":"1","imports":["numpy"],"early":true}"#;

#[test]
fn a_first_run_that_waits_for_packages_begins_again_in_a_better_engine_as_it_was_asked() {
    let mut kernel = idle();
    let file = InputFile { name: "a.csv".into(), data: Arc::from(*b"1,2") };
    let asked = ExecuteRequest { id: "1".into(), code: "import numpy".into(), files: vec![file], ..Default::default() };
    kernel.request(KernelRequest::Execute(asked.clone()), 0.0);
    kernel.request(exec("2", None), 0.0);
    kernel.receive(worker(NEED_EARLY, ""), 1.0);
    assert!(kernel.is_untouched());
    let steps = kernel.receive(Incoming::Better, 2.0);
    assert_eq!(steps, [Step::Close, Step::Open, Step::Emit(KernelMessage::Status(KernelStatus::Starting))]);
    let steps = kernel.receive(worker(r#"{"t":"ready","packages":["numpy"]}"#, ""), 3.0);
    assert!(steps.contains(&Step::Send(Outgoing::Exec(asked))), "{steps:?}");
    assert_eq!(replies(&kernel.receive(reply_ok("1"), 4.0)), [("1", ReplyStatus::Ok)]);
}

#[test]
fn an_engine_in_which_nothing_has_run_gives_way_to_a_better_one_unnoticed() {
    let mut kernel = Pyodide::new();
    kernel.request(KernelRequest::Start { likely: String::new() }, 0.0);
    assert!(!kernel.is_untouched(), "there is none yet");
    kernel.receive(ready(), 1.0);
    assert!(kernel.is_untouched());
    assert_eq!(kernel.receive(Incoming::Better, 2.0), [Step::Close, Step::Open]);
    let progress = Progress { text: "Starting Python".into(), ..Progress::default() };
    assert_eq!(kernel.receive(Incoming::Progress(progress.clone()), 3.0), [], "for its user it is ready");
    assert_eq!(kernel.receive(ready(), 4.0), []);

    kernel.receive(Incoming::Better, 5.0);
    let steps = kernel.request(exec("1", None), 6.0);
    assert_eq!(steps, [Step::Emit(KernelMessage::Status(KernelStatus::Starting))]);
    assert_eq!(kernel.receive(Incoming::Progress(progress), 6.0).len(), 1, "somebody waits");
    assert_eq!(sent(&kernel.receive(ready(), 7.0)), ["1"]);
    kernel.receive(reply_ok("1"), 8.0);
    assert!(!kernel.is_untouched());
    assert_eq!(kernel.receive(Incoming::Better, 9.0), []);
}

#[test]
fn an_interrupt_is_not_lost_while_a_run_goes_to_another_engine() {
    let mut kernel = busy(None);
    kernel.request(exec("2", None), 1.0);
    kernel.receive(worker(NEED_EARLY, ""), 1.0);
    kernel.receive(Incoming::Better, 2.0);
    assert_eq!(replies(&kernel.request(KernelRequest::Interrupt, 3.0)), [("1", ReplyStatus::Aborted)]);
    assert_eq!(kernel.request(KernelRequest::Interrupt, 3.0), [], "the other run has not begun for anybody");
    let steps = kernel.receive(worker(r#"{"t":"ready"}"#, ""), 4.0);
    assert_eq!(sent(&steps), ["2"]);
}

#[test]
fn an_interrupt_ends_the_run_that_waits_for_its_engine() {
    let mut kernel = Pyodide::new();
    kernel.request(exec("1", None), 0.0);
    kernel.request(exec("2", None), 0.0);
    assert_eq!(replies(&kernel.request(KernelRequest::Interrupt, 1.0)), [("1", ReplyStatus::Aborted)]);
    assert_eq!(sent(&kernel.receive(ready(), 2.0)), ["2"]);

    let mut kernel = Pyodide::new();
    kernel.request(exec("1", None), 0.0);
    kernel.request(exec("2", None), 0.0);
    kernel.request(KernelRequest::Cancel("1".into()), 1.0);
    assert_eq!(replies(&kernel.request(KernelRequest::Interrupt, 1.0)), [("2", ReplyStatus::Aborted)]);
}

#[test]
fn code_that_runs_over_its_time_limit_is_told_so_and_loses_its_engine() {
    let mut kernel = busy(Some(2_000.0));
    assert_eq!(kernel.tick(1_999.0), []);
    let steps = kernel.tick(2_000.0);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error)]);
    let Some(Step::Emit(KernelMessage::Output { output: Output::Error(error), .. })) = steps.get(1) else {
        panic!("{steps:?}")
    };
    assert_eq!(error.ename, "TimeoutError");
    assert!(error.evalue.contains("longer than 2 s") && error.evalue.contains("variables are gone"), "{error:?}");
    assert!(steps.contains(&Step::Open), "a fresh one starts");
}

#[test]
fn the_time_limit_stands_still_until_both_the_packages_and_the_line_are_there() {
    let mut kernel = busy(Some(100.0));
    kernel.receive(worker(r#"{"t":"input_request","id":"1","prompt":"","password":false}"#, ""), 40.0);
    kernel.receive(worker(r#"{"t":"need","id":"1","imports":[]}"#, ""), 50.0);
    kernel.request(KernelRequest::InputReply { parent: "1".into(), line: None }, 1_000.0);
    assert_eq!(kernel.wake_at(), Some(50.0 + PACKAGES_LIMIT));
    kernel.receive(worker(r#"{"t":"installed","id":"1","names":[]}"#, ""), 2_000.0);
    assert_eq!(kernel.wake_at(), Some(2_060.0));

    let need = || worker(r#"{"t":"need","id":"1","imports":[]}"#, "");
    let installed = || worker(r#"{"t":"installed","id":"1","names":[]}"#, "");
    let mut kernel = busy(Some(100.0));
    kernel.receive(need(), 10.0);
    kernel.receive(need(), 20.0);
    kernel.receive(installed(), 30.0);
    assert_eq!(kernel.wake_at(), Some(20.0 + PACKAGES_LIMIT), "the other install goes on");
    kernel.receive(installed(), 1_000.0);
    assert_eq!(kernel.wake_at(), Some(1_090.0));

    let mut kernel = busy(None);
    kernel.receive(worker(r#"{"t":"input_request","id":"1","prompt":"","password":false}"#, ""), 40.0);
    kernel.receive(need(), 50.0);
    kernel.receive(installed(), 60.0);
    assert_eq!(kernel.wake_at(), None, "who thinks about a line is not hurried");
}

#[test]
fn a_run_of_which_something_has_run_stays_where_it_is() {
    let later = NEED_EARLY.replace("true", "false");
    let mut kernel = busy(None);
    kernel.receive(worker(&later, ""), 1.0);
    assert_eq!(kernel.receive(Incoming::Better, 2.0), [], "it has asked for packages by itself");

    let mut kernel = busy(None);
    kernel.receive(worker(NEED_EARLY, ""), 1.0);
    kernel.receive(worker(r#"{"t":"installed","id":"1","names":[]}"#, ""), 2.0);
    assert_eq!(kernel.receive(Incoming::Better, 3.0), [], "its code runs");

    let mut kernel = busy(None);
    kernel.receive(reply_ok("1"), 1.0);
    kernel.request(exec("2", None), 1.0);
    kernel.receive(worker(&NEED_EARLY.replace('1', "2"), ""), 2.0);
    assert_eq!(kernel.receive(Incoming::Better, 3.0), [], "an earlier run has left its variables");
}

#[test]
fn what_an_engine_brings_along_is_not_installed_again() {
    let lock = r#"{"packages":{"numpy":{"name":"numpy","file_name":"n.whl","sha256":"2","imports":["numpy"]}}}"#;
    let mut kernel = Pyodide::new();
    kernel.request(exec("1", None), 0.0);
    kernel.receive(Incoming::Lock(Arc::new(LockFile::parse(lock).expect("a lock"))), 0.0);
    kernel.receive(worker(r#"{"t":"ready","packages":["numpy"]}"#, ""), 0.0);
    let steps = kernel.receive(worker(NEED_EARLY, ""), 1.0);
    assert_eq!(steps, [Step::Send(Outgoing::Install { id: "1".into(), packages: vec![] })]);
}

#[test]
fn a_wheel_that_cannot_be_had_is_said_and_the_code_runs_on() {
    let mut kernel = busy(None);
    let steps = kernel.receive(Incoming::FetchFailed { id: "1".into(), why: "numpy is missing.".into() }, 1.0);
    let Step::Emit(KernelMessage::Output { output: Output::Stream { text, .. }, .. }) = &steps[0] else {
        panic!("{steps:?}")
    };
    assert_eq!(text, "numpy is missing.\n");
    assert!(matches!(&steps[1], Step::Send(Outgoing::Install { packages, .. }) if packages.is_empty()));
}

#[test]
fn code_that_obeys_an_interrupt_keeps_its_engine() {
    let mut kernel = busy(None);
    assert_eq!(kernel.request(KernelRequest::Interrupt, 5.0), [Step::Send(Outgoing::Interrupt)]);
    let error = r#"{"status":"error","ename":"KeyboardInterrupt","evalue":"","traceback":[]}"#;
    let steps = kernel.receive(worker(r#"{"t":"reply","id":"1"}"#, error), 10.0);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error)]);
    assert_eq!(kernel.wake_at(), None);
    assert_eq!(kernel.status(), KernelStatus::Idle);
}

#[test]
fn code_that_ignores_an_interrupt_loses_its_engine_and_a_fresh_one_starts() {
    let mut kernel = busy(None);
    kernel.request(KernelRequest::Interrupt, 5.0);
    kernel.request(KernelRequest::Interrupt, 1_000.0);
    assert_eq!(kernel.wake_at(), Some(5.0 + STOP_PATIENCE), "asking again gives no new patience");
    assert_eq!(kernel.tick(1_000.0), []);
    let steps = kernel.tick(1_505.0);
    assert_eq!(steps[0], Step::Close);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error)]);
    assert!(steps.contains(&Step::Open));
    assert_eq!(kernel.status(), KernelStatus::Starting);
}

#[test]
fn the_time_limit_stands_still_while_the_code_waits_for_a_line() {
    let mut kernel = busy(Some(100.0));
    let ask = r#"{"t":"input_request","id":"1","prompt":"? ","password":false}"#;
    let steps = kernel.receive(worker(ask, ""), 40.0);
    assert!(matches!(steps[0], Step::Emit(KernelMessage::InputRequest { .. })));
    assert_eq!(kernel.receive(worker(ask, ""), 41.0), [], "one question at a time");
    assert_eq!(kernel.wake_at(), None);
    let answer = KernelRequest::InputReply { parent: "1".into(), line: Some("x".into()) };
    assert_eq!(kernel.request(answer.clone(), 5_000.0), [Step::Send(Outgoing::Stdin(Some("x".into())))]);
    assert_eq!(kernel.request(answer, 5_000.0), [], "an answer counts once");
    assert_eq!(kernel.wake_at(), Some(5_060.0));
}

#[test]
fn a_dead_interpreter_fails_its_run_at_once_and_the_queue_goes_to_a_fresh_one() {
    let mut kernel = busy(None);
    kernel.request(exec("2", None), 0.0);
    let steps = kernel.receive(worker(r#"{"t":"dead","why":"exit 1"}"#, ""), 3.0);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error)]);
    assert_eq!(statuses(&steps), [KernelStatus::Dead, KernelStatus::Starting]);
    let steps = kernel.receive(ready(), 4.0);
    assert_eq!(sent(&steps), ["2"]);
}

#[test]
fn a_start_that_fails_answers_everyone_with_its_reason_and_the_next_run_tries_again() {
    let mut kernel = Pyodide::new();
    kernel.request(exec("1", None), 0.0);
    kernel.request(exec("2", None), 0.0);
    let steps = kernel.receive(Incoming::Failed("The distribution is not there.".into()), 1.0);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error), ("2", ReplyStatus::Error)]);
    assert_eq!(kernel.status(), KernelStatus::Dead);
    assert!(kernel.request(exec("3", None), 2.0).contains(&Step::Open));
}

#[test]
fn an_engine_that_ends_before_it_is_ready_has_a_second_one_take_its_place_and_no_third() {
    let gone = || Incoming::Broken("It is gone.".into());
    let mut kernel = Pyodide::new();
    kernel.request(exec("1", None), 0.0);
    assert_eq!(kernel.receive(gone(), 1.0), [Step::Close, Step::Open]);
    assert_eq!(replies(&kernel.receive(gone(), 2.0)), [("1", ReplyStatus::Error)]);
    assert_eq!(kernel.status(), KernelStatus::Dead);

    kernel.request(exec("2", None), 3.0);
    assert_eq!(kernel.receive(worker(r#"{"t":"dead","why":"exit"}"#, ""), 4.0), [Step::Close, Step::Open]);
    kernel.receive(ready(), 5.0);
    assert_eq!(replies(&kernel.receive(reply_ok("2"), 6.0)), [("2", ReplyStatus::Ok)]);
    kernel.request(KernelRequest::Restart, 7.0);
    assert_eq!(kernel.receive(gone(), 8.0), [Step::Close, Step::Open]);
}

#[test]
fn output_over_the_limit_ends_the_worker_that_sent_it() {
    let mut kernel = busy(None);
    let flood = "x".repeat((1 << 20) + OUTPUT_SLACK + 1);
    let steps = kernel.receive(worker(r#"{"t":"stream","id":"1","name":"stdout"}"#, &flood), 1.0);
    assert_eq!(steps[0], Step::Close);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error)]);
}

#[test]
fn a_reply_nested_too_deeply_is_an_error_not_a_crash() {
    let mut kernel = busy(None);
    let deep = format!("{{\"status\":\"ok\",\"result\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let steps = kernel.receive(worker(r#"{"t":"reply","id":"1"}"#, &deep), 1.0);
    assert_eq!(replies(&steps), [("1", ReplyStatus::Error)]);
    assert_eq!(kernel.status(), KernelStatus::Idle);
}

#[derive(Clone, Debug)]
enum Act {
    Exec,
    Cancel(u8),
    Interrupt,
    Restart,
    Start,
    Line(u8),
    Say(u8, u8),
    Fail,
    Broken,
    Better,
    Later(u16),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Exec),
        1 => any::<u8>().prop_map(Act::Cancel),
        1 => Just(Act::Interrupt),
        1 => Just(Act::Restart),
        1 => Just(Act::Start),
        1 => any::<u8>().prop_map(Act::Line),
        8 => (any::<u8>(), any::<u8>()).prop_map(|(kind, id)| Act::Say(kind, id)),
        1 => Just(Act::Fail),
        1 => Just(Act::Broken),
        2 => Just(Act::Better),
        1 => any::<u16>().prop_map(Act::Later),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_each_run_is_answered_exactly_once(acts in prop::collection::vec(act(), 0..120)) {
        let mut kernel = Pyodide::new();
        let (mut now, mut asked, mut answers) = (0.0, 0u32, Vec::<String>::new());
        let mut note = |steps: Steps| {
            answers.extend(replies(&steps).into_iter().map(|(id, _)| id.to_owned()));
        };
        for act in acts {
            now += 1.0;
            let id = |n: u8| (u32::from(n) % (asked + 1)).to_string();
            note(match act {
                Act::Exec => {
                    asked += 1;
                    kernel.request(exec(&asked.to_string(), Some(500.0)), now)
                }
                Act::Cancel(n) => kernel.request(KernelRequest::Cancel(id(n).into()), now),
                Act::Interrupt => kernel.request(KernelRequest::Interrupt, now),
                Act::Restart => kernel.request(KernelRequest::Restart, now),
                Act::Start => kernel.request(KernelRequest::Start { likely: String::new() }, now),
                Act::Line(n) => kernel.request(KernelRequest::InputReply { parent: id(n).into(), line: None }, now),
                Act::Fail => kernel.receive(Incoming::Failed("no".into()), now),
                Act::Better => kernel.receive(Incoming::Better, now),
                Act::Broken => kernel.receive(Incoming::Broken("no".into()), now),
                Act::Later(ms) => {
                    now += f64::from(ms);
                    kernel.tick(now)
                }
                Act::Say(kind, n) => kernel.receive(
                    match kind % 7 {
                        0 => ready(),
                        1 => reply_ok(&id(n)),
                        2 => worker(&format!(r#"{{"t":"need","id":"{}","imports":["x"]}}"#, id(n)), ""),
                        3 => worker(&format!(r#"{{"t":"installed","id":"{}"}}"#, id(n)), ""),
                        4 => worker(&format!(r#"{{"t":"input_request","id":"{}"}}"#, id(n)), ""),
                        5 => worker(&format!(r#"{{"t":"need","id":"{}","imports":["x"],"early":true}}"#, id(n)), ""),
                        _ => worker(r#"{"t":"dead","why":"x"}"#, ""),
                    },
                    now,
                ),
            });
        }
        note(kernel.request(KernelRequest::Dispose, now));
        note(kernel.receive(ready(), now));
        answers.sort_by_key(|id| id.parse::<u32>().unwrap_or(0));
        prop_assert_eq!(answers, (1..=asked).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}

/// The questions that were answered among the steps, each with its answer.
fn answers(steps: &Steps) -> Vec<(&str, Option<Answer>)> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Answer(id, answer) => Some((id.as_str(), answer.clone())),
            _ => None,
        })
        .collect()
}

fn variables(id: &str) -> KernelRequest {
    KernelRequest::Ask { id: id.into(), question: Question::Variables }
}

#[test]
fn a_question_is_answered_once_by_an_idle_interpreter() {
    let mut kernel = idle();
    let steps = kernel.request(variables("a"), 0.0);
    assert_eq!(steps, [Step::Send(Outgoing::Ask("a".into(), Question::Variables))]);
    let answer = || {
        worker(
            r#"{"t":"answer","id":"a"}"#,
            r#"{"variables":[{"name":"x","type":"int","shape":"","size":28,"value":"1"}],"more":0}"#,
        )
    };
    let steps = kernel.receive(answer(), 1.0);
    let variable =
        Variable { name: "x".into(), kind: "int".into(), size: Some(28.0), value: "1".into(), ..Variable::default() };
    let expected = Answer::Variables(Variables { variables: vec![variable], more: 0 });
    assert_eq!(answers(&steps), [("a", Some(expected))]);
    assert_eq!(answers(&kernel.receive(answer(), 2.0)), []);
    assert_eq!(kernel.wake_at(), None);
}

#[test]
fn what_cannot_be_read_is_no_answer() {
    for bad in ["null", "", "[1]", r#"{"variables":3}"#] {
        let mut kernel = idle();
        kernel.request(variables("a"), 0.0);
        let steps = kernel.receive(worker(r#"{"t":"answer","id":"a"}"#, bad), 1.0);
        assert_eq!(answers(&steps), [("a", None)], "{bad}");
    }
}

#[test]
fn a_question_is_not_left_open_by_a_kernel_that_is_off_runs_or_goes() {
    assert_eq!(answers(&Pyodide::new().request(variables("a"), 0.0)), [("a", None)]);
    assert_eq!(answers(&busy(None).request(variables("a"), 0.0)), [("a", None)]);
    for end in [KernelRequest::Restart, KernelRequest::Dispose] {
        let mut kernel = idle();
        kernel.request(variables("a"), 0.0);
        assert_eq!(answers(&kernel.request(end, 1.0)), [("a", None)]);
    }
    let mut kernel = idle();
    kernel.request(variables("a"), 0.0);
    assert_eq!(answers(&kernel.receive(worker(r#"{"t":"dead","why":"exit 1"}"#, ""), 1.0)), [("a", None)]);
}

#[test]
fn a_question_that_takes_too_long_is_given_up_and_only_an_idle_interpreter_interrupted() {
    let mut kernel = idle();
    kernel.request(variables("a"), 0.0);
    assert_eq!(kernel.tick(1_999.0), []);
    assert_eq!(kernel.wake_at(), Some(2_000.0));
    assert_eq!(kernel.tick(2_000.0), [Step::Answer("a".into(), None), Step::Send(Outgoing::Interrupt)]);
    kernel.request(variables("b"), 3_000.0);
    kernel.request(exec("1", None), 3_500.0);
    assert_eq!(kernel.tick(5_000.0), [Step::Answer("b".into(), None)]);
}

#[test]
fn an_interpreter_that_does_not_come_back_from_a_question_is_replaced_and_its_run_answered() {
    let mut kernel = idle();
    kernel.request(variables("a"), 0.0);
    kernel.tick(2_000.0);
    assert_eq!(kernel.wake_at(), Some(3_500.0));
    let steps = kernel.tick(3_500.0);
    assert!(matches!(steps[..], [Step::Close, Step::Open, ..]), "{steps:?}");
    let mut kernel = idle();
    kernel.request(variables("a"), 0.0);
    kernel.request(exec("1", None), 1_000.0);
    kernel.tick(2_000.0);
    assert_eq!(replies(&kernel.tick(12_000.0)), [("1", ReplyStatus::Error)]);
    let mut kernel = idle();
    kernel.request(variables("a"), 0.0);
    kernel.tick(2_000.0);
    kernel.receive(worker(r#"{"t":"answer","id":"a"}"#, "null"), 2_100.0);
    assert_eq!((kernel.wake_at(), kernel.tick(9_000.0)), (None, vec![]));
}
