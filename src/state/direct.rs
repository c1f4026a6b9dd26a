//! Services that the person has set up for their own browser: tool servers, connections to models, terminals
//! (PROTOCOL.md 2.6). The server asks for them by calls; only those of the person's own settings are asked.

use crate::protocol::chat::clip;
use crate::protocol::rest::{Model, models};
use serde_json::{Map, Value, json};
use std::cell::Cell;

/// Parts of a description that are followed.
const PARTS: u32 = 5_000;

/// The person's settings about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Services {
    /// Tool servers that are switched on.
    pub tools: Vec<ToolServer>,
    /// Connections to models, by their number in the settings.
    pub connections: Vec<Connection>,
    /// Terminals that are switched on.
    pub terminals: Vec<Terminal>,
}

/// A server with an OpenAPI description.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolServer {
    /// Its address.
    pub url: String,
    /// What people read.
    pub name: String,
    /// Where its description is.
    pub description_url: String,
    /// What it is asked with.
    key: Option<String>,
    /// Its description, once it has come.
    openapi: Value,
    /// How turns name it.
    named: Value,
}

/// An OpenAI-compatible server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connection {
    /// Its number in the settings.
    pub number: String,
    url: String,
    key: String,
    prefix: String,
    models: Vec<String>,
}

/// A terminal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terminal {
    url: String,
    key: String,
}

/// A request to such a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct External {
    /// `GET`, `POST` …
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers; they may hold keys, so they are never logged.
    pub headers: Vec<(String, String)>,
    /// The body, JSON.
    pub body: Option<String>,
    /// What the call is answered with.
    pub shape: Shape,
}

/// What a call is answered with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// The body.
    #[default]
    Body,
    /// The body and the headers.
    Pair,
    /// The body as `data`.
    Data,
    /// `{"status": true}`; then the lines of the body by this socket event, and `{"done": true}` at the end.
    Lines(String),
}

/// What a service answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExternalReply {
    /// The HTTP status.
    pub status: u16,
    /// Header names in small letters.
    pub headers: Value,
    /// JSON, text, or a `data:` address of other bytes.
    pub body: Value,
}

impl Shape {
    /// The answer of a call, one JSON value.
    pub fn answer(&self, result: Result<ExternalReply, String>) -> Value {
        let failed = |why: String| match self {
            Self::Pair => json!([{"error": why}, null]),
            Self::Data => json!({"error": format!("Error: {why}")}),
            Self::Body | Self::Lines(_) => json!({"error": {"message": why}}),
        };
        match result {
            Err(why) => failed(why),
            Ok(reply) if reply.status >= 400 => match (self, &reply.body) {
                // The server reads the service's own error.
                (Self::Body | Self::Lines(_), body) if body.get("error").is_some() => body.clone(),
                (Self::Data, _) => failed(format!("Terminal request failed ({})", reply.status)),
                (_, body) => {
                    let words = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
                    failed(format!("HTTP error! Status: {}. Message: {}", reply.status, clip(&words, 2_000)))
                }
            },
            Ok(reply) => match self {
                Self::Body => reply.body,
                Self::Pair => json!([reply.body, reply.headers]),
                Self::Data => json!({"data": reply.body}),
                Self::Lines(_) => json!({"status": true}),
            },
        }
    }
}

impl External {
    fn new(method: &str, url: String, key: Option<&str>) -> Self {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(key.map(|key| ("authorization".to_owned(), format!("Bearer {}", key.trim()))));
        Self { method: method.to_owned(), url, headers, body: None, shape: Shape::Body }
    }
}

impl Services {
    /// Reads the `ui` part of the person's settings.
    pub fn parse(ui: &Value) -> Self {
        let list = |name: &str| ui[name].as_array().into_iter().flatten();
        let tools = list("toolServers").filter(|row| row["config"]["enable"] == true).filter_map(ToolServer::parse);
        let terminals = list("terminalServers").filter(|row| row["enabled"] == true).filter_map(|row| {
            Some(Terminal { url: web_url(&row["url"])?, key: row["key"].as_str().unwrap_or_default().to_owned() })
        });
        let direct = &ui["directConnections"];
        let connections =
            direct["OPENAI_API_BASE_URLS"].as_array().into_iter().flatten().enumerate().filter_map(|(at, url)| {
                let config = direct["OPENAI_API_CONFIGS"].get(at.to_string())?;
                Some(Connection {
                    number: at.to_string(),
                    url: web_url(url).filter(|_| config["enable"] != false)?,
                    key: direct["OPENAI_API_KEYS"][at].as_str().unwrap_or_default().to_owned(),
                    prefix: config["prefix_id"].as_str().unwrap_or_default().to_owned(),
                    models: config["model_ids"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                })
            });
        Self { tools: tools.collect(), connections: connections.collect(), terminals: terminals.collect() }
    }

    /// The request of a tool call.
    ///
    /// # Errors
    /// The answer of the call: a pair, as the server expects it.
    pub fn tool(&self, server: &str, name: &str, params: &Value, chat: &str) -> Result<External, Value> {
        let server = self.tools.iter().find(|known| known.url == server.trim_end_matches('/'));
        let server = server.ok_or_else(|| json!({"error": "Tool Server Not Found"}))?;
        server.request(name, params, chat).map_err(|why| json!([{"error": why}, null]))
    }

    /// The request of a turn of a direct model.
    ///
    /// # Errors
    /// The answer of the call.
    pub fn completion(&self, form: &Value, model: &Value, channel: String) -> Result<External, Value> {
        let number =
            model["urlIdx"].as_str().map(str::to_owned).or_else(|| model["urlIdx"].as_u64().map(|at| at.to_string()));
        let known = self.connections.iter().find(|known| Some(&known.number) == number.as_ref());
        let known = known
            .ok_or_else(|| json!({"error": {"message": "This model belongs to no connection that is set up here."}}))?;
        let mut form = form.clone();
        if let Some(id) = form["model"].as_str().filter(|_| !known.prefix.is_empty()) {
            form["model"] = json!(id.replacen(&format!("{}.", known.prefix), "", 1));
        }
        let mut request = External::new("POST", format!("{}/chat/completions", known.url), Some(&known.key));
        if form["stream"] == true {
            request.shape = Shape::Lines(channel);
        }
        request.body = Some(form.to_string());
        Ok(request)
    }

    /// The request that reads a path of a terminal.
    ///
    /// # Errors
    /// The answer of the call.
    pub fn terminal(&self, id: &str, path: &str, chat: &str) -> Result<External, Value> {
        let known = self.terminals.iter().find(|known| known.url == id.trim_end_matches('/'));
        let known = known.ok_or_else(|| json!({"error": "Error: Terminal Not Found"}))?;
        if !path.starts_with('/') || path.starts_with("//") {
            return Err(json!({"error": "Error: this is no path of a terminal"}));
        }
        let mut request = External::new("GET", format!("{}{path}", known.url), Some(&known.key));
        request.headers.push(("x-session-id".into(), chat.to_owned()));
        request.shape = Shape::Data;
        Ok(request)
    }

    /// The tool servers as a turn names them: without keys.
    pub fn named(&self) -> Vec<Value> {
        self.tools.iter().filter(|server| server.named.is_object()).map(|server| server.named.clone()).collect()
    }
}

impl Connection {
    /// What asks for its models; nothing if the settings name them.
    pub fn list_request(&self) -> Option<External> {
        self.models.is_empty().then(|| External::new("GET", format!("{}/models", self.url), Some(&self.key)))
    }

    /// Its models, of its own list or of the settings.
    pub fn models(&self, body: &Value) -> Vec<Model> {
        let named: Vec<Value> = self.models.iter().map(|id| json!({"id": id, "name": id})).collect();
        let body = if named.is_empty() { body.clone() } else { json!({"data": named}) };
        let mut found = models(&body);
        for model in &mut found {
            model.raw["openai"] = json!({"id": model.id});
            if !self.prefix.is_empty() {
                model.id = format!("{}.{}", self.prefix, model.id);
            }
            model.raw["id"] = json!(model.id);
            model.raw["name"] = json!(model.name);
            model.raw["urlIdx"] = json!(self.number);
            model.raw["direct"] = json!(true);
        }
        found
    }
}

impl ToolServer {
    fn parse(row: &Value) -> Option<Self> {
        let url = web_url(&row["url"])?;
        let path = row["path"].as_str().unwrap_or("openapi.json");
        let description_url =
            if path.contains("://") { path.to_owned() } else { format!("{url}/{}", path.trim_start_matches('/')) };
        let bearer = row["auth_type"].as_str().is_none_or(|kind| kind == "bearer");
        let key = row["key"].as_str().filter(|key| bearer && !key.is_empty()).map(str::to_owned);
        let name = row["info"]["name"].as_str().filter(|name| !name.is_empty()).unwrap_or(&url).to_owned();
        Some(Self { url, name, description_url, key, openapi: Value::Null, named: Value::Null })
    }

    /// Takes its description.
    pub fn describe(&mut self, openapi: Value) {
        self.openapi = openapi;
        self.named = if self.openapi.is_object() { self.name_it() } else { Value::Null };
    }

    /// What asks for its description.
    pub fn description_request(&self) -> External {
        External::new("GET", self.description_url.clone(), self.key.as_deref())
    }

    /// Path, method and description of each operation.
    fn operations(&self) -> impl Iterator<Item = (&str, &str, &Map<String, Value>, &Value)> {
        self.openapi["paths"].as_object().into_iter().flatten().flat_map(move |(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.filter_map(move |(method, of)| {
                Some((path.as_str(), method.as_str(), of.as_object()?, &self.openapi["paths"][path]))
            })
        })
    }

    /// A description without `$ref`. A hostile one may go in circles, so it is so deep and has so many parts, no more.
    fn resolved(&self, value: &Value, depth: u32, parts: &Cell<u32>) -> Value {
        if depth == 0 || parts.get() == 0 {
            return json!({});
        }
        parts.set(parts.get() - 1);
        match value {
            Value::Object(fields) => {
                match fields.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#')) {
                    Some(pointer) => self
                        .openapi
                        .pointer(pointer)
                        .map_or_else(|| json!({}), |target| self.resolved(target, depth - 1, parts)),
                    None => fields
                        .iter()
                        .map(|(name, field)| (name.clone(), self.resolved(field, depth - 1, parts)))
                        .collect::<Map<_, _>>()
                        .into(),
                }
            }
            Value::Array(items) => items.iter().map(|item| self.resolved(item, depth - 1, parts)).collect(),
            other => other.clone(),
        }
    }

    fn parameters(&self, operation: &Map<String, Value>, path: &Value) -> Vec<Value> {
        let own = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let shared = path["parameters"].as_array().into_iter().flatten();
        let mut all: Vec<Value> = Vec::new();
        for parameter in own.chain(shared) {
            let parameter = self.resolved(parameter, 12, &Cell::new(PARTS));
            if !all.iter().any(|known| known["name"] == parameter["name"] && known["in"] == parameter["in"]) {
                all.push(parameter);
            }
        }
        all
    }

    fn body_schema(&self, operation: &Map<String, Value>) -> Option<Value> {
        let content = self.resolved(operation.get("requestBody")?, 12, &Cell::new(PARTS));
        Some(content["content"]["application/json"]["schema"].clone())
    }

    fn name_it(&self) -> Value {
        let specs: Vec<Value> = self
            .operations()
            .filter_map(|(_, _, operation, path)| {
                let name = operation.get("operationId")?.as_str()?;
                let words = ["description", "summary"].iter().find_map(|field| operation.get(*field)?.as_str());
                let (mut properties, mut required) = (Map::new(), Vec::new());
                for parameter in self.parameters(operation, path) {
                    let Some(name) = parameter["name"].as_str() else { continue };
                    let mut schema = parameter["schema"].as_object().cloned().unwrap_or_default();
                    if parameter["description"].is_string() {
                        schema.insert("description".into(), parameter["description"].clone());
                    }
                    properties.insert(name.to_owned(), schema.into());
                    if parameter["required"] == true {
                        required.push(json!(name));
                    }
                }
                if let Some(body) = self.body_schema(operation) {
                    properties.extend(body["properties"].as_object().cloned().unwrap_or_default());
                    required.extend(body["required"].as_array().into_iter().flatten().cloned());
                }
                let parameters = json!({"type": "object", "properties": properties, "required": required});
                Some(json!({"type": "function", "name": name, "description": words.unwrap_or(name), "parameters": parameters}))
            })
            .collect();
        json!({"url": self.url, "openapi": self.openapi, "info": self.openapi["info"], "specs": specs})
    }

    fn request(&self, name: &str, params: &Value, chat: &str) -> Result<External, String> {
        let found =
            self.operations().find(|(_, _, operation, _)| operation.get("operationId").is_some_and(|id| id == name));
        let (path, method, operation, shared) =
            found.ok_or_else(|| format!("No matching route found for operationId: {name}"))?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (mut route, mut query, mut declared) = (path.to_owned(), Vec::new(), Vec::new());
        for parameter in self.parameters(operation, shared) {
            let Some(name) = parameter["name"].as_str().map(str::to_owned) else { continue };
            if let Some(value) = params.get(&name) {
                match parameter["in"].as_str() {
                    Some("path") => route = route.replace(&format!("{{{name}}}"), &url_part(&text(value))),
                    Some("query") => query.push(format!("{}={}", url_part(&name), url_part(&text(value)))),
                    _ => {}
                }
            }
            declared.push(name);
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let method = method.to_ascii_uppercase();
        let mut request = External::new(&method, format!("{}{route}{query}", self.url), self.key.as_deref());
        request.shape = Shape::Pair;
        if !chat.is_empty() {
            request.headers.push(("x-session-id".into(), chat.to_owned()));
        }
        if ["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str())
            && let Some(schema) = self.body_schema(operation)
        {
            let mut body = params.as_object().cloned().unwrap_or_default();
            if let Some(known) = schema["properties"].as_object() {
                body.retain(|name, _| known.contains_key(name) || !declared.contains(name));
            }
            request.body = Some(Value::Object(body).to_string());
        }
        Ok(request)
    }
}

/// An address of the web, without the slash at its end.
fn web_url(value: &Value) -> Option<String> {
    let url = value.as_str()?.trim().trim_end_matches('/');
    (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned())
}

/// Text as one part of an address.
pub fn url_part(text: &str) -> String {
    // Browsers read a part of dots as a step up or none, however it is written.
    if text == "." || text == ".." {
        return "_".to_owned();
    }
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services() -> Services {
        let mut services = Services::parse(&json!({
            "toolServers": [{"url": "https://t.example/", "key": "k", "auth_type": "bearer", "config": {"enable": true}}, {"url": "https://off", "config": {"enable": false}}],
            "terminalServers": [{"url": "http://term", "key": " x ", "enabled": true}],
            "directConnections": {"OPENAI_API_BASE_URLS": ["https://m/v1", "ftp://x"], "OPENAI_API_KEYS": ["sk"], "OPENAI_API_CONFIGS": {"0": {"enable": true, "prefix_id": "mine"}}},
        }));
        services.tools[0].describe(json!({
            "info": {"title": "T"},
            "paths": {"/items/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "post": {"operationId": "put_item", "summary": "Puts", "parameters": [{"name": "q", "in": "query", "schema": {"type": "integer"}}],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}}}},
            "components": {"schemas": {"Item": {"type": "object", "properties": {"size": {"type": "integer"}, "self": {"$ref": "#/components/schemas/Item"}}, "required": ["size"]}}},
        }));
        services
    }

    #[test]
    fn a_tool_is_asked_as_its_description_says() {
        let request = services()
            .tool("https://t.example", "put_item", &json!({"id": "a/b", "q": 1, "size": 2}), "c")
            .expect("a request");
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://t.example/items/a%2Fb?q=1"));
        assert_eq!(request.body.as_deref(), Some("{\"size\":2}"));
        assert!(request.headers.contains(&("authorization".into(), "Bearer k".into())));
    }

    #[test]
    fn only_services_of_the_settings_are_asked() {
        let services = services();
        assert_eq!(
            services.tool("https://evil", "put_item", &json!({}), ""),
            Err(json!({"error": "Tool Server Not Found"}))
        );
        assert!(services.tool("https://t.example", "other", &json!({}), "").is_err_and(|answer| answer[1].is_null()));
        assert!(services.terminal("https://evil", "/x", "").is_err());
        assert!(services.terminal("http://term", "@evil/x", "").is_err());
        assert!(services.completion(&json!({}), &json!({"urlIdx": "1"}), "ch".into()).is_err());
        assert_eq!(services.connections.len(), 1);
    }

    #[test]
    fn an_answer_has_the_form_that_the_server_reads() {
        let reply = |status, body| Ok(ExternalReply { status, body, headers: json!({"a": "b"}) });
        assert_eq!(Shape::Pair.answer(reply(200, json!(1))), json!([1, {"a": "b"}]));
        assert_eq!(Shape::Pair.answer(Err("no".into())), json!([{"error": "no"}, null]));
        assert_eq!(Shape::Data.answer(reply(200, json!(1))), json!({"data": 1}));
        assert_eq!(Shape::Data.answer(reply(404, json!(1))), json!({"error": "Error: Terminal request failed (404)"}));
        assert_eq!(Shape::Lines("c".into()).answer(reply(200, json!(null))), json!({"status": true}));
        assert_eq!(Shape::Body.answer(reply(401, json!({"error": {"code": 1}}))), json!({"error": {"code": 1}}));
    }

    #[test]
    fn a_direct_model_is_asked_under_its_own_name() {
        let services = services();
        let models = services.connections[0].models(&json!({"data": [{"id": "gpt"}]}));
        assert_eq!(
            (models[0].id.as_str(), &models[0].raw["direct"], &models[0].raw["urlIdx"]),
            ("mine.gpt", &json!(true), &json!("0"))
        );
        let request = services
            .completion(&json!({"model": "mine.gpt", "stream": true}), &models[0].raw, "u:s:r".into())
            .expect("a request");
        assert_eq!(
            (request.url.as_str(), request.shape),
            ("https://m/v1/chat/completions", Shape::Lines("u:s:r".into()))
        );
        assert!(request.body.is_some_and(|body| body.contains("\"gpt\"")), "without the prefix");
    }

    #[test]
    fn a_turn_names_tool_servers_without_their_keys() {
        let named = services().named();
        assert_eq!(named[0]["specs"][0]["parameters"]["required"], json!(["id", "size"]));
        assert!(!named[0].to_string().contains("Bearer") && !named[0].to_string().contains("\"k\""));
    }
}
