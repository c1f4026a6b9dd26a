//! Questions of editors and lists: an idle interpreter answers them, any other does not.

use super::{Outgoing, Phase, Pyodide, Steps, replaced};
use crate::executor::{Millis, Step};
use crate::ids::MsgId;
use crate::protocol::execute::{Answer, Question};
use serde::de::DeserializeOwned;

/// How long an answer may take: code of a library may run for it.
const LIMIT: Millis = 2_000.0;

/// How long an idle interpreter may take to obey the interrupt after that; and one to whom a run was sent meanwhile, which
/// must not be hit by it.
const OBEYS: Millis = 1_500.0;
const COMES_BACK: Millis = 10_000.0;

/// A question that is open.
#[derive(Debug)]
pub(super) struct Asked {
    until: Millis,
    read: fn(&str) -> Option<Answer>,
}

impl Pyodide {
    pub(super) fn ask(&mut self, id: MsgId, question: Question, now: Millis, steps: &mut Steps) {
        if !matches!(self.phase, Phase::Idle) {
            steps.push(Step::Answer(id, None));
            return;
        }
        let read = match question {
            Question::Complete { .. } => |text: &str| read(text).map(Answer::Completions),
            Question::Inspect { .. } => |text: &str| read(text).map(Answer::Documentation),
            Question::Variables => |text: &str| read(text).map(Answer::Variables),
        };
        self.asked.insert(id.clone(), Asked { until: now + LIMIT, read });
        steps.push(Step::Send(Outgoing::Ask(id, question)));
    }

    pub(super) fn answered(&mut self, id: MsgId, text: &str, steps: &mut Steps) {
        self.hung = None;
        if let Some(asked) = self.asked.remove(&id) {
            steps.push(Step::Answer(id, (asked.read)(text)));
        }
    }

    /// Takes the engine away, with all that it was asked.
    pub(super) fn close(&mut self, steps: &mut Steps) {
        steps.push(Step::Close);
        self.hung = None;
        self.leave_unanswered(steps);
    }

    /// Gives up what takes too long. A run that has begun since is not interrupted for it.
    pub(super) fn give_up_questions(&mut self, now: Millis, steps: &mut Steps) {
        if self.asked.values().any(|asked| now >= asked.until) {
            self.leave_unanswered(steps);
            let is_idle = matches!(self.phase, Phase::Idle);
            if is_idle {
                steps.push(Step::Send(Outgoing::Interrupt));
            }
            self.hung = Some(now + if is_idle { OBEYS } else { COMES_BACK });
        } else if self.hung.is_some_and(|until| now >= until) {
            let why = replaced("The interpreter did not come back from a question of an editor");
            self.replace("KernelDied", &why, steps);
        }
    }

    pub(super) fn first_question_ends(&self) -> Option<Millis> {
        self.asked.values().map(|asked| asked.until).chain(self.hung).reduce(Millis::min)
    }

    fn leave_unanswered(&mut self, steps: &mut Steps) {
        steps.extend(std::mem::take(&mut self.asked).into_keys().map(|id| Step::Answer(id, None)));
    }
}

/// `null` is no answer, and so is what can't be read.
fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str::<Option<T>>(text).ok().flatten()
}
