//! What an answer cost, as people read it: the server's sums first, then what the provider told beside them (PROTOCOL.md
//! 3.3).

use crate::protocol::chat::one_line;
use serde_json::Value;

/// Lines that are shown.
const SHOWN: usize = 40;

/// What an answer cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens in all, if that is known.
    pub total: Option<u64>,
    /// Everything that was told, as names and values.
    pub lines: Vec<(String, String)>,
}

/// Reads what an answer cost; none if nothing was told.
pub fn usage(value: &Value) -> Option<Usage> {
    let first = |names: &[&str]| names.iter().find_map(|name| value[*name].as_u64());
    let input = first(&["input_tokens", "prompt_tokens"]);
    let output = first(&["output_tokens", "completion_tokens"]);
    let both = || Some(input?.saturating_add(output?));
    let total = first(&["total_tokens"]).or_else(both).filter(|total| *total > 0);
    let mut lines = Vec::new();
    collect("", value, &mut lines);
    (!lines.is_empty()).then_some(Usage { total, lines })
}

/// One level of what is nested is enough: providers tell of no more.
fn collect(of: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let name = one_line(&name.replace('_', " "), 60);
        let name = if of.is_empty() { name } else { format!("{of}: {name}") };
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => one_line(text, 100),
            Value::Bool(is) => is.to_string(),
            Value::Object(_) if of.is_empty() => {
                collect(&name, value, lines);
                continue;
            }
            _ => continue,
        };
        if lines.len() < SHOWN && !text.is_empty() {
            lines.push((name, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn usage_is_a_sum_and_lines_of_all_that_was_told() {
        let told = usage(&json!({
            "prompt_tokens": 10, "completion_tokens": 5, "details": {"reasoning_tokens": 3, "deeper": {"x": 1}},
            "list": [1], "none": null,
        }));
        let lines = [("prompt tokens", "10"), ("completion tokens", "5"), ("details: reasoning tokens", "3")];
        let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(told, Some(Usage { total: Some(15), lines }));
        assert_eq!(usage(&json!({"total_tokens": 7})).and_then(|told| told.total), Some(7));
        assert_eq!(usage(&json!({"total_tokens": -1, "cost": 0.5})).and_then(|told| told.total), None);
        assert_eq!(usage(&json!({})), None);
        assert_eq!(usage(&json!("much")), None);
    }

    #[test]
    fn usage_of_a_thousand_lines_shows_the_first() {
        let many: Value =
            (0..1_000).map(|at| (format!("key {at}"), json!(at))).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(usage(&many).map(|told| told.lines.len()), Some(SHOWN));
    }
}
