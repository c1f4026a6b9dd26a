//! The chat and its client in a page of somebody else: events of the host's own, hooks, the client without a view; and
//! what reaches a person who looks elsewhere.

import { contains, eventually, ok, same } from "../lib/expect.mjs";
import { Chat } from "../lib/pages.mjs";

/** The chat page with `script` in place of its own; the crate stands in `crate`, the element in `root`. */
async function page(kit, script) {
  const [site, page] = [await kit.site(), await kit.page()];
  const body = `import init, * as crate from "./pyoxide.js";
await init();
const root = document.getElementById("app");
root.replaceChildren();
globalThis.heard = [];
globalThis.acks = [];
${script}
globalThis.ready = true;`;
  await page.route("**/chat.js", (route) => route.fulfill({ contentType: "text/javascript", body }));
  await page.goto(`${site.origin}/chat.html`);
  await page.waitForFunction(() => globalThis.ready);
  return page;
}

const CHAT = `const chat = { title: "Mine", chat: { history: { messages: { m1: { id: "m1", parentId: null, childrenIds: [], role: "assistant", content: "Hello.", done: true } }, currentId: "m1" } } };
const request = async (method, path) => (path === "/api/v1/chats/c1" ? { body: chat } : undefined);`;

export const cases = {
  async "a host's own events are shown, and what is unknown reaches its hooks"(kit) {
    const host = await page(
      kit,
      `${CHAT}
globalThis.client = await crate.mountChat(root, { chat: "c1", loopback: { request }, onEvent: (event) => heard.push(event), onCall: (event) => ({ pong: event.data.data }) });`,
    );
    const chat = new Chat(host);
    await chat.replies("Hello.");
    const send = (type, data, wants) =>
      host.evaluate(([type, data, wants]) => client.event({ chat_id: "c1", message_id: "m1", data: { type, data } }, wants ? (value) => acks.push(value) : undefined), [type, data, wants]);
    const before = await host.evaluate(() => JSON.stringify(client.state));
    await send("acme:lights", { on: true });
    same(await host.evaluate(() => heard.at(-1).data), { type: "acme:lights", data: { on: true } }, "what the host heard");
    same(await host.evaluate(() => JSON.stringify(client.state)), before, "the state after an unknown event");
    await send("acme:ask", { ping: 1 }, true);
    await eventually(() => host.evaluate(() => acks.length), "the host's answer is acknowledged");
    same(await host.evaluate(() => acks), [{ pong: { ping: 1 } }], "the answers");
    await send("status", { description: "From the host", done: false });
    await chat.assistant.last().locator(".status-line").getByText("From the host").waitFor();
  },

  async "the page speaks the host's language, or the one that it is told"(kit) {
    const mount = (before, options) => page(kit, `${CHAT}\n${before}globalThis.client = await crate.mountChat(root, { chat: "c1", loopback: { request }, ${options} });`);
    const around = await mount('document.documentElement.lang = "zh";\n', "");
    await around.getByRole("button", { name: "复制消息" }).waitFor();
    const told = await mount('document.documentElement.lang = "zh";\n', 'language: "en-GB"');
    await told.getByRole("button", { name: "Copy message" }).waitFor();
  },

  async "each policy for code of the server answers once"(kit) {
    for (const [execute, wanted] of [["deny", /switched off/], ["sandbox", /^2$/], ["page", /EvalError|unsafe-eval/]]) {
      const host = await page(kit, `${CHAT}\nglobalThis.client = await crate.mountChat(root, { chat: "c1", execute: "${execute}", loopback: { request } });`);
      await new Chat(host).replies("Hello.");
      // Later, for what a test evaluates is not held to the page's policy.
      await host.evaluate(() => setTimeout(() => client.event({ chat_id: "c1", message_id: "m1", data: { type: "execute", data: { code: "return 1 + 1" } } }, (value) => acks.push(value))));
      const [answer, ...more] = await eventually(() => host.evaluate(() => acks.length && acks), `${execute} answers`);
      ok(wanted.test(answer.error ?? String(answer)), `${execute} answers ${JSON.stringify(answer)}`);
      same(more.length, 0, "further answers");
      // The page's policy forbids `page`; that it says so is the browser's own note.
      kit.watch.errors.length = 0;
    }
  },

  async "the client goes without a view, with a real server"(kit) {
    const server = await kit.server();
    const host = await page(
      kit,
      `globalThis.changes = 0;
globalThis.client = await crate.EventClient.connect({ server: "${server.origin}", token: "${server.token}", onChange: () => (changes += 1) });`,
    );
    // It is taken as soon as there is a connection and a model.
    await host.waitForFunction(() => client.state.connection === "connected" && client.send("hello from a program"));
    await host.waitForFunction(() => client.state.chat.messages.at(-1)?.content.includes("You said: hello from a program") && client.state.chat.messages.at(-1).done);
    ok((await host.evaluate(() => changes)) > 0, "changes were told");
    const wrong = await host.evaluate(() => {
      try {
        client.decide(1, "maybe", undefined);
      } catch (error) {
        return error.message;
      }
    });
    contains(wrong, "accept, decline or cancel", "a decision that is none");
    await host.evaluate(() => client.dispose());
  },

  async "what a page asked for comes, though it keeps no handle"(kit) {
    const server = await kit.server();
    const host = await page(
      kit,
      `globalThis.changes = 0;
const run = async (code) => (await crate.Kernel.start({})).execute(code);
globalThis.lost = run("import time\\nfor n in range(6): time.sleep(0.5); print(n)\\n42");
globalThis.read = async () => { let text = ""; for await (const output of (await lost).outputs) text += output.text ?? ""; return [text, (await (await lost).reply).result]; };
await lost;
await crate.EventClient.connect({ server: "${server.origin}", token: "${server.token}", onChange: () => (changes += 1) });`,
    );
    const cdp = await host.context().newCDPSession(host);
    await cdp.send("HeapProfiler.collectGarbage");
    same(await host.evaluate(() => read()), ["0\n1\n2\n3\n4\n5\n", 42], "what the run gave");
    await cdp.send("HeapProfiler.collectGarbage");
    const before = await host.evaluate(() => changes);
    const again = await kit.chat();
    await again.ready();
    await again.does({ say: "Heard." });
    await again.replies("Heard.");
    await eventually(async () => (await host.evaluate(() => changes)) > before, "the client hears its server");
  },

  async "who looks at another chat is told, by the tab that was used last"(kit) {
    const [model, first] = [await kit.model(), await kit.page()];
    const context = first.context();
    await context.grantPermissions(["notifications"]);
    await context.addInitScript(() => {
      globalThis.told = [];
      const Real = Notification;
      globalThis.Notification = class extends EventTarget {
        static permission = "granted";
        static requestPermission = async () => Real.permission;
        constructor(title, { body }) {
          super();
          told.push(`${title}: ${body}`);
        }
      };
    });
    const [one, two] = [await kit.chat({ page: first }), await kit.chat({ page: await context.newPage() })];
    for (const chat of [one, two]) {
      await chat.ready();
      await chat.page.getByRole("checkbox", { name: "Notify me outside of this page" }).check();
    }
    await one.page.evaluate(() => dispatchEvent(new Event("focus")));
    await one.does({ wait: "away" }, { say: "the answer at last" });
    await one.button("Stop").waitFor();
    await one.button("New chat").click();
    model.release("away");
    await eventually(() => one.page.evaluate(() => told.length), "the tab that was used last tells");
    contains(await one.page.evaluate(() => told[0]), "the answer at last", "what is told");
    await one.page.getByText("has its answer").waitFor();
    await two.page.getByText("has its answer").waitFor();
    same(await two.page.evaluate(() => told.length), 0, "notifications of the other tab");
  },
};
