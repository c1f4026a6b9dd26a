//! Runs the end-to-end tests: `node tests/e2e/run.mjs [part of a name …]`.
//!
//! Prints one line for each case as it ends and "N passed, N failed" at the end. README.md tells what the environment can set.

import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cases as a11y } from "./cases/a11y.mjs";
import { cases as bad } from "./cases/bad.mjs";
import { cases as calls, proves as callsProve } from "./cases/calls.mjs";
import { cases as chaos } from "./cases/chaos.mjs";
import { cases as charts } from "./cases/charts.mjs";
import { cases as chat } from "./cases/chat.mjs";
import { cases as code } from "./cases/code.mjs";
import { cases as copy } from "./cases/copy.mjs";
import { cases as events, proves as eventsProve } from "./cases/events.mjs";
import { cases as files } from "./cases/files.mjs";
import { cases as folder } from "./cases/folder.mjs";
import { cases as gallery } from "./cases/gallery.mjs";
import { cases as growth } from "./cases/growth.mjs";
import { cases as host } from "./cases/host.mjs";
import { cases as items } from "./cases/items.mjs";
import { cases as markdown } from "./cases/markdown.mjs";
import { cases as media } from "./cases/media.mjs";
import { cases as network } from "./cases/network.mjs";
import { cases as notebook } from "./cases/notebook.mjs";
import { cases as offline } from "./cases/offline.mjs";
import { cases as outputs } from "./cases/outputs.mjs";
import { cases as panel } from "./cases/panel.mjs";
import { cases as plain } from "./cases/plain.mjs";
import { cases as questions } from "./cases/questions.mjs";
import { cases as screenshots } from "./cases/screenshots.mjs";
import { cases as serve } from "./cases/serve.mjs";
import { cases as server } from "./cases/server.mjs";
import { cases as starts } from "./cases/starts.mjs";
import { cases as turns } from "./cases/turns.mjs";
import { within } from "./lib/expect.mjs";
import { Bench } from "./lib/bench.mjs";
import { DIST, OUT, PYODIDE } from "./lib/paths.mjs";

/** No case may take longer, whatever it waits for. */
const CASE_TIMEOUT = 240_000;

const groups = { server, notebook, outputs, charts, starts, chaos, offline, questions, chat, markdown, code, copy, growth, media, events, calls, turns, items, host, files, folder, network, panel, bad, plain, serve, gallery, a11y, screenshots };
/** Which event types a case proves, by group and name. */
const proves = { events: eventsProve, calls: callsProve };
const proved = [];
const wanted = process.argv.slice(2);
const all = Object.entries(groups).flatMap(([group, cases]) =>
  Object.entries(cases).map(([name, test]) => ({ name: `${group}: ${name}`, test, types: proves[group]?.[name] ?? [] })),
);
const chosen = wanted.length ? all.filter(({ name }) => wanted.some((part) => name.includes(part))) : all;
if (!chosen.length) fail(`No case has ${wanted.map((part) => `“${part}”`).join(" or ")} in its name. The cases are:\n${all.map(({ name }) => name).join("\n")}`);
if (!existsSync(join(DIST, "pyoxide.js"))) fail(`There are no built pages in ${DIST}. Run \`cargo xtask build\` first, or set PYOXIDE_DIST.`);
if (!existsSync(join(PYODIDE, "pyodide-lock.json"))) fail(`There is no Pyodide distribution in ${PYODIDE}. Run \`cargo xtask setup\`, or set PYOXIDE_PYODIDE_DIR.`);
// What earlier failures left; not more, since another run may be under way.
for (const file of existsSync(OUT) ? readdirSync(OUT) : []) if (/\.(png|txt)$/.test(file)) rmSync(join(OUT, file));

const bench = new Bench((line) => console.log(`   ${line}`));
let failed = 0;
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);
const begin = Date.now();
try {
  for (const { name, test, types } of chosen) {
    const since = Date.now();
    const kit = await bench.kit();
    try {
      await within(test(kit), "the case", CASE_TIMEOUT);
      if (kit.watch.errors.length) throw new Error(`The page had errors:\n${kit.watch.errors.join("\n")}`);
      console.log(`ok   ${name} (${seconds(since)} s)`);
      proved.push(...types.map((type) => [type, name]));
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name} (${seconds(since)} s)\n     ${describe(error).replace(/\n/g, "\n     ")}`);
      console.log(`     seen: ${await kit.watch.save(name)}`);
    } finally {
      await kit.close();
    }
  }
} finally {
  await bench.close();
}
if (process.env.PYOXIDE_PROOFS) writeFileSync(join(process.env.PYOXIDE_PROOFS, "e2e.json"), JSON.stringify({ suite: "e2e", proves: proved }));
console.log(`${chosen.length - failed} passed, ${failed} failed (${seconds(begin)} s)`);
process.exit(failed ? 1 : 0);

/** What went wrong and the line of the case where it did. */
function describe(error) {
  const place = error.stack?.split("\n").find((line) => line.includes("/e2e/cases/"))?.match(/cases\/[^)]*/)?.[0];
  // Colours and the long tail of a call log help nobody in a report of a few lines.
  const message = error.message.replace(/\u001b\[\d+m/g, "").split("\n").slice(0, 12).join("\n");
  return place ? `${message}\nat ${place}` : message;
}

function fail(why) {
  console.error(why);
  process.exit(2);
}
