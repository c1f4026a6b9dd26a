//! Code that the model runs in the chat: figures and long output become files of the server, errors reach the model.

import { clip, contains, eventually, ok, same } from "../lib/expect.mjs";
import { pictures, sequence } from "../lib/pages.mjs";
import { BIG_LINES, bigLine } from "../lib/scripts.mjs";

const LINK = /!\[[^\]]*\]\((\/api\/v1\/files\/([0-9a-f-]{36})\/content)\)/g;
const PNG = "89504e470d0a1a0a";
/** The server closes a socket that sends it more in one message. */
const MOST = 16 * 1024 * 1024;

export const cases = {
  async "a plot becomes a file of the server and is seen in the chat"(kit) {
    const [chat, model, server] = [await kit.chat(), await kit.model(), await kit.server()];
    await chat.ready();
    await chat.send("plot a sine");
    const output = await model.toolOutput("plot");
    ok(!JSON.stringify(output).includes("base64"), "no base64 goes to the model");
    contains(output.stdout, ["before the figure", LINK, "after the figure"].map(once), "what the model is told");
    const [[, path, id]] = output.stdout.matchAll(LINK);
    await isFigureOf(server, path, id);
    await chat.replies("Done.");
    // Once where the code ran or once in the model's words: one picture at least, all of them drawn.
    const shown = await eventually(() => chat.assistant.last().getByRole("img").count(), "a picture is in the conversation");
    const widths = await pictures(chat.assistant.last(), shown);
    ok(widths.every((width) => width > 100), `the pictures are drawn at full size (${widths})`);
  },

  async "two figures keep their places in the output"(kit) {
    const [chat, model, server] = [await kit.chat(), await kit.model(), await kit.server()];
    await chat.ready();
    await chat.send("draw two figures");
    const { stdout } = await model.toolOutput("two figures");
    contains(stdout, ["first", LINK, "second", LINK, "third"].map(once), "what the model is told");
    const links = [...stdout.matchAll(LINK)];
    same(links.length, 2, "links");
    for (const [, path, id] of links) await isFigureOf(server, path, id);
    ok(links[0][2] !== links[1][2], "the figures are two files");
    await chat.replies("Done.");
    await eventually(async () => (await sequence(chat.assistant.last())).split("[image]").length > 2, "two pictures are in the conversation");
  },

  async "the figure is still seen when the chat is opened again"(kit) {
    const server = await kit.server();
    const first = await kit.chat();
    await first.ready();
    await first.ask("plot it once", "Done.");
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    const again = await kit.chat({ chat: id });
    await again.replies("Done.");
    await pictures(again.assistant.last(), await eventually(() => again.assistant.last().getByRole("img").count(), "a picture is in the conversation"));
  },

  async "the model sees the traceback of code that raises"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.send("raise an error");
    const output = await model.toolOutput("raise");
    contains(output.stdout, "one step was done", "stdout");
    contains(output.stderr, ["Traceback", "line 2", "ValueError: the second step cannot work"], "stderr");
    await chat.replies("Done.");
  },

  async "variables are kept from one run to the next"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.ask("set it\n```python\nkept = 41\n```\n", "Done.");
    await chat.send("use it\n```python\nprint('kept', kept + 1)\n```\n");
    same((await model.toolOutput("use it")).stdout, "kept 42\n", "what the model is told");
    await chat.replies("Done.");
  },

  async "20 MB of output are cut, and the rest is a file"(kit) {
    const [chat, model, server] = [await kit.chat(), await kit.model(), await kit.server()];
    await chat.ready();
    await chat.send("print 20 MB");
    const { stdout } = await model.toolOutput("print 20 MB");
    ok(stdout.length < MOST, `the answer fits into one message (${stdout.length} characters)`);
    const whole = Array.from({ length: BIG_LINES }, (_, i) => `${bigLine(i)}\n`).join("");
    const head = commonStart(stdout, whole);
    const cut = stdout.slice(head);
    const [, id] = cut.match(/\/api\/v1\/files\/([0-9a-f-]{36})\/content/) ?? ok(false, `the line about the cut names the file: ${clip(cut)}`);
    const record = await server.api(`/api/v1/files/${id}`);
    same(record.user_id, server.user.id, "the owner of the file");
    contains(record.meta.content_type, "text/plain", "the type of the file");
    const rest = await (await server.api(`/api/v1/files/${id}/content`, { raw: true })).text();
    ok(whole.slice(0, head) + rest === whole, `the shown part (${head} characters) and the file (${rest.length}) are the whole (${whole.length})`);
    await chat.replies("Done.");
    await chat.ask("after the flood", "You said: after the flood");
  },

  async "Stop ends code that runs without end"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.ask("set it\n```python\nkept = 41\n```\n", "Done.");
    await chat.send("run forever");
    await eventually(() => model.turns.some(({ prompt }) => prompt.includes("forever")), "the model answers with code");
    await chat.page.getByRole("status").filter({ hasText: "Running Python" }).waitFor();
    await chat.button("Stop").click();
    await chat.button("Stop").waitFor({ state: "hidden" });
    await chat.send("and now\n```python\nprint('free again', kept)\n```\n");
    same((await model.toolOutput("and now")).stdout, "free again 41\n", "what the model is told");
  },

  async "the token is in no address that the page asks for"(kit) {
    const chat = await kit.chat();
    const { token, origin } = await kit.server();
    await chat.ready();
    await chat.ask("plot something", "Done.");
    await eventually(() => chat.assistant.last().getByRole("img").count(), "a picture is in the conversation");
    // The first request is the page's own address as the test typed it; a fragment is never sent.
    const sent = kit.watch.addresses.map((address) => address.split("#")[0]);
    ok(sent.some((address) => address.startsWith(origin.replace("http", "ws"))), "the socket was seen");
    ok(sent.some((address) => /\/api\/v1\/files\/[^/]+\/content/.test(address)), "the figure's request was seen");
    same(sent.filter((address) => address.includes(token)), [], "addresses with the token");
  },
};

/** A pattern that is matched from the start of a text each time. */
function once(part) {
  return part instanceof RegExp ? new RegExp(part.source) : part;
}

/** Fails unless the file is a PNG picture that belongs to the user. */
async function isFigureOf(server, path, id) {
  const record = await server.api(`/api/v1/files/${id}`);
  same([record.user_id, record.meta.content_type], [server.user.id, "image/png"], "the figure's owner and type");
  const bytes = Buffer.from(await (await server.api(path, { raw: true })).arrayBuffer());
  same(bytes.subarray(0, 8).toString("hex"), PNG, "the figure's first bytes");
}

/** How many characters two texts have in common at their start. */
function commonStart(a, b) {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1;
  return n;
}
