//! What a streamed answer costs, however long: beside a full re-render a frame by marked and DOMPurify (up to 32,000
//! tokens) and beside streaming-markdown, in pages with the same sheets and layout, warmed alike. A page each.
//!
//! "four a frame" is measured in windows (first tenth, long paragraph, last tenth) that stand for the rest from 8k on; "one a
//! task" is the whole text, through the client as a socket brings it: as fast as the page takes it. Times are CPU time of the
//! main thread above that of an empty page; opening is the clock's.
//!
//! Writes its rows to the file that PYOXIDE_BENCH_ROWS names; PYOXIDE_BENCH_ONLY runs the rows whose name begins so,
//! PYOXIDE_BENCH_QUICK two lengths, once each.

import { writeFileSync } from "node:fs";
import { launch } from "../e2e/lib/browser.mjs";
import { startSite } from "../e2e/lib/site.mjs";
import { Bench, idleCosts, isWhole, opening, perFrame, perTask } from "./stream/measure.mjs";
import { idle, marked, ours, smd } from "./stream/subjects.mjs";
import { kinds, mixed, single, stored } from "./stream/texts.mjs";

const QUICK = Boolean(process.env.PYOXIDE_BENCH_QUICK);
const ROUNDS = Number(process.env.PYOXIDE_BENCH_N ?? (QUICK ? 1 : 3));
const ONLY = process.env.PYOXIDE_BENCH_ONLY ?? "";
const LENGTHS = QUICK ? [2_000, 32_000] : [2_000, 8_000, 32_000, 128_000];
/** A full re-render is not waited for beyond this length, nor for more frames of a window than this. */
const [FULL_RENDER, FULL_FRAMES] = [32_000, 40];
const WARM = mixed(2_000).deltas;

const site = await startSite();
const browser = await launch();
const rows = [];

/** In the page of a subject. */
async function within(subject, measure) {
  const bench = await Bench.open(browser, site.origin, subject, WARM);
  try {
    return await measure(bench);
  } finally {
    await bench.close();
  }
}

/** Medians of what `measure` gives for each subject, by name; the subjects take turns at being first. */
async function compare(subjects, measure) {
  const all = new Map(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of round % 2 ? subjects.toReversed() : subjects) {
      all.get(subject).push(await within(subject, (bench) => measure(bench, subject)));
    }
  }
  const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
  const medians = (results) => Object.fromEntries(Object.keys(results[0]).map((key) => [key, median(results.map((one) => one[key]))]));
  return new Map([...all].map(([subject, results]) => [subject, medians(results)]));
}

const short = (number) => Number(number.toFixed(Math.abs(number) < 10 ? 2 : 0));

/** A row: our figure beside a peer's. A goal is what the ratio shall be at most, or our figure itself. */
function row(work, unit, mine, peer, { name }, goal = {}) {
  const ratio = Math.abs(peer) < 0.005 ? null : Number((mine / peer).toFixed(3));
  const isMet = goal.isMissed ? false : "ratio" in goal ? ratio !== null && ratio <= goal.ratio : "most" in goal ? mine < goal.most : undefined;
  const words = "ratio" in goal ? `ratio ≤ ${goal.ratio}` : "most" in goal ? `< ${goal.most} ${unit}`.trim() : undefined;
  rows.push({ work, unit, ours: short(mine), anchor: short(peer), anchor_name: name, ratio, n: ROUNDS, ...(words && { goal: words, met: isMet }) });
}

const wants = (name) => name.startsWith(ONLY);
const say = (name) => console.log(`${(performance.now() / 1_000).toFixed(0)} s: ${name} …`);

/** What a measurement gives, once the page shows all of the text. */
async function whole(bench, measurement) {
  const result = await measurement;
  if (!result.stopped) await isWhole(bench);
  return result;
}

async function mixedRows(costs) {
  for (const length of LENGTHS) {
    const text = mixed(length);
    const peers = length <= FULL_RENDER ? [smd, marked] : [smd];
    const size = `${length / 1_000}k`;
    const four = `${size}, four a frame`;
    if (wants(four)) {
      say(four);
      const most = (subject) => (subject === marked && length === FULL_RENDER ? FULL_FRAMES : Infinity);
      const seen = await compare([ours, ...peers], (bench, subject) => whole(bench, perFrame(bench, text, costs.frame, most(subject))));
      const mine = seen.get(ours);
      for (const peer of peers) {
        const its = seen.get(peer);
        const isSmd = peer === smd;
        row(`${four}: main thread`, "ms", mine.main, its.main, peer, isSmd ? { ratio: length === 128_000 ? 0.25 : 1 } : length === 32_000 ? { ratio: 0.05 } : {});
        row(`${four}: scripting`, "ms", mine.script, its.script, peer);
        row(`${four}: longest task`, "ms", mine.longest, its.longest, peer, isSmd ? { most: 16 } : {});
        row(`${four}: dropped frames`, "", mine.dropped, its.dropped, peer);
        row(`${four}: growth`, "", mine.growth, its.growth, peer, isSmd ? { most: 1.2 } : {});
      }
    }

    const one = `${size}, one a task`;
    if (wants(one)) {
      say(one);
      const tasksOf = (bench, traced) => whole(bench, perTask(bench, text, costs.task, traced));
      const seen = await compare([ours, ...peers], async (bench, subject) => {
        // What a trace adds is nothing beside a full re-render, but much beside a delta of the others: they go once more for it.
        if (subject === marked) return tasksOf(bench, true);
        const result = await tasksOf(bench, false);
        const { longest, dropped } = await within(subject, (fresh) => tasksOf(fresh, true));
        return { ...result, longest, dropped };
      });
      const mine = seen.get(ours);
      for (const peer of peers) {
        const its = seen.get(peer);
        // What was stopped after a minute costs at least so much: our goal is missed then.
        const stopped = [[ours, mine], [peer, its]].filter(([, { stopped }]) => stopped).map(([{ name }]) => name);
        const work = stopped.length ? `${one} (${stopped.join(" and ")} stopped)` : one;
        const goal = peer === smd ? { ratio: length === 128_000 ? 0.25 : 1, isMissed: mine.stopped } : {};
        row(`${work}: main thread`, "ms", mine.main, its.main, peer, goal);
        row(`${work}: scripting`, "ms", mine.script, its.script, peer);
        row(`${work}: longest task`, "ms", mine.longest, its.longest, peer);
        row(`${work}: dropped frames`, "", mine.dropped, its.dropped, peer);
        row(`${work}: growth`, "", mine.growth, its.growth, peer);
      }
    }
  }
}

async function kindRows(costs) {
  for (const kind of QUICK ? [] : kinds) {
    const name = `32k, one ${kind}`;
    if (!wants(name)) continue;
    say(name);
    const text = single(kind, 32_000);
    const seen = await compare([ours, smd], (bench) => perFrame(bench, text, costs.frame));
    const [mine, its] = [seen.get(ours), seen.get(smd)];
    row(`${name}: main thread`, "ms", mine.main, its.main, smd);
    row(`${name}: longest task`, "ms", mine.longest, its.longest, smd, { most: 16 });
    row(`${name}: growth`, "", mine.growth, its.growth, smd, { most: 1.2 });
  }
}

async function openingRows() {
  const name = "32k, stored chat";
  if (!wants(name)) return;
  say(name);
  const chat = stored();
  const seen = await compare([ours, marked], (bench) => opening(bench, chat));
  const [mine, its] = [seen.get(ours), seen.get(marked)];
  row(`${name}: latest is painted`, "ms", mine.latest, its.latest, marked, { most: 300 });
  row(`${name}: all is there`, "ms", mine.whole, its.whole, marked);
  row(`${name}: longest task`, "ms", mine.longest, its.longest, marked, { most: 50 });
}

try {
  const costs = await within(idle, idleCosts);
  await mixedRows(costs);
  await kindRows(costs);
  await openingRows();
} finally {
  await browser.close();
  await site.stop();
}
if (process.env.PYOXIDE_BENCH_ROWS) writeFileSync(process.env.PYOXIDE_BENCH_ROWS, JSON.stringify(rows));
else console.table(rows);
