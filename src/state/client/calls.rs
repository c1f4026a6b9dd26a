//! Calls of the server: each is answered exactly once, or void because its socket is gone (PROTOCOL.md 1.6).

use super::{Change, Client, Connection, Effect, Update};
use crate::ids::{CallId, ChatId, MsgId};
use crate::protocol::chat::{ChatCall, Envelope};
use crate::protocol::execute::{ExecuteRequest, InputFile, KernelMessage, KernelRequest, KernelStatus, Limits};
use crate::state::answer::{Collector, Draft, Uploaded};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Time that a call's code may run, in ms; loading of packages apart (PROTOCOL.md 4.5 has the same).
const TIME_LIMIT: f64 = 60_000.0;

/// The calls that are open.
#[derive(Debug, Default)]
pub(super) struct Calls(BTreeMap<CallId, Call>);

#[derive(Debug)]
struct Call {
    chat: ChatId,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Its files are on their way.
    Fetching { code: String },
    /// Its code runs, under its own id.
    Running(Collector),
    /// What it left is stored.
    Uploading { draft: Draft, results: Vec<Option<Uploaded>> },
}

impl Calls {
    /// Whether code runs for a chat.
    pub(super) fn runs_in(&self, chat: &ChatId) -> bool {
        self.0.values().any(|call| call.chat == *chat && matches!(call.stage, Stage::Running(_)))
    }
}

fn error(text: impl Into<String>) -> Value {
    json!({"error": text.into()})
}

impl Client {
    /// Takes a call. What this client has no answer to is refused at once.
    pub(super) fn call(&mut self, envelope: Option<Envelope>, id: CallId, update: &mut Update) {
        let Some(envelope) = envelope else {
            update.effects.push(Effect::Ack(id, error("This call has no type.")));
            return;
        };
        let answer = match ChatCall::parse(&envelope.kind, &envelope.data) {
            ChatCall::ExecutePython { code, session_id, files } => {
                let mine = matches!(&self.connection, Connection::Connected(sid)
                    if session_id.as_ref().is_none_or(|wanted| wanted == sid));
                if mine && !self.calls.0.contains_key(&id) {
                    let chat = envelope.chat_id.unwrap_or_default();
                    let stage = Stage::Fetching { code };
                    self.calls.0.insert(id.clone(), Call { chat, stage });
                    if files.is_empty() {
                        self.fetched(id, Vec::new(), update);
                    } else {
                        update.effects.push(Effect::Fetch(id, files));
                    }
                    return;
                }
                error("This call is meant for another session.")
            }
            // An error object would count as a yes in a plugin that asks `if await confirm()`.
            ChatCall::Confirmation => {
                self.notify("warning", refused("to confirm something", &envelope.data), update);
                json!(false)
            }
            ChatCall::Input => {
                self.notify("warning", refused("for a line of text", &envelope.data), update);
                json!(false)
            }
            ChatCall::Execute => error("execute is switched off"),
            ChatCall::Unknown => error(format!("This client has no answer to {:?}.", envelope.kind)),
        };
        update.effects.push(Effect::Ack(id, answer));
    }

    /// The files of a call are there: its code can run.
    pub(super) fn fetched(&mut self, id: CallId, files: Vec<Result<InputFile, String>>, update: &mut Update) {
        let Some(call) = self.calls.0.get_mut(&id) else { return };
        let Stage::Fetching { code } = &mut call.stage else { return };
        let code = std::mem::take(code);
        let mut collector = Collector::default();
        let mut there = Vec::new();
        for file in files {
            match file {
                Ok(file) => there.push(file),
                Err(why) => collector.warn(&why),
            }
        }
        call.stage = Stage::Running(collector);
        let request = ExecuteRequest {
            id: run_id(&id),
            code,
            files: there,
            timeout_ms: Some(TIME_LIMIT),
            limits: Limits::default(),
        };
        update.effects.push(Effect::Kernel(call.chat.clone(), KernelRequest::Execute(request)));
    }

    /// A kernel said something.
    pub(super) fn kernel(&mut self, chat: ChatId, message: KernelMessage, update: &mut Update) {
        if self.chat.id.as_ref() == Some(&chat) {
            match &message {
                KernelMessage::Status(status) => {
                    self.kernel = *status;
                    if *status != KernelStatus::Busy && *status != KernelStatus::Starting {
                        self.progress = None;
                    }
                    update.changes.push(Change::Kernel);
                }
                KernelMessage::Progress(progress) => {
                    self.progress = Some(progress.clone());
                    update.changes.push(Change::Kernel);
                }
                KernelMessage::Started { .. } => {
                    self.progress = None;
                    update.changes.push(Change::Kernel);
                }
                _ => {}
            }
        }
        // Nobody can type a line for code that a model runs: end of file, so that it goes on.
        if let KernelMessage::InputRequest { parent, .. } = &message {
            let request = KernelRequest::InputReply { parent: parent.clone(), line: None };
            update.effects.push(Effect::Kernel(chat, request));
            return;
        }
        let Some(id) = message.parent().map(|parent| CallId(parent.0.clone())) else { return };
        let Some(call) = self.calls.0.get_mut(&id) else { return };
        let Stage::Running(collector) = &mut call.stage else { return };
        let KernelMessage::Reply { reply, .. } = &message else {
            collector.hear(&message);
            return;
        };
        let draft = std::mem::take(collector).finish(reply);
        for (number, upload) in draft.uploads().iter().enumerate() {
            update.effects.push(Effect::Upload(id.clone(), number, upload.clone()));
        }
        let results = vec![None; draft.uploads().len()];
        call.stage = Stage::Uploading { draft, results };
        self.answer_if_ready(&id, update);
    }

    /// An upload of a call ended.
    pub(super) fn uploaded(&mut self, id: &CallId, number: usize, result: Uploaded, update: &mut Update) {
        if let Some(Call { stage: Stage::Uploading { results, .. }, .. }) = self.calls.0.get_mut(id)
            && let Some(slot) = results.get_mut(number)
        {
            *slot = Some(result);
            self.answer_if_ready(id, update);
        }
    }

    fn answer_if_ready(&mut self, id: &CallId, update: &mut Update) {
        let Some(Call { stage: Stage::Uploading { draft, results }, .. }) = self.calls.0.get(id) else { return };
        if let Some(results) = results.iter().cloned().collect::<Option<Vec<_>>>() {
            update.effects.push(Effect::Ack(id.clone(), draft.answer(&results)));
            self.calls.0.remove(id);
        }
    }

    /// The socket is gone, and with it the way back for every answer: the server has told its model so.
    pub(super) fn abandon_calls(&mut self, reason: &str, update: &mut Update) {
        let calls = std::mem::take(&mut self.calls.0);
        for (id, call) in &calls {
            if matches!(call.stage, Stage::Running(_)) {
                update.effects.push(Effect::Kernel(call.chat.clone(), KernelRequest::Cancel(run_id(id))));
            }
        }
        if !calls.is_empty() {
            let text = format!(
                "The connection was lost ({reason}) while code ran, so its result could not reach the model. Ask again when the connection is back."
            );
            self.notify("warning", text, update);
        }
    }
}

/// A call's run has the call's id.
fn run_id(id: &CallId) -> MsgId {
    MsgId(id.0.clone())
}

fn refused(what: &str, data: &Value) -> String {
    let title = data["title"].as_str().unwrap_or("without a title");
    format!("The server asked {what} ({title}). This page can't show that question yet, so it was answered with no.")
}
