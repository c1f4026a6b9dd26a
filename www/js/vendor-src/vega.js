// Vega and Vega-Lite for the frame of diagrams, bundled into vendor/diagram/: the whole script of a worker.
// Expressions are interpreted, never compiled; nothing is loaded.

// It measures text by a canvas, which is looked for in a document.
globalThis.document = { createElement: () => new OffscreenCanvas(1, 1) };

import { expressionInterpreter } from "vega-interpreter";
import { None, parse, View } from "vega";
import { compile } from "vega-lite";

const mute = () => {
  const logger = { level: () => logger, error: () => logger, warn: () => logger, info: () => logger, debug: () => logger };
  return logger;
};

/** What charts look like on a dark page, where they don't say so themselves. */
function colours(dark) {
  const [text, line] = dark ? ["#d8dedb", "#5d6764"] : ["#26302d", "#b8c0bd"];
  return {
    background: "transparent",
    title: { color: text, subtitleColor: text },
    style: { "guide-label": { fill: text }, "guide-title": { fill: text }, cell: { stroke: line } },
    axis: { domainColor: line, gridColor: dark ? "#3a4341" : "#e3e8e6", tickColor: line },
    ...(dark ? { text: { color: text } } : {}),
  };
}

async function draw({ kind, source, dark }) {
  const spec = JSON.parse(source);
  if (spec === null || typeof spec !== "object") throw new Error("@no-object");
  const config = colours(dark);
  const full = kind === "vega-lite" ? compile(spec, { logger: mute(), config }).spec : spec;
  let refused;
  const loader = {
    async load(address) {
      refused ??= String(address).slice(0, 100);
      throw new Error("not loaded");
    },
    async sanitize(address) {
      return { href: /^data:image\/(png|jpeg|gif|webp);base64,/.test(address) ? address : "#" };
    },
  };
  const runtime = parse(full, kind === "vega" ? config : undefined, { ast: true });
  const view = new View(runtime, { renderer: "none", expr: expressionInterpreter, loader, logger: mute(), logLevel: None });
  try {
    await view.runAsync();
    if (refused) throw new Error(`@elsewhere ${refused}`);
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** What is wrong, by a word that the page puts into the language that it speaks, or as the libraries say it: without the whole chart that some words have in them, and without what the libraries stumble over. */
function sentence(error) {
  if (error instanceof RangeError) return "@nested-or-large";
  if (error instanceof TypeError) return "@bad-description";
  return String(error?.message ?? error).replace(/ \{[^]*\}/, "");
}

onmessage = async ({ data }) => {
  try {
    postMessage({ svg: await draw(data) });
  } catch (error) {
    postMessage({ error: sentence(error) });
  }
};
