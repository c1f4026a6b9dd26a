//! The browser of the tests and what is watched in its pages.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PATIENCE } from "./expect.mjs";
import { OUT } from "./paths.mjs";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
const VIEW = { viewport: { width: 1280, height: 900 }, locale: "en-GB" };

/** Launches the browser, with more `flags` where a case needs a crippled one. */
export function launch(flags = []) {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(`There is no browser at ${EXECUTABLE}. Install Chromium, or set CHROMIUM to the path of one.`);
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS, ...flags] });
}

/** A context of its own in `browser`, watched by `watch`. */
export async function newContext(browser, watch, options = {}) {
  const context = await browser.newContext({ ...VIEW, ...options });
  watch.context(context);
  return context;
}

/** A browser whose user has forbidden sites to store anything ("block all cookies"), with its only context. */
export async function launchWithoutStorage(watch) {
  mkdirSync(OUT, { recursive: true });
  const profile = mkdtempSync(join(OUT, "profile-"));
  mkdirSync(join(profile, "Default"));
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(blocked));
  const context = await chromium.launchPersistentContext(profile, { executablePath: EXECUTABLE, args: FLAGS, ...VIEW });
  watch.context(context);
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/**
 * How long a page's main thread, or that of one of its frames, computes in one go at most while `act` goes on, in ms. It
 * is its own time: what else the machine does doesn't count.
 */
export async function longestTask(page, act) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["toplevel"] });
  let trace;
  try {
    await act();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace);
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const main = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
  // Not every task has an event of its own, but what it does has.
  const steps = traceEvents.filter((event) => event.tdur > 0 && main.has(thread(event)));
  if (!steps.length) throw new Error("The trace has nothing of the page.");
  return steps.reduce((most, { tdur }) => Math.max(most, tdur), 0) / 1000;
}

/** Keeps what the pages of one case did: their console, the errors nobody caught, every address they asked for. */
export class Watch {
  pages = [];
  console = [];
  /** Whether processes of the pages are ended on purpose. */
  crashes = false;
  /** Uncaught exceptions and violations of the pages' content security policy: none is allowed. */
  errors = [];
  addresses = [];

  context(context) {
    context.setDefaultTimeout(PATIENCE);
    context.on("page", (page) => this.page(page));
    context.pages().forEach((page) => this.page(page));
    // Of the context, so that the requests of service workers are seen too.
    context.on("request", (request) => this.addresses.push(request.url()));
    context.on("serviceworker", (worker) => this.addresses.push(worker.url()));
    context.on("weberror", (event) => this.errors.push(`uncaught: ${event.error().stack ?? event.error()}`));
    context.on("console", (message) => {
      this.console.push(`${message.type()}: ${message.text()}`);
      if (/Content.Security.Policy/i.test(message.text())) this.errors.push(message.text());
    });
  }

  page(page) {
    this.pages.push(page);
    page.on("websocket", (socket) => this.addresses.push(socket.url()));
    page.on("crash", () => this.crashes || this.errors.push("the page crashed"));
  }

  /** Saves what the last open page showed; gives the path of the picture, if there is one. */
  async save(name) {
    mkdirSync(OUT, { recursive: true });
    const base = join(OUT, name.replace(/[^a-z0-9]+/gi, "-"));
    const page = this.pages.findLast((one) => !one.isClosed());
    const text = page ? await page.locator("body").innerText({ timeout: 2000 }).catch((error) => error.message) : "no page";
    writeFileSync(`${base}.txt`, [page?.url(), text, "", "Console:", ...this.console, "", "Errors:", ...this.errors].join("\n"));
    if (!page) return `${base}.txt`;
    return page.screenshot({ path: `${base}.png`, fullPage: true, timeout: 5000 }).then(
      () => `${base}.png`,
      () => `${base}.txt`,
    );
  }
}
