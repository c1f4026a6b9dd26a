//! One message.

use crate::ids::MessageId;
use crate::markdown;
use crate::protocol::chat::{StatusItem, error_text};
use crate::state::{details, fold};
use core::ops::Range;
use serde_json::{Value, json};

/// Steps of a status line that are kept.
const STATUSES: usize = 1_000;
/// Sources, files or runs of a message that are kept.
const MANY: usize = 1_000;
/// Embeds of a message that are kept.
const EMBEDS: usize = 100;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The person.
    #[default]
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// As the server and models name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// Who wrote it.
    pub role: Role,
    /// What it replies to.
    pub parent: Option<MessageId>,
    /// What replies to it, oldest first.
    pub children: Vec<MessageId>,
    /// Its text; shown only while there is no output (3.6).
    pub content: String,
    /// Its text before a filter changed it.
    pub original_content: Option<String>,
    /// The output items (3.4), as the server has them.
    pub output: Vec<Value>,
    /// The steps of the status line.
    pub statuses: Vec<StatusItem>,
    /// Files, as the server has them.
    pub files: Vec<Value>,
    /// What is shown in frames: addresses or HTML.
    pub embeds: Vec<String>,
    /// Sources, as the server has them.
    pub sources: Vec<Value>,
    /// Runs of code that were told as sources, by their ids.
    pub code_executions: Vec<(String, Value)>,
    /// Questions to go on with.
    pub follow_ups: Vec<String>,
    /// Why the turn failed.
    pub error: Option<String>,
    /// Whether nothing more comes.
    pub done: bool,
    /// Whether the person likes it.
    pub favorite: bool,
    /// What it cost, as the server has it.
    pub usage: Option<Value>,
    /// Its spoken form, as the server has it.
    pub voice: Option<Value>,
    /// What stands for all messages up to this one in what the model reads.
    pub context_summary: Option<String>,
    /// The model that answered.
    pub model: String,
    /// Unix time in seconds.
    pub timestamp: u64,
    /// Whether it waits for the connection.
    pub unsent: bool,
}

/// The part of a message that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Text, output items, error.
    Body,
    /// Text was added at the very end of [`Message::growing`], and nothing else changed.
    Growth,
    /// The status line.
    Status,
    /// Everything else beside the text.
    Extras,
    /// Whether it is done.
    Done,
}

/// All fields, for a message that was read anew.
pub const FIELDS: [Field; 4] = [Field::Body, Field::Status, Field::Extras, Field::Done];

impl Message {
    /// Reads a message as the server stores it (5.4).
    pub fn parse(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let list = |name: &str| value[name].as_array().into_iter().flatten();
        let words = |name: &str| list(name).filter_map(Value::as_str).map(str::to_owned);
        let role = if value["role"] == "assistant" { Role::Assistant } else { Role::User };
        // Older chats have one status in place of a history.
        let status = Some(&value["status"]).filter(|status| status.is_object() && value["statusHistory"].is_null());
        let mut message = Self {
            role,
            parent: value["parentId"].as_str().map(MessageId::from),
            children: words("childrenIds").map(MessageId::from).collect(),
            content: text("content"),
            original_content: value["originalContent"].as_str().map(str::to_owned),
            output: list("output").cloned().collect(),
            statuses: list("statusHistory").chain(status).map(StatusItem::parse).collect(),
            files: list("files").filter(|file| file.is_object()).take(MANY).cloned().collect(),
            embeds: words("embeds").take(EMBEDS).collect(),
            sources: list("sources").chain(list("citations")).take(MANY).cloned().collect(),
            code_executions: list("code_executions")
                .filter_map(|run| Some((run["id"].as_str()?.to_owned(), run.clone())))
                .take(MANY)
                .collect(),
            follow_ups: words("followUps").collect(),
            error: Some(&value["error"]).filter(|error| !error.is_null() && **error != false).map(error_text),
            done: role == Role::User || value["done"] != false,
            favorite: value["favorite"] == true,
            usage: Some(&value["usage"]).filter(|usage| usage.is_object()).cloned(),
            voice: Some(&value["meta"]["voice"]).filter(|voice| !voice.is_null()).cloned(),
            context_summary: value["contextSummary"].as_str().map(str::to_owned),
            model: text("model"),
            timestamp: value["timestamp"].as_u64().unwrap_or_default(),
            unsent: false,
        };
        // The server writes both at the end of a turn; what changes later, by filters, events or people, is the
        // text only, and the output would hide it (2.2, 3.6).
        let (text, shown) = (message.content.trim(), fold::content(&message.output));
        if message.done && !text.is_empty() && !message.output.is_empty() && text != shown.trim() {
            message.replace(message.content.clone());
        }
        message
    }

    /// Whether a tool call of it waits for the person (PROTOCOL.md 3.5).
    pub fn waits(&self) -> bool {
        self.output.iter().any(|item| item["status"] == "pending")
    }

    /// The text that is changed by "Edit".
    pub fn text(&self) -> &str {
        &self.content
    }

    /// The text that "Copy" copies: without the blocks of steps that older messages have in it.
    pub fn words(&self) -> String {
        if !self.output.is_empty() {
            return self.content.clone();
        }
        let texts = details::texts(&self.content).into_iter().map(|place| self.content[place].trim_matches('\n'));
        texts.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// One more step of the status line; the oldest is forgotten when there are too many.
    pub(super) fn add_status(&mut self, item: StatusItem) {
        if self.statuses.len() >= STATUSES {
            self.statuses.remove(0);
        }
        self.statuses.push(item);
    }

    /// Text that was emitted beside the model's own. The output would hide it (3.6), so it goes there too, until
    /// the server's next snapshot tells what it has kept.
    pub(super) fn append(&mut self, text: &str) -> Field {
        let grows = self.output.is_empty() && details::goes_on(&self.content, text);
        self.content.push_str(text);
        if self.output.is_empty() {
            return if grows { Field::Growth } else { Field::Body };
        }
        match self.output.last_mut().filter(|item| item["type"] == "message") {
            Some(item) => fold::append_text(item, text),
            None => self.output.push(message_item(text)),
        }
        Field::Body
    }

    /// The text that grows while the answer is written: that of the last part of what is shown, or what it ends with.
    pub fn growing(&self) -> &str {
        match self.output.last() {
            None => &self.content,
            Some(item) => {
                item["content"].as_array().and_then(|parts| parts.last()?["text"].as_str()).unwrap_or_default()
            }
        }
    }

    /// Other text in place of all there is. The output would hide it (2.2), so it goes there: what has changed into the
    /// last text that it touches, so that the others stay where they are.
    pub fn replace(&mut self, text: String) {
        let places = places(&self.output);
        let old = fold::content(&self.output);
        let (from, until) = difference(&old, &text);
        let touched: Vec<_> =
            places.iter().filter(|(_, place)| place.start <= old.len() - until && from <= place.end).collect();
        if let (Some((_, first)), Some((_, last))) = (touched.first(), touched.last()) {
            let whole = [
                &old[first.start..from.max(first.start)],
                &text[from..text.len() - until],
                &old[(old.len() - until).min(last.end)..last.end],
            ];
            let whole = whole.concat();
            for (number, _) in &touched {
                self.output[*number]["content"] = json!([]);
            }
            if let Some((number, _)) = touched.last() {
                self.output[*number]["content"] = json!([{"type": "output_text", "text": whole}]);
            }
        } else if !self.output.is_empty() {
            self.output.push(message_item(&text));
        }
        self.content = text;
    }

    /// The text with other code in one of its blocks: the one with this code, after so many others with the same. None if
    /// there is none.
    pub fn with_code(&self, old: &str, number: usize, new: &str) -> Option<String> {
        let is_apart = !self.output.is_empty() && fold::content(&self.output) == self.content;
        let texts = match self.output.is_empty() {
            true => details::texts(&self.content),
            false if is_apart => places(&self.output).into_iter().map(|(_, place)| place).collect(),
            false => std::iter::once(0..self.content.len()).collect(),
        };
        let mut number = number;
        for place in texts {
            let text = &self.content[place.clone()];
            let count = markdown::count_code(text, old);
            if number < count {
                let text = markdown::with_code(text, old, number, new)?;
                return Some([&self.content[..place.start], &text, &self.content[place.end..]].concat());
            }
            number -= count;
        }
        None
    }

    pub(super) fn set_files(&mut self, mut files: Vec<Value>, merge: bool) {
        if merge {
            files.append(&mut self.files);
        }
        files.truncate(MANY);
        self.files = files;
    }

    /// Newest first, as the server stores them (2.2).
    pub(super) fn set_embeds(&mut self, mut embeds: Vec<String>, replace: bool) {
        if !replace {
            embeds.append(&mut self.embeds);
        }
        embeds.truncate(EMBEDS);
        self.embeds = embeds;
    }

    pub(super) fn add_source(&mut self, source: Value) {
        if self.sources.len() < MANY && source.as_object().is_some_and(|fields| !fields.is_empty()) {
            self.sources.push(source);
        }
    }

    pub(super) fn set_execution(&mut self, id: String, run: Value) {
        if let Some((_, known)) = self.code_executions.iter_mut().find(|(known, _)| *known == id) {
            *known = run;
        } else if self.code_executions.len() < MANY {
            self.code_executions.push((id, run));
        }
    }

    pub(super) fn set_output(&mut self, output: Vec<Value>) {
        self.output = output;
        if !self.output.is_empty() {
            self.content = fold::content(&self.output);
        }
    }

    /// A snapshot or metadata (3.3).
    pub(super) fn complete(&mut self, data: &Value) -> &'static [Field] {
        if let Some(output) = data["output"].as_array() {
            self.set_output(output.clone());
        } else if let Some(content) = data["content"].as_str() {
            self.content = content.to_owned();
        } else {
            let choice = &data["choices"][0];
            let text = choice["message"]["content"].as_str().or_else(|| choice["delta"]["content"].as_str());
            // A chunk repeats nothing that came as an increment: those carry neither text nor calls.
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.append(text);
            }
        }
        if self.sources.is_empty() {
            data["sources"].as_array().into_iter().flatten().for_each(|source| self.add_source(source.clone()));
        }
        if data["usage"].is_object() {
            self.usage = Some(data["usage"].clone());
        }
        if let Some(model) = data["selected_model_id"].as_str() {
            self.model = model.to_owned();
        }
        if !data["error"].is_null() && data["error"] != false {
            self.error = Some(error_text(&data["error"]));
            self.done = true;
        }
        if data["done"] == true {
            self.done = true;
        }
        &FIELDS
    }
}

fn message_item(text: &str) -> Value {
    json!({"type": "message", "status": "completed", "role": "assistant", "content": [{"type": "output_text", "text": text}]})
}

/// The output's texts: the number of the item, and where it is in [`fold::content`].
fn places(output: &[Value]) -> Vec<(usize, Range<usize>)> {
    let mut at = 0;
    let texts = output.iter().enumerate().filter(|(_, item)| item["type"] == "message");
    let texts = texts.map(|(number, item)| (number, fold::item_text(item))).filter(|(_, text)| !text.trim().is_empty());
    texts
        .map(|(number, text)| {
            let place = at..at + text.len();
            at = place.end + 1; // the line end between them
            (number, place)
        })
        .collect()
}

/// How many bytes two texts have in common at their beginning, and behind that at their end.
fn difference(one: &str, other: &str) -> (usize, usize) {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    let from: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
    let same = one[from..].chars().rev().zip(other[from..].chars().rev()).take_while(|(one, other)| one == other);
    (from, same.map(|(letter, _)| letter.len_utf8()).sum())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn answer(texts: &[&str]) -> Message {
        let tool = || json!({"type": "function_call", "name": "t", "call_id": "1"});
        let output = texts.iter().flat_map(|text| [message_item(text), tool()]).collect();
        let mut message = Message::default();
        message.set_output(output);
        message
    }

    fn texts(message: &Message) -> Vec<String> {
        message.output.iter().filter(|item| item["type"] == "message").map(fold::item_text).collect()
    }

    const CODE: &str = "```py\na\n```";

    #[test]
    fn code_is_changed_in_the_text_that_has_it_and_the_others_stay_where_they_are() {
        let mut message = answer(&[&format!("First.\n\n{CODE}\n"), "Second.", &format!("{CODE}\n\nThird.")]);
        let changed = message.with_code("a\n", 1, "b").expect("the second block");
        message.replace(changed.clone());
        assert_eq!(message.content, changed);
        assert_eq!(
            texts(&message),
            [&format!("First.\n\n{CODE}\n"), "Second.", "```py\nb\n```\n\nThird."],
            "the tools between them keep their places"
        );
        assert_eq!(message.with_code("a\n", 1, "b"), None, "there is one less");
    }

    #[test]
    fn a_change_over_several_texts_goes_into_the_last_of_them_and_nothing_is_lost() {
        let mut message = answer(&["one", "two", "three"]);
        message.replace("one\ntwenty\nthirty three".into());
        assert_eq!(texts(&message), ["one", "", "twenty\nthirty three"]);
        message.replace("other".into());
        assert_eq!(texts(&message), ["", "", "other"]);
        message.replace("other, longer".into());
        assert_eq!(texts(&message), ["", "", "other, longer"]);
        let mut only_tools = answer(&[]);
        only_tools.output.push(json!({"type": "function_call"}));
        only_tools.replace("words".into());
        assert_eq!(texts(&only_tools), ["words"]);
    }

    #[test]
    fn code_is_found_and_words_are_copied_without_the_blocks_of_older_messages() {
        let details = "<details type=\"code_interpreter\" done=\"true\">\n<summary>Analyzed</summary>\n```python\na\n\n```\n</details>";
        let content = format!("Before.\n{details}\n{CODE}\n\nAfter.");
        let message = Message { content, ..Message::default() };
        let changed = message.with_code("a\n", 0, "b").expect("the block of the text");
        assert!(changed.contains("```py\nb\n```") && changed.contains("```python\na\n\n```"), "{changed}");
        assert_eq!(message.words(), format!("Before.\n\n{CODE}\n\nAfter."));
    }

    #[test]
    fn any_replacement_is_the_content_and_its_letters_are_whole() {
        for (old, new) in
            [("a\nb", "a\nc"), ("é\nü", "è\nü"), ("a\nb", ""), ("a\nb", "a\nb"), ("a\na\na", "a\na"), ("a\nb", "ab")]
        {
            let mut message = answer(&old.split('\n').collect::<Vec<_>>());
            message.replace(new.into());
            let shown: Vec<_> = texts(&message).into_iter().filter(|text| !text.is_empty()).collect();
            assert_eq!(shown.concat().replace('\n', ""), new.replace('\n', ""), "{old:?} → {new:?}");
        }
    }
}
