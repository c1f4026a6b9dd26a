//! Every call of the real server, made by a plugin, and the answer that it gets.

import { createServer } from "node:http";
import { contains, counted, eventually, ok, same, PATIENCE } from "../lib/expect.mjs";

const call = (type, data) => ({ call: { type, data } });
const confirm = (title, message = "Really?") => call("confirmation", { title, message });

async function open(kit, options) {
  const chat = await kit.chat(options);
  await chat.ready();
  return chat;
}

/** The types that each case proves, for docs/conformance.md. */
export const proves = {
  "a question is answered with yes, no, and by keys": ["confirmation"],
  "a text, a secret and a choice are answered": ["input"],
  "questions wait for each other": ["confirmation", "input"],
  "questions of a tool and of a server are answered": ["request:user_input", "request:elicitation"],
  "code of the server asks first, and runs in the sandbox only": ["execute"],
  "Python of a tool runs in this page": ["execute:python"],
  "a service of the person's own is asked in the server's place": ["execute:tool", "request:chat:completion", "request:terminal", "request:terminal:state"],
  "what has no answer is answered at once": ["voice:play_animation"],
  "a question survives a reload and a lost connection, with what was typed": ["input", "request:interaction:done"],
  "a question closes in the tab that was not asked, and waits in another chat": ["confirmation", "request:interaction:done"],
};

export const cases = {
  async "a question is answered with yes, no, and by keys"(kit) {
    const chat = await open(kit);
    await chat.does(confirm("Feed the birds?", "With **bread**? <img src=x onerror=alert(1)>"));
    const dialog = chat.dialog("Feed the birds?");
    await dialog.waitFor();
    same(await dialog.locator("strong").innerText(), "bread", "the message is Markdown");
    same(await dialog.locator("img").count(), 0, "outside HTML is text");
    await dialog.getByRole("button", { name: "Confirm", exact: true }).click();
    await chat.answered("true");
    await chat.idle();
    await chat.does(confirm("Again?"));
    await chat.dialog("Again?").getByRole("button", { name: "Cancel", exact: true }).click();
    await chat.answered("false");
    await chat.idle();
    await chat.does(confirm("Once more?"));
    await chat.dialog("Once more?").waitFor();
    await chat.page.keyboard.press("Escape");
    await chat.answered("false");
    await chat.idle();
  },

  async "a text, a secret and a choice are answered"(kit) {
    const chat = await open(kit);
    await chat.does(call("input", { title: "Your name", message: "Who?", placeholder: "a name", value: "Ada" }));
    const name = chat.dialog("Your name").getByRole("textbox", { name: "Your name" });
    same(await name.inputValue(), "Ada", "what is in it at first");
    await name.fill("Grace\nHopper");
    await chat.dialog("Your name").getByRole("button", { name: "Confirm" }).click();
    await chat.answered('"Grace\\nHopper"');
    await chat.idle();
    await chat.does(call("input", { title: "A key", message: "m", type: "password" }));
    const dialog = chat.dialog("A key");
    const secret = dialog.getByLabel("A key", { exact: true });
    await secret.fill("s3cret");
    same(await secret.getAttribute("type"), "password", "the field");
    await dialog.getByRole("button", { name: "Show value" }).click();
    same(await secret.getAttribute("type"), "text", "the field, shown");
    await dialog.getByRole("button", { name: "Hide value" }).click();
    await dialog.getByRole("button", { name: "Confirm", disabled: false }).waitFor();
    await secret.press("Enter");
    await chat.answered('"s3cret"');
    await chat.idle();
    await chat.does(call("input", { title: "Which", message: "m", input: { type: "select", options: ["a", { label: "Bee", value: "b" }] } }));
    await chat.dialog("Which").getByRole("combobox").selectOption({ label: "Bee" });
    await chat.dialog("Which").getByRole("button", { name: "Confirm" }).click();
    await chat.answered('"b"');
    await chat.idle();
  },

  async "questions wait for each other"(kit) {
    const chat = await open(kit);
    await chat.does({ call: [confirm("First?").call, call("input", { title: "Second?", message: "m" }).call] });
    await chat.dialog("First?").waitFor();
    await counted(chat.page.getByRole("dialog"), 1, "dialogs at a time");
    await chat.dialog("First?").getByRole("button", { name: "Confirm" }).click();
    await chat.dialog("Second?").getByRole("textbox").fill("two");
    await chat.dialog("Second?").getByRole("button", { name: "Confirm" }).click();
    await chat.answered("true");
    await chat.answered('"two"');
    await chat.idle();
  },

  async "questions of a tool and of a server are answered"(kit) {
    const chat = await open(kit);
    const questions = [{ id: "q1", header: "Colour", question: "Which colour?", options: [{ label: "Red", description: "warm" }, { label: "Blue", description: "cold" }], allow_other: true }];
    await chat.does(call("request:user_input", { questions }));
    await chat.page.getByRole("dialog").getByRole("radio", { name: /Blue/ }).check();
    await chat.button("Confirm").click();
    await chat.replies('"label": "Blue"');
    await chat.idle();
    const requestedSchema = { type: "object", properties: { nest: { type: "integer", title: "Nests" }, wet: { type: "boolean", title: "Wet" } }, required: ["nest"] };
    await chat.does(call("request:elicitation", { mode: "form", message: "How many?", server_name: "Birds", requestedSchema }));
    const dialog = chat.dialog("Birds asks");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await dialog.getByText("Please fill this in.").waitFor();
    await dialog.getByRole("textbox", { name: "Nests" }).fill("3");
    await dialog.getByRole("checkbox", { name: "Wet" }).check();
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await chat.replies('"content": {"nest": 3, "wet": true}');
    await chat.idle();
    await chat.does(call("request:elicitation", { mode: "url", message: "Open it", server_name: "Birds", url: "https://birds.example/" }));
    same(await chat.dialog("Birds asks").getByRole("link").getAttribute("href"), "https://birds.example/", "the link");
    await chat.dialog("Birds asks").getByRole("button", { name: "Decline" }).click();
    await chat.replies('"action": "decline"');
    await chat.idle();
  },

  async "code of the server asks first, and runs in the sandbox only"(kit) {
    const chat = await open(kit);
    const title = await chat.page.title();
    await chat.does(call("execute", { code: "document.title = 'taken'; return [1 + 1, location.origin, await pyoxide.title()] // a comment" }));
    const dialog = chat.dialog("Run code of the server?");
    contains(await dialog.innerText(), [(await kit.server()).origin, "document.title = 'taken'"], "what is asked");
    await dialog.getByRole("button", { name: "Run in sandbox" }).click();
    await chat.answered('[2, "null", ');
    same(await chat.page.title(), title, "the page's title");
    await chat.idle();
    await chat.does(call("execute", { code: "return 1" }));
    await dialog.getByRole("button", { name: "Refuse" }).click();
    await chat.replies("refused");
    await chat.idle();
    await chat.does(call("execute", { code: "throw new TypeError('no wings')" }));
    await dialog.getByRole("checkbox").check();
    await dialog.getByRole("button", { name: "Run in sandbox" }).click();
    await chat.replies("TypeError: no wings");
    await chat.idle();
    await chat.does(call("execute", { code: "return 'not asked again'" }));
    await chat.answered('"not asked again"');
    await chat.idle();
    await chat.does({ emit: { type: "execute", data: { code: "window.ran = true" } } }, { say: "Done." });
    await chat.page.getByText("without waiting for an answer").waitFor();
    await chat.idle();
  },

  async "Python of a tool runs in this page"(kit) {
    const chat = await open(kit);
    await chat.does(call("execute:python", { id: "1", code: "print(6 * 7)\n[1, 2]" }));
    await chat.replies(/"stdout": "42\\n"/);
    await chat.idle();
    await chat.does(call("execute:python", { id: "2", code: "1", session_id: "somebody-else" }));
    await chat.replies("meant for another session");
    await chat.idle();
  },

  async "what Python of a tool puts out is seen while it runs, and goes with its answer"(kit) {
    const chat = await open(kit);
    await chat.does(call("execute:python", { id: "1", code: "import time\nprint('so far')\nwhile True:\n    time.sleep(0.1)" }));
    const live = chat.assistant.last().getByRole("region", { name: "Output" });
    await live.getByText("so far").waitFor({ timeout: PATIENCE });
    await live.getByText("Running").waitFor();
    await chat.button("Stop").click();
    await chat.idle();
    await counted(live, 0, "outputs of what runs");
  },

  async "a service of the person's own is asked in the server's place"(kit) {
    const [server, services] = [await kit.server(), await startServices()];
    try {
      await server.api("/api/v1/users/user/settings/update", {
        body: {
          ui: {
            toolServers: [{ type: "openapi", url: services.origin, path: "openapi.json", auth_type: "bearer", key: "tool-key", config: { enable: true }, info: { id: "t", name: "Nests" } }],
            terminalServers: [{ url: services.origin, key: "term-key", enabled: true }],
            directConnections: { OPENAI_API_BASE_URLS: [`${services.origin}/v1`], OPENAI_API_KEYS: ["model-key"], OPENAI_API_CONFIGS: { 0: { enable: true, prefix_id: "mine" } } },
          },
        },
      });
      const chat = await open(kit);
      await chat.model.locator("option", { hasText: "owl" }).waitFor({ state: "attached" });
      const tool = (name, params, url = services.origin) => call("execute:tool", { id: "1", name, params, server: { url } });
      await chat.does(tool("count_nests", { tree: "old oak" }), tool("count_nests", {}, "http://127.0.0.1:1"), call("request:terminal", { terminal_id: services.origin, path: "/files/cwd" }), call("request:terminal:state", { terminal_id: services.origin }));
      await chat.replies('[{"nests": 3, "tree": "old oak", "key": "Bearer tool-key"}, {');
      await chat.answered('{"error": "Tool Server Not Found"}');
      await chat.answered('{"data": {"cwd": "/home", "key": "Bearer term-key"}}');
      await chat.answered('{"connected": false}');
      await chat.idle();
      await chat.choose("mine.owl");
      await chat.ask("who?", "hoo hoo from owl");
      await chat.idle();
      ok(!kit.watch.addresses.some((address) => /tool-key|term-key|model-key/.test(address)), "no key is in an address");
    } finally {
      await server.api("/api/v1/users/user/settings/update", { body: { ui: { toolServers: null, terminalServers: null, directConnections: null } } });
      await services.stop();
    }
  },

  async "what has no answer is answered at once"(kit) {
    const chat = await open(kit);
    await chat.does(call("voice:play_animation", { name: "wave", model_id: "m" }), call("my:rpc", { ping: 1 }), call("execute:python", { code: 5 }));
    await chat.answered('{"status": "unavailable"}');
    await chat.replies(/no answer to .*my:rpc/);
    await chat.replies("has no text in its field");
    await chat.idle();
  },

  async "a question survives a reload and a lost connection, with what was typed"(kit) {
    const proxy = await kit.proxy();
    const chat = await open(kit, { server: proxy.origin });
    await chat.does(call("input", { title: "A long story", message: "m" }));
    const field = chat.dialog("A long story").getByRole("textbox");
    await field.fill("Once upon a time");
    proxy.cut();
    await chat.dialog("A long story").getByText("The connection is lost").waitFor();
    same(await field.inputValue(), "Once upon a time", "what was typed");
    await field.fill("Once upon a time, offline");
    await chat.dialog("A long story").getByRole("button", { name: "Confirm" }).click();
    proxy.heal();
    await chat.answered('"Once upon a time, offline"');
    await chat.idle();
    await chat.does(call("input", { title: "Another story", message: "m" }));
    await chat.dialog("Another story").waitFor();
    const id = new URL(chat.page.url()).searchParams.get("chat");
    const again = await kit.chat({ chat: id, page: chat.page, server: proxy.origin });
    await again.dialog("Another story").getByRole("textbox").fill("after the reload");
    await again.dialog("Another story").getByRole("button", { name: "Confirm" }).click();
    await again.answered('"after the reload"');
    await again.idle();
  },

  async "a question closes in the tab that was not asked, and waits in another chat"(kit) {
    const server = await kit.server();
    const one = await open(kit);
    await one.does({ say: "begun" });
    await one.idle();
    const first = new URL(one.page.url()).searchParams.get("chat");
    const two = await kit.chat({ chat: first });
    await two.replies("begun");
    await one.does({ wait: "asked" }, confirm("In one tab?"));
    await one.button("Stop").waitFor();
    await one.button("New chat").click();
    (await kit.model()).release("asked");
    await one.page.getByText("A question waits in").waitFor();
    same(await two.page.getByRole("dialog").count(), 0, "dialogs in the tab that was not asked");
    await one.page.locator(".question-elsewhere").getByRole("button").click();
    await one.dialog("In one tab?").getByRole("button", { name: "Confirm" }).click();
    await two.answered("true");
    await eventually(async () => (await server.api(`/api/tasks/chat/${first}`)).task_ids.length === 0, "the turn has ended");
  },
};

/** A tool server, a model and a terminal of the person's own, which tell which key they were asked with. */
async function startServices() {
  const openapi = {
    openapi: "3.1.0",
    info: { title: "Nests", version: "1" },
    paths: { "/trees/{tree}": { get: { operationId: "count_nests", summary: "Counts nests", parameters: [{ name: "tree", in: "path", required: true, schema: { type: "string" } }] } } },
  };
  const server = createServer((request, response) => {
    const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };
    const key = request.headers.authorization;
    const json = (value) => response.writeHead(200, { ...cors, "content-type": "application/json" }).end(JSON.stringify(value));
    const { pathname } = new URL(request.url, "http://localhost");
    if (request.method === "OPTIONS") return response.writeHead(204, cors).end();
    if (pathname === "/openapi.json") return json(openapi);
    if (pathname.startsWith("/trees/")) return json({ nests: 3, tree: decodeURIComponent(pathname.slice(7)), key });
    if (pathname === "/files/cwd") return json({ cwd: "/home", key });
    if (pathname === "/v1/models") return json({ data: [{ id: "owl", object: "model" }] });
    if (pathname !== "/v1/chat/completions") return response.writeHead(404, cors).end("{}");
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const { stream, model } = JSON.parse(body);
      const words = `hoo hoo from ${model}`;
      if (!stream) return json({ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: words } }] });
      response.writeHead(200, { ...cors, "content-type": "text/event-stream" });
      const chunk = (delta, finish_reason = null) => `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
      const text = chunk({ role: "assistant", content: words });
      // A line that comes in two pieces is one line.
      response.write(text.slice(0, 20));
      response.write(text.slice(20));
      response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
  };
}
