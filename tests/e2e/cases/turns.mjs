//! What a person does with turns: versions, files, tools, approvals, actions; and what happens without a connection.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";
import { ROOT } from "../lib/paths.mjs";

async function open(kit, options) {
  const chat = await kit.chat(options);
  await chat.ready();
  return chat;
}

const id = (chat) => new URL(chat.page.url()).searchParams.get("chat");

export const cases = {
  async "an edited message is a branch, an answer has versions, and a reload shows the same"(kit) {
    const [chat, server] = [await open(kit), await kit.server()];
    await chat.ask("the first question", "You said: the first question");
    await chat.idle();
    // The server orders the first messages of a chat by the second in which they were sent.
    const sent = Math.floor(Date.now() / 1_000);
    await eventually(() => Math.floor(Date.now() / 1_000) > sent, "the next second has begun");
    await chat.user.last().getByRole("button", { name: "Edit message" }).click();
    await chat.page.getByRole("textbox", { name: "Edit message" }).fill("the second question");
    await chat.button("Send edited message").click();
    await chat.replies("You said: the second question");
    await chat.idle();
    await counted(chat.user, 1, "messages of the branch");
    await chat.user.last().getByRole("button", { name: "Previous version" }).click();
    await chat.replies("You said: the first question");
    await chat.button("Regenerate").click();
    await chat.assistant.last().getByText("2/2").waitFor();
    await chat.idle();
    await chat.assistant.last().getByRole("button", { name: "Previous version" }).click();
    await chat.assistant.last().getByText("1/2").waitFor();
    const stored = await eventually(async () => {
      const { chat: kept } = await server.api(`/api/v1/chats/${id(chat)}`);
      return kept.history.currentId && Object.keys(kept.history.messages).length === 5 && kept;
    }, "the server keeps all five messages");
    ok(Object.values(stored.history.messages).every((message) => message.content), "no message is empty");
    const again = await kit.chat({ chat: id(chat) });
    await again.replies("You said: the first question");
    await again.assistant.last().getByText("1/2").waitFor();
    await again.user.last().getByText("1/2").waitFor();
  },

  async "an answer is continued, and rewritten"(kit) {
    const [chat, server] = [await open(kit), await kit.server()];
    await chat.ask("begin", "You said: begin");
    await chat.idle();
    await chat.button("Continue").click();
    await chat.button("Stop").waitFor({ timeout: 5000 }).catch(() => {});
    await chat.idle();
    await counted(chat.assistant, 1, "answers");
    await chat.assistant.last().getByRole("button", { name: "Edit message" }).click();
    await chat.page.getByRole("textbox", { name: "Edit message" }).fill("rewritten by hand, $1 and all");
    await chat.button("Save").click();
    await chat.replies("rewritten by hand, $1 and all");
    await eventually(async () => JSON.stringify(await server.api(`/api/v1/chats/${id(chat)}`)).includes("rewritten by hand"), "the server keeps it");
    const again = await kit.chat({ chat: id(chat) });
    await again.replies("rewritten by hand, $1 and all");
  },

  async "attached files are stored, shown, and there for the code"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    const chooser = chat.page.waitForEvent("filechooser");
    await chat.button("Attach files").click();
    await (await chooser).setFiles([
      { name: "birds.csv", mimeType: "text/csv", buffer: Buffer.from("name,wings\nowl,2\n") },
      { name: "dot.png", mimeType: "image/png", buffer: readFileSync(join(ROOT, "docs/screenshots/index.png")) },
    ]);
    const attached = chat.page.getByRole("list", { name: "Attached files" });
    await eventually(async () => (await attached.getByText("attached").count()) === 2, "both files are stored");
    await chat.send("read it\n```python\nimport os\nprint(sorted(os.listdir('/mnt/uploads')), open('/mnt/uploads/birds.csv').read())\n```\n");
    await chat.user.last().getByRole("list", { name: "Files" }).getByText("birds.csv").waitFor();
    contains((await model.toolOutput("read it")).stdout, ["birds.csv", "dot.png", "owl,2"], "what the code saw");
    await chat.replies("Done.");
    await chat.idle();
  },

  async "attached files are there for code that the person runs, too"(kit) {
    const chat = await open(kit);
    const chooser = chat.page.waitForEvent("filechooser");
    await chat.button("Attach files").click();
    await (await chooser).setFiles([{ name: "birds.csv", mimeType: "text/csv", buffer: Buffer.from("name,wings\nowl,2\n") }]);
    await chat.page.getByRole("list", { name: "Attached files" }).getByText("attached").waitFor();
    await chat.does({ say: "```python\nprint(open('/mnt/uploads/birds.csv').read())\nopen('/mnt/uploads/birds.csv', 'a').write('wren,2')\n```\n" });
    await chat.idle();
    const block = chat.assistant.last().locator("figure.code-block");
    const output = block.getByRole("region", { name: "Output" });
    await block.getByRole("button", { name: "Run" }).click();
    await output.getByText("owl,2").waitFor({ timeout: 90_000 });
    await block.getByRole("button", { name: "Run" }).click();
    await output.getByText("wren,2").waitFor({ timeout: 90_000 });
  },

  async "a tool and a filter are chosen, remembered for the chat, and used"(kit) {
    const chat = await open(kit);
    await chat.toggle("Toolbox");
    await chat.toggle("Polite");
    await chat.ask('tool add {"a": 19, "b": 23}', "add said: 42");
    await chat.replies("Thank you for asking.");
    await chat.idle();
    await chat.ask('tool show_card {"title": "Hello card"}', "show_card said");
    await chat.page.frameLocator('iframe[title="Embed 1"]').getByText("Hello card").waitFor();
    await chat.idle();
    const again = await kit.chat({ chat: id(chat), page: chat.page });
    await again.replies("show_card said");
    await again.button("Tools").click();
    ok(await again.page.getByRole("checkbox", { name: "Toolbox", exact: true }).isChecked(), "the tool is still on");
  },

  async "a tool call is approved, refused, and a question of the model answered"(kit) {
    const chat = await open(kit);
    await chat.choose("careful");
    await chat.send('approve add {"a": 1, "b": 2}');
    await chat.assistant.last().getByText("The model wants to call").waitFor();
    await chat.button("Approve").click();
    await chat.replies("add said: 3");
    await chat.idle();
    await chat.send('approve add {"a": 1, "b": 2}');
    await chat.button("Reject").click();
    await chat.assistant.last().getByText("Refused:").waitFor();
    await chat.idle();
    await chat.choose("scripted");
    await chat.send("ask_user");
    await chat.assistant.last().getByRole("radio", { name: "Blue" }).check();
    await chat.button("Answer").click();
    await chat.replies(/ask_user said.*Blue/);
    await chat.idle();
  },

  async "an action asks, changes the answer, and the change is kept"(kit) {
    const [chat, server] = [await open(kit), await kit.server()];
    await chat.ask("quiet words", "You said: quiet words");
    await chat.idle();
    await chat.assistant.last().getByRole("button", { name: "Shout" }).click();
    await chat.dialog("Shout?").getByRole("button", { name: "Confirm" }).click();
    await chat.replies("YOU SAID: QUIET WORDS");
    await eventually(async () => JSON.stringify(await server.api(`/api/v1/chats/${id(chat)}`)).includes("YOU SAID"), "the server keeps it");
  },

  async "a temporary chat is kept by nobody"(kit) {
    const [chat, server, model] = [await open(kit), await kit.server(), await kit.model()];
    const before = (await server.api("/api/v1/chats/?page=1")).length;
    await chat.button("New temporary chat").click();
    await chat.page.getByText("Temporary chat: nobody keeps it.").waitFor();
    await chat.ask("a secret", "You said: a secret");
    await chat.idle();
    await chat.ask("and more", "You said: and more");
    contains(JSON.stringify(model.turns.at(-1).messages), ["a secret", "You said: a secret", "and more"], "what the model reads");
    await chat.idle();
    same((await server.api("/api/v1/chats/?page=1")).length, before, "chats that the server keeps");
  },

  async "what is written without a connection is sent once when it is back"(kit) {
    const [proxy, model, server] = [await kit.proxy(), await kit.model(), await kit.server()];
    const chat = await open(kit, { server: proxy.origin });
    await chat.ask("online", "You said: online");
    await chat.idle();
    proxy.cut();
    await chat.connection.filter({ hasText: "Connection lost" }).waitFor();
    await chat.send("written offline");
    await chat.user.last().getByText("Waiting for the connection").waitFor();
    proxy.heal();
    await chat.replies("You said: written offline");
    await chat.idle();
    same(model.turns.filter(({ prompt }) => prompt === "written offline").length, 1, "times that the model got it");
    const { chat: stored } = await server.api(`/api/v1/chats/${id(chat)}`);
    same(Object.values(stored.history.messages).filter(({ content }) => content === "written offline").length, 1, "times that it is stored");
    proxy.cut();
    await chat.button("New chat").click();
    await chat.send("a new chat, begun offline");
    await chat.user.last().getByText("Waiting for the connection").waitFor();
    proxy.heal();
    await chat.replies("You said: a new chat, begun offline");
    await chat.idle();
    same(model.turns.filter(({ prompt }) => prompt === "a new chat, begun offline").length, 1, "times that the model got it");
  },

  async "a connection that is lost in the middle of a stream loses and doubles nothing"(kit) {
    const [proxy, model] = [await kit.proxy(), await kit.model()];
    const chat = await open(kit, { server: proxy.origin });
    await chat.does({ say: "one " }, { say: "two " }, { wait: "cut" }, { say: "three " }, { wait: "back" }, { say: "four" });
    await chat.replies("one two");
    proxy.cut();
    await chat.connection.filter({ hasText: "Connection lost" }).waitFor();
    model.release("cut");
    proxy.heal();
    await chat.connection.filter({ hasText: /^\s*Connected/ }).waitFor();
    await chat.replies("one two three");
    model.release("back");
    await chat.replies("one two three four");
    await chat.idle();
    same((await chat.assistant.last().locator(".markdown").innerText()).trim(), "one two three four", "the reply");
  },

  async "a figure that is made without a connection is stored once when it is back"(kit) {
    const [proxy, model, server] = [await kit.proxy(), await kit.model(), await kit.server()];
    const chat = await open(kit, { server: proxy.origin });
    await chat.ask("warm up\n```python\nimport matplotlib.pyplot as plt\nprint(1)\n```\n", "Done.");
    await chat.idle();
    const files = async () => {
      const all = await server.api("/api/v1/files/");
      return (all.items ?? all).length;
    };
    const before = await files();
    await chat.send("draw slowly\n```python\nimport time\nend = time.monotonic() + 3\nwhile time.monotonic() < end:\n    pass\nplt.plot([1, 3, 2])\nplt.show()\n```\n");
    await eventually(() => model.turns.some(({ prompt }) => prompt.includes("draw slowly")), "the model answers with code");
    await chat.page.getByRole("status").filter({ hasText: "Running Python" }).waitFor();
    proxy.cut();
    await chat.connection.filter({ hasText: "Waiting for the connection: 1" }).waitFor();
    proxy.heal();
    await pictures(chat.assistant.last().getByRole("list", { name: "Files" }), 1);
    same((await files()) - before, 1, "files that were stored");
    const again = await kit.chat({ chat: id(chat) });
    await pictures(again.assistant.last().getByRole("list", { name: "Files" }), 1);
  },

  async "a recording is shown as it was, without a server"(kit) {
    const [site, page] = [await kit.site(), await kit.page()];
    const trace = readFileSync(join(ROOT, "tests/fixtures/traces/tool_all_events.jsonl"), "utf8");
    await page.route("**/recording.jsonl", (route) => route.fulfill({ body: trace, contentType: "application/jsonl" }));
    const { Chat } = await import("../lib/pages.mjs");
    for (const speed of ["full", "real"]) {
      await page.goto(`${site.origin}/chat.html?replay=recording.jsonl&speed=${speed}`);
      const chat = new Chat(page);
      await chat.assistant.last().getByText("Called").first().waitFor();
      await chat.assistant.last().getByRole("list", { name: "Files" }).waitFor();
      await page.locator('iframe[title="Embed 1"]').waitFor();
    }
  },

  async "a background tab still runs code for the model"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    await chat.ask("warm up\n```python\nprint(1)\n```\n", "Done.");
    await chat.idle();
    await chat.send("while away\n```python\nprint('ran in the background')\n```\n");
    const front = await chat.page.context().newPage();
    await front.goto((await kit.site()).origin);
    await front.bringToFront();
    contains((await model.toolOutput("while away")).stdout, "ran in the background", "what the model is told");
    await chat.replies("Done.");
  },
};
