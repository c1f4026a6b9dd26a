//! Calls of the server: each is answered exactly once, or void because its socket is gone (PROTOCOL.md 1.6).

use super::python::Python;
use super::questions::What;
use super::{Change, Client, Connection, Effect, ExternalFor, Timer, Update};
use crate::ids::{CallId, ChatId, MessageId};
use crate::protocol::chat::{ChatCall, DirectCall, Dropped, Envelope};
use crate::state::capability::Budget;
use crate::state::direct::{ExternalReply, Shape};
use crate::state::strings;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The largest answer in bytes of JSON: the socket's limit, and room for the packet around it (PROTOCOL.md 1.1).
const LONGEST: usize = (16 << 20) - (32 << 10);
/// How long a service or the host page may take, in ms.
const PATIENCE: u32 = 120_000;

/// The calls that are open.
#[derive(Debug, Default)]
pub(super) struct Calls(pub(super) BTreeMap<CallId, Call>);

#[derive(Debug)]
pub(super) struct Call {
    pub chat: ChatId,
    pub message: Option<MessageId>,
    pub stage: Stage,
}

/// Who has the call now.
#[derive(Debug)]
pub(super) enum Stage {
    /// The person.
    Person,
    /// Python.
    Python(Box<Python>),
    /// JavaScript, and what it has asked for so far.
    Script(Budget),
    /// A service that is no part of the server.
    External(Shape),
    /// The host page.
    Host,
}

/// Bytes of a value's JSON; it is not built for that.
pub(super) fn size(value: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting can't fail, and a value of ours has no keys that JSON hasn't.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

pub(super) fn error(text: impl Into<String>) -> Value {
    json!({"error": text.into()})
}

impl Client {
    /// Takes a call. What this client has no answer to is refused at once.
    pub(super) fn call(&mut self, envelope: Result<Envelope, Dropped>, raw: &Value, id: CallId, update: &mut Update) {
        if self.calls.0.contains_key(&id) {
            return;
        }
        let envelope = match envelope {
            Ok(envelope) => envelope,
            Err(why) => {
                update.dropped = Some(why);
                update.effects.push(Effect::Ack(id, error(format!("This call can't be read ({why})."))));
                return;
            }
        };
        let call = Call {
            chat: envelope.chat_id.clone().unwrap_or_default(),
            message: envelope.message_id.clone(),
            stage: Stage::Person,
        };
        self.calls.0.insert(id.clone(), call);
        let session = match &self.connection {
            Connection::Connected(sid) => sid.clone(),
            _ => String::new(),
        };
        if envelope.shared {
            update.dropped = Some(Dropped::Shared);
            return self.answer(id, error("This comes from somebody else's use of a shared chat."), update);
        }
        match ChatCall::parse(&envelope.kind, &envelope.data, &session) {
            Ok(ChatCall::ExecutePython { code, files }) => self.python(id, code, files, update),
            Ok(ChatCall::Execute(code)) => self.execute(&envelope, code, id, update),
            Ok(ChatCall::Question(question)) => {
                if envelope.chat_id.as_ref() != self.chat.id.as_ref() && envelope.chat_id.is_some() {
                    self.notify_elsewhere(&envelope, &question.title, update);
                }
                self.ask(&envelope, What::Form(question), id, update);
            }
            Ok(ChatCall::Direct(call)) => self.direct(call, id, update),
            Ok(ChatCall::Animation) => self.answer(id, json!({"status": "unavailable"}), update),
            Ok(ChatCall::Unknown) if self.host_answers => {
                self.stage(&id, Stage::Host);
                update.effects.push(Effect::Wake(Timer::Call(id.clone()), PATIENCE));
                update.effects.push(Effect::Host(id, raw.clone()));
            }
            Ok(ChatCall::Unknown) => {
                update.dropped = Some(match crate::protocol::chat::ChatEvent::parse(&envelope.kind, &envelope.data) {
                    Err(why) => why,
                    Ok(_) => Dropped::UnknownType,
                });
                self.answer(id, error(format!("This client has no answer to {:?}.", envelope.kind)), update);
            }
            Err(why) => self.answer(id, error(why), update),
        }
    }

    pub(super) fn stage(&mut self, id: &CallId, stage: Stage) {
        if let Some(call) = self.calls.0.get_mut(id) {
            call.stage = stage;
        }
    }

    /// Answers a call, unless that has been done. An answer that the socket can't carry would end the connection.
    pub(super) fn answer(&mut self, id: CallId, value: Value, update: &mut Update) {
        if self.calls.0.remove(&id).is_some() {
            let fits = size(&value) <= LONGEST;
            update
                .effects
                .push(Effect::Ack(id, if fits { value } else { error("The result is too large to be sent.") }));
        }
    }

    /// A service or the host page has not answered in time.
    pub(super) fn call_timed_out(&mut self, id: CallId, update: &mut Update) {
        let waits = self.calls.0.get(&id).is_some_and(|call| match &call.stage {
            Stage::External(_) | Stage::Host => true,
            Stage::Python(run) => matches!(**run, Python::Fetching { .. }),
            Stage::Person | Stage::Script(_) => false,
        });
        if waits {
            self.answer(id, error("Nobody answered within two minutes."), update);
        }
    }

    /// Forgets a call that the server waits for no longer.
    pub(super) fn void(&mut self, id: &CallId) {
        self.calls.0.remove(id);
    }

    fn direct(&mut self, call: DirectCall, id: CallId, update: &mut Update) {
        let chat = self.calls.0.get(&id).map(|call| call.chat.clone()).unwrap_or_default();
        match self.direct_request(call, &chat) {
            Ok(request) => {
                self.stage(&id, Stage::External(request.shape.clone()));
                update.effects.push(Effect::Wake(Timer::Call(id.clone()), PATIENCE));
                update.effects.push(Effect::External(ExternalFor::Call(id), request));
            }
            Err(answer) => self.answer(id, answer, update),
        }
    }

    /// A service outside of the server answered a call.
    pub(super) fn external_call(&mut self, id: CallId, result: Result<ExternalReply, String>, update: &mut Update) {
        if let Some(Stage::External(shape)) = self.calls.0.get(&id).map(|call| &call.stage) {
            let answer = shape.answer(result);
            self.answer(id, answer, update);
        }
    }

    /// The host page answered, or failed to.
    pub(super) fn host_answered(&mut self, id: CallId, result: Result<Value, String>, update: &mut Update) {
        if self.calls.0.get(&id).is_some_and(|call| matches!(call.stage, Stage::Host)) {
            self.answer(id, result.unwrap_or_else(error), update);
        }
    }

    /// The socket is gone, and with it the way back for every answer: the server has told its model so. Code runs
    /// on, so that what it makes isn't lost; questions wait for the server to ask again.
    pub(super) fn abandon_calls(&mut self, reason: &str, update: &mut Update) {
        let calls = std::mem::take(&mut self.calls.0);
        let mut python = false;
        for (id, call) in calls {
            match call.stage {
                Stage::Python(run) => {
                    python = true;
                    self.late.insert(id, (call.chat, call.message, *run));
                }
                Stage::Script(_) => update.effects.push(Effect::EndExecute(id)),
                Stage::Person | Stage::External(_) | Stage::Host => {}
            }
        }
        self.suspend_questions(update);
        if python {
            self.warn(strings::lost_while_running(&reason), update);
        }
        update.changes.push(Change::Kernel);
    }
}
