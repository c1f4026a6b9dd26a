//! Code to coloured ranges: `vendor/highlight/`, whose source is `www/js/vendor-src/highlight.js`. A language's grammar
//! is a file of its own, loaded when code of that language comes up. The classes have their colours in `www/rich.css`.

use super::{js, strings, vendor};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Longer code, in UTF-16 units, has no colours: a grammar's tree is put together in one go at the end.
const LONGEST: u32 = 200_000;

/// The grammars, each with the names that info strings have for it; the first is the grammar's own.
const LANGUAGES: &[&[&str]] = &[
    &["cpp", "c++", "c", "cc", "cxx", "h", "hh", "hpp", "hxx", "ino", "arduino", "cuda", "objectivec", "objc"],
    &["csharp", "cs", "c#"],
    &["css", "scss", "less"],
    &["dart"],
    &["diff", "patch", "udiff"],
    &["dockerfile", "docker", "containerfile"],
    &["go", "golang"],
    &["haskell", "hs"],
    &["html", "htm", "xhtml", "vue", "svelte"],
    &["ini", "properties", "conf", "cfg", "editorconfig", "env", "dotenv"],
    &["java", "groovy", "gradle"],
    &["javascript", "js", "jsx", "mjs", "cjs", "node"],
    &["json", "json5", "jsonc", "jsonl", "ndjson", "ipynb", "geojson", "webmanifest", "vega", "vega-lite"],
    &["julia", "jl"],
    &["kotlin", "kt", "kts"],
    &["latex", "tex", "bibtex", "math"],
    &["lua"],
    &["markdown", "md", "mdx"],
    &["nginx"],
    &["octave", "matlab"],
    &["perl", "pl", "pm"],
    &["php"],
    &["powershell", "ps1", "pwsh", "psm1"],
    &["python", "py", "py3", "python3", "pyi", "pyw", "ipython", "sage", "starlark", "bzl"],
    &["r", "rscript", "rlang"],
    &["ruby", "rb", "rake", "gemfile"],
    &["rust", "rs"],
    &["scala", "sbt"],
    &["shell", "sh", "bash", "zsh", "ksh", "fish", "console", "shell-session", "shellscript", "makefile", "make"],
    &["sql", "mysql", "postgresql", "postgres", "psql", "sqlite", "plsql", "tsql", "mariadb"],
    &["swift"],
    &["toml"],
    &["tsx"],
    &["typescript", "ts", "mts", "cts"],
    &["xml", "svg", "xsl", "xslt", "xsd", "rss", "atom", "plist", "mathml", "wsdl"],
    &["yaml", "yml"],
];

/// A stretch of code that has a colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins, in UTF-16 units.
    pub from: u32,
    /// Where it ends, in UTF-16 units.
    pub to: u32,
    /// Its classes: `tok-keyword`, `tok-string` …, with a space between two.
    pub class: Rc<str>,
}

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch)]
    async fn highlight(this: &Module, language: &str, code: &str) -> Result<JsValue, JsValue>;
}

/// The stretches of `code` that have a colour, in order; they don't overlap. `language` is the first word of a fence's
/// info string, in any case; code of an unknown language, or of more than 200,000 characters, has none. It works in
/// slices of a few ms, between which the page goes on.
///
/// # Errors
/// A sentence: the grammar can't be loaded. The code is then shown without colours.
pub async fn spans(language: &str, code: &str) -> Result<Vec<Span>, String> {
    let code = js_sys::JsString::from(code);
    let Some(grammar) = grammar(language).filter(|_| (1..=LONGEST).contains(&code.length())) else {
        return Ok(Vec::new());
    };
    let module = vendor::import("highlight/highlight.js").await.map_err(|error| error.to_string())?;
    let found = module.unchecked_ref::<Module>().highlight(grammar, &String::from(code)).await;
    let found = found.map_err(|thrown| strings::no_colours(&language, &js::message(&thrown)))?;
    Ok(read(&found))
}

/// The grammar for a language, by its name in an info string.
fn grammar(language: &str) -> Option<&'static str> {
    let name = language.trim().to_lowercase();
    LANGUAGES.iter().find(|names| names.contains(&name.as_str())).map(|names| names[0])
}

/// Reads what the module gives: the classes, and three numbers a span.
fn read(found: &JsValue) -> Vec<Span> {
    let classes = js_sys::Array::from(&js::get(found, "classes"));
    let classes: Vec<Rc<str>> = classes.iter().map(|name| name.as_string().unwrap_or_default().into()).collect();
    let numbers = js_sys::Uint32Array::new(&js::get(found, "spans")).to_vec();
    let span = |three: &[u32]| {
        let class = classes.get(usize::try_from(three[2]).ok()?)?.clone();
        Some(Span { from: three[0], to: three[1], class })
    };
    numbers.chunks_exact(3).filter_map(span).collect()
}
