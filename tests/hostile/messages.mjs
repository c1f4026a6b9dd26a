//! `postmessage.json`: messages to the page's window from where none should count, while a harmless embed lives. Only an
//! embed's own window is heard, and even that one only asks.

import { refuses } from "./lib/host.mjs";
import { expanded } from "./lib/corpus.mjs";

/** How long a message may take to have an effect, in ms. */
const WATCHED = 600;
/** What stands in the message meanwhile. */
const EMBED = "<body style='margin:0'><div style='height:200px'>harmless</div>";

/** Runs an item; gives back what is wrong, as sentences. */
export async function run(host, { family, input, expect }) {
  const message = expanded(input);
  await show(host, EMBED);
  await host.until(() => document.querySelector("iframe.embed")?.style.height === "200px", "the embed has its height");
  await host.evaluate(() => void (globalThis.replies = []));
  const changes = await host.watch();
  await host.evaluate(() => void (acks.length = 0));
  const clean = await (senders[family] ?? elsewhere)(host, message);
  const wishes = await refuses(host, WATCHED);
  const { replies, heights, count } = await host.evaluate(() => ({
    replies: globalThis.replies.length,
    heights: [...document.querySelectorAll("iframe.embed")].map((frame) => frame.style.height),
    count: document.querySelectorAll(".embeds iframe").length,
  }));
  await clean?.();
  const wrong = await changes();
  await show(host);
  await host.until(() => !document.querySelector("iframe"), "the embed goes");
  const must = (holds, sentence) => void (holds || wrong.push(sentence));
  const isAsked = expect.handlers_fired === "confirmation only";
  must(wishes === (isAsked ? 1 : 0), `${wishes} questions`);
  must(replies === 0, `${replies} answers`);
  if (family !== "embed frame") must(count === 1 && heights[0] === "200px", `the embed's height is ${heights}`);
  return wrong;
}

const show = (host, ...embeds) => host.evaluate((all) => sends({ type: "embeds", data: { embeds: all, replace: true } }), embeds);

/** An embed that runs this with its message as `message`. */
const embedded = (host, message, code) => show(host, `<script>const message = ${JSON.stringify(message).replaceAll("<", "\\u003c")};${code}</script>${EMBED}`);

/** How a message comes from each place; what is given back cleans up. */
const senders = {
  "embed frame": (host, message) => embedded(host, message, "parent.postMessage(message, '*')"),

  /** Frames inside of an embed: one with a document, which the policy forbids, and one that runs the embed's own code. */
  "nested frame of an embed": async (host, message) => {
    await embedded(
      host,
      message,
      `addEventListener('DOMContentLoaded', () => {
        const add = (more) => document.body.appendChild(Object.assign(document.createElement('iframe'), { hidden: true, ...more }));
        add({ srcdoc: '<script>top.postMessage(' + JSON.stringify(message) + ", '*')<\\/script>" });
        add({}).contentWindow.eval('top.postMessage(' + JSON.stringify(message) + ", '*')");
      })`,
    );
  },

  /** A window that an embed would open, if it could, and one that is opened anyway. */
  "popup opened by an embed": async (host, message) => {
    const [popup] = await Promise.all([host.page.waitForEvent("popup"), host.evaluate(() => void open("about:blank"))]);
    await popup.evaluate((data) => opener.postMessage(data, "*"), message);
    return () => popup.close();
  },

  "same-origin frame": async (host, message) => {
    await host.evaluate(() => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      Object.assign(frame, { id: "stranger" });
      frame.contentWindow.addEventListener("message", ({ data }) => replies.push(data));
    });
    const frame = await (await host.page.$("#stranger")).contentFrame();
    await frame.evaluate((data) => parent.postMessage(data, "*"), message);
    return () => host.evaluate(() => document.querySelector("#stranger").remove());
  },

  "browser extension (source=window)": (host, message) => host.evaluate((data) => postMessage(data, "*"), message),
  "null source (closed window)": (host, message) => forged(host, message, { origin: "null" }),

  /** Code of the server in its frame, which speaks to the page by a port of its own. */
  "executor frame": async (host, message) => {
    const code = `for (const one of [parent, parent.parent, top]) one.postMessage(${JSON.stringify(message)}, "*"); return "done"`;
    await host.evaluate((text) => sends({ type: "execute", data: { code: text } }, (value) => acks.push(value)), code);
    await host.until(() => acks.length > 0, "the call is answered", 30_000);
    if ((await host.evaluate(() => JSON.stringify(acks))) !== '["done"]') throw new Error("another answer than the code's");
  },
};

/** From a window that the page has nothing to do with: made up, since the page's isolation lets none speak to it. */
async function elsewhere(host, message) {
  await host.evaluate(() => {
    const frame = document.body.appendChild(Object.assign(document.createElement("iframe"), { id: "stranger" }));
    frame.contentWindow.addEventListener("message", ({ data }) => replies.push(data));
  });
  await forged(host, message, { origin: "https://evil.test" });
  return () => host.evaluate(() => document.querySelector("#stranger").remove());
}

const forged = (host, message, about) =>
  host.evaluate(
    ([data, { origin }]) => {
      const source = document.querySelector("#stranger")?.contentWindow ?? null;
      dispatchEvent(new MessageEvent("message", { data, origin, source }));
    },
    [message, about],
  );
