//! The run that goes on, and how long it may.

use super::super::Millis;
use crate::ids::MsgId;
use crate::protocol::execute::ExecuteRequest;

/// How much more text than its limit a run may stream before we take the worker for broken.
pub(super) const OUTPUT_SLACK: usize = 1 << 16;

#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: MsgId,
    /// What was asked for, as long as nothing of it has run.
    pub(super) request: Option<ExecuteRequest>,
    pub(super) count: u32,
    pub(super) timeout: Option<Millis>,
    /// When the run ends by force, and why.
    pub(super) deadline: Option<(Millis, Deadline)>,
    /// What is left of the time limit while the code waits for packages or for a line.
    pub(super) left: Option<Millis>,
    /// Installs that it waits for.
    pub(super) loading: u32,
    pub(super) waiting_for_input: bool,
    pub(super) output_left: usize,
    pub(super) output_limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Deadline {
    Packages,
    Code,
    Stop,
}

impl Run {
    pub(super) fn new(request: &ExecuteRequest, count: u32, now: Millis) -> Self {
        let mut run = Self {
            id: request.id.clone(),
            request: (count == 1).then(|| request.clone()),
            count,
            timeout: request.timeout_ms,
            deadline: None,
            left: request.timeout_ms,
            loading: 0,
            waiting_for_input: false,
            output_left: request.limits.output as usize + OUTPUT_SLACK,
            output_limit: request.limits.output as usize,
        };
        run.resume(now);
        run
    }

    pub(super) fn is_stopping(&self) -> bool {
        matches!(self.deadline, Some((_, Deadline::Stop)))
    }

    /// What the code waits for doesn't count.
    pub(super) fn pause(&mut self, now: Millis) {
        if let Some((at, Deadline::Code)) = self.deadline {
            self.left = Some(at - now);
            self.deadline = None;
        }
    }

    /// The code goes on, unless it still waits for something else.
    pub(super) fn resume(&mut self, now: Millis) {
        if self.is_stopping() || self.loading > 0 {
            return;
        }
        if self.waiting_for_input {
            self.deadline = None;
        } else {
            self.deadline = self.left.take().map(|left| (now + left, Deadline::Code));
        }
    }
}
