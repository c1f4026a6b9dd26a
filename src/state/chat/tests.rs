use super::*;
use crate::protocol::chat::ChatEvent;
use serde_json::json;

fn chat() -> Chat {
    let body = json!({"title": "T", "chat": {"history": {"currentId": "a2", "messages": {
        "u": {"role": "user", "content": "hi", "parentId": null, "childrenIds": ["a1", "gone"]},
        "a1": {"role": "assistant", "content": "one", "parentId": "u", "done": true},
        "a2": {"role": "assistant", "content": "two", "parentId": "u", "done": false},
    }}}});
    Chat::parse("c".into(), &body)
}

fn apply(chat: &mut Chat, kind: &str, data: Value) -> Vec<Changed> {
    ChatEvent::parse(kind, &data).map(|event| chat.apply(Some(&"a2".into()), None, event)).unwrap_or_default()
}

fn delta(text: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": text})
}

fn item(text: &str) -> Value {
    json!({"type": "message", "id": "m", "content": [{"type": "output_text", "text": text}]})
}

#[test]
fn the_current_branch_is_shown_and_a_circle_ends() {
    let mut chat = chat();
    assert_eq!(chat.path(), ["u".into(), "a2".into()]);
    assert!(chat.active, "its last answer is not done");
    chat.messages.get_mut(&MessageId::from("u")).expect("it").parent = Some("a2".into());
    assert!(chat.path().len() <= 4);
}

#[test]
fn other_versions_of_an_answer_are_found_and_shown() {
    let mut chat = chat();
    assert_eq!(chat.versions(&"a2".into()), (vec!["a1".into(), "a2".into()], 1));
    chat.add("u2".into(), Message { parent: Some("a1".into()), ..Message::default() });
    chat.show_branch(&"a1".into());
    assert_eq!(chat.path(), ["u".into(), "a1".into(), "u2".into()]);
    assert_eq!(chat.versions(&"u".into()), (vec!["u".into()], 0));
}

#[test]
fn a_final_snapshot_wins_over_what_was_folded() {
    let mut chat = chat();
    apply(&mut chat, "response:completion", delta("dou"));
    let changed = apply(&mut chat, "chat:completion", json!({"done": true, "output": [item("double")]}));
    assert!(changed.contains(&Changed::Message("a2".into(), Field::Done)));
    let message = &chat.messages[&MessageId::from("a2")];
    assert_eq!((message.text(), message.done), ("double", true));
}

#[test]
fn an_empty_finish_chunk_adds_no_text() {
    let mut chat = chat();
    apply(&mut chat, "chat:completion", json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}));
    apply(&mut chat, "chat:completion", json!({"choices": null}));
    assert_eq!(chat.messages[&MessageId::from("a2")].content, "two");
}

#[test]
fn a_replaced_text_is_seen_though_there_was_output() {
    let mut chat = chat();
    apply(&mut chat, "chat:completion", json!({"output": [item("a"), {"type": "function_call"}, item("b")]}));
    apply(&mut chat, "replace", json!({"content": "new"}));
    let message = &chat.messages[&MessageId::from("a2")];
    assert_eq!((message.output.len(), message.content.as_str()), (3, "new"));
    assert_eq!(crate::state::fold::content(&message.output), "new");
}

#[test]
fn emitted_text_is_seen_beside_the_output_until_the_next_snapshot() {
    let mut chat = chat();
    apply(&mut chat, "chat:completion", json!({"output": [{"type": "function_call"}]}));
    apply(&mut chat, "message", json!({"content": "seen"}));
    assert_eq!(crate::state::fold::content(&chat.messages[&MessageId::from("a2")].output), "seen");
}

#[test]
fn what_a_filter_changed_is_seen_and_what_was_there_is_kept() {
    let mut chat = chat();
    apply(&mut chat, "chat:completion", json!({"output": [item("rude")]}));
    apply(
        &mut chat,
        "chat:outlet",
        json!({"messages": [{"id": "a2", "content": "kind"}, {"id": "a2", "content": 5, "role": "system"}, null]}),
    );
    let message = &chat.messages[&MessageId::from("a2")];
    assert_eq!((message.content.as_str(), message.original_content.as_deref()), ("kind", Some("rude")));
    assert_eq!(crate::state::fold::content(&message.output), "kind");
    assert_eq!(message.role, Role::Assistant);
}

#[test]
fn embeds_come_before_the_present_ones_or_replace_them() {
    let mut chat = chat();
    for (embed, replace) in [("1", json!(false)), ("2", json!("true")), ("3", json!(null))] {
        apply(&mut chat, "embeds", json!({"embeds": [embed, 7], "replace": replace}));
    }
    assert_eq!(chat.messages[&MessageId::from("a2")].embeds, ["3", "2", "1"]);
    apply(&mut chat, "embeds", json!({"embeds": [], "replace": true}));
    assert!(chat.messages[&MessageId::from("a2")].embeds.is_empty());
}

#[test]
fn a_stopped_turn_is_done_with_the_output_that_is_told() {
    let mut chat = chat();
    apply(&mut chat, "chat:tasks:cancel", json!({"output": [item("so far")]}));
    apply(&mut chat, "chat:tasks:cancel", Value::Null);
    assert_eq!(chat.messages[&MessageId::from("a2")].content, "so far");
    assert!(chat.messages.values().all(|message| message.done));
}

#[test]
fn increments_that_come_while_the_chat_is_read_are_neither_lost_nor_doubled() {
    for (copy, then) in [("one ", "one two three"), ("one two ", "one two three"), ("one two three", "one two three")] {
        let mut old = chat();
        apply(&mut old, "response:completion", delta("on"));
        old.reading = Some(Vec::new());
        for text in ["two ", "three"] {
            apply(&mut old, "response:completion", delta(text));
        }
        let increments = old.reading.take().expect("what came");
        let mut read = chat();
        apply(&mut read, "chat:completion", json!({"output": [item(copy)]}));
        read.catch_up(increments);
        assert_eq!(read.messages[&MessageId::from("a2")].content, then, "{copy:?}");
    }
}

#[test]
fn messages_of_others_join_the_tree_and_do_not_take_the_branch_away() {
    let mut chat = chat();
    let theirs = json!({"u9": {"role": "user", "content": "theirs", "parentId": "a1"}});
    apply(&mut chat, "chat:messages", json!({"messages": theirs, "currentId": "u9"}));
    assert_eq!(chat.current, Some("a2".into()));
    let next = json!({"u8": {"role": "user", "content": "next", "parentId": "a2"}});
    apply(&mut chat, "chat:messages", json!({"messages": next, "currentId": "u8"}));
    assert_eq!(chat.current, Some("u8".into()));
}
