//! Folds the increments of an answer into its output items (PROTOCOL.md 3.2).
//!
//! Items stay as the JSON that the server sends and stores, so that a folded answer can be compared with a
//! stored one, and what we don't know is kept.

use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// More items than any answer has; a hostile index must not make us allocate.
const MAX_ITEMS: usize = 2_000;

/// Folds one `response:completion` payload into the items. Returns whether anything changed.
pub fn response(items: &mut Vec<Value>, event: &Value) -> bool {
    let Some(kind) = event["type"].as_str().and_then(|kind| kind.strip_prefix("response.")) else { return false };
    let index = event["output_index"].as_u64().and_then(|index| usize::try_from(index).ok());
    match kind {
        "output_item.added" => match find(items, &event["item"]) {
            Some(at) => items[at] = event["item"].clone(),
            None => insert(items, index, event["item"].clone()),
        },
        "output_item.done" => match find(items, &event["item"]) {
            Some(at) => items[at] = event["item"].clone(),
            None => match index {
                Some(at) if at < items.len() => items[at] = event["item"].clone(),
                _ => insert(items, None, event["item"].clone()),
            },
        },
        "completed" => merge(items, &event["response"]["output"]),
        _ => match (kind.strip_suffix(".delta"), kind.strip_suffix(".done")) {
            (Some(target), _) => {
                let Some(text) = event["delta"].as_str() else { return false };
                let Some(at) = locate(items, event, index, target) else { return false };
                if let Some(slot) = slot(&mut items[at], target, event) {
                    append(slot, text);
                }
            }
            (_, Some(target)) => {
                let Some(text) = ["text", "arguments"].iter().find_map(|name| event[*name].as_str()) else {
                    return false;
                };
                let Some(at) = locate(items, event, index, target) else { return false };
                if let Some(slot) = slot(&mut items[at], target, event) {
                    *slot = json!(text);
                }
            }
            _ => return false,
        },
    }
    true
}

/// The text that an increment adds at the very end of [`content`], if that is all that it does: then nobody has to put
/// the whole together again, which would make a long answer slower with each word.
pub fn appended<'a>(items: &[Value], event: &'a Value) -> Option<&'a str> {
    let last = items.last()?;
    let addressed = items.iter().position(|item| item["id"] == event["item_id"] || item["call_id"] == event["item_id"]);
    let goes_on = addressed == Some(items.len() - 1)
        && event["type"] == "response.output_text.delta"
        && event["item_id"].is_string()
        && last["type"] == "message"
        && matches!(last["content"].as_array().map(Vec::as_slice), Some([part]) if part["text"].as_str().is_some_and(|text| !text.trim().is_empty()))
        && event["content_index"].as_u64().unwrap_or_default() == 0;
    event["delta"].as_str().filter(|_| goes_on)
}

/// Applies increments to a copy that may have some of them already: of the text that they add to an item, only
/// what the copy's own text doesn't end with. Where that is ambiguous less is added; the final snapshot repairs it.
pub fn catch_up(items: &mut Vec<Value>, increments: &[Value]) {
    let mut added: Vec<(&Value, String)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for event in increments {
        let Some(kind) = event["type"].as_str() else { continue };
        if !kind.ends_with(".delta") {
            response(items, event);
            continue;
        }
        let address = ["item_id", "output_index", "content_index", "summary_index"].map(|name| event[name].to_string());
        let place = *places.entry(format!("{kind} {}", address.join(" "))).or_insert(added.len());
        if place == added.len() {
            added.push((event, String::new()));
        }
        added[place].1.push_str(event["delta"].as_str().unwrap_or_default());
    }
    for (event, whole) in added {
        let target = event["type"].as_str().and_then(|kind| kind.strip_prefix("response.")?.strip_suffix(".delta"));
        let index = event["output_index"].as_u64().and_then(|index| usize::try_from(index).ok());
        let Some(at) = target.and_then(|target| locate(items, event, index, target)) else { continue };
        // An item that the copy has as done has all its text.
        if items[at]["status"] == "completed" {
            continue;
        }
        if let Some(slot) = target.and_then(|target| slot(&mut items[at], target, event)) {
            let overlap = overlap(slot.as_str().unwrap_or_default(), &whole);
            append(slot, &whole[overlap..]);
        }
    }
}

/// The length of the longest beginning of `more` that `text` ends with; in time of their lengths (Knuth, Morris, Pratt).
fn overlap(text: &str, more: &str) -> usize {
    let (more, text) = (more.as_bytes(), text.as_bytes());
    let text = &text[text.len().saturating_sub(more.len())..];
    let mut borders = vec![0; more.len()];
    let mut matched = 0;
    for at in 1..more.len() {
        while matched > 0 && more[at] != more[matched] {
            matched = borders[matched - 1];
        }
        matched += usize::from(more[at] == more[matched]);
        borders[at] = matched;
    }
    matched = 0;
    for byte in text {
        while matched > 0 && (matched == more.len() || more[matched] != *byte) {
            matched = borders[matched - 1];
        }
        matched += usize::from(more.get(matched) == Some(byte));
    }
    matched
}

/// Takes over the items of one provider round; earlier rounds stay.
fn merge(items: &mut Vec<Value>, round: &Value) {
    for item in round.as_array().into_iter().flatten() {
        match find(items, item) {
            Some(at) => items[at] = item.clone(),
            None => insert(items, None, item.clone()),
        }
    }
}

/// The item that this one is another state of: by id, or by type and call id.
fn find(items: &[Value], item: &Value) -> Option<usize> {
    let same = |name: &str, other: &Value| item[name].is_string() && item[name] == other[name];
    items
        .iter()
        .position(|other| same("id", other))
        .or_else(|| items.iter().position(|other| same("type", other) && same("call_id", other)))
}

fn insert(items: &mut Vec<Value>, index: Option<usize>, item: Value) {
    if !item.is_object() || items.len() >= MAX_ITEMS {
        return;
    }
    match index {
        Some(at) if at < items.len() => items.insert(at, item),
        _ => items.push(item),
    }
}

/// The item that a delta addresses. A delta may be the first mention of its item (3.2, rule 5).
fn locate(items: &mut Vec<Value>, event: &Value, index: Option<usize>, target: &str) -> Option<usize> {
    let id = event["item_id"].as_str();
    if let Some(id) = id
        && let Some(at) = items.iter().position(|item| item["id"] == id || item["call_id"] == id)
    {
        return Some(at);
    }
    let at = match index {
        Some(at) => at,
        None if id.is_none() => return items.len().checked_sub(1),
        None => items.len(),
    };
    if at >= MAX_ITEMS {
        return None;
    }
    if at < items.len() && (id.is_none() || items[at]["id"].is_null()) {
        if let (Some(id), Some(item)) = (id, items[at].as_object_mut()) {
            item.insert("id".into(), json!(id));
            item.insert("type".into(), json!(item_type(target)));
        }
        return Some(at);
    }
    while items.len() < at {
        items.push(json!({"type": "message", "status": "in_progress", "role": "assistant", "content": []}));
    }
    let mut item = Map::new();
    item.insert("type".into(), json!(item_type(target)));
    if let Some(id) = id {
        item.insert("id".into(), json!(id));
    }
    item.insert("status".into(), json!("in_progress"));
    if item_type(target) == "message" {
        item.insert("role".into(), json!("assistant"));
    }
    items.insert(at.min(items.len()), Value::Object(item));
    Some(at)
}

fn item_type(target: &str) -> &'static str {
    if target.starts_with("reasoning") {
        "reasoning"
    } else if target.starts_with("function_call") {
        "function_call"
    } else {
        "message"
    }
}

/// Where the text of a delta goes (3.2, rule 6).
fn slot<'a>(item: &'a mut Value, target: &str, event: &Value) -> Option<&'a mut Value> {
    if !item.is_object() {
        return None;
    }
    if target == "function_call_arguments" {
        return Some(&mut item["arguments"]);
    }
    if item["type"] == "open_webui:code_interpreter" {
        return Some(&mut item["code"]);
    }
    let (list, number, part, key) = match target {
        "reasoning_summary_text" => ("summary", "summary_index", "summary_text", "text"),
        "output_text" | "reasoning_text" | "text" => ("content", "content_index", "output_text", "text"),
        other => ("content", "content_index", other, other.rsplit('_').next().unwrap_or(other)),
    };
    let at = event[number].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(0).min(MAX_ITEMS);
    if !item[list].is_array() {
        item[list] = json!([]);
    }
    let parts = item[list].as_array_mut()?;
    while parts.len() <= at {
        parts.push(json!({"type": part, key: ""}));
    }
    parts[at].is_object().then(|| &mut parts[at][key])
}

/// Adds to the text of a message item.
pub fn append_text(item: &mut Value, text: &str) {
    if !item["content"].is_array() {
        item["content"] = json!([]);
    }
    if let Some(parts) = item["content"].as_array_mut() {
        match parts.last_mut().filter(|part| part.is_object()) {
            Some(part) => append(&mut part["text"], text),
            None => parts.push(json!({"type": "output_text", "text": text})),
        }
    }
}

fn append(slot: &mut Value, text: &str) {
    match slot {
        Value::String(sofar) => sofar.push_str(text),
        _ => *slot = json!(text),
    }
}

/// The text of all messages among the items, blank ones left out (3.2): what is copied, searched and stored
/// as `content`.
pub fn content(items: &[Value]) -> String {
    let texts = items.iter().filter(|item| item["type"] == "message").map(item_text);
    texts.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// The text parts of one item.
pub fn item_text(item: &Value) -> String {
    let parts = item["content"].as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str()).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn delta(id: &str, index: usize, text: &str) -> Value {
        json!({"type": "response.output_text.delta", "item_id": id, "output_index": index, "content_index": 0, "delta": text})
    }

    #[test]
    fn a_delta_may_be_the_first_mention_of_its_item() {
        let mut items = vec![];
        assert!(response(&mut items, &delta("msg_1", 0, "Let ")));
        response(&mut items, &delta("msg_1", 0, "me"));
        assert_eq!(content(&items), "Let me");
        response(&mut items, &delta("msg_2", 2, "later"));
        assert_eq!(items.len(), 3);
        response(&mut items, &delta("call_9", 1, "between"));
        assert_eq!(items.len(), 3, "the padding is filled, not added to");
        assert_eq!(content(&items), "Let me\nbetween\nlater");
    }

    #[test]
    fn a_call_grows_and_is_done_more_than_once() {
        let mut items = vec![];
        let added = json!({"type": "function_call", "id": "c", "call_id": "c", "name": "f", "arguments": "", "status": "in_progress"});
        response(&mut items, &json!({"type": "response.output_item.added", "output_index": 0, "item": added}));
        for part in ["{\"a\"", ": 3}"] {
            let event = json!({"type": "response.function_call_arguments.delta", "item_id": "c", "output_index": 0, "delta": part});
            response(&mut items, &event);
        }
        assert_eq!(items[0]["arguments"], "{\"a\": 3}");
        for status in ["completed", "completed"] {
            let item = json!({"type": "function_call", "id": "c", "call_id": "c", "arguments": "{}", "status": status});
            response(&mut items, &json!({"type": "response.output_item.done", "output_index": 0, "item": item}));
        }
        assert_eq!((items.len(), &items[0]["status"]), (1, &json!("completed")));
    }

    #[test]
    fn a_completed_round_never_drops_earlier_ones() {
        let mut items = vec![json!({"type": "message", "id": "a", "content": [{"type": "output_text", "text": "1"}]})];
        let round = json!([{"type": "message", "id": "b", "content": [{"type": "output_text", "text": "2"}]}]);
        response(&mut items, &json!({"type": "response.completed", "response": {"output": round}}));
        assert_eq!(content(&items), "1\n2");
    }

    #[test]
    fn other_payloads_change_nothing() {
        let mut items = vec![];
        for event in [
            json!({"choices": [{"delta": {"content": ""}}]}),
            json!({"type": "other"}),
            json!({"type": "response.output_text.delta", "output_index": 18446744073709551615u64, "item_id": "x", "delta": "x"}),
            json!({"type": "response.output_text.delta", "delta": {"a": 1}}),
            json!({"type": "response.output_item.added", "item": 3}),
            json!(null),
        ] {
            response(&mut items, &event);
        }
        assert_eq!(items, Vec::<Value>::new());
    }

    proptest! {
        #[test]
        fn the_overlap_is_the_longest_beginning_that_the_text_ends_with(text in "[ab é]{0,40}", more in "[ab é]{0,20}") {
            let ends = more.char_indices().map(|(at, _)| at).chain([more.len()]);
            let naive = ends.filter(|end| text.ends_with(&more[..*end])).max().unwrap_or(0);
            prop_assert_eq!(overlap(&text, &more), naive);
        }

        #[test]
        fn no_order_of_increments_panics_and_the_text_is_always_that_of_the_items(picks in prop::collection::vec((0..8usize, 0..4usize, 0..4usize), 0..60)) {
            let mut items = vec![];
            let mut text = String::new();
            for (kind, id, index) in picks {
                let id = ["a", "b", "c", "d"][id];
                let item = json!({"type": (["message", "reasoning", "function_call", "x"][index]), "id": id, "content": [1, {"text": 2}]});
                let event = match kind {
                    0 => json!({"type": "response.output_item.added", "output_index": index, "item": item}),
                    1 => json!({"type": "response.output_item.done", "output_index": index, "item": item}),
                    2 => json!({"type": "response.reasoning_text.delta", "item_id": id, "delta": "r"}),
                    3 => json!({"type": "response.function_call_arguments.done", "item_id": id, "arguments": "{}"}),
                    4 => json!({"type": "response.reasoning_summary_text.delta", "output_index": index, "summary_index": index, "delta": "s"}),
                    5 => json!({"type": "response.output_text.done", "output_index": index, "text": "whole"}),
                    _ => delta(id, index, "t"),
                };
                let more = appended(&items, &event).map(str::to_owned);
                response(&mut items, &event);
                match more {
                    Some(more) => text.push_str(&more),
                    None => text = content(&items),
                }
                prop_assert_eq!(&text, &content(&items));
            }
            prop_assert!(items.iter().all(Value::is_object));
        }
    }
}
