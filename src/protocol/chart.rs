//! Diagrams and charts by what they are written for: as fences of messages name it, and as media types of outputs do.

use super::mime::MimeBundle;
use std::sync::Arc;

/// What a diagram is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Mermaid's own language.
    Mermaid,
    /// A specification of Vega, as JSON.
    Vega,
    /// A specification of Vega-Lite, as JSON.
    VegaLite,
    /// A figure of plotly, as JSON.
    Plotly,
}

/// Longer charts of outputs, in bytes, are not drawn: code puts all its data into them.
pub const LONGEST_OUTPUT: usize = 5_000_000;

impl Kind {
    /// The kind that the info string of a fence names: `mermaid`, `vega`, `vega-lite` (`vegalite`), in any case.
    pub fn named(language: &str) -> Option<Self> {
        match language.trim().to_ascii_lowercase().as_str() {
            "mermaid" => Some(Self::Mermaid),
            "vega" => Some(Self::Vega),
            "vega-lite" | "vegalite" => Some(Self::VegaLite),
            _ => None,
        }
    }

    /// The kind that a media type names, whichever its version: `application/vnd.vegalite.v6+json`, or with `.json`.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let name = media_type.strip_prefix("application/vnd.")?;
        let (name, version) = name.strip_suffix("+json").or_else(|| name.strip_suffix(".json"))?.split_once(".v")?;
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match name {
            _ if !is_version => None,
            "vega" => Some(Self::Vega),
            "vegalite" => Some(Self::VegaLite),
            "plotly" => Some(Self::Plotly),
            _ => None,
        }
    }

    /// Longer sources in messages, in bytes, are not drawn. Mermaid lays out, on its frame's main thread, as much as it is
    /// given; charts bring their data with them.
    pub fn longest(self) -> usize {
        match self {
            Self::Mermaid => 50_000,
            Self::Vega | Self::VegaLite | Self::Plotly => 1_000_000,
        }
    }

    /// Whether there is something to explore in it, and not only to look at.
    pub fn is_chart(self) -> bool {
        self != Self::Mermaid
    }
}

/// The chart of a bundle. Of several it is the one that keeps most of what was meant: Vega-Lite before Vega.
pub fn chart(bundle: &MimeBundle) -> Option<(Kind, Arc<str>)> {
    let charts = bundle.iter().filter_map(|(media_type, data)| {
        let text = data.shared_text().filter(|text| !text.is_empty())?;
        Some((Kind::of_media_type(media_type)?, text))
    });
    charts.max_by_key(|(kind, _)| *kind == Kind::VegaLite)
}

/// What a bundle has besides its charts: for where they can't be drawn. HTML beside a chart is the same once more, by
/// scripts that don't run.
pub fn without_chart(bundle: &MimeBundle) -> MimeBundle {
    let is_other = |media_type: &str| media_type != "text/html" && Kind::of_media_type(media_type).is_none();
    bundle.iter().filter(|(name, _)| is_other(name)).map(|(name, data)| (name.clone(), data.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::mime::MimeData;
    use super::*;

    fn bundle(types: &[&str]) -> MimeBundle {
        types.iter().map(|name| ((*name).to_owned(), MimeData::from_payload(name, name.as_bytes().to_vec()))).collect()
    }

    #[test]
    fn a_chart_is_known_by_its_media_type_whatever_its_version() {
        for (media_type, kind) in [
            ("application/vnd.vegalite.v5+json", Kind::VegaLite),
            ("application/vnd.vegalite.v6+json", Kind::VegaLite),
            ("application/vnd.vegalite.v6.json", Kind::VegaLite),
            ("application/vnd.vegalite.v5.20.1+json", Kind::VegaLite),
            ("application/vnd.vega.v12+json", Kind::Vega),
            ("application/vnd.plotly.v1+json", Kind::Plotly),
        ] {
            assert_eq!(chart(&bundle(&["text/plain", media_type])).map(|(kind, _)| kind), Some(kind), "{media_type}");
        }
    }

    #[test]
    fn what_only_looks_like_a_chart_is_none() {
        for media_type in [
            "application/json",
            "application/vnd.vega+json",
            "application/vnd.vega.v+json",
            "application/vnd.vega.v5x+json",
            "application/vnd.vegas.v5+json",
            "application/vnd.mermaid.v1+json",
            "image/vnd.vega.v5+json",
        ] {
            assert_eq!(chart(&bundle(&[media_type])), None, "{media_type}");
        }
        assert_eq!(
            chart(&MimeBundle::from([("application/vnd.vega.v5+json".into(), MimeData::Text("".into()))])),
            None
        );
    }

    #[test]
    fn a_chart_is_preferred_and_its_html_is_never_the_way_round() {
        let all = bundle(&["application/vnd.plotly.v1+json", "image/png", "text/html", "text/plain"]);
        assert_eq!(chart(&all).map(|(kind, _)| kind), Some(Kind::Plotly));
        assert_eq!(without_chart(&all).into_keys().collect::<Vec<_>>(), ["image/png", "text/plain"]);
        let both = bundle(&["application/vnd.vega.v5+json", "application/vnd.vegalite.v5+json"]);
        assert_eq!(chart(&both).map(|(kind, _)| kind), Some(Kind::VegaLite));
    }
}
