//! Formulas between `\(` and `\)`, `\[` and `\]`, as models write them. To the parser these are escaped brackets, so
//! that `*` in two formulas would be emphasis: it is handed a text of the same length with `$$` in their place.

use core::ops::Range;
use std::borrow::Cow;

/// A text for the parser.
pub(super) struct Dollars<'a> {
    written: &'a str,
    text: Cow<'a, str>,
    /// Where marks stood, first to last.
    marks: Vec<usize>,
}

impl<'a> Dollars<'a> {
    /// Looks for pairs of marks with no blank line between them.
    pub(super) fn read(written: &'a str) -> Self {
        let marks = marks(written);
        let mut text = Cow::Borrowed(written);
        if !marks.is_empty() {
            let text = text.to_mut();
            marks.iter().for_each(|at| text.replace_range(*at..*at + 2, "$$"));
        }
        Self { written, text, marks }
    }

    /// What the parser reads.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there are marks in a part.
    fn has_marks(&self, at: &Range<usize>) -> bool {
        let first = self.marks.partition_point(|mark| mark + 2 <= at.start);
        self.marks.get(first).is_some_and(|mark| *mark < at.end)
    }

    /// What was written where the parser found `text`, which it took as it stands.
    pub(super) fn as_written<'b>(&'b self, text: &'b str, at: &Range<usize>) -> Cow<'b, str> {
        match self.written.get(at.clone()) {
            Some(written) if written.len() == text.len() && self.has_marks(at) => Cow::Borrowed(written),
            _ => Cow::Borrowed(text),
        }
    }

    /// The same for text in which a mark that is none after all is an escaped bracket.
    pub(super) fn plain<'b>(&'b self, text: &'b str, at: &Range<usize>) -> Cow<'b, str> {
        let written = self.as_written(text, at);
        if !self.has_marks(at) || written.len() != text.len() {
            return written;
        }
        let is_mark = |place: usize| self.marks.binary_search(&(at.start + place)).is_ok();
        Cow::Owned(written.char_indices().filter(|(place, _)| !is_mark(*place)).map(|(_, letter)| letter).collect())
    }

    /// The same for code in a line: its ends and its line ends are not what was written.
    pub(super) fn code<'b>(&'b self, code: &'b str, at: &Range<usize>) -> Cow<'b, str> {
        let Some(written) = self.written.get(at.clone()).filter(|_| self.has_marks(at)) else { return Cow::Borrowed(code) };
        let inner = written.trim_matches('`').replace('\n', " ");
        let bare = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' ')).filter(|bare| !bare.trim().is_empty());
        Cow::Owned(bare.unwrap_or(&inner).to_owned())
    }
}

/// The places of pairs of marks. An address has its brackets escaped within a word: those are none.
fn marks(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut open = None;
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| matches!(byte, b'\\' | b'\n')) {
        at += next;
        if bytes[at] == b'\n' {
            let is_blank = bytes[at + 1..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'>')) == Some(&b'\n');
            open = open.filter(|_| !is_blank);
            at += 1;
            continue;
        }
        let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'/'));
        match (bytes.get(at + 1), open) {
            (Some(b'('), _) if !in_word => open = Some((at, b')')),
            (Some(b'['), _) if !in_word => open = Some((at, b']')),
            (Some(byte), Some((start, close))) if *byte == close => {
                found.extend([start, at]);
                open = None;
            }
            _ => {}
        }
        at = (at + 2).min(bytes.len());
    }
    found
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
        for text in [r"\(a", r"a\)", "\\(a\n\nb\\)", r"`\(a\)`", r"\[x\)", "$5 and $6", "- \\(a\n- b\\)"] {
            assert_eq!(formulas(text), [], "{text}");
        }
        assert_eq!(parse(r"`` \(a\) ``")[0].plain(), r"\(a\)");
        assert_eq!(parse("```\n\\(a\\)\n```")[0].text, "\\(a\\)\n");
        assert_eq!(parse("- \\(a\n- b\\)")[0].plain(), "(ab)");
        let link = &parse(r"[x](https://a.b/c_\(d\))")[0].children[0];
        assert_eq!(link.kind, Kind::Link("https://a.b/c_(d)".into()));
    }
}
