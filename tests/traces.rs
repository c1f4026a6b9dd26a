//! Replays recorded traffic through the client and compares the state that it reaches with what the server stored:
//! `cargo xtask test traces`, or on recordings of your own with `PYOXIDE_TRACES=folder`.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::print_stdout, reason = "a test runner has no users and prints")]

use pyoxide::ids::MessageId;
use pyoxide::protocol::chat::{ChatEvent, EventType, Kind, TYPES};
use pyoxide::protocol::trace::{self, What};
use pyoxide::state::chat::{Chat, Message};
use pyoxide::state::client::{Client, Credentials, Effect, Input, ReplyTo, Socket, User};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the stored chat has otherwise, and where PROTOCOL.md says so. Nothing else may differ.
///
/// * `favorite`, `code_executions`, `voice`: never stored by an event (2.1); not compared.
/// * `files`, `embeds`, `sources`, `follow_ups`: the server stores what came under the short names only, so more may
///   be seen than is kept (2.1, 2.2). Compared: all that is stored is seen, in the same order.
/// * The fields below, of a message that got an event which isn't stored, after its last snapshot (2.1, 3.6).
const UNSTORED: [(&str, &str); 4] = [
    ("chat:message:delta", "content"),
    ("chat:message", "content"),
    ("chat:message:files", "files"),
    ("chat:message:error", "error"),
];

fn main() {
    let folder = std::env::var_os("PYOXIDE_TRACES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/traces"), PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let (mut passed, mut failed, mut events) = (0, 0, 0);
    let mut seen = BTreeSet::new();
    let begin = std::time::Instant::now();
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(file).unwrap_or_default();
        match replay(&text, &mut seen, &mut events) {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                println!("FAIL {name}: {why}");
            }
        }
    }
    let rate = f64::from(events) / begin.elapsed().as_secs_f64();
    println!(
        "{} recordings, {events} events of {} types, {rate:.0} events/s with reading and comparing",
        files.len(),
        seen.len()
    );
    write_proof(&seen);
    println!("{passed} passed, {failed} failed");
    assert!(!files.is_empty(), "there is no recording in {}", folder.display());
    if failed > 0 {
        std::process::exit(1);
    }
}

/// Tells the conformance table which types were replayed.
fn write_proof(types: &BTreeSet<String>) {
    if let Some(folder) = std::env::var_os("PYOXIDE_PROOFS") {
        let kind = |row: &EventType| if row.kind == Kind::Call { "call" } else { "event" };
        let table: Vec<Value> = TYPES.iter().map(|row| json!({"names": row.names, "kind": kind(row)})).collect();
        let proof = json!({"suite": "traces", "types": table, "proves": types.iter().map(|kind| json!([kind, "recorded traffic gives the stored chat"])).collect::<Vec<_>>()});
        std::fs::write(Path::new(&folder).join("traces.json"), proof.to_string()).expect("the proof is written");
    }
}

fn signed_in() -> Client {
    let mut client = Client::new(None);
    let mut reply = |to, body| client.update(Input::Reply { to, result: Ok(body) });
    reply(ReplyTo::Models, json!({"data": [{"id": "m"}]}));
    client.update(Input::User(User::SignIn("localhost:1".into(), Credentials::Token("t".into()))));
    client.update(Input::Reply { to: ReplyTo::Config, result: Ok(json!({"version": "0.12.4", "features": {}})) });
    client.update(Input::Reply { to: ReplyTo::Session, result: Ok(json!({"id": "me", "name": "Me", "role": "user"})) });
    client
}

fn replay(text: &str, seen: &mut BTreeSet<String>, events: &mut u32) -> Result<(), String> {
    let steps = trace::parse(text);
    let mut client = signed_in();
    client.update(Input::Socket(Socket::Connected("sid".into())));
    let (mut calls, mut acked) = (0, Vec::new());
    let mut unstored = Unstored::new();
    let mut compared = false;
    let mut turn = None;
    for step in steps {
        let update = match step.what {
            What::Connected(sid) => client.update(Input::Socket(Socket::Connected(sid))),
            What::Turn(body) => {
                let (messages, answer) = trace::messages_of_turn(&body).ok_or("a turn has no messages")?;
                for (id, message) in messages.as_object().into_iter().flatten() {
                    client.chat.add(id.as_str().into(), Message::parse(message));
                }
                client.chat.current = Some(answer.as_str().into());
                turn = Some(answer);
                continue;
            }
            What::Accepted(_, body) => {
                if let Some(id) = body["chat_id"].as_str() {
                    client.chat.id = Some(id.into());
                }
                continue;
            }
            What::Event(event, is_call) => {
                *events += 1;
                let kind = event["data"]["type"].as_str().unwrap_or_default().to_owned();
                if client.chat.id.is_none()
                    && let Some(id) = event["chat_id"].as_str()
                {
                    client.chat.id = Some(id.into());
                }
                note_unstored(&mut unstored, &kind, &event);
                let name = if kind.starts_with("terminal:") { "terminal:".to_owned() } else { kind };
                if ChatEvent::parse(&name, &event["data"]["data"]) != Err(pyoxide::protocol::chat::Dropped::UnknownType)
                {
                    seen.insert(name);
                }
                let call = is_call.then(|| {
                    calls += 1;
                    format!("call-{calls}").as_str().into()
                });
                client.update(Input::Socket(Socket::Event(event, call)))
            }
            // Of a chat that isn't saved the server has nothing.
            What::Stored(body) if !body["chat"].is_object() => continue,
            What::Stored(body) => {
                compared = true;
                compare(&client.chat, &body, &unstored)?;
                continue;
            }
            What::Lost | What::Answered(..) => continue,
        };
        for effect in update.effects {
            if let Effect::Ack(id, _) = effect {
                if acked.contains(&id) {
                    return Err(format!("{id} was answered twice"));
                }
                acked.push(id);
            }
        }
    }
    // A recording of the handshake alone has no chat, and a temporary chat is stored nowhere.
    let saved = client.chat.id.as_ref().is_some_and(pyoxide::state::chat::is_saved);
    if turn.is_some() && saved && !compared { Err("it doesn't end with the stored chat".into()) } else { Ok(()) }
}

/// Fields of messages that the server has not stored.
type Unstored = BTreeSet<(MessageId, &'static str)>;

fn note_unstored(unstored: &mut Unstored, kind: &str, event: &Value) {
    let Some(id) = event["message_id"].as_str().map(MessageId::from) else { return };
    if let Some((_, field)) = UNSTORED.iter().find(|(of, _)| *of == kind) {
        unstored.insert((id, field));
    } else if event["data"]["data"]["output"].is_array() || kind == "replace" {
        unstored.remove(&(id, "content"));
    }
}

fn compare(chat: &Chat, body: &Value, unstored: &Unstored) -> Result<(), String> {
    let stored = Chat::parse(chat.id.clone().unwrap_or_default(), body);
    let differ = |id: &MessageId, field: &str, seen: &dyn std::fmt::Debug, stored: &dyn std::fmt::Debug| {
        let clip = |text: String| pyoxide::protocol::chat::clip(&text, 300);
        Err(format!("{field} of {id}: saw {}, stored is {}", clip(format!("{seen:?}")), clip(format!("{stored:?}"))))
    };
    if stored.messages.keys().ne(chat.messages.keys()) {
        return Err(format!("messages: saw {:?}, stored are {:?}", chat.messages.keys(), stored.messages.keys()));
    }
    if stored.current != chat.current {
        return Err(format!("current: saw {:?}, stored is {:?}", chat.current, stored.current));
    }
    for (id, kept) in &stored.messages {
        let seen = &chat.messages[id];
        let is_kept = |field: &'static str| !unstored.contains(&(id.clone(), field));
        let same_text = match !is_kept("content") {
            true => seen.content.contains(kept.content.trim()),
            false => seen.content == kept.content,
        };
        if !same_text {
            return differ(id, "content", &seen.content, &kept.content);
        }
        if is_kept("content") && seen.output != kept.output {
            return differ(id, "output", &seen.output, &kept.output);
        }
        if seen.children != kept.children {
            return differ(id, "children", &seen.children, &kept.children);
        }
        if seen.statuses != kept.statuses {
            return differ(id, "statuses", &seen.statuses, &kept.statuses);
        }
        for (field, seen, kept) in [("files", &seen.files, &kept.files), ("sources", &seen.sources, &kept.sources)] {
            if is_kept(field) && !is_within(kept, seen) {
                return differ(id, field, seen, kept);
            }
        }
        if !is_within(&kept.embeds, &seen.embeds) {
            return differ(id, "embeds", &seen.embeds, &kept.embeds);
        }
        if !is_within(&kept.follow_ups, &seen.follow_ups) {
            return differ(id, "follow_ups", &seen.follow_ups, &kept.follow_ups);
        }
        for (field, same) in [
            ("role", seen.role == kept.role),
            ("parent", seen.parent == kept.parent),
            ("done", seen.done == kept.done),
            ("error", seen.error == kept.error || !is_kept("error")),
            ("usage", seen.usage == kept.usage),
            ("original_content", seen.original_content == kept.original_content),
        ] {
            if !same {
                return differ(id, field, seen, kept);
            }
        }
    }
    Ok(())
}

/// Whether all of `some` are in `all`, in their order.
fn is_within<T: PartialEq>(some: &[T], all: &[T]) -> bool {
    let mut rest = all.iter();
    some.iter().all(|wanted| rest.any(|one| one == wanted))
}
