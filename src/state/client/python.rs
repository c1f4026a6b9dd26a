//! `execute:python` (PROTOCOL.md 4.2): files are fetched, the code runs in the chat's kernel, figures are stored,
//! the answer goes back. A run whose call is void stores its files at its message.

use super::calls::Stage;
use super::{Change, Client, Effect, Failure, RETRY, ReplyTo, Ticket, Timer, Update, message_path};
use crate::ids::{CallId, ChatId, MessageId, MsgId};
use crate::protocol::chat::{CallFile, ChatEvent, content_path};
use crate::protocol::execute::{ExecuteRequest, InputFile, KernelMessage, KernelRequest, KernelStatus, Limits};
use crate::protocol::rest::FileRecord;
use crate::state::answer::{Collector, Draft, Uploaded};
use crate::state::outputs::Outputs;
use crate::state::strings;
use serde_json::{Value, json};

/// Time that a call's code may run, in ms; loading of packages apart (PROTOCOL.md 4.5 has the same).
const TIME_LIMIT: f64 = 60_000.0;

/// How long the files of a call may take, in ms.
const FETCH: u32 = 120_000;
/// How often an upload is tried while its call is open.
const TRIES: u32 = 5;

/// What becomes of an upload.
#[derive(Debug)]
pub(super) enum Slot {
    /// It is under way, after so many failures.
    Sent(u32),
    /// It failed because the server can't be reached; it is sent again when it can. After so many failures.
    Waits(u32),
    /// It has ended.
    Ended(Uploaded, Option<FileRecord>),
}

/// Where a run is.
#[derive(Debug)]
pub(super) enum Python {
    /// Its files are on their way.
    Fetching {
        /// What is to be run.
        code: String,
    },
    /// Its code runs, under its own id.
    Running(Collector),
    /// What it left is being stored.
    Uploading {
        /// The answer, but for the links.
        draft: Draft,
        /// One for each upload.
        slots: Vec<Slot>,
    },
}

impl Client {
    pub(super) fn python(&mut self, id: CallId, code: String, files: Vec<CallFile>, update: &mut Update) {
        self.stage(&id, Stage::Python(Python::Fetching { code }.into()));
        if files.is_empty() {
            self.fetched(id, Vec::new(), update);
        } else {
            update.effects.push(Effect::Wake(Timer::Call(id.clone()), FETCH));
            update.effects.push(Effect::Fetch(id, files));
        }
    }

    /// What the code of a message that the server runs has put out so far, by its call.
    pub fn live(&self, message: &MessageId) -> impl Iterator<Item = (&CallId, &Outputs)> {
        let here = self.running().filter(move |(_, _, of, _)| *of == Some(message));
        here.map(|(id, _, _, collector)| (id, collector.outputs()))
    }

    /// The server's code that runs: its call, its chat, its message.
    fn running(&self) -> impl Iterator<Item = (&CallId, &ChatId, Option<&MessageId>, &Collector)> {
        let calls = self.calls.0.iter().filter_map(|(id, call)| match &call.stage {
            Stage::Python(run) => Some((id, &call.chat, call.message.as_ref(), &**run)),
            _ => None,
        });
        let late = self.late.iter().map(|(id, (chat, message, run))| (id, chat, message.as_ref(), run));
        calls.chain(late).filter_map(|(id, chat, message, run)| match run {
            Python::Running(collector) => Some((id, chat, message, collector)),
            _ => None,
        })
    }

    /// Something of such code is to be seen, or no longer.
    fn live_changed(&self, id: &CallId, update: &mut Update) {
        let call = self.calls.0.get(id).map(|call| call.message.as_ref());
        let message = call.or_else(|| self.late.get(id).map(|(_, message, _)| message.as_ref())).flatten();
        update.changes.extend(message.cloned().map(Change::Live));
    }

    fn run(&mut self, id: &CallId) -> Option<(ChatId, &mut Python)> {
        match self.calls.0.get_mut(id) {
            Some(call) => match &mut call.stage {
                Stage::Python(run) => Some((call.chat.clone(), run)),
                _ => None,
            },
            None => self.late.get_mut(id).map(|(chat, _, run)| (chat.clone(), run)),
        }
    }

    /// The files of a call are there: its code can run.
    pub(super) fn fetched(&mut self, id: CallId, files: Vec<Result<InputFile, String>>, update: &mut Update) {
        let Some((chat, run)) = self.run(&id) else { return };
        let Python::Fetching { code } = run else { return };
        let code = std::mem::take(code);
        let mut collector = Collector::default();
        let mut there = Vec::new();
        for file in files {
            match file {
                Ok(file) => there.push(file),
                Err(why) => collector.warn(&why),
            }
        }
        *run = Python::Running(collector);
        let request = ExecuteRequest {
            id: MsgId(id.0),
            code,
            files: there,
            timeout_ms: Some(TIME_LIMIT),
            limits: Limits::default(),
        };
        update.effects.push(Effect::Kernel(chat, KernelRequest::Execute(request)));
    }

    /// The server's code in a chat's kernel.
    pub(super) fn running_in(&self, chat: &ChatId) -> Vec<MsgId> {
        self.running().filter(|(_, of, _, _)| *of == chat).map(|(id, ..)| MsgId(id.0.clone())).collect()
    }

    /// A kernel said something.
    pub(super) fn kernel_said(&mut self, chat: ChatId, message: KernelMessage, update: &mut Update) {
        self.kernel_changed(&chat, &message, update);
        if self.run_heard(&chat, &message, update) {
            return;
        }
        // Nobody can type a line for code that a model runs: end of file, so that it goes on.
        if let KernelMessage::InputRequest { parent, .. } = &message {
            let request = KernelRequest::InputReply { parent: parent.clone(), line: None };
            update.effects.push(Effect::Kernel(chat, request));
            return;
        }
        let Some(id) = message.parent().map(|parent| CallId(parent.0.clone())) else { return };
        let Some((_, run)) = self.run(&id) else { return };
        let Python::Running(collector) = run else { return };
        let KernelMessage::Reply { reply, .. } = &message else {
            collector.hear(&message);
            return self.live_changed(&id, update);
        };
        let draft = std::mem::take(collector).finish(reply);
        let uploads = draft.uploads().to_vec();
        let slots = uploads.iter().map(|_| Slot::Sent(0)).collect();
        *run = Python::Uploading { draft, slots };
        self.live_changed(&id, update);
        for (number, upload) in uploads.into_iter().enumerate() {
            update.effects.push(Effect::Upload(Ticket::Call(id.clone(), number), upload, "process=false"));
        }
        self.answer_if_ready(&id, update);
    }

    /// Ends a chat's kernel. It is forgotten first: then its end is not one that made room for others.
    pub(super) fn end_kernel(&mut self, chat: ChatId, update: &mut Update) {
        self.kernels.remove(&chat);
        update.effects.push(Effect::EndKernel(chat));
    }

    fn kernel_changed(&mut self, chat: &ChatId, message: &KernelMessage, update: &mut Update) {
        match message {
            KernelMessage::Status(KernelStatus::Off) => {
                if self.kernels.remove(chat).is_some_and(|kernel| kernel.status == KernelStatus::Idle) {
                    self.made_room.insert(chat.clone());
                }
            }
            KernelMessage::Status(status) => {
                if *status == KernelStatus::Starting {
                    self.runs.begin_life(chat);
                }
                let is_shown = self.chat.id.as_ref() == Some(chat);
                let has_made_room = *status == KernelStatus::Starting && self.made_room.remove(chat);
                let kernel = self.kernels.entry(chat.clone()).or_default();
                let before = std::mem::replace(&mut kernel.status, *status);
                if !matches!(status, KernelStatus::Busy | KernelStatus::Starting) {
                    kernel.progress = None;
                }
                // A run that goes on tells it itself.
                if is_shown && before == KernelStatus::Idle && *status == KernelStatus::Dead {
                    self.warn(strings::python_stopped().into(), update);
                } else if is_shown && has_made_room {
                    self.warn(strings::python_made_room().into(), update);
                }
            }
            KernelMessage::Progress(progress) => {
                self.kernels.entry(chat.clone()).or_default().progress = Some(progress.clone());
            }
            KernelMessage::Started { .. } => self.kernels.entry(chat.clone()).or_default().progress = None,
            _ => return,
        }
        update.changes.push(Change::Kernel);
    }

    /// An upload of a run ended.
    pub(super) fn run_uploaded(
        &mut self,
        id: &CallId,
        number: usize,
        result: Result<FileRecord, Failure>,
        update: &mut Update,
    ) {
        let is_late = self.late.contains_key(id);
        if let Some((_, Python::Uploading { slots, .. })) = self.run(id)
            && let Some(slot) = slots.get_mut(number)
        {
            let failures = match slot {
                Slot::Sent(failures) => *failures + 1,
                _ => 1,
            };
            *slot = match result {
                Ok(record) => Slot::Ended(Ok(record.id.clone()), Some(record)),
                // The socket may not know yet that the connection is gone.
                Err(failure) if failure.is_passing() && (is_late || failures < TRIES) => {
                    update.effects.push(Effect::Wake(Timer::Flush, RETRY));
                    Slot::Waits(failures)
                }
                Err(failure) => Slot::Ended(Err(failure.detail), None),
            };
            update.changes.push(Change::Attachments);
            self.answer_if_ready(id, update);
        }
    }

    fn answer_if_ready(&mut self, id: &CallId, update: &mut Update) {
        let Some((chat, Python::Uploading { draft, slots })) = self.run(id) else { return };
        let mut uploaded = Vec::new();
        let mut records = Vec::new();
        for slot in slots.iter() {
            let Slot::Ended(result, record) = slot else { return };
            uploaded.push(result.clone());
            records.extend(record.clone());
        }
        let answer = draft.answer(&uploaded);
        let names: Vec<_> =
            draft.uploads().iter().map(|upload| (upload.name.clone(), upload.media_type.clone())).collect();
        if self.calls.0.contains_key(id) {
            return self.answer(id.clone(), answer, update);
        }
        // Nobody waits any more: the files are put to the message, where the person and later turns find them.
        let Some((_, Some(message), _)) = self.late.remove(id) else { return };
        let files: Vec<Value> = records
            .iter()
            .zip(names)
            .map(|(record, (name, media_type))| {
                let kind = if media_type.starts_with("image/") { "image" } else { "file" };
                json!({"type": kind, "id": record.id, "url": content_path(&record.id), "name": name, "content_type": media_type})
            })
            .collect();
        if !files.is_empty() {
            let path = format!("{}/event", message_path(&chat, &message));
            let body = ChatEvent::files_body(&files);
            update.effects.push(Effect::Post(path.clone(), body.clone(), ReplyTo::Late(path, body.into())));
        }
    }

    /// Files of runs that wait for the connection.
    pub(super) fn late_uploads(&self) -> usize {
        let waits = |run: &Python| match run {
            Python::Uploading { slots, .. } => slots.iter().filter(|slot| matches!(slot, Slot::Waits(_))).count(),
            _ => 0,
        };
        self.late.values().map(|(_, _, run)| waits(run)).sum()
    }

    /// The connection is back: uploads that waited for it are sent.
    pub(super) fn send_late_uploads(&mut self, update: &mut Update) {
        if !self.is_connected() {
            return;
        }
        for (path, body) in std::mem::take(&mut self.late_posts) {
            let to = ReplyTo::Late(path.clone(), body.clone().into());
            update.effects.push(Effect::Post(path, body, to));
        }
        let late = self.late.iter_mut().map(|(id, (_, _, run))| (id, run));
        let live = self.calls.0.iter_mut().filter_map(|(id, call)| match &mut call.stage {
            Stage::Python(run) => Some((id, &mut **run)),
            _ => None,
        });
        for (id, run) in late.chain(live) {
            let Python::Uploading { draft, slots } = run else { continue };
            for (number, (slot, upload)) in slots.iter_mut().zip(draft.uploads()).enumerate() {
                if let Slot::Waits(failures) = slot {
                    *slot = Slot::Sent(*failures);
                    update.effects.push(Effect::Upload(
                        Ticket::Call(id.clone(), number),
                        upload.clone(),
                        "process=false",
                    ));
                }
            }
        }
    }
}
