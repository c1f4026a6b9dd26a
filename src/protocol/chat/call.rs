//! Events that wait for an answer (PROTOCOL.md 1.6, 2.3, 2.6, 4.2, 4.6).

use super::question::Question;
use super::{is_file_id, text};
use crate::ids::FileId;
use serde_json::Value;

/// Bytes of code that are looked at; more is no code that a person or a model wrote.
const LONGEST_CODE: usize = 1 << 20;

/// An event that waits for an answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatCall {
    /// Python to run in the browser (4.2).
    ExecutePython {
        /// Python source.
        code: String,
        /// Files of the server that the code may read.
        files: Vec<CallFile>,
    },
    /// JavaScript for the page (4.6).
    Execute(String),
    /// Something that the person has to answer (2.3, 2.6).
    Question(Box<Question>),
    /// Something to be asked of a service that the person has set up for this browser (2.6).
    Direct(DirectCall),
    /// An animation of an avatar.
    Animation,
    /// Anything else.
    Unknown,
}

/// A request that the browser makes in the server's place.
#[derive(Clone, Debug, PartialEq)]
pub enum DirectCall {
    /// A tool of an OpenAPI server.
    Tool {
        /// The server's address; only servers that the person has set up are asked.
        server: String,
        /// The operation.
        name: String,
        /// Its arguments.
        params: Value,
    },
    /// A turn of an OpenAI-compatible model.
    Completion {
        /// The request's body.
        form: Value,
        /// The model, as this client sent it.
        model: Value,
        /// The socket event that carries the lines of the answer.
        channel: String,
    },
    /// A path of a terminal.
    Terminal {
        /// Which.
        id: String,
        /// What to read there.
        path: String,
    },
    /// Whether the person's shell in a terminal is connected.
    TerminalState,
}

/// A file that a call names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFile {
    /// Its id on the server.
    pub id: FileId,
    /// As the user knows it; not yet safe to write.
    pub name: String,
}

impl ChatCall {
    /// What a call asks for.
    ///
    /// # Errors
    /// A sentence: the call can't be read, or isn't meant for this session.
    pub fn parse(kind: &str, data: &Value, session: &str) -> Result<Self, String> {
        // Null is not "whoever": it would match a client without a session (hostile case EVT098).
        match data.get("session_id") {
            None => {}
            Some(Value::String(wanted)) if wanted == session => {}
            Some(_) => return Err("This call is meant for another session.".into()),
        }
        let field = |name: &str| {
            text(data, name).map(str::to_owned).ok_or_else(|| format!("This call has no text in its field {name:?}."))
        };
        Ok(match kind {
            "execute:python" => {
                Self::ExecutePython { code: code(field("code")?)?, files: CallFile::all(&data["files"]) }
            }
            "execute" => Self::Execute(code(field("code")?)?),
            "confirmation" => Self::Question(Question::confirmation(data).into()),
            "input" => Self::Question(Question::input(data).into()),
            "request:user_input" => Self::Question(Question::user_input(data)?.into()),
            "request:elicitation" => Self::Question(Question::elicitation(data)?.into()),
            "execute:tool" => Self::Direct(DirectCall::Tool {
                server: text(&data["server"], "url").ok_or("Tool Server Not Found")?.to_owned(),
                name: field("name")?,
                params: data["params"].clone(),
            }),
            "request:chat:completion" => Self::Direct(DirectCall::Completion {
                form: data["form_data"].clone(),
                model: data["model"].clone(),
                channel: field("channel")?,
            }),
            "request:terminal" => {
                Self::Direct(DirectCall::Terminal { id: field("terminal_id")?, path: field("path")? })
            }
            "request:terminal:state" => Self::Direct(DirectCall::TerminalState),
            "voice:play_animation" => Self::Animation,
            _ => Self::Unknown,
        })
    }
}

fn code(code: String) -> Result<String, String> {
    if code.len() > LONGEST_CODE { Err("This code is longer than 1 MB, so it was not run.".into()) } else { Ok(code) }
}

impl CallFile {
    /// The files of a list that have an id.
    pub fn all(files: &Value) -> Vec<Self> {
        files.as_array().into_iter().flatten().filter_map(Self::of).collect()
    }

    /// A file, if it has an id.
    pub fn of(value: &Value) -> Option<Self> {
        let name = ["filename", "name"].iter().find_map(|field| text(value, field)).unwrap_or("file");
        Some(Self { id: text(value, "id").filter(|id| is_file_id(id))?.into(), name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::chat::{Kind, TYPES};
    use serde_json::json;

    #[test]
    fn every_call_of_the_table_is_known() {
        let data = json!({"code": "1", "name": "n", "channel": "c", "terminal_id": "t", "path": "/", "mode": "url", "url": "https://a",
            "server": {"url": "https://t"}, "questions": [{"id": "q", "question": "?", "options": [{"label": "a"}]}]});
        for row in TYPES {
            let known = !matches!(ChatCall::parse(row.names[0], &data, "s"), Ok(ChatCall::Unknown));
            assert_eq!(known, row.kind == Kind::Call, "{}", row.names[0]);
        }
    }

    #[test]
    fn a_call_for_another_session_is_refused() {
        for (data, mine) in [
            (json!({"code": ""}), true),
            (json!({"code": "", "session_id": "me"}), true),
            (json!({"code": "", "session_id": "you"}), false),
            (json!({"code": "", "session_id": null}), false),
        ] {
            assert_eq!(ChatCall::parse("execute:python", &data, "me").is_ok(), mine, "{data}");
        }
    }

    #[test]
    fn code_that_is_none_is_refused() {
        for code in [json!(null), json!(1), json!({"a": 1}), json!(["print(1)"]), json!("x".repeat(LONGEST_CODE + 1))] {
            for kind in ["execute", "execute:python"] {
                assert!(ChatCall::parse(kind, &json!({"code": code}), "").is_err());
            }
        }
    }

    #[test]
    fn a_file_id_that_could_leave_its_folder_is_no_file() {
        let files = json!([{"id": "../../x", "name": "a"}, {"name": "b"}, 3, {"id": "f-1", "filename": "c.csv"}]);
        assert_eq!(CallFile::all(&files), [CallFile { id: "f-1".into(), name: "c.csv".into() }]);
    }
}
