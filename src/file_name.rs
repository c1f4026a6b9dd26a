//! Floor 0: names of files that come from outside, made safe to write below `/mnt/uploads` (SECURITY.md 8).

/// Longest name in bytes of UTF-8, extension included.
const MAX_BYTES: usize = 120;

/// A plain file name out of any text: no folders, no control, bidi or zero-width characters, no leading or
/// trailing dots or spaces, no reserved device names, at most 120 bytes with the extension kept; never empty.
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\', '\u{2215}', '\u{29f5}']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|c| !is_hidden(*c)).collect();
    let trimmed = visible.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if trimmed.is_empty() {
        return "file".to_owned();
    }
    let (stem, extension) = match trimmed.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 16 => (stem, Some(extension)),
        _ => (trimmed, None),
    };
    let tail = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
    let stem = if is_device(stem) { format!("_{stem}") } else { stem.to_owned() };
    format!("{}{tail}", shorten(&stem, MAX_BYTES - tail.len()))
}

/// [`clean`]ed names of several files, with ` (2)` and so on where two would be the same to a file system
/// that ignores case.
pub fn clean_all<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    names
        .into_iter()
        .map(|name| {
            let first = clean(name);
            let (stem, extension) = match first.rsplit_once('.') {
                Some((stem, extension)) => (stem.to_owned(), format!(".{extension}")),
                None => (first.clone(), String::new()),
            };
            let mut unique = first.clone();
            let mut n = 1;
            while !seen.insert(unique.to_lowercase()) {
                n += 1;
                unique = format!("{stem} ({n}){extension}");
            }
            unique
        })
        .collect()
}

/// Whether a character of a name is not seen, or turns others round.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_device(stem: &str) -> bool {
    let upper = stem.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        upper.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.chars().all(|c| c.is_ascii_digit()))
    };
    matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

fn shorten(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_folder() {
        for (from, to) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.csv", "a.csv"),
            ("..", "file"),
            ("", "file"),
            (" .hidden ", "hidden"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("con.txt", "_con.txt"),
            ("LPT1", "_LPT1"),
            ("naïve data.csv", "naïve data.csv"),
            ("a\0b\n.txt", "ab.txt"),
        ] {
            assert_eq!(clean(from), to, "{from:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_whole_characters() {
        let name = clean(&format!("{}.csv", "é".repeat(200)));
        assert!(name.len() <= MAX_BYTES && name.ends_with("é.csv"));
    }

    #[test]
    fn names_that_differ_only_by_case_are_told_apart() {
        assert_eq!(clean_all(["a.txt", "A.txt", "x/a.txt"]), ["a.txt", "A (2).txt", "a (3).txt"]);
    }
}
