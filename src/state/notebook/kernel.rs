//! What the kernel says about itself, and whether all that it needs is at hand without a network.

use super::Notebook;
use super::message::{Change, Effect, Offer, Tone, Update};
use crate::protocol::execute::{KernelMessage, KernelRequest, KernelStatus, Progress};
use crate::state::strings;

/// What is fetched ahead, so that the first figure does not wait and the next visit needs no network.
const AHEAD: &[&str] = &["numpy", "pandas", "matplotlib"];

/// What is known of the kernel.
#[derive(Clone, Debug, Default)]
pub struct Kernel {
    /// Its state.
    pub status: KernelStatus,
    /// The long step that goes on.
    pub progress: Option<Progress>,
    /// The user wants the running code to stop, and it has not yet.
    pub interrupting: bool,
}

/// Whether the page works without a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offline {
    /// The page itself is kept.
    pub shell: bool,
    /// The packages that are fetched ahead.
    pub packages: Ahead,
    /// The user pays for data.
    pub save_data: bool,
}

/// How far the packages are that are fetched ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ahead {
    /// Not asked for yet.
    #[default]
    Waiting,
    /// On their way.
    Coming,
    /// All there.
    Here,
    /// They could not be had; why, as a sentence.
    Failed(String),
}

impl Offline {
    /// The state in words, and whether everything is at hand; `None` while there is nothing to say.
    pub fn sentence(&self) -> Option<(String, bool)> {
        Some(match (self.shell, &self.packages) {
            (true, Ahead::Here) => (strings::offline_ready().into(), true),
            (_, Ahead::Coming) => (strings::offline_coming(&AHEAD.join(", ")), false),
            (_, Ahead::Failed(why)) => (strings::offline_failed(why), false),
            (true, Ahead::Waiting) if self.save_data => (strings::offline_so_far().into(), true),
            (_, Ahead::Waiting) | (false, Ahead::Here) => return None,
        })
    }
}

impl Notebook {
    pub(super) fn start_kernel(&mut self, out: &mut Update) {
        if matches!(self.kernel.status, KernelStatus::Off | KernelStatus::Dead) {
            self.kernel.status = KernelStatus::Starting;
            out.changes.push(Change::Kernel);
            let sources: Vec<_> = self.cells.iter().map(|cell| cell.source.as_str()).collect();
            out.effects.push(Effect::Kernel(KernelRequest::Start { likely: sources.join("\n") }));
        }
    }

    pub(super) fn kernel_said(&mut self, message: KernelMessage, now: f64, out: &mut Update) {
        match message {
            KernelMessage::Status(status) => self.status(status, now, out),
            KernelMessage::Progress(progress) => self.progress(Some(progress), out),
            KernelMessage::Started { parent } => {
                self.progress(None, out);
                self.run_started(&parent, now);
            }
            KernelMessage::Output { parent, output } => {
                self.progress(None, out);
                self.run_put_out(&parent, output, out);
            }
            KernelMessage::UpdateDisplay { display_id, display, .. } => {
                self.update_displays(&display_id, &display, out);
            }
            KernelMessage::ClearOutput { parent, wait } => self.run_cleared(&parent, wait, out),
            KernelMessage::Overflow { parent, name, data, dropped } => {
                self.run_overflowed(&parent, name, data, dropped, out);
            }
            KernelMessage::InputRequest { parent, prompt, password } => {
                self.run_asked(&parent, prompt, password, out);
            }
            KernelMessage::Reply { parent, reply } => {
                self.progress(None, out);
                self.run_ended(&parent, reply, now, out);
            }
        }
    }

    fn progress(&mut self, progress: Option<Progress>, out: &mut Update) {
        if self.kernel.progress != progress {
            self.kernel.progress = progress;
            out.changes.push(Change::Kernel);
        }
    }

    fn status(&mut self, status: KernelStatus, now: f64, out: &mut Update) {
        let before = std::mem::replace(&mut self.kernel.status, status);
        let progress = match status {
            KernelStatus::Starting | KernelStatus::Busy => self.kernel.progress.clone(),
            KernelStatus::Off | KernelStatus::Idle | KernelStatus::Dead => self.kernel.progress.take(),
        };
        out.changes.push(Change::Kernel);
        match status {
            KernelStatus::Starting => self.forget_counts(out),
            KernelStatus::Dead => {
                self.forget_counts(out);
                // A kernel that does not come up says why as its last progress.
                let why = progress.filter(|_| before == KernelStatus::Starting).map(|progress| progress.text);
                let text = match why {
                    Some(why) => strings::kernel_not_started(&why),
                    None => strings::kernel_stopped().into(),
                };
                self.say(Tone::Error, text, None, out);
            }
            KernelStatus::Idle if self.may_fetch_ahead() => {
                self.offline.packages = Ahead::Coming;
                out.changes.push(Change::Offline);
                out.effects.push(Effect::Prefetch(AHEAD));
            }
            KernelStatus::Busy => self.run_handed_over(now),
            KernelStatus::Off | KernelStatus::Idle => {}
        }
    }

    /// Once, and not while a run waits that would have to share the network.
    fn may_fetch_ahead(&self) -> bool {
        self.offline.packages == Ahead::Waiting && !self.offline.save_data && !self.is_running()
    }

    /// A fresh kernel has run none of the cells.
    fn forget_counts(&mut self, out: &mut Update) {
        for cell in &mut self.cells {
            if cell.count.take().is_some() {
                out.changes.push(Change::Run(cell.id.clone()));
            }
        }
    }

    pub(super) fn restart(&mut self, out: &mut Update) {
        let had_run = self.cells.iter().any(|cell| cell.count.is_some()) || self.is_running();
        self.cancel_queue(strings::not_run_restarted(), out);
        self.kernel.interrupting = false;
        out.changes.push(Change::Kernel);
        out.effects.push(Effect::Kernel(KernelRequest::Restart));
        if had_run {
            self.say(Tone::Info, strings::kernel_restarted(), Some(Offer::RunAll), out);
        }
    }

    pub(super) fn shell_kept(&mut self, out: &mut Update) {
        self.offline.shell = true;
        out.changes.push(Change::Offline);
    }

    pub(super) fn prefetched(&mut self, result: Result<(), String>, out: &mut Update) {
        self.offline.packages = match result {
            Ok(()) => Ahead::Here,
            Err(why) => Ahead::Failed(why),
        };
        out.changes.push(Change::Offline);
    }
}
