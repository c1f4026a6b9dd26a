//! What code of the server may ask the page for from its frame (SECURITY.md 5.3). Nothing here is done: each
//! call is refused, answered, or asked about.

use crate::file_name;
use serde_json::Value;

/// Calls that a run may make; with one more it ends.
const CALLS: u32 = 50;
/// Notices that a run may show.
const NOTICES: u32 = 3;
/// Files that a run may offer.
const DOWNLOADS: u32 = 3;
/// Characters of a notice.
const NOTICE: usize = 500;
/// Bytes of a file.
const BYTES: usize = 268_435_456;
/// Bytes of an address; longer ones carry data away.
const ADDRESS: usize = 2_000;
/// The settings that code may read: neither says who the person is.
const SETTINGS: [&str; 2] = ["theme", "locale"];
/// The type of a file that names none.
const BINARY: &str = "application/octet-stream";

/// What a run has asked for so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    calls: u32,
    notices: u32,
    downloads: u32,
}

/// What the person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Whether this file may be saved. It is never opened.
    Download {
        /// A plain name.
        name: String,
        /// Its type.
        media_type: String,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// Whether this address may be opened, in a tab that can't reach back (`noopener,noreferrer`).
    Open {
        /// An http or https address.
        url: String,
        /// Its host, to be shown.
        host: String,
    },
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No; the sentence goes to the code.
    Refuse(String),
    /// The chat's title is the answer, at most 200 characters of it.
    Title,
    /// The setting of this key is the answer, at most 1,000 characters of it.
    Storage(&'static str),
    /// This text is shown as text.
    Notify(String),
    /// The person decides.
    Ask(Asked),
    /// The frame is shown (true) or hidden.
    Overlay(bool),
    /// The run ends with this error.
    End(String),
}

/// Judges one call. Names are matched as text: whatever else stands in their place is unknown.
pub fn judge(budget: &mut Budget, name: &Value, args: &Value, data: Option<&[u8]>) -> Verdict {
    budget.calls += 1;
    if budget.calls > CALLS {
        return Verdict::End("too many capability calls".to_owned());
    }
    let text = |key: &str| args.as_object().and_then(|args| args.get(key)).and_then(Value::as_str);
    let judged = match name.as_str() {
        Some("title") => Ok(Verdict::Title),
        Some("storage.get") => setting(text("key")),
        Some("notify") => notice(budget, text("text")),
        Some("download") => {
            download(budget, text("name"), text("type"), data.or_else(|| text("data").map(str::as_bytes)))
        }
        Some("open") => open(text("url")),
        Some("overlay") => args
            .as_object()
            .and_then(|args| args.get("shown")?.as_bool())
            .map(Verdict::Overlay)
            .ok_or("overlay takes `shown`, true or false."),
        _ => Err("There is no capability of this name."),
    };
    judged.unwrap_or_else(|why| Verdict::Refuse(why.to_owned()))
}

type Judged = Result<Verdict, &'static str>;

fn setting(key: Option<&str>) -> Judged {
    let known = SETTINGS.into_iter().find(|setting| Some(*setting) == key);
    known.map(Verdict::Storage).ok_or("Only the settings `theme` and `locale` can be read.")
}

fn notice(budget: &mut Budget, text: Option<&str>) -> Judged {
    let text = text.filter(|text| !text.trim().is_empty()).ok_or("notify takes `text`.")?;
    if text.chars().nth(NOTICE).is_some() {
        return Err("A notice has at most 500 characters.");
    }
    spend(&mut budget.notices, NOTICES, "This run has shown three notices already.")?;
    Ok(Verdict::Notify(text.to_owned()))
}

fn download(budget: &mut Budget, name: Option<&str>, media_type: Option<&str>, data: Option<&[u8]>) -> Judged {
    let name = name.ok_or("download takes `name`, a text.")?;
    let data = data.ok_or("download takes `data`: text or bytes.")?;
    if data.len() > BYTES {
        return Err("A file has at most 256 MB.");
    }
    spend(&mut budget.downloads, DOWNLOADS, "This run has offered three files already.")?;
    let media_type = media_type.filter(|text| is_media_type(text)).unwrap_or(BINARY).to_owned();
    Ok(Verdict::Ask(Asked::Download { name: file_name::clean(name), media_type, data: data.to_vec() }))
}

fn open(url: Option<&str>) -> Judged {
    let url = url.ok_or("open takes `url`, a text.")?;
    let host = web_host(url).ok_or("Only plain http and https addresses can be opened.")?;
    Ok(Verdict::Ask(Asked::Open { url: url.to_owned(), host: host.to_owned() }))
}

fn spend(spent: &mut u32, most: u32, why: &'static str) -> Result<(), &'static str> {
    *spent += 1;
    if *spent > most { Err(why) } else { Ok(()) }
}

/// `type/subtype`, with nothing that could end a header or an attribute.
fn is_media_type(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/+-._".contains(c);
    text.len() <= 100 && text.matches('/').count() == 1 && text.chars().all(plain)
}

/// The host (with its port) of an address in its plainest form: browsers read others in ways that a person doesn't.
fn web_host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_plain = url.len() <= ADDRESS && !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let host = rest.split(['/', '?', '#']).next()?;
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    (is_web && is_plain && is_host).then_some(host)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
