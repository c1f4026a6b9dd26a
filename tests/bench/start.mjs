//! How long from a click on Run to the answer, and how many bytes, beside a page with bare Pyodide.
//!
//! Both pages are served by the same server and measured in turn, in the same run. Cold is a fresh browser profile,
//! warm the second visit with it. Writes its rows to the file that PYOXIDE_BENCH_ROWS names.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { chromium } from "playwright-core";
import { countBytes, serve } from "./server.mjs";

const ROUNDS = Number(process.env.PYOXIDE_BENCH_N ?? 5);
const PATIENCE = 180_000;
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

const PLOT = `import numpy as np
import matplotlib.pyplot as plt
x = np.linspace(0, 6.28, 200)
plt.plot(x, np.sin(x))
plt.show()`;

/** What is run: its code, and what shows that it has been answered. */
const WORKS = {
  "print(1)": { code: "print(1)", answer: (output) => output.getByText("1", { exact: true }) },
  "first sine plot": { code: PLOT, answer: (output) => output.getByRole("img") },
};

/** The pages by their accessible names. */
const PAGES = {
  ours: {
    path: "notebook.html",
    editor: (page) => page.getByRole("textbox", { name: "Code of cell 1" }),
    run: (page) => page.getByRole("button", { name: "Run cell" }).first(),
    output: (page) => page.getByRole("region", { name: "Output of cell 1" }),
  },
  bare: {
    path: "bench/bare.html",
    editor: (page) => page.getByRole("textbox", { name: "Code" }),
    run: (page) => page.getByRole("button", { name: "Run" }),
    output: (page) => page.getByRole("region", { name: "Output" }),
  },
};

/** Opens the page, types the code, and returns the milliseconds from the click to the answer. */
async function visit(context, origin, { path, editor, run, output }, { code, answer }) {
  const page = await context.newPage();
  try {
    await page.goto(`${origin}/${path}`);
    await editor(page).fill(code, { timeout: PATIENCE });
    const begin = performance.now();
    await run(page).click();
    await answer(output(page)).first().waitFor({ timeout: PATIENCE });
    return performance.now() - begin;
  } finally {
    await page.close();
  }
}

/** Runs `use` with a fresh profile. */
async function fresh(use) {
  const profile = mkdtempSync(join(tmpdir(), "pyoxide-bench-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM, args: ARGS });
  try {
    return await use(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const row = (work, unit, ours, anchor, anchor_name, n) => ({
  work,
  unit,
  ours: Math.round(ours),
  anchor: Math.round(anchor),
  anchor_name,
  ratio: Number((ours / anchor).toFixed(3)),
  n,
});

async function times(origin) {
  const rows = [];
  for (const [name, work] of Object.entries(WORKS)) {
    const taken = { cold: { ours: [], bare: [] }, warm: { ours: [], bare: [] } };
    for (let round = 0; round < ROUNDS; round += 1) {
      // The order changes with each round, so that neither page always meets a machine that the other warmed up.
      const order = round % 2 ? ["bare", "ours"] : ["ours", "bare"];
      for (const which of order) {
        await fresh(async (context) => {
          taken.cold[which].push(await visit(context, origin, PAGES[which], work));
          taken.warm[which].push(await visit(context, origin, PAGES[which], work));
        });
      }
      const last = (kind) => order.map((which) => `${which} ${(taken[kind][which].at(-1) / 1000).toFixed(2)} s`).join(", ");
      console.log(`${name}, round ${round + 1} of ${ROUNDS}: cold ${last("cold")}; warm ${last("warm")}`);
    }
    for (const kind of ["cold", "warm"]) {
      const { ours, bare } = taken[kind];
      rows.push(row(`click to ${name}, ${kind}`, "ms", median(ours), median(bare), "bare Pyodide page", ROUNDS));
    }
  }
  return rows;
}

/** Bytes that a first visit with a run fetches. */
async function bytes(origin) {
  const rows = [];
  for (const [name, work] of Object.entries(WORKS)) {
    const total = {};
    for (const which of ["ours", "bare"]) {
      const counter = await countBytes(origin);
      await fresh((context) => visit(context, counter.origin, PAGES[which], work));
      total[which] = counter.total();
      await counter.stop();
    }
    rows.push(row(`bytes fetched for ${name}`, "bytes", total.ours, total.bare, "bare Pyodide page", 1));
  }
  return rows;
}

function wasm() {
  const raw = readFileSync(join(process.env.PYOXIDE_DIST, "pyoxide_bg.wasm"));
  const small = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return [row("pyoxide_bg.wasm, brotli 11", "bytes", small.length, raw.length, "pyoxide_bg.wasm, raw", 1)];
}

const server = await serve();
try {
  const rows = [...(await times(server.origin)), ...(await bytes(server.origin)), ...wasm()];
  writeFileSync(process.env.PYOXIDE_BENCH_ROWS, JSON.stringify(rows));
} finally {
  await server.stop();
}
