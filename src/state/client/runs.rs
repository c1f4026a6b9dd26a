//! Code of the conversation that the person runs, in the kernel of its chat: what is defined stays for the next run, and
//! runs queue there with those of the server's calls. What they put out is kept as long as the session.

use super::{Change, Client, Effect, Update};
use crate::ids::{ChatId, MessageId, MsgId};
use crate::protocol::chat::CallFile;
use crate::protocol::execute::{
    ErrorInfo, ExecuteReply, ExecuteRequest, InputFile, KernelMessage, KernelRequest, Output, ReplyStatus, StreamName,
};
use crate::state::chat::Role;
use crate::state::outputs::{self, Body, OutputKey, Outputs};
use crate::state::strings;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names a place where code of the conversation is run; the view's to make, never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunPlace(pub u32);

/// The last run in a place.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Where it stands.
    pub phase: RunPhase,
    /// What it put out.
    pub outputs: Outputs,
    /// The line that it waits for: what to show before the field, and whether what is typed is to be hidden.
    pub question: Option<(String, bool)>,
    chat: ChatId,
    message: MessageId,
    code: String,
    id: MsgId,
    /// Which life of its kernel it was run in, and its number there, by which tracebacks name it.
    cell: Option<(u32, u32)>,
    /// Whether its files are on their way; its kernel doesn't know of it yet.
    is_fetching: bool,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunPhase {
    /// Its kernel starts, its packages are loaded, or other code of the chat runs before it.
    #[default]
    Waiting,
    /// It runs.
    Running,
    /// It has ended.
    Ended(ReplyStatus),
}

impl RunPhase {
    /// Whether it has ended.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

/// The runs of a session.
#[derive(Debug, Default)]
pub struct Runs {
    places: BTreeMap<RunPlace, Run>,
    count: u64,
    /// How often the kernel of each chat has begun anew: its runs are counted from 1 then.
    lives: BTreeMap<ChatId, u32>,
}

impl Runs {
    /// The run in a place.
    pub fn get(&self, place: RunPlace) -> Option<&Run> {
        self.places.get(&place)
    }

    /// Where this code of a message was run last.
    pub fn place_of(&self, message: &MessageId, code: &str) -> Option<RunPlace> {
        let ran = |(_, run): &(&RunPlace, &Run)| run.message == *message && run.code == code;
        self.places.iter().rev().find(ran).map(|(place, _)| *place)
    }

    /// Where the code stands that a traceback of this place names by its number.
    pub fn named(&self, by: RunPlace, number: u32) -> Option<RunPlace> {
        let by = self.places.get(&by)?;
        let cell = by.cell.map(|(life, _)| (life, number))?;
        let is_it = |(_, run): &(&RunPlace, &Run)| run.chat == by.chat && run.cell == Some(cell);
        self.places.iter().find(is_it).map(|(place, _)| *place)
    }

    /// The kernel of a chat begins anew.
    pub(super) fn begin_life(&mut self, chat: &ChatId) {
        *self.lives.entry(chat.clone()).or_default() += 1;
    }

    fn find(&mut self, chat: &ChatId, id: &MsgId) -> Option<(RunPlace, &mut Run)> {
        let open = |(_, run): &(&RunPlace, &mut Run)| run.chat == *chat && run.id == *id;
        self.places.iter_mut().find(open).map(|(place, run)| (*place, run))
    }

    /// The kernels are gone, and with them what ran there.
    pub(super) fn cut(mut self) -> Self {
        for run in self.places.values_mut().filter(|run| !run.phase.is_over()) {
            let evalue = strings::run_cut().to_owned();
            run.outputs.push(Output::Error(ErrorInfo { ename: "KernelDied".into(), evalue, ..ErrorInfo::default() }));
            run.phase = RunPhase::Ended(ReplyStatus::Error);
            run.question = None;
        }
        self
    }
}

impl Client {
    /// Whether Python of the conversation can be run here: the server's administrator may switch that off, or have it
    /// run elsewhere.
    pub fn runs_python(&self) -> bool {
        self.config.features.enable_code_execution.unwrap_or(true)
            && ["", "pyodide"].contains(&self.config.code.engine.as_str())
    }

    /// Python is shown, or the model begins to write some.
    pub(super) fn expect_code(&self, update: &mut Update) {
        if let Some(chat) = self.chat.id.clone().filter(|_| self.runs_python()) {
            update.effects.push(Effect::ExpectCode(chat));
        }
    }

    /// Runs code of a message. While the place has a run that goes on, nothing happens.
    pub(super) fn run_code(&mut self, place: RunPlace, message: MessageId, code: String, update: &mut Update) {
        let Some(chat) = self.chat.id.clone() else {
            return self.warn(strings::no_chat_yet().into(), update);
        };
        if !self.runs_python() || self.runs.get(place).is_some_and(|run| !run.phase.is_over()) {
            return;
        }
        self.runs.count += 1;
        let id = MsgId(format!("run-{}", self.runs.count));
        let mut outputs = self.runs.places.remove(&place).map(|old| old.outputs).unwrap_or_default();
        outputs.begin();
        let asked_at = message.clone();
        let run = Run { outputs, chat: chat.clone(), message, code, id, is_fetching: true, ..Run::default() };
        self.runs.places.insert(place, run);
        update.changes.push(Change::Run(place));
        let files = self.attached(&asked_at);
        if files.is_empty() {
            return self.brought(place, Vec::new(), update);
        }
        update.effects.push(Effect::Bring(place, chat, files));
    }

    /// The files of a run are there, as far as they can be had: its code can run.
    pub(super) fn brought(&mut self, place: RunPlace, files: Vec<Result<InputFile, String>>, update: &mut Update) {
        let Some(run) = self.runs.places.get_mut(&place).filter(|run| run.is_fetching) else { return };
        run.is_fetching = false;
        let mut there = Vec::new();
        for file in files {
            match file {
                Ok(file) => there.push(file),
                Err(why) => {
                    run.outputs.push(Output::Stream { name: StreamName::Stderr, text: format!("{why}\n") });
                    update.changes.push(Change::Run(place));
                }
            }
        }
        let (id, code) = (run.id.clone(), run.code.clone());
        let request = ExecuteRequest { id, code, files: there, ..ExecuteRequest::default() };
        update.effects.push(Effect::Kernel(run.chat.clone(), KernelRequest::Execute(request)));
    }

    /// The files that the person has attached on the way to a message: its code may read them (PROTOCOL.md 4.2).
    fn attached(&self, message: &MessageId) -> Vec<CallFile> {
        let mut files: Vec<CallFile> = Vec::new();
        for id in self.chat.up_from(Some(message.clone())).into_iter().rev() {
            let all = self.chat.messages.get(&id).filter(|message| message.role == Role::User);
            let is_file = |file: &&Value| matches!(file["type"].as_str(), None | Some("file" | "image"));
            for file in all.into_iter().flat_map(|message| &message.files).filter(is_file) {
                let Some(file) = CallFile::of(file).filter(|file| files.iter().all(|known| known.id != file.id)) else {
                    continue;
                };
                files.push(file);
            }
        }
        files
    }

    /// Stops a run, or takes it out of the queue.
    pub(super) fn stop_run(&mut self, place: RunPlace, update: &mut Update) {
        if let Some(run) = self.runs.places.get_mut(&place).filter(|run| !run.phase.is_over()) {
            if std::mem::take(&mut run.is_fetching) {
                run.end(&ExecuteReply { status: ReplyStatus::Aborted, ..ExecuteReply::default() });
                return update.changes.push(Change::Run(place));
            }
            update.effects.push(Effect::Kernel(run.chat.clone(), KernelRequest::Cancel(run.id.clone())));
        }
    }

    /// The line that a run waits for; none is the end of the file.
    pub(super) fn answer_run(&mut self, place: RunPlace, line: Option<String>, update: &mut Update) {
        if let Some(run) = self.runs.places.get_mut(&place)
            && let Some((prompt, is_password)) = run.question.take()
        {
            run.outputs.push(outputs::typed(&prompt, is_password, line.as_deref()));
            let request = KernelRequest::InputReply { parent: run.id.clone(), line };
            update.effects.push(Effect::Kernel(run.chat.clone(), request));
            update.changes.push(Change::Run(place));
        }
    }

    /// Hands what a run wrote over its limit to the person.
    pub(super) fn save_output(&mut self, place: RunPlace, key: OutputKey, update: &mut Update) {
        let body = self.runs.get(place).and_then(|run| run.outputs.get(key)).map(|item| &item.body);
        if let Some(Body::Overflow { data, .. }) = body {
            let (name, media_type) = ("output.txt".to_owned(), "text/plain".to_owned());
            update.effects.push(Effect::Download { name, media_type, data: data.clone() });
        }
    }

    /// A chat's kernel said something; whether it was about a run of the person's.
    pub(super) fn run_heard(&mut self, chat: &ChatId, message: &KernelMessage, update: &mut Update) -> bool {
        if let KernelMessage::UpdateDisplay { display_id, display, .. } = message {
            // A display is found wherever in the chat it stands.
            for (place, run) in self.runs.places.iter_mut().filter(|(_, run)| run.chat == *chat) {
                if !run.outputs.update_display(display_id, display).is_empty() {
                    update.changes.push(Change::Run(*place));
                }
            }
        }
        let life = self.runs.lives.get(chat).copied().unwrap_or_default();
        let Some((place, run)) = message.parent().and_then(|parent| self.runs.find(chat, parent)) else { return false };
        if !run.phase.is_over() {
            run.hear(message, life);
            update.changes.push(Change::Run(place));
        }
        true
    }
}

impl Run {
    fn hear(&mut self, message: &KernelMessage, life: u32) {
        match message {
            KernelMessage::Started { .. } => self.phase = RunPhase::Running,
            KernelMessage::Output { output, .. } => {
                self.outputs.push(output.clone());
            }
            KernelMessage::ClearOutput { wait, .. } => {
                self.outputs.clear(*wait);
            }
            KernelMessage::Overflow { name, data, dropped, .. } => {
                self.outputs.overflow(*name, data.clone(), *dropped);
            }
            KernelMessage::InputRequest { prompt, password, .. } => self.question = Some((prompt.clone(), *password)),
            KernelMessage::Reply { reply, .. } => {
                self.cell = Some((life, reply.execution_count));
                self.end(reply);
            }
            KernelMessage::Status(_) | KernelMessage::Progress(_) | KernelMessage::UpdateDisplay { .. } => {}
        }
    }

    fn end(&mut self, reply: &ExecuteReply) {
        let told = self.outputs.items().iter().any(|item| matches!(item.body, Body::Error(_)));
        if let Some(error) = reply.error.clone().filter(|_| !told || self.outputs.is_stale()) {
            self.outputs.push(Output::Error(error));
        }
        // What never began leaves the outputs of the run before.
        if reply.status == ReplyStatus::Aborted {
            self.outputs.keep()
        } else {
            self.outputs.end()
        };
        self.phase = RunPhase::Ended(reply.status);
        self.question = None;
    }
}
