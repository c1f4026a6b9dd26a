//! Events that change what a chat shows (PROTOCOL.md 2.2, 2.4, 2.5).

use super::{Dropped, clip, error_text, is_call, one_line, text};
use crate::ids::MessageId;
use crate::protocol::strings;
use serde_json::{Map, Value, json};

/// Characters of a title.
const TITLE: usize = 200;
/// Characters of a notification.
const NOTICE: usize = 2_000;
/// Characters of one step of the status line.
const STATUS: usize = 2_000;
/// Entries of a list that a person reads.
const LIST: usize = 100;
/// Files and embeds of one event.
const MANY: usize = 1_000;

/// An event that changes what a chat shows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// One more step of the status line; the last decides what is shown.
    Status(StatusItem),
    /// Text to append.
    Delta(String),
    /// Text instead of all text so far.
    Replace(String),
    /// Files of the message; the alias decides whether they are added or replace the list.
    Files {
        /// As sent, without what is no object.
        files: Vec<Value>,
        /// Whether they come before the present ones.
        merge: bool,
    },
    /// Addresses or HTML to show in frames.
    Embeds {
        /// As sent, without what is no text.
        embeds: Vec<String>,
        /// Whether they replace the present ones, or come before them.
        replace: bool,
    },
    /// A source of the answer, as sent.
    Source(Value),
    /// A run of code that is told as a source; a later one with the same id replaces it.
    CodeExecution(String, Value),
    /// A short message to the user.
    Notification(Level, String),
    /// An increment of the answer (3.2), as sent.
    Response(Value),
    /// A snapshot of the answer, or metadata (3.3), as sent.
    Completion(Value),
    /// The turn failed.
    Error(String),
    /// Questions to go on with.
    FollowUps(Vec<String>),
    /// Whether the message is a favourite.
    Favorite(bool),
    /// The chat's list of tasks.
    Tasks(Vec<Task>),
    /// The message has a spoken form, as sent.
    Voice(Value),
    /// Messages as filters have left them.
    Outlet(Vec<OutletMessage>),
    /// The chat has a new title.
    Title(String),
    /// The chat's tags changed; they are to be read again.
    Tags,
    /// The turn was stopped; the output so far, if it is told.
    Cancelled(Option<Vec<Value>>),
    /// Whether the chat has running tasks. `false` is the definitive end of a turn.
    Active(bool),
    /// The list of chats changed.
    List,
    /// The chat has to be read again.
    Reload,
    /// Earlier messages are being summed up for the model.
    Compaction(Compaction),
    /// Messages that somebody else added to a shared chat, as stored, and the last of their branch.
    Messages(Map<String, Value>, Option<MessageId>),
    /// Who has the chat open.
    Presence(Vec<Person>),
    /// What the user may do with the chat changed.
    Access,
    /// Somebody writes, or has stopped writing.
    Typing(bool),
    /// Something happened in a terminal: what, and its payload.
    Terminal(String, Value),
    /// A question was answered elsewhere, or is no longer asked.
    InteractionDone(String),
    /// Something in the user's calendar begins.
    Alert(String),
}

/// How urgent a notification is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    #[default]
    Info,
    /// Something went well.
    Success,
    /// Something needs attention.
    Warning,
    /// Something went wrong.
    Error,
}

impl Level {
    fn parse(value: &Value) -> Self {
        match value.as_str() {
            Some("success") => Self::Success,
            Some("warning") => Self::Warning,
            Some("error") => Self::Error,
            _ => Self::Info,
        }
    }
}

/// One step of the status line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusItem {
    /// What is going on.
    pub description: String,
    /// As sent. Only an explicit `false` shimmers (2.2).
    pub done: Option<bool>,
    /// Not to be shown.
    pub hidden: bool,
    /// Searches that it tells of.
    pub queries: Vec<String>,
    /// Pages that it found.
    pub links: Vec<StatusLink>,
    /// What kind of step, for those that have a form of their own.
    pub action: String,
}

/// A page that a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusLink {
    /// What people read.
    pub title: String,
    /// Its address, from anywhere.
    pub url: String,
}

impl StatusItem {
    /// Reads a status as it is sent and stored.
    pub fn parse(data: &Value) -> Self {
        let queries: Vec<String> =
            list(data, "queries").filter_map(Value::as_str).map(str::to_owned).take(LIST).collect();
        let urls = list(data, "urls").filter_map(Value::as_str).map(|url| (url, url));
        let items = list(data, "items").filter_map(|item| {
            let url = text(item, "link").or_else(|| text(item, "url"))?;
            Some((text(item, "title").unwrap_or(url), url))
        });
        let links: Vec<_> = items
            .chain(urls)
            .take(LIST)
            .map(|(title, url)| StatusLink { title: one_line(title, TITLE), url: url.to_owned() })
            .collect();
        let action = text(data, "action").unwrap_or_default();
        let count = data["count"].as_u64().unwrap_or(links.len() as u64);
        let query = text(data, "query").unwrap_or_default();
        let words = match (text(data, "description"), action) {
            (_, "sources_retrieved") if data["count"].is_u64() => strings::retrieved(count),
            (_, "knowledge_search") if !query.is_empty() => strings::searching_knowledge(&query),
            (words, _) => words.unwrap_or_default().to_owned(),
        };
        let words = words.replace("{{count}}", &count.to_string()).replace("{{searchQuery}}", query);
        Self {
            description: clip(&words, STATUS),
            done: data["done"].as_bool(),
            hidden: data["hidden"] == true,
            queries,
            links,
            action: action.to_owned(),
        }
    }
}

/// A task of the chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// What is to be done.
    pub content: String,
    /// `pending`, `in_progress`, `completed` or `cancelled`.
    pub status: String,
}

/// The tasks of a list, as events and chats carry it.
pub fn tasks(value: &Value) -> Vec<Task> {
    let field = |task: &Value, name: &str| text(task, name).map(|words| one_line(words, NOTICE));
    let tasks = value.as_array().into_iter().flatten();
    let read =
        |task| Some(Task { content: field(task, "content")?, status: field(task, "status").unwrap_or_default() });
    tasks.filter_map(read).take(LIST).collect()
}

/// A person, as the server names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
}

impl Person {
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let name = one_line(text(value, "name").unwrap_or_default(), TITLE);
        Some(Self { id: text(value, "id")?.to_owned(), name })
    }
}

/// A message as a filter has left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutletMessage {
    /// Which.
    pub id: MessageId,
    /// Its text.
    pub content: Option<String>,
    /// Its items, if they are told.
    pub output: Option<Vec<Value>>,
    /// Its sources, if they are told.
    pub sources: Option<Vec<Value>>,
    /// What it cost, if it is told.
    pub usage: Option<Value>,
}

impl OutletMessage {
    fn parse(value: &Value) -> Option<Self> {
        Some(Self {
            id: text(value, "id")?.into(),
            content: text(value, "content").map(str::to_owned),
            output: value["output"].as_array().cloned(),
            sources: value["sources"].as_array().cloned(),
            usage: Some(&value["usage"]).filter(|usage| usage.is_object()).cloned(),
        })
    }
}

/// How the summing up of earlier messages goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// What is going on.
    pub description: String,
    /// Whether it has ended.
    pub done: bool,
    /// Whether it failed.
    pub error: bool,
    /// The message up to which the summary goes.
    pub checkpoint: Option<MessageId>,
    /// The summary.
    pub summary: Option<String>,
}

impl ChatEvent {
    /// What an event says.
    ///
    /// # Errors
    /// Why it says nothing that could be used.
    pub fn parse(kind: &str, data: &Value) -> Result<Self, Dropped> {
        let content = || text(data, "content").map(str::to_owned).ok_or(Dropped::BadField);
        let object = || if data.is_object() { Ok(data) } else { Err(Dropped::DataNotObject) };
        Ok(match kind {
            "status" => Self::Status(StatusItem::parse(object()?)),
            "message" | "chat:message:delta" => object().and_then(|_| content()).map(Self::Delta)?,
            "replace" | "chat:message" => object().and_then(|_| content()).map(Self::Replace)?,
            "files" => Self::Files { files: objects(object()?, "files")?, merge: true },
            "chat:message:files" => Self::Files { files: objects(object()?, "files")?, merge: false },
            "embeds" | "chat:message:embeds" => {
                let embeds = object()?["embeds"].as_array().ok_or(Dropped::BadField)?;
                let embeds = embeds.iter().filter_map(Value::as_str).map(str::to_owned).take(MANY).collect();
                Self::Embeds { embeds, replace: data["replace"] == true }
            }
            "source" | "citation" => match object()?["type"].as_str() {
                None => Self::Source(data.clone()),
                Some("code_execution") => {
                    Self::CodeExecution(text(data, "id").ok_or(Dropped::BadField)?.to_owned(), data.clone())
                }
                Some(_) => return Err(Dropped::UnknownType),
            },
            "notification" => Self::Notification(
                Level::parse(&object()?["type"]),
                clip(text(data, "content").ok_or(Dropped::BadField)?, NOTICE),
            ),
            "response:completion" => Self::Response(object()?.clone()),
            "chat:completion" => Self::Completion(object()?.clone()),
            "chat:message:error" => Self::Error(clip(&error_text(&object()?["error"]), NOTICE * 4)),
            "chat:message:follow_ups" => {
                let questions = list(object()?, "follow_ups").filter_map(Value::as_str);
                Self::FollowUps(questions.map(|words| one_line(words, NOTICE)).take(LIST).collect())
            }
            "chat:message:favorite" => Self::Favorite(object()?["favorite"].as_bool().ok_or(Dropped::BadField)?),
            "chat:message:tasks" => Self::Tasks(tasks(&object()?["tasks"])),
            "chat:message:voice" => Self::Voice(object()?["voice"].clone()),
            "chat:outlet" => Self::Outlet(list(object()?, "messages").filter_map(OutletMessage::parse).collect()),
            "chat:title" => {
                let title = one_line(data.as_str().or_else(|| text(data, "title")).ok_or(Dropped::BadField)?, TITLE);
                if title.is_empty() { return Err(Dropped::BadField) } else { Self::Title(title) }
            }
            "chat:tags" => Self::Tags,
            "chat:tasks:cancel" => Self::Cancelled(data["output"].as_array().cloned()),
            "chat:active" => Self::Active(data["active"].as_bool().ok_or(Dropped::BadField)?),
            "chat:list" => Self::List,
            "chat:reload" => Self::Reload,
            "context_compaction" => Self::Compaction(Compaction {
                description: one_line(text(object()?, "description").unwrap_or_default(), NOTICE),
                done: data["done"] == true,
                error: data["error"] == true,
                checkpoint: text(data, "checkpoint_message_id").map(MessageId::from),
                summary: text(data, "context_summary").map(str::to_owned),
            }),
            "chat:messages" => {
                let messages = object()?["messages"].as_object().ok_or(Dropped::BadField)?;
                Self::Messages(messages.clone(), text(data, "currentId").map(MessageId::from))
            }
            "chat:presence" => Self::Presence(list(object()?, "users").filter_map(Person::parse).take(LIST).collect()),
            "chat:access" => Self::Access,
            "typing" => Self::Typing(data["typing"].as_bool().ok_or(Dropped::BadField)?),
            "request:interaction:done" => {
                Self::InteractionDone(text(data, "interaction_id").ok_or(Dropped::BadField)?.to_owned())
            }
            "calendar:alert" => Self::Alert(alert(object()?).ok_or(Dropped::BadField)?),
            call if is_call(call) => return Err(Dropped::NoCallback),
            other => match other.strip_prefix("terminal:") {
                Some(what) => Self::Terminal(one_line(what, TITLE), data.clone()),
                None => return Err(Dropped::UnknownType),
            },
        })
    }
}

impl ChatEvent {
    /// An envelope that adds messages to a chat, as a server sends it to those who share it (2.5).
    pub fn messages_envelope(chat: &str, messages: &Map<String, Value>, current: &str) -> Value {
        let data = json!({"messages": messages, "currentId": current});
        json!({"chat_id": chat, "data": {"type": "chat:messages", "data": data}})
    }

    /// The body that makes the server put files to a message (5.6).
    pub fn files_body(files: &[Value]) -> Value {
        json!({"type": "files", "data": {"files": files}})
    }
}

/// What a calendar says, in a sentence.
fn alert(data: &Value) -> Option<String> {
    let title = one_line(text(data, "title")?, TITLE);
    let place = text(data, "location").filter(|place| !place.is_empty());
    let place = place.map_or_else(String::new, |place| strings::at_place(&one_line(place, TITLE)));
    Some(match data["minutes_until"].as_f64().map(f64::round) {
        Some(minutes) if minutes >= 1.0 => strings::begins_in(&title, &minutes, &place),
        _ => strings::begins_now(&title, &place),
    })
}

fn list<'a>(data: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    data[name].as_array().into_iter().flatten()
}

fn objects(data: &Value, name: &str) -> Result<Vec<Value>, Dropped> {
    let all = data[name].as_array().ok_or(Dropped::BadField)?;
    Ok(all
        .iter()
        .filter(|item| item.as_object().is_some_and(|fields| !fields.is_empty()))
        .take(MANY)
        .cloned()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::chat::{Kind, TYPES};

    #[test]
    fn every_type_of_the_table_is_known_and_no_other() {
        for row in TYPES {
            for name in row.names {
                let name = if name.ends_with(':') { format!("{name}display_file") } else { (*name).to_owned() };
                let parsed = ChatEvent::parse(&name, &json!({}));
                let expected = if row.kind == Kind::Call { Dropped::NoCallback } else { Dropped::UnknownType };
                assert_eq!(parsed == Err(expected), row.kind == Kind::Call, "{name}: {parsed:?}");
            }
        }
        for other in ["", " ", "status ", "toString", "__proto__", "message\n", "Status"] {
            assert_eq!(ChatEvent::parse(other, &json!({"content": "x"})), Err(Dropped::UnknownType), "{other:?}");
        }
    }

    #[test]
    fn only_an_explicit_false_is_unfinished() {
        let done = |data| StatusItem::parse(&data).done;
        assert_eq!(done(json!({"done": false})), Some(false));
        assert_eq!((done(json!({})), done(json!({"done": "NaN"})), done(json!({"done": 0}))), (None, None, None));
    }

    #[test]
    fn a_search_tells_what_it_looked_for_and_found() {
        let item = StatusItem::parse(
            &json!({"action": "web_search", "description": "Searched {{count}} sites for {{searchQuery}}",
            "query": "q", "urls": ["https://a", 3], "items": [{"link": "https://b", "title": "B"}, {}]}),
        );
        assert_eq!(item.description, "Searched 2 sites for q");
        assert_eq!(item.links.iter().map(|link| link.title.as_str()).collect::<Vec<_>>(), ["B", "https://a"]);
    }

    #[test]
    fn a_title_is_text_or_an_object_and_never_empty() {
        for data in [json!("New"), json!({"title": "New"})] {
            assert_eq!(ChatEvent::parse("chat:title", &data), Ok(ChatEvent::Title("New".into())));
        }
        for data in [json!(null), json!([]), json!({"title": {"a": 1}}), json!({"title": ""}), json!("\n")] {
            assert_eq!(ChatEvent::parse("chat:title", &data), Err(Dropped::BadField));
        }
    }

    #[test]
    fn content_that_is_no_text_changes_nothing() {
        for content in [json!(5), json!({}), json!([]), json!(null)] {
            for kind in ["message", "replace"] {
                assert_eq!(ChatEvent::parse(kind, &json!({"content": content})), Err(Dropped::BadField));
            }
        }
        assert_eq!(ChatEvent::parse("message", &Value::Null), Err(Dropped::DataNotObject));
    }
}
