//! Sentences for the user about things that happened, with what can be done about them.

use super::Notebook;
use super::message::{Change, Effect, Notice, NoticeId, Offer, Timer, Tone, Update};

/// How long a notice stays that asks for nothing.
const SHORT: u32 = 8_000;
/// How long a notice stays that offers something: time to read, decide and get there by keyboard.
const LONG: u32 = 30_000;
/// More notices than this at once help nobody: the oldest goes.
const MOST: usize = 5;

#[derive(Clone, Debug, Default)]
pub(super) struct Notices {
    all: Vec<Notice>,
    next: NoticeId,
}

impl Notices {
    pub(super) fn all(&self) -> &[Notice] {
        &self.all
    }
}

impl Notebook {
    /// Says something. Warnings and errors stay until they are dismissed; the same sentence is said once.
    pub(super) fn say(&mut self, tone: Tone, text: impl Into<String>, offer: Option<Offer>, out: &mut Update) {
        let text = text.into();
        self.notices.all.retain(|notice| notice.text != text && (offer.is_none() || notice.offer != offer));
        if self.notices.all.len() >= MOST {
            self.notices.all.remove(0);
        }
        self.notices.next += 1;
        let id = self.notices.next;
        self.notices.all.push(Notice { id, tone, text, offer });
        out.changes.push(Change::Notices);
        if tone == Tone::Info {
            let stay = if offer.is_some() { LONG } else { SHORT };
            out.effects.push(Effect::Later(Timer::Notice(id), stay));
        }
    }

    /// Takes the notices away that offer this: it was done, or makes no sense any more.
    pub(super) fn withdraw(&mut self, offer: Offer, out: &mut Update) {
        let before = self.notices.all.len();
        self.notices.all.retain(|notice| notice.offer != Some(offer));
        if self.notices.all.len() != before {
            out.changes.push(Change::Notices);
        }
    }

    pub(super) fn dismiss(&mut self, id: NoticeId, out: &mut Update) {
        if let Some(at) = self.notices.all.iter().position(|notice| notice.id == id) {
            let notice = self.notices.all.remove(at);
            out.changes.push(Change::Notices);
            if matches!(notice.offer, Some(Offer::OpenOther | Offer::DownloadOther)) {
                self.forget_aside(out);
            }
        }
    }

    pub(super) fn accept(&mut self, id: NoticeId, now: f64, out: &mut Update) {
        let Some(at) = self.notices.all.iter().position(|notice| notice.id == id) else { return };
        let notice = self.notices.all.remove(at);
        out.changes.push(Change::Notices);
        match notice.offer {
            Some(Offer::Undelete) => self.undelete(out),
            Some(Offer::RunAll) => self.run_all(now, out),
            Some(Offer::OpenOther) => self.open_aside(out),
            Some(Offer::DownloadOther) => self.download_aside(out),
            None => {}
        }
    }
}
