//! Every one-way event of the real server, sent by a plugin, and what the person sees of it.

import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC";

const emit = (type, data) => ({ emit: { type, ...(data !== undefined && { data }) } });

/** A chat with the model "events", ready to be written to. */
async function open(kit) {
  const chat = await kit.chat();
  await chat.ready();
  return chat;
}

/** The types that each case proves, for docs/conformance.md. */
export const proves = {
  "a status shimmers while it goes on, and its history opens": ["status"],
  "text is appended and replaced, beside output and after it": ["message", "chat:message:delta", "replace", "chat:message", "response:completion", "chat:completion"],
  "files join the others, or take their place": ["files", "chat:message:files"],
  "embeds stack, or take the place of the others": ["embeds", "chat:message:embeds"],
  "sources and runs of code are listed": ["source", "citation"],
  "what is told beside the text is shown": ["notification", "chat:title", "chat:tags", "chat:message:favorite", "chat:message:tasks", "chat:message:voice", "terminal:", "context_compaction", "chat:list"],
  "people of a shared chat are shown": ["chat:presence", "typing", "chat:messages", "chat:access"],
  "a failed turn says why, and its text so far stays": ["chat:message:error"],
  "a turn ends with its questions to go on with": ["chat:message:follow_ups", "chat:active", "chat:outlet"],
  "a stopped turn keeps what it had": ["chat:tasks:cancel"],
  "a chat is read again when the server says so": ["chat:reload"],
  "the calendar is heard outside of any chat": ["calendar:alert"],
};

export const cases = {
  async "a status shimmers while it goes on, and its history opens"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    await chat.does(
      emit("status", { description: "Step one", done: true }),
      emit("status", { description: "Searching {{count}} pages", done: false, action: "web_search", urls: ["https://a.example", "javascript:alert(1)"], queries: ["cormorants"] }),
      { wait: "status" },
      emit("status", { description: "Found it", done: true }),
      { say: "Done." },
    );
    const [line, toggle] = [chat.assistant.last().locator(".status-line"), chat.button("Toggle status history")];
    await line.getByText("Searching 2 pages").waitFor();
    contains(await line.getAttribute("class"), "shimmer", "the line that goes on");
    model.release("status");
    await line.getByText("Found it").waitFor();
    ok(!(await line.getAttribute("class")).includes("shimmer"), "it shimmers no more");
    await toggle.click();
    same(await toggle.getAttribute("aria-expanded"), "true", "the history is open");
    const history = chat.assistant.locator("ol.status-history");
    contains(await history.innerText(), ["Step one", "Searching 2 pages", "cormorants", "a.example"], "the history");
    await counted(history.getByRole("link"), 1, "links that are safe");
    await chat.idle();
  },

  async "text is appended and replaced, beside output and after it"(kit) {
    const [chat, model, server] = [await open(kit), await kit.model(), await kit.server()];
    await chat.does(
      { say: "streamed " },
      emit("message", { content: "emitted " }),
      { wait: "one" },
      emit("replace", { content: "replaced " }),
      { wait: "two" },
      emit("chat:message:delta", { content: "and more" }),
      { wait: "three" },
      { say: "the end" },
    );
    await chat.replies(/streamed\s+emitted/);
    model.release("one");
    await chat.replies(/^replaced/);
    ok(!(await chat.assistant.last().innerText()).includes("streamed"), "the old text is gone");
    model.release("two");
    await chat.replies(/replaced\s+and more/);
    model.release("three");
    await chat.idle();
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    const { chat: stored } = await server.api(`/api/v1/chats/${id}`);
    const kept = stored.history.messages[stored.history.currentId].content.trim();
    await eventually(async () => (await chat.assistant.last().innerText()).includes(kept), "what the server keeps is seen");
    // A finished message is replaced, too: the stock client shows nothing of that.
    await server.api(`/api/v1/chats/${id}/messages/${stored.history.currentId}/event`, {
      body: { type: "chat:message", data: { content: "replaced after the end" } },
    });
    await chat.replies("replaced after the end");
    await server.api(`/api/v1/chats/${id}/messages/${stored.history.currentId}`, { body: { content: "kept after the end" } });
    await chat.replies("kept after the end");
    await chat.page.reload();
    const again = await kit.chat({ chat: id });
    await again.replies("kept after the end");
  },

  async "files join the others, or take their place"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    const file = (name) => ({ type: "image", url: PIXEL, name });
    await chat.does(
      emit("files", { files: [file("one.png"), { type: "file", name: "evil.html", url: "javascript:alert(1)" }] }),
      emit("files", { files: [file("two.png")] }),
      { wait: "files" },
      emit("chat:message:files", { files: [file("three.png")] }),
      { say: "Done." },
    );
    const list = chat.assistant.last().getByRole("list", { name: "Files" });
    await pictures(list, 2);
    same(await list.getByRole("img").evaluateAll((all) => all.map((one) => one.alt)), ["two.png", "one.png"], "pictures, newest first");
    same(await list.getByRole("link").count(), 0, "links to what is no file");
    model.release("files");
    await pictures(list, 1);
    await chat.idle();
  },

  async "embeds stack, or take the place of the others"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    await chat.does(
      emit("embeds", { embeds: ["<p>first</p><script>document.body.append('ran')</script>"] }),
      emit("embeds", { embeds: ["<p>second</p>"] }),
      { wait: "embeds" },
      emit("chat:message:embeds", { embeds: ["<h1>third</h1>"], replace: true }),
      { say: "Done." },
    );
    const frame = (n) => chat.page.frameLocator(`iframe[title="Embed ${n}"]`);
    await frame(1).getByText("second").waitFor();
    await frame(2).getByText("ran").waitFor();
    same(await chat.page.locator('iframe[title="Embed 1"]').getAttribute("sandbox"), "allow-scripts", "the sandbox");
    model.release("embeds");
    await frame(1).getByText("third").waitFor();
    await eventually(async () => (await chat.page.locator('iframe[title^="Embed"]').count()) === 1, "one embed is left");
    await chat.idle();
  },

  async "sources and runs of code are listed"(kit) {
    const chat = await open(kit);
    const run = (result) => emit("source", { type: "code_execution", id: "ce1", name: "My run", code: "print(1)", language: "python", ...(result && { result }) });
    await chat.does(
      emit("source", { source: { name: "A paper" }, document: ["what it says"], metadata: [{ source: "https://paper.example/1", name: "A paper" }] }),
      emit("citation", { source: { name: "Evil", url: "javascript:alert(1)" }, document: ["<b>not bold</b>"], metadata: [{ source: "evil" }] }),
      run(),
      { wait: "ran" },
      run({ output: "1", files: [{ name: "a.txt", url: "https://files.example/a.txt" }] }),
      { say: "Done." },
    );
    const reply = chat.assistant.last();
    await reply.getByText("print(1)").waitFor({ state: "attached" });
    (await kit.model()).release("ran");
    await chat.idle();
    await counted(reply.locator("figure.code-block"), 1, "its code, told twice");
    const sources = reply.getByRole("list", { name: "Sources" });
    contains(await sources.innerText(), ["1", "paper.example/1", "2", "Evil"], "the sources");
    const runs = reply.getByRole("list", { name: "Code runs" });
    await counted(runs.getByText("My run"), 1, "the run, told twice");
    await runs.getByText("My run").click();
    contains(await runs.innerText(), ["ran", "print(1)", "1", "a.txt"], "the run");
  },

  async "what is told beside the text is shown"(kit) {
    const [chat, server] = [await open(kit), await kit.server()];
    await chat.does(
      emit("notification", { type: "success", content: "It went well" }),
      emit("notification", { type: "error", content: "It went wrong" }),
      emit("chat:title", "A title of the plugin"),
      emit("chat:message:favorite", { favorite: true }),
      emit("chat:message:tasks", { tasks: [{ id: "1", content: "count birds", status: "in_progress" }, { id: "2", content: "go home", status: "completed" }] }),
      emit("chat:message:voice", { voice: { id: "v" } }),
      emit("terminal:display_file", { path: "/tmp/birds.csv" }),
      emit("context_compaction", { action: "context_compaction", description: "Compacting context", done: false }),
      { wait: "told" },
      emit("context_compaction", { action: "context_compaction", description: "Context compacted", done: true }),
      { say: "Done." },
    );
    const page = chat.page;
    await page.getByRole("status").filter({ hasText: "It went well" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "It went wrong" }).waitFor();
    await page.getByRole("heading", { name: "A title of the plugin" }).waitFor();
    await page.getByText("Tasks 1/2").click();
    contains(await page.getByRole("list", { name: "Tasks" }).innerText(), ["count birds", "in progress", "go home"], "the tasks");
    await page.locator("summary", { hasText: "Terminal" }).click();
    contains(await page.getByRole("list", { name: "Terminal" }).innerText(), ["display file", "/tmp/birds.csv"], "the terminal");
    const compacting = page.getByText("Compacting context", { exact: true });
    await compacting.waitFor();
    (await kit.model()).release("told");
    await compacting.waitFor({ state: "hidden" });
    await chat.idle();
    await chat.assistant.last().getByRole("button", { name: "Favourite", pressed: true }).waitFor();
    contains(await chat.assistant.last().innerText(), "spoken", "the marks of the message");
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    await server.api(`/api/v1/chats/${id}/tags`, { body: { name: "Birds" } });
    const { chat: stored } = await server.api(`/api/v1/chats/${id}`);
    await server.api(`/api/v1/chats/${id}/messages/${stored.history.currentId}/event`, { body: { type: "chat:tags", data: { tags: ["Birds"] } } });
    await page.getByRole("list", { name: "Tags" }).getByText("Birds").waitFor();
  },

  async "people of a shared chat are shown"(kit) {
    const chat = await open(kit);
    const other = { id: "somebody-else", name: "Grace" };
    // The server tells who is in the room when the chat is joined.
    await chat.does({ say: "Joined." });
    await chat.replies("Joined.");
    await chat.idle();
    await chat.does(
      emit("chat:presence", { users: [other] }),
      emit("chat:access", {}),
      { say: "Done." },
    );
    await chat.page.getByText("Also here: Grace").waitFor();
    await chat.idle();
    await chat.replies("Done.");
    await shared(kit, chat);
  },

  async "a failed turn says why, and its text so far stays"(kit) {
    const chat = await open(kit);
    await chat.does({ say: "so far" }, emit("chat:message:error", { error: { content: "The birds are gone" } }), { say: " and on" });
    await chat.assistant.last().getByRole("alert").filter({ hasText: "The birds are gone" }).waitFor();
    await chat.idle();
    await chat.does({ say: "begins" }, { raise: "no more birds" });
    await chat.assistant.last().getByRole("alert").filter({ hasText: "no more birds" }).waitFor();
    await chat.idle();
  },

  async "a turn ends with its questions to go on with"(kit) {
    const chat = await open(kit);
    await chat.toggle("Polite");
    await chat.does({ say: "The answer." });
    await chat.replies("Thank you for asking.");
    await chat.idle();
    await chat.assistant.last().getByText("A filter of the server changed this text.").waitFor();
    const questions = chat.assistant.last().getByRole("list", { name: "Follow-up questions" });
    await questions.getByRole("button", { name: "What came last?" }).click();
    await chat.replies("There is no step in this message.");
    contains(await chat.user.last().innerText(), "What came last?", "the question was sent");
  },

  async "a stopped turn keeps what it had"(kit) {
    const chat = await open(kit);
    await chat.does({ say: "the first half " }, { wait: "stopped" }, { say: "the second half" });
    await chat.replies("the first half");
    await chat.button("Stop").click();
    await chat.idle();
    contains(await chat.assistant.last().innerText(), "the first half", "the reply");
    (await kit.model()).release("stopped");
    await chat.does({ say: "goes on" });
    await chat.replies("goes on");
  },

  async "a chat is read again when the server says so"(kit) {
    const [chat, server] = [await open(kit), await kit.server()];
    await chat.does({ say: "before" });
    await chat.replies("before");
    await chat.idle();
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    const { chat: stored } = await server.api(`/api/v1/chats/${id}`);
    const { currentId, messages } = stored.history;
    messages[currentId] = { ...messages[currentId], content: "changed on the server", output: [] };
    await server.api(`/api/v1/chats/${id}`, { body: { chat: { history: { currentId, messages } } } });
    await server.api(`/api/v1/chats/${id}/messages/${currentId}/event`, { body: { type: "chat:reload", data: {} } });
    await chat.replies("changed on the server");
  },

  async "the calendar is heard outside of any chat"(kit) {
    const chat = await open(kit);
    await chat.does(emit("calendar:alert", { title: "Bird walk", minutes_until: 5, location: "The pier" }), { say: "Done." });
    await chat.page.getByRole("status").filter({ hasText: "Bird walk begins in 5 min, The pier." }).waitFor();
    await chat.idle();
  },
};

/** The chat is shared with another person, who writes there: a second account sees and is seen. */
async function shared(kit, chat) {
  const server = await kit.server();
  const [{ id }] = await server.api("/api/v1/chats/?page=1");
  const { chat: stored } = await server.api(`/api/v1/chats/${id}`);
  const { currentId } = stored.history;
  const event = (type, data) => server.api(`/api/v1/chats/${id}/messages/${currentId}/event`, { body: { type, data } });
  await event("typing", { typing: true });
  await event("chat:messages", {
    messages: { "shared-u": { id: "shared-u", role: "user", content: "from Grace", parentId: currentId, childrenIds: [] } },
    currentId: "shared-u",
  });
  await chat.user.last().getByText("from Grace").waitFor();
}
