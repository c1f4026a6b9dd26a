//! Events in any order.

use super::*;
use crate::ids::CallId;

/// Payloads of every kind, good and odd.
fn payload(kind: &str, pick: usize) -> Value {
    let item = json!({"type": (["message", "function_call", "reasoning"][pick % 3]), "id": format!("i{}", pick % 4), "call_id": "c",
        "status": "completed", "content": [{"type": "output_text", "text": "t"}]});
    let good = json!({
        "content": format!("t{pick}"), "description": "d", "done": pick.is_multiple_of(2), "files": [{"id": "f", "url": "f"}], "embeds": ["<p>"],
        "replace": pick.is_multiple_of(3), "source": {"name": "s"}, "document": ["d"], "id": "x", "output": [item], "error": "e",
        "follow_ups": ["q"], "favorite": true, "tasks": [{"content": "t", "status": "pending"}], "voice": {}, "title": "T",
        "messages": {"m": {"id": "m", "role": "user", "content": "c", "parentId": "a"}}, "active": pick.is_multiple_of(2), "typing": true,
        "users": [{"id": "p", "name": "P"}], "interaction_id": format!("i{}", pick % 3), "usage": {"total_tokens": 1}, "name": "n",
        "channel": "me:s:r", "terminal_id": "t", "path": "/", "mode": "form", "requestedSchema": {"properties": {"a": {"type": "string"}}},
        "questions": [{"id": "q", "question": "?", "options": [{"label": "l"}]}], "code": "1", "server": {"url": "https://t"},
    });
    match (kind, pick % 5) {
        (_, 4) => Value::Null,
        ("response:completion", pick) => {
            json!({"type": (["response.output_item.added", "response.output_text.delta", "response.completed", "response.output_item.done"][pick]),
            "item": item, "item_id": item["id"], "output_index": pick, "delta": "d", "response": {"output": [item]}})
        }
        ("chat:outlet", _) => json!({"messages": [{"id": "a", "content": format!("o{pick}")}]}),
        _ => good,
    }
}

/// The chat as the server has it in the end.
fn last_copy() -> Value {
    let output = json!([{"type": "message", "id": "z", "content": [{"type": "output_text", "text": "the end"}]}]);
    json!({"title": "T", "chat": {"history": {"currentId": "a", "messages": {
        "u": {"role": "user", "content": "hi", "parentId": null, "childrenIds": ["a"]},
        "a": {"role": "assistant", "content": "the end", "parentId": "u", "childrenIds": [], "done": true, "output": output},
    }}}})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn in_any_order_duplication_loss_and_interleaving_each_call_is_answered_once_and_the_last_copy_is_what_is_shown(
        acts in prop::collection::vec((0..46usize, 0..12usize, any::<bool>()), 0..80)
    ) {
        let kinds: Vec<&str> = crate::protocol::chat::TYPES.iter().map(|row| row.names[0]).chain(["acme:other"]).collect();
        let mut client = in_chat();
        client.policy = ExecutePolicy::Sandbox;
        let (mut made, mut open) = (0, BTreeSet::new());
        let take = |update: &Update, open: &mut BTreeSet<String>| {
            for (id, _) in acks(update) {
                prop_assert!(open.remove(id), "{} was answered twice, or after its socket was gone", id);
            }
            Ok(())
        };
        for (act, pick, wants) in acts {
            let update = match act {
                41 => {
                    open.clear();
                    client.update(Input::Socket(Socket::Lost("x".into())))
                }
                42 => client.update(Input::Socket(Socket::Connected("sid".into()))),
                43 => copy_comes(&mut client, last_copy()),
                44 => match client.question().map(|open| open.id) {
                    Some(id) => client.update(Input::User(User::Decide(id, crate::protocol::chat::question::Decision::Cancel))),
                    None => Update::default(),
                },
                45 => client.update(Input::User(User::Stop)),
                _ => {
                    let kind = kinds.get(act).copied().unwrap_or("status");
                    let kind = if kind == "terminal:" { "terminal:run_command" } else { kind };
                    let id = wants.then(|| {
                        made += 1;
                        open.insert(format!("c{made}"));
                        format!("c{made}").as_str().into()
                    });
                    let message = ["a", "u", "nobody"][pick % 3];
                    let chat = if pick == 7 { "other" } else { "c" };
                    let update = client.update(Input::Socket(Socket::Event(event(chat, message, kind, payload(kind, pick)), id)));
                    if kind == "request:interaction:done" {
                        // The server answers these itself.
                        let waiting: Vec<String> = client.calls.0.keys().map(|id| id.0.clone()).collect();
                        open.retain(|id| waiting.contains(id) || acks(&update).iter().any(|(acked, _)| acked == id));
                    }
                    update
                }
            };
            take(&update, &mut open)?;
        }
        client.update(Input::Socket(Socket::Connected("sid".into())));
        for _ in 0..200 {
            let Some(id) = client.questions.open.first().map(|open| (open.id, open.chat.clone())) else { break };
            if id.1.is_some() && id.1 != client.chat.id {
                let update = client.update(Input::User(User::OpenChat(id.1.clone().expect("a chat"))));
                take(&update, &mut open)?;
            }
            client.update(Input::Woken(Timer::Resume(id.0)));
            let update = client.update(Input::User(User::Decide(id.0, crate::protocol::chat::question::Decision::Cancel)));
            take(&update, &mut open)?;
        }
        for id in open.clone() {
            let call = || CallId::from(id.as_str());
            for input in [
                Input::Executed(call(), Ok(json!(1))),
                Input::External(ExternalFor::Call(call()), Err("no".into())),
                Input::Fetched(call(), vec![]),
            ] {
                let update = client.update(input);
                take(&update, &mut open)?;
            }
            let update = client.update(replied(&id, ReplyStatus::Ok));
            take(&update, &mut open)?;
        }
        prop_assert!(open.is_empty(), "left open: {:?}", open);
        client.update(Input::User(User::OpenChat("c".into())));
        copy_comes(&mut client, last_copy());
        let expected = Chat::parse("c".into(), &last_copy());
        let shown = client.chat.messages.get(&MessageId::from("a"));
        prop_assert_eq!(shown, expected.messages.get(&MessageId::from("a")));
        prop_assert_eq!(client.chat.path(), expected.path());
    }
}
