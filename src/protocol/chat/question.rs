//! Questions to the person: one form for all calls that wait for them (PROTOCOL.md 2.3, 2.6), and how what
//! was filled in becomes the answer of the call.

use super::{clip, one_line, text};
use crate::protocol::strings;
use serde_json::{Map, Value, json};

/// Characters of a title or a label.
const TITLE: usize = 300;
/// Characters of a message.
const MESSAGE: usize = 20_000;
/// Fields, and choices of a field.
const MANY: usize = 200;

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its name on the server; it is asked again under the same one after a disconnect (1.8).
    pub interaction_id: Option<String>,
    /// A heading.
    pub title: String,
    /// Markdown.
    pub message: String,
    /// What can be filled in.
    pub fields: Vec<Field>,
    /// A page that the person is asked to open.
    pub link: Option<String>,
    /// How it is answered.
    pub form: Form,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `true` or `false`.
    Confirmation,
    /// The text, or `false`.
    Line,
    /// `{status, answers}`.
    UserInput,
    /// `{action, content}`.
    Elicitation,
}

/// Something to fill in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Its name in the answer.
    pub name: String,
    /// What people read beside it.
    pub label: String,
    /// More about it.
    pub help: String,
    /// Shown while it is empty.
    pub placeholder: String,
    /// What is in it at first.
    pub value: Entry,
    /// What can be in it.
    pub kind: FieldKind,
    /// Whether it has to be filled in.
    pub required: bool,
}

/// What can be in a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FieldKind {
    /// A line.
    #[default]
    Line,
    /// Lines.
    Lines,
    /// A line that is not shown.
    Secret,
    /// A number; whole ones only, or any.
    Number {
        /// Whether it must be whole.
        whole: bool,
    },
    /// Yes or no.
    Flag,
    /// One of these.
    Pick {
        /// What can be picked.
        choices: Vec<Choice>,
        /// Whether something else may be written.
        other: bool,
    },
    /// Any of these.
    Picks(Vec<Choice>),
}

/// Something to pick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// What people read.
    pub label: String,
    /// More about it.
    pub help: String,
    /// What is answered.
    pub value: Value,
}

/// What was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Text, also of a number; for a [`FieldKind::Pick`] what was written instead of picking.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// The numbers of what was picked.
    Picked(Vec<usize>),
}

impl Default for Entry {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// What the person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To answer, with what is in the fields.
    Accept(Vec<Entry>),
    /// To say no.
    Decline,
    /// To say nothing.
    Cancel,
}

impl Question {
    fn new(data: &Value, form: Form, default_title: &str) -> Self {
        let title = text(data, "title").map(|title| one_line(title, TITLE)).filter(|title| !title.is_empty());
        Self {
            interaction_id: text(data, "interaction_id").map(str::to_owned),
            title: title.unwrap_or_else(|| default_title.to_owned()),
            message: clip(text(data, "message").unwrap_or_default(), MESSAGE),
            fields: Vec::new(),
            link: None,
            form,
        }
    }

    /// `confirmation` (2.3); with a `tool_call` it asks for leave to call a tool.
    pub(super) fn confirmation(data: &Value) -> Self {
        let mut question = Self::new(data, Form::Confirmation, strings::confirm());
        if let Some(call) = data.get("tool_call").filter(|call| call.is_object()) {
            let name = text(call, "name").or_else(|| text(&call["function"], "name")).unwrap_or_default();
            let arguments = [&call["arguments"], &call["params"], &call["function"]["arguments"]];
            let arguments =
                arguments.iter().find(|value| !value.is_null()).map_or_else(String::new, |value| match value {
                    Value::String(text) => text.clone(),
                    other => format!("{other:#}"),
                });
            if question.message.is_empty() {
                question.message = strings::wants_to_call(&one_line(name, TITLE));
            }
            question.message.push_str(&format!("\n\n~~~~json\n{}\n~~~~", clip(&arguments, MESSAGE)));
        } else if question.message.is_empty() {
            question.message = strings::no_undoing().into();
        }
        question
    }

    /// `input` (2.3).
    pub(super) fn input(data: &Value) -> Self {
        let mut question = Self::new(data, Form::Line, strings::input());
        let kind = text(&data["input"], "type").or_else(|| text(data, "type")).unwrap_or_default();
        let choices = choices(data["input"].get("options").unwrap_or(&data["options"]));
        let value = text(data, "value").unwrap_or_default().to_owned();
        let picked = choices.iter().position(|choice| choice.value == value.as_str());
        let kind = match kind {
            "password" => FieldKind::Secret,
            "select" if !choices.is_empty() => FieldKind::Pick { choices, other: false },
            _ => FieldKind::Lines,
        };
        let value = match (&kind, picked) {
            (FieldKind::Pick { .. }, picked) => Entry::Picked(picked.into_iter().collect()),
            _ => Entry::Text(value),
        };
        let placeholder = one_line(text(data, "placeholder").unwrap_or_default(), TITLE);
        let label = question.title.clone();
        question.fields = vec![Field { label, placeholder, value, kind, ..Field::default() }];
        question
    }

    /// `request:user_input` (2.6).
    pub(super) fn user_input(data: &Value) -> Result<Self, String> {
        let mut question = Self::new(data, Form::UserInput, strings::a_question());
        question.fields = asked(data);
        if question.fields.is_empty() { Err("This call asks nothing.".into()) } else { Ok(question) }
    }

    /// The questions of a pending `ask_user` tool call, by its arguments (3.5).
    pub fn ask_user(arguments: &Value) -> Option<Self> {
        let mut question = Self::new(&Value::Null, Form::UserInput, strings::a_question());
        question.fields = asked(arguments);
        (!question.fields.is_empty()).then_some(question)
    }

    /// `request:elicitation` (2.6).
    pub(super) fn elicitation(data: &Value) -> Result<Self, String> {
        let who =
            text(data, "server_name").map_or_else(|| strings::a_server().to_owned(), |name| one_line(name, TITLE));
        let mut question = Self::new(data, Form::Elicitation, &strings::asks(&who));
        if text(data, "mode") == Some("url") {
            let url = text(data, "url").filter(|url| url.starts_with("https://") || url.starts_with("http://"));
            question.link = Some(url.ok_or("This call names no page that could be opened.")?.to_owned());
            return Ok(question);
        }
        let schema = &data["requestedSchema"];
        let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object().into_iter().flatten().take(MANY);
        question.fields = properties.map(|(name, of)| property(name, of, required.contains(&name.as_str()))).collect();
        Ok(question)
    }

    /// Whether it may be answered with "no" beside not answering it.
    pub fn can_decline(&self) -> bool {
        self.form == Form::Elicitation
    }

    /// What a decision answers to the call (1.6).
    ///
    /// # Errors
    /// The number of a field that isn't filled in well, and a sentence about it.
    pub fn answer(&self, decision: &Decision) -> Result<Value, (usize, String)> {
        let entries = match decision {
            Decision::Accept(entries) => entries,
            no => {
                return Ok(match (self.form, no) {
                    (Form::Confirmation | Form::Line, _) => json!(false),
                    (Form::UserInput, _) => json!({"status": "cancelled", "answers": {}}),
                    (Form::Elicitation, Decision::Decline) => json!({"action": "decline"}),
                    (Form::Elicitation, _) => json!({"action": "cancel"}),
                });
            }
        };
        let mut values = Map::new();
        for (number, field) in self.fields.iter().enumerate() {
            let entry = entries.get(number).unwrap_or(&field.value);
            if let Some(value) = field.read(entry, self.form).map_err(|why| (number, why))? {
                values.insert(field.name.clone(), value);
            }
        }
        Ok(match self.form {
            Form::Confirmation => json!(true),
            Form::Line => values.into_iter().next().map_or_else(|| json!(""), |(_, value)| value),
            Form::UserInput => json!({"status": "answered", "answers": values}),
            Form::Elicitation => json!({"action": "accept", "content": values}),
        })
    }
}

impl Field {
    /// What an entry says; nothing if it is empty and may be.
    fn read(&self, entry: &Entry, form: Form) -> Result<Option<Value>, String> {
        let empty = || match self.required {
            true => Err(strings::fill_this_in().to_owned()),
            false => Ok(None),
        };
        match (&self.kind, entry) {
            (FieldKind::Flag, Entry::Flag(flag)) => Ok(Some(json!(flag))),
            (FieldKind::Pick { choices, .. }, Entry::Picked(picked)) => {
                match picked.first().and_then(|number| Some((*number, choices.get(*number)?))) {
                    None => empty(),
                    Some((number, choice)) if form == Form::UserInput => Ok(Some(json!({
                        "type": "option", "option_index": number, "label": choice.label, "description": choice.help,
                    }))),
                    Some((_, choice)) => Ok(Some(choice.value.clone())),
                }
            }
            (FieldKind::Pick { other: true, .. }, Entry::Text(text)) if !text.trim().is_empty() => {
                Ok(Some(json!({"type": "other", "text": text})))
            }
            (FieldKind::Picks(choices), Entry::Picked(picked)) => {
                let values: Vec<_> =
                    picked.iter().filter_map(|number| choices.get(*number)).map(|c| &c.value).collect();
                if values.is_empty() && self.required { empty() } else { Ok(Some(json!(values))) }
            }
            (FieldKind::Number { whole }, Entry::Text(text)) => {
                let text = text.trim();
                if text.is_empty() {
                    return empty();
                }
                let number = if *whole {
                    text.parse::<i64>().ok().map(Value::from)
                } else {
                    text.parse::<f64>().ok().map(Value::from)
                };
                let needed = if *whole { strings::whole_number() } else { strings::number() };
                number.filter(|number| !number.is_null()).map(Some).ok_or_else(|| needed.to_owned())
            }
            (FieldKind::Line | FieldKind::Lines | FieldKind::Secret, Entry::Text(text)) => {
                if text.is_empty() && form != Form::Line { empty() } else { Ok(Some(json!(text))) }
            }
            _ => empty(),
        }
    }
}

/// The questions of `ask_user` and `request:user_input`.
fn asked(data: &Value) -> Vec<Field> {
    let questions = list(&data["questions"]).take(10).enumerate();
    let field = |(number, asked): (usize, &Value)| {
        let words = text(asked, "question")?;
        let name = text(asked, "id").map_or_else(|| format!("q{}", number + 1), str::to_owned);
        let other = asked["allow_other"].as_bool().or_else(|| data["allow_other"].as_bool()).unwrap_or(true);
        Some(Field {
            name,
            label: one_line(words, TITLE),
            help: one_line(text(asked, "header").unwrap_or_default(), TITLE),
            kind: FieldKind::Pick { choices: choices(&asked["options"]), other },
            value: Entry::Picked(Vec::new()),
            required: true,
            ..Field::default()
        })
    };
    questions.filter_map(field).collect()
}

/// A property of a flat JSON schema.
fn property(name: &str, of: &Value, required: bool) -> Field {
    let enumerated = |of: &Value| {
        let titled = list(&of["oneOf"]).chain(list(&of["anyOf"])).filter_map(|one| {
            let value = one.get("const")?;
            Some(Choice {
                label: one_line(text(one, "title").unwrap_or(&plain(value)), TITLE),
                help: String::new(),
                value: value.clone(),
            })
        });
        let names: Vec<&str> = list(&of["enumNames"]).filter_map(Value::as_str).collect();
        let plain = list(&of["enum"]).enumerate().map(|(number, value)| {
            let label = names.get(number).map_or_else(|| plain(value), |name| (*name).to_owned());
            Choice { label: one_line(&label, TITLE), help: String::new(), value: value.clone() }
        });
        titled.chain(plain).take(MANY).collect::<Vec<_>>()
    };
    let picks = enumerated(&of["items"]);
    let pick = enumerated(of);
    let kind = match text(of, "type") {
        Some("boolean") => FieldKind::Flag,
        Some("array") => FieldKind::Picks(picks),
        _ if !pick.is_empty() => FieldKind::Pick { choices: pick, other: false },
        Some("integer") => FieldKind::Number { whole: true },
        Some("number") => FieldKind::Number { whole: false },
        _ => FieldKind::Line,
    };
    let default = &of["default"];
    let position = |choices: &[Choice], value: &Value| choices.iter().position(|choice| choice.value == *value);
    let value = match &kind {
        FieldKind::Flag => Entry::Flag(*default == true),
        FieldKind::Pick { choices, .. } => Entry::Picked(position(choices, default).into_iter().collect()),
        FieldKind::Picks(choices) => {
            Entry::Picked(list(default).filter_map(|value| position(choices, value)).collect())
        }
        _ if default.is_null() => Entry::default(),
        _ => Entry::Text(plain(default)),
    };
    Field {
        name: name.to_owned(),
        label: one_line(text(of, "title").unwrap_or(name), TITLE),
        help: one_line(text(of, "description").unwrap_or_default(), MESSAGE),
        placeholder: String::new(),
        value,
        kind,
        required,
    }
}

/// Choices as text, or as objects with a label.
fn choices(options: &Value) -> Vec<Choice> {
    let choice = |option: &Value| {
        let value = match option {
            Value::String(_) | Value::Number(_) => plain(option),
            _ => plain(option.get("value").or_else(|| option.get("label")).filter(|value| !value.is_object())?),
        };
        let label = one_line(text(option, "label").unwrap_or(&value), TITLE);
        Some(Choice {
            label,
            help: one_line(text(option, "description").unwrap_or_default(), TITLE),
            value: json!(value),
        })
    };
    list(options).filter_map(choice).take(MANY).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(question: &Question, entries: Vec<Entry>) -> Result<Value, (usize, String)> {
        question.answer(&Decision::Accept(entries))
    }

    #[test]
    fn a_confirmation_is_answered_with_a_boolean_only() {
        let question = Question::confirmation(&json!({"title": 5, "message": {"a": 1}}));
        assert_eq!(question.title, "Confirm your action");
        assert!(!question.message.contains("object"));
        assert_eq!(accept(&question, vec![Entry::Text("left over".into())]), Ok(json!(true)));
        assert_eq!(question.answer(&Decision::Cancel), Ok(json!(false)));
    }

    #[test]
    fn a_line_is_answered_exactly_as_typed_and_a_cancelled_one_never() {
        let question = Question::input(&json!({"title": "Key", "type": "password", "value": "prefilled"}));
        assert_eq!(question.fields[0].kind, FieldKind::Secret);
        assert_eq!(accept(&question, vec![Entry::Text("x\u{0}\u{202e}".into())]), Ok(json!("x\u{0}\u{202e}")));
        assert_eq!(accept(&question, vec![Entry::Text(String::new())]), Ok(json!("")));
        assert_eq!(question.answer(&Decision::Cancel), Ok(json!(false)));
    }

    #[test]
    fn a_choice_is_answered_with_its_value() {
        let data = json!({"type": "select", "value": "b", "options": ["a", {"label": "B", "value": "b"}, null, {"value": {"x": 1}}]});
        let question = Question::input(&data);
        assert_eq!(question.fields[0].value, Entry::Picked(vec![1]));
        assert_eq!(accept(&question, vec![Entry::Picked(vec![0])]), Ok(json!("a")));
        let odd = Question::input(&json!({"type": "text onfocus=alert(1)", "options": [5]}));
        assert_eq!(odd.fields[0].kind, FieldKind::Lines);
    }

    #[test]
    fn questions_are_answered_by_option_or_in_own_words() {
        let data = json!({"questions": [{"id": "q1", "header": "H", "question": "Q?", "options": [{"label": "a", "description": "b"}], "allow_other": true}]});
        let question = Question::user_input(&data).expect("a question");
        assert!(accept(&question, vec![]).is_err_and(|(field, _)| field == 0));
        assert_eq!(
            accept(&question, vec![Entry::Picked(vec![0])]),
            Ok(
                json!({"status": "answered", "answers": {"q1": {"type": "option", "option_index": 0, "label": "a", "description": "b"}}})
            )
        );
        assert_eq!(
            accept(&question, vec![Entry::Text("mine".into())]),
            Ok(json!({"status": "answered", "answers": {"q1": {"type": "other", "text": "mine"}}}))
        );
        assert!(Question::user_input(&json!({"questions": [{}]})).is_err());
    }

    #[test]
    fn a_form_is_made_from_its_schema_and_answered_with_its_types() {
        let schema = json!({"properties": {
            "name": {"type": "string", "title": "Name"}, "age": {"type": "integer"}, "ok": {"type": "boolean", "default": true},
            "size": {"type": "string", "enum": ["s", "m"], "default": "m"}, "tags": {"type": "array", "items": {"enum": ["x", "y"]}},
        }, "required": ["name"]});
        let question = Question::elicitation(&json!({"mode": "form", "server_name": "S", "requestedSchema": schema}))
            .expect("a form");
        let mut entries: Vec<Entry> = question.fields.iter().map(|field| field.value.clone()).collect();
        assert_eq!(accept(&question, entries.clone()).map_err(|(field, _)| field), Err(0));
        entries[0] = Entry::Text("Ada".into());
        entries[1] = Entry::Text("x".into());
        assert_eq!(accept(&question, entries.clone()).map_err(|(field, _)| field), Err(1));
        entries[1] = Entry::Text("36".into());
        entries[4] = Entry::Picked(vec![1]);
        let content = json!({"name": "Ada", "age": 36, "ok": true, "size": "m", "tags": ["y"]});
        assert_eq!(accept(&question, entries), Ok(json!({"action": "accept", "content": content})));
        assert_eq!(question.answer(&Decision::Decline), Ok(json!({"action": "decline"})));
        assert!(Question::elicitation(&json!({"mode": "url", "url": "javascript:alert(1)"})).is_err());
    }
}
