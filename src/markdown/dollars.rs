//! Formulas between `\(` and `\)`, `\[` and `\]`, as models write them. To the parser these are escaped brackets, so
//! that `*` in two formulas would be emphasis: it is handed a text of the same length with `$$` in their place. A pair
//! that turns out to be no formula, in code say, is left alone when the text is read once more.

use core::ops::Range;
use std::borrow::Cow;

/// Where a pair of marks stands.
type Pair = (usize, usize);

/// A text for the parser.
pub(super) struct Dollars<'a> {
    written: &'a str,
    text: Cow<'a, str>,
    pairs: Vec<Pair>,
}

impl<'a> Dollars<'a> {
    /// Looks for pairs of marks.
    pub(super) fn read(written: &'a str) -> Self {
        Self::with(written, pairs(written))
    }

    fn with(written: &'a str, pairs: Vec<Pair>) -> Self {
        let mut text = Cow::Borrowed(written);
        for (open, close) in &pairs {
            text.to_mut().replace_range(*open..*open + 2, "$$");
            text.to_mut().replace_range(*close..*close + 2, "$$");
        }
        Self { written, text, pairs }
    }

    /// What the parser reads.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Without the pairs that are no formulas; none if all are.
    pub(super) fn without_others(&self, formulas: &[Range<usize>]) -> Option<Self> {
        let is_formula = |pair: &&Pair| formulas.iter().any(|formula| *formula == (pair.0..pair.1 + 2));
        let used: Vec<Pair> = self.pairs.iter().filter(is_formula).copied().collect();
        (used.len() < self.pairs.len()).then(|| Self::with(self.written, used))
    }
}

/// The places of pairs of marks: in one line, or from `\[` that begins a line to `\]` in the same paragraph, as far as
/// lines tell, for the same paragraph may be read alone. An address has its brackets escaped within a word: those are
/// none.
fn pairs(text: &str) -> Vec<Pair> {
    let mut found = Vec::new();
    if !text.contains("\\(") && !text.contains("\\[") {
        return found;
    }
    let (mut open, mut start, mut is_odd, mut depth) = (None, 0, false, 0);
    for line in text.split_inclusive('\n') {
        let words = line.trim_matches([' ', '\t', '>', '\n']);
        let quotes =
            line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).filter(|byte| *byte == b'>').count();
        let is_new = words.is_empty() || begins_block(words) || quotes > depth;
        depth = quotes;
        is_odd = !is_new && (is_odd || is_delimiter(words) || words.starts_with('<'));
        if is_new || is_odd {
            open = None;
        }
        pairs_of_line(line, start, &mut open, &mut found);
        open = open.filter(|(at, _)| {
            *at < start || words.starts_with("\\[") && line[..at - start].trim_matches([' ', '\t', '>']).is_empty()
        });
        start += line.len();
    }
    found
}

/// The row below a table's headings, which may end with any line; the line below a heading's words too.
fn is_delimiter(words: &str) -> bool {
    words.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'=')) && words.contains(['-', '='])
}

/// Whether a line looks like the first one of a block of its own.
fn begins_block(words: &str) -> bool {
    let number = words.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_number = number.len() < words.len() && number.starts_with(['.', ')']);
    let is_marker =
        words.starts_with(['-', '*', '+']) && words[1..].chars().next().is_none_or(|c| c == ' ' || c == '\t');
    is_number || is_marker || ["#", "```", "~~~", "[^", "***", "---", "___"].iter().any(|mark| words.starts_with(mark))
}

fn pairs_of_line(line: &str, start: usize, open: &mut Option<(usize, u8)>, found: &mut Vec<Pair>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += next;
        let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'/'));
        match (bytes.get(at + 1), *open) {
            (Some(b'('), _) if !in_word => *open = Some((start + at, b')')),
            (Some(b'['), _) if !in_word => *open = Some((start + at, b']')),
            (Some(byte), Some((first, close))) if *byte == close => {
                found.push((first, start + at));
                *open = None;
            }
            _ => {}
        }
        at = (at + 2).min(bytes.len());
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::{Kind, Node, parse};

    fn formulas(text: &str) -> Vec<(String, bool)> {
        fn walk(nodes: &[Node], all: &mut Vec<(String, bool)>) {
            for node in nodes {
                if let Kind::Math { display } = node.kind {
                    all.push((node.text.clone(), display));
                }
                walk(&node.children, all);
            }
        }
        let mut all = Vec::new();
        walk(&parse(text), &mut all);
        all
    }

    fn formula(tex: &str, display: bool) -> (String, bool) {
        (tex.to_owned(), display)
    }

    #[test]
    fn formulas_have_the_marks_of_tex_and_of_models() {
        assert_eq!(formulas(r"\(x^*\) and \(y^*\)"), [formula("x^*", false), formula("y^*", false)]);
        assert_eq!(formulas("\\[\na \\\\[2pt] b\n\\]"), [formula("a \\\\[2pt] b", true)]);
        assert_eq!(formulas("$a$ $$b$$"), [formula("a", false), formula("b", true)]);
        assert_eq!(formulas("> \\[\n> a\n> \\]"), [formula("a", true)]);
    }

    #[test]
    fn what_is_no_formula_stays_as_it_was() {
        for text in [
            r"\(a",
            r"a\)",
            "\\(a\n\nb\\)",
            r"`\(a\)`",
            r"\[x\)",
            "$5 and $6",
            "- \\(a\n- b\\)",
            "$$$$$$$$$$",
            r"\(\)",
            "- \\[a\n- $$\\]b",
        ] {
            assert_eq!(formulas(text), [], "{text}");
        }
        assert_eq!(parse(r"`` \(a\) ``")[0].plain(), r"\(a\)");
        assert_eq!(parse("```\n\\(a\\)\n```")[0].text, "\\(a\\)\n");
        assert_eq!(parse("- \\(a\n- b\\)")[0].plain(), "(ab)");
        let link = &parse(r"[x](https://a.b/c_\(d\))")[0].children[0];
        assert_eq!(link.kind, Kind::Link("https://a.b/c_(d)".into()));
    }
}
