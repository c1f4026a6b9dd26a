//! How events change a chat.

use super::message::FIELDS;
use super::{Changed, Chat, Field, Message, Role};
use crate::ids::MessageId;
use crate::protocol::chat::{ChatEvent, OutletMessage, Person};
use crate::state::fold;
use serde_json::Value;
use std::collections::BTreeMap;

/// Steps in terminals that are kept.
const TERMINAL: usize = 50;
/// Events that are kept while the chat is read.
const BUFFER: usize = 5_000;

impl Chat {
    /// Applies an event to this chat. `user` is who caused it, on a shared chat.
    pub fn apply(&mut self, message_id: Option<&MessageId>, user: Option<&Person>, event: ChatEvent) -> Vec<Changed> {
        if let Some(kept) = self.reading.as_mut().filter(|kept| kept.len() < BUFFER) {
            kept.push((message_id.cloned(), event.clone()));
        }
        match event {
            ChatEvent::Title(title) => {
                self.title = title;
                vec![Changed::Title]
            }
            ChatEvent::Active(active) => {
                self.active = active;
                if !active {
                    self.compaction = self.compaction.take().filter(|compaction| compaction.error);
                }
                vec![Changed::Active, Changed::About]
            }
            ChatEvent::Tasks(tasks) => {
                self.tasks = tasks;
                vec![Changed::About]
            }
            ChatEvent::Presence(people) => {
                self.presence = people;
                vec![Changed::About]
            }
            ChatEvent::Typing(typing) => {
                let Some(user) = user else { return Vec::new() };
                self.typing.retain(|person| person.id != user.id);
                if typing && self.typing.len() < 100 {
                    self.typing.push(user.clone());
                }
                vec![Changed::About]
            }
            ChatEvent::Compaction(compaction) => {
                let summed = compaction.checkpoint.as_ref().and_then(|id| self.messages.get_mut(id));
                if let (Some(message), Some(summary)) = (summed, &compaction.summary) {
                    message.context_summary = Some(summary.clone());
                }
                let is_over = compaction.done && !compaction.error;
                self.compaction = Some(compaction).filter(|_| !is_over);
                vec![Changed::About]
            }
            ChatEvent::Terminal(what, data) => {
                let about =
                    ["path", "command", "file"].iter().find_map(|name| data[*name].as_str()).unwrap_or_default();
                if self.terminal.len() >= TERMINAL {
                    self.terminal.remove(0);
                }
                self.terminal.push((what, about.to_owned()));
                vec![Changed::About]
            }
            ChatEvent::Messages(messages, current) => self.merge(&messages, current),
            ChatEvent::Outlet(messages) => messages.into_iter().flat_map(|message| self.filtered(message)).collect(),
            ChatEvent::Cancelled(output) => self.cancelled(message_id, output),
            event => self.apply_to_message(message_id, event),
        }
    }

    fn apply_to_message(&mut self, id: Option<&MessageId>, event: ChatEvent) -> Vec<Changed> {
        let Some((id, message)) = id.and_then(|id| Some((id, self.messages.get_mut(id)?))) else { return Vec::new() };
        message.apply(event).iter().map(|field| Changed::Message(id.clone(), *field)).collect()
    }

    /// Applies what came while this copy was read, as far as the copy doesn't have it (PROTOCOL.md 1.8). What is told
    /// whole is applied again; of lists only what is missing; of text only what the copy doesn't end with.
    pub fn catch_up(&mut self, events: Vec<(Option<MessageId>, ChatEvent)>) {
        let mut increments: BTreeMap<MessageId, Vec<Value>> = BTreeMap::new();
        for (id, event) in events {
            let message = id.as_ref().and_then(|id| self.messages.get(id));
            match (&event, &id) {
                (ChatEvent::Response(increment), Some(id)) => {
                    increments.entry(id.clone()).or_default().push(increment.clone());
                    continue;
                }
                // A snapshot has all increments before it; a chunk of text can't be told from one that is in the copy.
                (ChatEvent::Completion(data), Some(id)) if data["output"].is_array() => drop(increments.remove(id)),
                (ChatEvent::Completion(data), _) if data["done"] != true && data["error"].is_null() => continue,
                (ChatEvent::Delta(_) | ChatEvent::Terminal(..), _) => continue,
                (ChatEvent::Status(item), _) if message.is_none_or(|message| message.statuses.contains(item)) => {
                    continue;
                }
                (ChatEvent::Source(source), _) if message.is_none_or(|message| message.sources.contains(source)) => {
                    continue;
                }
                (ChatEvent::Files { files, merge: true }, _)
                    if message.is_none_or(|message| files.iter().all(|file| message.files.contains(file))) =>
                {
                    continue;
                }
                (ChatEvent::Embeds { embeds, replace: false }, _)
                    if message.is_none_or(|message| embeds.iter().all(|embed| message.embeds.contains(embed))) =>
                {
                    continue;
                }
                _ => {}
            }
            self.apply(id.as_ref(), None, event);
        }
        for (id, increments) in increments {
            if let Some(message) = self.messages.get_mut(&id)
                && !message.done
                && !message.output.is_empty()
            {
                fold::catch_up(&mut message.output, &increments);
                message.content = fold::content(&message.output);
            }
        }
    }

    /// Messages of somebody else; the branch that is shown stays, unless theirs goes on from its end.
    fn merge(&mut self, messages: &serde_json::Map<String, Value>, current: Option<MessageId>) -> Vec<Changed> {
        let mut changed = vec![Changed::Path];
        for (id, message) in messages {
            let id = MessageId::from(id.as_str());
            changed.extend(FIELDS.map(|field| Changed::Message(id.clone(), field)));
            self.messages.insert(id, Message::parse(message));
        }
        self.adopt_children();
        let goes_on = |mut id: MessageId| {
            for _ in 0..=self.messages.len() {
                if Some(&id) == self.current.as_ref() {
                    return true;
                }
                match self.messages.get(&id).and_then(|message| message.parent.clone()) {
                    Some(parent) => id = parent,
                    None => return self.current.is_none(),
                }
            }
            false
        };
        if let Some(current) = current.filter(|id| self.messages.contains_key(id) && goes_on(id.clone())) {
            self.current = Some(current);
        }
        changed
    }

    /// A message as filters have left it (2.2).
    fn filtered(&mut self, new: OutletMessage) -> Vec<Changed> {
        let Some(message) = self.messages.get_mut(&new.id) else { return Vec::new() };
        if let Some(output) = new.output {
            message.output = output;
        }
        if let Some(content) = new.content.filter(|content| *content != message.content) {
            message.original_content = Some(std::mem::take(&mut message.content));
            // A filter that changes the text only would change nothing that is seen.
            if fold::content(&message.output) == content {
                message.content = content;
            } else {
                message.replace(content);
            }
        }
        if let Some(sources) = new.sources {
            message.sources = sources;
        }
        if new.usage.is_some() {
            message.usage = new.usage;
        }
        [Field::Body, Field::Extras].map(|field| Changed::Message(new.id.clone(), field)).into()
    }

    /// The turn was stopped: the message and the other answers to the same question are done.
    fn cancelled(&mut self, id: Option<&MessageId>, output: Option<Vec<Value>>) -> Vec<Changed> {
        let Some(id) = id else { return Vec::new() };
        let mut changed = Vec::new();
        for other in self.versions(id).0 {
            let Some(message) = self.messages.get_mut(&other).filter(|message| message.role == Role::Assistant) else {
                continue;
            };
            if other == *id
                && let Some(output) = &output
            {
                message.set_output(output.clone());
            }
            if !message.done || other == *id {
                message.done = true;
                changed.extend([Field::Body, Field::Done].map(|field| Changed::Message(other.clone(), field)));
            }
        }
        changed
    }
}

impl Message {
    fn apply(&mut self, event: ChatEvent) -> &'static [Field] {
        match event {
            ChatEvent::Status(item) => {
                self.add_status(item);
                &[Field::Status]
            }
            ChatEvent::Delta(text) => match self.append(&text) {
                Field::Growth => &[Field::Growth],
                _ => &[Field::Body],
            },
            ChatEvent::Replace(text) => {
                self.replace(text);
                &[Field::Body]
            }
            ChatEvent::Files { files, merge } => {
                self.set_files(files, merge);
                &[Field::Extras]
            }
            ChatEvent::Embeds { embeds, replace } => {
                self.set_embeds(embeds, replace);
                &[Field::Extras]
            }
            ChatEvent::Source(source) => {
                self.add_source(source);
                &[Field::Extras]
            }
            ChatEvent::CodeExecution(id, run) => {
                self.set_execution(id, run);
                &[Field::Extras]
            }
            ChatEvent::FollowUps(questions) => {
                self.follow_ups = questions;
                &[Field::Extras]
            }
            ChatEvent::Favorite(favorite) => {
                self.favorite = favorite;
                &[Field::Extras]
            }
            ChatEvent::Voice(voice) => {
                self.voice = Some(voice).filter(|voice| !voice.is_null());
                &[Field::Extras]
            }
            ChatEvent::Response(event) => {
                let appended = fold::appended(&self.output, &event).map(str::to_owned);
                if !fold::response(&mut self.output, &event) {
                    return &[];
                }
                match appended {
                    Some(text) => {
                        self.content.push_str(&text);
                        &[Field::Growth]
                    }
                    None => {
                        self.content = fold::content(&self.output);
                        &[Field::Body]
                    }
                }
            }
            ChatEvent::Completion(data) => self.complete(&data),
            ChatEvent::Error(words) => {
                self.error = Some(words);
                self.done = true;
                self.statuses.retain(|item| item.action != "knowledge_search");
                &[Field::Body, Field::Status, Field::Done]
            }
            _ => &[],
        }
    }
}
