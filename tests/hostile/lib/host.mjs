//! The chat page under its own policy, with the crate in it and secrets about it; whether anything touched them.

import { eventually } from "../../e2e/lib/expect.mjs";

/** The server that the page takes the test for. */
export const SERVER = "https://chat.example.org";

/** In place of the page's own script: a chat whose server is this test. */
const SCRIPT = `import init, * as crate from "./pyoxide.js";
await init();
Object.assign(globalThis, { acks: [], requests: [] });
const message = { id: "m1", parentId: null, childrenIds: [], role: "assistant", content: "Hello.", done: true };
const title = "Secret plans";
const chat = { id: "c1", title, chat: { title, models: ["host"], history: { messages: { m1: message }, currentId: "m1" } } };
const request = async (method, path) => {
  requests.push(method + " " + path);
  const answer = { id: "m1", parentId: null, childrenIds: [], role: "assistant", content: "", done: false };
  if (path.startsWith("/api/v1/chats/answer-")) return { status: 200, body: path.endsWith("/tags") ? [] : { title, chat: { title, models: ["host"], history: { messages: { m1: answer }, currentId: "m1" } } } };
  if (path.startsWith("/api/v1/chats/c1")) return { status: 200, body: path.endsWith("/tags") ? [] : chat };
};
const root = document.getElementById("app");
root.replaceChildren();
const options = { server: "${SERVER}", chat: "c1", execute: "sandbox", loopback: { request, emit() {} } };
globalThis.client = await crate.mountChat(root, options);
globalThis.sends = (data, ack) => client.event({ chat_id: "c1", message_id: "m1", data }, ack);`;

/** In the page, before anything else. */
function prepare() {
  if (window !== top) return;
  localStorage.token = "SECRET-token";
  document.cookie = "token=SECRET-cookie";
  let [gap, last] = [0, performance.now()];
  setInterval(() => {
    const now = performance.now();
    gap = Math.max(gap, now - last - 20);
    last = now;
  }, 20);
  // Of this window alone: what frames throw is theirs.
  globalThis.errors = [];
  addEventListener("error", ({ message }) => errors.push(message));
  addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));
  globalThis.takeGap = () => {
    const longest = gap;
    gap = 0;
    return longest;
  };
  globalThis.snapshot = () => ({
    title: document.title,
    address: location.href,
    stored: JSON.stringify({ ...localStorage }),
    cookie: document.cookie,
    prototype: Object.getOwnPropertyNames(Object.prototype).join(),
    polluted: String({}.polluted),
    globals: Object.keys(window).filter((name) => !/^\d+$/.test(name)).sort().join(),
    functions: [fetch, alert, postMessage, XMLHttpRequest].map((one) => Function.prototype.toString.call(one)).join(),
    written: document.querySelector("textarea")?.value,
    sent: requests.filter((request) => !request.startsWith("GET")).join(),
    secret: document.querySelector("#secret")?.outerHTML ?? "gone",
    fullscreen: document.fullscreenElement !== null,
  });
}

/** A page in which hostile things are opened. */
export class Host {
  dialogs = 0;

  static async open(browser, site, collector) {
    const host = new Host();
    host.collector = collector;
    const page = (host.page = await browser.newPage({ locale: "en-GB" }));
    page.on("dialog", (dialog) => {
      host.dialogs += 1;
      dialog.dismiss().catch(() => {});
    });
    await page.route("**/chat.js", (route) => route.fulfill({ contentType: "text/javascript", body: SCRIPT }));
    await page.addInitScript(prepare);
    await page.goto(`${site.origin}/chat.html?path=/c/1234`);
    await page.locator("[role=log] article").first().waitFor();
    await page.evaluate(() => {
      const field = document.createElement("input");
      field.id = "secret";
      document.body.append(field);
    });
    collector.clear();
    return host;
  }

  evaluate = (body, argument) => this.page.evaluate(body, argument);
  close = () => this.page.close();

  /** Starts watching; the function given back tells what is not as it was. */
  async watch() {
    await this.evaluate(() => (document.querySelector("#secret").value = ""));
    this.collector.clear();
    this.dialogs = 0;
    const before = await this.evaluate(() => (takeGap(), (errors.length = 0), snapshot()));
    return async () => {
      const after = await this.evaluate(() => snapshot());
      const changed = Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
      return [
        ...changed.map((name) => `the page's ${name} is ${after[name]} and was ${before[name]}`),
        ...(await this.evaluate(() => errors)).map((error) => `the page threw ${error}`),
        ...(this.dialogs ? [`${this.dialogs} dialogs of the browser`] : []),
      ];
    };
  }

  /**
   * Types into the page as a person does. A key that meets a frame which is just being removed is never acknowledged by
   * the browser: it counts as typed, and the next one is.
   */
  async types(text) {
    await this.page.focus("#secret");
    for (const key of text) {
      const pressed = this.page.keyboard.press(key, { delay: 20 });
      await Promise.race([pressed.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_500))]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What reached the collector, a moment later, by TCP and UDP. */
  async escaped() {
    await new Promise((resolve) => setTimeout(resolve, 250));
    return { tcp: this.collector.tcp(), udp: this.collector.udp() };
  }

  /** Waits until the page says so. */
  until = (probe, what, patience, argument) => eventually(() => this.evaluate(probe, argument), what, patience);
}

/** Counts what the person is asked, and refuses it, for so many ms. */
export async function refuses(host, ms) {
  let count = 0;
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const button = host.page.getByRole("dialog").getByRole("button", { name: "Cancel", exact: true });
    if ((await button.count()) === 1) {
      count += 1;
      await button.click();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return count;
}
