//! The tree of messages: which branch is shown, and its siblings.

use super::{Chat, Message};
use crate::ids::MessageId;
use std::collections::{BTreeMap, BTreeSet};

impl Chat {
    /// The branch that is shown, first message first.
    pub fn path(&self) -> Vec<MessageId> {
        let mut path = self.up_from(self.current.clone());
        path.reverse();
        path
    }

    /// A message and all that it replies to. A circle in a hostile history ends.
    pub fn up_from(&self, mut next: Option<MessageId>) -> Vec<MessageId> {
        let mut path = Vec::new();
        while let Some(id) = next.take()
            && path.len() <= self.messages.len()
        {
            if let Some(message) = self.messages.get(&id) {
                next = message.parent.clone();
                path.push(id);
            }
        }
        path
    }

    /// All messages that reply to the same one as this, oldest first, and the place of this among them.
    pub fn versions(&self, id: &MessageId) -> (Vec<MessageId>, usize) {
        let Some(message) = self.messages.get(id) else { return (Vec::new(), 0) };
        let same: Vec<MessageId> = match message.parent.as_ref().and_then(|parent| self.messages.get(parent)) {
            Some(parent) => parent.children.iter().filter(|child| self.messages.contains_key(child)).cloned().collect(),
            None => {
                let mut roots: Vec<_> = self.messages.iter().filter(|(_, other)| other.parent.is_none()).collect();
                roots.sort_by_key(|(id, other)| (other.timestamp, (*id).clone()));
                roots.into_iter().map(|(id, _)| id.clone()).collect()
            }
        };
        let place = same.iter().position(|other| other == id).unwrap_or_default();
        (same, place)
    }

    /// A time for a message that replies to none: later than those of its versions, which are ordered by it.
    pub(in crate::state) fn root_time(&self, now: u64) -> u64 {
        let roots = self.messages.values().filter(|other| other.parent.is_none());
        roots.map(|other| other.timestamp + 1).fold(now, u64::max)
    }

    /// Shows the branch that goes through this message, to its latest end.
    pub fn show_branch(&mut self, id: &MessageId) {
        let mut last = id.clone();
        for _ in 0..self.messages.len() {
            match self.messages.get(&last).and_then(|message| message.children.last()) {
                Some(child) if self.messages.contains_key(child) => last = child.clone(),
                _ => break,
            }
        }
        self.current = Some(last);
    }

    /// Adds a message below its parent.
    pub fn add(&mut self, id: MessageId, message: Message) {
        if let Some(parent) = message.parent.as_ref().and_then(|parent| self.messages.get_mut(parent))
            && !parent.children.contains(&id)
        {
            parent.children.push(id.clone());
        }
        self.messages.insert(id, message);
    }

    /// Makes the lists of children what the parents say: a stored list may miss some, or name others.
    pub(super) fn adopt_children(&mut self) {
        let mut children: BTreeMap<MessageId, Vec<(u64, MessageId)>> = BTreeMap::new();
        for (id, message) in &self.messages {
            if let Some(parent) = &message.parent {
                children.entry(parent.clone()).or_default().push((message.timestamp, id.clone()));
            }
        }
        for (id, message) in &mut self.messages {
            let mut real = children.remove(id).unwrap_or_default();
            real.sort();
            let own: BTreeSet<&MessageId> = real.iter().map(|(_, child)| child).collect();
            message.children.retain(|child| own.contains(child));
            let known: BTreeSet<MessageId> = message.children.iter().cloned().collect();
            message.children.extend(real.into_iter().map(|(_, child)| child).filter(|child| !known.contains(child)));
        }
    }
}
