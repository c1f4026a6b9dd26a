use super::*;
use crate::markdown::node::Node;
use crate::markdown::parse;
use crate::markdown::read::is_box;
use std::collections::{BTreeMap, HashMap};

/// What a listener builds of edits; it fails when they name what is closed or gone.
#[derive(Default)]
struct Model {
    nodes: HashMap<Id, (Node, Vec<Id>, Option<Id>)>,
    top: Vec<Id>,
    done: HashMap<Id, bool>,
}

impl Model {
    fn live(&self, id: Id) {
        assert!(self.nodes.contains_key(&id) && !self.done.contains_key(&id), "{id} is not live");
    }

    fn make(&mut self, id: Id, kind: &Kind, text: &str, parent: Option<Id>) {
        let node = Node::with_text(kind.clone(), text, 0..0);
        assert!(self.nodes.insert(id, (node, Vec::new(), parent)).is_none(), "{id} twice");
    }

    fn siblings(&mut self, parent: Option<Id>) -> &mut Vec<Id> {
        match parent {
            Some(parent) => &mut self.nodes.get_mut(&parent).expect("a parent").1,
            None => &mut self.top,
        }
    }

    fn tree(&self, ids: &[Id]) -> Vec<Node> {
        let mut nodes = Vec::new();
        for id in ids {
            let (node, children, _) = &self.nodes[id];
            let mut node = node.clone();
            node.children = self.tree(children);
            nodes.push(node);
        }
        nodes
    }
}

impl Edits for Model {
    fn insert(&mut self, id: Id, kind: &Kind, text: &str, parent: Option<Id>, before: Option<Id>) {
        parent.into_iter().chain(before).for_each(|id| self.live(id));
        self.make(id, kind, text, parent);
        let siblings = self.siblings(parent);
        let at =
            before.map_or(siblings.len(), |before| siblings.iter().position(|id| *id == before).expect("a sibling"));
        siblings.insert(at, id);
    }

    fn replace(&mut self, id: Id, kind: &Kind, text: &str, number: usize) {
        assert_eq!(self.done.get(&self.top[number]), Some(&true), "only what is closed is replaced");
        self.make(id, kind, text, None);
        self.top[number] = id;
    }

    fn change(&mut self, id: Id, kind: &Kind) {
        self.live(id);
        self.nodes.get_mut(&id).expect("a node").0.kind = kind.clone();
    }

    fn text(&mut self, id: Id, gone: usize, more: &str) {
        self.live(id);
        let text = &mut self.nodes.get_mut(&id).expect("a node").0.text;
        let units: Vec<u16> = text.encode_utf16().collect();
        *text = String::from_utf16(&units[..units.len() - gone]).expect("whole characters") + more;
    }

    fn remove(&mut self, id: Id) {
        self.live(id);
        self.done.insert(id, false);
        let parent = self.nodes[&id].2;
        let is_attached = parent.is_none_or(|parent| self.done.get(&parent) != Some(&false));
        if is_attached {
            self.siblings(parent).retain(|other| *other != id);
        }
    }

    fn close(&mut self, id: Id) {
        self.live(id);
        for child in &self.nodes[&id].1 {
            assert_eq!(self.done.get(child), Some(&true), "children are closed first");
        }
        self.done.insert(id, true);
    }
}

/// One form for what looks the same: texts in a row are one, and a list without a paragraph of its own in any item is
/// neither tight nor loose.
fn canonical(nodes: Vec<Node>) -> Vec<Node> {
    let mut all: Vec<Node> = Vec::new();
    for mut node in nodes {
        node.children = canonical(node.children);
        if let Kind::List { loose, .. } = &mut node.kind {
            let shows = |child: &Node| child.kind == Kind::Paragraph && !is_box(child);
            if !node.children.iter().flat_map(|item| &item.children).any(shows) {
                *loose = None;
            }
        }
        match all.last_mut() {
            Some(last) if last.kind == Kind::Text && node.kind == Kind::Text => last.text += &node.text,
            _ => all.push(node),
        }
    }
    all
}

fn outline(nodes: &[Node], depth: usize) -> String {
    nodes
        .iter()
        .map(|node| {
            format!("{}{:?} {:?}\n{}", "  ".repeat(depth), node.kind, node.text, outline(&node.children, depth + 1))
        })
        .collect()
}

/// Streams a text in chunks that end at `ends`; after each of them what was told is what one parse gives.
fn check(text: &str, ends: &[usize]) {
    let (mut stream, mut model) = (Stream::default(), Model::default());
    let mut from = 0;
    for &end in ends {
        stream.push(&text[from..end], &mut model);
        from = end;
        same(&stream, &model, text, ends);
    }
    stream.finish(&mut model);
    same(&stream, &model, text, ends);
    assert!(model.nodes.keys().all(|id| model.done.contains_key(id)), "everything is closed at the end");
}

fn same(stream: &Stream, model: &Model, text: &str, ends: &[usize]) {
    let streamed = outline(&canonical(model.tree(&model.top)), 0);
    let whole = outline(&canonical(parse(stream.text())), 0);
    if streamed == whole {
        return;
    }
    let (one, other): (Vec<_>, Vec<_>) = (streamed.lines().collect(), whole.lines().collect());
    let at = one.iter().zip(&other).position(|(one, other)| one != other).unwrap_or(one.len().min(other.len()));
    let ends_of = |line: &str| {
        let begin: String = line.chars().take(60).collect();
        let end: String = line.chars().rev().take(100).collect::<Vec<_>>().into_iter().rev().collect();
        if line.len() < 200 { line.to_owned() } else { format!("{begin} … {end} ({} bytes)", line.len()) }
    };
    let around = |lines: &[&str]| {
        lines.iter().skip(at.saturating_sub(2)).take(8).map(|line| ends_of(line)).collect::<Vec<_>>().join("\n")
    };
    let (text, shown) =
        if text.len() < 500 { (text, &ends[..ends.len().min(40)]) } else { (&text[text.len() - 100..], &[][..]) };
    panic!(
        "{:?}\nof {text:?} in chunks to {shown:?}\n--- streamed\n{:.1500}\n--- whole\n{:.1500}\n",
        stream.text().chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>(),
        around(&one),
        around(&other)
    );
}

/// Streams a text that seemed to end at `at`; after each chunk from there on what was told is what one parse gives.
fn check_reopened(text: &str, at: usize, ends: &[usize]) {
    let (mut stream, mut model) = (Stream::default(), Model::default());
    let (before, after): (Vec<_>, Vec<_>) = ends.iter().copied().partition(|end| *end < at);
    let mut from = 0;
    for end in before.into_iter().chain([at]) {
        stream.push(&text[from..end], &mut model);
        from = end;
    }
    stream.finish(&mut model);
    model.top.truncate(stream.reopen());
    for end in after {
        stream.push(&text[from..end], &mut model);
        from = end;
        same(&stream, &model, text, ends);
    }
    stream.finish(&mut model);
    same(&stream, &model, text, ends);
}

/// The sources of the examples, by suite.
fn examples() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("../../../tests/fixtures/markdown/examples.json");
    serde_json::from_str(text).expect("examples")
}

/// The ends of all characters.
fn characters(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]).collect()
}

/// Numbers that look random and are the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn chunks(&mut self, text: &str) -> Vec<usize> {
        let longest = [2, 6, 30, 200][self.below(4)];
        let (mut ends, mut at) = (Vec::new(), 0);
        while at < text.len() {
            at = (at + 1 + self.below(longest)).min(text.len());
            while !text.is_char_boundary(at) {
                at += 1;
            }
            ends.push(at);
        }
        ends
    }
}

#[test]
fn every_prefix_of_every_example_is_what_one_parse_gives() {
    for text in examples().values().flatten().filter(|text| text.len() < 3_000) {
        check(text, &characters(text));
    }
}

#[test]
fn any_chunks_of_examples_put_together_are_what_one_parse_gives() {
    let examples = examples();
    let pool: Vec<&String> = examples.values().flatten().filter(|text| text.len() < 600).collect();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for _ in 0..documents() {
        let mut text = String::new();
        for _ in 0..1 + chance.below(8) {
            text += pool[chance.below(pool.len())];
            text += chance.pick(&["", "\n", "\n\n", "\n> ", "\n- ", "\n   "]);
        }
        if chance.below(6) == 0 {
            text = text.replace('\n', "\r\n");
        }
        if chance.below(12) == 0 {
            text = text.replace('\n', "\r");
        }
        if chance.below(4) == 0 {
            let prefix = chance.pick(&["> ", "- ", "  "]);
            text = text.lines().map(|line| format!("{prefix}{line}\n")).collect();
        }
        if chance.below(4) == 0 {
            text = format!("- z\n{}", text.lines().map(|line| format!("  {line}\n")).collect::<String>());
        }
        let ends = chance.chunks(&text);
        check(&text, &ends);
    }
}

#[test]
fn a_text_that_goes_on_after_its_end_is_what_one_parse_gives() {
    let mut chance = Chance(0x0dd0_beef_1234_5677);
    for _ in 0..documents() {
        let mut text = String::new();
        for _ in 0..4 + chance.below(40) {
            text += chance.pick(TOKENS);
            text += ["\n", "", ""][chance.below(3)];
        }
        let ends = chance.chunks(&text);
        check_reopened(&text, ends[chance.below(ends.len())], &ends);
    }
    for text in examples().values().flatten().filter(|text| text.len() < 600) {
        let ends = characters(text);
        check_reopened(text, ends[chance.below(ends.len())], &ends);
    }
}

#[test]
fn of_a_text_that_goes_on_only_the_last_block_is_told_again() {
    let (mut stream, mut model) = (Stream::default(), Model::default());
    let blocks: String = (0..50).map(|number| format!("paragraph {number}\n\n")).collect();
    stream.push(&(blocks + "- one\n- two"), &mut model);
    stream.finish(&mut model);
    assert_eq!(stream.reopen(), 50);
    model.top.truncate(50);
    let before = model.top.clone();
    stream.push(" and more\n\nlast", &mut model);
    stream.finish(&mut model);
    assert_eq!((&model.top[..50], model.top.len()), (&before[..], 52));
}

/// Documents of each random test; more by PYOXIDE_DOCUMENTS.
fn documents() -> usize {
    std::env::var("PYOXIDE_DOCUMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(400)
}

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "a", "b c", "- ", "* ", "+ ", "1. ", "2) ", "10. ", "> ", ">", "  ", "    ", "\t", "```", "```py", "~~~", "~~~~", "\n",
    "\n\n", "\n", "\r\n", "\r", "# ", "## h", "---", "===", "***", "|a|b|", "|-|-|", "| 1 | 2 |", "[a]: /u", "[a]: /u 't'",
    "[b]:", " /x", "\"t", "[a]", "[b][a]", "![a]", "[^1]", "[^1]: ", "[^n]: x", "<div>", "</div>", "<!--", "-->", "<pre>",
    "</pre>", "<b>", "<x-y>", "*", "**", "_", "`", "``", "$", "$$", "{", "}", "\\", "&amp;", "&", "~~", "- [ ] ", "- [x] t",
    "\0", "é", "\u{2003}", "🙂", "<details>", "<summary>s</summary>", "  - ", "   1. ", "> - ", "> [!NOTE]", "- > ", "x\n",
    "y\n", "- a\n", "- b\n\n", "  c\n", "      d\n", "> q\n", ":", "<http://a.b>", "![", "](/u)", "[", "]", "\\(", "\\)",
    "\\[", "\\]", "<sub>", "</sub>", "<br>", "https://a.b",
];

#[test]
fn any_chunks_of_any_tokens_are_what_one_parse_gives() {
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    for _ in 0..documents() {
        let mut text = String::new();
        for _ in 0..4 + chance.below(40) {
            text += chance.pick(TOKENS);
            if chance.below(3) == 0 {
                text += "\n";
            }
        }
        let ends = chance.chunks(&text);
        check(&text, &ends);
    }
}

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "word ", "a ", "two words ", "*", "**", "_", "__", "~", "~~", "`", "``", "[", "](/u) ", "]", "[a](/u \"t\") ",
    "![i](/x) ", "<b>", "</b> ", "<http://a.b> ", "<", "$x$ ", "$", "$$", "{", "}", "\\", "\\* ", "&amp; ", "&", "*em* ",
    "**strong** ", "`code` ", "x.", "y, ", "(p) ", "\"q\" ", "'s ", "-- ", "... ", "a_b_c ", "5*3 ", "5 * 3 ", "~~del~~ ",
    "é ", "日本 ", "\n", "  \n", "\\\n", "[r] ", "[^1] ", "| ", ": ", "www.a.b ", "a@b.c ", "\\(x\\) ", "\\(", "\\)", "a < b ",
];

#[test]
fn a_long_paragraph_is_cut_and_still_what_one_parse_gives() {
    let mut chance = Chance(0x1234_5671);
    for _ in 0..documents() / 8 {
        let mut text = String::from("Start ");
        let oddness = [3, 12, 60][chance.below(3)];
        while text.len() < 4_000 {
            text += if chance.below(oddness) == 0 { chance.pick(PIECES) } else { "word word " };
        }
        text += chance.pick(&[
            "",
            "\n===\n",
            "\n\nnext\n\n",
            "\n|-|\n",
            "\n- item\n",
            "\n\n[r]: /u\n",
            "\n\n[^1]: note\n\nx\n",
        ]);
        let ends: Vec<usize> = chance.chunks(&text).into_iter().collect();
        let sparse: Vec<usize> = ends
            .iter()
            .copied()
            .enumerate()
            .filter(|(at, end)| at % 7 == 0 || *end == text.len())
            .map(|(_, end)| end)
            .collect();
        check(&text, &sparse);
    }
}

/// Counts edits.
#[derive(Default)]
struct Count(usize);

#[rustfmt::skip]
impl Edits for Count {
    fn insert(&mut self, _: Id, _: &Kind, _: &str, _: Option<Id>, _: Option<Id>) { self.0 += 1; }
    fn replace(&mut self, _: Id, _: &Kind, _: &str, _: usize) { self.0 += 1; }
    fn change(&mut self, _: Id, _: &Kind) { self.0 += 1; }
    fn text(&mut self, _: Id, _: usize, _: &str) { self.0 += 1; }
    fn remove(&mut self, _: Id) { self.0 += 1; }
    fn close(&mut self, _: Id) { self.0 += 1; }
}

/// What each tenth of a text costs, a few letters at a time: bytes read and edits, for each byte.
fn costs(text: &str) -> Vec<(f64, f64)> {
    let (mut stream, mut count) = (Stream::default(), Count::default());
    let ends: Vec<usize> = characters(text).into_iter().filter(|end| end % 4 == 0 || *end == text.len()).collect();
    let mut tenths = Vec::new();
    let (mut from, mut before) = (0, (0, 0, 0));
    for (at, end) in ends.iter().enumerate() {
        stream.push(&text[from..*end], &mut count);
        from = *end;
        if (at + 1) % (ends.len() / 10) == 0 {
            let now = (stream.read.get(), count.0, *end);
            let bytes = (now.2 - before.2) as f64;
            tenths.push(((now.0 - before.0) as f64 / bytes, (now.1 - before.1) as f64 / bytes));
            before = now;
        }
    }
    tenths
}

/// One of each kind of block, as RENDERING.md 5 lists them, 100 kB long.
fn long_texts() -> Vec<(&'static str, String)> {
    let many = |piece: &str| piece.repeat(100_000 / piece.len());
    let mixed = "## About it\n\nSome **words** and `code` with [a link](/u), and more of them in a line.\n\n- one\n- two\n  - three\n\n                 | a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\ny = 2\n```\n\n> quoted words\n> in two lines\n\nA formula $x^2$, \\(y_1\\).\n\n";
    vec![
        ("mixed", many(mixed)),
        ("code", format!("```py\n{}", many("value = compute(1, 2)  # some words\n"))),
        ("table", format!("| a | b |\n|---|---|\n{}", many("| some words | 12 |\n"))),
        ("list", many("- some words of an item\n")),
        ("nested list", format!("- outer\n{}", many("  - inner words\n"))),
        ("loose list", many("1. some words\n\n   ```\n   code\n   ```\n\n")),
        ("quote", many("> some quoted words\n>\n")),
        ("HTML", format!("<div>\n{}", many("some words in it\n"))),
        ("paragraph", many("some words, and more of them. ")),
    ]
}

#[test]
fn a_word_costs_the_same_at_the_end_of_a_long_text_as_at_its_start() {
    for (name, text) in long_texts() {
        let tenths = costs(&text);
        let ((first, edits), (last, later)) = (tenths[1], tenths[9]);
        assert!(
            last < first * 1.2 + 1.0 && last < if name == "paragraph" { 200.0 } else { 30.0 },
            "{name}: {tenths:.1?} bytes read and edits a byte"
        );
        assert!(later < edits * 1.2 + 0.05 && later < 1.0, "{name}: {tenths:.1?} bytes read and edits a byte");
    }
}

#[test]
fn what_can_not_be_cut_is_not_read_again_with_every_word() {
    let many = |piece: &str| piece.repeat(100_000 / piece.len());
    for text in [many("*a "), many("[a "), many("`a "), many("a_b {c "), ">".repeat(30_000), many("<a "), many("- ")] {
        let tenths = costs(&text);
        let most = tenths.iter().map(|(read, _)| *read).fold(0.0, f64::max);
        assert!(most < 2_000.0 && tenths[9].0 < 30.0, "{}: {tenths:.1?}", &text[..9]);
    }
}

#[test]
fn many_late_definitions_and_footnotes_do_not_read_all_again() {
    let mut text: String = (0..300).map(|n| format!("Words [r{n}] and a note[^n{n}] in a paragraph.\n\n")).collect();
    text += &(0..300).map(|n| format!("[r{n}]: /u{n}\n\n[^n{n}]: note\n\n")).collect::<String>();
    let tenths = costs(&text);
    assert!(tenths.iter().all(|(read, edits)| *read < 150.0 && *edits < 4.0), "{tenths:.1?}");
}
