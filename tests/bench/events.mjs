//! How many socket events a second the chat page takes: through the client and onto the page. Beside it, in the same page,
//! a loop that only parses each event and adds its text to a string and to a text node once a frame: what no client can do
//! without.
//!
//! Writes its rows to the file that PYOXIDE_BENCH_ROWS names.

import { writeFileSync } from "node:fs";
import { launch } from "../e2e/lib/browser.mjs";
import { startSite } from "../e2e/lib/site.mjs";

const ROUNDS = Number(process.env.PYOXIDE_BENCH_N ?? 5);

/** In place of the page's own script: a chat whose server is this bench. */
const SCRIPT = `import init, * as crate from "./pyoxide.js";
await init();
const chat = { title: "Bench", chat: { history: { messages: { m1: { id: "m1", parentId: null, childrenIds: [], role: "assistant", content: "", done: false } }, currentId: "m1" } } };
const request = async (method, path) => (path === "/api/v1/chats/c1" ? { body: chat } : path.startsWith("/api/tasks/") ? { body: { task_ids: ["t"] } } : undefined);
globalThis.client = await crate.mountChat(document.getElementById("app"), { chat: "c1", loopback: { request } });`;

/** In the page: milliseconds for `n` events of a kind, by the client and by the bare loop. */
async function measure([kind, n]) {
  const texts = {
    "text that streams": (i) => ({ type: "response:completion", data: { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: i % 12 ? "word " : "word\n\n" } }),
    "status steps": (i) => ({ type: "status", data: { description: `Step ${i}`, done: false } }),
    "events of other chats": (i) => ({ type: "response:completion", data: { type: "response.output_text.delta", item_id: "x", delta: "word " } }),
  };
  const chat = kind === "events of other chats" ? "elsewhere" : "c1";
  const events = Array.from({ length: n }, (_, i) => JSON.stringify({ chat_id: chat, message_id: "m1", data: texts[kind](i) }));
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const time = async (take) => {
    const begin = performance.now();
    for (let i = 0; i < n; i++) {
      take(JSON.parse(events[i]));
      // As a socket brings them: the page draws in between.
      if (i % 200 === 199) await new Promise((next) => setTimeout(next));
    }
    await drawn();
    return performance.now() - begin;
  };
  const node = document.body.appendChild(document.createTextNode(""));
  let [text, scheduled] = ["", false];
  const bare = await time(({ data: { data } }) => {
    text += data.delta ?? data.description;
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => ((node.data = text), (scheduled = false)));
  });
  node.remove();
  const ours = await time((event) => client.event(event));
  return { ours, bare };
}

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

const site = await startSite();
const browser = await launch();
const rows = [];
try {
  for (const [kind, n] of [["text that streams", 5_000], ["status steps", 5_000], ["events of other chats", 20_000]]) {
    const times = { ours: [], bare: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage();
      await page.route("**/chat.js", (route) => route.fulfill({ contentType: "text/javascript", body: SCRIPT }));
      await page.goto(`${site.origin}/chat.html`);
      await page.getByRole("article").first().waitFor();
      const { ours, bare } = await page.evaluate(measure, [kind, n]);
      times.ours.push(n / ours);
      times.bare.push(n / bare);
      await page.close();
    }
    const [ours, anchor] = [median(times.ours), median(times.bare)];
    rows.push({ work: kind, unit: "events/ms", ours: Number(ours.toFixed(2)), anchor: Number(anchor.toFixed(2)), anchor_name: "parse and append", ratio: Number((ours / anchor).toFixed(3)), n: ROUNDS });
  }
} finally {
  await browser.close();
  await site.stop();
}
if (process.env.PYOXIDE_BENCH_ROWS) writeFileSync(process.env.PYOXIDE_BENCH_ROWS, JSON.stringify(rows));
else console.table(rows);
