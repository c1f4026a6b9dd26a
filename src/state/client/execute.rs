//! `execute` (PROTOCOL.md 4.6): JavaScript that the server wants to run, under a policy of the page's owner, and
//! what that code may ask for (SECURITY.md 5).

use super::calls::{Stage, error, size};
use super::questions::{Open, QuestionId, Waiting, What};
use super::{Change, Client, Effect, Update};
use crate::ids::CallId;
use crate::protocol::chat::{Envelope, Level};
use crate::state::capability::{Asked, Verdict, judge};
use serde_json::{Value, json};

/// Bytes of an answer's JSON.
const LONGEST: usize = 1 << 20;

/// What becomes of code that the server sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecutePolicy {
    /// It is refused.
    Deny,
    /// The person sees it, and may run it in a frame without rights.
    #[default]
    Ask,
    /// It runs in a frame without rights.
    Sandbox,
    /// It runs with the rights of the page: for servers that the page's owner trusts as they trust the page.
    Page,
}

impl ExecutePolicy {
    /// The policy of a name.
    pub fn named(name: &str) -> Option<Self> {
        [("deny", Self::Deny), ("ask", Self::Ask), ("sandbox", Self::Sandbox), ("page", Self::Page)]
            .into_iter()
            .find_map(|(known, policy)| (known == name).then_some(policy))
    }
}

impl Client {
    pub(super) fn execute(&mut self, envelope: &Envelope, code: String, id: CallId, update: &mut Update) {
        if self.chat.id.is_none() || envelope.chat_id != self.chat.id {
            return self.answer(id, error("The chat that this code belongs to is not open."), update);
        }
        match self.policy {
            ExecutePolicy::Deny => self.answer(id, error("execute is switched off"), update),
            ExecutePolicy::Ask if !self.trusts_sandbox => self.ask(envelope, What::Execute(code), id, update),
            ExecutePolicy::Ask | ExecutePolicy::Sandbox => self.run_script(id, code, false, update),
            ExecutePolicy::Page => self.run_script(id, code, true, update),
        }
    }

    fn run_script(&mut self, call: CallId, code: String, in_page: bool, update: &mut Update) {
        self.stage(&call, Stage::Script(Default::default()));
        update.effects.push(Effect::Execute { call, code, in_page });
    }

    /// The person has decided about code, or about something that code asks for.
    pub(super) fn decided_code(&mut self, open: Open, yes: bool, update: &mut Update) {
        let Waiting::Call(call) = open.state else { return };
        match open.what {
            What::Execute(code) if yes => self.run_script(call, code, false, update),
            What::Execute(_) => self.answer(call, error("The person refused to run this code."), update),
            What::Capability { id, .. } if !yes => {
                update.effects.push(Effect::Capability(call, id, Err("The person refused.".into())));
            }
            What::Capability { id, asked } => {
                update.effects.push(match asked {
                    Asked::Download { name, media_type, data } => {
                        Effect::Download { name, media_type, data: data.into() }
                    }
                    Asked::Open { url, .. } => Effect::OpenPage(url),
                });
                update.effects.push(Effect::Capability(call, id, Ok(json!(true))));
            }
            What::Form(_) => {}
        }
    }

    /// Not to ask again before code of this server runs without rights.
    pub(super) fn trust_sandbox(&mut self, id: QuestionId, update: &mut Update) {
        self.trusts_sandbox = true;
        self.decide(id, crate::protocol::chat::question::Decision::Accept(Vec::new()), update);
    }

    /// Nobody has decided about code in time.
    pub(super) fn question_timed_out(&mut self, id: QuestionId, update: &mut Update) {
        if let Some(at) = self.questions.open.iter().position(|open| open.id == id) {
            if let Waiting::Call(call) = self.questions.open.remove(at).state {
                self.answer(call, error("Nobody allowed this code to run within a minute."), update);
            }
            update.changes.push(Change::Questions);
        }
    }

    /// JavaScript of a call ended.
    pub(super) fn executed(&mut self, call: CallId, result: Result<Value, String>, update: &mut Update) {
        let Some(Stage::Script(_)) = self.calls.0.get(&call).map(|call| &call.stage) else { return };
        // What it asked is asked no longer.
        self.questions.open.retain(|open| !matches!(&open.state, Waiting::Call(of) if *of == call));
        update.changes.push(Change::Questions);
        let answer = match result {
            Ok(value) if size(&value) > LONGEST => error("result too large"),
            Ok(value) => value,
            Err(why) => error(why),
        };
        self.answer(call, answer, update);
    }

    /// JavaScript of a call asks for something.
    pub(super) fn capability(
        &mut self,
        call: CallId,
        id: u64,
        (name, args, data): (Value, Value, Option<Vec<u8>>),
        update: &mut Update,
    ) {
        let Some(open) = self.calls.0.get_mut(&call) else { return };
        let Stage::Script(budget) = &mut open.stage else { return };
        let reply = |result| Effect::Capability(call.clone(), id, result);
        let effect = match judge(budget, &name, &args, data.as_deref()) {
            Verdict::Refuse(why) => reply(Err(why)),
            Verdict::Title => reply(Ok(json!(self.chat.title))),
            Verdict::Storage(key) => Effect::Fact(call, id, key.to_owned()),
            Verdict::Notify(text) => {
                self.notify(Level::Info, text, update);
                reply(Ok(json!(true)))
            }
            Verdict::Overlay(shown) => {
                update.effects.push(Effect::Overlay(call.clone(), shown));
                reply(Ok(json!(true)))
            }
            Verdict::End(why) => {
                update.effects.push(Effect::EndExecute(call.clone()));
                return self.executed(call, Err(why), update);
            }
            Verdict::Ask(asked) => {
                let envelope = Envelope {
                    chat_id: Some(open.chat.clone()),
                    message_id: open.message.clone(),
                    ..Envelope::default()
                };
                return self.ask_capability(&envelope, What::Capability { id, asked }, call, update);
            }
        };
        update.effects.push(effect);
    }

    fn ask_capability(&mut self, envelope: &Envelope, what: What, call: CallId, update: &mut Update) {
        let before = self.questions.open.len();
        let What::Capability { id, .. } = what else { return };
        if before >= 20 {
            update.effects.push(Effect::Capability(
                call,
                id,
                Err("Too many questions wait for an answer already.".into()),
            ));
            return;
        }
        self.ask(envelope, what, call, update);
    }
}
