// Names tests, runs them one after the other against a real browser, counts.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./serve.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const tests = [];

export const test = (name, body) => tests.push({ name, body });

const load = async (name) => {
  try {
    return await import(name);
  } catch {
    throw new Error(`${name} is missing: run \`npm ci\` in the root of the repository`);
  }
};

// The browser that FIREFOX names, or else Chromium; both have pages with `evaluate`, `goto` and `waitForFunction`.
const isFirefox = Boolean(process.env.FIREFOX);
const launch = async (zone) => {
  const env = { ...process.env, TZ: zone };
  if (isFirefox) {
    const { default: puppeteer } = await load("puppeteer-core");
    // One of the two pages is in the background, where timers would wait for a second.
    const extraPrefsFirefox = {
      "dom.min_background_timeout_value": 4,
      "dom.min_background_timeout_value_without_budget_throttling": 4,
      "dom.timeout.enable_budget_timer_throttling": false,
      "dom.timeout.throttling_delay": -1,
    };
    return puppeteer.launch({ browser: "firefox", executablePath: process.env.FIREFOX, env, extraPrefsFirefox });
  }
  const { chromium } = await load("playwright-core");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args, env });
};

// What a failed run says about itself, for the message of an assertion.
export const story = (run) => JSON.stringify({ ...run, outputs: run.outputs.length }).slice(0, 2000);

const OPTIONS = { maxPages: 8192 }; // 512 MB

// One browser page with at most one living kernel.
class Host {
  #page;

  constructor(page, server) {
    this.#page = page;
    this.server = server;
  }

  static async open(browser, server, query) {
    const page = await browser.newPage();
    const host = new Host(page, server);
    host.errors = [];
    page.on("pageerror", (error) => host.errors.push(String(error)));
    await page.goto(`${server.url}/host.html${query}`);
    await page.waitForFunction(() => globalThis.hostReady);
    return host;
  }

  evaluate(body, argument) {
    return this.#page.evaluate(body, argument);
  }

  // The living kernel, or a new one; what it said when it was ready.
  kernel() {
    return this.evaluate(async (options) => {
      if (!globalThis.kernel || globalThis.kernel.gone) globalThis.kernel = await Kernel.start(options);
      return kernel.info;
    }, OPTIONS);
  }

  run(code, options = {}) {
    return this.evaluate(([text, given]) => kernel.execute(text, given), [code, options]);
  }

  // Runs on a kernel that is alive, a fresh one if need be.
  async fresh(code, options = {}) {
    await this.kernel();
    return this.run(code, options);
  }
}

const withDeadline = (promise) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the test took longer than 5 minutes")), 300_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export const main = async () => {
  const sandbox = fs.readFileSync(path.join(here, "../../www/sandbox/sandbox.js"));
  const hash = "sha256-" + crypto.createHash("sha256").update(sandbox).digest("base64");
  const server = await start(hash);
  const browser = await launch("UTC");
  /** Has `use` a page in a browser of another time zone. */
  const elsewhere = async (zone, use) => {
    const other = await launch(zone);
    try {
      return await use(await Host.open(other, server, ""));
    } finally {
      await other.close();
    }
  };
  const wanted = process.argv.slice(2);
  let [passed, failed] = [0, 0];
  try {
    const isolated = await Host.open(browser, server, "?isolated");
    const plain = await Host.open(browser, server, "");
    for (const { name, body } of tests) {
      if (wanted.length && !wanted.some((part) => name.includes(part))) continue;
      const begin = Date.now();
      try {
        await withDeadline(body({ isolated, plain, server, elsewhere }));
        passed++;
        console.log(`ok      ${name} (${Date.now() - begin} ms)`);
      } catch (error) {
        failed++;
        console.log(`FAILED  ${name}\n        ${String(error.stack || error).replaceAll("\n", "\n        ")}`);
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
};
