//! What the Python worker says through its frame: a JSON head and binary payloads (SECURITY.md 2.7).
//! Everything here is hostile until it has been read into these types.

use super::execute::StreamName;
use super::mime::{MimeBundle, MimeData};
use crate::ids::{DisplayId, MsgId};
use serde::Deserialize;
use serde_json::Value;

/// The head of one message.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Head {
    /// The interpreter is up and hardened; once.
    Ready {
        /// Whether interrupt and input go over shared memory.
        #[serde(default)]
        isolated: bool,
        /// What it has installed from its beginning.
        #[serde(default)]
        packages: Vec<String>,
    },
    /// The code imports modules that have to be installed first; it waits.
    Need {
        /// The run.
        id: MsgId,
        /// Top-level module names.
        imports: Vec<String>,
        /// Whether nothing of the code has run yet.
        #[serde(default)]
        early: bool,
    },
    /// An installation ended.
    Installed {
        /// The run that needed it.
        id: MsgId,
        /// What was loaded.
        #[serde(default)]
        names: Vec<String>,
        /// What went wrong, if anything.
        #[serde(default)]
        bad: Option<String>,
    },
    /// Text was written; one payload.
    Stream {
        /// The run.
        id: MsgId,
        /// Where.
        name: StreamName,
    },
    /// A value is to be shown; one payload for each media type.
    Display {
        /// The run.
        id: MsgId,
        /// Which of the three.
        kind: DisplayKind,
        /// Names the display.
        #[serde(default)]
        display_id: Option<DisplayId>,
        /// In the order of the payloads.
        mimes: Vec<String>,
        /// By media type.
        #[serde(default)]
        metadata: Value,
    },
    /// The outputs so far are to be removed.
    ClearOutput {
        /// The run.
        id: MsgId,
        /// Only when the next one comes.
        #[serde(default)]
        wait: bool,
    },
    /// Text over the run's limit; one payload.
    Overflow {
        /// The run.
        id: MsgId,
        /// Where it was written.
        name: StreamName,
        /// Bytes that were not kept.
        #[serde(default)]
        dropped: u64,
    },
    /// The code waits for a line.
    InputRequest {
        /// The run.
        id: MsgId,
        /// What to show before the field.
        #[serde(default)]
        prompt: String,
        /// Whether what is typed is to be hidden.
        #[serde(default)]
        password: bool,
    },
    /// A file that a run has changed; one payload, its bytes.
    File {
        /// Where, in the interpreter's file system.
        path: String,
        /// Whether it is there no longer.
        #[serde(default)]
        gone: bool,
        /// The number of the last change of the page that the interpreter knew of.
        #[serde(default)]
        seen: u32,
    },
    /// The code asks for something of the network; one payload, what it sends.
    Fetch {
        /// Names the request.
        id: u32,
        /// Where.
        url: String,
        /// `GET` and so on.
        method: String,
        /// Names and values.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// The code has given up a request.
    FetchEnd {
        /// As it was named.
        id: u32,
    },
    /// The answer to a question; one payload, its JSON.
    Answer {
        /// The question's.
        id: MsgId,
    },
    /// The run ended; one payload, the JSON of a [`Reply`].
    Reply {
        /// The run.
        id: MsgId,
    },
    /// The interpreter is gone.
    Dead {
        /// Why, in its own words.
        #[serde(default)]
        why: String,
    },
    /// The worker itself failed, outside a run.
    Error {
        /// Why, in its own words.
        #[serde(default)]
        error: String,
    },
}

/// The three messages that show a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::enum_variant_names, reason = "Jupyter's names")]
pub enum DisplayKind {
    /// `display_data`
    DisplayData,
    /// `execute_result`
    ExecuteResult,
    /// `update_display_data`
    UpdateDisplayData,
}

impl StreamName {
    /// The name as Python and Jupyter write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

impl<'de> Deserialize<'de> for StreamName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "stdout" => Ok(Self::Stdout),
            "stderr" => Ok(Self::Stderr),
            other => Err(serde::de::Error::custom(format!("no stream is called {other}"))),
        }
    }
}

/// How a run ended, as the worker's Python tells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// `ok` or `error`.
    pub status: String,
    /// The last expression's value.
    pub result: Value,
    /// The exception's class.
    pub ename: String,
    /// The exception's text.
    pub evalue: String,
    /// The traceback's lines.
    pub traceback: Vec<String>,
}

/// A head with its payloads.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerMessage {
    /// What it is.
    pub head: Head,
    /// What comes with it.
    pub payloads: Vec<Vec<u8>>,
}

impl WorkerMessage {
    /// Reads a head. `None` if it is not one that we know: the kernel that sent it can't be trusted further.
    pub fn parse(head: &[u8], payloads: Vec<Vec<u8>>) -> Option<Self> {
        serde_json::from_slice(head).ok().map(|head| Self { head, payloads })
    }

    /// The first payload as text; wrong UTF-8 is replaced.
    pub fn text(&self) -> String {
        self.payloads.first().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    /// The payloads as a mime bundle, by the media types of the head; surplus of either side is left out.
    pub fn bundle(self, mimes: Vec<String>) -> MimeBundle {
        mimes
            .into_iter()
            .zip(self.payloads)
            .map(|(media_type, payload)| {
                let data = MimeData::from_payload(&media_type, payload);
                (media_type, data)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_heads_are_read() {
        let read = |text: &str| WorkerMessage::parse(text.as_bytes(), vec![]).map(|message| message.head);
        assert_eq!(
            read(r#"{"t":"stream","id":"1","name":"stdout","more":1}"#),
            Some(Head::Stream { id: "1".into(), name: StreamName::Stdout })
        );
        for hostile in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"t":1}"#,
            r#"{"t":"stream","id":{},"name":"stdout"}"#,
            r#"{"t":"stream","id":"1","name":"toString"}"#,
            r#"{"t":"__proto__"}"#,
        ] {
            assert_eq!(read(hostile), None, "{hostile}");
        }
    }
}
