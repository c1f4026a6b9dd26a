//! A tool call as it is shown: how it stands, its arguments, and what it gave back.

use super::Pending;
use crate::protocol::chat::{file_content_path, one_line};
use serde_json::Value;

/// Characters of the JSON of a picture's `data:` address: 5 MB of it.
const PICTURE: usize = 5_000_000 / 3 * 4 + 100;
/// Arguments that are shown as a list at most, and characters of one.
const FLAT: (usize, usize) = (12, 200);

/// A tool call and its result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tool {
    /// The tool.
    pub name: String,
    /// Python, when the tool runs code.
    pub code: Option<String>,
    /// The arguments as they came, when it doesn't.
    pub arguments: String,
    /// What it gave back; none while it runs.
    pub result: Option<ToolResult>,
    /// What the server shows in frames for it.
    pub embeds: Vec<String>,
    /// A file of the server's terminal that it shows.
    pub file: Option<TerminalFile>,
    /// The call, while it waits for the person (3.5).
    pub pending: Option<Pending>,
    /// How it stands.
    pub state: CallState,
}

/// How a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CallState {
    /// It goes on.
    #[default]
    Running,
    /// It waits for the person, or for another one that does.
    Waiting,
    /// It ended well.
    Done,
    /// It failed.
    Failed,
    /// The turn ended before it did.
    Stopped,
    /// The person refused it.
    Rejected,
    /// It counts as done, though the server never ran its code.
    NotRun,
}

/// What a tool gave back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolResult {
    /// Text to show; for code, what it printed.
    pub text: String,
    /// Errors to show, for code.
    pub errors: String,
    /// Pictures that the message doesn't show elsewhere: paths of stored ones, or `data:` addresses.
    pub figures: Vec<String>,
    /// Pictures that are none, too large, or on other sites.
    pub unshown: usize,
}

/// A file of the server's terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TerminalFile {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: String,
}

/// The arguments of a call as people read them.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    /// A few short values with their names.
    Flat(Vec<(String, String)>),
    /// JSON in lines.
    Json(String),
    /// What is no JSON, or none yet.
    Text(String),
}

/// Reads a `function_call` with its result.
pub(super) fn call(item: &Value, result: Option<&Value>, done: bool) -> Tool {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let (name, arguments) = (text("name"), text("arguments"));
    let code = (name == "execute_code").then(|| code_of(&arguments));
    let embeds = result.map(|result| embeds(&result["embeds"])).unwrap_or_default();
    let mut shown = result.map(|result| output(result, code.is_some()));
    if let (Some(shown), Some(result)) = (&mut shown, result) {
        add_pictures(shown, &result["files"]);
    }
    let file = result.filter(|_| name == "display_file").and_then(terminal_file);
    let state = match item["status"].as_str().unwrap_or_default() {
        "rejected" => CallState::Rejected,
        "failed" => CallState::Failed,
        _ if result.is_some_and(|result| result["status"] == "failed") => CallState::Failed,
        _ if shown.is_some() => settled(shown.as_ref()),
        "pending" | "queued" => CallState::Waiting,
        "incomplete" => CallState::Stopped,
        _ => going_on(done),
    };
    Tool { name, code, arguments, result: shown, embeds, file, pending: None, state }
}

/// Reads an `open_webui:code_interpreter` item.
pub(super) fn interpreter(item: &Value, done: bool) -> Tool {
    let completed = item["status"] == "completed";
    let result = match &item["output"] {
        Value::Null => None,
        Value::String(text) => Some(tool_result(text, false)),
        value => Some(streams(value)),
    };
    let state = match &result {
        Some(result) => settled(Some(result)),
        None if completed => CallState::NotRun,
        None => going_on(done),
    };
    let code = Some(item["code"].as_str().unwrap_or_default().to_owned());
    Tool { name: "code_interpreter".into(), code, result, state, ..Tool::default() }
}

/// How a call stands that has a result, or has ended without one.
pub(in crate::state) fn settled(result: Option<&ToolResult>) -> CallState {
    if result.is_none_or(|result| result.errors.is_empty()) { CallState::Done } else { CallState::Failed }
}

/// How a call stands that nothing came of yet; nothing will if its message is done.
pub(super) fn going_on(done: bool) -> CallState {
    if done { CallState::Stopped } else { CallState::Running }
}

/// The text and pictures of a `function_call_output`.
fn output(item: &Value, is_code: bool) -> ToolResult {
    let parts = match &item["output"] {
        Value::Array(parts) => parts.as_slice(),
        Value::String(text) => return tool_result(text, is_code),
        _ => &[],
    };
    let text: String = parts.iter().filter_map(|part| part["text"].as_str()).collect();
    let mut result = tool_result(&text, is_code);
    for part in parts.iter().filter(|part| part["type"] == "input_image") {
        let address = part["image_url"].as_str().or_else(|| part["image_url"]["url"].as_str()).unwrap_or_default();
        match picture(address) {
            Some(address) => result.figures.push(address.to_owned()),
            None => result.unshown += 1,
        }
    }
    result
}

/// What a result has embedded.
pub(in crate::state) fn embeds(all: &Value) -> Vec<String> {
    all.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The pictures among a result's files (PROTOCOL.md 3.4): addresses, or records with one.
pub(in crate::state) fn add_pictures(result: &mut ToolResult, files: &Value) {
    let is_picture = |file: &&Value| file.is_string() || file["type"] == "image";
    for file in files.as_array().into_iter().flatten().filter(is_picture) {
        let address = file.as_str().or_else(|| file["url"].as_str()).unwrap_or_default();
        match picture(address) {
            Some(address) if !result.figures.iter().any(|known| known == address) => {
                result.figures.push(address.to_owned());
            }
            Some(_) => {}
            None => result.unshown += 1,
        }
    }
}

/// A picture that may be shown: stored, or in its address. Whether its bytes are a picture is seen when it is shown.
fn picture(address: &str) -> Option<&str> {
    if let Some(path) = file_content_path(address) {
        return Some(path);
    }
    let (media_type, _) = address.strip_prefix("data:image/")?.split_once(";base64,")?;
    let known = ["png", "jpeg", "gif", "webp"].contains(&media_type);
    (known && address.len() <= PICTURE).then_some(address)
}

fn terminal_file(result: &Value) -> Option<TerminalFile> {
    let text = match &result["output"] {
        Value::String(text) => text.as_str(),
        parts => parts.as_array()?.iter().find_map(|part| part["text"].as_str())?,
    };
    let value: Value = serde_json::from_str(text).ok()?;
    if value["type"] != "file" || value["source"] != "open_terminal" {
        return None;
    }
    let path = one_line(value["path"].as_str()?, 1_000);
    let named = value["name"].as_str().unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or_default());
    let name = Some(one_line(named, 200)).filter(|name| !name.is_empty())?;
    Some(TerminalFile { name, path })
}

/// The code among the arguments of `execute_code`. While they stream they are no JSON yet: then the string
/// is read as far as it has come.
pub(super) fn code_of(arguments: &str) -> String {
    if let Ok(whole) = serde_json::from_str::<Value>(arguments) {
        return whole["code"].as_str().unwrap_or_default().to_owned();
    }
    let Some((_, open)) = arguments.split_once("\"code\"").and_then(|(_, rest)| rest.split_once('"')) else {
        return String::new();
    };
    (0..6.min(open.len() + 1))
        .filter_map(|cut| open.get(..open.len() - cut))
        .find_map(|text| serde_json::from_str::<String>(&format!("\"{text}\"")).ok())
        .unwrap_or_default()
}

/// What a tool gave back as text; that of code is JSON.
pub(in crate::state) fn tool_result(text: &str, is_code: bool) -> ToolResult {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if is_code && value.is_object() => streams(&value),
        _ => ToolResult { figures: figures(text), text: text.to_owned(), ..ToolResult::default() },
    }
}

/// `{stdout, stderr, result}` as a person reads it.
pub(in crate::state) fn streams(value: &Value) -> ToolResult {
    let stdout = value["stdout"].as_str().unwrap_or_default();
    let result = match &value["result"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let gap = if stdout.is_empty() || stdout.ends_with('\n') || result.is_empty() { "" } else { "\n" };
    let text = format!("{stdout}{gap}{result}");
    let errors = [&value["stderr"], &value["error"]].into_iter().find_map(Value::as_str).unwrap_or_default();
    ToolResult { figures: figures(&text), text, errors: errors.to_owned(), unshown: 0 }
}

/// Stored figures that a text links to as Markdown images, one a line.
pub(super) fn figures(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("![")?.strip_suffix(')')?.split_once("]("))
        .filter_map(|(_, path)| file_content_path(path).map(str::to_owned))
        .collect()
}

/// Text without its figure lines: those are shown as pictures.
pub fn without_figures(text: &str) -> String {
    let kept: Vec<&str> = text.lines().filter(|line| figures(line).is_empty()).collect();
    kept.join("\n")
}

/// The arguments of a call; while they stream they are text.
pub fn arguments(text: &str) -> Arguments {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Arguments::Text(text.to_owned()) };
    let flat = value.as_object().filter(|fields| fields.len() <= FLAT.0).and_then(|fields| {
        let one = |(name, value): (&String, &Value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Array(_) | Value::Object(_) => return None,
                other => other.to_string(),
            };
            let short = text.chars().count() <= FLAT.1 && !text.contains('\n');
            short.then(|| (one_line(name, 100), text))
        };
        fields.iter().map(one).collect()
    });
    match flat {
        Some(fields) => Arguments::Flat(fields),
        None => pretty(text).map_or_else(|| Arguments::Text(text.to_owned()), Arguments::Json),
    }
}

/// A JSON object or list, in lines; none for other text.
pub fn pretty(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    (value.is_object() || value.is_array()).then(|| format!("{value:#}"))
}
