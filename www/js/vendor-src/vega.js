// Vega and Vega-Lite for the frame of charts, bundled into vendor/chart/: the whole script of a worker, which draws
// pictures; and of the frame itself, where charts are explored. Expressions are interpreted, never compiled; nothing is
// loaded.

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

/** The chart that a job describes, and the address of what it would have loaded. */
function open({ kind, source, dark }, { room, ...options }) {
  const spec = JSON.parse(source);
  if (spec === null || typeof spec !== "object") throw new Error("@no-object");
  if (room) for (const side of ["width", "height"]) if (spec[side] === "container") spec[side] = room[side];
  const config = colours(dark);
  const full = kind === "vega-lite" ? compile(spec, { logger: mute(), config }).spec : spec;
  const chart = { name: name(spec) };
  const loader = {
    async load(address) {
      chart.refused ??= String(address).slice(0, 100);
      throw new Error("not loaded");
    },
    async sanitize(address, { context } = {}) {
      // A mark that is a link leads nowhere when it is pressed.
      if (context === "href" && options.container) throw new Error("not followed");
      return { href: /^data:image\/(png|jpeg|gif|webp);base64,/.test(address) ? address : "#" };
    },
  };
  const runtime = parse(full, kind === "vega" ? config : undefined, { ast: true });
  chart.view = new View(runtime, { expr: expressionInterpreter, loader, logger: mute(), logLevel: None, ...options });
  return chart;
}

/** What a chart calls itself. */
function name({ description, title }) {
  const text = description ?? title?.text ?? title;
  return [text].flat().filter((line) => typeof line === "string").join(" ");
}

async function draw(job) {
  const chart = open(job, { renderer: "none", room: { width: 600, height: 300 } });
  try {
    await chart.view.runAsync();
    if (chart.refused) throw new Error(`@elsewhere ${chart.refused}`);
    return { svg: await chart.view.toSVG(), name: chart.name };
  } finally {
    chart.view.finalize();
  }
}

/** What is wrong, by a word that the page puts into the language that it speaks, or as the libraries say it: without the whole chart that some words have in them, and without what the libraries stumble over. */
function sentence(error) {
  if (error instanceof RangeError) return "@nested-or-large";
  if (error instanceof TypeError) return "@bad-description";
  return String(error?.message ?? error).replace(/ \{[^]*\}/, "");
}

if (typeof document === "undefined") {
  // It measures text by a canvas, which is looked for in a document.
  globalThis.document = { createElement: () => new OffscreenCanvas(1, 1) };
  onmessage = async ({ data }) => {
    try {
      postMessage(await draw(data));
    } catch (error) {
      postMessage({ error: sentence(error) });
    }
  };
} else {
  globalThis.exploreVega = explore;
}

/** Has a chart in this element that can be pointed at, zoomed and chosen from, as it says itself. `tip` shows words. */
async function explore(job, place, tip) {
  const words = (value) =>
    typeof value === "object" && value !== null ? Object.entries(value).map(([key, one]) => `${key}: ${one}`) : [value];
  const tooltip = (_, event, item, value) => tip(event, value == null || value === "" ? [] : words(value));
  try {
    const { view } = open(job, { renderer: "canvas", container: place, hover: true, tooltip });
    await view.runAsync();
  } catch (error) {
    throw new Error(sentence(error));
  }
}
