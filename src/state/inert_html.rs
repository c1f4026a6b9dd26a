//! HTML output made ready for a frame whose policy forbids styles as markup: style elements and style attributes
//! get other names, under which the frame's script finds them and sets them through the CSSOM.
//!
//! This is for looks and for a quiet console only. What keeps the HTML from doing anything is the frame and its
//! policy: HTML that is read wrongly here is as harmless there.

/// The name that style attributes get.
pub const STYLE_ATTRIBUTE: &str = "pyoxide-style";

/// What a style element's start becomes: a data block, which browsers neither run nor apply.
const STYLE_START: &str = "script type=\"text/css\"";

/// Elements whose content is text up to their end tag.
const RAW: [&str; 8] = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/// The same HTML with its styles under other names.
pub fn quiet(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut letters = rest[1..].chars();
        rest = match letters.next() {
            Some('!') if rest.starts_with("<!--") => copy_through(rest, "-->", &mut out),
            Some('!' | '?') => copy_through(rest, ">", &mut out),
            Some('/') if letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) => end_tag(rest, &mut out),
            Some(letter) if letter.is_ascii_alphabetic() => start_tag(rest, &mut out),
            _ => {
                out.push('<');
                &rest[1..]
            }
        };
    }
    out.push_str(rest);
    out
}

/// Copies up to and including `end`, or all if it never comes.
fn copy_through<'a>(html: &'a str, end: &str, out: &mut String) -> &'a str {
    let len = html.find(end).map_or(html.len(), |at| at + end.len());
    out.push_str(&html[..len]);
    &html[len..]
}

/// The name of a tag at the beginning of `text`.
fn tag_name(text: &str) -> &str {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>');
    &text[..end.unwrap_or(text.len())]
}

fn end_tag<'a>(html: &'a str, out: &mut String) -> &'a str {
    let name = tag_name(&html[2..]);
    out.push_str("</");
    out.push_str(if name.eq_ignore_ascii_case("style") { "script" } else { name });
    copy_through(&html[2 + name.len()..], ">", out)
}

fn start_tag<'a>(html: &'a str, out: &mut String) -> &'a str {
    let name = tag_name(&html[1..]);
    out.push('<');
    out.push_str(if name.eq_ignore_ascii_case("style") { STYLE_START } else { name });
    let rest = attributes(&html[1 + name.len()..], out);
    if !RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
        return rest;
    }
    let ends = |at: &usize| {
        let after = rest.as_bytes().get(at + 2..at + 2 + name.len());
        after.is_some_and(|after| after.eq_ignore_ascii_case(name.as_bytes()))
    };
    let end = rest.match_indices("</").map(|(at, _)| at).find(ends);
    let (text, rest) = rest.split_at(end.unwrap_or(rest.len()));
    out.push_str(text);
    rest
}

/// Copies the attributes of a tag and its end.
fn attributes<'a>(html: &'a str, out: &mut String) -> &'a str {
    let mut rest = html;
    loop {
        let gap = rest.find(|c: char| !c.is_ascii_whitespace() && c != '/').unwrap_or(rest.len());
        out.push_str(&rest[..gap]);
        rest = &rest[gap..];
        if rest.is_empty() {
            return rest;
        }
        if let Some(after) = rest.strip_prefix('>') {
            out.push('>');
            return after;
        }
        // A name may begin with `=`, but not go on with it.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let len = rest[first..].find(ends).map_or(rest.len(), |at| at + first);
        let (name, after) = rest.split_at(len);
        out.push_str(if name.eq_ignore_ascii_case("style") { STYLE_ATTRIBUTE } else { name });
        rest = value(after, out);
    }
}

/// Copies `= value`, if that is what comes next.
fn value<'a>(html: &'a str, out: &mut String) -> &'a str {
    let after_gap = html.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let Some(after) = after_gap.strip_prefix('=') else { return html };
    let text = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let len = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text.len(), |at| at + 2),
        _ => text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len()),
    };
    let whole = html.len() - text.len() + len;
    out.push_str(&html[..whole]);
    &html[whole..]
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(quiet(html), expected);
    }

    #[test]
    fn styles_get_other_names() {
        check("<p style=\"color: red\">x</p>", "<p pyoxide-style=\"color: red\">x</p>");
        check("<P a=1 STYLE = 'x>y' b>", "<P a=1 pyoxide-style = 'x>y' b>");
        check("<td style=color:red>1", "<td pyoxide-style=color:red>1");
        check(
            "<style scoped>td > a { content: '<p style=x>' }</STYLE>",
            "<script type=\"text/css\" scoped>td > a { content: '<p style=x>' }</script>",
        );
    }

    #[test]
    fn text_comments_and_other_attributes_stay() {
        for html in [
            "a style=b < c <3 <",
            "<!-- <p style=x> -->",
            "<p title='<i style=x>' data-style=\"s\">style=1</p>",
            "<textarea><b style=x></textarea>",
            "<!doctype html><br/><img src=a/b>",
            "<p =style=x>",
            "</",
            "",
        ] {
            check(html, html);
        }
        check("<p style", "<p pyoxide-style");
    }

    #[test]
    fn a_pandas_table_keeps_its_content() {
        let html = "<div>\n<style scoped>\n    .dataframe tbody tr th { vertical-align: top; }\n</style>\n\
                    <table border=\"1\" class=\"dataframe\">\n<tr style=\"text-align: right;\">\n<th></th></tr></table></div>";
        let quiet = quiet(html);
        assert!(!quiet.contains("<style") && !quiet.contains(" style="));
        assert!(quiet.contains("<tr pyoxide-style=\"text-align: right;\">"));
    }

    proptest! {
        #[test]
        fn without_styles_nothing_changes(html in "(<[a-z/!?-]{0,4}|[ =\"'/>äa-c]){0,40}") {
            prop_assert_eq!(quiet(&html), html);
        }

        #[test]
        fn no_text_panics(html in "(</?(style|title|p)|<!--|-->|style|[ =\"'/>ä]){0,40}") {
            quiet(&html);
        }
    }
}
