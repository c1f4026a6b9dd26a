//! `diagrams.json`: diagrams, charts and formulas, by the real libraries in the real frame and page.

import { expanded } from "./lib/corpus.mjs";
import { install } from "./lib/drawer.mjs";

const KINDS = { mermaid: ["mermaid"], vega: ["vega-lite", "vega"] };
/** How much room a formula may take, in px. */
const WIDEST = 10_000;

const prepared = new WeakSet();

/** Whether an item is one of these: pictures that are SVG from the beginning are shown elsewhere. */
export const isDrawn = ({ family }) => family === "math" || family in KINDS;

/** Draws an item; gives back what is wrong, as sentences. */
export async function run(host, { family, input }) {
  if (!prepared.has(host)) {
    prepared.add(host);
    await host.page.addInitScript(() => {
      for (const name of ["alert", "confirm", "prompt", "print"]) globalThis[name] = () => console.warn(`CANARY ${name}`);
    });
    host.ran = [];
    host.page.on("console", (message) => message.text().startsWith("CANARY") && host.ran.push(message.text()));
    await host.evaluate(install);
  }
  const changes = await host.watch();
  host.ran.length = 0;
  const source = String(expanded(input));
  const wrong = [];
  for (const dark of family === "math" ? [false] : [false, true]) {
    for (const kind of KINDS[family] ?? [family]) {
      const drawn = await host.evaluate((job) => (job.kind === "math" ? drawFormula(job.source) : drawDiagram(job)), { kind, source, dark });
      wrong.push(...(await judge(host, drawn)));
    }
  }
  const out = await host.escaped();
  if (out.tcp.length + out.udp) wrong.push(`reached the network: ${out.tcp.join(", ")} and ${out.udp} packets`);
  wrong.push(...host.ran, ...(await changes()));
  return wrong;
}

/** What is wrong with a picture, a formula, or the sentence in its place. */
async function judge(host, { svg, html, error, kept, size = 0, width = 1, height = 1, shown }) {
  if (error !== undefined) return error && kept !== false ? [] : ["it can't be drawn, and nothing says so or its source is gone"];
  if (size > WIDEST) return [`a formula of ${size} px`];
  if (svg && `${shown}` !== `${[width, height]}`) return [`a picture of ${shown} px, which should be ${[width, height]}`];
  return host.evaluate(harm, { text: svg ?? html, type: svg ? "image/svg+xml" : "text/html" });
}

/** In the page: what a picture or a formula may not have in it. */
function harm({ text, type }) {
  // Styles would be the page's to allow even while they are only read.
  const parsed = new DOMParser().parseFromString(text.replaceAll(/(<\/?|\s)style\b/g, "$1read-style"), type);
  const leads = (value) => /javascript:|@import|url\((?!["']?#)/i.test(value);
  const wrong = [];
  for (const element of parsed.body ? parsed.body.querySelectorAll("*") : parsed.querySelectorAll("*")) {
    const name = element.localName;
    if (/^(script|foreignobject|iframe|img|a|link|handler|set|animate.*|parsererror)$/i.test(name)) wrong.push(`<${name}>`);
    if (element.id && type === "text/html") wrong.push(`the name ${element.id}`);
    if (name === "read-style" && leads(element.textContent)) wrong.push(element.textContent);
    for (const { name, value } of element.attributes) {
      if (/href$/i.test(name) ? !/^(#|data:image\/(png|jpeg|gif|webp);)/.test(value) : leads(value) || /^on/i.test(name)) wrong.push(`${name}="${value}"`);
    }
  }
  return wrong.map((what) => `${what} is in it`);
}
