//! Blocks in the text of messages that have no output items: `<details …>` of older servers and of pipes, and the
//! tags in which models think aloud (PROTOCOL.md 3.4, 3.7).

use super::parts::{self, CallState, Part, Tool, ToolResult};
use super::strings;
use core::ops::Range;
use serde_json::Value;

/// Pairs of tags around what a model thinks.
const THINKING: [(&str, &str); 8] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reason>", "</reason>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<Thought>", "</Thought>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("◁think▷", "◁/think▷"),
];

/// The parts of a text, first to last.
pub fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut at) = (Vec::new(), 0);
    for (place, part) in blocks(text) {
        push_text(&mut parts, &text[at..place.start]);
        parts.push(part);
        at = place.end;
    }
    // The last text may yet grow: its end stays as it is.
    let rest = &text[at..];
    if !rest.trim().is_empty() {
        parts.push(Part::Text(rest.trim_start_matches('\n').to_owned()));
    }
    parts
}

/// Where the texts between the blocks are.
pub fn texts(text: &str) -> Vec<Range<usize>> {
    let (mut texts, mut at) = (Vec::new(), 0);
    for (place, _) in blocks(text) {
        texts.push(at..place.start);
        at = place.end;
    }
    texts.push(at..text.len());
    texts
}

/// The blocks of a text and where they are, first to last.
fn blocks(text: &str) -> Vec<(Range<usize>, Part)> {
    let (mut blocks, mut at) = (Vec::new(), 0);
    while let Some((start, part, length)) = next_block(&text[at..], at == 0) {
        blocks.push((at + start..at + start + length, part));
        at += start + length;
    }
    blocks
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.trim().is_empty() {
        parts.push(Part::Text(text.trim_matches('\n').to_owned()));
    }
}

/// Whether a text is one part and stays one with `more` at its end: [`parts`] need not be asked again.
pub fn goes_on(text: &str, more: &str) -> bool {
    const MARK: &str = "<details";
    let last_line = &text[text.rfind('\n').map_or(0, |at| at + 1)..];
    let may_begin = |line: &str| !line.is_empty() && (line.starts_with(MARK) || MARK.starts_with(line));
    let joined: String =
        last_line.chars().chain(more.chars().take_while(|letter| *letter != '\n')).take(MARK.len()).collect();
    !text.trim().is_empty()
        && !text.trim_start().starts_with(['<', '\u{25c1}'])
        && !text.contains(MARK)
        && !may_begin(&joined)
        && !more.split('\n').skip(1).any(may_begin)
}

/// The next block: where it begins, what it is, and how long it is.
fn next_block(text: &str, at_start: bool) -> Option<(usize, Part, usize)> {
    let details = line_start(text, "<details").and_then(|at| {
        let (part, length) = details(&text[at..])?;
        Some((at, part, length))
    });
    // Models think first: in the middle of an answer such a tag is what it talks about.
    let indent = text.len() - text.trim_start().len();
    let thought = at_start.then(|| thought(text.trim_start())).flatten().map(|(part, length)| (indent, part, length));
    match (details, thought) {
        (Some(one), Some(other)) => Some(if one.0 < other.0 { one } else { other }),
        (one, other) => one.or(other),
    }
}

/// Where a word stands at the start of a line, outside of a fenced block.
fn line_start(text: &str, word: &str) -> Option<usize> {
    let (mut at, mut fence) = (0, None::<&str>);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        match fence {
            Some(open) if trimmed.starts_with(open) => fence = None,
            Some(_) => {}
            None if trimmed.starts_with("```") => fence = Some("```"),
            None if trimmed.starts_with("~~~") => fence = Some("~~~"),
            None if line.starts_with(word) => return Some(at),
            None => {}
        }
        at += line.len();
    }
    None
}

fn thought(text: &str) -> Option<(Part, usize)> {
    let (open, close) = THINKING.into_iter().find(|(open, _)| text.starts_with(open))?;
    let body = &text[open.len()..];
    let end = body.find(close);
    let inner = &body[..end.unwrap_or(body.len())];
    let length = end.map_or(text.len(), |end| open.len() + end + close.len());
    Some((Part::Reasoning { text: inner.trim().to_owned(), seconds: None, running: end.is_none() }, length))
}

/// A `<details …>` block at the start of the text; one that has not ended yet reaches to the end.
fn details(text: &str) -> Option<(Part, usize)> {
    let head_end = text.find('>')?;
    let attributes = attributes(&text["<details".len()..head_end]);
    let get = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let body_at = head_end + 1;
    let (body_end, length) = closing(text, body_at);
    let body = text[body_at..body_end].trim();
    let (summary, body) = match body.strip_prefix("<summary>").and_then(|rest| rest.split_once("</summary>")) {
        Some((summary, rest)) => (summary.trim(), rest.trim()),
        None => ("", body),
    };
    let running = get("done") == Some("false") || length == text.len() && !text.trim_end().ends_with("</details>");
    let part = match get("type") {
        Some("reasoning") => Part::Reasoning {
            text: body
                .lines()
                .map(|line| line.strip_prefix("> ").or(line.strip_prefix('>')).unwrap_or(line))
                .collect::<Vec<_>>()
                .join("\n"),
            seconds: get("duration").and_then(|seconds| seconds.parse().ok()),
            running,
        },
        Some("code_interpreter") => {
            let result = get("output").map(|text| parts::streams(&json_of(text)));
            let state = match &result {
                None if running => CallState::Running,
                None => CallState::NotRun,
                result => parts::settled(result.as_ref()),
            };
            let code = Some(fenced(body));
            Part::Tool(Box::new(Tool { name: "code_interpreter".into(), code, result, state, ..Tool::default() }))
        }
        Some("tool_calls") => {
            let name = get("name").unwrap_or(strings::a_tool()).to_owned();
            let arguments = get("arguments").map(json_of).unwrap_or_default();
            let code = (name == "execute_code").then(|| arguments["code"].as_str().unwrap_or_default().to_owned());
            let result = get("result").map(json_of).filter(|_| !running).map(|value| match &value {
                Value::String(text) => parts::tool_result(text, code.is_some()),
                Value::Object(_) if code.is_some() => parts::streams(&value),
                other => parts::tool_result(&other.to_string(), false),
            });
            let arguments = if arguments.is_null() { String::new() } else { arguments.to_string() };
            let mut result = result.or_else(|| (!running).then(ToolResult::default));
            if let Some(result) = &mut result {
                parts::add_pictures(result, &get("files").map(json_of).unwrap_or_default());
            }
            let embeds = parts::embeds(&get("embeds").map(json_of).unwrap_or_default());
            let state = if running { CallState::Running } else { parts::settled(result.as_ref()) };
            Part::Tool(Box::new(Tool { name, code, arguments, result, embeds, state, ..Tool::default() }))
        }
        _ => Part::Details {
            summary: if summary.is_empty() { strings::details().into() } else { summary.into() },
            text: body.into(),
        },
    };
    Some((part, length))
}

/// Where the body of a block ends, and the whole block; blocks may be nested.
fn closing(text: &str, from: usize) -> (usize, usize) {
    let mut depth = 1;
    let mut at = from;
    while let Some(found) = text[at..].find('<') {
        let here = at + found;
        if text[here..].starts_with("</details>") {
            depth -= 1;
            if depth == 0 {
                return (here, here + "</details>".len());
            }
        } else if text[here..].starts_with("<details") {
            depth += 1;
        }
        at = here + 1;
    }
    (text.len(), text.len())
}

/// `name="value"` pairs, entities read.
fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once("=\"")
        && let Some((value, after)) = after.split_once('"')
    {
        found.push((name.trim().to_owned(), unescape(value)));
        rest = after;
    }
    found
}

fn unescape(text: &str) -> String {
    let entities = [
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#10;", "\n"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// JSON that may have been written as JSON text once more.
fn json_of(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(Value::String(inner)) => serde_json::from_str(&inner).unwrap_or(Value::String(inner)),
        Ok(value) => value,
        Err(_) => Value::String(text.to_owned()),
    }
}

fn fenced(body: &str) -> String {
    let inner = body.strip_prefix("```").and_then(|rest| rest.split_once('\n')).map_or(body, |(_, rest)| rest);
    inner.trim_end().strip_suffix("```").unwrap_or(inner).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_blocks_become_what_they_are() {
        let text = "Before\n<details type=\"reasoning\" done=\"true\" duration=\"3\">\n<summary>Thought for 3 seconds</summary>\n> hm\n> so\n</details>\nBetween\n<details type=\"tool_calls\" done=\"true\" name=\"add\" arguments=\"&quot;{\\&quot;a\\&quot;: 1}&quot;\" result=\"&quot;42&quot;\">\n<summary>Tool Executed</summary>\n</details>\nAfter";
        let parts = parts(text);
        let [
            Part::Text(before),
            Part::Reasoning { text, seconds: Some(3), running: false },
            Part::Text(_),
            Part::Tool(tool),
            Part::Text(after),
        ] = &parts[..]
        else {
            panic!("{parts:?}")
        };
        assert_eq!((before.as_str(), text.as_str(), after.as_str()), ("Before", "hm\nso", "After"));
        assert_eq!((tool.name.as_str(), tool.arguments.as_str()), ("add", "{\"a\":1}"));
        assert_eq!(tool.result.as_ref().map(|result| result.text.as_str()), Some("42"));
    }

    #[test]
    fn code_that_ran_shows_its_output() {
        let text = "<details type=\"code_interpreter\" done=\"true\" output=\"{&quot;stdout&quot;: &quot;7&quot;}\">\n<summary>Analyzed</summary>\n```python\nprint(7)\n```\n</details>";
        let parts = parts(text);
        let [Part::Tool(tool)] = &parts[..] else { panic!("{parts:?}") };
        assert_eq!(tool.code.as_deref(), Some("print(7)"));
        assert_eq!(tool.result.as_ref().map(|result| result.text.as_str()), Some("7"));
    }

    #[test]
    fn thinking_aloud_is_set_apart_at_the_start_only() {
        assert!(matches!(&parts("<think>\nhm")[..], [Part::Reasoning { running: true, .. }]));
        assert!(
            matches!(&parts("<think>hm</think>\n\nSo.")[..], [Part::Reasoning { running: false, .. }, Part::Text(text)] if text == "So.")
        );
        assert!(matches!(&parts("Use <think>x</think>")[..], [Part::Text(_)]));
    }

    #[test]
    fn nested_open_and_quoted_blocks_do_not_confuse() {
        let nested = parts("<details>\n<summary>A</summary>\n<details>\nx\n</details>\ny\n</details>\nend");
        assert!(
            matches!(&nested[..], [Part::Details { summary, text }, Part::Text(end)] if summary == "A" && text.ends_with('y') && end == "end"),
            "{nested:?}"
        );
        assert!(matches!(&parts("```\n<details>\n</details>\n```")[..], [Part::Text(_)]));
        assert!(matches!(
            &parts("<details type=\"reasoning\" done=\"false\">\n> still")[..],
            [Part::Reasoning { running: true, .. }]
        ));
        assert_eq!(parts("<details").len(), 1);
        assert_eq!(parts("").len(), 0);
    }

    #[test]
    fn a_text_goes_on_unless_a_block_may_begin() {
        assert!(goes_on("words", " and <b>more</b>\n< 3") && goes_on("a\n", "b"));
        for (text, more) in [
            ("", "a"),
            ("a\n", "<"),
            ("a\n<deta", "ils>"),
            ("a", "\n<details>"),
            ("<think>a", "b"),
            ("<details>\n</details>\na", "b"),
        ] {
            assert!(!goes_on(text, more), "{text} {more}");
        }
    }
}
