//! `events.json`, `calls.json` and `sources.json` on the real chat page, by way of the server: what only a browser can tell.
//! What the client makes of an event is judged natively, item by item, by `tests/hostile.rs`.

import { expanded } from "./lib/corpus.mjs";

/** What must not come out of outside text: elements and attributes that run, load or submit. */
const FORBIDDEN = "script, object, embed, base, meta, link, style, form:not(.composer):not(.dialog-form), [srcdoc], [onerror], [onload], [onclick], [href^='javascript:' i], [src^='http']";
/** Python may have to start first. */
const PATIENCE = 60_000;
/** The page's question, if one is open. */
const DIALOG = "dialog[open]";

const envelope = (type, data) => ({ chat_id: "c1", message_id: "m1", data: { type, data } });

/** An event as text of JSON: long and nested parts written out, our own session's id in its place. */
function written(event) {
  if (event === "$SESSION") return '"loopback"';
  if (Array.isArray(event)) return `[${event.map(written).join()}]`;
  if (!event || typeof event !== "object") return JSON.stringify(event) ?? "null";
  if (event.$nest) return event.n > 4000 ? `${event.$nest[0].repeat(4000)}${event.core ?? ""}${event.$nest[1].repeat(4000)}` : expanded(event);
  if (event.$repeat) return Array.isArray(expanded(event)) ? written(expanded(event)) : JSON.stringify(expanded(event));
  return `{${Object.entries(event).map(([name, value]) => `${JSON.stringify(name)}:${written(value)}`).join()}}`;
}

/** The events of an item, in order: `{ json, n, way }`. */
function eventsOf({ input, raw, surface }) {
  const one = (event, more) => ({ json: written(event), n: 1, ...more });
  if (surface?.startsWith("source")) return [one(envelope("source", input))];
  if (raw) return [one(null, { json: raw })];
  if (input?.$stream) return [one(input.$stream, { n: input.n })];
  if (input?.$seq) return input.$seq.map((event) => one(event));
  const way = ["$drop_socket_while_open", "$switch_chat_while_open", "$ack_throws", "$ack_missing", "$ack_not_function"].find((name) => input?.[name]);
  return [one(way ? input[way] : input?.$user ? input.event : input, { way })];
}

/** Runs an item; gives back what is wrong, as sentences. */
export async function run(host, item) {
  const { expect } = item;
  const changes = await host.watch();
  const wrong = [];
  const must = (holds, sentence) => void (holds || wrong.push(sentence));
  const answers = await host.evaluate(feed, eventsOf(item));
  if ("buttons_reachable" in expect) must(await reachable(host), "the buttons of the question are out of reach");
  if ("min_ms_between_show_and_accept" in expect) must(await guarded(host), "a question was accepted as soon as it was shown");
  // A dropped socket takes its calls with it.
  const open = eventsOf(item).some(({ way }) => way === "$drop_socket_while_open") ? 0 : answers;
  await host.evaluate(settle);
  await host.until((calls) => acks.length >= calls, `${open} calls are answered`, PATIENCE, open);
  const out = await host.escaped();
  const seen = await host.evaluate(
    ([forbidden]) => ({
      gap: takeGap(),
      forbidden: [...document.querySelectorAll(`#app :is(${forbidden})`)].map((one) => one.outerHTML.slice(0, 200)),
      frames: document.querySelectorAll("#app iframe").length,
      sandboxes: [...document.querySelectorAll("#app iframe")].map((frame) => frame.getAttribute("sandbox")),
      acks: acks.length,
      text: document.querySelector("#app").innerText.slice(0, 1e6),
      isolated: [...document.querySelectorAll("[role=log] article p, [role=log] .markdown, h1")].every((one) => one.dir === "auto" || one.closest("[dir=auto]")),
    }),
    [FORBIDDEN],
  );
  must(out.tcp.length + out.udp === 0, `reached the network: ${out.tcp.join(", ")} and ${out.udp} packets`);
  must(!seen.forbidden.length, `elements that must not be: ${seen.forbidden.join(" ")}`);
  must(seen.sandboxes.every((tokens) => tokens === "allow-scripts"), `frames with ${seen.sandboxes}`);
  must(seen.frames <= (expect.frames_max ?? 20), `${seen.frames} frames`);
  must(seen.isolated, "text whose direction can leave its element");
  must(!seen.text.includes("SECRET"), "a secret is on the page");
  must(seen.acks <= answers, `${seen.acks} answers to ${answers} calls`);
  if ("acks_exactly" in expect) must(seen.acks === expect.acks_exactly, `${seen.acks} answers`);
  if ("host_gap_ms_max" in expect) must(seen.gap <= expect.host_gap_ms_max, `the page did not answer for ${Math.round(seen.gap)} ms`);
  for (const words of expect.never_contains ?? []) must(!seen.text.includes(words) || words === "null", `the page says ${words}`);
  return [...wrong, ...(await changes())];
}

/** In the page: feeds the events; gives the number of calls among them. */
async function feed(events) {
  const CALLS = ["confirmation", "input", "execute", "execute:python", "execute:tool", "request:camera"];
  acks.length = 0;
  let calls = 0;
  const answer = (value) => {
    acks.push(value);
    if (throws) throw new Error("thrown by the acknowledgement");
  };
  const throws = events.some(({ way }) => way === "$ack_throws");
  for (const event of events) {
    const { json, n, way: how } = event;
    let one = json;
    try {
      one = JSON.parse(json);
    } catch {
      // What is no JSON comes as the text that it is.
    }
    const isCall = CALLS.includes(one?.data?.type) || String(one?.data?.type).startsWith("request:");
    // As a socket brings them: some in one task, then the next.
    for (let sent = 0; sent < n; sent++) {
      const wants = isCall && how !== "$ack_missing" && how !== "$ack_not_function";
      if (wants) calls += 1;
      client.event(one, wants ? answer : how === "$ack_not_function" ? "no function" : undefined);
      if (sent % 500 === 499) await new Promise((next) => setTimeout(next));
    }
    if (how === "$drop_socket_while_open") (client.lost("transport close"), client.connected("loopback"));
    if (how === "$switch_chat_while_open") client.open("c2");
  }
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return calls;
}

/** In the page: answers what is asked until nothing is, and goes back to the chat. */
async function settle() {
  for (let round = 0; round < 60; round++) {
    const [question] = client.state.questions;
    if (!question) break;
    client.decide(question.id, "cancel", undefined);
  }
  if (client.state.chat.id !== "c1") client.open("c1");
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}

/** Whether the buttons of the open question can be seen and pressed. */
async function reachable(host) {
  const dialog = host.page.locator(DIALOG);
  await dialog.waitFor();
  const view = await host.evaluate(() => [innerWidth, innerHeight]);
  for (const name of ["Confirm", "Cancel"]) {
    const box = await dialog.getByRole("button", { name, exact: true }).boundingBox();
    if (!box || box.y < 0 || box.y + box.height > view[1] || box.x < 0 || box.x + box.width > view[0]) return false;
  }
  return true;
}

/** Whether the second of two questions withstands the second half of a double click on the first. */
async function guarded(host) {
  const confirm = host.page.locator(DIALOG).getByRole("button", { name: "Confirm", exact: true });
  await confirm.click({ trial: true }); // it can be pressed
  // The next question comes with a next frame: a press in that frame must not decide it. In one go, however slow the machine is.
  return host.evaluate(async () => {
    const dialog = () => document.querySelector("dialog[open]");
    const press = () => dialog().querySelector("button[type=submit]").click();
    const before = dialog().textContent;
    press();
    do await new Promise((drawn) => requestAnimationFrame(drawn));
    while (!dialog() || dialog().textContent === before);
    press();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    return acks.length === 1 && Boolean(dialog());
  });
}
