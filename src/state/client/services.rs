//! Services that the person has set up for this browser, and the calls that ask for them (PROTOCOL.md 2.6).

use super::{Change, Client, Effect, ExternalFor, Update};
use crate::ids::ChatId;
use crate::protocol::chat::DirectCall;
use crate::state::direct::{External, ExternalReply, Services};
use crate::state::strings;
use serde_json::{Value, json};

impl Client {
    /// The person's settings came: what they name is asked what it has.
    pub(super) fn settings_came(&mut self, body: &Value, update: &mut Update) {
        self.settings = body["ui"].clone();
        let mut services = Services::parse(&body["ui"]);
        self.models.retain(|model| model.raw["direct"] != true);
        if !self.config.features.enable_direct_integrations {
            services.tools.clear();
            services.terminals.clear();
        }
        if !self.config.features.enable_direct_connections {
            services.connections.clear();
        }
        for (number, server) in services.tools.iter().enumerate() {
            update.effects.push(Effect::External(ExternalFor::ToolServer(number), server.description_request()));
        }
        for connection in &services.connections {
            let number = connection.number.clone();
            match connection.list_request() {
                Some(request) => update.effects.push(Effect::External(ExternalFor::Models(number), request)),
                None => self.models.extend(connection.models(&Value::Null)),
            }
        }
        self.services = services;
        update.changes.push(Change::Models);
    }

    pub(super) fn external(&mut self, to: ExternalFor, result: Result<ExternalReply, String>, update: &mut Update) {
        match (to, result) {
            (ExternalFor::Call(id), result) => self.external_call(id, result, update),
            (to, Ok(reply)) if reply.status >= 400 => {
                self.external(to, Err(format!("status {}", reply.status)), update);
            }
            (ExternalFor::Models(number), Ok(ExternalReply { body, .. })) => {
                let connection = self.services.connections.iter().find(|connection| connection.number == number);
                let found = connection.map(|connection| connection.models(&body)).unwrap_or_default();
                self.models.retain(|model| !found.iter().any(|new| new.id == model.id));
                self.models.extend(found);
                update.changes.push(Change::Models);
            }
            (ExternalFor::ToolServer(number), Ok(ExternalReply { body, .. })) => {
                if let Some(server) = self.services.tools.get_mut(number) {
                    server.describe(body);
                }
            }
            (ExternalFor::Models(_), Err(why)) => self.warn(strings::models_silent(&why), update),
            (ExternalFor::ToolServer(number), Err(why)) => {
                let name = self.services.tools.get(number).map(|server| server.name.clone()).unwrap_or_default();
                self.warn(strings::tools_silent(&name, &why), update);
            }
        }
    }

    /// The request of a call, or its answer at once.
    pub(super) fn direct_request(&self, call: DirectCall, chat: &ChatId) -> Result<External, Value> {
        let features = &self.config.features;
        match call {
            DirectCall::TerminalState => Err(json!({"connected": false})),
            DirectCall::Tool { .. } if !features.enable_direct_integrations => {
                Err(json!({"error": "Tool servers are disabled"}))
            }
            DirectCall::Terminal { .. } if !features.enable_direct_integrations => {
                Err(json!({"error": "Error: Tool servers are disabled"}))
            }
            DirectCall::Tool { server, name, params } => self.services.tool(&server, &name, &params, chat.as_str()),
            DirectCall::Terminal { id, path } => self.services.terminal(&id, &path, chat.as_str()),
            // The channel is an event of our own socket: no other name may be emitted.
            DirectCall::Completion { channel, .. } if !channel.starts_with(&format!("{}:", self.person.id)) => {
                Err(json!({"error": {"message": "This channel is not of this session."}}))
            }
            DirectCall::Completion { form, model, channel } => self.services.completion(&form, &model, channel),
        }
    }
}
