// Has the pages in dist/ make their memory snapshots, and writes them to the folder that PYOXIDE_SNAPSHOTS names.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const FOLDER = process.env.PYOXIDE_SNAPSHOTS;
const PARTS = ["heap", "so", "site", "meta"];

const server = spawn(process.env.PYOXIDE_XTASK, ["serve", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => server.kill());
const [line] = await once(server.stdout, "data");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
const list = {};
for (const kind of ["plain", "figures"]) {
  const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  await page.goto(`${String(line).trim()}notebook.html`);
  try {
    list[kind] = await page.evaluate(async (name) => {
      const crate = await import("./pyoxide.js");
      await crate.default();
      globalThis.made = await crate.Kernel.makeSnapshot(name);
      return made.record;
    }, kind);
  } catch (error) {
    // A distribution without matplotlib has no such snapshot; its pages do without.
    if (kind === "plain") throw error;
    console.error(`No snapshot "${kind}": ${error.message.split("\n")[0]}`);
    continue;
  }
  for (const part of PARTS) {
    const coming = page.waitForEvent("download");
    await page.evaluate((name) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(made.parts[name]);
      link.download = name;
      link.click();
    }, part);
    const file = join(FOLDER, "raw");
    await (await coming).saveAs(file);
    writeFileSync(join(FOLDER, "snapshots", `${kind}-${part}`), gzipSync(readFileSync(file), { level: 9 }));
    rmSync(file);
  }
  await page.close();
}
writeFileSync(join(FOLDER, "snapshots.json"), JSON.stringify(list));
await browser.close();
server.kill();
