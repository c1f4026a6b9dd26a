//! What a message shows, in order, out of its output items (PROTOCOL.md 3.4, 3.6).

mod group;
mod provider;
mod tool;

use super::chat::Message;
use super::client::pending_question;
use super::{details, fold};
use crate::protocol::chat::question::Question;
pub use group::{Did, Shown, current, digest, grouped};
pub use provider::{Provider, ProviderCall};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
pub use tool::{Arguments, CallState, TerminalFile, Tool, ToolResult, arguments, pretty, without_figures};
pub(super) use tool::{add_pictures, embeds, settled, streams, tool_result};

/// One part of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Markdown.
    Text(String),
    /// What the model thought.
    Reasoning {
        /// Markdown.
        text: String,
        /// Seconds, once it is done.
        seconds: Option<u64>,
        /// Whether more comes.
        running: bool,
    },
    /// A tool that the model called.
    Tool(Box<Tool>),
    /// A tool of the model's provider.
    Provider(Box<ProviderCall>),
    /// What the model asks the person.
    Question(Box<Pending>),
    /// What stands for earlier messages in what the model reads; Markdown.
    Compaction(String),
    /// A block that can be opened.
    Details {
        /// What it is about.
        summary: String,
        /// Markdown.
        text: String,
    },
    /// Something that we have no form for, as text.
    Other(String),
}

/// A call that waits for the person.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The call.
    pub call_id: String,
    /// What it asks; none if it wants to be approved.
    pub question: Option<Question>,
}

/// The parts of a message, first to last.
pub fn parts(message: &Message) -> Vec<Part> {
    if message.output.is_empty() {
        return details::parts(&message.content);
    }
    let mut results = Results::of(&message.output);
    let mut parts: Vec<Part> =
        message.output.iter().filter_map(|item| part(item, &mut results, message.done)).collect();
    // A message that was replaced has its text in `content` only.
    if !message.output.iter().any(|item| item["type"] == "message") && !message.content.is_empty() {
        parts.push(Part::Text(message.content.clone()));
    }
    let shown: String =
        parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None }).collect();
    for part in &mut parts {
        if let Part::Tool(tool) = part
            && let Some(result) = &mut tool.result
        {
            result.figures.retain(|path| !shown.contains(path.as_str()));
        }
    }
    parts
}

/// The results of calls by the ids of these. An id may come again in a later round: the first call that can have a
/// result gets the first one.
struct Results<'a>(HashMap<&'a str, VecDeque<&'a Value>>);

impl<'a> Results<'a> {
    fn of(items: &'a [Value]) -> Self {
        let mut all: HashMap<&str, VecDeque<&Value>> = HashMap::new();
        for item in items.iter().filter(|item| item["type"] == "function_call_output") {
            all.entry(item["call_id"].as_str().unwrap_or_default()).or_default().push_back(item);
        }
        Self(all)
    }

    fn take(&mut self, call: &Value) -> Option<&'a Value> {
        let waits = call["status"] == "pending" || call["status"] == "queued";
        let results = self.0.get_mut(call["call_id"].as_str().unwrap_or_default()).filter(|_| !waits)?;
        results.pop_front()
    }
}

fn part(item: &Value, results: &mut Results, done: bool) -> Option<Part> {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    match item["type"].as_str().unwrap_or_default() {
        // Between rounds stand messages of a line break only.
        "message" => Some(fold::item_text(item)).filter(|text| !text.trim().is_empty()).map(Part::Text),
        "reasoning" => Some(Part::Reasoning {
            text: reasoning(item),
            seconds: item["duration"].as_u64(),
            running: item["status"] == "in_progress" && !done,
        }),
        "function_call" => {
            let result = results.take(item);
            let waits = item["status"] == "pending" && item["call_id"].is_string();
            let pending = waits.then(|| Pending { call_id: text("call_id"), question: pending_question(item) });
            match pending {
                Some(pending) if pending.question.is_some() => Some(Part::Question(pending.into())),
                // The same question comes as a dialog.
                None if item["name"] == "ask_user" && item["status"] == "in_progress" && result.is_none() && !done => {
                    None
                }
                pending => Some(Part::Tool(Tool { pending, ..tool::call(item, result, done) }.into())),
            }
        }
        "function_call_output" => None,
        "open_webui:code_interpreter" => Some(Part::Tool(tool::interpreter(item, done).into())),
        "open_webui:context_compaction" => {
            Some(text("summary")).filter(|text| !text.trim().is_empty()).map(Part::Compaction)
        }
        kind => match provider::call(kind, item, done) {
            Some(call) => Some(Part::Provider(call.into())),
            None => Some(fold::item_text(item)).filter(|text| !text.is_empty()).map(Part::Other),
        },
    }
}

fn reasoning(item: &Value) -> String {
    match fold::item_text(item) {
        text if !text.is_empty() => text,
        _ => match &item["summary"] {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            _ => String::new(),
        },
    }
}

#[cfg(test)]
mod tests;
