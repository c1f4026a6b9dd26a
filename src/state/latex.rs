//! Texts in LaTeX (`text/latex`, as sympy and `IPython.display.Latex` give them): words with formulas among them.

/// A part of such a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Text(String),
    /// A formula, without the marks around it.
    Formula {
        /// TeX.
        tex: String,
        /// Whether it stands by itself.
        display: bool,
    },
}

/// The marks around formulas: beginning, end, whether the formula stands by itself. Longer ones first.
const MARKS: [(&str, &str, bool); 4] =
    [("$$", "$$", true), ("\\[", "\\]", true), ("\\(", "\\)", false), ("$", "$", false)];
const BEGIN: &str = "\\begin{";

/// Longer texts, in bytes, are words altogether: the end of each mark is looked for in all that follows.
const LONGEST: usize = 20_000;

/// The parts in order. A mark that is not closed is a word.
pub fn parts(text: &str) -> Vec<Part> {
    if text.len() > LONGEST {
        return vec![Part::Text(text.to_owned())];
    }
    let (mut parts, mut words, mut rest) = (Vec::new(), String::new(), text);
    while let Some(first) = rest.chars().next() {
        if let Some((tex, display, length)) = formula(rest) {
            if !words.trim().is_empty() || (!words.is_empty() && !parts.is_empty()) {
                parts.push(Part::Text(std::mem::take(&mut words)));
            }
            words.clear();
            // What sympy puts before each formula: it stands by itself.
            let plain = tex.trim().trim_start_matches("\\displaystyle").trim().to_owned();
            let is_alone = display || (rest.len() == text.len() && length == text.trim_end().len());
            parts.push(Part::Formula { tex: plain, display: is_alone });
            rest = &rest[length..];
            continue;
        }
        let length = if rest.starts_with("\\$") { 2 } else { first.len_utf8() };
        words.push_str(rest[..length].trim_start_matches(if length == 2 { "\\" } else { "" }));
        rest = &rest[length..];
    }
    if !words.trim().is_empty() {
        parts.push(Part::Text(words));
    }
    parts
}

/// The formula that a text begins with: TeX, whether it stands by itself, and how many bytes it takes.
fn formula(text: &str) -> Option<(&str, bool, usize)> {
    if let Some(rest) = text.strip_prefix(BEGIN) {
        let (name, _) = rest.split_once('}')?;
        let end = format!("\\end{{{name}}}");
        let length = text.find(&end)? + end.len();
        return Some((&text[..length], true, length));
    }
    MARKS.iter().find_map(|(open, close, display)| {
        let inside = text.strip_prefix(open)?;
        let length = inside.match_indices(close).map(|(at, _)| at).find(|at| !inside[..*at].ends_with('\\'))?;
        let tex = &inside[..length];
        (!tex.trim().is_empty()).then_some((tex, *display, open.len() + length + close.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Part {
        Part::Text(words.to_owned())
    }

    fn formula(tex: &str, display: bool) -> Part {
        Part::Formula { tex: tex.to_owned(), display }
    }

    #[test]
    fn a_formula_by_itself_is_shown_by_itself() {
        for whole in ["$\\displaystyle x^{2}$", "$x^{2}$", "$$x^{2}$$", "\\[x^{2}\\]\n"] {
            assert_eq!(parts(whole), [formula("x^{2}", true)], "{whole}");
        }
        let aligned = "\\begin{align}a&=1\\\\b&=2\\end{align}";
        assert_eq!(parts(aligned), [formula(aligned, true)]);
    }

    #[test]
    fn words_with_formulas_among_them_stay_in_order() {
        let expected =
            [text("An area of "), formula("\\pi r^2", false), text(" costs $5, and "), formula("r", false), text(".")];
        assert_eq!(parts("An area of $\\pi r^2$ costs \\$5, and \\(r\\)."), expected);
    }

    #[test]
    fn formulas_in_a_row_stay_apart() {
        assert_eq!(parts("$a$ $b$"), [formula("a", false), text(" "), formula("b", false)]);
    }

    #[test]
    fn a_long_text_is_not_looked_through() {
        let long = "$x$".repeat(LONGEST);
        assert_eq!(parts(&long), [text(&long)]);
    }

    #[test]
    fn a_mark_without_its_end_is_a_word() {
        for words in ["costs $5", "\\[ open", "\\begin{align} a", "$$", "\\begin", "é$"] {
            assert_eq!(parts(words), [text(words)], "{words}");
        }
        assert_eq!(parts(""), []);
    }
}
