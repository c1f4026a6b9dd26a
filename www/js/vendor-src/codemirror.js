// The code editor, bundled into vendor/codemirror.js: CodeMirror 6 for Python, set up for a page whose cells each
// have one. What it looks like is said in style.css and rich.css: colours by the page's custom properties, so that light
// and dark need no switch here, and tokens by classes (tok-…).

import {
  acceptCompletion, autocompletion, completionKeymap, completionStatus, startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { globalCompletion, localCompletionSource, python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap, searchPanelOpen } from "@codemirror/search";
import { Annotation, Compartment, EditorSelection, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  crosshairCursor, drawSelection, dropCursor, EditorView, highlightActiveLine, highlightSpecialChars, keymap,
  lineNumbers, placeholder, rectangularSelection, showTooltip, tooltips,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** All editors of the page: words of one are offered in all. */
const editors = new Set();

/** How much text is searched for words. */
const WORDS_TEXT_MAX = 100_000;

/** Marks a change that came through setDoc, which onChange does not tell back. */
const fromOutside = Annotation.define();

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent", fontSize: "var(--code-size)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "var(--code-line)" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 14px 0 6px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  // Not see-through: long lines go below it.
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 10px", minWidth: "2.2em" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--line-highlight)" },
  ".cm-placeholder": { color: "var(--faint)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--danger)" },
  ".cm-selectionMatch": { backgroundColor: "var(--match)" },
  ".cm-searchMatch": { backgroundColor: "var(--match)", outline: "1px solid var(--warning)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--selection)" },
  ".cm-panels": { backgroundColor: "var(--code-background)", color: "var(--text)", fontFamily: "var(--sans)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 36px 8px 10px", fontSize: "14px" },
  ".cm-panel.cm-search label": { fontSize: "13px" },
  ".cm-panel.cm-search [name=close]": { fontSize: "20px", top: "4px", right: "4px", width: "28px", height: "28px" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)",
    borderRadius: "6px", padding: "4px 8px", fontSize: "14px",
  },
  ".cm-button": {
    backgroundImage: "none", backgroundColor: "var(--surface)", color: "var(--text)",
    border: "1px solid var(--line-strong)", borderRadius: "6px", padding: "4px 10px", fontSize: "13px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--surface-raised)", color: "var(--text)", border: "1px solid var(--line)",
    borderRadius: "8px", boxShadow: "var(--shadow)", overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "var(--code-size)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px 3px 6px" },
  ".cm-about": {
    maxWidth: "min(44rem, calc(100vw - 32px))", maxHeight: "min(18rem, 50dvh)", overflow: "auto", margin: 0,
    padding: "8px 12px", fontFamily: "var(--mono)", fontSize: "13px", lineHeight: 1.5, whiteSpace: "pre-wrap",
  },
  ".cm-completionDetail": { marginLeft: "1.2em", color: "var(--muted)", fontStyle: "normal", fontSize: "12px" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
});

/** The words of all editors, this one's first. */
function words(context, from) {
  const found = new Set();
  let left = WORDS_TEXT_MAX;
  for (const { doc } of [context.state, ...[...editors].map((view) => view.state)]) {
    if (doc.length > left) continue;
    left -= doc.length;
    for (const { 0: name, index } of doc.toString().matchAll(/[\p{L}_][\p{L}\p{N}_]+/gu)) {
      if (doc !== context.state.doc || index !== from) found.add(name);
    }
  }
  return found;
}

/** Names that are known here, Python's own, and all other words of the page; each once. */
function wordsOf(context) {
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
  if (!word) return null;
  const known = [localCompletionSource, globalCompletion].flatMap((source) => source(context)?.options ?? []);
  const labels = new Set(known.map((option) => option.label));
  const others = [...words(context, word.from)].filter((label) => !labels.has(label));
  return { from: word.from, options: [...known, ...others.map((label) => ({ label }))] };
}

const NAME = /^[\p{L}\p{N}_]*$/u;

/** What the kernel offers; where other names fit as well, or while it can't answer, those that are written on the page. */
async function complete(context, ask) {
  const found = await ask(context.state.doc.toString(), context.pos);
  if (context.aborted) return null;
  const offered = (found?.matches ?? []).map(({ text, type }) => ({
    label: text, type, detail: type, boost: text.endsWith("=") ? 1 : 0,
  }));
  if (found && !found.open) return { from: found.start, to: found.end, options: offered };
  const written = wordsOf(context);
  const labels = new Set(offered.map(({ label }) => label));
  const others = (written?.options ?? []).filter(({ label }) => !labels.has(label));
  if (!offered.length && !others.length) return null;
  return { from: found?.start ?? written.from, options: [...offered, ...others], validFor: NAME };
}

/** What there is to know of a name, in a box below it, until something else is done. */
const showAbout = StateEffect.define();
const about = StateField.define({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(showAbout)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

function aboutBox(pos, text) {
  const create = (view) => {
    const dom = Object.assign(document.createElement("pre"), { className: "cm-about", textContent: text, tabIndex: 0 });
    dom.setAttribute("role", "tooltip");
    dom.addEventListener("keydown", ({ key }) => key === "Escape" && closeAbout(view) && view.focus());
    return { dom };
  };
  return { pos, create };
}

/** Shift+Tab unindents before the code of a line, as it does for lines that are selected; behind it asks about the name. */
function backTab(view, ask) {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  if (!main.empty || !view.state.sliceDoc(line.from, main.head).trim()) return indentLess(view);
  const { doc } = view.state;
  ask(doc.toString(), main.head).then((found) => {
    // Who has typed on or gone elsewhere doesn't want it any more.
    const isStill = view.state.doc === doc && view.state.selection.main.head === main.head && view.hasFocus;
    if (!found || !isStill) return;
    const effects = [showAbout.of(aboutBox(main.head, found.text)), EditorView.announce.of(found.text.slice(0, 500))];
    view.dispatch({ effects });
  });
  return true;
}

function closeAbout(view) {
  if (!view.state.field(about)) return false;
  view.dispatch({ effects: showAbout.of(null) });
  return true;
}

/** Tab completes behind a word, as notebooks do, and indents elsewhere. */
function tab(view) {
  if (completionStatus(view.state) === "active") return acceptCompletion(view);
  const { main } = view.state.selection;
  const before = view.state.sliceDoc(Math.max(0, main.head - 1), main.head);
  if (main.empty && /[\p{L}\p{N}_.]/u.test(before)) return startCompletion(view);
  if (!main.empty) return indentMore(view);
  // To the next stop, not by a whole step: three spaces and a Tab make four.
  const { from } = view.state.doc.lineAt(main.head);
  view.dispatch(view.state.replaceSelection(" ".repeat(4 - ((main.head - from) % 4))), { scrollIntoView: true });
  return true;
}

/** Whether an arrow key has nowhere to go in this document. */
function atEdge(view, forward) {
  const { main } = view.state.selection;
  if (!main.empty || completionStatus(view.state)) return false;
  const line = view.state.doc.lineAt(main.head);
  return line.number === (forward ? view.state.doc.lines : 1);
}

function keys({ onRun, onLeave, inspect }) {
  const run = (then) => () => (onRun(then), true);
  const leave = (forward) => (view) => atEdge(view, forward) && (onLeave(forward ? "down" : "up"), true);
  // Completion, search and further cursors end first.
  const escape = (view) => {
    const { selection } = view.state;
    if (completionStatus(view.state) || searchPanelOpen(view.state) || selection.ranges.length > 1) return false;
    onLeave("out");
    return true;
  };
  return [
    Prec.high(
      keymap.of([
        { key: "Shift-Enter", run: run("next") },
        { key: "Mod-Enter", run: run("stay") },
        { key: "Ctrl-Enter", run: run("stay") },
        { key: "Alt-Enter", run: run("insert") },
        { key: "Tab", run: tab, shift: (view) => backTab(view, inspect) },
        { key: "Escape", run: closeAbout },
        { key: "Ctrl-m", run: escape },
      ]),
    ),
    keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap]),
    keymap.of([
      { key: "Escape", run: escape },
      { key: "ArrowUp", run: leave(false) },
      { key: "ArrowDown", run: leave(true) },
      ...defaultKeymap,
    ]),
  ];
}

/**
 * Makes an editor in `parent`.
 *
 * `onChange(text)` hears every change by the user; `onRun("next" | "stay" | "insert")` the keys that run;
 * `onLeave("up" | "down" | "out")` that the user wants to go elsewhere; `onFocus()` that the editor got the focus.
 * `phrases` are its own words in another language, by the English ones.
 * `complete(code, place)` and `inspect(code, place)` ask the kernel; they resolve to null when there is no answer.
 */
export function createEditor(parent, options) {
  const label = new Compartment();
  const labelled = (text) => EditorView.contentAttributes.of({ "aria-label": text, autocapitalize: "off" });
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.doc,
      extensions: [
        keys(options),
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        dropCursor(),
        EditorState.allowMultipleSelections.of(true),
        EditorState.tabSize.of(4),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        // Only when asked for: a list that opens by itself takes Enter away from who types on.
        autocompletion({ activateOnTyping: false, interactionDelay: 0, icons: false, override: [(context) => complete(context, options.complete)] }),
        about,
        tooltips({ parent: document.body }),
        python(),
        rectangularSelection(),
        crosshairCursor(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        syntaxHighlighting(classHighlighter),
        placeholder(options.placeholder),
        EditorState.phrases.of(options.phrases),
        label.of(labelled(options.label)),
        theme,
        EditorView.updateListener.of((update) => {
          const typed = update.transactions.some((transaction) => !transaction.annotation(fromOutside));
          if (update.docChanged && typed) options.onChange(update.state.doc.toString());
          if (update.focusChanged && update.view.hasFocus) options.onFocus();
        }),
      ],
    }),
  });
  editors.add(view);
  return {
    /** Puts other text in place of all that is there. */
    setDoc(text) {
      if (text === view.state.doc.toString()) return;
      const changes = { from: 0, to: view.state.doc.length, insert: text };
      view.dispatch({ changes, annotations: fromOutside.of(true) });
    },
    /** The name that assistive technology reads. */
    setLabel(text) {
      view.dispatch({ effects: label.reconfigure(labelled(text)) });
    },
    focus() {
      view.focus();
    },
    /** Puts the cursor at the beginning of a line, counted from 1, and shows it. */
    goToLine(number) {
      const line = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
      view.dispatch({ selection: EditorSelection.range(line.from, line.to), scrollIntoView: true });
      view.focus();
    },
    destroy() {
      editors.delete(view);
      view.destroy();
    },
  };
}
