//! Code of the conversation that the person runs, what they like, and chats that branch off.

use super::*;
use crate::ids::MsgId;
use crate::protocol::execute::InputFile;
use crate::state::outputs::Body;
use std::sync::Arc;

const PLACE: RunPlace = RunPlace(1);

fn run(client: &mut Client, place: RunPlace, code: &str) -> Update {
    client.update(Input::User(User::Run { place, message: "a".into(), code: code.into() }))
}

/// The id of the run that was asked of the kernel of "c".
fn asked(update: &Update) -> Option<MsgId> {
    update.effects.iter().find_map(|effect| match effect {
        Effect::Kernel(chat, KernelRequest::Execute(request)) if chat.as_str() == "c" => Some(request.id.clone()),
        _ => None,
    })
}

fn hear(client: &mut Client, message: KernelMessage) -> Update {
    client.update(Input::Kernel("c".into(), message))
}

fn print(client: &mut Client, parent: &MsgId, text: &str) {
    let output = Output::Stream { name: StreamName::Stdout, text: text.into() };
    hear(client, KernelMessage::Output { parent: parent.clone(), output });
}

fn end(client: &mut Client, parent: &MsgId, status: ReplyStatus) {
    let reply = ExecuteReply { status, ..ExecuteReply::default() };
    hear(client, KernelMessage::Reply { parent: parent.clone(), reply });
}

fn texts(client: &Client, place: RunPlace) -> Vec<String> {
    let items = client.runs.get(place).map(|run| run.outputs.items()).unwrap_or_default();
    let text = |body: &Body| match body {
        Body::Stream { text, .. } => text.clone(),
        Body::Error(error) => error.evalue.clone(),
        other => format!("{other:?}"),
    };
    items.iter().map(|item| text(&item.body)).collect()
}

fn phase(client: &Client, place: RunPlace) -> Option<RunPhase> {
    client.runs.get(place).map(|run| run.phase)
}

#[test]
fn code_runs_in_the_chats_kernel_and_its_output_stays_when_another_chat_was_shown() {
    let mut client = in_chat();
    let id = asked(&run(&mut client, PLACE, "print(1)")).expect("a run");
    assert_eq!(phase(&client, PLACE), Some(RunPhase::Waiting));
    hear(&mut client, KernelMessage::Started { parent: id.clone() });
    print(&mut client, &id, "1\n");
    client.update(Input::User(User::NewChat));
    print(&mut client, &id, "2\n");
    end(&mut client, &id, ReplyStatus::Ok);
    assert_eq!(phase(&client, PLACE), Some(RunPhase::Ended(ReplyStatus::Ok)));
    assert_eq!(client.runs.place_of(&"a".into(), "print(1)"), Some(PLACE));
    assert_eq!(client.runs.place_of(&"a".into(), "print(2)"), None);
    assert_eq!(texts(&client, PLACE), ["1\n2\n"]);
}

#[test]
fn a_chat_that_is_shown_again_has_the_kernel_that_it_had_and_what_that_does() {
    let mut client = in_chat();
    let progress = Progress { text: "Loading numpy".into(), done: 1.0, total: 2.0 };
    hear(&mut client, KernelMessage::Status(KernelStatus::Busy));
    client.update(Input::User(User::NewChat));
    hear(&mut client, KernelMessage::Progress(progress.clone()));
    client.update(Input::User(User::OpenChat("c".into())));
    let shown = client.kernel(&"c".into());
    assert_eq!(shown, KernelState { status: KernelStatus::Busy, progress: Some(progress) });
    assert_eq!(client.kernel(&"d".into()).status, KernelStatus::Off);
    hear(&mut client, KernelMessage::Status(KernelStatus::Idle));
    assert_eq!(client.kernel(&"c".into()), KernelState { status: KernelStatus::Idle, progress: None });
    let update = hear(&mut client, KernelMessage::Status(KernelStatus::Off));
    assert!(update.changes.contains(&Change::Kernel));
    assert_eq!(client.kernel(&"c".into()), KernelState::default());
}

#[test]
fn a_kernel_that_is_lost_is_told_of_where_its_variables_are_missed() {
    let mut client = in_chat();
    let texts = |client: &Client| client.notices.iter().map(|notice| notice.text.clone()).collect::<Vec<_>>();
    hear(&mut client, KernelMessage::Status(KernelStatus::Idle));
    hear(&mut client, KernelMessage::Status(KernelStatus::Dead));
    let [told] = &texts(&client)[..] else { panic!("{:?}", texts(&client)) };
    assert!(told.contains("has stopped") && told.contains("variables are gone"), "{told}");
    // It had to make room while another chat was shown: that is told when its code runs again.
    hear(&mut client, KernelMessage::Status(KernelStatus::Idle));
    client.update(Input::User(User::NewChat));
    hear(&mut client, KernelMessage::Status(KernelStatus::Off));
    client.update(Input::User(User::OpenChat("c".into())));
    assert_eq!(texts(&client).len(), 1);
    hear(&mut client, KernelMessage::Status(KernelStatus::Starting));
    let [_, told] = &texts(&client)[..] else { panic!("{:?}", texts(&client)) };
    assert!(told.contains("made room") && told.contains("variables are gone"), "{told}");
    hear(&mut client, KernelMessage::Status(KernelStatus::Starting));
    assert_eq!(texts(&client).len(), 2, "once");
}

#[test]
fn a_traceback_names_the_code_of_its_chat_that_the_same_kernel_ran_under_that_number() {
    let mut client = in_chat();
    let runs = |client: &mut Client, place: u32, number: u32| {
        let id = asked(&run(client, RunPlace(place), "f()")).expect("a run");
        let reply = ExecuteReply { status: ReplyStatus::Error, execution_count: number, ..ExecuteReply::default() };
        hear(client, KernelMessage::Reply { parent: id, reply });
    };
    let named = |client: &Client, by: u32, number: u32| client.runs.named(RunPlace(by), number).map(|place| place.0);
    hear(&mut client, KernelMessage::Status(KernelStatus::Starting));
    runs(&mut client, 1, 1);
    runs(&mut client, 2, 3);
    assert_eq!([named(&client, 2, 1), named(&client, 2, 3), named(&client, 2, 2)], [Some(1), Some(2), None]);
    hear(&mut client, KernelMessage::Status(KernelStatus::Starting));
    runs(&mut client, 3, 1);
    assert_eq!([named(&client, 3, 1), named(&client, 3, 3)], [Some(3), None], "of the kernel that runs now");
    assert_eq!(named(&client, 2, 1), Some(1), "what is still shown keeps its meaning");
    runs(&mut client, 1, 2);
    assert_eq!([named(&client, 2, 1), named(&client, 3, 2)], [None, Some(1)], "code that was run again");
    assert_eq!(named(&client, 4, 1), None, "where nothing ran");
}

#[test]
fn a_chats_kernel_is_restarted_when_the_person_says_so() {
    let mut client = in_chat();
    let effects = client.update(Input::User(User::RestartKernel("c".into()))).effects;
    assert_eq!(effects, [Effect::Kernel("c".into(), KernelRequest::Restart)]);
}

#[test]
fn files_attached_on_the_way_to_a_message_are_there_before_its_code_runs() {
    let mut client = in_chat();
    let user = client.chat.messages.get_mut(&MessageId::from("u")).expect("the question");
    let id = "0b0c0d0e-0000-4000-8000-000000000001";
    user.files = vec![
        json!({"type": "file", "id": id, "name": "data.csv"}),
        json!({"type": "note", "id": id, "name": "a note"}),
    ];
    let update = run(&mut client, PLACE, "open('/mnt/uploads/data.csv')");
    let [Effect::Bring(PLACE, chat, files)] = &update.effects[..] else { panic!("{:?}", update.effects) };
    assert_eq!((chat.as_str(), files.len(), files[0].name.as_str()), ("c", 1, "data.csv"));
    let brought = || {
        let file = InputFile { name: "data.csv".into(), data: Arc::from(*b"1") };
        Input::Brought(PLACE, vec![Ok(file), Err("The file b could not be fetched.".into())])
    };
    let update = client.update(brought());
    let [Effect::Kernel(_, KernelRequest::Execute(request))] = &update.effects[..] else {
        panic!("{:?}", update.effects)
    };
    assert_eq!(request.files.len(), 1);
    assert_eq!(texts(&client, PLACE), ["The file b could not be fetched.\n"]);
    assert_eq!(client.update(brought()).effects, [], "once");
    // One that is stopped before its files are there never begins.
    let other = RunPlace(2);
    run(&mut client, other, "open('/mnt/uploads/data.csv')");
    assert_eq!(client.update(Input::User(User::StopRun(other))).effects, []);
    assert_eq!(phase(&client, other), Some(RunPhase::Ended(ReplyStatus::Aborted)));
    assert_eq!(client.update(Input::Brought(other, Vec::new())).effects, []);
}

#[test]
fn a_second_press_runs_nothing_until_the_first_run_has_ended_and_then_the_old_output_goes() {
    let mut client = in_chat();
    let first = asked(&run(&mut client, PLACE, "print(1)")).expect("a run");
    assert_eq!(asked(&run(&mut client, PLACE, "print(1)")), None);
    print(&mut client, &first, "1");
    end(&mut client, &first, ReplyStatus::Ok);
    let second = asked(&run(&mut client, PLACE, "print(2)")).expect("a run");
    assert_ne!(first, second);
    assert_eq!(texts(&client, PLACE), ["1"]);
    print(&mut client, &second, "2");
    // A word of the run before comes late.
    print(&mut client, &first, "late");
    assert_eq!(texts(&client, PLACE), ["2"]);
}

#[test]
fn a_run_is_stopped_by_its_own_button_and_a_turn_by_its_own() {
    let mut client = in_chat();
    let id = asked(&run(&mut client, PLACE, "while True: pass")).expect("a run");
    let effects = client.update(Input::User(User::Stop)).effects;
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Kernel(..))), "{effects:?}");
    let effects = client.update(Input::User(User::StopRun(PLACE))).effects;
    assert_eq!(effects, [Effect::Kernel("c".into(), KernelRequest::Cancel(id.clone()))]);
    end(&mut client, &id, ReplyStatus::Aborted);
    assert_eq!(phase(&client, PLACE), Some(RunPhase::Ended(ReplyStatus::Aborted)));
    assert!(client.update(Input::User(User::StopRun(PLACE))).effects.is_empty());
}

#[test]
fn a_run_waits_for_a_line_and_gets_the_one_that_was_typed() {
    let mut client = in_chat();
    let id = asked(&run(&mut client, PLACE, "input('Name? ')")).expect("a run");
    let ask = KernelMessage::InputRequest { parent: id.clone(), prompt: "Name? ".into(), password: false };
    assert!(hear(&mut client, ask).effects.is_empty());
    assert_eq!(client.runs.get(PLACE).and_then(|run| run.question.clone()), Some(("Name? ".into(), false)));
    let answer = || Input::User(User::AnswerRun(PLACE, Some("Ada".into())));
    let request = KernelRequest::InputReply { parent: id, line: Some("Ada".into()) };
    assert_eq!(client.update(answer()).effects, [Effect::Kernel("c".into(), request)]);
    assert_eq!(texts(&client, PLACE).last().map(String::as_str), Some("Name? Ada\n"), "what was asked and typed stays");
    assert!(client.update(answer()).effects.is_empty());
}

#[test]
fn a_display_is_updated_by_a_later_run_of_its_chat() {
    let mut client = in_chat();
    let display = |text: &str| Display {
        data: [("text/plain".to_owned(), MimeData::Text(text.into()))].into(),
        display_id: Some("bar".into()),
        ..Display::default()
    };
    let first = asked(&run(&mut client, PLACE, "show()")).expect("a run");
    let output = Output::DisplayData(display("1 %"));
    hear(&mut client, KernelMessage::Output { parent: first.clone(), output });
    end(&mut client, &first, ReplyStatus::Ok);
    let second = asked(&run(&mut client, RunPlace(2), "move()")).expect("a run");
    let update = KernelMessage::UpdateDisplay { parent: second, display_id: "bar".into(), display: display("2 %") };
    assert!(hear(&mut client, update).changes.contains(&Change::Run(PLACE)));
    assert!(texts(&client, PLACE)[0].contains("2 %"));
}

#[test]
fn an_error_is_shown_once_and_a_session_that_ends_says_so_at_what_ran() {
    let mut client = in_chat();
    let id = asked(&run(&mut client, PLACE, "1/0")).expect("a run");
    let error =
        ErrorInfo { ename: "ZeroDivisionError".into(), evalue: "division by zero".into(), ..ErrorInfo::default() };
    hear(&mut client, KernelMessage::Output { parent: id.clone(), output: Output::Error(error.clone()) });
    let reply = ExecuteReply { status: ReplyStatus::Error, error: Some(error), ..ExecuteReply::default() };
    hear(&mut client, KernelMessage::Reply { parent: id, reply });
    assert_eq!(texts(&client, PLACE), ["division by zero"]);
    run(&mut client, RunPlace(2), "slow()");
    client.update(Input::Socket(Socket::Acked(Asked::Session, Value::Null)));
    assert_eq!(phase(&client, RunPlace(2)), None);
    let credentials = Credentials::Token("t".into());
    client.update(Input::User(User::SignIn("http://127.0.0.1:8080/".into(), credentials)));
    client.update(ok(ReplyTo::Config, config()));
    client.update(ok(ReplyTo::Session, json!({"name": "Ada", "role": "user"})));
    assert_eq!(texts(&client, PLACE), ["division by zero"]);
    assert!(texts(&client, RunPlace(2))[0].contains("The session ended"));
}

#[test]
fn python_is_offered_only_where_the_server_lets_the_browser_run_it() {
    let mut client = in_chat();
    let mut with = |config: Value| {
        client.update(ok(ReplyTo::UserConfig, config));
        (client.runs_python(), asked(&run(&mut client, PLACE, "1")).is_some())
    };
    assert_eq!(with(json!({"features": {"enable_code_execution": false}})), (false, false));
    assert_eq!(
        with(json!({"features": {"enable_code_execution": true}, "code": {"engine": "jupyter"}})),
        (false, false)
    );
    assert_eq!(with(json!({"features": {"enable_code_execution": true}, "code": {"engine": "pyodide"}})), (true, true));
}

#[test]
fn python_that_comes_up_is_expected_to_run_where_it_may() {
    let mut client = in_chat();
    let expects = |effects: Vec<Effect>| effects.contains(&Effect::ExpectCode("c".into()));
    let added = |item: Value| {
        let data = json!({"type": "response.output_item.added", "output_index": 0, "item": item});
        let data = json!({"type": "response:completion", "data": data});
        Input::Socket(Socket::Event(json!({"chat_id": "c", "message_id": "a", "data": data}), None))
    };
    // As in tests/fixtures/traces/code_interpreter_native_jpeg_not_uploaded.jsonl.
    let call = |name: &str| {
        added(
            json!({"type": "function_call", "id": "f", "call_id": "f", "name": name, "arguments": "", "status": "in_progress"}),
        )
    };
    assert!(expects(client.update(call("execute_code")).effects));
    assert!(!expects(client.update(call("search_web")).effects));
    let begins = || added(json!({"type": "open_webui:code_interpreter", "id": "i", "status": "in_progress"}));
    assert!(expects(client.update(begins()).effects) && expects(client.update(Input::User(User::SeeCode)).effects));
    client.update(ok(ReplyTo::UserConfig, json!({"features": {"enable_code_execution": false}})));
    assert!(!expects(client.update(begins()).effects) && !expects(client.update(Input::User(User::SeeCode)).effects));
}

#[test]
fn what_is_liked_is_kept_in_the_servers_own_copy_of_the_message() {
    let mut client = in_chat();
    let effects = client.update(Input::User(User::Favorite("a".into(), true))).effects;
    let to = ReplyTo::Favorite("c".into(), "a".into(), true);
    assert_eq!(effects, [Effect::Get("/api/v1/chats/c".into(), to.clone())]);
    assert!(client.chat.messages[&MessageId::from("a")].favorite);
    let stored = json!({"chat": {"history": {"messages": {"a": {"content": "x", "more": 1}, "u": {"content": "y"}}}}});
    let effects = client.update(ok(to.clone(), stored)).effects;
    let [Effect::Post(path, body, _)] = &effects[..] else { panic!("{effects:?}") };
    let kept = json!({"chat": {"history": {"messages": {"a": {"content": "x", "more": 1, "favorite": true}}}}});
    assert_eq!((path.as_str(), body), ("/api/v1/chats/c", &kept));
    let is_liked = |client: &Client| client.chat.messages[&MessageId::from("a")].favorite;
    let read_again = |client: &mut Client| {
        let a = json!({"role": "assistant", "parentId": null, "childrenIds": [], "content": "x", "done": true});
        copy_comes(client, json!({"chat": {"history": {"currentId": "a", "messages": {"a": a}}}}));
    };
    // A copy that was asked for before knows nothing of it.
    read_again(&mut client);
    assert!(is_liked(&client));
    client.update(refused(ReplyTo::FavoriteKept("c".into(), "a".into(), true), 500));
    assert!(!is_liked(&client));
    read_again(&mut client);
    assert!(!is_liked(&client));
}

#[test]
fn a_branch_is_a_chat_of_its_own_that_is_shown_unless_another_one_is_by_now() {
    let mut client = in_chat();
    let branch = |client: &mut Client| client.update(Input::User(User::Branch("a".into()))).effects;
    let to = ReplyTo::Branch("c".into());
    let asked = Effect::Post("/api/v1/chats/c/fork".into(), json!({"message_id": "a"}), to.clone());
    assert_eq!(branch(&mut client), [asked]);
    client.update(refused(to.clone(), 409));
    assert_eq!(client.chat.id, Some("c".into()));
    client.update(ok(to.clone(), json!({"id": "c2"})));
    assert_eq!(client.chat.id, Some("c2".into()));
    client.update(ok(to, json!({"id": "c3"})));
    assert_eq!(client.chat.id, Some("c2".into()));
    client.update(Input::User(User::NewTemporaryChat));
    assert!(branch(&mut client).is_empty());
}

#[test]
fn what_the_servers_code_puts_out_is_there_while_it_runs_at_its_message() {
    let mut client = in_chat();
    let live = |client: &Client, message: &str| {
        client.live(&message.into()).map(|(_, outputs)| outputs.items().len()).collect::<Vec<_>>()
    };
    call(&mut client, "1", "execute:python", json!({"code": "x", "session_id": "sid"}));
    assert_eq!(live(&client, "a"), [0]);
    let output = Output::Stream { name: StreamName::Stdout, text: "so far".into() };
    let update = hear(&mut client, KernelMessage::Output { parent: MsgId("1".into()), output });
    assert!(update.changes.contains(&Change::Live("a".into())), "{update:?}");
    assert_eq!((live(&client, "a"), live(&client, "b")), (vec![1], Vec::new()));
    let update = hear(&mut client, KernelMessage::Reply { parent: MsgId("1".into()), reply: ExecuteReply::default() });
    assert!(update.changes.contains(&Change::Live("a".into())), "{update:?}");
    assert_eq!(live(&client, "a"), [0; 0]);
}
