mod events;
mod languages;
mod outbox;
mod questions;
mod reading;
mod runs;

use super::*;
use crate::ids::MessageId;
use crate::protocol::execute::{Display, ErrorInfo, ExecuteReply, Output, ReplyStatus, StreamName};
use crate::protocol::execute::{KernelMessage, KernelRequest};
use crate::protocol::mime::MimeData;
use crate::protocol::rest::FileRecord;
use crate::state::chat::Field;
use proptest::prelude::*;
use serde_json::json;

fn ok(to: ReplyTo, body: Value) -> Input {
    Input::Reply { to, result: Ok(body) }
}

fn refused(to: ReplyTo, status: u16) -> Input {
    Input::Reply { to, result: Err(Failure { status, detail: "no".into() }) }
}

fn config() -> Value {
    json!({"version": "0.12.4", "features": {"enable_code_interpreter": true}})
}

fn event(chat: &str, message: &str, kind: &str, data: Value) -> Value {
    json!({"chat_id": chat, "message_id": message, "data": {"type": kind, "data": data}})
}

/// A client that is signed in and connected, with a model.
fn connected() -> Client {
    let mut client = Client::new(None);
    let credentials = Credentials::Token("t".into());
    client.update(Input::User(User::SignIn("http://127.0.0.1:8080/".into(), credentials)));
    client.update(ok(ReplyTo::Config, config()));
    client.update(ok(ReplyTo::Session, json!({"name": "Ada", "role": "user"})));
    client.update(ok(ReplyTo::Models, json!({"data": [{"id": "m", "name": "M"}]})));
    client.update(Input::Socket(Socket::Connected("sid".into())));
    client
}

fn send(client: &mut Client) -> Update {
    client.update(Input::User(User::Send { text: "hi".into(), fresh: fresh("u", "a") }))
}

fn fresh(user: &str, assistant: &str) -> Fresh {
    Fresh { user_id: user.into(), assistant_id: assistant.into(), timestamp: 1 }
}

/// What an upload gives back.
fn record(id: &str) -> Result<FileRecord, Failure> {
    Ok(serde_json::from_value(json!({"id": id, "filename": "f"})).expect("a record"))
}

fn unreachable() -> Failure {
    Failure { status: 0, detail: "The server cannot be reached.".into() }
}

fn emitted(client: &mut Client, kind: &str, data: Value) -> Update {
    client.update(Input::Socket(Socket::Event(event("c", "a", kind, data), None)))
}

/// The server's copy of the chat "c" comes, for the last read of it.
fn copy_comes(client: &mut Client, body: Value) -> Update {
    let to = ReplyTo::Chat("c".into(), client.reads);
    client.update(ok(to, body))
}

/// A client with the chat "c" open, whose answer "a" has come.
fn in_chat() -> Client {
    let mut client = connected();
    send(&mut client);
    client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "c"})));
    emitted(&mut client, "chat:completion", json!({"done": true, "content": "hello"}));
    emitted(&mut client, "chat:active", json!({"active": false}));
    client
}

fn call(client: &mut Client, id: &str, kind: &str, data: Value) -> Update {
    client.update(Input::Socket(Socket::Event(event("c", "a", kind, data), Some(id.into()))))
}

fn acks(update: &Update) -> Vec<(&str, &Value)> {
    let effects = update.effects.iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Ack(id, value) => Some((id.as_str(), value)),
            _ => None,
        })
        .collect()
}

fn said(id: &str, output: Output) -> Input {
    Input::Kernel("c".into(), KernelMessage::Output { parent: id.into(), output })
}

fn replied(id: &str, status: ReplyStatus) -> Input {
    let reply = ExecuteReply { status, ..ExecuteReply::default() };
    Input::Kernel("c".into(), KernelMessage::Reply { parent: id.into(), reply })
}

fn figure() -> Output {
    let mut display = Display::default();
    display.data.insert("image/png".into(), MimeData::Bytes(b"\x89PNG\r\n\x1a\n".as_slice().into()));
    Output::DisplayData(display)
}

#[test]
fn a_wrong_address_is_told_from_a_wrong_password() {
    let sign_in = |typed: &str| {
        let mut client = Client::new(None);
        let credentials = Credentials::Password("e".into(), "p".into());
        client.update(Input::User(User::SignIn(typed.into(), credentials)));
        client
    };
    assert!(sign_in("not an address").session.error.is_some_and(|why| why.contains("address")));

    let mut client = sign_in("localhost:1");
    let unreachable = Failure { status: 0, detail: "localhost:1 cannot be reached.".into() };
    client.update(Input::Reply { to: ReplyTo::Config, result: Err(unreachable) });
    assert_eq!(client.session.error.as_deref(), Some("localhost:1 cannot be reached."));

    let mut client = sign_in("localhost:1");
    client.update(refused(ReplyTo::Config, 404));
    assert!(client.session.error.is_some_and(|why| why.contains("not an Open WebUI")));

    let mut client = sign_in("localhost:1");
    client.update(ok(ReplyTo::Config, config()));
    client.update(refused(ReplyTo::Session, 400));
    assert!(client.session.error.as_ref().is_some_and(|why| why.contains("password")));
    assert_eq!(client.session.server, "http://localhost:1", "what was typed stays");
}

#[test]
fn addresses_are_read_as_people_type_them() {
    for (typed, origin) in [
        ("chat.example.com", "https://chat.example.com"),
        (" localhost:8080/ ", "http://localhost:8080"),
        ("https://a.b:1/c/d?e#f", "https://a.b:1"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://[::1]", "http://[::1]"),
    ] {
        assert_eq!(session::origin(typed), Ok(origin.to_owned()));
    }
    for wrong in ["", "javascript://x", "http://", "a b", "http://u@h", "host:99999", "ftp://x", "https://-"] {
        assert!(session::origin(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_turn_is_sent_streamed_and_ended() {
    let mut client = connected();
    let update = send(&mut client);
    assert!(matches!(&update.effects[..], [Effect::Post(path, body, _)]
        if path == "/api/chat/completions" && body["session_id"] == "sid" && body.get("chat_id").is_none()));
    assert!(!client.can_send(), "one turn at a time");
    // An event may come before the answer that tells the chat's id.
    let delta = json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": "Hello"});
    let update = client.update(Input::Socket(Socket::Event(event("c", "a", "response:completion", delta), None)));
    assert!(update.changes.contains(&Change::Message("a".into(), Field::Body)));
    assert_eq!(client.chat.id, Some("c".into()));
    client.update(ok(ReplyTo::Turn("a".into()), json!({"status": true, "chat_id": "c"})));
    let done = json!({"done": true, "output": [{"type": "message", "id": "m", "content": [{"text": "Hello"}]}]});
    client.update(Input::Socket(Socket::Event(event("c", "a", "chat:completion", done), None)));
    client.update(Input::Socket(Socket::Event(event("c", "a", "chat:active", json!({"active": false})), None)));
    assert!(client.can_send());
    assert_eq!(client.chat.messages[&MessageId::from("a")].text(), "Hello");
}

#[test]
fn a_turn_that_the_server_refuses_says_why_and_the_next_can_be_sent() {
    let mut client = connected();
    send(&mut client);
    client.update(refused(ReplyTo::Turn("a".into()), 400));
    assert!(client.chat.messages[&MessageId::from("a")].error.is_some());
    assert!(client.can_send());
}

#[test]
fn events_of_other_chats_change_nothing_here() {
    let mut client = connected();
    send(&mut client);
    client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "c"})));
    let update =
        client.update(Input::Socket(Socket::Event(event("other", "a", "message", json!({"content": "x"})), None)));
    assert_eq!((update.changes, update.effects), (vec![], vec![]));
}

#[test]
fn a_figure_is_uploaded_before_the_call_is_answered_with_its_link() {
    let mut client = connected();
    let update = call(&mut client, "1", "execute:python", json!({"code": "plot", "session_id": "sid"}));
    assert!(matches!(&update.effects[..], [Effect::Kernel(_, KernelRequest::Execute(_))]));
    client.update(said("1", Output::Stream { name: StreamName::Stdout, text: "a\n".into() }));
    client.update(said("1", figure()));
    let update = client.update(replied("1", ReplyStatus::Ok));
    assert!(
        matches!(&update.effects[..], [Effect::Upload(Ticket::Call(_, 0), upload, "process=false")] if upload.name == "figure-1.png")
    );
    let update = client.update(Input::Uploaded(Ticket::Call("1".into(), 0), record("file")));
    assert_eq!(acks(&update)[0].1["stdout"], "a\n![Figure 1](/api/v1/files/file/content)\n");
    let again = client.update(Input::Uploaded(Ticket::Call("1".into(), 0), record("file")));
    assert_eq!(acks(&again), []);
}

#[test]
fn an_exception_is_answered_with_its_traceback() {
    let mut client = connected();
    call(&mut client, "1", "execute:python", json!({"code": "x"}));
    let traceback = vec!["Traceback".to_owned(), "ValueError: no".to_owned()];
    client.update(said("1", Output::Error(ErrorInfo { traceback, ..ErrorInfo::default() })));
    let update = client.update(replied("1", ReplyStatus::Error));
    assert_eq!(acks(&update)[0].1["stderr"], "Traceback\nValueError: no\n");
}

#[test]
fn what_is_not_for_us_or_not_known_is_answered_too() {
    let mut client = connected();
    for (kind, data) in [
        ("execute:python", json!({"code": "1", "session_id": "another"})),
        ("execute", json!({"code": "alert(1)"})),
        ("my:rpc", json!(null)),
    ] {
        let update = call(&mut client, kind, kind, data);
        assert!(acks(&update)[0].1["error"].is_string(), "{kind}");
    }
    let nothing = client.update(Input::Socket(Socket::Event(json!(null), Some("9".into()))));
    assert_eq!(acks(&nothing).len(), 1);
}

#[test]
fn after_a_lost_socket_the_chat_is_read_again_and_files_of_the_run_reach_their_message_once() {
    let mut client = connected();
    send(&mut client);
    client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "c"})));
    call(&mut client, "1", "execute:python", json!({"code": "1"}));
    let update = client.update(Input::Socket(Socket::Lost("transport close".into())));
    assert_eq!((acks(&update), client.notices.len()), (vec![], 1));
    client.update(said("1", figure()));
    let uploads = |update: &Update| update.effects.iter().filter(|effect| matches!(effect, Effect::Upload(..))).count();
    assert_eq!(uploads(&client.update(replied("1", ReplyStatus::Ok))), 1);
    let ticket = Ticket::Call("1".into(), 0);
    client.update(Input::Uploaded(ticket.clone(), Err(unreachable())));
    let update = client.update(Input::Socket(Socket::Connected("sid2".into())));
    assert!(
        update
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Get(path, ReplyTo::Chat(..)) if path == "/api/v1/chats/c"))
    );
    assert_eq!(uploads(&update), 1, "tried again");
    let update = client.update(Input::Uploaded(ticket.clone(), record("late")));
    assert!(matches!(&update.effects[..], [Effect::Post(path, body, ReplyTo::Late(..))]
        if path == "/api/v1/chats/c/messages/a/event" && body["data"]["files"][0]["id"] == "late"));
    assert_eq!(client.update(Input::Uploaded(ticket, record("late"))).effects, []);
}

#[test]
fn a_session_that_ends_asks_to_sign_in_again() {
    let mut client = connected();
    let update = client.update(refused(ReplyTo::Saved("x"), 401));
    assert!(client.session.name.is_some(), "what is not ours is refused in the same way");
    assert!(update.effects.iter().any(|effect| matches!(effect, Effect::Get(_, ReplyTo::StillSignedIn))));
    client.update(refused(ReplyTo::StillSignedIn, 401));
    assert_eq!(client.session.name, None);
    assert!(client.session.error.is_some_and(|why| why.contains("sign in")));
    assert_eq!(client.session.server, "http://127.0.0.1:8080");
}

#[test]
fn the_token_is_in_no_path() {
    let mut client = connected();
    client.session.token = "SECRET".into();
    let update = client.update(Input::User(User::OpenChat("../../x?y#z".into())));
    let paths = update.effects.iter().filter_map(|effect| match effect {
        Effect::Get(path, _) | Effect::Post(path, _, _) => Some(path.as_str()),
        _ => None,
    });
    assert_eq!(paths.collect::<Vec<_>>(), ["/api/v1/chats/%2E%2E%2F%2E%2E%2Fx%3Fy%23z"]);
    let update = client.update(Input::User(User::OpenChat("..".into())));
    assert!(update.effects.iter().any(|effect| matches!(effect, Effect::Get(path, _) if path == "/api/v1/chats/_")));
}

proptest! {
    #[test]
    fn in_any_order_of_events_each_call_is_answered_at_most_once_and_all_that_run_to_the_end_are(
        acts in prop::collection::vec((0..8u8, 0..5usize), 0..80)
    ) {
        let mut client = connected();
        let (mut made, mut answers, mut lost) = (0usize, Vec::<String>::new(), 0usize);
        let mut open = BTreeSet::new();
        for (act, n) in acts {
            let id = n.to_string();
            let update = match act {
                0 | 1 => {
                    made += 1;
                    open.insert(made.to_string());
                    call(&mut client, &made.to_string(), "execute:python", json!({"code": "1"}))
                }
                2 => client.update(said(&id, figure())),
                3 | 4 => client.update(replied(&id, ReplyStatus::Ok)),
                5 => client.update(Input::Uploaded(Ticket::Call(id.as_str().into(), 0), Err(Failure { status: 500, detail: "no".into() }))),
                6 => client.update(Input::Uploaded(Ticket::Call(id.as_str().into(), n), record("f"))),
                _ => {
                    lost += open.len();
                    open.clear();
                    client.update(Input::Socket(Socket::Lost("x".into())));
                    client.update(Input::Socket(Socket::Connected("sid".into())))
                }
            };
            for (id, _) in acks(&update) {
                prop_assert!(open.remove(id), "{} was answered twice", id);
                answers.push(id.to_owned());
            }
        }
        for id in open.clone() {
            let mut update = client.update(replied(&id, ReplyStatus::Ok));
            for number in 0..50 {
                update.effects.extend(client.update(Input::Uploaded(Ticket::Call(id.as_str().into(), number), record("f"))).effects);
            }
            prop_assert_eq!(acks(&update).len(), 1);
            answers.push(id);
        }
        prop_assert_eq!(answers.len() + lost, made);
    }
}
