use super::*;
use proptest::prelude::*;

/// All nodes, outermost first.
fn all(nodes: &[Node]) -> Vec<&Node> {
    nodes.iter().flat_map(|node| std::iter::once(node).chain(all(&node.children))).collect()
}

fn words(text: &str) -> String {
    parse(text).iter().map(Node::plain).collect()
}

#[test]
fn html_is_text_but_for_a_few_elements_without_attributes() {
    assert_eq!(words("a <script>alert(1)</script> b"), "a <script>alert(1)</script> b");
    assert_eq!(parse("<div onclick=\"x\">\ny\n</div>")[0].kind, Kind::Html);
    let nodes = parse("<kbd>Ctrl</kbd> H<sub>2</sub>O<br>x <kbd onclick=\"x\">y</kbd> <sup>open");
    let kinds: Vec<_> = nodes[0].children.iter().map(|node| node.kind.clone()).collect();
    assert!(kinds.contains(&Kind::Element(Element::Kbd)) && kinds.contains(&Kind::Element(Element::Sub)));
    assert_eq!(kinds.iter().filter(|kind| matches!(kind, Kind::Element(_))).count(), 2, "{nodes:?}");
    assert!(nodes[0].plain().contains("<kbd onclick=\"x\">y</kbd> <sup>open"));
}

#[test]
fn only_safe_addresses_become_links_and_pictures() {
    let nodes = parse("[a](https://a.b) [b](javascript:x) <https://c.d> <me@e.f> [g](/h) [i]\n\n[i]: data:text/html,x");
    let links = all(&nodes).into_iter().filter_map(|node| match &node.kind {
        Kind::Link(address) => Some(address.as_str()),
        _ => None,
    });
    assert_eq!(links.collect::<Vec<_>>(), ["https://a.b", "https://c.d", "mailto:me@e.f"]);
    let nodes = parse("![alt *text*](/api/v1/files/f1/content)");
    let picture =
        Kind::Image { address: ImageAddress::Stored("/api/v1/files/f1/content".into()), alt: "alt text".into() };
    assert_eq!(nodes[0].children[0].kind, picture);
}

#[test]
fn heaps_of_marks_are_not_all_shown_and_those_of_languages_are() {
    assert_eq!(words(&format!("a{}b", "\u{301}".repeat(5_000))).chars().count(), 34);
    let vietnamese = "e\u{302}\u{301} \u{5d1}\u{5bc}\u{5b8}";
    assert_eq!(words(vietnamese), vietnamese);
}

#[test]
fn nesting_has_an_end_and_loses_no_words() {
    for text in [
        format!("{}deep", ">".repeat(5_000)),
        format!("{}deep", "- ".repeat(5_000)),
        format!("{}deep{}", "*a ".repeat(500), "*".repeat(500)),
    ] {
        assert!(words(&text).contains("deep"));
    }
}

#[test]
fn tasks_notes_and_tables_are_what_they_are() {
    let nodes = parse("- [x] done\n- [ ] open\n\n> [!TIP]\n> t\n\n|a|b|\n|:-|-:|\n|1|2|\n\nx[^n]\n\n[^n]: note");
    let kinds: Vec<_> = all(&nodes).into_iter().map(|node| node.kind.clone()).collect();
    for kind in [
        Kind::Task(true),
        Kind::Task(false),
        Kind::Quote(Some(Alert::Tip)),
        Kind::Table(vec![Alignment::Left, Alignment::Right]),
        Kind::FootnoteReference("n".into()),
        Kind::Footnote("n".into()),
    ] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
}

#[test]
fn a_film_on_a_line_of_its_own_is_html_and_one_in_a_sentence_is_text() {
    assert_eq!(parse("<video src=\"https://a.b/c.mp4\" controls></video>")[0].kind, Kind::Html);
    assert_eq!(parse("<video src=\"https://a.b/c.mp4\"></video> and words")[0].kind, Kind::Paragraph);
}

proptest! {
    #[test]
    fn any_text_is_read_and_its_changed_code_stays_code(text in "\\PC{0,200}", code in "\\PC{0,60}") {
        parse(&text);
        let document = format!("a\n\n```py\nold\n```\n\n{}", text.replace(['`', '~', '\n', '\r'], " "));
        let changed = with_code(&document, "old\n", 0, &code);
        let changed = changed.expect("there is a block");
        let nodes = parse(&changed);
        let wanted = if code.is_empty() { String::new() } else { format!("{}\n", code.replace('\0', "\u{fffd}")) };
        prop_assert_eq!(&nodes[1].text, &wanted);
    }
}
