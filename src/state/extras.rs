//! Files and sources of a message as they are shown (PROTOCOL.md 2.2): what comes from the server is read as text,
//! and only addresses that are safe stay addresses.

use crate::markdown::safe_link;
use crate::protocol::chat::{clip, content_path, file_content_path, is_file_id, one_line};
use serde_json::Value;

/// Entries of a list that are shown.
const SHOWN: usize = 200;
/// Characters of a document's text.
const DOCUMENT: usize = 5_000;

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileItem {
    /// What people read.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Whether it is a picture to be shown.
    pub picture: bool,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// On the server, at this path; fetched with the session's token.
    Stored(String),
    /// In the message itself: a `data:` address of a picture.
    Inline(String),
    /// Elsewhere: a link that is followed on a click only.
    Elsewhere(String),
    /// Nowhere that may be gone to.
    Nowhere,
}

/// The files of a message, first to last.
pub fn files(files: &[Value]) -> Vec<FileItem> {
    files.iter().filter(|file| file.is_object()).take(SHOWN).map(file).collect()
}

fn file(file: &Value) -> FileItem {
    let url = file["url"].as_str().unwrap_or_default();
    let id = [&file["id"], &file["url"]].into_iter().filter_map(Value::as_str).find(|id| is_file_id(id));
    let media_type = file["content_type"].as_str().unwrap_or_default();
    let picture =
        file["type"] == "image" || ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&media_type);
    let place = match (file_content_path(url), id) {
        (Some(path), _) => Place::Stored(path.to_owned()),
        _ if picture && url.starts_with("data:image/") => Place::Inline(url.to_owned()),
        (None, Some(id)) => Place::Stored(content_path(&id.into())),
        (None, None) => safe_link(url).map_or(Place::Nowhere, |url| Place::Elsewhere(url.to_owned())),
    };
    let name = file["name"].as_str().map(|name| one_line(name, 200)).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| if picture { "Picture" } else { "File" }.to_owned());
    FileItem { name, picture: picture && !matches!(place, Place::Elsewhere(_) | Place::Nowhere), place }
}

/// A source of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Citation {
    /// What people read.
    pub name: String,
    /// Where it leads, if that is safe.
    pub link: Option<String>,
    /// Its texts.
    pub documents: Vec<String>,
}

/// The sources of a message: documents with the same origin are one.
pub fn citations(sources: &[Value]) -> Vec<Citation> {
    let mut found: Vec<(String, Citation)> = Vec::new();
    for source in sources {
        let about = &source["source"];
        let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
        let documents = source["document"].as_array().map(Vec::as_slice).unwrap_or_default();
        let metadata = source["metadata"].as_array().map(Vec::as_slice).unwrap_or_default();
        // A source without documents is shown, too.
        for at in 0..documents.len().max(1) {
            let meta = metadata.get(at).unwrap_or(&Value::Null);
            let key = text(meta, "source").or_else(|| text(about, "id")).unwrap_or_else(|| "N/A".to_owned());
            let link = [Some(key.clone()), text(meta, "url"), text(about, "url")]
                .into_iter()
                .flatten()
                .find_map(|url| url.starts_with("http").then(|| safe_link(&url).map(str::to_owned)).flatten());
            let named = text(meta, "name").or_else(|| text(about, "name")).unwrap_or_else(|| key.clone());
            let document = documents.get(at).and_then(Value::as_str).map(|text| clip(text, DOCUMENT));
            if let Some((_, citation)) = found.iter_mut().find(|(known, _)| *known == key) {
                citation.documents.extend(document);
            } else if found.len() < SHOWN {
                let name = one_line(&named, 200);
                found.push((key, Citation { name, link, documents: document.into_iter().collect() }));
            }
        }
    }
    found.into_iter().map(|(_, citation)| citation).collect()
}

/// A run of code that was told as a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeRun {
    /// What people read.
    pub name: String,
    /// The code.
    pub code: String,
    /// Its language.
    pub language: String,
    /// What it put out, once it has ended.
    pub output: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether it has ended.
    pub ended: bool,
    /// Files that it made.
    pub files: Vec<FileItem>,
}

/// The runs of a message, first to last.
pub fn code_runs(runs: &[(String, Value)]) -> Vec<CodeRun> {
    let text = |value: &Value| value.as_str().map(|text| clip(text, DOCUMENT * 4));
    let run = |(_, run): &(String, Value)| CodeRun {
        name: run["name"]
            .as_str()
            .map(|name| one_line(name, 200))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "Code".into()),
        code: text(&run["code"]).unwrap_or_default(),
        language: run["language"].as_str().map(|name| one_line(name, 30)).unwrap_or_default(),
        output: text(&run["result"]["output"]),
        error: text(&run["result"]["error"]),
        ended: run["result"].is_object(),
        files: files(run["result"]["files"].as_array().map(Vec::as_slice).unwrap_or_default()),
    };
    runs.iter().take(SHOWN).map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(value: Value) -> Place {
        files(&[value])[0].place.clone()
    }

    #[test]
    fn a_file_is_where_its_server_keeps_it_or_a_link_or_nowhere() {
        let stored = Place::Stored("/api/v1/files/f-1/content".into());
        assert_eq!(place(json!({"type": "file", "id": "f-1", "url": "f-1"})), stored);
        assert_eq!(place(json!({"type": "image", "url": "/api/v1/files/f-1/content"})), stored);
        assert_eq!(place(json!({"url": "javascript:alert(1)"})), Place::Nowhere);
        assert_eq!(place(json!({"url": "data:text/html,<script>"})), Place::Nowhere);
        assert_eq!(place(json!({"url": "/api/v1/auths/", "id": "../x"})), Place::Nowhere);
        let beacon = &files(&[json!({"type": "image", "url": "https://evil.test/b.png"})])[0];
        assert_eq!((beacon.picture, &beacon.place), (false, &Place::Elsewhere("https://evil.test/b.png".into())));
        assert!(files(&[json!(null), json!(1), json!([])]).is_empty());
    }

    #[test]
    fn documents_of_the_same_origin_are_one_source() {
        let sources = [
            json!({"source": {"name": "S", "id": "s"}, "document": ["a", "b"], "metadata": [{"source": "https://x/1", "name": "One"}, {"source": "https://x/1"}]}),
            json!({"source": {"name": "x", "url": "javascript:alert(1)"}, "document": "str", "metadata": {}}),
        ];
        let found = citations(&sources);
        assert_eq!((found.len(), found[0].documents.len(), found[0].name.as_str()), (2, 2, "One"));
        assert_eq!((found[0].link.as_deref(), found[1].link.as_deref()), (Some("https://x/1"), None));
    }
}
