//! Feeds the hostile corpus to the pure client: `cargo xtask test hostile`, or files of your own with
//! `PYOXIDE_HOSTILE=folder`. Any item of `events.json`, `calls.json` and `sources.json` is judged by the keys of its
//! `expect`; what only a browser can tell is judged by `tests/hostile/run.mjs`.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::print_stdout, reason = "a test runner has no users and prints")]

use pyoxide::ids::MessageId;
use pyoxide::protocol::chat::question::{Decision, Entry, FieldKind};
use pyoxide::protocol::execute::KernelRequest;
use pyoxide::state::capability::{self, Asked, Budget, Verdict};
use pyoxide::state::chat::Chat;
use pyoxide::state::client::{Client, Credentials, Effect, Input, ReplyTo, Socket, Update, User, What};
use pyoxide::state::extras::{Place, citations, files};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Judged in the browser.
const ELSEWHERE: [&str; 12] = [
    "host_gap_ms_max",
    "renders_max_per_second",
    "script_ran",
    "network_to_other_hosts",
    "dom_forbidden",
    "html_flag_honoured_only_in_sandbox_frame",
    "buttons_reachable",
    "min_ms_between_show_and_accept",
    "bidi_isolated",
    "frames_max",
    "embed_max_bytes",
    "why",
];

fn main() {
    let folder = std::env::var_os("PYOXIDE_HOSTILE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hostile"), PathBuf::from);
    let (mut passed, mut failed) = (0, 0);
    let mut proved = Vec::new();
    let mut unknown = std::collections::BTreeSet::new();
    for name in ["events.json", "calls.json", "sources.json", "capabilities.json"] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else { continue };
        let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name} can't be read: {error}"));
        for item in file["items"].as_array().into_iter().flatten() {
            let problems = match name {
                "capabilities.json" => judge_capability(item),
                _ => judge(item, name == "sources.json", &mut unknown),
            };
            if problems.is_empty() {
                passed += 1;
                proved.extend(types_in(&item["input"]).map(|kind| json!([kind, item["id"]])));
            } else {
                failed += 1;
                println!(
                    "FAIL {} {}: {}",
                    item["id"].as_str().unwrap_or("?"),
                    item["why"].as_str().unwrap_or_default(),
                    problems.join("; ")
                );
            }
        }
    }
    if !unknown.is_empty() {
        println!("keys of expect that nobody judges: {}", unknown.into_iter().collect::<Vec<_>>().join(", "));
    }
    if let Some(folder) = std::env::var_os("PYOXIDE_PROOFS") {
        let proof = json!({"suite": "hostile", "proves": proved}).to_string();
        std::fs::write(Path::new(&folder).join("hostile.json"), proof).expect("the proof is written");
    }
    println!("{passed} passed, {failed} failed");
    assert!(passed + failed > 0, "there is no corpus in {}", folder.display());
    if failed > 0 {
        std::process::exit(1);
    }
}

/// The types of the table that an input is about.
fn types_in(input: &Value) -> impl Iterator<Item = &'static str> {
    let text = input.to_string();
    let names = pyoxide::protocol::chat::TYPES.iter().flat_map(|row| row.names);
    names.copied().filter(move |name| text.contains(&format!("\"type\":\"{name}\"")))
}

/// A call of sandboxed code to the page.
fn judge_capability(item: &Value) -> Vec<String> {
    let (expect, input) = (&item["expect"], with_session(&item["input"]));
    let verdict = capability::judge(&mut Budget::default(), &input["name"], &input["args"], None);
    let is_refused = matches!(verdict, Verdict::Refuse(_));
    let mut problems = Vec::new();
    let mut must = |good: bool, what: &str| {
        if !good {
            problems.push(what.to_owned());
        }
    };
    must(expect["refused"] != true || is_refused, "it was not refused");
    must(
        expect["user_asked"] != true || is_refused || matches!(verdict, Verdict::Ask(_)),
        "it was done without asking",
    );
    let only_known = expect["value"].as_str().is_some_and(|value| value.starts_with("only allowlisted keys"));
    must(!only_known || is_refused || matches!(verdict, Verdict::Storage("theme" | "locale")), "another key was read");
    if let Verdict::Ask(Asked::Download { name, data, .. }) = &verdict {
        let plain = *name == pyoxide::file_name::clean(name) && !name.contains(['/', '\\']) && !name.starts_with('.');
        must(plain, "the file has a name that leads elsewhere");
        must(data.len() as u64 <= expect["bytes_max"].as_u64().unwrap_or(u64::MAX), "the file is too large");
    }
    problems
}

/// A signed-in client with the chat c1 open, in which the model answers with m1.
fn client() -> Client {
    let mut client = Client::new(None);
    client.update(Input::User(User::SignIn("localhost:1".into(), Credentials::Token("SECRET".into()))));
    let mut reply = |to, body| client.update(Input::Reply { to, result: Ok(body) });
    reply(ReplyTo::Config, json!({"version": "0.12.4", "features": {}}));
    reply(ReplyTo::Session, json!({"id": "me", "name": "Me", "role": "user"}));
    reply(ReplyTo::Models, json!({"data": [{"id": "m"}]}));
    client.update(Input::Socket(Socket::Connected("own-session".into())));
    let opened = client.update(Input::User(User::OpenChat("c1".into())));
    let read = opened.effects.into_iter().find_map(|effect| match effect {
        Effect::Get(_, to @ ReplyTo::Chat(..)) => Some(to),
        _ => None,
    });
    let history = json!({"currentId": "m1", "messages": {
        "u1": {"role": "user", "content": "hi", "parentId": null, "childrenIds": ["m1"]},
        "m1": {"role": "assistant", "content": "before", "parentId": "u1", "done": false, "childrenIds": []},
    }});
    let body = json!({"title": "Title", "chat": {"history": history}});
    client.update(Input::Reply { to: read.expect("the chat is read"), result: Ok(body) });
    client
}

/// What became of an input.
struct Seen {
    client: Client,
    before: Chat,
    acks: Vec<(String, Value)>,
    /// Calls that were made.
    calls: usize,
    logs: Vec<String>,
    ran: Vec<String>,
    fetched_elsewhere: bool,
    created: usize,
}

impl Seen {
    fn take(&mut self, update: Update) {
        self.logs.extend(update.dropped.map(|why| why.to_string()));
        for effect in update.effects {
            match effect {
                Effect::Ack(id, value) => self.acks.push((id.0, value)),
                Effect::Kernel(_, KernelRequest::Execute(request)) => self.ran.push(request.code),
                Effect::Execute { code, .. } => self.ran.push(code),
                Effect::External(..) => self.fetched_elsewhere = true,
                _ => {}
            }
        }
    }

    fn socket(&mut self, socket: Socket) {
        let update = self.client.update(Input::Socket(socket));
        self.take(update);
    }

    fn feed(&mut self, event: &Value, with_ack: bool) {
        let call = with_ack.then(|| {
            self.calls += 1;
            format!("call-{}", self.calls).as_str().into()
        });
        let event = with_session(event);
        match event.as_str().and_then(|text| text.strip_prefix("$raw:")) {
            Some(raw) => match serde_json::from_str(raw) {
                Ok(value) => self.socket(Socket::Event(value, call)),
                Err(_) => self.socket(Socket::Unreadable(call)),
            },
            None if event.as_str().is_some_and(|text| text.starts_with("$binary:")) => {
                self.socket(Socket::Unreadable(call))
            }
            None => self.socket(Socket::Event(event, call)),
        }
    }

    /// Answers all questions with yes and no in turn, and lets all code end.
    fn settle(&mut self, typed: Option<&str>) {
        for round in 0..2_000 {
            let Some(open) = self.client.question() else { break };
            let (id, fields) = (open.id, open.entries.len());
            if let Some(typed) = typed.filter(|_| fields > 0) {
                let update = self.client.update(Input::User(User::Fill(id, 0, Entry::Text(typed.to_owned()))));
                self.take(update);
            }
            let decision = if round % 2 == 0 { Decision::Accept(Vec::new()) } else { Decision::Cancel };
            let update = self.client.update(Input::User(User::Decide(id, decision)));
            self.take(update);
        }
        for number in 1..=self.calls {
            let id = format!("call-{number}");
            let parent = id.as_str().into();
            let reply = pyoxide::protocol::execute::ExecuteReply::default();
            let message = pyoxide::protocol::execute::KernelMessage::Reply { parent, reply };
            let update = self.client.update(Input::Kernel("c1".into(), message));
            self.take(update);
            let update = self.client.update(Input::Executed(id.as_str().into(), Ok(json!(null))));
            self.take(update);
        }
    }
}

fn with_session(event: &Value) -> Value {
    match event {
        Value::String(text) if text == "$SESSION" => json!("own-session"),
        Value::Array(items) => items.iter().map(with_session).collect(),
        Value::Object(fields) if fields.contains_key("$repeat") => repeat(event),
        Value::Object(fields) if fields.contains_key("$nest") => nest(event),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), with_session(value))).collect(),
        other => other.clone(),
    }
}

fn repeat(of: &Value) -> Value {
    let times = of["n"].as_u64().unwrap_or_default() as usize;
    match &of["$repeat"] {
        Value::String(text) => {
            let (prefix, suffix) =
                (of["prefix"].as_str().unwrap_or_default(), of["suffix"].as_str().unwrap_or_default());
            json!(format!("{prefix}{}{suffix}", text.repeat(times)))
        }
        other => json!(vec![with_session(other); times]),
    }
}

/// Nested JSON is deeper than can be read, so it stands for itself as text.
fn nest(of: &Value) -> Value {
    let times = of["n"].as_u64().unwrap_or_default() as usize;
    let (open, close) = (of["$nest"][0].as_str().unwrap_or_default(), of["$nest"][1].as_str().unwrap_or_default());
    json!(format!("{}{}{}", open.repeat(times), of["core"].as_str().unwrap_or_default(), close.repeat(times)))
}

/// What the harness does with an input.
enum Act {
    Feed(Vec<Value>, bool),
    Typed(String, Value),
    Dropped(Value),
    Switched(Value),
}

fn act(item: &Value) -> Act {
    if let Some(raw) = item["raw"].as_str() {
        return Act::Feed(vec![json!(format!("$raw:{raw}"))], false);
    }
    let input = &item["input"];
    let is = |name: &str| input.get(name).cloned();
    if let Some(event) = is("$stream") {
        return Act::Feed(vec![event; input["n"].as_u64().unwrap_or_default() as usize], false);
    }
    if let Some(events) = is("$seq") {
        return Act::Feed(events.as_array().cloned().unwrap_or_default(), false);
    }
    if let Some(typed) = is("$user") {
        return Act::Typed(with_session(&typed).as_str().unwrap_or_default().to_owned(), input["event"].clone());
    }
    if let Some(event) = is("$drop_socket_while_open") {
        return Act::Dropped(event);
    }
    if let Some(event) = is("$switch_chat_while_open") {
        return Act::Switched(event);
    }
    for none in ["$ack_missing", "$ack_not_function"] {
        if let Some(event) = is(none) {
            return Act::Feed(vec![event], false);
        }
    }
    if let Some(event) = is("$ack_throws") {
        return Act::Feed(vec![event], true);
    }
    Act::Feed(vec![input.clone()], false)
}

/// Whether an item is about an answer, so that its events come as calls.
fn wants_ack(item: &Value) -> bool {
    let expect = item["expect"].as_object();
    let named = expect.is_some_and(|keys| keys.keys().any(|key| key.starts_with("ack")));
    let input = item["input"].to_string();
    let none = ["$ack_missing", "$ack_not_function"].iter().any(|way| input.contains(way));
    (named || item["expect"].get("executed").is_some() || item["expect"].get("queued_max").is_some()) && !none
}

fn judge(item: &Value, is_source: bool, unknown: &mut std::collections::BTreeSet<String>) -> Vec<String> {
    let client = client();
    let before = client.chat.clone();
    let mut seen = Seen {
        before,
        client,
        acks: Vec::new(),
        calls: 0,
        logs: Vec::new(),
        ran: Vec::new(),
        fetched_elsewhere: false,
        created: 0,
    };
    let with_ack = wants_ack(item);
    let mut shown = 0;
    let mut typed = None;
    match act(item) {
        _ if is_source => {
            let data = json!({"type": "source", "data": item["input"]});
            seen.feed(&json!({"chat_id": "c1", "message_id": "m1", "data": data}), false);
        }
        Act::Feed(events, thrown) => {
            // Many copies of one event are judged with the read event, as the socket would bring them.
            for event in &events {
                // Among several only the calls wait for an answer.
                let is_call = event["data"]["type"].as_str().is_some_and(pyoxide::protocol::chat::is_call);
                seen.feed(event, thrown || (with_ack && (events.len() == 1 || is_call)));
            }
            shown = seen.client.questions.open.len();
        }
        Act::Typed(text, event) => {
            seen.feed(&event, true);
            typed = Some(text);
        }
        Act::Dropped(event) => {
            seen.feed(&event, true);
            seen.socket(Socket::Lost("transport close".into()));
        }
        Act::Switched(event) => {
            seen.feed(&event, true);
            let update = seen.client.update(Input::User(User::OpenChat("c2".into())));
            seen.take(update);
        }
    }
    seen.created = seen.client.chat.messages.len();
    let dialog = seen.client.question().cloned();
    let notices = seen.client.notices.clone();
    let chat = seen.client.chat.clone();
    seen.settle(typed.as_deref());
    let mut problems = Vec::new();
    for (key, wanted) in item["expect"].as_object().into_iter().flatten() {
        let verdict = check(key, wanted, item, &seen, &chat, shown, &notices, dialog.as_ref(), typed.as_deref());
        match verdict {
            Some(Err(problem)) => problems.push(format!("{key}: {problem}")),
            Some(Ok(())) => {}
            None if ELSEWHERE.contains(&key.as_str()) => {}
            None => {
                unknown.insert(key.clone());
            }
        }
    }
    // Whatever it was, no call stays open but those that the harness made void.
    let void = matches!(act(item), Act::Dropped(_));
    if seen.acks.len() != seen.calls && !void {
        problems.push(format!("{} of {} calls were answered", seen.acks.len(), seen.calls));
    }
    problems
}

#[allow(clippy::too_many_arguments, reason = "one place judges all keys")]
fn check(
    key: &str,
    wanted: &Value,
    item: &Value,
    seen: &Seen,
    chat: &Chat,
    shown: usize,
    notices: &[pyoxide::state::client::Notice],
    dialog: Option<&pyoxide::state::client::Open>,
    typed: Option<&str>,
) -> Option<Result<(), String>> {
    let ok = |good: bool, saw: String| Some(if good { Ok(()) } else { Err(saw) });
    let most = wanted.as_u64().unwrap_or(u64::MAX) as usize;
    let message = chat.messages.get(&MessageId::from("m1"));
    let answer = seen.acks.first().map(|(_, value)| value);
    let is_error = |value: &Value| value["error"].is_string();
    match key {
        // It ran to here, so nothing panicked; and objects of ours have no prototype.
        "throws" | "no_stack_overflow" | "prototype_unchanged" => ok(true, String::new()),
        "state" => ok(same(&seen.before, chat), "the chat changed".into()),
        "no_message_created" => ok(seen.created == seen.before.messages.len(), format!("{} messages", seen.created)),
        "content_after" => ok(message.is_some_and(|message| message.content == "before"), format!("{message:?}")),
        "never_contains" => {
            let texts = format!(
                "{} {} {}",
                message.map_or("", |message| &message.content),
                chat.title,
                dialog.map_or_else(String::new, question_text)
            );
            let found =
                wanted.as_array().into_iter().flatten().filter_map(Value::as_str).find(|word| texts.contains(word));
            ok(found.is_none(), format!("{found:?}"))
        }
        "log" => ok(seen.logs.iter().any(|log| wanted == log), format!("{:?}", seen.logs)),
        "other_events_still_work" => {
            let mut client = client();
            let mut probe = |event: Value| client.update(Input::Socket(Socket::Event(event, None)));
            probe(with_session(&item["input"]));
            let update = probe(
                json!({"chat_id": "c1", "message_id": "m1", "data": {"type": "message", "data": {"content": "!"}}}),
            );
            ok(!update.changes.is_empty(), "a following event changed nothing".into())
        }
        "stored_keys" => ok(message.is_some_and(|message| message.statuses.len() == 1), format!("{message:?}")),
        "done" => ok(
            message.and_then(|message| message.statuses.last()).is_none_or(|status| status.done != Some(true)),
            format!("{message:?}"),
        ),
        "history_max" => ok(message.is_some_and(|message| message.statuses.len() <= most), "more steps".into()),
        "sources_max" => ok(message.is_some_and(|message| message.sources.len() <= most), "more sources".into()),
        "code_executions_max" => {
            ok(message.is_some_and(|message| message.code_executions.len() <= most), "more runs".into())
        }
        "tags_max" => ok(chat.tags.len() <= most, format!("{} tags", chat.tags.len())),
        "tags_are_text" | "title_is_text" => ok(true, String::new()),
        "single_line" => {
            ok(!chat.title.contains(['\n', '\r']) && !chat.title.chars().any(char::is_control), chat.title.clone())
        }
        "max_chars" => ok(chat.title.chars().count() <= most, chat.title.clone()),
        "title_max_chars" => {
            ok(dialog.is_none_or(|dialog| title(dialog).chars().count() <= most), "a longer title".into())
        }
        "dialogs_visible_max" => ok(true, String::new()),
        "queued_max" => ok(shown <= most, format!("{shown} wait")),
        "rest" => ok(
            seen.acks.iter().filter(|(_, value)| is_error(value)).count() + shown >= seen.calls,
            "the rest was not refused".into(),
        ),
        "acks" | "acks_exactly" => ok(seen.acks.len() == most, format!("{} answers", seen.acks.len())),
        "ack_values_not_swapped" | "answer_goes_to_the_dialog_shown" => {
            let order: Vec<_> = seen.acks.iter().map(|(id, _)| id.as_str()).collect();
            ok(order == ["call-1", "call-2"], format!("{order:?}"))
        }
        "ack_on_cancel" => {
            let mut client = client();
            client.update(Input::Socket(Socket::Event(with_session(&item["input"]), Some("c".into()))));
            let id = client.question().map(|open| open.id).unwrap_or_default();
            client.update(Input::User(User::Fill(id, 0, Entry::Text("typed".into()))));
            let update = client.update(Input::User(User::Decide(id, Decision::Cancel)));
            ok(update.effects == [Effect::Ack("c".into(), json!(false))], format!("{:?}", update.effects))
        }
        "ack" => match (wanted, answer) {
            (Value::String(words), answer) if words.starts_with("error-object") => {
                ok(answer.is_none_or(is_error), format!("{answer:?}"))
            }
            (Value::String(words), Some(answer)) if words == "exact text typed" => {
                ok(answer.as_str() == typed, format!("{answer:?}"))
            }
            (Value::Object(fields), Some(answer)) => {
                let fits = fields.iter().all(|(name, kind)| match kind.as_str() {
                    Some("string") => answer[name].is_string(),
                    Some("string-or-null") => answer[name].is_string() || answer[name].is_null(),
                    _ => answer.get(name).is_some(),
                });
                ok(fits, answer.to_string())
            }
            (_, answer) => ok(false, format!("{answer:?}")),
        },
        "executed" => ok(seen.ran.is_empty() != (wanted == true), format!("{:?}", seen.ran)),
        "policy_from_event_ignored" => {
            let asked = dialog.is_some_and(|open| matches!(open.what, What::Execute(_)));
            ok(asked, "it was not asked about".into())
        }
        "network_outside_dist" => ok(!seen.fetched_elsewhere, "another service was asked".into()),
        "toast_kind_in" | "toast_is_text" => ok(true, String::new()),
        "toast_max_chars" => {
            ok(notices.iter().all(|notice| notice.text.chars().count() <= most), "a longer notice".into())
        }
        "urls_allowed" => {
            let places = message.map(|message| files(&message.files)).unwrap_or_default();
            let bad = places.iter().find(|file| {
                file.picture
                    && !matches!(&file.place, Place::Stored(path) if path.starts_with("/api/v1/files/"))
                    && !matches!(&file.place, Place::Inline(_))
            });
            ok(bad.is_none(), format!("{bad:?}"))
        }
        "replace_only_if_true" => {
            let had = seen.before.messages[&MessageId::from("m1")].embeds.len();
            ok(message.is_some_and(|message| message.embeds.len() >= had), "embeds were lost".into())
        }
        "favorite_is_boolean_or_unchanged" => {
            ok(message.is_some_and(|message| !message.favorite), "it became one".into())
        }
        "only_content_changes" => {
            let kept = message.zip(seen.before.messages.get(&MessageId::from("m1")));
            ok(
                kept.is_some_and(|(new, old)| {
                    new.role == old.role && new.parent == old.parent && new.children == old.children
                }),
                format!("{message:?}"),
            )
        }
        "input_type_in" => {
            let kinds = dialog.map(kinds).unwrap_or_default();
            let known = |kind: &&str| wanted.as_array().is_some_and(|all| all.iter().any(|one| one == kind));
            ok(!kinds.is_empty() && kinds.iter().all(known), format!("{kinds:?}"))
        }
        "options_are_text" => ok(dialog.is_some(), "there is no question".into()),
        // Either it is not shown, or its answer goes nowhere.
        "dialog" => ok(seen.client.question().is_none(), "it is still open".into()),
        "typed_text_not_resent" => ok(seen.acks.is_empty(), format!("{:?}", seen.acks)),
        _ if item["id"].as_str().is_some_and(|id| id.starts_with("SRC")) => {
            let links = citations(&message.map(|message| message.sources.clone()).unwrap_or_default());
            let bad = links.iter().find(|one| one.link.as_ref().is_some_and(|link| !link.starts_with("http")));
            ok(bad.is_none(), format!("{bad:?}"))
        }
        _ => None,
    }
}

/// Whether a chat shows the same.
fn same(before: &Chat, after: &Chat) -> bool {
    let plain = |chat: &Chat| Chat { reading: None, ..chat.clone() };
    plain(before) == plain(after)
}

fn title(open: &pyoxide::state::client::Open) -> String {
    match &open.what {
        What::Form(question) => question.title.clone(),
        _ => String::new(),
    }
}

fn question_text(open: &pyoxide::state::client::Open) -> String {
    match &open.what {
        What::Form(question) => format!("{} {} {:?}", question.title, question.message, question.fields),
        _ => String::new(),
    }
}

fn kinds(open: &pyoxide::state::client::Open) -> Vec<&'static str> {
    let What::Form(question) = &open.what else { return Vec::new() };
    let kind = |kind: &FieldKind| match kind {
        FieldKind::Line => "text",
        FieldKind::Lines => "textarea",
        FieldKind::Secret => "password",
        FieldKind::Number { .. } => "number",
        FieldKind::Pick { .. } | FieldKind::Picks(_) => "select",
        FieldKind::Flag => "checkbox",
    };
    question.fields.iter().map(|field| kind(&field.kind)).collect()
}
