//! Highlighting, formulas and diagrams by the real libraries, as they are built: `dist/`, which the runner serves with
//! the rest of the package's folder.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test has no users")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use pyoxide::protocol::chart::Kind;
use pyoxide::web::diagram::{self, Svg};
use pyoxide::web::highlight::{Span, spans};
use pyoxide::web::listen::listen;
use pyoxide::web::{js, math};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, HtmlElement, HtmlImageElement, MessageChannel, MessageEvent};

wasm_bindgen_test_configure!(run_in_browser);

/// What a page of ours allows, as far as these are concerned (`xtask/src/csp.rs`).
const POLICY: &str = "style-src 'self'; font-src 'self'; img-src 'self' blob: data:; frame-src 'self'; base-uri 'none'";

async fn draw(kind: Kind, source: &str, dark: bool) -> Result<Svg, String> {
    diagram::draw(kind, source, kind.longest(), dark).await
}

/// Looks for the built files, under the pages' policy; gives back what breaks it.
fn page() -> Rc<RefCell<Vec<String>>> {
    thread_local! {
        static BROKEN: Rc<RefCell<Vec<String>>> = {
            js::look_beside("/dist/");
            let meta = element("meta");
            meta.set_attribute("http-equiv", "Content-Security-Policy").unwrap();
            meta.set_attribute("content", POLICY).unwrap();
            js::document().head().unwrap().append_child(&meta).unwrap();
            let broken = Rc::new(RefCell::new(Vec::new()));
            let into = broken.clone();
            let hear = move |event: Event| into.borrow_mut().push(js::get_text(&event, "blockedURI").unwrap_or_default());
            listen(&js::document(), "securitypolicyviolation", hear).forget();
            broken
        };
    }
    BROKEN.with(|broken| {
        broken.borrow_mut().clear();
        broken.clone()
    })
}

fn element(name: &str) -> Element {
    js::document().create_element(name).unwrap()
}

/// An element in the page, taken away with the guard.
struct Shown(Element);

impl Shown {
    fn new(text: &str) -> Self {
        let shown = element("div");
        shown.set_text_content(Some(text));
        js::document().body().unwrap().append_child(&shown).unwrap();
        Self(shown)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.remove();
    }
}

fn texts(code: &str, spans: &[Span], class: &str) -> Vec<String> {
    let units: Vec<u16> = code.encode_utf16().collect();
    let text = |span: &Span| String::from_utf16(&units[span.from as usize..span.to as usize]).unwrap();
    spans.iter().filter(|span| span.class.split(' ').any(|one| one == class)).map(text).collect()
}

fn whole(code: &str, spans: &[Span]) {
    let length = u32::try_from(code.encode_utf16().count()).unwrap();
    let mut end = 0;
    for span in spans {
        assert!(end <= span.from && span.from < span.to && span.to <= length, "{span:?} after {end} of {length}");
        end = span.to;
    }
}

#[wasm_bindgen_test]
async fn code_has_its_colours_by_utf_16_places() {
    page();
    let code = "def f(x):  # 𝕏 é\n    return \"𝕏\" + str(1)\n";
    let found = spans("Python", code).await.unwrap();
    whole(code, &found);
    assert_eq!(texts(code, &found, "tok-keyword"), ["def", "return"]);
    assert_eq!(texts(code, &found, "tok-string"), ["\"𝕏\""]);
    assert_eq!(texts(code, &found, "tok-comment"), ["# 𝕏 é"]);
    assert_eq!(texts(code, &found, "tok-number"), ["1"]);
}

#[wasm_bindgen_test]
async fn every_language_has_a_grammar_that_colours_it() {
    page();
    for (language, code) in [
        ("c++", "int main() { return 0; } // c"),
        ("cs", "class A { int x = 1; }"),
        ("css", "a { color: red; }"),
        ("dart", "void main() { var x = 1; }"),
        ("diff", "-old\n+new\n"),
        ("docker", "FROM debian\nRUN ls\n"),
        ("golang", "package main\nfunc f() {}"),
        ("hs", "module A where\nx = 1"),
        ("html", "<p class=\"a\">x<script>let y = 1</script></p>"),
        ("conf", "[a]\nb = c"),
        ("java", "class A { int x = 1; }"),
        ("jsx", "const a = <b c={1}>x</b>;"),
        ("json", "{\"a\": 1}"),
        ("jl", "function f(x) end"),
        ("kt", "fun main() { val x = 1 }"),
        ("tex", "\\frac{a}{b} % c"),
        ("lua", "local x = 1"),
        ("md", "# a\n\n*b* `c`\n"),
        ("nginx", "server { listen 80; }"),
        ("matlab", "x = 1; % c"),
        ("pl", "my $x = 1;"),
        ("php", "echo 'a';"),
        ("ps1", "Get-Item $x # c"),
        ("py", "x = 1"),
        ("r", "x <- 1 # c"),
        ("rb", "def f; 1; end"),
        ("rs", "fn main() { let x = 1; }"),
        ("scala", "object A { val x = 1 }"),
        ("bash", "if true; then echo \"a\"; fi # c"),
        ("sql", "SELECT a FROM b WHERE c = 'd';"),
        ("swift", "let x = 1 // c"),
        ("toml", "[a]\nb = 1"),
        ("tsx", "const a: number = <b>x</b>;"),
        ("ts", "const a: number = 1;"),
        ("xml", "<a b=\"c\"/>"),
        ("yml", "a: 1 # c"),
    ] {
        let found = spans(language, code).await.unwrap();
        whole(code, &found);
        assert!(!found.is_empty(), "{language} has no colours");
        assert!(found.iter().all(|span| span.class.starts_with("tok-")), "{language}: {found:?}");
    }
    let php = "echo strlen('a');";
    assert_eq!(texts(php, &spans("php", php).await.unwrap(), "tok-string"), ["'a'"], "without its tag");
}

#[wasm_bindgen_test]
async fn an_unknown_language_and_no_code_have_no_colours() {
    page();
    for (language, code) in
        [("", "x = 1"), ("klingon", "x = 1"), ("__proto__", "x"), ("python", ""), ("../python", "x")]
    {
        assert_eq!(spans(language, code).await, Ok(Vec::new()), "{language}");
    }
    assert_eq!(spans("python", &"x = 1\n".repeat(40_000)).await, Ok(Vec::new()), "too long");
    assert_eq!(spans("markdown", &"*a* ".repeat(3_000)).await, Ok(Vec::new()), "a paragraph that nobody wrote");
    for (language, deep) in [("js", "(".repeat(199_999)), ("py", "[".repeat(199_999)), ("xml", "<a>".repeat(60_000))] {
        assert!(spans(language, &deep).await.is_ok(), "{language}, nested deeply");
    }
}

/// The longest gap between two turns of the event loop, in ms, while something is done.
async fn longest_gap<T>(work: impl Future<Output = T>) -> f64 {
    let channel = MessageChannel::new().unwrap();
    let (longest, last) = (Rc::new(Cell::new(0.0_f64)), Cell::new(js::now()));
    let (into, back) = (longest.clone(), channel.port1());
    let _turns = listen(&channel.port1(), "message", move |_: MessageEvent| {
        into.set(into.get().max(js::now() - last.replace(js::now())));
        back.post_message(&JsValue::NULL).unwrap();
    });
    let echo = channel.port2();
    let _echo = listen(&channel.port2(), "message", move |_: MessageEvent| echo.post_message(&JsValue::NULL).unwrap());
    channel.port1().start();
    channel.port2().start();
    channel.port2().post_message(&JsValue::NULL).unwrap();
    work.await;
    channel.port1().close();
    longest.get()
}

#[wasm_bindgen_test]
async fn long_code_is_coloured_in_slices() {
    page();
    let python = "def f(x):\n    return [str(y) for y in range(x)]  # text\n".repeat(3_500);
    let shell = "if [ -f \"$a\" ]; then echo 'b' | grep c; fi # text\n".repeat(3_900);
    for (language, code) in [("python", &python), ("bash", &shell), ("json", &format!("[{}1]", "1, ".repeat(66_000)))] {
        spans(language, "x").await.unwrap();
        let mut gaps = Vec::new();
        // A busy machine stalls the page too: what the work itself does to the page, it does again.
        for _ in 0..5 {
            gaps.push(longest_gap(async { assert!(spans(language, code).await.unwrap().len() > 10_000) }).await);
        }
        let least = gaps.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(least < 16.0, "{language}: the page stood still for {gaps:?} ms");
    }
}

#[wasm_bindgen_test]
async fn a_formula_is_drawn_from_nodes_under_the_pages_policy() {
    let broken = page();
    let shown = Shown::new(r"\frac{a}{b}");
    math::render(r"\frac{a}{b} + \sqrt{x} + \color{red}{\vec{v}} + \ce{H2O}", false, &shown.0).await.unwrap();
    let drawn = shown.0.query_selector(".katex").unwrap().expect("a formula");
    assert_eq!(shown.0.child_element_count(), 1);
    assert!(drawn.query_selector("math mfrac").unwrap().is_some(), "said by MathML");
    assert!(drawn.query_selector(".katex-html .mfrac").unwrap().is_some());
    assert!(drawn.query_selector(".katex-html svg").unwrap().is_some());
    let height = drawn.get_bounding_client_rect().height();
    assert!(height > 20.0, "{height} px: it is not styled");
    math::render("x", true, &shown.0).await.unwrap();
    assert!(shown.0.query_selector(".katex-display").unwrap().is_some());
    assert_eq!(broken.take(), [""; 0], "the policy is kept");
    let html: HtmlElement = shown.0.query_selector(".katex-mathml").unwrap().unwrap().unchecked_into();
    let style = js::window().get_computed_style(&html).unwrap().unwrap();
    assert_eq!(style.get_property_value("position").unwrap(), "absolute", "its style sheet is there");
}

#[wasm_bindgen_test]
async fn what_is_no_formula_is_left_with_a_sentence() {
    let broken = page();
    for (tex, why) in [
        (r"\frac{a", "expected '}' at end of input"),
        (r"\left( x", r"Expected '\right'"),
        (r"\nonsense", "Undefined control sequence"),
        (r"\href{javascript:alert(1)}{x}", r"\href is not allowed here"),
        (r"\url{https://evil.test}", r"\url is not allowed here"),
        (r"\htmlStyle{background:url(https://evil.test)}{x}", r"\htmlStyle is not allowed here"),
        (r"\htmlData{onclick=alert(1)}{x}", r"\htmlData is not allowed here"),
        (r"\htmlId{chat-input}{x}", r"\htmlId is not allowed here"),
        (r"\includegraphics[height=1em]{https://evil.test/x.png}", r"\includegraphics is not allowed here"),
        (r"\def\a{\a\a}\a", "Too many expansions"),
        (&"{".repeat(9_000), "it is nested too deeply"),
        (&"x".repeat(10_001), "longer than 10 kB"),
    ] {
        let shown = Shown::new(tex);
        let error = math::render(tex, true, &shown.0).await.unwrap_err();
        assert!(error.contains(why) && error.starts_with("The formula ") && error.ends_with('.'), "{error}");
        assert_eq!(shown.0.text_content().as_deref(), Some(tex));
        assert_eq!(shown.0.child_element_count(), 0);
    }
    assert_eq!(broken.take(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_formula_stays_small_and_its_words_stay_its_own() {
    page();
    let shown = Shown::new("");
    math::render(r"\kern{1e9em}x\rule{1e9em}{1e9em}", true, &shown.0).await.unwrap();
    let size = shown.0.query_selector(".katex-html").unwrap().unwrap().scroll_width();
    assert!(size < 5_000, "{size} px");
    math::render(r"\gdef\a{1}\a\message{x}", true, &shown.0).await.unwrap();
    assert!(math::render(r"\a", true, &shown.0).await.is_err(), "one formula's definitions are not the next one's");
    math::render(r"\text{<img src=x onerror=alert(1)>}", true, &shown.0).await.unwrap();
    assert!(shown.0.query_selector("img").unwrap().is_none());
}

async fn picture(svg: &Svg) -> HtmlImageElement {
    let url = svg.url().unwrap();
    let image: HtmlImageElement = element("img").unchecked_into();
    image.set_src(url.as_str());
    JsFuture::from(image.decode()).await.unwrap_or_else(|_| panic!("no picture: {}", svg.text));
    image
}

/// It is a picture without anything that runs or leads elsewhere.
async fn is_harmless(svg: &Svg) {
    assert_eq!(harm(&svg.text), "", "in {}", svg.text);
    let image = picture(svg).await;
    assert_eq!((image.natural_width(), image.natural_height()), (svg.width, svg.height));
}

#[wasm_bindgen(inline_js = r##"export function harm(text) {
  // Styles would be the page's to allow even while they are only read.
  const unstyled = text.replaceAll(/(<\/?|\s)style\b/g, "$1read-style");
  const parsed = new DOMParser().parseFromString(unstyled, "image/svg+xml");
  const wrong = [];
  for (const element of parsed.querySelectorAll("*")) {
    if (/^(script|foreignobject|iframe|a|handler|set|animate.*|parsererror)$/i.test(element.localName)) wrong.push(element.localName);
    for (const { name, value } of element.attributes) {
      const leads = /href$/i.test(name) && !/^(#|data:image\/(png|jpeg|gif|webp);)/.test(value);
      if (leads || /^on/i.test(name) || /javascript:|@import|url\((?!["']?#)/i.test(value)) wrong.push(`${name}="${value}"`);
    }
    if (element.localName === "read-style" && /@import|url\((?!["']?#)/i.test(element.textContent)) wrong.push(element.textContent);
  }
  return wrong.join(", ");
}"##)]
extern "C" {
    fn harm(text: &str) -> String;
}

#[wasm_bindgen_test]
async fn mermaid_draws_its_kinds_as_pictures() {
    let broken = page();
    for (source, part) in [
        ("flowchart LR\n A[Begin] -->|yes| B{Really?}\n B --> C((End))", "Really?"),
        ("sequenceDiagram\n Alice->>Bob: Hello\n Note over Bob: thinks", "Alice"),
        ("classDiagram\n Animal <|-- Duck\n Animal : +int age", "Duck"),
        ("stateDiagram-v2\n [*] --> Still\n Still --> [*]", "Still"),
        ("erDiagram\n A ||--o{ B : has", "has"),
        ("gantt\n title Plan\n dateFormat YYYY-MM-DD\n section S\n Work :a1, 2024-01-01, 30d", "Work"),
        ("pie title Pets\n \"Dogs\" : 386\n \"Cats\" : 85", "Dogs"),
        ("mindmap\n root((mind))\n  one\n  two", "two"),
        ("timeline\n title T\n 2002 : LinkedIn", "LinkedIn"),
        ("gitGraph\n commit\n branch b\n commit\n checkout main\n merge b", "main"),
        ("journey\n title J\n section S\n  Task: 5: Me", "Task"),
        ("quadrantChart\n title Q\n A: [0.3, 0.6]", "Q"),
        ("xychart-beta\n x-axis [a, b]\n bar [1, 2]", "<svg"),
        ("sankey-beta\n\nA,B,10\n", "B"),
        ("block-beta\n a b c", "<svg"),
        ("kanban\n todo\n  one", "one"),
        ("---\ntitle: Named\n---\nflowchart TD\n A --> B", "Named"),
    ] {
        let svg = draw(Kind::Mermaid, source, false).await.unwrap_or_else(|why| panic!("{source}: {why}"));
        assert!(svg.text.contains(part), "{part} is not in {}", svg.text);
        is_harmless(&svg).await;
    }
    assert_eq!(broken.take(), [""; 0]);
}

#[wasm_bindgen_test]
async fn charts_are_drawn_as_pictures() {
    page();
    let lite = r#"{"data":{"values":[{"a":"A","b":28},{"a":"B","b":55}]},"mark":"bar","encoding":{"x":{"field":"a","type":"nominal"},"y":{"field":"b","type":"quantitative"}}}"#;
    let vega = r#"{"width":200,"height":100,"data":[{"name":"t","values":[{"x":1},{"x":2}]},{"name":"c","values":"a,b\n1,2","format":{"type":"csv"}}],"scales":[{"name":"s","domain":{"data":"t","field":"x"},"range":"width"}],"marks":[{"type":"rect","from":{"data":"t"},"encode":{"enter":{"x":{"scale":"s","field":"x"},"width":{"signal":"5 + 5"},"y":{"value":0},"y2":{"value":50},"fill":{"value":"red"}}}}]}"#;
    let plotly = r#"{"data":[{"type":"bar","x":["a","b"],"y":[2,6]}],"layout":{"title":{"text":"<a href='https://evil.test/'>to <b>x</b></a>"}}}"#;
    for (kind, source) in [(Kind::VegaLite, lite), (Kind::Vega, vega), (Kind::Plotly, plotly)] {
        for dark in [false, true] {
            let svg = draw(kind, source, dark).await.unwrap();
            assert!(svg.text.contains("<path") && svg.width > 20, "{svg:?}");
            is_harmless(&svg).await;
        }
    }
    let (light, dark) = (draw(Kind::VegaLite, lite, false).await, draw(Kind::VegaLite, lite, true).await);
    assert_ne!(light, dark);
}

#[wasm_bindgen_test]
async fn what_can_not_be_drawn_is_a_sentence_and_the_next_one_is_drawn() {
    page();
    let endless = r#"{"mark":"bar","data":{"sequence":{"start":0,"stop":1e9}}}"#;
    for (kind, source, why) in [
        (Kind::Mermaid, "zzz <img src=x onerror=alert(1)>", "No diagram type detected"),
        (Kind::Mermaid, "flowchart LR\n A[", "Parse error on line"),
        (Kind::Mermaid, "", "can't be drawn"),
        (Kind::VegaLite, "{", "JSON"),
        (Kind::VegaLite, "null", "JSON object"),
        (Kind::Vega, r#"{"data":[{"name":"a","url":"https://evil.test/x.json"}]}"#, "https://evil.test/x.json"),
        (Kind::VegaLite, r#"{"mark":"bar","data":{"url":"https://evil.test/x.json"}}"#, "only data within it"),
        (Kind::VegaLite, endless, "takes too long"),
        (Kind::Plotly, "[1]", "JSON object"),
        (Kind::Plotly, r#"{"data":[{"type":"choropleth","locations":["FRA"],"z":[1]}]}"#, "only data within it"),
        (Kind::Mermaid, &format!("flowchart LR\n{}", "A-->B\n".repeat(10_000)), "longer than 50 kB"),
    ] {
        let error = draw(kind, source, false).await.unwrap_err();
        assert!(error.contains(why) && error.starts_with("The diagram ") && error.ends_with('.'), "{source}: {error}");
        assert!(error.lines().count() == 1 && error.chars().count() < 400, "{error}");
        let next = match kind {
            Kind::Mermaid => "pie\n \"a\": 1",
            Kind::Plotly => r#"{"data":[{"y":[1,2]}]}"#,
            Kind::Vega | Kind::VegaLite => r#"{"width":9,"height":9,"mark":"bar","data":{"values":[]}}"#,
        };
        assert!(draw(kind, next, false).await.is_ok(), "after {source}");
    }
}

#[wasm_bindgen_test]
async fn hostile_diagrams_become_harmless_pictures_or_sentences() {
    page();
    for source in [
        "flowchart LR\n A[click me]\n click A href \"javascript:alert(1)\" \"x\"",
        "graph TD\n A[\"<img src=x onerror=alert(1)>\"]",
        "%%{init: {'securityLevel':'loose'}}%%\ngraph TD\n A-->B\n click A call alert(1)",
        "%%{init: {'fontFamily':'x;background:url(https://evil.test)'}}%%\ngraph TD\n A",
        "---\nconfig:\n  securityLevel: loose\n  htmlLabels: true\n  themeCSS: '@import url(https://evil.test)'\n---\ngraph TD\n A[<b>x</b>]",
        "graph TD\n A:::x\n classDef x fill:url(https://evil.test)",
        "graph TD\n A@{ img: \"https://evil.test/x.png\", label: \"x\", h: 60, constraint: \"on\" }",
        "sequenceDiagram\n A->>B: <img src=x onerror=alert(1)>\n link A: x @ javascript:alert(1)",
        "flowchart LR\n A[\"$$\\href{javascript:alert(1)}{x}$$\"]",
        "gantt\n section S\n a :x1, 2024-01-01, 3d\n click x1 href \"https://evil.test\"",
    ] {
        // What may not be drawn is a sentence.
        if let Ok(svg) = draw(Kind::Mermaid, source, false).await {
            is_harmless(&svg).await;
        }
    }
    let image = r#"{"mark":{"type":"image"},"encoding":{"url":{"value":"https://evil.test/i"},"href":{"value":"https://evil.test/h"}},"data":{"values":[1]}}"#;
    is_harmless(&draw(Kind::VegaLite, image, false).await.unwrap()).await;
}

#[wasm_bindgen_test]
async fn the_frames_are_one_for_each_place_opaque_and_out_of_reach() {
    page();
    let chart = r#"{"mark":"bar","data":{"values":[]}}"#;
    assert!(draw(Kind::VegaLite, chart, false).await.is_ok() && draw(Kind::VegaLite, chart, true).await.is_ok());
    let (one, two) = ("pie\n \"a\": 1", "pie\n \"b\": 1");
    let (first, second) = (draw(Kind::Mermaid, one, false), draw(Kind::Mermaid, two, false));
    // Given up before it has begun, and while it waits.
    drop(draw(Kind::Mermaid, one, false));
    assert!(first.await.unwrap().text.contains('a') && second.await.unwrap().text.contains('b'));
    let frames = js::document().query_selector_all("iframe").unwrap();
    let frames: Vec<Element> = (0..frames.length()).map(|at| frames.item(at).unwrap().unchecked_into()).collect();
    for frame in &frames {
        for (name, value) in [("sandbox", "allow-scripts"), ("allow", ""), ("aria-hidden", "true"), ("tabindex", "-1")]
        {
            assert_eq!(frame.get_attribute(name).as_deref(), Some(value), "{name}");
        }
    }
    let (pages, documents): (Vec<_>, Vec<_>) = frames.iter().partition(|frame| frame.has_attribute("src"));
    assert_eq!((pages.len(), documents.len()), (1, 1));
    assert!(pages[0].get_attribute("src").unwrap().ends_with("/frames/diagram.html"));
    assert!(documents[0].get_attribute("srcdoc").unwrap().contains("default-src 'none'"));
    pages[0].remove();
    assert!(draw(Kind::Mermaid, one, true).await.is_ok(), "who clears the page away gets another frame");
}
