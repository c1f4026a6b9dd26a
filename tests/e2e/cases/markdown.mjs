//! Text of answers in the page: what streams and what is stored look the same, and each control does what it says.

import { readFile } from "node:fs/promises";
import { contains, eventually, ok, same } from "../lib/expect.mjs";
import { stored, withClipboard } from "../lib/stored.mjs";

const CODE = "```python\nprint('one')\nprint('$1 $& `two`')\n```";

/** A chat with this answer, opened. */
const written = (kit, content, options) => stored(kit, { content }, options);

/** The text of the answer that the server keeps. */
async function kept(kit, chat) {
  const server = await kit.server();
  const id = new URL(chat.page.url()).searchParams.get("chat");
  const { chat: body } = await server.api(`/api/v1/chats/${id}`);
  return body.history.messages[body.history.currentId].content;
}

/** Writes code over what an editor has. */
async function write(editor, code) {
  for (const key of ["ControlOrMeta+a", "Delete"]) await editor.press(key);
  await editor.fill(code);
}

const clipboard = (chat) => chat.page.evaluate(() => navigator.clipboard.readText());

const emit = (type, data) => ({ emit: { type, data } });

/** Pieces of a text, cut where no one would. */
const pieces = (text, length) => text.match(new RegExp(`[^]{1,${length}}`, "g")).map((say) => ({ say }));

/** The elements of a text, without what drawing adds. */
const elements = (chat) =>
  chat.assistant.last().locator(".markdown").first().evaluate((root) => {
    const copy = root.cloneNode(true);
    for (const drawn of copy.querySelectorAll(".math[data-drawn]")) {
      drawn.textContent = drawn.dataset.tex;
      drawn.removeAttribute("data-drawn");
      drawn.removeAttribute("data-tex");
    }
    for (const run of copy.querySelectorAll("[class^=tok-]")) run.replaceWith(run.textContent);
    copy.normalize();
    // What was told first of an element depends on when it came, too.
    for (const one of copy.querySelectorAll("*")) {
      const all = [...one.attributes].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, value }) => [name, value]);
      for (const [name] of all) one.removeAttribute(name);
      for (const [name, value] of all) one.setAttribute(name, value);
    }
    // How many blocks a group has depends on when they came.
    const groups = [...copy.querySelectorAll(":scope > .chapter > .blocks")];
    if (groups.length === 0) throw new Error("the text has no blocks");
    return groups.map((group) => group.innerHTML).join("");
  });

const MIXED = [
  "# One\n\nA paragraph with *emphasis*, **strong**, `code`, ~~gone~~, [a link](https://a.example/b \"t\") and [one that is defined late][late].",
  "- tight\n- list\n  1. with one\n  2. inside\n\n- that turns loose\n- [x] done\n- [ ] to do",
  "> A quotation\n> of two lines\n\n> [!WARNING]\n> Careful.",
  "| Left | Right |\n|:--|--:|\n| a | 1 |\n| b | 2 |",
  CODE,
  "~~~\nno label, with ``` in it\n~~~",
  "A formula $x^2 + y_1$ and one by itself:\n\n$$\\int_0^1 x\\,dx$$\n\n\\[ a^* + b^* \\]",
  "Prices: $5 and $6. A note[^n], <b>HTML as text</b>, <kbd>Ctrl</kbd>.",
  "<div onclick=\"alert(1)\">\nblock\n</div>",
  "[^n]: The note.\n\n[late]: https://late.example/",
].join("\n\n");

export const cases = {
  async "what was streamed in pieces and what is stored look the same"(kit) {
    const chat = await kit.chat();
    await chat.ready();
    await chat.does(...pieces(MIXED, 7), { say: "\n\nThe end." });
    await chat.idle();
    await chat.replies("The end.");
    const again = await written(kit, `${MIXED}\n\nThe end.`);
    await again.replies("The end.");
    let [streamed, whole] = ["", ""];
    const isSame = async () => ([streamed, whole] = await Promise.all([elements(chat), elements(again)]))[0] === whole;
    await eventually(isSame, "they are the same").catch(() => {
      const at = [...whole].findIndex((letter, at) => letter !== streamed[at]);
      same(whole.slice(Math.max(0, at - 60)), streamed.slice(Math.max(0, at - 60)), "the stored text, from where it differs");
    });
    contains(streamed, ["<h3", "<em>", "late.example", "<li", "blockquote", "alert-warning", "<thead>", "code-block", "math", "$5 and $6"], "the elements");
    ok(!(await again.page.locator(".markdown [onclick]").count()), "HTML is text");
  },

  async "what is finished stays the same element, and what is selected stays selected, while an answer grows"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    const more = Array.from({ length: 60 }, (_, i) => ({ say: `Paragraph ${i} has words.\n\n- and\n- items\n\n` }));
    await chat.does({ say: "The first paragraph is here to be selected.\n\nThe sec" }, { wait: "one" }, { say: "ond grows. " }, ...more, { wait: "two" }, { say: "The end." });
    await chat.replies("The sec");
    await chat.page.evaluate(() => {
      const first = document.querySelector(".markdown p");
      getSelection().setBaseAndExtent(first.firstChild, 4, first.firstChild, 19);
      Object.assign(window, { first, second: document.querySelectorAll(".markdown p")[1] });
    });
    model.release("one");
    await chat.replies("Paragraph 59");
    const seen = await chat.page.evaluate(() => ({
      selected: getSelection().toString(),
      first: document.querySelector(".markdown p") === window.first,
      second: document.querySelectorAll(".markdown p")[1] === window.second,
    }));
    same(seen, { selected: "first paragraph", first: true, second: true }, "what the reader had");
    model.release("two");
    await chat.idle();
  },

  async "an answer that ends with a blank is not drawn again at its end, and what is selected in its last paragraph stays"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.does({ say: "The first.\n\nThe last paragraph " }, { wait: "grow" }, { say: "has grown." }, { wait: "end" }, { say: " \n\n" });
    await chat.replies("The last paragraph");
    await chat.page.evaluate(() => {
      const [first, last] = document.querySelectorAll(".markdown p");
      getSelection().setBaseAndExtent(last.firstChild, 4, last.firstChild, 8);
      Object.assign(window, { first, last });
    });
    const seen = () =>
      chat.page.evaluate(() => {
        const [first, last] = document.querySelectorAll(".markdown p");
        return [getSelection().toString(), first === window.first, last === window.last];
      });
    model.release("grow");
    await chat.replies("has grown.");
    same(await seen(), ["last", true, true], "what the reader has while it grows");
    model.release("end");
    await chat.idle();
    same(await seen(), ["last", true, true], "what the reader has at the end");
  },

  async "sentences are announced while their paragraph grows, each once"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.does({ say: "One sentence. And a " }, { wait: "one" }, { say: "second one! Then the " }, { wait: "two" }, { say: "rest." });
    const said = chat.page.locator("[role=status][aria-live=polite] > p");
    const first = said.filter({ hasText: "One sentence." });
    await first.waitFor({ state: "attached" });
    same(await first.innerText(), "One sentence.", "what is said of it");
    model.release("one");
    await chat.replies("Then the");
    model.release("two");
    await chat.idle();
    await said.filter({ hasText: "rest." }).waitFor({ state: "attached" });
    const all = async () => (await said.allInnerTexts()).join(" ");
    same(await all(), "One sentence. And a second one! Then the rest.", "all that was said");
    await chat.assistant.getByRole("button", { name: "Edit message" }).click();
    await chat.assistant.getByRole("button", { name: "Cancel" }).click();
    await chat.replies("Then the rest.");
    same(await all(), "One sentence. And a second one! Then the rest.", "what was said after a look at the editor");
    const stored = await written(kit, "A stored sentence.\n\nAnother one.");
    await stored.replies("Another one.");
    same(await stored.page.locator("[role=status][aria-live=polite] > p").allInnerTexts(), [], "what is said of a stored answer");
  },

  async "the end is followed until the reader goes up, and again by the button"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    const lines = (from) => Array.from({ length: 40 }, (_, i) => ({ say: `Line ${from + i}\n\n` }));
    await chat.does(...lines(0), { wait: "one" }, ...lines(40), { wait: "two" }, ...lines(80), { say: "The end." });
    const left = () => chat.conversation.evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));
    await chat.replies("Line 39");
    await eventually(async () => (await left()) < 5, "the end is in view");
    await chat.conversation.hover();
    await chat.page.mouse.wheel(0, -400);
    await chat.button("To the end").waitFor();
    let [top, before] = [0, -1];
    const isAtRest = async () => ([before, top] = [top, await chat.conversation.evaluate((log) => log.scrollTop)]) && top > 0 && top === before;
    await eventually(isAtRest, "the page has scrolled, and is at rest");
    model.release("one");
    await chat.assistant.last().getByText("Line 79", { exact: true }).waitFor({ state: "attached" });
    ok(Math.abs((await chat.conversation.evaluate((log) => log.scrollTop)) - top) < 5, "the reader stays where they are");
    await chat.button("To the end").click();
    await eventually(async () => (await left()) < 5, "the end is in view again");
    same(await chat.page.evaluate(() => document.activeElement.getAttribute("role")), "log", "the focus");
    model.release("two");
    await chat.replies("The end.");
    await eventually(async () => (await left()) < 5, "the end is followed");
    await chat.idle();
  },

  async "finished pieces are announced, not their words, and the log itself is quiet"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.does({ say: "A finished sentence.\n\nAnother.\n\nOne that " }, { wait: "one" }, { say: "goes on.\n\n```python\n1\n```\n" });
    same(await chat.conversation.getAttribute("aria-live"), "off", "the log");
    const said = chat.page.locator("[role=status][aria-live=polite] > p");
    await said.filter({ hasText: "A finished sentence." }).waitFor({ state: "attached" });
    ok(!(await said.allInnerTexts()).join().includes("One that"), "what isn't finished is not said");
    model.release("one");
    await said.filter({ hasText: "One that goes on." }).waitFor({ state: "attached" });
    await chat.idle();
  },

  async "code is labelled, coloured, copied, collapsed and expanded"(kit) {
    const long = Array.from({ length: 30 }, (_, i) => `line${i} = ${i}`).join("\n");
    const chat = await written(kit, `${CODE}\n\n\`\`\`\nplain\n\`\`\`\n\n~~~py title="x"\n${long}\n~~~\n`, { page: await withClipboard(kit) });
    const blocks = chat.assistant.locator("figure.code-block");
    same(await blocks.locator(".code-label").allInnerTexts(), ["python", "Code", "py"], "labels");
    await blocks.first().locator(".tok-string").first().waitFor();
    await blocks.first().getByRole("button", { name: "Copy" }).click();
    await blocks.first().getByRole("button", { name: "Copied" }).waitFor();
    same(await clipboard(chat), "print('one')\nprint('$1 $& `two`')\n", "what was copied");
    const last = blocks.last();
    await last.getByRole("button", { name: "Collapse" }).press("Enter");
    await last.getByText("30 hidden lines").waitFor();
    ok(!(await last.locator("pre").isVisible()), "the code is hidden");
    same(await last.getByRole("button", { name: "Expand" }).getAttribute("aria-expanded"), "false", "it says so");
    await last.getByRole("button", { name: "Expand" }).press("Enter");
    await last.locator("pre").waitFor();
    same(await blocks.nth(1).getByRole("button", { name: "Run" }).count(), 0, "what is no Python is not run");
  },

  async "Python runs, streams, is stopped and runs again"(kit) {
    const chat = await written(kit, "```python\nimport time\nprint('begins')\nwhile True: time.sleep(0.01)\n```\n\n```python\nprint(6 * 7)\n```");
    const [endless, short] = [chat.assistant.locator("figure.code-block").first(), chat.assistant.locator("figure.code-block").last()];
    await endless.getByRole("button", { name: "Run" }).click();
    await endless.getByRole("region", { name: "Output" }).getByText("begins").waitFor({ timeout: 90_000 });
    contains(await endless.locator(".output-note").innerText(), ["Running"], "what is said while it runs");
    await endless.getByRole("button", { name: "Stop" }).click();
    await endless.getByRole("button", { name: "Run" }).waitFor({ timeout: 90_000 });
    await short.getByRole("button", { name: "Run" }).click();
    await short.getByRole("region", { name: "Output" }).getByText("42").waitFor({ timeout: 90_000 });
    await short.getByRole("button", { name: "Run" }).click();
    await short.getByRole("region", { name: "Output" }).getByText("42").waitFor({ timeout: 90_000 });
  },

  async "an edited block runs as it is written and is saved in the message, dollar signs and all"(kit) {
    const chat = await written(kit, `Before.\n\n${CODE}\n\nBetween.\n\n${CODE}\n\nAfter.`);
    const block = chat.assistant.locator("figure.code-block").last();
    await block.getByRole("button", { name: "Edit code" }).click();
    const field = block.getByRole("textbox", { name: "Edit code" });
    await write(field, "print('$$ $1 $& ```')");
    await block.getByRole("button", { name: "Run" }).click();
    await block.getByRole("region", { name: "Output" }).getByText("$$ $1 $& ```").waitFor({ timeout: 90_000 });
    await block.getByRole("button", { name: "Save" }).click();
    await chat.assistant.locator("figure.code-block").last().getByText("print('$$ $1 $& ```')").waitFor();
    const text = await eventually(async () => (await kept(kit, chat)).includes("$$ $1") && kept(kit, chat), "the server has it");
    contains(text, ["Before.", CODE, "Between.", "print('$$ $1 $& ```')", "After."], "the kept text");
    await field.waitFor({ state: "detached" });
    const saved = chat.assistant.locator("figure.code-block").last().getByRole("button", { name: "Edit code" });
    await eventually(() => saved.evaluate((button) => button === document.activeElement), "the focus is where it was");
  },

  async "code is saved in the text that has it: what tools did between stays where it is, and their code can't be changed"(kit) {
    const text = (words) => ({ type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: words }] });
    const tool = { type: "open_webui:code_interpreter", status: "completed", lang: "python", code: "print('one')\nprint('$1 $& `two`')\n", output: { stdout: "x\n", stderr: "", result: null } };
    const chat = await stored(kit, { content: `First.\n\n${CODE}\nLast.\n\n${CODE}`, output: [text(`First.\n\n${CODE}`), tool, text(`Last.\n\n${CODE}`)] });
    await chat.assistant.getByText("Ran Python").click();
    const blocks = chat.assistant.locator("figure.code-block");
    await eventually(async () => (await blocks.count()) === 3, "the code of the step is shown, too");
    same(await blocks.nth(1).getByRole("button", { name: "Edit code" }).count(), 0, "buttons to change the step's code");
    await blocks.last().getByRole("button", { name: "Edit code" }).click();
    await write(blocks.last().getByRole("textbox", { name: "Edit code" }), "print('changed')");
    await blocks.last().getByRole("button", { name: "Save" }).click();
    await blocks.last().getByText("print('changed')").waitFor();
    const seen = await chat.assistant.innerText();
    const order = ["First.", "print('one')", "Ran Python", "Last.", "print('changed')"].map((words) => seen.indexOf(words));
    same([...order].sort((a, b) => a - b), order, `the order of ${seen}`);
    await eventually(async () => (await kept(kit, chat)).includes("changed"), "the server has it");
    contains(await kept(kit, chat), ["First.", CODE, "Last."], "the kept text");
  },

  async "code that is run while it is written is whole when it is run again"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.does({ say: "```python\nprint('half')\n" }, { wait: "more" }, { say: "print('whole')\n```\n" });
    const block = chat.assistant.locator("figure.code-block");
    const output = block.getByRole("region", { name: "Output" });
    await block.getByText("half").waitFor();
    await block.getByRole("button", { name: "Run" }).click();
    await output.getByText("half").waitFor({ timeout: 90_000 });
    model.release("more");
    await chat.idle();
    await block.getByRole("button", { name: "Run" }).click();
    await output.getByText("whole").waitFor();
    await block.getByRole("button", { name: "Edit code" }).click();
    const lines = block.getByRole("textbox", { name: "Edit code" }).locator(".cm-line");
    await lines.first().waitFor();
    same((await lines.allInnerTexts()).map((line) => line.trim()), ["print('half')", "print('whole')", ""], "what is edited");
  },

  async "a table is copied and saved"(kit) {
    const rich = await written(kit, "| a<br>b | formula |\n|---|---|\n| **bold** `code` | so $x^2$ |\n", { page: await withClipboard(kit) });
    await rich.assistant.locator(".math[data-drawn]").waitFor();
    await rich.assistant.locator("figure.table-block").getByRole("button", { name: "Copy" }).click();
    await rich.assistant.getByRole("button", { name: "Copied" }).waitFor();
    same(await clipboard(rich), "a b\tformula\nbold code\tso $x^2$\n", "what was copied of words, lines and formulas");
    const chat = await written(kit, "| a | b |\n|---|---|\n| 1 | x, y |\n| =1+1 | \"q\" |\n", { page: await withClipboard(kit) });
    const table = chat.assistant.locator("figure.table-block");
    await table.getByRole("button", { name: "Copy" }).click();
    await table.getByRole("button", { name: "Copied" }).waitFor();
    same(await clipboard(chat), 'a\tb\n1\tx, y\n=1+1\t"q"\n', "what was copied");
    const [download] = await Promise.all([chat.page.waitForEvent("download"), table.getByRole("button", { name: "CSV" }).click()]);
    same(download.suggestedFilename(), "table.csv", "the name");
    same(await readFile(await download.path(), "utf8"), '\ufeffa,b\r\n1,"x, y"\r\n\'=1+1,"""q"""\r\n', "the file");
  },

  async "formulas and diagrams are drawn, and one that can't be says why beside its source"(kit) {
    const chat = await written(kit,
      "$x^2$ and $\\frac$\n\n```mermaid\ngraph TD; A-->B\n```\n\n```vega-lite\n{\"data\":{\"values\":[{\"a\":1,\"b\":2}]},\"mark\":\"bar\",\"encoding\":{\"x\":{\"field\":\"a\"},\"y\":{\"field\":\"b\"}}}\n```\n\n```mermaid\nno such thing\n```",
    );
    await chat.assistant.locator(".math .katex").first().waitFor({ timeout: 60_000 });
    contains(await chat.assistant.locator(".math-failed").innerText(), ["\\frac", "can't be drawn"], "the wrong formula");
    const blocks = chat.assistant.locator("figure.code-block");
    for (const [at, name] of [[0, "Diagram"], [1, "Chart"]]) {
      await blocks.nth(at).getByRole("img", { name }).waitFor({ timeout: 60_000 });
      ok(!(await blocks.nth(at).locator("pre").isVisible()), "the source is put away");
      await blocks.nth(at).getByRole("button", { name: "Source" }).click();
      ok(await blocks.nth(at).locator("pre").isVisible(), "the source can be seen");
    }
    await blocks.nth(2).getByText("The diagram can't be drawn").waitFor({ timeout: 60_000 });
    ok(await blocks.nth(2).locator("pre").isVisible(), "the source of what can't be drawn");
  },

  async "HTML and SVG of a block are shown beside the conversation, cut off from everything"(kit) {
    const chat = await written(kit, "```html\n<h1>Shown</h1><script>document.title = 'ran'</script>\n```\n\n```svg\n<svg xmlns=\"http://www.w3.org/2000/svg\"><text y=\"20\">Drawn</text></svg>\n```\n\n```py\n1\n```");
    const blocks = chat.assistant.locator("figure.code-block");
    const panel = chat.page.getByRole("complementary");
    for (const [at, words] of [[0, "Shown"], [1, "Drawn"]]) {
      await blocks.nth(at).getByRole("button", { name: "Preview" }).click();
      await panel.frameLocator("iframe").getByText(words).waitFor();
      ok(!(await panel.locator("iframe").getAttribute("sandbox")).includes("same-origin"), "the frame is not of our origin");
      await chat.button("Close panel").click();
    }
    same(await blocks.nth(2).getByRole("button", { name: "Preview" }).count(), 0, "Python is not looked at");
  },

  async "marks of sources open them, those of footnotes lead there and back"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.does(
      { say: "Early [1]. " },
      { wait: "source" },
      emit("source", { source: { name: "Birds" }, document: ["Owls are birds."], metadata: [{ source: "birds.pdf" }] }),
      { say: "Late [1], never [7], `[1]`, note[^n].\n\n[^n]: The note.\n" },
    );
    await chat.replies("Early");
    same(await chat.assistant.getByRole("button", { name: /^Source 1/ }).count(), 0, "no source yet");
    model.release("source");
    await chat.idle();
    const chips = chat.assistant.locator("button.citation");
    await eventually(async () => (await chips.count()) === 2, "the marks are buttons");
    contains(await chat.assistant.locator(".markdown").innerText(), ["never [7]", "[1]"], "what is no mark");
    await chips.first().click();
    await chat.page.getByText("Owls are birds.", { exact: true }).waitFor();
    await chat.page.keyboard.press("Escape");
    await chat.button("Footnote 1").click();
    const focused = () => chat.page.evaluate(() => document.activeElement.textContent);
    contains(await focused(), "The note.", "the footnote has the focus");
    await chat.button("Back to the text").click();
    same(await focused(), "1", "back at its mark");
  },

  async "frames, films, states and files in a text are cards, nothing of them is loaded"(kit) {
    const chat = await written(kit,
      '<iframe src="https://frame.example/x"></iframe>\n\n<video src="https://film.example/x.mp4"></video>\n\n<status title="Reading" done="true"/>\n\n<file type="html" id="f1"/>\n\n<iframe srcdoc="<script>1</script>"></iframe>',
    );
    const text = chat.assistant.locator(".markdown").first();
    await text.getByText("frame.example").first().waitFor();
    await text.getByRole("link", { name: "https://film.example/x.mp4" }).waitFor();
    await text.getByText("Reading", { exact: true }).waitFor();
    await text.getByRole("button", { name: "Download the page" }).waitFor();
    await text.getByText('<iframe srcdoc="<script>1</script>"></iframe>').waitFor();
    same(await text.locator("iframe, video, script").count(), 0, "nothing is loaded");
  },
};
