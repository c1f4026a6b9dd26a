// Code to coloured ranges, bundled into vendor/highlight/: Lezer, whose grammars are files of their own, and the line
// parsers of CodeMirror 5 for languages that have no such grammar. Each is imported when its language comes up.
// Which name of a language is which of these is said in src/web/highlight.rs.

import { StringStream } from "@codemirror/streamparser";
import { classHighlighter, highlightTree, tags } from "@lezer/highlight";

/** How long one slice of work may take, in ms: nobody notices that. */
const SLICE = 4;
/** How much text is walked over between two looks at the clock. */
const STRETCH = 2_000;
/** A line that is longer has no colours, where a language is read line by line. */
const LONGEST_LINE = 5_000;
/** The same, for paragraphs of Markdown. */
const LONGEST_PARAGRAPH = 10_000;

const tree = (parser) => (code, put, pause) => throughTree(parser, code, put, pause);
const lines = (mode) => (code, put, pause) => throughLines(mode, code, put, pause);

const javascript = async (dialect) => {
  const { parser } = await import("@lezer/javascript");
  return tree(dialect ? parser.configure({ dialect }) : parser);
};

async function html() {
  const [{ configureNesting, parser }, script, style] = await Promise.all([
    import("@lezer/html"), import("@lezer/javascript"), import("@lezer/css"),
  ]);
  const nested = [{ tag: "script", parser: script.parser }, { tag: "style", parser: style.parser }];
  return tree(parser.configure({ wrap: configureNesting(nested) }));
}

/** A block without a tag is PHP from its beginning on. */
async function php() {
  const { parser } = await import("@lezer/php");
  const plain = parser.configure({ top: "Program" });
  return (code, put, pause) => throughTree(code.includes("<?") ? parser : plain, code, put, pause);
}

/** A paragraph is read in one go, however long: of a text with one that nobody wrote, nothing has colours. */
async function markdown() {
  const { GFM, parser } = await import("@lezer/markdown");
  const through = tree(parser.configure(GFM));
  return (code, put, pause) => {
    const isOdd = code.split(/\n[^\S\n]*\n/).some((paragraph) => paragraph.length > LONGEST_PARAGRAPH);
    return isOdd ? undefined : through(code, put, pause);
  };
}

const GRAMMARS = {
  cpp: async () => tree((await import("@lezer/cpp")).parser),
  csharp: async () => lines((await import("@codemirror/legacy-modes/mode/clike")).csharp),
  css: async () => tree((await import("@lezer/css")).parser),
  dart: async () => lines((await import("@codemirror/legacy-modes/mode/clike")).dart),
  diff: async () => lines((await import("@codemirror/legacy-modes/mode/diff")).diff),
  dockerfile: async () => lines((await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile),
  go: async () => tree((await import("@lezer/go")).parser),
  haskell: async () => lines((await import("@codemirror/legacy-modes/mode/haskell")).haskell),
  html,
  ini: async () => lines((await import("@codemirror/legacy-modes/mode/properties")).properties),
  java: async () => tree((await import("@lezer/java")).parser),
  javascript: () => javascript("jsx"),
  json: async () => tree((await import("@lezer/json")).parser),
  julia: async () => lines((await import("@codemirror/legacy-modes/mode/julia")).julia),
  kotlin: async () => lines((await import("@codemirror/legacy-modes/mode/clike")).kotlin),
  latex: async () => lines((await import("@codemirror/legacy-modes/mode/stex")).stex),
  lua: async () => lines((await import("@codemirror/legacy-modes/mode/lua")).lua),
  markdown,
  nginx: async () => lines((await import("@codemirror/legacy-modes/mode/nginx")).nginx),
  octave: async () => lines((await import("@codemirror/legacy-modes/mode/octave")).octave),
  perl: async () => lines((await import("@codemirror/legacy-modes/mode/perl")).perl),
  php,
  powershell: async () => lines((await import("@codemirror/legacy-modes/mode/powershell")).powerShell),
  python: async () => tree((await import("@lezer/python")).parser),
  r: async () => lines((await import("@codemirror/legacy-modes/mode/r")).r),
  ruby: async () => lines((await import("@codemirror/legacy-modes/mode/ruby")).ruby),
  rust: async () => tree((await import("@lezer/rust")).parser),
  scala: async () => lines((await import("@codemirror/legacy-modes/mode/clike")).scala),
  shell: async () => lines((await import("@codemirror/legacy-modes/mode/shell")).shell),
  sql: async () => lines((await import("@codemirror/legacy-modes/mode/sql")).standardSQL),
  swift: async () => lines((await import("@codemirror/legacy-modes/mode/swift")).swift),
  toml: async () => lines((await import("@codemirror/legacy-modes/mode/toml")).toml),
  tsx: () => javascript("ts jsx"),
  typescript: () => javascript("ts"),
  xml: async () => tree((await import("@lezer/xml")).parser),
  yaml: async () => tree((await import("@lezer/yaml")).parser),
};

/**
 * The ranges of `code` that have a colour: `{ classes, spans }`, where `spans` has three numbers for each, in order and
 * not overlapping: from, to (UTF-16), and the place of its classes in `classes`.
 */
export async function highlight(language, code) {
  const through = await GRAMMARS[language]();
  const classes = [];
  const places = new Map();
  const spans = [];
  const put = (from, to, names) => {
    if (!places.has(names)) places.set(names, classes.push(names) - 1);
    const place = places.get(names);
    const end = spans.length - 1;
    // A stretch ends in the middle of a span.
    if (spans[end] === place && spans[end - 1] === from) spans[end - 1] = to;
    else spans.push(from, to, place);
  };
  try {
    await through(code, put, pauses());
  } catch (error) {
    // Nested too deeply for Lezer: what has its colours so far keeps them.
    if (!(error instanceof RangeError)) throw error;
  }
  return { classes, spans: Uint32Array.from(spans) };
}

/** Gives back a function that says what to wait for, so that the page goes on, once a slice is spent. */
function pauses() {
  let end = performance.now() + SLICE;
  const next = async () => {
    await (globalThis.scheduler?.yield?.() ?? new Promise((done) => setTimeout(done)));
    end = performance.now() + SLICE;
  };
  return () => (performance.now() < end ? null : next());
}

async function throughTree(parser, code, put, pause) {
  const parse = parser.startParse(code);
  let done, wait;
  while (!(done = parse.advance())) if ((wait = pause())) await wait;
  for (let from = 0; from < code.length; from += STRETCH) {
    highlightTree(done, classHighlighter, put, from, Math.min(from + STRETCH, code.length));
    if ((wait = pause())) await wait;
  }
}

async function throughLines(mode, code, put, pause) {
  const state = mode.startState?.(2) ?? {};
  const classes = new Map();
  let at = 0;
  let wait;
  for (const line of code.split("\n")) {
    // What no person wrote: some modes look at the whole rest of a line for each word in it.
    const stream = new StringStream(line.length > LONGEST_LINE ? "" : line, 4, 2);
    if (!line) mode.blankLine?.(state, 2);
    while (!stream.eol()) {
      stream.start = stream.pos;
      let style;
      // A change of state takes no text; a mode that takes none for ever is helped on.
      for (let tries = 0; tries < 10 && stream.pos === stream.start; tries++) style = mode.token(stream, state);
      if (stream.pos === stream.start) stream.next();
      if (style && !classes.has(style)) classes.set(style, classOf(style, mode.tokenTable));
      if (style && classes.get(style)) put(at + stream.start, at + stream.pos, classes.get(style));
      if ((wait = pause())) await wait;
    }
    at += line.length + 1;
  }
}

/** Words of CodeMirror 5 that are none of Lezer's. */
const OLD = {
  variable: "variableName", "variable-2": "variableName.special", "variable-3": "typeName", def: "variableName.definition",
  builtin: "variableName.standard", "string-2": "string.special", property: "propertyName", tag: "tagName",
  attribute: "attributeName", type: "typeName", qualifier: "modifier", error: "invalid", header: "heading",
};

/** What a line parser's words, such as `variableName.definition`, are in classes. */
function classOf(style, own) {
  const found = style.split(" ").map((word) => {
    let tag;
    for (const name of (OLD[word] ?? word).split(".")) {
      const meant = own?.[name] ?? tags[name];
      tag = typeof meant === "function" ? tag && meant(tag) : (meant ?? tag);
    }
    return tag;
  });
  return classHighlighter.style(found.flat().filter(Boolean));
}
