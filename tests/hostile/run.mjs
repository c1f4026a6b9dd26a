//! Feeds the hostile corpus to the frames of the chat page, in a real Chromium: `node tests/hostile/run.mjs [part of an id …]`.
//!
//! Prints a line for each failing item and "N passed, N failed" at the end. PYOXIDE_HOSTILE names another folder of
//! files with the same shape; PYOXIDE_DIST, CHROMIUM as for tests/e2e.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../e2e/lib/browser.mjs";
import { within } from "../e2e/lib/expect.mjs";
import { DIST } from "../e2e/lib/paths.mjs";
import { startSite } from "../e2e/lib/site.mjs";
import * as diagrams from "./diagrams.mjs";
import * as embeds from "./embeds.mjs";
import * as events from "./events.mjs";
import * as execute from "./execute.mjs";
import * as messages from "./messages.mjs";
import { startCollector } from "./lib/collector.mjs";
import { items } from "./lib/corpus.mjs";
import { Host } from "./lib/host.mjs";
import * as markdown from "./markdown.mjs";

/** No item may take longer, whatever it waits for. */
const LIMIT = 90_000;
/** A busy machine stalls the page too: what an item itself does to the page, it does again. */
const TRIES = 3;
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

if (!existsSync(join(DIST, "frames/execute.html"))) {
  console.error(`There are no built pages in ${DIST}. Run \`cargo xtask build\` first, or set PYOXIDE_DIST.`);
  process.exit(2);
}
const wanted = process.argv.slice(2);
const all = Object.entries({ "execute.json": execute.run, "bridge.json": execute.run, "embeds.json": embeds.run, "talk.json": embeds.run, "postmessage.json": messages.run, "events.json": events.run, "calls.json": events.run, "sources.json": events.run, "diagrams.json": diagrams.run, "drawings.json": diagrams.run, "markdown.json": markdown.run, "streaming.json": markdown.run })
  .flatMap(([file, run]) => items(file).map((item) => ({ item, run })))
  .filter(({ item, run }) => run !== diagrams.run || diagrams.isDrawn(item))
  .filter(({ item }) => !wanted.length || wanted.some((part) => item.id.includes(part)));

const begin = Date.now();
const collector = await startCollector();
const site = await startSite();
const start = () => launch([...QUIET, ...collector.flags]);
let browser = await start();
let [failed, host] = [0, undefined];
try {
  for (const { item, run } of all) {
    let wrong = [];
    for (let tries = 0; tries < TRIES; tries++) {
      // An item that brings the whole browser down has failed; the next ones go on in another.
      if (!browser.isConnected()) browser = await start();
      host ??= await Host.open(browser, site, collector);
      wrong = await within(run(host, item), "the item", LIMIT).catch((error) => [error.message.split("\n")[0]]);
      if (!wrong.length) break;
      // The next one finds a page that nothing has touched.
      await host.close().catch(() => {});
      host = undefined;
      if (!wrong.every((sentence) => /did not answer for|^the item: not within/.test(sentence))) break;
    }
    if (wrong.length) failed += 1;
    if (wrong.length) console.log(`FAIL ${item.id} ${item.why.split("\n")[0]}: ${wrong.join("; ")}`);
  }
} finally {
  await browser.close();
  collector.stop();
  await site.stop();
}
console.log(`${all.length - failed} passed, ${failed} failed (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
process.exit(failed ? 1 : 0);
