//! What an answer is made of beside its text: thinking, calls, code that the person runs, buttons, files, errors.

import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";
import { store, stored, withClipboard } from "../lib/stored.mjs";

const id = (chat) => new URL(chat.page.url()).searchParams.get("chat");
const message = (text) => ({ type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] });
const thought = (text, duration) => ({ type: "reasoning", status: "completed", duration, content: [{ type: "output_text", text }] });
const call = (call_id, name, args, status = "completed") => ({ type: "function_call", call_id, name, arguments: JSON.stringify(args), status });
const gave = (call_id, ...output) => ({ type: "function_call_output", call_id, status: "completed", output });
const said = (text) => ({ type: "input_text", text });
const code = (source, output) => ({ type: "open_webui:code_interpreter", status: "completed", lang: "python", code: source, output });
const DOT = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const cases = {
  async "states and sources are shown unless the model's owner wants none"(kit) {
    const fields = {
      content: "Said [1].",
      statusHistory: [{ description: "Looked around", done: true }],
      sources: [{ source: { name: "A paper" }, document: ["what it says"], metadata: [{ source: "paper", name: "A paper" }] }],
    };
    for (const [model, count] of [["scripted", 1], ["careful", 0]]) {
      const chat = await stored(kit, { ...fields, model });
      await chat.replies("Said");
      // The models have come, and nothing of the answer is still to be drawn.
      await counted(chat.assistant.getByText("Looked around"), count, `states of ${model}`);
      await counted(chat.assistant.getByRole("list", { name: "Sources" }), count, `sources of ${model}`);
    }
  },

  async "thinking and calls between two texts are one closed line, opened step by step with the keyboard"(kit) {
    const { page, assistant } = await stored(kit, {
      output: [
        thought("Let me **think**.", 4),
        call("c1", "search", { query: "owls", limit: 3 }),
        gave("c1", said('{"found": ["barn owl"]}')),
        code("print('half')\n1/0", { stdout: "half\n", stderr: "ZeroDivisionError: division by zero", result: null }),
        message("The first text."),
        thought("Once more.", 65),
        message("The last text."),
      ],
    });
    const lines = assistant.locator("summary:visible");
    same(await lines.allInnerTexts(), ["Thought for 4 s, called search, ran Python, with an error", "Thought for 1 min 5 s"], "the lines");
    contains(await assistant.innerText(), ["The first text.", "The last text."], "the texts");
    ok(!(await assistant.getByText("barn owl").isVisible()), "what was found is not shown yet");
    await lines.first().focus();
    await page.keyboard.press("Enter");
    await assistant.getByText("Called search", { exact: true }).waitFor();
    same((await lines.allInnerTexts()).slice(1, 4), ["Thought for 4 s", "Called search", "Ran Python, with an error"], "the steps");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await assistant.locator("strong", { hasText: "think" }).waitFor();
    await assistant.locator(".step > summary", { hasText: "Called search" }).press("Enter");
    await assistant.getByText("barn owl").waitFor();
    contains(await assistant.locator("dl").innerText(), ["query", "owls", "limit", "3"], "the arguments");
    await assistant.locator(".step > summary", { hasText: "Ran Python" }).press("Enter");
    const output = assistant.getByRole("region", { name: "Output" }).filter({ hasText: "half" });
    await output.getByText("ZeroDivisionError").waitFor();
    contains(await output.innerText(), ["half", "Errors", "ZeroDivisionError"], "the streams");
    await assistant.getByText("print('half')").waitFor();
    await lines.last().press("Enter");
    await assistant.getByText("Once more.").waitFor();
    await lines.first().press("Enter");
    await assistant.getByText("barn owl").waitFor({ state: "hidden" });
  },

  async "a line says what goes on, and what is open stays open while the group grows"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    const think = (text) => ({ chunk: { choices: [{ index: 0, delta: { reasoning_content: text } }] } });
    await chat.does(think("First this. "), { wait: "open" }, think("Then that."), { wait: "end" }, { say: "The answer." });
    const summary = chat.assistant.locator(".steps > summary");
    await summary.filter({ hasText: "Thinking…" }).waitFor();
    await summary.press("Enter");
    await chat.replies("First this.");
    await chat.assistant.locator(".step .markdown p, .steps .markdown p").evaluate((paragraph) => Object.assign(window, { thought: paragraph }));
    model.release("open");
    await chat.replies("First this. Then that.");
    same(await chat.page.evaluate(() => window.thought.isConnected && window.thought.textContent), "First this. Then that.", "the paragraph that was there has grown");
    model.release("end");
    await chat.replies("The answer.");
    await chat.idle();
    await summary.filter({ hasText: /^Thought/ }).waitFor();
    ok(await chat.assistant.getByText("Then that.").isVisible(), "it is still open");
    await eventually(() => summary.evaluate((element) => element === document.activeElement), "the line has kept the focus");
  },

  async "the step that is being read stays in view when a second one comes"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    const shows = (...output) => ({ emit: { type: "chat:completion", data: { output } } });
    const search = call("c1", "search", { query: "owls" }, "in_progress");
    await chat.does(shows(thought("Owls, then.", 2)), { wait: "read" }, shows(thought("Owls, then.", 2), search), { wait: "end" }, { say: "Done." });
    const group = chat.assistant.locator(".steps > summary");
    await group.filter({ hasText: "Thought for 2 s" }).press("Enter");
    await chat.replies("Owls, then.");
    model.release("read");
    await group.filter({ hasText: "Calling search…" }).waitFor();
    await chat.assistant.locator(".step > summary", { hasText: "Calling search…" }).waitFor();
    ok(await chat.assistant.getByText("Owls, then.").isVisible(), "the thought is still there");
    model.release("end");
    await chat.replies("Done.");
    await chat.idle();
  },

  async "what needs no opening is in view: pictures of results, files of the terminal, summaries"(kit) {
    const { assistant } = await stored(kit, {
      output: [
        { type: "open_webui:context_compaction", id: "cc", call_id: "cc", summary: "They spoke of **owls**." },
        call("c1", "look", {}),
        gave("c1", said("a dot"), { type: "input_image", image_url: DOT }, { type: "input_image", image_url: "https://elsewhere.example/a.png" }),
        call("c2", "display_file", { path: "/home/ada/birds.csv" }),
        gave("c2", said(JSON.stringify({ type: "file", source: "open_terminal", path: "/home/ada/birds.csv" }))),
        { type: "web_search_call", status: "completed", action: { type: "search", query: "owls", sources: [{ url: "https://owls.example/" }] } },
        message("Done."),
      ],
    });
    const image = assistant.getByRole("img", { name: "Figure" });
    await eventually(() => image.evaluate((one) => one.complete && one.naturalWidth === 1), "the picture is drawn");
    await assistant.getByText("birds.csv", { exact: true }).waitFor();
    await assistant.getByText("Earlier messages, summed up for the model").click();
    await assistant.locator("strong", { hasText: "owls" }).waitFor();
    await assistant.getByText("Called look, called display_file, searched the web").click();
    await assistant.getByText("Called look", { exact: true }).click();
    await assistant.getByText("A picture is not shown").waitFor();
    await assistant.getByText("Searched the web", { exact: true }).click();
    await assistant.getByRole("link", { name: "https://owls.example/" }).waitFor();
  },

  async "code that the server never ran is run here, stopped, and run again in the same kernel"(kit) {
    const { assistant, page } = await stored(kit, {
      output: [
        code("import time\nname = input('Your name? ')\nprint('Hello', name)\nwhile name == 'Ada':\n    time.sleep(0.1)", null),
        message("Then"),
        code("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('seen', name)\n1/0", null),
        message("Done."),
      ],
    });
    const places = assistant.locator(".unrun");
    const [first, second] = [places.nth(0), places.nth(1)];
    const output = (place) => place.getByRole("region", { name: "Output", exact: true });
    const button = (place, name) => place.getByRole("button", { name, exact: true });
    same(await output(first).count(), 0, "outputs before a run");
    await button(first, "Run").focus();
    await page.keyboard.press("Enter");
    await button(first, "Stop").waitFor();
    const field = first.getByRole("textbox");
    await field.waitFor({ timeout: 90_000 });
    await field.fill("Ada");
    await field.press("Enter");
    await output(first).getByText("Hello Ada").waitFor();
    contains(await output(first).innerText(), ["Your name? Ada"], "what was asked and typed");
    await button(first, "Stop").click();
    await output(first).getByText("KeyboardInterrupt").first().waitFor();
    await button(first, "Run").click();
    await field.fill("Grace");
    await field.press("Enter");
    await output(first).getByText("Hello Grace").waitFor();
    await button(first, "Run").waitFor();
    ok(!(await output(first).getByText("Hello Ada").isVisible()), "the output of the run before is gone");
    await button(second, "Run").click();
    await output(second).getByText("seen Grace").waitFor({ timeout: 90_000 });
    await output(second).getByText("ZeroDivisionError").first().waitFor();
    await pictures(output(second), 1);
  },

  async "Run is offered only while the server lets code be run"(kit) {
    const server = await kit.server();
    const config = await server.admin("/api/v1/configs/code_execution");
    await server.admin("/api/v1/configs/code_execution", { body: { ...config, ENABLE_CODE_EXECUTION: false } });
    try {
      const { assistant } = await stored(kit, { output: [code("print(1)", null), message("Done.")] });
      await assistant.getByText("Done.").waitFor();
      same(await assistant.getByRole("button", { name: "Run", exact: true }).count(), 0, "buttons");
    } finally {
      await server.admin("/api/v1/configs/code_execution", { body: config });
    }
  },

  async "who reads Chinese is spoken to in Chinese"(kit) {
    const page = await kit.page({ locale: "zh-CN" });
    const output = [thought("嗯。", 4), code("1/0", { stdout: "", stderr: "ZeroDivisionError", result: null }), message("好的。\n\n```mermaid\nno such thing\n```\n\n公式 $\\href{https://a.test}{x}$")];
    await kit.chat({ chat: await store(kit, { output, usage: { total_tokens: 5 } }), page });
    const reply = page.getByRole("log", { name: "对话" }).getByRole("article", { name: "助手消息" });
    for (const name of ["复制消息", "编辑消息", "重新生成", "继续", "在新对话中分支", "收藏"]) {
      await reply.getByRole("button", { name, exact: true }).waitFor();
    }
    contains(await reply.innerText(), ["思考了 4 秒，运行了 Python，出错了", "2026年11月20日", "5 个 token"], "the answer");
    await reply.getByText("无法绘制此图表：No diagram type detected").waitFor({ timeout: 60_000 });
    await reply.getByText("无法绘制此公式：这里不允许使用 \\href。").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "发送消息" }).waitFor();
    same(await page.locator("#app").getAttribute("lang"), "zh-Hans", "the language for those who hear the page");
  },

  async "what was asked and what was answered is copied"(kit) {
    const page = await withClipboard(kit);
    const chat = await stored(kit, { content: "The *answer*." }, { page });
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await chat.assistant.getByRole("button", { name: "Copy message" }).click();
    await chat.assistant.getByText("Copied").waitFor();
    same(await clipboard(), "The *answer*.", "the clipboard");
    await chat.user.getByRole("button", { name: "Copy message" }).press("Enter");
    await eventually(async () => (await clipboard()) === "the question", "the clipboard has the question");
    await chat.assistant.getByText("Copied").waitFor({ state: "hidden" });
  },

  async "a favourite stays one after a reload, until it is none any more"(kit) {
    const chat = await stored(kit, { content: "The answer.", output: [message("The answer.")] });
    const server = await kit.server();
    const favorite = (of) => of.assistant.getByRole("button", { name: "Favourite", pressed: true });
    const kept = async () => {
      const { chat: copy } = await server.api(`/api/v1/chats/${id(chat)}`);
      return Object.values(copy.history.messages).find(({ role }) => role === "assistant");
    };
    await chat.assistant.getByRole("button", { name: "Favourite", pressed: false }).click();
    await favorite(chat).waitFor();
    const copy = await eventually(async () => (await kept()).favorite && (await kept()), "the server keeps it");
    same([copy.content, copy.output?.length], ["The answer.", 1], "what else the message has");
    const again = await kit.chat({ chat: id(chat) });
    await favorite(again).click();
    await eventually(async () => !(await kept()).favorite, "the server keeps that, too");
  },

  async "a branch goes on in a chat of its own"(kit) {
    const chat = await stored(kit, { content: "The answer.", output: [message("The answer.")] });
    const old = id(chat);
    await chat.button("Branch into a new chat").click();
    await chat.page.getByRole("heading", { name: "A stored chat (fork)" }).waitFor();
    ok(id(chat) !== old, "the address names the new chat");
    await chat.replies("The answer.");
    await chat.ask("and now?", "You said: and now?");
    await chat.idle();
    const server = await kit.server();
    const { chat: before } = await server.api(`/api/v1/chats/${old}`);
    same(Object.keys(before.history.messages).length, 2, "messages of the old chat");
    await chat.button("New temporary chat").click();
    await chat.ask("secret", "You said: secret");
    await chat.idle();
    same(await chat.button("Branch into a new chat").count(), 0, "branches of what nobody keeps");
  },

  async "time and cost of an answer are shown"(kit) {
    const { assistant, user } = await stored(kit, { content: "The answer.", usage: { input_tokens: 1200, output_tokens: 34, details: { reasoning_tokens: 5 } } });
    same(await assistant.locator("time").getAttribute("datetime"), "2026-11-20T08:40:20.000Z", "the time");
    await counted(user.locator("time"), 1, "times of the question");
    await assistant.locator("summary", { hasText: "1234 tokens" }).press("Enter");
    await assistant.getByText("input tokens").waitFor();
    contains(await assistant.locator("dl").innerText(), ["input tokens", "1200", "output tokens", "34", "details: reasoning tokens", "5"], "the cost");
  },

  async "an answer that failed says why in full and is asked for again"(kit) {
    const chat = await stored(kit, { error: { content: "The model fell asleep.\nWake it." } });
    await chat.assistant.getByRole("alert").filter({ hasText: "The model fell asleep." }).waitFor();
    await chat.button("Regenerate").click();
    await chat.replies("You said: the question");
    await chat.idle();
  },

  async "files of an answer are saved, and a question to go on with is asked"(kit) {
    const server = await kit.server();
    const form = new FormData();
    form.append("file", new Blob(["name,wings\n"], { type: "text/csv" }), "birds.csv");
    const upload = await fetch(`${server.origin}/api/v1/files/?process=false`, { method: "POST", headers: { authorization: `Bearer ${server.token}` }, body: form });
    const { id: file } = await upload.json();
    const chat = await stored(kit, { content: "Here.", files: [{ type: "file", id: file, name: "birds.csv", url: file }], followUps: ["What came next?"] });
    const download = chat.page.waitForEvent("download");
    await chat.assistant.getByRole("list", { name: "Files" }).getByRole("button", { name: "birds.csv" }).press("Enter");
    same((await download).suggestedFilename(), "birds.csv", "the file's name");
    await chat.assistant.getByRole("list", { name: "Follow-up questions" }).getByRole("button", { name: "What came next?" }).press("Enter");
    await chat.replies("You said: What came next?");
    await chat.idle();
  },
};
