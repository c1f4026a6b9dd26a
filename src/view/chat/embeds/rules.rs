//! What the site's owner and the person allow embeds (SECURITY.md 6). A server has no say in it but to allow less.

use crate::state::embed;
use crate::view::common::choice::Choice;

/// What the page's owner chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmbedRules {
    /// Hosts that embeds may reach, as sources of a policy.
    pub hosts: Option<String>,
    /// Whether they may hand out files without the person's switch.
    pub downloads: bool,
}

impl EmbedRules {
    /// Reads what an owner wrote: hosts, separated by spaces.
    ///
    /// # Errors
    /// A sentence: one of them is no host.
    pub fn read(hosts: &str, downloads: bool) -> Result<Self, String> {
        let hosts = embed::hosts(hosts).map_err(|bad| {
            format!("Embeds can't be let to {bad:?}: write hosts like https://cdn.example.org, separated by spaces.")
        })?;
        Ok(Self { hosts, downloads })
    }
}

/// The person's switch: whether embeds may hand out files.
#[derive(Clone, Copy, Debug)]
pub struct Downloads(pub Choice);

impl Downloads {
    /// The switch, as it was left.
    pub fn kept() -> Self {
        Self(Choice::kept("pyoxide.embed-downloads"))
    }
}
