//! What a message shows, in order, out of its output items (PROTOCOL.md 3.4, 3.6).

use super::chat::Message;
use super::client::pending_question;
use super::{details, fold};
use crate::protocol::chat::file_content_path;
use crate::protocol::chat::question::Question;
use serde_json::Value;

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
    /// The call, while it waits for the person (3.5).
    pub pending: Option<Pending>,
    /// Whether the person refused it.
    pub rejected: bool,
}

/// A call that waits for the person.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The call.
    pub call_id: String,
    /// What it asks; none if it wants to be approved.
    pub question: Option<Question>,
}

/// What a tool gave back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolResult {
    /// Text to show; for code, what it printed.
    pub text: String,
    /// Errors to show, for code.
    pub errors: String,
    /// Paths of stored figures that the message doesn't show elsewhere.
    pub figures: Vec<String>,
}

/// The parts of a message, first to last.
pub fn parts(message: &Message) -> Vec<Part> {
    if message.output.is_empty() {
        return details::parts(&message.content);
    }
    let mut parts: Vec<Part> = message.output.iter().filter_map(|item| part(item, &message.output)).collect();
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

fn part(item: &Value, all: &[Value]) -> Option<Part> {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    match item["type"].as_str().unwrap_or_default() {
        "message" => {
            Some(Part::Text(fold::item_text(item))).filter(|part| !matches!(part, Part::Text(text) if text.is_empty()))
        }
        "reasoning" => Some(Part::Reasoning {
            text: reasoning(item),
            seconds: item["duration"].as_u64(),
            running: item["status"] == "in_progress",
        }),
        "function_call" => {
            let result =
                all.iter().find(|other| other["type"] == "function_call_output" && other["call_id"] == item["call_id"]);
            let name = text("name");
            let arguments = text("arguments");
            let code = (name == "execute_code").then(|| code_of(&arguments));
            let embeds =
                result.map(|result| result["embeds"].as_array().cloned().unwrap_or_default()).unwrap_or_default();
            let embeds = embeds.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let result = result.map(|result| tool_result(&output_text(result), code.is_some()));
            let waits = item["status"] == "pending" && item["call_id"].is_string();
            let pending = waits.then(|| Pending { call_id: text("call_id"), question: pending_question(item) });
            let rejected = item["status"] == "rejected";
            Some(Part::Tool(Tool { name, code, arguments, result, embeds, pending, rejected }.into()))
        }
        "function_call_output" => None,
        "open_webui:code_interpreter" => Some(Part::Tool(Box::new(Tool {
            name: "code_interpreter".into(),
            code: Some(text("code")),
            result: interpreter_result(&item["output"], item["status"] == "completed"),
            ..Tool::default()
        }))),
        _ => Some(fold::item_text(item)).filter(|text| !text.is_empty()).map(Part::Other),
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

fn output_text(item: &Value) -> String {
    match &item["output"] {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}

/// The code among the arguments of `execute_code`. While they stream they are no JSON yet: then the string
/// is read as far as it has come.
fn code_of(arguments: &str) -> String {
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

pub(super) fn tool_result(text: &str, is_code: bool) -> ToolResult {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if is_code && value.is_object() => streams(&value),
        _ => ToolResult { figures: figures(text), text: text.to_owned(), errors: String::new() },
    }
}

fn interpreter_result(output: &Value, completed: bool) -> Option<ToolResult> {
    match output {
        Value::Null if completed => {
            Some(ToolResult { errors: "The server did not run this code.".into(), ..ToolResult::default() })
        }
        Value::Null => None,
        Value::String(text) => Some(tool_result(text, false)),
        value => Some(streams(value)),
    }
}

/// `{stdout, stderr, result}` as a person reads it.
pub(super) fn streams(value: &Value) -> ToolResult {
    let stdout = value["stdout"].as_str().unwrap_or_default();
    let result = match &value["result"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let gap = if stdout.is_empty() || stdout.ends_with('\n') || result.is_empty() { "" } else { "\n" };
    let text = format!("{stdout}{gap}{result}");
    let errors = [&value["stderr"], &value["error"]].into_iter().find_map(Value::as_str).unwrap_or_default();
    ToolResult { figures: figures(&text), text, errors: errors.to_owned() }
}

/// Stored figures that a text links to as Markdown images, one a line.
fn figures(text: &str) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(output: Value) -> Message {
        Message { output: output.as_array().cloned().unwrap_or_default(), ..Default::default() }
    }

    #[test]
    fn a_call_shows_its_code_and_what_it_gave() {
        let printed = json!({"status": "success", "stdout": "x\n![Figure 1](/api/v1/files/f1/content)\n", "stderr": null, "result": 7});
        let parts = parts(&message(json!([
            {"type": "message", "content": [{"text": "Look:"}]},
            {"type": "function_call", "call_id": "c", "name": "execute_code", "arguments": "{\"code\": \"print(1)\"}"},
            {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": printed.to_string()}]},
        ])));
        let [Part::Text(_), Part::Tool(tool)] = &parts[..] else { panic!("{parts:?}") };
        assert_eq!(tool.code.as_deref(), Some("print(1)"));
        let result = tool.result.as_ref().expect("a result");
        assert_eq!(result.figures, ["/api/v1/files/f1/content"]);
        assert_eq!(without_figures(&result.text), "x\n7");
    }

    #[test]
    fn a_figure_that_the_answer_shows_is_not_shown_twice() {
        let link = "![Figure 1](/api/v1/files/f1/content)";
        let parts = parts(&message(json!([
            {"type": "function_call", "call_id": "c", "name": "execute_code", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": [{"text": json!({"stdout": link}).to_string()}]},
            {"type": "message", "content": [{"text": link}]},
        ])));
        let Part::Tool(tool) = &parts[0] else { panic!("{parts:?}") };
        assert_eq!(tool.result.as_ref().map(|result| result.figures.len()), Some(0));
    }

    #[test]
    fn code_is_read_while_its_arguments_still_stream() {
        assert_eq!(code_of("{\"code\": \"a\\n"), "a\n");
        assert_eq!(code_of("{\"code\": \"a\\"), "a");
        assert_eq!(code_of("{\"code\": \"é\\u00"), "é");
        assert_eq!(code_of("{\"co"), "");
    }

    #[test]
    fn code_that_the_server_never_ran_says_so() {
        let parts = parts(&message(
            json!([{"type": "open_webui:code_interpreter", "status": "completed", "code": "1", "output": null}]),
        ));
        let Part::Tool(tool) = &parts[0] else { panic!("{parts:?}") };
        assert!(tool.result.as_ref().is_some_and(|result| result.errors.contains("did not run")));
    }

    #[test]
    fn only_links_to_stored_files_are_figures() {
        assert_eq!(figures("![x](https://evil/a.png)\n![x](/api/v1/files/../x/content)"), Vec::<String>::new());
    }
}
