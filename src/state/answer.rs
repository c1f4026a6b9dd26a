//! What a run put out, made into the answer to an `execute:python` call (PROTOCOL.md 4.2, 4.3): figures
//! become uploaded files whose links stand where the figures came, and the whole stays below the limit of
//! the socket.

use crate::ids::FileId;
use crate::protocol::chart::{Kind, LONGEST_OUTPUT, chart};
use crate::protocol::chat::content_path;
use crate::protocol::execute::{ExecuteReply, KernelMessage, ReplyStatus, StreamName};
use crate::protocol::mime::{MimeBundle, SVG, attachable};
use crate::state::outputs::{Body, Outputs};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Arc;

/// The largest answer in bytes of JSON. The server's limit is 16 MiB a packet, and a larger one ends the
/// connection (PROTOCOL.md 1.1); the rest is room for the packet around it.
const MAX_ANSWER: usize = (16 << 20) - (64 << 10);

/// A file that has to be uploaded before the answer can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// What the server shall call it.
    pub name: String,
    /// Its media type.
    pub media_type: Cow<'static, str>,
    /// Its content.
    pub data: Arc<[u8]>,
    /// What the content describes, if it is a chart that is to be drawn: the picture is what is uploaded.
    pub chart: Option<Kind>,
}

/// How an upload ended: the stored file, or a sentence that says why not.
pub type Uploaded = Result<FileId, String>;

/// Collects a run's messages until it ends.
#[derive(Debug, Default)]
pub struct Collector {
    outputs: Outputs,
    /// Sentences of ours.
    warnings: String,
}

impl Collector {
    /// Takes a message of the run.
    pub fn hear(&mut self, message: &KernelMessage) {
        match message {
            KernelMessage::Output { output, .. } => drop(self.outputs.push(output.clone())),
            KernelMessage::UpdateDisplay { display_id, display, .. } => {
                self.outputs.update_display(display_id, display);
            }
            KernelMessage::Overflow { name, data, dropped, .. } => {
                self.outputs.overflow(*name, data.clone(), *dropped);
            }
            KernelMessage::ClearOutput { wait, .. } => drop(self.outputs.clear(*wait)),
            _ => {}
        }
    }

    /// What it has put out so far.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// Adds a sentence of ours to stderr.
    pub fn warn(&mut self, sentence: &str) {
        self.warnings.push_str(sentence);
        self.warnings.push('\n');
    }

    /// The run ended: the answer, as far as it can be told before the uploads.
    pub fn finish(self, reply: &ExecuteReply) -> Draft {
        let mut draft = Draft { stderr: self.warnings, result: reply.result.clone(), ..Draft::default() };
        // Bytes kept of both streams over the run's limit, and how many more there were.
        let mut rest = [(Vec::new(), 0), (Vec::new(), 0)];
        for item in self.outputs.items() {
            match &item.body {
                Body::Stream { name: StreamName::Stdout, text } => draft.print(text),
                Body::Stream { name: StreamName::Stderr, text } => draft.stderr.push_str(text),
                Body::Display(display) => draft.show(&display.data, true),
                Body::Result(display) => draft.show(&display.data, false),
                Body::Error(error) => {
                    start_line(&mut draft.stderr);
                    draft.stderr.push_str(&error.traceback.join("\n"));
                    draft.stderr.push('\n');
                }
                Body::Overflow { name, data, dropped } => {
                    let (bytes, more) = &mut rest[usize::from(*name == StreamName::Stderr)];
                    bytes.extend_from_slice(data);
                    *more += dropped;
                }
            }
        }
        if reply.status == ReplyStatus::Aborted && draft.stderr.is_empty() {
            draft.stderr.push_str("The run was cancelled before it began.\n");
        }
        draft.cut(rest);
        draft
    }
}

#[derive(Debug)]
enum Piece {
    Text(String),
    /// Stands for the upload of this number.
    File(usize),
}

/// An answer that waits for its uploads.
#[derive(Debug, Default)]
pub struct Draft {
    stdout: Vec<Piece>,
    stderr: String,
    result: Value,
    uploads: Vec<Upload>,
    /// The upload that holds what was cut from stdout and stderr.
    rest: [Option<usize>; 2],
    /// What was cut, in words.
    rest_of: [Option<String>; 2],
}

impl Draft {
    /// What has to be uploaded, in order; [`Draft::answer`] wants one result for each.
    pub fn uploads(&self) -> &[Upload] {
        &self.uploads
    }

    fn print(&mut self, text: &str) {
        match self.stdout.last_mut() {
            Some(Piece::Text(sofar)) => sofar.push_str(text),
            _ => self.stdout.push(Piece::Text(text.to_owned())),
        }
    }

    /// `as_text`: whether a value without a picture is printed. The value of the last expression isn't: it is
    /// the answer's `result`.
    fn show(&mut self, bundle: &MimeBundle, as_text: bool) {
        if let Some((media_type, extension, data)) = attachable(bundle) {
            let number = self.uploads.len() + 1;
            let kind = media_type.split('/').next().filter(|kind| *kind != "image").unwrap_or("figure");
            self.stdout.push(Piece::File(self.uploads.len()));
            let name = format!("{kind}-{number}.{extension}");
            self.uploads.push(Upload { name, media_type: media_type.into(), data, chart: None });
        } else if let Some((kind, source)) = chart(bundle).filter(|(_, source)| source.len() <= LONGEST_OUTPUT) {
            let name = format!("chart-{}.svg", self.uploads.len() + 1);
            self.stdout.push(Piece::File(self.uploads.len()));
            let data = source.as_bytes().into();
            self.uploads.push(Upload { name, media_type: SVG.into(), data, chart: Some(kind) });
        } else if as_text && let Some(text) = bundle.get("text/plain").and_then(|data| data.text()) {
            self.print(&format!("{text}\n"));
        }
    }

    /// Moves what doesn't fit into files.
    fn cut(&mut self, kept: [(Vec<u8>, u64); 2]) {
        let result = self.result.to_string().len();
        let mut budget = MAX_ANSWER.saturating_sub(result.min(MAX_ANSWER / 4) + (1 << 16));
        if result > MAX_ANSWER / 4 {
            self.result = json!(format!("The result was left out: its JSON has {result} bytes."));
        }
        let mut rests = kept.map(|(bytes, dropped)| (bytes, dropped));
        // stderr first: it holds the traceback, and is short unless a program misuses it.
        let at = fitting(&self.stderr, &mut budget);
        let cut = self.stderr.split_off(at);
        rests[1].0.splice(0..0, cut.into_bytes());
        let mut over = Vec::new();
        for piece in &mut self.stdout {
            if let Piece::Text(text) = piece {
                let at = if over.is_empty() { fitting(text, &mut budget) } else { 0 };
                over.extend(text.split_off(at).into_bytes());
            }
        }
        rests[0].0.splice(0..0, over);
        for (which, (bytes, dropped)) in rests.into_iter().enumerate() {
            if bytes.is_empty() && dropped == 0 {
                continue;
            }
            let name = ["stdout", "stderr"][which];
            let lost = if dropped > 0 { format!("; {dropped} more bytes were not kept") } else { String::new() };
            self.rest_of[which] =
                Some(format!("[{name} was cut here: {} more bytes are in ", bytes.len()) + "{file}" + &lost + "]");
            self.rest[which] = Some(self.uploads.len());
            self.uploads.push(Upload {
                name: format!("{name}-rest.txt"),
                media_type: "text/plain".into(),
                data: bytes.into(),
                chart: None,
            });
        }
    }

    /// The answer, one JSON value; `uploaded` has one result for each of [`Draft::uploads`].
    pub fn answer(&self, uploaded: &[Uploaded]) -> Value {
        let result = |number: usize| match uploaded.get(number) {
            Some(Ok(id)) => Ok(content_path(id)),
            Some(Err(why)) => Err(why.as_str()),
            None => Err("it was not uploaded"),
        };
        let mut stdout = String::new();
        for piece in &self.stdout {
            match piece {
                Piece::Text(text) => stdout.push_str(text),
                Piece::File(number) => {
                    start_line(&mut stdout);
                    let Upload { name, media_type, .. } = &self.uploads[*number];
                    // Only pictures that pages show by themselves are shown by the server's (PROTOCOL.md 4.3).
                    let (mark, label) = match media_type.starts_with("image/") && *media_type != SVG {
                        true => ("!", format!("Figure {}", number + 1)),
                        false => ("", name.clone()),
                    };
                    stdout.push_str(&match result(*number) {
                        Ok(path) => format!("{mark}[{label}]({path})\n"),
                        Err(why) => format!("[{label} could not be uploaded: {why}]\n"),
                    });
                }
            }
        }
        let mut stderr = self.stderr.clone();
        for (which, text) in [&mut stdout, &mut stderr].into_iter().enumerate() {
            if let (Some(number), Some(words)) = (self.rest[which], &self.rest_of[which]) {
                let file = match result(number) {
                    Ok(path) => format!("[{}]({path})", self.uploads[number].name),
                    Err(why) => format!("a file that could not be uploaded: {why}"),
                };
                text.push('\n');
                text.push_str(&words.replace("{file}", &file));
                text.push('\n');
            }
        }
        json!({"stdout": stdout, "stderr": none_if_empty(stderr), "result": self.result})
    }
}

fn none_if_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn start_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// How many bytes of a text fit into a budget of JSON bytes, which shrinks by what they take.
fn fitting(text: &str, budget: &mut usize) -> usize {
    for (at, c) in text.char_indices() {
        let size = match c {
            '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
            '\0'..='\u{1f}' => 6,
            c => c.len_utf8(),
        };
        match budget.checked_sub(size) {
            Some(left) => *budget = left,
            None => return at,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::execute::{Display, ErrorInfo, Output};
    use crate::protocol::mime::MimeData;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    fn print(name: StreamName, text: &str) -> KernelMessage {
        KernelMessage::Output { parent: "1".into(), output: Output::Stream { name, text: text.into() } }
    }

    fn figure() -> KernelMessage {
        let mut display = Display::default();
        display.data.insert("image/png".into(), MimeData::Bytes(PNG.into()));
        display.data.insert("text/plain".into(), MimeData::Text("<Figure>".into()));
        KernelMessage::Output { parent: "1".into(), output: Output::DisplayData(display) }
    }

    fn collect(messages: &[KernelMessage], reply: &ExecuteReply) -> Draft {
        let mut collector = Collector::default();
        messages.iter().for_each(|message| collector.hear(message));
        collector.finish(reply)
    }

    #[test]
    fn a_chart_is_a_picture_that_is_drawn_for_its_upload_and_one_that_brings_a_picture_is_not() {
        let chart = |types: &[&str]| {
            let value = |name: &&str| ((*name).to_owned(), MimeData::from_payload(name, PNG.to_vec()));
            let display = Display { data: types.iter().map(value).collect(), ..Display::default() };
            KernelMessage::Output { parent: "1".into(), output: Output::ExecuteResult(display) }
        };
        let plotly = "application/vnd.plotly.v1+json";
        let draft = collect(&[chart(&[plotly, "text/plain"]), chart(&[plotly, "image/png"])], &ExecuteReply::default());
        let uploads: Vec<_> = draft.uploads().iter().map(|upload| (upload.name.as_str(), upload.chart)).collect();
        assert_eq!(uploads, [("chart-1.svg", Some(Kind::Plotly)), ("figure-2.png", None)]);
        let answer = draft.answer(&[Ok("id-1".into()), Ok("id-2".into())]);
        let stdout = "[chart-1.svg](/api/v1/files/id-1/content)\n![Figure 2](/api/v1/files/id-2/content)\n";
        assert_eq!(answer["stdout"], stdout);
    }

    #[test]
    fn a_figures_link_stands_where_the_figure_came() {
        let draft = collect(
            &[print(StreamName::Stdout, "before"), figure(), print(StreamName::Stdout, "after\n"), figure()],
            &ExecuteReply { result: json!(7), ..Default::default() },
        );
        assert_eq!(
            draft.uploads().iter().map(|upload| upload.name.as_str()).collect::<Vec<_>>(),
            ["figure-1.png", "figure-2.png"]
        );
        let answer = draft.answer(&[Ok("id-1".into()), Err("the server said no".into())]);
        assert_eq!(
            answer,
            json!({
                "stdout": "before\n![Figure 1](/api/v1/files/id-1/content)\nafter\n[Figure 2 could not be uploaded: the server said no]\n",
                "stderr": null,
                "result": 7,
            })
        );
    }

    #[test]
    fn only_what_is_left_at_the_end_is_answered_and_uploaded() {
        let clear = |wait| KernelMessage::ClearOutput { parent: "1".into(), wait };
        let mut named = figure();
        if let KernelMessage::Output { output: Output::DisplayData(display), .. } = &mut named {
            display.display_id = Some("d".into());
        }
        let better = Display {
            data: [("image/jpeg".to_owned(), MimeData::Bytes(b"\xff\xd8\xff"[..].into()))].into(),
            ..Display::default()
        };
        let update = KernelMessage::UpdateDisplay { parent: "1".into(), display_id: "d".into(), display: better };
        let live = [figure(), clear(true), figure(), clear(true), named, update, print(StreamName::Stdout, "done")];
        let draft = collect(&live, &ExecuteReply::default());
        assert_eq!(draft.uploads().iter().map(|upload| &*upload.media_type).collect::<Vec<_>>(), ["image/jpeg"]);
        assert_eq!(draft.answer(&[Ok("f".into())])["stdout"], "![Figure 1](/api/v1/files/f/content)\ndone");
        let kept = collect(&[print(StreamName::Stdout, "kept"), clear(true)], &ExecuteReply::default());
        assert_eq!(kept.answer(&[])["stdout"], "kept", "nothing took its place");
        let gone = collect(&[print(StreamName::Stdout, "gone"), clear(false)], &ExecuteReply::default());
        assert_eq!(gone.answer(&[])["stdout"], "");
    }

    #[test]
    fn a_sound_and_a_drawing_are_files_with_links() {
        let show = |media_type: &str, data: &[u8]| {
            let data = MimeData::from_payload(media_type, data.to_vec());
            let display = Display { data: [(media_type.to_owned(), data)].into(), ..Display::default() };
            KernelMessage::Output { parent: "1".into(), output: Output::ExecuteResult(display) }
        };
        let draft = collect(&[show("audio/wav", b"RIFF"), show("image/svg+xml", b"<svg/>")], &ExecuteReply::default());
        assert_eq!(&*draft.uploads()[1].data, b"<svg/>");
        let answer = draft.answer(&[Ok("a".into()), Ok("b".into())]);
        assert_eq!(
            answer["stdout"],
            "[audio-1.wav](/api/v1/files/a/content)\n[figure-2.svg](/api/v1/files/b/content)\n"
        );
    }

    #[test]
    fn an_error_is_answered_with_its_traceback() {
        let error = ErrorInfo {
            ename: "ValueError".into(),
            evalue: "no".into(),
            traceback: vec!["Traceback".into(), "ValueError: no".into()],
        };
        let message = KernelMessage::Output { parent: "1".into(), output: Output::Error(error) };
        let draft = collect(&[print(StreamName::Stderr, "warned"), message], &ExecuteReply::default());
        assert_eq!(draft.answer(&[])["stderr"], "warned\nTraceback\nValueError: no\n");
    }

    #[test]
    fn output_over_the_runs_limit_is_a_file_and_a_line_that_says_so() {
        let overflow = KernelMessage::Overflow {
            parent: "1".into(),
            name: StreamName::Stdout,
            data: b"tail".as_slice().into(),
            dropped: 5,
        };
        let draft = collect(&[print(StreamName::Stdout, "head"), overflow], &ExecuteReply::default());
        assert_eq!(&*draft.uploads()[0].data, b"tail");
        assert_eq!(
            draft.answer(&[Ok("f".into())])["stdout"],
            "head\n[stdout was cut here: 4 more bytes are in [stdout-rest.txt](/api/v1/files/f/content); 5 more bytes were not kept]\n"
        );
    }

    #[test]
    fn no_answer_is_larger_than_the_socket_takes_and_nothing_is_lost() {
        let text = "\u{1}\"é\n".repeat(3 << 20);
        let reply = ExecuteReply { result: json!("x".repeat(9 << 20)), ..Default::default() };
        let draft = collect(&[print(StreamName::Stdout, &text), print(StreamName::Stderr, &text)], &reply);
        let answer = draft.answer(&[Ok("a".into()), Ok("b".into())]);
        assert!(answer.to_string().len() <= MAX_ANSWER, "{}", answer.to_string().len());
        for (which, name) in ["stdout", "stderr"].iter().enumerate() {
            let shown = answer[*name].as_str().expect("text");
            let at = shown.find(&format!("\n[{name} was cut here")).expect("a line that says so");
            let rest = std::str::from_utf8(&draft.uploads()[which].data).expect("whole characters");
            assert_eq!(format!("{}{rest}", &shown[..at]), text);
        }
    }
}
