//! Recorded traffic of a server, one JSON object a line: a demonstration, a bug report, a test.
//!
//! A line has `t` (ms since the start), `conn` (which socket), `dir` (`in`, `out`, `http>`, `http<`, `note`,
//! `stored`) and, for sockets, `layer`: `event` is decoded, `eio` is the exact frame, which alone tells whether an
//! event waits for an answer.

use super::chat::is_call;
use serde_json::{Value, json};

/// A step of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Milliseconds since the start.
    pub at: f64,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The socket was opened, with this session id.
    Connected(String),
    /// It was closed.
    Lost,
    /// The server sent an event; whether it waits for an answer.
    Event(Value, bool),
    /// The client answered a call of this type.
    Answered(String, Value),
    /// The client began a turn, with this body.
    Turn(Value),
    /// The server accepted a turn, or refused it.
    Accepted(u16, Value),
    /// The chat as the server keeps it.
    Stored(Value),
}

/// Reads a recording as the first of its sockets saw it. Lines that can't be read are left out.
pub fn parse(text: &str) -> Vec<Step> {
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut steps = Vec::new();
    let mut waits = false;
    let has_frames = lines.iter().any(|line| line["layer"] == "eio");
    // Other sockets of the same person see the same events; one is enough.
    let mut own = lines.iter().find(|line| line["dir"] == "out").map(|line| line["conn"].clone()).unwrap_or_default();
    let users: Vec<(&str, &str)> = lines.iter().filter_map(|line| socket_of(line["note"].as_str()?)).collect();
    for line in &lines {
        let at = line["t"].as_f64().unwrap_or_default();
        let mut push = |what| steps.push(Step { at, what });
        let is_own = line["conn"] == own || line["conn"].is_null();
        match (line["dir"].as_str(), line["layer"].as_str()) {
            (Some("in"), Some("eio")) if is_own => {
                waits = line["raw"]
                    .as_str()
                    .and_then(|raw| raw.strip_prefix("42"))
                    .is_some_and(|raw| raw.starts_with(|c: char| c.is_ascii_digit()));
            }
            (Some("in"), Some("event")) if is_own && line["event"] == "events" => {
                let event = line["args"][0].clone();
                let call = if has_frames { waits } else { event["data"]["type"].as_str().is_some_and(is_call) };
                push(What::Event(event, call));
            }
            (Some("out"), Some("ack")) if is_own => {
                push(What::Answered(line["type"].as_str().unwrap_or_default().to_owned(), line["value"].clone()));
            }
            (Some("http>"), _) if is_turn(line) => push(What::Turn(line["body"].clone())),
            (Some("http<"), _) if is_turn(line) => {
                push(What::Accepted(
                    line["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default(),
                    line["body"].clone(),
                ));
            }
            (Some("stored"), _) => push(What::Stored(line["chat"].clone())),
            (Some("note"), _) => {
                let words: Vec<&str> = line["note"].as_str().unwrap_or_default().split_whitespace().collect();
                match words[..] {
                    ["conn", name, "sid", sid, ..] if own == name => push(What::Connected(sid.to_owned())),
                    ["conn", name, "disconnects", ..] if own == name => {
                        push(What::Lost);
                        // What happens then is seen by another socket of the same person, if there is one.
                        let user = users.iter().find(|(of, _)| *of == name).map(|(_, user)| *user);
                        if let Some((other, _)) = users.iter().find(|(of, other)| *of != name && Some(*other) == user) {
                            own = json!(other);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    steps
}

/// A socket's name and its user, of the note `conn A sid … user …`.
fn socket_of(note: &str) -> Option<(&str, &str)> {
    match note.split_whitespace().collect::<Vec<_>>()[..] {
        ["conn", name, "sid", _, "user", user, ..] => Some((name, user)),
        _ => None,
    }
}

fn is_turn(line: &Value) -> bool {
    line["path"].as_str().is_some_and(|path| path.ends_with("/api/chat/completions"))
}

/// The messages of a turn as a server stores them: the person's and the empty answer, and the answer's id.
pub fn messages_of_turn(body: &Value) -> Option<(Value, String)> {
    let answer = body["message_ids"][0]["message_id"].as_str().or_else(|| body["id"].as_str())?.to_owned();
    let mut user = body["user_message"].clone();
    let id = user["id"].as_str()?.to_owned();
    user["childrenIds"] = json!([answer]);
    let reply = json!({
        "id": answer, "parentId": id, "childrenIds": [], "role": "assistant", "content": "", "done": false,
        "model": body["model"], "timestamp": user["timestamp"],
    });
    Some((json!({id: user, answer.clone(): reply}), answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_tells_whether_its_event_waits_for_an_answer() {
        let steps = parse(concat!(
            "{\"t\":1,\"conn\":\"A\",\"dir\":\"out\",\"layer\":\"event\",\"event\":\"user-join\",\"args\":[]}\n",
            "{\"t\":2,\"conn\":\"A\",\"dir\":\"in\",\"layer\":\"eio\",\"raw\":\"421[\\\"events\\\",{}]\"}\n",
            "{\"t\":2,\"conn\":\"A\",\"dir\":\"in\",\"layer\":\"event\",\"event\":\"events\",\"args\":[{\"a\":1}]}\n",
            "not json\n",
            "{\"t\":3,\"conn\":\"A\",\"dir\":\"in\",\"layer\":\"eio\",\"raw\":\"42[\\\"events\\\",{}]\"}\n",
            "{\"t\":3,\"conn\":\"A\",\"dir\":\"in\",\"layer\":\"event\",\"event\":\"events\",\"args\":[{\"b\":2}]}\n",
            "{\"t\":4,\"conn\":\"B\",\"dir\":\"in\",\"layer\":\"event\",\"event\":\"events\",\"args\":[{\"b\":2}]}\n",
        ));
        let whats: Vec<_> = steps.into_iter().map(|step| step.what).collect();
        assert_eq!(whats, [What::Event(json!({"a": 1}), true), What::Event(json!({"b": 2}), false)]);
    }
}
