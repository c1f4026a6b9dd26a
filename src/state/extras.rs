//! Files and sources of a message as they are shown (PROTOCOL.md 2.2): what comes from the server is read as text,
//! and only addresses that are safe stay addresses.

use super::strings;
use crate::markdown::safe_link;
use crate::protocol::chat::{clip, content_path, file_content_path, is_file_id, one_line};
use serde_json::{Value, json};

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
    let name = name.unwrap_or_else(|| if picture { strings::picture() } else { strings::file() }.to_owned());
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
    pub documents: Vec<Document>,
    /// The page that shows it (6.5): an address, or nothing.
    pub embed: Option<String>,
    /// What that page hears when it asks what it stands for (6.4): `{id, source, document, metadata, distances}`.
    pub payload: Value,
}

/// A text of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The text.
    pub text: String,
    /// Whether it says of itself that it is HTML.
    pub html: bool,
    /// How well it fits what was asked, in percent.
    pub relevance: Option<u8>,
    /// Its page, counted from 1.
    pub page: Option<u64>,
    /// How it was asked for, as JSON.
    pub parameters: Option<String>,
}

/// The sources of a message, numbered from 1 by its marks (`[1]`): documents with the same origin are one.
pub fn citations(sources: &[Value]) -> Vec<Citation> {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let distances = || sources.iter().flat_map(|source| list(source, "distances"));
    // Distances of other kinds can't be told as percent, and some of each mean nothing beside one another.
    let is_relevance = distances().all(|one| one.as_f64().is_some_and(|one| (-1.0..=1.0).contains(&one)));
    let mut found: Vec<(String, Citation)> = Vec::new();
    for source in sources.iter().filter(|source| source.as_object().is_some_and(|fields| !fields.is_empty())) {
        let about = &source["source"];
        let (documents, metadata, distances) =
            (list(source, "document"), list(source, "metadata"), list(source, "distances"));
        // A source without documents is shown, too.
        for at in 0..documents.len().max(1) {
            let meta = metadata.get(at).unwrap_or(&Value::Null);
            let key = [&meta["source"], &about["id"]].into_iter().find_map(Value::as_str).unwrap_or("N/A");
            let distance = distances.get(at).filter(|_| is_relevance);
            let known = found.iter().position(|(known, _)| known == key);
            let place = match known {
                Some(place) => place,
                None if found.len() < SHOWN => {
                    found.push((key.to_owned(), citation(key, about, meta)));
                    found.len() - 1
                }
                None => continue,
            };
            let citation = &mut found[place].1;
            if let Some(text) = documents.get(at).and_then(Value::as_str) {
                citation.documents.push(document(text, meta, distance));
            }
            let told = [("document", documents.get(at)), ("metadata", Some(meta)), ("distances", distances.get(at))];
            for (name, value) in told {
                if let (Some(all), Some(value)) = (citation.payload[name].as_array_mut(), value) {
                    all.push(value.clone());
                }
            }
        }
    }
    found.into_iter().map(|(_, citation)| citation).collect()
}

/// A source without its texts. An address among the keys is its name, unless it has one of its own elsewhere.
fn citation(key: &str, about: &Value, meta: &Value) -> Citation {
    let is_address = key.starts_with("http://") || key.starts_with("https://");
    let named = [&meta["name"], &about["name"]].into_iter().find_map(Value::as_str).unwrap_or(key);
    let name = if is_address && meta["external"] != true { key } else { named };
    let addresses = [Some(key), meta["url"].as_str(), about["url"].as_str()];
    let link = addresses.into_iter().flatten().find_map(safe_link).map(str::to_owned);
    let embed = about["embed_url"].as_str().filter(|url| {
        let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
        ["https://", "http://", "//"].iter().any(|scheme| lower.starts_with(scheme))
    });
    Citation {
        name: one_line(name, 200),
        link,
        embed: embed.map(str::to_owned),
        payload: json!({"id": key, "source": about, "document": [], "metadata": [], "distances": []}),
        documents: Vec::new(),
    }
}

fn document(text: &str, meta: &Value, distance: Option<&Value>) -> Document {
    // In percent: it is a number from 0 to 100.
    let percent = |distance: f64| (distance.clamp(0.0, 1.0) * 100.0).round() as u8;
    Document {
        text: clip(text, DOCUMENT),
        html: meta["html"] == true,
        relevance: distance.and_then(Value::as_f64).map(percent),
        page: meta["page"].as_u64().and_then(|page| page.checked_add(1)),
        parameters: meta["parameters"]
            .as_object()
            .filter(|fields| !fields.is_empty())
            .map(|_| clip(&format!("{:#}", meta["parameters"]), DOCUMENT)),
    }
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
            .unwrap_or_else(|| strings::code().into()),
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

    fn source(id: &str, meta: Value) -> Value {
        json!({"source": {"name": "S", "id": id}, "document": ["d"], "metadata": [meta], "distances": [0.256]})
    }

    #[test]
    fn documents_of_the_same_origin_are_one_source() {
        let sources = [
            json!({"source": {"name": "S", "id": "s"}, "document": ["a", "b"], "metadata": [{"source": "p", "name": "One"}, {"source": "p"}]}),
            json!({}),
            json!({"source": {"name": "x", "url": "javascript:alert(1)"}, "document": "str", "metadata": {}}),
            source("s", json!({"source": "p", "page": 1, "parameters": {"q": 1}, "html": true})),
        ];
        let found = citations(&sources);
        assert_eq!((found.len(), found[0].documents.len(), found[0].name.as_str()), (2, 3, "One"));
        assert_eq!((&found[1].link, found[1].documents.len()), (&None, 0));
        let last = &found[0].documents[2];
        assert_eq!((last.page, last.relevance, last.html), (Some(2), Some(26), true));
        assert!(last.parameters.as_deref().is_some_and(|json| json.contains("\"q\": 1")));
        assert_eq!((&found[0].payload["id"], &found[0].payload["document"]), (&json!("p"), &json!(["a", "b", "d"])));
        assert!(citations(&[json!(null), json!([]), json!(7)]).is_empty());
    }

    #[test]
    fn an_address_is_link_and_name_unless_the_source_is_external() {
        let name = |meta: Value| citations(&[source("s", meta)]).remove(0);
        let plain = name(json!({"source": "https://x.test/1", "name": "One"}));
        assert_eq!((plain.name.as_str(), plain.link.as_deref()), ("https://x.test/1", Some("https://x.test/1")));
        let external = name(json!({"source": "https://x.test/1", "name": "One", "external": true}));
        assert_eq!((external.name.as_str(), external.link.as_deref()), ("One", Some("https://x.test/1")));
        assert_eq!(name(json!({"source": "javascript:alert(1)"})).link, None);
        assert_eq!(name(json!({"source": 7})).payload["id"], "s");
    }

    #[test]
    fn relevance_is_told_in_percent_or_not_at_all() {
        let relevance = |all: Value| {
            citations(&[json!({"source": {"id": "s"}, "document": ["a", "b"], "distances": all})])[0]
                .documents
                .iter()
                .map(|document| document.relevance)
                .collect::<Vec<_>>()
        };
        assert_eq!(relevance(json!([0.5, -0.5])), [Some(50), Some(0)]);
        assert_eq!(relevance(json!([0.5])), [Some(50), None]);
        for mixed in [json!([0.5, 7.1]), json!([120, 3]), json!([0.5, null]), json!("0.5"), json!(null)] {
            assert_eq!(relevance(mixed), [None, None]);
        }
    }

    #[test]
    fn only_an_address_is_a_page_of_a_source() {
        let embed = |url: &str| citations(&[json!({"source": {"embed_url": url}})]).remove(0).embed;
        assert_eq!(embed("//a.test/x").as_deref(), Some("//a.test/x"));
        assert_eq!(embed("HTTPS://a.test").as_deref(), Some("HTTPS://a.test"));
        for bad in ["<script>", "javascript:x", "/x", " https://a.test", "é", ""] {
            assert_eq!(embed(bad), None, "{bad}");
        }
    }
}
