//! Kernels of chats: one each, so that the code of one chat sees nothing of another (SECURITY.md R15).

use crate::ids::ChatId;
use crate::protocol::execute::{KernelMessage, KernelRequest, KernelStatus};
use crate::web::files::Files;
use crate::web::kernel::{Kernel, KernelOptions};
use crate::web::start;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Kernels that may be alive at a time; the one that was used least lately goes first (SECURITY.md 9).
const MOST: usize = 3;

/// The kernels, latest used last.
pub(super) struct Kernels {
    alive: RefCell<Vec<(ChatId, Kernel)>>,
    /// What the code of each chat has left, whether or not its kernel lives.
    files: RefCell<BTreeMap<ChatId, Rc<Files>>>,
    options: KernelOptions,
    hear: Rc<dyn Fn(ChatId, KernelMessage)>,
}

impl Kernels {
    /// `hear` is told what they say; that one is off once it is gone.
    pub(super) fn new(options: KernelOptions, hear: impl Fn(ChatId, KernelMessage) + 'static) -> Self {
        Self { alive: RefCell::default(), files: RefCell::default(), options, hear: Rc::new(hear) }
    }

    /// The files of a chat; `kept_as` is their name in this browser, if they outlast the page.
    pub(super) fn files(&self, chat: &ChatId, kept_as: impl FnOnce() -> Option<String>) -> Rc<Files> {
        let mut files = self.files.borrow_mut();
        // What nobody works with any more comes back from where it is kept.
        files.retain(|known, files| known == chat || Rc::strong_count(files) > 1 || !files.are_kept());
        files.entry(chat.clone()).or_insert_with(|| kept_as().map_or_else(Rc::default, Files::kept_as)).clone()
    }

    /// The kernel of a chat, if it is alive.
    pub(super) fn get(&self, chat: &ChatId) -> Option<Kernel> {
        self.alive.borrow().iter().find(|(owner, _)| owner == chat).map(|(_, kernel)| kernel.clone())
    }

    /// Answers all that is open in a chat's kernel, and forgets it.
    pub(super) fn end(&self, chat: &ChatId) {
        let mut alive = self.alive.borrow_mut();
        let known = alive.iter().position(|(owner, _)| owner == chat).map(|at| alive.remove(at).1);
        drop(alive);
        self.files.borrow_mut().remove(chat);
        if let Some(kernel) = known {
            kernel.request(KernelRequest::Dispose);
            (self.hear)(chat.clone(), KernelMessage::Status(KernelStatus::Off));
        }
    }

    pub(super) fn clear(&self) {
        self.alive.take();
        self.files.take();
    }

    /// A chat is likely to want a kernel. One that it has is enough.
    pub(super) fn expect(&self, chat: &ChatId) {
        if !self.alive.borrow().iter().any(|(owner, _)| owner == chat) {
            start::expect(&self.options);
        }
    }

    /// Asks the kernel of a chat. Only code brings one to life.
    pub(super) fn ask(&self, chat: ChatId, request: KernelRequest, files: Rc<Files>) {
        let known = {
            let mut alive = self.alive.borrow_mut();
            alive.iter().position(|(owner, _)| *owner == chat).map(|at| alive.remove(at).1)
        };
        let kernel = match known {
            Some(kernel) => kernel,
            None if !matches!(request, KernelRequest::Execute(_)) => return,
            None => {
                self.make_room();
                let (owner, hear) = (chat.clone(), self.hear.clone());
                Kernel::new(self.options.clone(), files, move |message| hear(owner.clone(), message))
            }
        };
        self.alive.borrow_mut().push((chat, kernel.clone()));
        kernel.request(request);
    }

    /// Lets go of the kernel that was used least lately, if there are as many as may be.
    fn make_room(&self) {
        let mut alive = self.alive.borrow_mut();
        let is_at_rest = |kernel: &Kernel| !matches!(kernel.status(), KernelStatus::Busy | KernelStatus::Starting);
        let idle = alive.iter().position(|(_, kernel)| is_at_rest(kernel)).filter(|_| alive.len() >= MOST);
        let gone = idle.map(|at| alive.remove(at));
        drop(alive);
        if let Some((owner, _)) = gone {
            (self.hear)(owner, KernelMessage::Status(KernelStatus::Off));
        }
    }
}
