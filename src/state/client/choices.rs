//! What is switched on for the next turns: features of the server, tools, filters (PROTOCOL.md 4.1, 5.5).

use super::{Change, Client, Effect, Update};
use crate::protocol::rest::Choosable;
use crate::state::strings;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Names of [`FEATURES`].
    pub features: BTreeSet<String>,
    /// Tools, by id.
    pub tools: BTreeSet<String>,
    /// Filters, by id.
    pub filters: BTreeSet<String>,
}

/// A feature of the server: its name in a turn, what people read, the permission, the capability.
pub struct Feature {
    /// Its name in a turn, and in [`Choices`].
    pub name: &'static str,
    /// What people read.
    pub label: fn() -> &'static str,
    permission: &'static str,
    capability: &'static str,
}

const fn feature(
    name: &'static str,
    label: fn() -> &'static str,
    permission: &'static str,
    capability: &'static str,
) -> Feature {
    Feature { name, label, permission, capability }
}

/// All features, in the order of the menu.
pub const FEATURES: [Feature; 4] = [
    feature("code_interpreter", strings::code_interpreter, "features.code_interpreter", "code_interpreter"),
    feature("web_search", strings::web_search, "features.web_search", "web_search"),
    feature("image_generation", strings::image_generation, "features.image_generation", "image_generation"),
    feature("memory", strings::memory, "features.memories", "memory"),
];

impl Client {
    /// Whether the server, the person's rights and the model allow a feature.
    pub fn allows(&self, feature: &Feature) -> bool {
        let features = &self.config.features;
        let server = match feature.name {
            "code_interpreter" => features.enable_code_interpreter,
            "web_search" => features.enable_web_search,
            "image_generation" => features.enable_image_generation,
            _ => features.enable_memories,
        };
        server && self.person.may(feature.permission) && self.model().is_none_or(|model| model.can(feature.capability))
    }

    /// Filters that can be switched on for the chosen model.
    pub fn filters(&self) -> Vec<Choosable> {
        self.model().map(|model| model.filters()).unwrap_or_default()
    }

    /// What is on at first: code, so that the model can draw, and what the model's maker has chosen.
    pub(super) fn default_choices(&self) -> Choices {
        let ids = |which| self.model().into_iter().flat_map(|model| model.defaults(which)).map(str::to_owned).collect();
        let mut features: BTreeSet<String> = ids("defaultFeatureIds");
        features.insert("code_interpreter".into());
        Choices { features, tools: ids("toolIds"), filters: ids("defaultFilterIds") }
    }

    /// What is on in the open chat.
    pub fn choices(&self) -> Choices {
        let kept = self.chat.id.as_ref().and_then(|id| self.kept.get(id));
        self.chosen.as_ref().or(kept).cloned().unwrap_or_else(|| self.default_choices())
    }

    pub(super) fn choose(&mut self, choices: Choices, update: &mut Update) {
        match &self.chat.id {
            Some(id) => {
                self.kept.insert(id.clone(), choices.clone());
                update.effects.push(Effect::Keep(id.clone(), choices));
                self.chosen = None;
            }
            None => self.chosen = Some(choices),
        }
        update.changes.push(Change::Choices);
    }

    /// The `features` of a turn.
    pub(super) fn features(&self) -> Value {
        let choices = self.choices();
        let mut features = json!({"voice": false});
        for feature in &FEATURES {
            features[feature.name] = json!(self.allows(feature) && choices.features.contains(feature.name));
        }
        features
    }
}
