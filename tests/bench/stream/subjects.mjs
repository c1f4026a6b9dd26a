//! Who is measured: our chat page, and pages of the same sheets and layout that draw with what others use.
//! Each page has `start()` (an empty answer), `push(delta)`, and shows what it got by the next frame; `finish()` if it keeps
//! something back until then.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, ROOT } from "../../e2e/lib/paths.mjs";

/** In place of the page's own script: a chat whose server is this bench. */
const OURS = `import init, * as crate from "./pyoxide.js";
await init();
const answer = (id) => ({ chat: { title: "Bench", history: { messages: { [id]: { id, parentId: null, childrenIds: [], role: "assistant", content: "", done: false } }, currentId: id } } });
const chats = { warm: answer("m0"), c1: answer("m1") };
const request = async (method, path) => {
  const chat = chats[path.match(/^\\/api\\/v1\\/chats\\/(\\w+)$/)?.[1]];
  return chat ? { body: chat } : path.startsWith("/api/tasks/") ? { body: { task_ids: ["t"] } } : undefined;
};
const client = await crate.mountChat(document.getElementById("app"), { chat: "warm", loopback: { request } });
const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
let ids = { chat_id: "warm", message_id: "m0" };
while (document.querySelector("[role=log] article") === null) await drawn();
globalThis.envelope = (delta) => ({ ...ids, data: { type: "response:completion", data: { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta } } });
globalThis.push = (event) => client.event(event);
globalThis.start = async () => {
  const old = document.querySelector("[role=log] article");
  client.open("c1");
  while (old.isConnected || document.querySelector("[role=log] article") === null) await drawn();
  ids = { chat_id: "c1", message_id: "m1" };
};
globalThis.openStored = (history) => {
  chats.c2 = { chat: { title: "Stored", history } };
  client.open("c2");
};
globalThis.ready = true;`;

/** What the peers' pages have in common: they follow the end as a chat page does, once a frame. */
const PEER = `const log = document.querySelector("[role=log]");
let box = log.querySelector(".markdown");
let scheduled = false;
const frame = (draw) => {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => { scheduled = false; draw?.(); log.scrollTop = log.scrollHeight; });
};
const empty = () => { const fresh = box.cloneNode(false); box.replaceWith(fresh); box = fresh; };
const article = () => { const made = log.firstElementChild.cloneNode(true); log.append(made); return made.querySelector(".markdown"); };
globalThis.envelope = (delta) => delta;`;

const MARKED = `import { marked } from "./peer/marked.js";
import DOMPurify from "./peer/purify.js";
${PEER}
let text = "";
const html = (source) => DOMPurify.sanitize(marked.parse(source));
globalThis.push = (delta) => { text += delta; frame(() => (box.innerHTML = html(text))); };
globalThis.start = async () => { text = ""; empty(); };
globalThis.openStored = ({ messages }) => {
  log.replaceChildren(log.firstElementChild);
  for (const { content } of Object.values(messages)) article().innerHTML = html(content);
  log.firstElementChild.remove();
  frame();
};
globalThis.ready = true;`;

const SMD = `import * as smd from "./peer/smd.js";
${PEER}
let parser;
globalThis.push = (delta) => { smd.parser_write(parser, delta); frame(); };
globalThis.finish = () => smd.parser_end(parser);
globalThis.start = async () => { empty(); parser = smd.parser(smd.default_renderer(box)); };
await start();
globalThis.ready = true;`;

/** An empty page, to know what a frame costs by itself. */
const IDLE = `${PEER}
globalThis.push = () => {};
globalThis.start = async () => {};
globalThis.ready = true;`;

const MODULES = { "marked.js": "marked/lib/marked.esm.js", "purify.js": "dompurify/dist/purify.es.mjs", "smd.js": "streaming-markdown/smd.js" };
const script = (body) => ({ contentType: "text/javascript", body });

/** The page of a peer: our sheets and our conversation's elements about its message. */
function peerPage() {
  const sheets = readFileSync(join(DIST, "chat.html"), "utf8").match(/<link[^>]*rel="?stylesheet"?[^>]*>/g).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">${sheets}
<script type="module" src="peer.js"></script></head><body><div id="app" class="app"><div class="chat"><main class="chat-main"><header class="chat-header"><h1 class="chat-title">Bench</h1></header>
<div class="conversation" role="log" tabindex="0"><article class="message message-assistant"><div class="markdown" dir="auto"></div></article></div></main></div></div></body></html>`;
}

const peer = (name, body) => ({
  name,
  async open(page, origin) {
    await page.route("**/peer.html", (route) => route.fulfill({ contentType: "text/html", body: peerPage() }));
    await page.route("**/peer.js", (route) => route.fulfill(script(body)));
    await page.route("**/peer/*", (route) => {
      const file = MODULES[new URL(route.request().url()).pathname.split("/").pop()];
      return route.fulfill(script(readFileSync(join(ROOT, "node_modules", file), "utf8")));
    });
    await page.goto(`${origin}/peer.html`);
  },
});

export const ours = {
  name: "ours",
  async open(page, origin) {
    await page.route("**/chat.js", (route) => route.fulfill(script(OURS)));
    await page.goto(`${origin}/chat.html`);
  },
};
export const marked = peer("marked + DOMPurify", MARKED);
export const smd = peer("streaming-markdown", SMD);
export const idle = peer("an empty page", IDLE);
