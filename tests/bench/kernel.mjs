//! The kernel beside a page with bare Pyodide in a same-origin module worker, beside JupyterLite, and beside the stock client
//! of Open WebUI where a server is installed: from navigation and from a click to output and figures, round trips, stopping, restarting, bytes, memory.
//!
//! All pages come from the same server and take turns, each time in a fresh browser. Cold is a fresh profile, warm the
//! second visit with it, by a browser that was started anew. Writes its rows to the file that PYOXIDE_BENCH_ROWS names;
//! PYOXIDE_BENCH_N sets the rounds, PYOXIDE_BENCH_QUICK does one.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { chromium } from "playwright-core";
import { jupyterLite } from "./jupyterlite.mjs";
import { openWebUI, STOCK } from "./openwebui.mjs";
import { countBytes, serve } from "./server.mjs";

const QUICK = Boolean(process.env.PYOXIDE_BENCH_QUICK);
const ROUNDS = Number(process.env.PYOXIDE_BENCH_N ?? (QUICK ? 1 : 5));
const PATIENCE = 180_000;
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-precise-memory-info"];
/** How long a page has been open before the click, in ms; and how long a first visit lasts, so that what is made ahead is. */
const [OPEN, STAY] = [5_000, 12_000];
const [BARE, LITE] = ["bare Pyodide page", "JupyterLite, console"];

const PLOT = `import numpy as np
import matplotlib.pyplot as plt
x = np.linspace(0, 6.28, 200)
plt.plot(x, np.sin(x))
plt.show()`;

/** What is run, and what its answer has within it: this text alone, or a picture. */
const WORKS = { "print(1)": { code: "print(1)", text: "1" }, figure: { code: PLOT } };
/** The same in chats, where a 1 may stand elsewhere. */
const CHAT_WORKS = { print: { code: 'print("shown")', text: "shown" }, figure: { code: PLOT } };

/** The pages: where the code is written, what runs it, where the answer comes. */
const PAGES = {
  ours: {
    path: "notebook.html",
    api: "bench/ours.html",
    editor: '[role="textbox"][aria-label="Code of cell 1"]',
    run: 'button[aria-label="Run cell"]',
    output: '[aria-label="Output of cell 1"]',
  },
  bare: { path: "bench/bare.html", api: "bench/bare.html", editor: "textarea", run: "button", output: "[role=region]" },
  // The quickest of its pages. It is given the code with its address.
  lite: { path: "lite/repl/index.html?kernel=python&code=", output: ".jp-OutputArea-output" },
};

/**
 * In the page: waits until something is there that matches `selector` and, if given, has this text alone within it. Looked
 * for in each frame: Playwright's own waiting looks every half second after the first.
 */
async function shows([selector, text]) {
  const is = (element) => (text ? element.textContent.trim() === text : element.tagName !== "IMG" || element.naturalWidth > 0);
  const end = performance.now() + 180_000;
  while (![...document.querySelectorAll(selector)].some(is)) {
    if (performance.now() > end) throw new Error(`${selector} has not shown what was waited for in 3 minutes`);
    await new Promise(requestAnimationFrame);
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const rows = [];
const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** A row. A goal is what the ratio shall be at most, or our figure itself. */
function row(work, unit, ours, anchor, goal = {}, n = ROUNDS, anchor_name = BARE) {
  const round = (value) => (value === null ? null : Number(value.toFixed(Math.abs(value) < 10 ? 2 : 0)));
  const ratio = anchor ? Number((ours / anchor).toFixed(3)) : null;
  const met = "ratio" in goal ? ratio !== null && ratio <= goal.ratio : "most" in goal ? ours <= goal.most : undefined;
  const words = "ratio" in goal ? `ratio ≤ ${goal.ratio}` : "most" in goal ? `≤ ${goal.most} ${unit}`.trim() : undefined;
  rows.push({ work, unit, ours: round(ours), anchor: round(anchor), anchor_name, ratio, n, ...(words && { goal: words, met }) });
}

/** Has `use` a fresh browser with a profile. */
async function browser(profile, use) {
  const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM, args: ARGS });
  try {
    return await use(context);
  } finally {
    await context.close();
  }
}

/** Has `use` a fresh profile. */
async function fresh(use) {
  const profile = mkdtempSync(join(tmpdir(), "pyoxide-bench-"));
  try {
    return await use(profile);
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Milliseconds from the navigation, and from the click, to the answer. The page has been open for `open` ms at the click. */
async function visit(context, origin, { path, url, token, editor, run, output, picture }, { code, text }, { open = 0, stay = 0 } = {}) {
  const page = await context.newPage();
  if (token) await page.addInitScript((token) => (localStorage.token = token), token);
  const begin = performance.now();
  await page.goto(url ?? `${origin}/${path}${run ? "" : encodeURIComponent(code)}`);
  if (editor) {
    await page.evaluate(shows, [editor]);
    await page.locator(editor).fill(code);
  }
  if (open) await wait(open);
  const shown = page.evaluate(shows, text ? [`${output} *, ${output}`, text] : [picture ?? `${output} img`]);
  const click = performance.now();
  if (run) await page.locator(run).first().click({ force: true });
  await shown;
  const end = performance.now();
  if (stay) await wait(stay);
  await page.close();
  return { navigation: end - begin, click: end - click };
}

/** The pages in turn, the order changing with each round. Gives the medians of ours and of another. */
async function inTurns(measure, pages = ["ours", "bare"]) {
  const taken = Object.fromEntries(pages.map((which) => [which, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const which of round % 2 ? pages.toReversed() : pages) taken[which].push(await measure(which));
  }
  return (of, other = "bare") => [median(taken.ours.map(of)), median(taken[other].map(of))];
}

async function starts(origin) {
  const goals = {
    "print(1)": { cold: { ratio: 0.8 }, warm: { ratio: 0.5 }, open: { most: 50 } },
    figure: { cold: { ratio: 0.6 }, warm: { ratio: 0.35 }, open: { most: 300 } },
  };
  for (const [name, work] of Object.entries(WORKS)) {
    const measure = (which) =>
      fresh(async (profile) => {
        const go = (options) => browser(profile, (context) => visit(context, origin, PAGES[which], work, options));
        // Others make nothing ahead: there is nothing to stay for.
        const cold = await go({ stay: which === "ours" ? STAY : 1_000 });
        const warm = await go({});
        const open = PAGES[which].run && (await go({ open: OPEN }));
        return { cold: cold.navigation, warm: warm.navigation, open: open?.click };
      });
    const taken = await inTurns(measure, ["ours", "bare", "lite"]);
    for (const [which, goal] of [["cold", 1 / 5], ["warm", 1 / 8]]) {
      const time = (visits) => visits[which];
      row(`navigation to first ${name}, ${which}`, "ms", ...taken(time), goals[name][which]);
      row(`navigation to first ${name}, ${which}`, "ms", ...taken(time, "lite"), { ratio: goal }, ROUNDS, LITE);
    }
    row(`click to ${name}, page open for 5 s`, "ms", ...taken(({ open }) => open), goals[name].open);
  }
}

/** From the address of a chat to what its code gives, by its button. */
async function chats(origin) {
  const server = await openWebUI(CHAT_WORKS, origin);
  if (!server) return console.log(`${STOCK} is not installed: its rows are left out.`);
  try {
    for (const [name, work] of Object.entries(CHAT_WORKS)) {
      const measure = (which) =>
        fresh(async (profile) => {
          const go = (options) => browser(profile, (context) => visit(context, origin, server.page(which, name), work, options));
          const cold = await go({ stay: which === "ours" ? STAY : 1_000 });
          const warm = await go({});
          const open = await go({ open: OPEN });
          return { cold: cold.navigation, warm: warm.navigation, open: open.click };
        });
      const taken = await inTurns(measure, ["ours", "stock"]);
      for (const which of ["cold", "warm"]) row(`chat to first ${name}, ${which}`, "ms", ...taken((visits) => visits[which], "stock"), {}, ROUNDS, STOCK);
      row(`click to ${name} in a chat open for 5 s`, "ms", ...taken(({ open }) => open, "stock"), {}, ROUNDS, STOCK);
    }
  } finally {
    await server.stop();
  }
}

/** In the page: what a warm kernel does, in ms on the page's clock. */
async function warmKernel(plot) {
  const timed = async (act) => {
    const begin = performance.now();
    await act();
    return performance.now() - begin;
  };
  const several = async (count, act) => {
    const all = [];
    for (let times = 0; times < count; times++) all.push(await timed(act));
    return all.sort((a, b) => a - b);
  };
  const middle = (all) => all[all.length >> 1];
  await several(20, () => execute("1"));
  const trips = await several(200, () => execute("1"));
  await execute(plot);
  const figures = await several(5, () => execute(plot));
  const stops = [];
  for (let times = 0; times < 20; times++) {
    const ended = execute("while True: pass");
    await new Promise((resolve) => setTimeout(resolve, 150));
    stops.push(await timed(() => (stop(), ended)));
  }
  stops.sort((a, b) => a - b);
  return { trip: middle(trips), figure: middle(figures), stop: stops[18] };
}

async function warm(origin) {
  const taken = await inTurns((which) =>
    fresh((profile) =>
      browser(profile, async (context) => {
        const page = await context.newPage();
        await page.goto(`${origin}/${PAGES[which].api}`);
        await page.evaluate(() => started);
        const seen = await page.evaluate(warmKernel, PLOT);
        // Until it takes code again, with all that has been made ahead.
        if (which === "ours") await page.locator("iframe").nth(1).waitFor({ state: "attached", timeout: PATIENCE });
        await wait(3_000);
        seen.restart = await page.evaluate(async () => {
          const begin = performance.now();
          await restart();
          await execute("1");
          return performance.now() - begin;
        });
        return seen;
      }),
    ),
  );
  row("round trip of 1, warm", "ms", ...taken(({ trip }) => trip), { most: 5 });
  row("figure, warm", "ms", ...taken(({ figure }) => figure));
  row("interrupt of a loop, 95th percentile of 20", "ms", ...taken(({ stop }) => stop), { most: 100 });
  row("restart to ready", "ms", ...taken(({ restart }) => restart), { most: 1_000 });
}

/** What bare Pyodide can't: time.sleep ends by a deadline, or when it gives way. */
async function sleeping(origin) {
  const taken = [];
  for (let round = 0; round < ROUNDS; round++) {
    taken.push(
      await fresh((profile) =>
        browser(profile, async (context) => {
          const page = await context.newPage();
          await page.goto(`${origin}/${PAGES.ours.api}`);
          return page.evaluate(async () => {
            await started;
            await execute("1");
            const ended = execute("import time; time.sleep(60)");
            await new Promise((resolve) => setTimeout(resolve, 500));
            const begin = performance.now();
            stop();
            await ended;
            await execute("1");
            return performance.now() - begin;
          });
        }),
      ),
    );
  }
  row("stop of time.sleep(60), usable again", "ms", median(taken), null, { most: 2_500 }, ROUNDS, "not possible");
}

/** Bytes of a first visit, and of a second. */
async function bytes(origin) {
  for (const [name, work] of Object.entries(WORKS)) {
    const total = {};
    for (const which of ["ours", "bare"]) {
      const counter = await countBytes(origin);
      await fresh(async (profile) => {
        await browser(profile, (context) => visit(context, counter.origin, PAGES[which], work, { stay: STAY }));
        const first = counter.total();
        counter.forget();
        await browser(profile, (context) => visit(context, counter.origin, PAGES[which], work, { stay: 1_000 }));
        total[which] = { first, second: counter.total() };
      });
      await counter.stop();
    }
    row(`bytes of a first visit with a ${name}`, "bytes", total.ours.first, total.bare.first, {}, 1);
    row(`bytes of the second visit with a ${name}`, "bytes", total.ours.second, total.bare.second, { most: 0 }, 1);
  }
}

/** Resident memory in MB of a browser's processes. */
function resident(profile) {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const mine = pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(profile);
    } catch {
      return false;
    }
  });
  const parents = new Set(mine);
  const table = execFileSync("ps", ["-eo", "pid=,ppid=,rss="], { encoding: "utf8" }).trim().split("\n").map((line) => line.trim().split(/\s+/));
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of table) if (parents.has(parent) && !parents.has(pid)) grown = Boolean(parents.add(pid));
  }
  return table.filter(([pid]) => parents.has(pid)).reduce((sum, [, , size]) => sum + Number(size), 0) / 1024;
}

/** Memory after many runs over that after ten. */
async function memory(origin) {
  const runs = QUICK ? 200 : 1_000;
  await fresh((profile) =>
    browser(profile, async (context) => {
      const page = await context.newPage();
      await page.goto(`${origin}/${PAGES.ours.api}`);
      await page.evaluate(() => started);
      const cdp = await context.newCDPSession(page);
      const many = (count) =>
        page.evaluate(async (times) => {
          for (let time = 0; time < times; time++) await execute(`x = list(range(1000)); print("run", ${time})\nx[-1]`);
        }, count);
      const now = async () => {
        await cdp.send("HeapProfiler.collectGarbage");
        const { usedSize } = await cdp.send("Runtime.getHeapUsage");
        return { page: usedSize / 1e6, all: resident(profile) };
      };
      await many(10);
      await wait(8_000); // what is made ahead is no growth
      const before = await now();
      await many(runs);
      const after = await now();
      row(`page's heap after ${runs} runs, beside that after 10`, "MB", after.page, before.page, { ratio: 1.1 }, 1, "after 10 runs");
      row(`resident memory after ${runs} runs, beside that after 10`, "MB", after.all, before.all, { ratio: 1.1 }, 1, "after 10 runs");
    }),
  );
}

function wasm() {
  const raw = readFileSync(join(process.env.PYOXIDE_DIST, "pyoxide_bg.wasm"));
  const small = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  row("pyoxide_bg.wasm, brotli 11", "bytes", small.length, raw.length, {}, 1, "pyoxide_bg.wasm, raw");
}

const server = await serve(await jupyterLite());
try {
  const only = process.env.PYOXIDE_BENCH_ONLY;
  for (const part of [starts, chats, warm, sleeping, bytes, memory, wasm]) {
    if (only && part.name !== only) continue;
    console.log(`${part.name} …`);
    await part(server.origin);
  }
  writeFileSync(process.env.PYOXIDE_BENCH_ROWS, JSON.stringify(rows));
} finally {
  await server.stop();
}
