//! `markdown.json` and `streaming.json`: text of a model, streamed into the real chat page in small pieces. An observer in the
//! page judges every element and attribute as it comes, so nothing that is there for a moment only goes unseen. After the
//! last piece everything in the message is hovered, focused and clicked.

import { expanded } from "./lib/corpus.mjs";
import { observe, poke } from "./lib/judge.mjs";

/** Letters of a piece, at most; and how many pieces a long text is cut into. */
const [PIECE, PIECES] = [12, 60];
/** Text from this length on is there to be slow. */
const HUGE = 20_000;
/** Huge text comes in fewer pieces: each is drawn, and the browser itself is slow at some of it. */
const HUGE_PIECES = 2;
/** What the page may ask the server for on its own. */
const ASKS = /^GET \/(api\/(v1\/(chats|files|folders|tools|functions|users|configs?|models|prompts|skills|terminals)\b|tasks\/|models|config\b|version)|ollama|openai)/;
const PATIENCE = 30_000;

/** Numbers that look random and are the same for the same item. */
function numbers(id) {
  let state = [...id].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  return (below) => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) % below;
}

/** The pieces of an item, in order: text, or `{ $seek }`. */
function piecesOf({ id, input }) {
  if (Array.isArray(input)) return input.map((one) => (one?.$seek === undefined ? String(expanded(one)) : one));
  const text = String(expanded(input));
  const next = numbers(id);
  const most = Math.max(PIECE, Math.ceil((2 * text.length) / (text.length > HUGE ? HUGE_PIECES : PIECES)));
  const pieces = [];
  for (let at = 0, size; at < text.length; at += size) {
    size = 1 + next(most);
    pieces.push(text.slice(at, at + size));
  }
  return pieces;
}

/** Letters and digits of a text that a reader must see: without control sequences and the addresses of links. */
const lettersOf = (text) => text.replace(/\u001b(\[[\d;]*m|\][^\u0007]*\u0007)|\]\([^)]*\)/g, " ").match(/[\p{L}\p{N}]+/gu) ?? [];

let opened = 0;

/** Runs an item; gives back what is wrong, as sentences. */
export async function run(host, item) {
  const { expect } = item;
  const pieces = piecesOf(item);
  const text = pieces.filter((piece) => typeof piece === "string").join("");
  const wrong = host.collector.tcp().map((first) => `an item before reached the network: ${first}`);
  const asked = watchRequests(host);
  await host.evaluate(observe);
  await host.evaluate((chat) => judge.open(chat), `answer-${(opened += 1)}`);
  await host.until(() => judge.isOpen(), "the empty answer is there", PATIENCE);
  const changes = await host.watch();
  await host.evaluate(({ forbidden, words }) => judge.begin(forbidden, words), { forbidden: expect.dom_forbidden ?? [], words: text.match(/[\w-]{1,40}/g)?.slice(0, 500) ?? [] });
  const slowest = await stream(host, pieces);
  const box = await host.page.locator("[role=log] article").boundingBox();
  if (box) await host.page.mouse.move(box.x + Math.min(40, box.width / 2), Math.min(box.y + 20, 600));
  const links = text.length > HUGE ? [] : await host.evaluate(poke);
  const out = expect.remote_images || expect.style_attr ? await host.escaped() : { tcp: host.collector.tcp(), udp: host.collector.udp() };
  const seen = await host.evaluate(look);
  const must = (holds, sentence) => void (holds || wrong.push(sentence));

  wrong.push(...links, ...seen.judged, ...asked());
  must(!seen.canary.length, `script ran: ${seen.canary}`);
  must(out.tcp.length + out.udp === 0, `reached the network: ${out.tcp.join(", ")} and ${out.udp} packets`);
  must(seen.articles === 1, `the text left its message: ${seen.articles} messages`);
  must(seen.title === "Secret plans" && seen.composer, "the page around the message is not as it was");
  for (const request of seen.requests) must(ASKS.test(request), `the page asked the server: ${request}`);
  if (expect.text_visible) for (const letters of lettersOf(text)) must(seen.text.includes(letters), `“${letters}” can't be seen`);
  if ("columns_max" in expect) must(seen.columns <= expect.columns_max, `a table of ${seen.columns} columns`);
  if (expect.overflow_clipped) must(seen.clipped, "nothing clips what the text draws over");
  if ("parse_ms_max_per_100kB" in expect) {
    const most = expect.parse_ms_max_per_100kB * Math.max(1, Buffer.byteLength(text) / 100_000);
    must(slowest <= most, `a piece of the text took ${Math.round(slowest)} ms of script, not ${Math.round(most)}`);
  }
  if ("host_gap_ms_max" in expect) must(seen.gap <= expect.host_gap_ms_max, `the page did not answer for ${Math.round(seen.gap)} ms`);
  await host.page.keyboard.press("Escape");
  await host.evaluate(() => judge.end());
  wrong.push(...(await changes()));
  return [...new Set(wrong)];
}

/** Notes each request to another host, each that finds nothing (its address came from the text), and each new window. */
function watchRequests({ page }) {
  const seen = [];
  const own = new URL(page.url()).origin;
  const onRequest = (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== own) seen.push(`asked for ${request.url()}`);
  };
  const onResponse = (response) => void (response.status() === 404 && seen.push(`asked for ${response.url()}, which is not there`));
  const onPopup = () => seen.push("opened a window");
  page.on("request", onRequest).on("response", onResponse).on("popup", onPopup);
  return () => {
    page.off("request", onRequest).off("response", onResponse).off("popup", onPopup);
    return seen;
  };
}

/** Streams the pieces as a server does, each drawn before the next; gives the CPU time in ms that scripts took for the slowest. */
async function stream(host, pieces) {
  host.cdp ??= await host.page.context().newCDPSession(host.page);
  await host.cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => (await host.cdp.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ScriptDuration").value * 1_000;
  await host.evaluate((seeks) => Object.assign(judge, { text: "", seeks }), pieces.some((piece) => piece.$seek !== undefined));
  let [before, slowest] = [await spent(), 0];
  for (const piece of pieces) {
    await host.evaluate(push, piece);
    const after = await spent();
    slowest = Math.max(slowest, after - before);
    before = after;
  }
  return slowest;
}

/** In the page: one piece, or what goes back to an earlier place. */
async function push(piece) {
  const send = (type, data) => client.event({ chat_id: client.state.chat.id, message_id: "m1", data: { type, data } });
  if (piece.$seek !== undefined) send("replace", { content: (judge.text = judge.text.slice(0, piece.$seek)) });
  else if (judge.seeks) (send("message", { content: piece }), (judge.text += piece));
  else send("response:completion", { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: piece });
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/** In the page: what is there now. */
function look() {
  const article = document.querySelector("[role=log] article");
  const clips = (one) => one && (getComputedStyle(one).overflow !== "visible" || /paint|strict|content/.test(getComputedStyle(one).contain) || (one.getAttribute("role") !== "log" && clips(one.parentElement)));
  return {
    judged: judge.wrong,
    canary: judge.canary,
    articles: document.querySelectorAll("[role=log] article").length,
    title: document.querySelector("h1")?.textContent,
    composer: document.querySelector("form.composer textarea, textarea")?.getAttribute("aria-label") === "Message",
    text: article.textContent.slice(0, 1e5),
    columns: Math.max(0, ...[...article.querySelectorAll("tr")].map((row) => row.children.length)),
    clipped: clips(article),
    requests: [...new Set(requests)].slice(0, 20),
    gap: takeGap(),
  };
}
