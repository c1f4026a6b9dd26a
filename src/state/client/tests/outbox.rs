//! What is written without a connection, and other ways to begin a turn.

use super::*;

fn posts(update: &Update) -> Vec<&Value> {
    let effects = update.effects.iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Post(path, body, ReplyTo::Turn(_)) if path == "/api/chat/completions" => Some(body),
            _ => None,
        })
        .collect()
}

fn lose(client: &mut Client) {
    client.update(Input::Socket(Socket::Lost("x".into())));
}

fn back(client: &mut Client) -> Update {
    client.update(Input::Socket(Socket::Connected("sid2".into())))
}

fn send_next(client: &mut Client) -> Update {
    client.update(Input::User(User::Send { text: "next".into(), fresh: fresh("u2", "a2") }))
}

/// The chat as the server has it, without or with the second turn.
fn copy(with_second: bool) -> Value {
    let mut messages = json!({
        "u": {"role": "user", "content": "hi", "parentId": null, "childrenIds": ["a"]},
        "a": {"role": "assistant", "content": "hello", "parentId": "u", "done": true, "childrenIds": []},
    });
    if with_second {
        messages["u2"] = json!({"role": "user", "content": "next", "parentId": "a", "childrenIds": ["a2"]});
        messages["a2"] =
            json!({"role": "assistant", "content": "", "parentId": "u2", "done": false, "childrenIds": []});
    }
    json!({"title": "T", "chat": {"history": {"messages": messages, "currentId": if with_second { "a2" } else { "a" }}}})
}

#[test]
fn what_is_written_without_a_connection_is_sent_once_when_it_is_back() {
    let mut client = in_chat();
    lose(&mut client);
    assert!(client.can_send());
    assert!(posts(&send_next(&mut client)).is_empty());
    assert!(client.chat.messages[&MessageId::from("u2")].unsent);
    assert_eq!(client.unsent(), 1);
    assert!(posts(&back(&mut client)).is_empty(), "the chat is read first");
    let update = copy_comes(&mut client, copy(false));
    assert_eq!(posts(&update)[0]["user_message"]["content"], "next");
    assert_eq!(posts(&update)[0]["session_id"], "sid2");
    assert_eq!(client.chat.path().len(), 4);
    assert!(!client.chat.messages[&MessageId::from("u2")].unsent);
    client.update(ok(ReplyTo::Turn("a2".into()), json!({"chat_id": "c"})));
    assert!(posts(&client.update(Input::Woken(Timer::Flush))).is_empty());
    assert_eq!(client.unsent(), 0);
}

#[test]
fn a_message_whose_request_was_lost_is_not_sent_twice() {
    let mut client = in_chat();
    assert_eq!(posts(&send_next(&mut client)).len(), 1);
    lose(&mut client);
    client.update(Input::Reply { to: ReplyTo::Turn("a2".into()), result: Err(unreachable()) });
    back(&mut client);
    let update = copy_comes(&mut client, copy(true));
    assert!(posts(&update).is_empty(), "the server has it");
    assert_eq!(client.unsent(), 0);
    assert_eq!(client.chat.current, Some("a2".into()));
}

#[test]
fn a_new_chat_whose_request_was_lost_is_looked_for_before_it_is_begun_again() {
    for arrived in [true, false] {
        let mut client = connected();
        send(&mut client);
        lose(&mut client);
        client.update(Input::Reply { to: ReplyTo::Turn("a".into()), result: Err(unreachable()) });
        let update = back(&mut client);
        assert!(posts(&update).is_empty());
        assert!(update.effects.contains(&Effect::Get(CHATS.into(), ReplyTo::Doubt("a".into()))));
        client.update(ok(ReplyTo::Doubt("a".into()), json!([{"id": "c"}])));
        let mut found = if arrived { copy(false) } else { json!({}) };
        found["id"] = json!("c");
        let update = client.update(ok(ReplyTo::DoubtChat("a".into(), vec![]), found));
        assert_eq!(posts(&update).len(), usize::from(!arrived));
        assert_eq!(client.chat.id.is_some(), arrived);
    }
}

#[test]
fn a_message_that_was_not_sent_yet_can_be_taken_back() {
    let mut client = in_chat();
    lose(&mut client);
    send_next(&mut client);
    client.update(Input::User(User::Stop));
    assert_eq!(client.unsent(), 0);
    assert!(client.chat.messages[&MessageId::from("a2")].error.is_some());
    assert_eq!(client.chat.messages[&MessageId::from("u2")].content, "next");
}

#[test]
fn another_version_is_a_sibling_and_more_is_the_same_answer() {
    let mut client = in_chat();
    let update = client.update(Input::User(User::Regenerate("a".into(), fresh("unused", "a2"))));
    let body = posts(&update)[0].clone();
    assert_eq!(
        (&body["user_message"]["id"], &body["id"], &body["parent_id"]),
        (&json!("u"), &json!("a2"), &Value::Null)
    );
    assert_eq!(body["chat_id"], "c");
    assert_eq!(client.chat.versions(&"a2".into()), (vec!["a".into(), "a2".into()], 1));

    let mut client = in_chat();
    let update = client.update(Input::User(User::Continue("a".into())));
    assert_eq!(posts(&update)[0]["assistant_message_id"], "a");
    assert_eq!(posts(&update)[0].get("message_ids"), None);
    for field in [Field::Body, Field::Done] {
        assert!(update.changes.contains(&Change::Message("a".into(), field)), "{field:?} is drawn again: it goes on");
    }

    let mut client = in_chat();
    let update =
        client.update(Input::User(User::Edit { message: "u".into(), text: "ho".into(), fresh: fresh("u2", "a2") }));
    assert_eq!(
        (&posts(&update)[0]["user_message"]["parentId"], &posts(&update)[0]["user_message"]["content"]),
        (&Value::Null, &json!("ho"))
    );
    assert_eq!(client.chat.path(), ["u2".into(), "a2".into()]);
    client.chat.active = false;
    let update = client.update(Input::User(User::ShowVersion("u".into())));
    assert_eq!(client.chat.path(), ["u".into(), "a".into()]);
    assert!(matches!(&update.effects[..], [Effect::Post(_, body, _)] if body["chat"]["history"]["currentId"] == "a"));
    // Within the same second, and whatever its id is, a version comes after those before it.
    client.update(Input::User(User::Edit { message: "u".into(), text: "hey".into(), fresh: fresh("b", "c") }));
    assert_eq!(client.chat.versions(&"b".into()), (vec!["u".into(), "u2".into(), "b".into()], 2));
}

#[test]
fn a_file_is_stored_at_once_and_its_message_waits_for_it() {
    let mut client = in_chat();
    let attach = |number| {
        Input::User(User::Attach {
            number,
            name: "a.csv".into(),
            media_type: "text/csv".into(),
            data: b"1,2".as_slice().into(),
        })
    };
    let update = client.update(attach(1));
    assert!(matches!(&update.effects[..], [Effect::Upload(Ticket::Attachment(1), _, "process=true")]));
    assert!(posts(&send_next(&mut client)).is_empty());
    let update = client.update(Input::Uploaded(Ticket::Attachment(1), record("f1")));
    let body = posts(&update)[0];
    assert_eq!((&body["files"][0]["id"], &body["user_message"]["files"][0]["name"]), (&json!("f1"), &json!("a.csv")));
    assert!(client.attachments.is_empty());

    client.update(Input::User(User::Attach {
        number: 2,
        name: "e".into(),
        media_type: String::new(),
        data: [].into(),
    }));
    assert!(client.attachments.is_empty(), "an empty file is refused");
}

#[test]
fn a_file_that_was_chosen_without_a_connection_is_stored_when_it_is_back() {
    let mut client = in_chat();
    lose(&mut client);
    let data = b"x".as_slice().into();
    let update =
        client.update(Input::User(User::Attach { number: 1, name: "a".into(), media_type: "image/png".into(), data }));
    assert_eq!(update.effects, []);
    let update = back(&mut client);
    let uploads = update.effects.iter().filter(|effect| matches!(effect, Effect::Upload(_, _, "process=false")));
    assert_eq!(uploads.count(), 1);
}

#[test]
fn a_chat_that_nobody_keeps_sends_all_its_messages_and_is_neither_read_nor_joined() {
    let mut client = connected();
    client.update(Input::User(User::NewTemporaryChat));
    let update = send(&mut client);
    let body = posts(&update)[0].clone();
    assert_eq!(
        (&body["chat_id"], &body["messages"]),
        (&json!("temporary:sid"), &json!([{"role": "user", "content": "hi"}]))
    );
    let update = client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "temporary:sid"})));
    assert_eq!(update.effects, []);
}

#[test]
fn what_is_chosen_goes_with_the_turn_and_is_kept_for_the_chat() {
    let mut client = connected();
    client.update(ok(ReplyTo::Tools, json!([{"id": "t", "name": "T"}])));
    let tools = ["t".to_owned(), "gone".to_owned()].into();
    client.update(Input::User(User::Choose(Choices { tools, ..Choices::default() })));
    let update = send(&mut client);
    let body = posts(&update)[0];
    assert_eq!((&body["tool_ids"], &body["features"]["code_interpreter"]), (&json!(["t"]), &json!(false)));
    let update = client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "c"})));
    assert!(update.effects.iter().any(|effect| matches!(effect, Effect::Keep(id, _) if id.as_str() == "c")));
}

#[test]
fn a_waiting_tool_call_is_approved_refused_or_answered() {
    use crate::protocol::chat::question::{Decision, Entry};
    let mut client = in_chat();
    let questions = json!({"questions": [{"id": "q", "question": "Which?", "options": [{"label": "x"}]}]});
    let output = json!([
        {"type": "function_call", "call_id": "1", "name": "add", "arguments": "{}", "status": "pending"},
        {"type": "function_call", "call_id": "2", "name": "ask_user", "arguments": questions.to_string(), "status": "pending"},
    ]);
    emitted(&mut client, "chat:completion", json!({"output": output}));
    let mut resolve = |call: &str, decision| {
        let update = client.update(Input::User(User::Resolve { message: "a".into(), call_id: call.into(), decision }));
        update.effects.into_iter().find_map(|effect| match effect {
            Effect::Post(path, body, _) => Some((path, body)),
            _ => None,
        })
    };
    let path = "/api/v1/chats/c/messages/a/resolve".to_owned();
    assert_eq!(
        resolve("1", Decision::Accept(vec![])),
        Some((path.clone(), json!({"call_id": "1", "action": "approve"})))
    );
    assert_eq!(resolve("1", Decision::Decline), Some((path, json!({"call_id": "1", "action": "reject"}))));
    let answered = resolve("2", Decision::Accept(vec![Entry::Picked(vec![0])])).expect("a request").1;
    assert_eq!((&answered["action"], &answered["answers"]["q"]["label"]), (&json!("answer"), &json!("x")));
    assert_eq!(resolve("2", Decision::Accept(vec![])), None, "it is not answered");
}

#[test]
fn a_turn_that_waits_takes_nothing_from_another_chat_that_is_shown_meanwhile() {
    let mut client = in_chat();
    client.update(Input::User(User::NewTemporaryChat));
    lose(&mut client);
    send_next(&mut client);
    client.update(Input::User(User::OpenChat("d".into())));
    let to = ReplyTo::Chat("d".into(), client.reads);
    let mut other = copy(false);
    other["chat"]["history"]["messages"]["u"]["files"] = json!([{"type": "file", "id": "secret-of-d"}]);
    client.update(ok(to, other));
    let update = back(&mut client);
    let body = posts(&update)[0].clone();
    assert_eq!((body.get("files"), &body["messages"]), (None, &json!([{"role": "user", "content": "next"}])));
}

#[test]
fn what_the_person_has_set_for_models_goes_with_the_turn() {
    let mut client = connected();
    let settings =
        json!({"ui": {"system": "Be brief.", "params": {"temperature": 0.5, "tool_approval_mode": "ask", "x": null}}});
    client.update(ok(ReplyTo::Settings, settings));
    let update = send(&mut client);
    let body = posts(&update)[0];
    assert_eq!(body["params"], json!({"temperature": 0.5, "tool_approval_mode": "ask"}));
    assert_eq!(body["messages"], json!([{"role": "system", "content": "Be brief."}]));
}

#[test]
fn a_session_that_ends_by_itself_loses_nothing_for_who_comes_back() {
    let sign_in_again = |client: &mut Client, id: &str| {
        let credentials = Credentials::Token("t2".into());
        client.update(Input::User(User::SignIn("http://127.0.0.1:8080/".into(), credentials)));
        client.update(ok(ReplyTo::Config, config()));
        client.update(ok(ReplyTo::Session, json!({"id": id, "name": "Ada", "role": "user"})));
        client.update(ok(ReplyTo::Models, json!({"data": [{"id": "m", "name": "M"}]})));
        back(client);
        copy_comes(client, copy(false))
    };
    for same in [true, false] {
        let mut client = in_chat();
        lose(&mut client);
        send_next(&mut client);
        client.update(Input::Socket(Socket::Acked(Asked::Session, Value::Null)));
        assert!(client.session.error.is_some());
        let update = sign_in_again(&mut client, if same { "" } else { "somebody else" });
        assert_eq!(posts(&update).len(), usize::from(same));
    }
}

#[test]
fn a_message_that_is_taken_back_gives_its_files_back() {
    let mut client = in_chat();
    let data = b"x".as_slice().into();
    client.update(Input::User(User::Attach { number: 1, name: "a".into(), media_type: "text/plain".into(), data }));
    send_next(&mut client);
    assert!(client.attachments[0].leaving);
    client.update(Input::User(User::Stop));
    assert!(!client.attachments[0].leaving);
    assert!(!client.chat.messages[&MessageId::from("u2")].unsent);
}

#[test]
fn more_of_an_answer_is_not_asked_for_twice_when_it_is_unknown_whether_it_was() {
    let mut client = in_chat();
    client.update(Input::User(User::Continue("a".into())));
    lose(&mut client);
    client.update(Input::Reply { to: ReplyTo::Turn("a".into()), result: Err(unreachable()) });
    back(&mut client);
    assert!(posts(&copy_comes(&mut client, copy(false))).is_empty());
    assert!(
        client.chat.messages[&MessageId::from("a")].error.as_ref().is_some_and(|why| why.contains("can't be told"))
    );
}

#[test]
fn a_turn_that_is_stopped_before_its_chat_is_known_is_stopped_then() {
    let mut client = connected();
    send(&mut client);
    assert_eq!(client.update(Input::User(User::Stop)).effects, []);
    let update = client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "c"})));
    assert!(
        update
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Post(path, _, ReplyTo::Stop) if path.ends_with("/c/stop")))
    );
}
