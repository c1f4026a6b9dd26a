//! Calls that the model's provider runs itself (PROTOCOL.md 3.4): what they looked for and did, as text and safe links.

use super::CallState;
use super::tool::going_on;
use crate::markdown::safe_link;
use crate::protocol::chat::one_line;
use serde_json::Value;

/// Lines of a call that are shown, and characters of one.
const SHOWN: (usize, usize) = (50, 300);

/// A call of a provider's own tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCall {
    /// Which tool.
    pub kind: Provider,
    /// How it stands.
    pub state: CallState,
    /// What it looked for, or did.
    pub lines: Vec<String>,
    /// Pages that it read.
    pub links: Vec<String>,
}

/// A provider's own tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Searches the web.
    WebSearch,
    /// Searches files.
    FileSearch,
    /// Uses a computer.
    Computer,
}

/// Reads an item; none if it is of another type.
pub(super) fn call(kind: &str, item: &Value, done: bool) -> Option<ProviderCall> {
    let kind = match kind {
        "web_search_call" => Provider::WebSearch,
        "file_search_call" => Provider::FileSearch,
        "computer_call" => Provider::Computer,
        _ => return None,
    };
    let state = match item["status"].as_str().unwrap_or_default() {
        "completed" => CallState::Done,
        "failed" => CallState::Failed,
        "incomplete" => CallState::Stopped,
        _ => going_on(done),
    };
    let actions = item["actions"].as_array().into_iter().flatten().chain([&item["action"]]);
    let (mut lines, mut links) = (texts(&item["queries"]), Vec::new());
    for action in actions.filter(|action| action.is_object()) {
        let (said, read) = self::action(action);
        lines.extend(said);
        links.extend(read);
    }
    let mut seen = std::collections::HashSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    links.retain(|link| seen.insert(link.clone()));
    lines.truncate(SHOWN.0);
    links.truncate(SHOWN.0);
    Some(ProviderCall { kind, state, lines, links })
}

/// What one action says, and the pages that it names.
fn action(action: &Value) -> (Vec<String>, Vec<String>) {
    let sources = action["sources"].as_array().into_iter().flatten().map(|source| &source["url"]);
    let links = sources.chain([&action["url"]]).filter_map(Value::as_str).filter_map(safe_link);
    let links = links.map(str::to_owned).collect();
    let mut lines = texts(&action["queries"]);
    lines.extend(["query", "pattern"].into_iter().flat_map(|name| texts(&action[name])));
    if lines.is_empty() && action["url"].is_null() {
        lines.push(line(&described(action)));
    }
    (lines, links)
}

/// An action at a computer: its type, and its other fields as they are.
fn described(action: &Value) -> String {
    let fields = action.as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
    let rest = fields.map(|(name, value)| match value {
        Value::String(text) => format!("{name} “{text}”"),
        other => format!("{name} {other}"),
    });
    let kind = action["type"].as_str().unwrap_or("action").to_owned();
    std::iter::once(kind).chain(rest).collect::<Vec<_>>().join(", ")
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![line(text)],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(line).collect(),
        _ => Vec::new(),
    }
}

fn line(text: &str) -> String {
    one_line(text, SHOWN.1)
}
