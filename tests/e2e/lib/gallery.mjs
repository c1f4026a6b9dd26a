//! A chat with every kind of content, in the real chat page: the page itself plays the server, so it is the same each time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Chat } from "./pages.mjs";
import { ROOT } from "./paths.mjs";

/** The message with every kind of content. */
export const GALLERY = readFileSync(join(ROOT, "tests/fixtures/gallery.md"), "utf8");
/** How it ends. */
export const LAST = "That was everything.";

const source = (name, url, text) => ({ source: { name, url }, document: [text], metadata: [{ source: url, name }], distances: [0.82] });
const SOURCES = [
  source("Field notes, May", "https://notes.example/may", "Three nests in the old oak."),
  source("Field notes, June", "https://notes.example/june", "Two of them are still lived in."),
];

/** What a model did before it answered, as output items. */
const WORK = [
  { type: "reasoning", id: "r_1", status: "completed", duration: 4, content: [{ type: "output_text", text: "The **notes** come first, then the count." }] },
  { type: "function_call", id: "fc_1", call_id: "call_1", name: "read_notes", arguments: '{"month": "May", "birds": ["owl", "wren"]}', status: "completed" },
  { type: "function_call_output", id: "fco_1", call_id: "call_1", status: "completed", output: [{ type: "input_text", text: '{"nests": 3, "eggs": 14}' }] },
  { type: "open_webui:code_interpreter", id: "ci_1", status: "completed", lang: "python", code: "print(3 * 14)\nlen(nests)", attributes: { type: "code", lang: "python" }, output: { stdout: "42\n", stderr: "one warning\n", result: "3" } },
  { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Three nests [1], with `14` eggs." }] },
];

const MESSAGES = [
  { role: "user", content: "What is in the notes?", files: [{ type: "file", id: "notes", name: "notes.csv", url: "notes", size: 42 }] },
  {
    role: "assistant",
    content: "Three nests [1], with `14` eggs.",
    output: WORK,
    sources: SOURCES,
    statusHistory: [{ description: "Read 3 field notes", done: true }, { description: "Counted the nests", done: true }],
    code_executions: [{ id: "c", name: "Count", code: "len(nests)", language: "python", result: { output: "3" } }],
  },
  { role: "user", content: "Show me a gallery of everything." },
  { role: "assistant", content: GALLERY, sources: SOURCES, followUps: ["Which birds were they?", "When shall I come back?"], usage: { input_tokens: 40, output_tokens: 2_000 } },
];

/** The messages as a stored chat has them. */
function stored(all) {
  const messages = {};
  all.forEach((message, at) => {
    const [id, parentId] = [`m${at}`, at ? `m${at - 1}` : null];
    messages[id] = { id, parentId, childrenIds: at + 1 < all.length ? [`m${at + 1}`] : [], timestamp: 1_770_000_000 + at, done: true, model: "host", modelName: "This page", models: ["host"], ...message };
  });
  return { title: "A gallery", chat: { title: "A gallery", models: ["host"], tags: ["birds"], history: { messages, currentId: `m${all.length - 1}` } } };
}

/** In place of the page's own script. */
const script = (messages) => `import init, * as crate from "./pyoxide.js";
await init();
const chat = ${JSON.stringify(stored(messages))};
const rings = async () => {
  const canvas = new OffscreenCanvas(480, 160);
  const paint = canvas.getContext("2d");
  for (let ring = 24; ring > 0; ring--) {
    paint.fillStyle = \`hsl(\${20 + 8 * ring} 60% \${30 + 2 * ring}%)\`;
    paint.beginPath();
    paint.ellipse(240, 80, 12 * ring, 5 * ring, 0, 0, 7);
    paint.fill();
  }
  return new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
};
const request = async (method, path) => {
  if (path === "/api/v1/chats/c1") return { body: chat };
  if (path === "/api/v1/files/nest/content") return { body: await rings() };
  if (path === "/api/chat/completions") return { body: { status: true, task_ids: ["t1"] } };
  if (path.startsWith("/api/v1/chats/?")) return { body: [{ id: "c1", title: "A gallery", updated_at: 1770000000 }, { id: "c2", title: "دفتر الأعشاش", updated_at: 1769000000 }] };
};
const root = document.getElementById("app");
root.replaceChildren();
globalThis.client = await crate.mountChat(root, { chat: "c1", loopback: { request, emit() {} } });`;

/** Opens a chat with these messages in a page of its own, which plays the server; `options` are the context's. */
export async function openWith(kit, messages, { site, ...options } = {}) {
  const page = await kit.page(options);
  await page.route("**/chat.js", (route) => route.fulfill({ contentType: "text/javascript", body: script(messages) }));
  await page.goto(`${(site ?? (await kit.site())).origin}/chat.html`);
  return new Chat(page);
}

/** Opens one with an answer of this text. */
export async function openAnswer(kit, content, options) {
  const chat = await openWith(kit, [{ role: "user", content: "the question" }, { role: "assistant", content }], options);
  await chat.page.getByRole("article").last().waitFor();
  return chat;
}

/** Opens the gallery; `dir` is the direction of the page. */
export async function openGallery(kit, { dir, ...options } = {}) {
  const chat = await openWith(kit, MESSAGES, { reducedMotion: "reduce", ...options });
  const { page } = chat;
  if (dir) await page.evaluate((dir) => (document.documentElement.dir = dir), dir);
  // In whichever language the page speaks.
  await page.getByText(LAST).first().waitFor();
  await page.getByRole("log").evaluate((log) => {
    log.scrollTop = 0;
  });
  await atRest(page);
  return chat;
}

/** Sends an event to the chat's last message; with `calls` it wants an answer. */
export const send = (page, type, data, calls = false) =>
  page.evaluate(([type, data, calls]) => {
    const message_id = client.state.chat.messages.at(-1).id;
    client.event({ chat_id: "c1", message_id, data: { type, data } }, calls ? () => {} : undefined);
  }, [type, data, calls]);

/** Waits until nothing changes on the page any more: what draws itself later, diagrams say, is there. */
export async function atRest(page) {
  await page.evaluate(
    () =>
      new Promise((done) => {
        let timer;
        const observer = new MutationObserver(() => wait());
        const wait = () => {
          clearTimeout(timer);
          timer = setTimeout(() => (observer.disconnect(), done()), 600);
        };
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        setTimeout(() => (observer.disconnect(), done()), 15_000);
        wait();
      }),
  );
}
