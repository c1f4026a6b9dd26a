//! Changing a text in one place.

use super::node::{Kind, Node};
use super::parse;

/// The text with other code in one of its blocks: the one with this code, after so many others with the same. None if
/// there is none. The fence grows if the new code holds one as long.
pub fn with_code(text: &str, old: &str, number: usize, new: &str) -> Option<String> {
    // Places are those of a text with line feeds.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let nodes = parse(&text);
    let mut blocks = Vec::new();
    collect(&nodes, &mut blocks);
    let block = blocks.into_iter().filter(|block| block.text == old).nth(number)?;
    let written = &text[block.at.clone()];
    let line_start = text[..block.at.start].rfind('\n').map_or(0, |at| at + 1);
    let prefix = &text[line_start..block.at.start];
    // Lines below the first have what a quote or an item puts before them.
    let prefix: String =
        prefix.chars().map(|letter| if letter == '>' || letter == '\t' { letter } else { ' ' }).collect();
    let new = if new.is_empty() || new.ends_with('\n') { new.to_owned() } else { format!("{new}\n") };
    let indented = |indent: &str| new.lines().map(|line| format!("{indent}{line}\n")).collect::<String>();
    let replaced = match &block.kind {
        Kind::Code(Some(_)) => {
            let (first, rest) = written.split_once('\n').unwrap_or((written, ""));
            let mark = first.trim_start().chars().next()?;
            let length = first.trim_start().chars().take_while(|letter| *letter == mark).count();
            let info = &first.trim_start()[length..];
            let longest =
                new.lines().map(|line| line.trim_start().chars().take_while(|letter| *letter == mark).count()).max();
            let fence = mark.to_string().repeat(length.max(longest.unwrap_or(0) + 1).max(3));
            let is_closed = rest.lines().last().is_some_and(|line| {
                let line = line.trim_start_matches([' ', '>', '\t']).trim_end();
                line.len() >= length && line.chars().all(|letter| letter == mark)
            });
            let end = if is_closed { format!("{prefix}{fence}") } else { String::new() };
            let end = if is_closed && written.ends_with('\n') { end + "\n" } else { end };
            format!("{fence}{info}\n{}{end}", indented(&prefix))
        }
        // Its indent is before the place where it begins.
        _ => {
            let body = indented(&prefix);
            let body = body.strip_prefix(&prefix).unwrap_or(&body);
            if written.ends_with('\n') { body.to_owned() } else { body.trim_end_matches('\n').to_owned() }
        }
    };
    Some(format!("{}{replaced}{}", &text[..block.at.start], &text[block.at.end..]))
}

/// How many blocks of a text have this code.
pub fn count_code(text: &str, code: &str) -> usize {
    let nodes = parse(text);
    let mut blocks = Vec::new();
    collect(&nodes, &mut blocks);
    blocks.into_iter().filter(|block| block.text == code).count()
}

fn collect<'a>(nodes: &'a [Node], blocks: &mut Vec<&'a Node>) {
    for node in nodes {
        if let Kind::Code(_) = node.kind {
            blocks.push(node);
        }
        collect(&node.children, blocks);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        let nodes = parse(text);
        let mut blocks = Vec::new();
        collect(&nodes, &mut blocks);
        blocks.into_iter().map(|block| block.text.clone()).collect()
    }

    #[test]
    fn the_right_one_of_equal_blocks_changes_dollar_signs_and_all() {
        let text = "```py\na\n```\n\ntext\n\n~~~ py\na\n~~~\nend";
        let changed = with_code(text, "a\n", 1, "cost = \"$1 $& $$\"").expect("a block");
        assert_eq!(changed, "```py\na\n```\n\ntext\n\n~~~ py\ncost = \"$1 $& $$\"\n~~~\nend");
        assert_eq!(with_code(text, "a\n", 2, "x"), None);
    }

    #[test]
    fn code_that_holds_a_fence_gets_a_longer_one() {
        let changed = with_code("```md\na\n```\n", "a\n", 0, "```\nx\n```").expect("a block");
        assert_eq!(codes(&changed), ["```\nx\n```\n"]);
    }

    #[test]
    fn blocks_in_quotes_and_items_stay_there() {
        for text in
            ["> ```\n> a\n> ```\n\nb", "- x\n\n  ```py\n  a\n  ```\n- y", "1. ```\n   a\n   ```\n", "x\n\n    a\n\ny"]
        {
            let changed = with_code(text, "a\n", 0, "one\n\ntwo\n").expect("a block");
            assert_eq!(codes(&changed), ["one\n\ntwo\n"], "{changed}");
            let before: Vec<_> = parse(text).into_iter().map(|node| node.kind).collect();
            assert_eq!(parse(&changed).into_iter().map(|node| node.kind).collect::<Vec<_>>(), before, "{changed}");
        }
    }
}
