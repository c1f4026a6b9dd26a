//! A chat that is read while events come.

use super::*;

fn increment(text: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": text})
}

fn copy(text: &str, done: bool) -> Value {
    let output = json!([{"type": "message", "id": "m", "content": [{"type": "output_text", "text": text}]}]);
    json!({"title": "T", "chat": {"history": {"currentId": "a", "messages": {
        "u": {"role": "user", "content": "hi", "parentId": null, "childrenIds": ["a"]},
        "a": {"role": "assistant", "content": text, "output": output, "done": done, "parentId": "u", "childrenIds": []},
    }}}})
}

/// A client in whose open chat an answer has begun, and whose copy has been asked for.
fn reading() -> Client {
    let mut client = connected();
    send(&mut client);
    client.update(ok(ReplyTo::Turn("a".into()), json!({"chat_id": "c"})));
    emitted(&mut client, "response:completion", increment("one "));
    emitted(&mut client, "chat:reload", json!({}));
    client
}

fn answer(client: &Client) -> &crate::state::chat::Message {
    &client.chat.messages[&MessageId::from("a")]
}

#[test]
fn what_ended_while_the_copy_was_on_its_way_stays_ended() {
    let mut client = reading();
    let output = json!([{"type": "message", "id": "m", "content": [{"type": "output_text", "text": "one two"}]}]);
    emitted(&mut client, "chat:completion", json!({"done": true, "output": output}));
    emitted(&mut client, "files", json!({"files": [{"id": "f", "url": "f"}]}));
    emitted(&mut client, "chat:active", json!({"active": false}));
    copy_comes(&mut client, copy("one", false));
    assert_eq!(
        (answer(&client).content.as_str(), answer(&client).done, answer(&client).files.len()),
        ("one two", true, 1)
    );
    assert!(!client.chat.active);
}

#[test]
fn of_two_reads_the_later_counts_and_no_text_is_lost() {
    let mut client = reading();
    let first = client.reads;
    emitted(&mut client, "response:completion", increment("two "));
    emitted(&mut client, "chat:reload", json!({}));
    client.update(ok(ReplyTo::Chat("c".into(), first), copy("one ", false)));
    emitted(&mut client, "response:completion", increment("three"));
    copy_comes(&mut client, copy("one two ", false));
    assert_eq!(answer(&client).content, "one two three");
}

#[test]
fn a_copy_that_does_not_come_takes_nothing_away_and_is_asked_for_again() {
    let mut client = reading();
    emitted(&mut client, "response:completion", increment("two"));
    let to = ReplyTo::Chat("c".into(), client.reads);
    let failure = Failure { status: 502, detail: "starting".into() };
    let update = client.update(Input::Reply { to, result: Err(failure) });
    assert_eq!(answer(&client).content, "one two");
    assert!(update.effects.contains(&Effect::Wake(Timer::Read("c".into()), 3_000)));
    let update = client.update(Input::Woken(Timer::Read("c".into())));
    assert!(matches!(&update.effects[..], [Effect::Get(_, ReplyTo::Chat(..))]));
}

#[test]
fn an_answer_is_only_given_up_when_a_second_copy_says_the_same() {
    let mut client = reading();
    copy_comes(&mut client, copy("one", false));
    let idle = || ok(ReplyTo::Running("c".into()), json!({"task_ids": []}));
    let update = client.update(idle());
    assert!(client.chat.active && matches!(&update.effects[..], [Effect::Get(_, ReplyTo::Chat(..))]));
    copy_comes(&mut client, copy("one", false));
    client.update(idle());
    assert!(!client.chat.active && answer(&client).done);
}

#[test]
fn a_chat_that_is_opened_before_the_socket_is_read_again_when_it_is_open() {
    let mut client = Client::new(Some("c".into()));
    client.update(Input::User(User::SignIn("localhost:1".into(), Credentials::Token("t".into()))));
    client.update(ok(ReplyTo::Config, config()));
    client.update(ok(ReplyTo::Session, json!({"id": "me", "name": "Ada", "role": "user"})));
    copy_comes(&mut client, copy("one", false));
    let update = client.update(Input::Socket(Socket::Connected("sid".into())));
    assert!(update.effects.iter().any(|effect| matches!(effect, Effect::Get(_, ReplyTo::Chat(..)))));
}

#[test]
fn a_list_that_changes_often_is_asked_for_one_at_a_time() {
    let mut client = in_chat();
    client.update(ok(ReplyTo::Chats, json!([])));
    client.update(ok(ReplyTo::Chats, json!([])));
    let asked = |update: &Update| {
        update.effects.iter().filter(|effect| matches!(effect, Effect::Get(_, ReplyTo::Chats))).count()
    };
    let count: usize = (0..50).map(|_| asked(&emitted(&mut client, "chat:list", json!({})))).sum();
    assert!(count <= 1);
    assert_eq!(asked(&client.update(ok(ReplyTo::Chats, json!([])))), 1);
    assert_eq!(asked(&client.update(ok(ReplyTo::Chats, json!([])))), 0);
}

#[test]
fn an_answer_that_the_socket_can_not_carry_is_an_error_instead() {
    let mut client = in_chat();
    client.host_answers = true;
    call(&mut client, "1", "acme:ask", json!({}));
    let update = client.update(Input::Host("1".into(), Ok(json!("x".repeat(17 << 20)))));
    assert!(acks(&update)[0].1["error"].is_string());
    call(&mut client, "2", "acme:ask", json!({}));
    assert!(acks(&client.update(Input::Woken(Timer::Call("2".into()))))[0].1["error"].is_string());
}
