//! Questions to the person: one at a time, in the order they came, each with the chat that it belongs to. What
//! has been filled in is kept here, so that no redraw and no lost connection takes it away (PROTOCOL.md 1.7, 1.8).

use super::{Change, Client, Effect, Timer, Update};
use crate::ids::{CallId, ChatId, MessageId};
use crate::protocol::chat::Envelope;
use crate::protocol::chat::question::{Decision, Entry, Question};
use serde_json::{Value, json};

/// Questions that may wait; a server that asks more is answered at once.
const MOST: usize = 20;
/// How long the server may take to ask again after the connection is back, in ms.
const RESUME: u32 = 10_000;
/// How long a person may take to let code run, in ms (SECURITY.md 5.1).
const EXECUTE: u32 = 60_000;

/// Names a question in this page.
pub type QuestionId = u32;

/// A question that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Its name in this page.
    pub id: QuestionId,
    /// The chat that it belongs to.
    pub chat: Option<ChatId>,
    /// The message that it belongs to.
    pub message: Option<MessageId>,
    /// What is asked.
    pub what: What,
    /// What is filled in, one for each field.
    pub entries: Vec<Entry>,
    /// What is wrong with a field.
    pub problem: Option<(usize, String)>,
    /// Where its answer goes.
    pub state: Waiting,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A question of the server's.
    Form(Box<Question>),
    /// Whether to run JavaScript that the server sent.
    Execute(String),
    /// Whether code that runs may do something.
    Capability {
        /// Names the answer.
        id: u64,
        /// What it wants.
        asked: crate::state::capability::Asked,
    },
}

/// Where the answer of a question goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Waiting {
    /// To this call.
    Call(CallId),
    /// The connection is lost; the server will ask again. An answer that was given meanwhile is kept.
    Again(Option<Value>),
    /// Nobody waits for it any more.
    Nobody,
}

/// The questions, first come first.
#[derive(Debug, Default)]
pub struct Questions {
    /// All that are open.
    pub open: Vec<Open>,
    last: QuestionId,
}

impl Questions {
    /// None, with numbers that go on.
    pub(super) fn emptied(&self) -> Self {
        Self { open: Vec::new(), last: self.last }
    }

    fn get(&mut self, id: QuestionId) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.id == id)
    }

    fn position(&self, interaction: &str) -> Option<usize> {
        self.open.iter().position(|open| open.interaction() == Some(interaction))
    }
}

impl Open {
    fn interaction(&self) -> Option<&str> {
        match &self.what {
            What::Form(question) => question.interaction_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the person has put something into it.
    fn is_filled(&self) -> bool {
        match &self.what {
            What::Form(question) => {
                question.fields.iter().zip(&self.entries).any(|(field, entry)| field.value != *entry)
            }
            _ => false,
        }
    }
}

impl Client {
    /// The question to show: the first of the open chat, or of no chat. Others wait until their chat is opened.
    pub fn question(&self) -> Option<&Open> {
        let here = |open: &&Open| open.chat.is_none() || open.chat == self.chat.id;
        // One that is answered already waits for the server out of sight.
        let waits = |open: &&Open| !matches!(open.state, Waiting::Again(Some(_)));
        self.questions.open.iter().filter(here).find(waits)
    }

    /// Chats that are not open and have a question.
    pub fn asking_elsewhere(&self) -> Vec<ChatId> {
        let mut chats: Vec<_> = self.questions.open.iter().filter_map(|open| open.chat.clone()).collect();
        chats.retain(|chat| self.chat.id.as_ref() != Some(chat));
        chats.sort();
        chats.dedup();
        chats
    }

    pub(super) fn ask(&mut self, envelope: &Envelope, what: What, call: CallId, update: &mut Update) {
        if let What::Form(question) = &what
            && let Some(at) = question.interaction_id.as_deref().and_then(|id| self.questions.position(id))
        {
            return self.asked_again(at, call, update);
        }
        if self.questions.open.len() >= MOST {
            let why = "Too many questions wait for an answer already.";
            return self.answer(call, json!({"error": why}), update);
        }
        self.questions.last += 1;
        let id = self.questions.last;
        let entries = match &what {
            What::Form(question) => question.fields.iter().map(|field| field.value.clone()).collect(),
            _ => Vec::new(),
        };
        if matches!(what, What::Execute(_)) {
            update.effects.push(Effect::Wake(Timer::Question(id), EXECUTE));
        }
        self.questions.open.push(Open {
            id,
            chat: envelope.chat_id.clone(),
            message: envelope.message_id.clone(),
            what,
            entries,
            problem: None,
            state: Waiting::Call(call),
        });
        update.changes.push(Change::Questions);
    }

    /// The same question after a disconnect: it stays as it is, and an answer that was given meanwhile is sent.
    fn asked_again(&mut self, at: usize, call: CallId, update: &mut Update) {
        let old = std::mem::replace(&mut self.questions.open[at].state, Waiting::Call(call.clone()));
        match old {
            Waiting::Again(Some(answer)) => {
                self.questions.open.remove(at);
                self.answer(call, answer, update);
            }
            // Asked twice: only the later call can still be answered with sense, the first is not left open.
            Waiting::Call(first) if first != call => {
                self.answer(first, json!({"error": "This question was asked again."}), update);
            }
            _ => {}
        }
        update.changes.push(Change::Questions);
    }

    pub(super) fn fill(&mut self, id: QuestionId, field: usize, entry: Entry, update: &mut Update) {
        if let Some(open) = self.questions.get(id)
            && let Some(slot) = open.entries.get_mut(field)
        {
            *slot = entry;
            open.problem = None;
            update.changes.push(Change::Questions);
        }
    }

    pub(super) fn decide(&mut self, id: QuestionId, decision: Decision, update: &mut Update) {
        let Some(at) = self.questions.open.iter().position(|open| open.id == id) else { return };
        let open = &mut self.questions.open[at];
        update.changes.push(Change::Questions);
        let answer = match &open.what {
            What::Form(question) => {
                let decision = match decision {
                    Decision::Accept(_) => Decision::Accept(open.entries.clone()),
                    other => other,
                };
                match question.answer(&decision) {
                    Ok(answer) => answer,
                    Err(problem) => {
                        open.problem = Some(problem);
                        return;
                    }
                }
            }
            What::Execute(_) | What::Capability { .. } => {
                let open = self.questions.open.remove(at);
                return self.decided_code(open, matches!(decision, Decision::Accept(_)), update);
            }
        };
        match &mut open.state {
            Waiting::Call(call) => {
                let call = call.clone();
                self.questions.open.remove(at);
                self.answer(call, answer, update);
            }
            Waiting::Again(kept) => *kept = Some(answer),
            Waiting::Nobody => {
                self.questions.open.remove(at);
            }
        }
    }

    /// The server says that a question is over; it is not answered (1.7).
    pub(super) fn interaction_done(&mut self, interaction: &str, update: &mut Update) {
        if let Some(at) = self.questions.position(interaction) {
            let open = self.questions.open.remove(at);
            if let Waiting::Call(call) = open.state {
                self.void(&call);
            }
            update.changes.push(Change::Questions);
        }
    }

    /// The turn of a message was stopped: what it asked is answered with no.
    pub(super) fn cancel_questions(&mut self, message: &MessageId, update: &mut Update) {
        let ids: Vec<_> = self
            .questions
            .open
            .iter()
            .filter(|open| open.message.as_ref() == Some(message))
            .map(|open| open.id)
            .collect();
        for id in ids {
            self.decide(id, Decision::Cancel, update);
        }
    }

    /// The socket is gone. A question that the server can ask again stays; another can't be answered any more.
    pub(super) fn suspend_questions(&mut self, update: &mut Update) {
        if self.questions.open.is_empty() {
            return;
        }
        self.questions.open.retain_mut(|open| {
            if matches!(open.state, Waiting::Call(_)) {
                open.state = Waiting::Again(None);
            }
            open.interaction().is_some()
        });
        update.changes.push(Change::Questions);
    }

    /// The socket is back: the server asks again soon, or not at all.
    pub(super) fn await_questions(&self, update: &mut Update) {
        for open in &self.questions.open {
            if matches!(open.state, Waiting::Again(_)) {
                update.effects.push(Effect::Wake(Timer::Resume(open.id), RESUME));
            }
        }
    }

    /// The server did not ask again. What was typed stays to be read and copied.
    pub(super) fn not_resumed(&mut self, id: QuestionId, update: &mut Update) {
        let Some(at) = self.questions.open.iter().position(|open| open.id == id) else { return };
        let open = &mut self.questions.open[at];
        let Waiting::Again(kept) = &open.state else { return };
        if kept.is_some() || open.is_filled() {
            open.state = Waiting::Nobody;
        } else {
            self.questions.open.remove(at);
        }
        update.changes.push(Change::Questions);
    }

    /// Another chat is shown. A question without a name on the server belongs to the view that it was asked in.
    pub(super) fn leave_questions(&mut self, update: &mut Update) {
        let shown = self.chat.id.clone();
        let gone: Vec<_> = self
            .questions
            .open
            .iter()
            .filter(|open| open.chat.is_some() && open.chat == shown && open.interaction().is_none())
            .map(|open| open.id)
            .collect();
        for id in gone {
            let Some(at) = self.questions.open.iter().position(|open| open.id == id) else { continue };
            let open = self.questions.open.remove(at);
            let why = "The person went to another chat.";
            match (open.what, open.state) {
                (What::Capability { id, .. }, Waiting::Call(call)) => {
                    update.effects.push(Effect::Capability(call, id, Err(why.into())));
                }
                (_, Waiting::Call(call)) => self.answer(call, json!({"error": why}), update),
                _ => {}
            }
        }
        update.changes.push(Change::Questions);
    }
}
