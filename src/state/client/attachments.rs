//! Files of the next message: stored as soon as they are chosen, sent when they are stored (PROTOCOL.md 5.3).

use super::{Change, Client, Effect, Failure, RETRY, Ticket, Timer, Update};
use crate::protocol::rest::FileRecord;
use crate::state::answer::Upload;
use crate::state::strings;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::sync::Arc;

/// A file of the next message.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Names it in this page.
    pub number: u32,
    /// As the person knows it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its content.
    data: Arc<[u8]>,
    /// How far it is.
    pub state: Storing,
    /// Whether its message has been sent off: then it is no longer the composer's.
    pub leaving: bool,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq)]
pub enum Storing {
    /// The server can't be reached; it is stored when it can.
    Waits,
    /// So many of so many bytes are sent.
    Sent(f64, f64),
    /// It is stored.
    Stored(Box<FileRecord>),
    /// It can't be stored; a sentence.
    Failed(String),
}

impl Client {
    pub(super) fn attach(
        &mut self,
        number: u32,
        name: String,
        media_type: String,
        data: Arc<[u8]>,
        update: &mut Update,
    ) {
        let limits = &self.config.file;
        let too_big = limits.max_size.is_some_and(|most| data.len() as u64 > u64::from(most) << 20);
        let too_many = limits.max_count.is_some_and(|most| self.attachments.len() >= most as usize);
        let refusal = match (data.is_empty(), too_big, too_many) {
            (true, _, _) => Some(strings::empty_file(&name)),
            (_, true, _) => Some(strings::larger_than_taken(&name, &limits.max_size.unwrap_or_default())),
            (_, _, true) => Some(strings::files_at_most(&limits.max_count.unwrap_or_default())),
            _ if !self.person.may("chat.file_upload") => Some(strings::may_not_upload().into()),
            _ => None,
        };
        if let Some(why) = refusal {
            return self.warn(why, update);
        }
        let media_type = if media_type.is_empty() { "application/octet-stream".to_owned() } else { media_type };
        self.attachments.push(Attachment { number, name, media_type, data, state: Storing::Waits, leaving: false });
        self.send_attachments(update);
        update.changes.push(Change::Attachments);
    }

    pub(super) fn detach(&mut self, number: u32, update: &mut Update) {
        self.attachments.retain(|file| file.number != number || file.leaving);
        update.changes.push(Change::Attachments);
    }

    /// Sends the files that wait.
    pub(super) fn send_attachments(&mut self, update: &mut Update) {
        if !self.is_connected() {
            return;
        }
        for file in self.attachments.iter_mut().filter(|file| file.state == Storing::Waits) {
            file.state = Storing::Sent(0.0, file.data.len() as f64);
            let (media_type, data) = (file.media_type.clone().into(), file.data.clone());
            let upload = Upload { name: file.name.clone(), media_type, data, chart: None };
            // Pictures have no text that could be taken out.
            let query = if is_picture(&file.media_type) { "process=false" } else { "process=true" };
            update.effects.push(Effect::Upload(Ticket::Attachment(file.number), upload, query));
        }
    }

    pub(super) fn uploading(&mut self, ticket: &Ticket, sent: f64, total: f64, update: &mut Update) {
        if let Ticket::Attachment(number) = ticket
            && let Some(file) = self.attachments.iter_mut().find(|file| file.number == *number)
            && matches!(file.state, Storing::Sent(..))
        {
            file.state = Storing::Sent(sent, total);
            update.changes.push(Change::Attachments);
        }
    }

    pub(super) fn attachment_stored(&mut self, number: u32, result: Result<FileRecord, Failure>, update: &mut Update) {
        let Some(file) = self.attachments.iter_mut().find(|file| file.number == number) else { return };
        file.state = match result {
            Ok(record) => Storing::Stored(record.into()),
            Err(failure) if failure.is_passing() => Storing::Waits,
            Err(failure) => Storing::Failed(failure.detail),
        };
        if file.state == Storing::Waits && self.is_connected() {
            update.effects.push(Effect::Wake(Timer::Flush, RETRY));
        }
        update.changes.push(Change::Attachments);
        self.flush(update);
    }

    pub(super) fn is_uploading(&self, number: u32) -> bool {
        let file = self.attachments.iter().find(|file| file.number == number);
        file.is_some_and(|file| matches!(file.state, Storing::Waits | Storing::Sent(..)))
    }

    /// The files of the composer go with the message that is being sent; those that failed stay.
    pub(super) fn take_attachments(&mut self, update: &mut Update) -> Vec<u32> {
        let mut numbers = Vec::new();
        for file in
            self.attachments.iter_mut().filter(|file| !file.leaving && !matches!(file.state, Storing::Failed(_)))
        {
            file.leaving = true;
            numbers.push(file.number);
        }
        update.changes.push(Change::Attachments);
        numbers
    }

    /// Stored files as a message names them.
    pub(super) fn stored_files(&mut self, numbers: &[u32], temporary: bool, update: &mut Update) -> Vec<Value> {
        let mut files = Vec::new();
        let mut lost = Vec::new();
        self.attachments.retain(|file| {
            if !numbers.contains(&file.number) {
                return true;
            }
            match &file.state {
                Storing::Stored(record) if temporary && is_picture(&file.media_type) => {
                    let url = format!("data:{};base64,{}", file.media_type, BASE64_STANDARD.encode(&file.data));
                    files.push(json!({"type": "image", "url": url, "id": record.id, "name": file.name, "content_type": file.media_type}));
                }
                Storing::Stored(record) => files.push(json!({
                    "type": "file", "file": &**record, "id": record.id, "url": record.id, "name": file.name,
                    "status": "uploaded", "size": file.data.len(), "error": "", "itemId": record.id,
                    "content_type": file.media_type,
                })),
                _ => lost.push(file.name.clone()),
            }
            false
        });
        for name in lost {
            self.warn(strings::sent_without(&name), update);
        }
        files
    }

    /// A message was taken back: its files are the composer's again.
    pub(super) fn give_back(&mut self, numbers: &[u32], update: &mut Update) {
        for file in self.attachments.iter_mut().filter(|file| numbers.contains(&file.number)) {
            file.leaving = false;
        }
        update.changes.push(Change::Attachments);
    }
}

/// Whether models see such a file as a picture.
pub(super) fn is_picture(media_type: &str) -> bool {
    ["image/png", "image/jpeg", "image/webp", "image/gif"].contains(&media_type)
}
