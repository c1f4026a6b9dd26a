//! Every screen before axe-core: nothing that it calls serious or critical, light and dark.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contains, same } from "../lib/expect.mjs";
import { atRest, openAnswer, openGallery, send } from "../lib/gallery.mjs";
import { Chat, pictures } from "../lib/pages.mjs";
import { ROOT } from "../lib/paths.mjs";

const AXE = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");
const GRAVE = ["serious", "critical"];
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
/** What opens something, closed as yet. Chats and files lead elsewhere; `details` open by their summary. */
const OPENERS = "[aria-expanded=false], [aria-haspopup]:not([aria-expanded]), details:not([open]) > summary";

/** Fails if axe-core finds something grave on the page as it is now. */
async function isFine(page, screen) {
  await atRest(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async (grave) => {
    const { violations } = await axe.run(document, { iframes: false, resultTypes: ["violations"] });
    const where = ({ nodes }) => nodes.slice(0, 4).map(({ html, any, all }) => `${html.slice(0, 160)} (${[...any, ...all].map(({ message }) => message).join("; ").slice(0, 160)})`);
    // The list that an editor offers is gone through by the arrow keys of the editor, which show what is out of view.
    const isOffered = ({ id, nodes }) => id === "scrollable-region-focusable" && nodes.every(({ html }) => html.includes('role="listbox"'));
    return violations.filter((one) => !isOffered(one)).filter(({ impact }) => grave.includes(impact)).map((one) => `${one.id}: ${one.help}: ${where(one).join(" | ")}`);
  }, GRAVE);
  same(found, [], `what is wrong with ${screen}`);
}

/** Opens, one after another, whatever opens on the page; what closes by Escape is closed again. */
async function opensAll(page, screen) {
  const seen = new Set();
  for (let times = 0; times < 60; times++) {
    const next = await page.evaluate(
      ([openers, seen]) => {
        const isShown = (one) => one.checkVisibility() && !one.closest("[inert]");
        const name = (one) => `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 60)}`;
        const one = [...document.querySelectorAll(openers)].find((one) => isShown(one) && !seen.includes(name(one)));
        one?.setAttribute("data-opens", "");
        return one && name(one);
      },
      [OPENERS, [...seen]],
    );
    if (!next) return seen;
    seen.add(next);
    const opener = page.locator("[data-opens]");
    await opener.click();
    await isFine(page, `${screen}, with ${next} open`);
    await page.keyboard.press("Escape");
    await page.evaluate(() => document.querySelectorAll("[data-opens]").forEach((one) => one.removeAttribute("data-opens")));
  }
  throw new Error(`${screen} has no end of what opens`);
}

/** What a server asks, each in a dialog. */
const QUESTIONS = {
  confirmation: { title: "Delete it?", message: "It **can't** be brought back." },
  input: { title: "A word", message: "Which one?", placeholder: "a word", type: "password" },
  "request:elicitation": {
    mode: "form",
    message: "What did you **see**?",
    server_name: "Bird watch",
    requestedSchema: { type: "object", required: ["name"], properties: { name: { type: "string", title: "Name", description: "As the map has it" }, eggs: { type: "integer", title: "Eggs" }, kind: { type: "string", title: "Kind", enum: ["owl", "wren"] }, seen: { type: "boolean", title: "Seen" } } },
  },
  "request:user_input": { questions: [{ id: "colour", header: "Colour", question: "Which colour?", options: [{ label: "Red", description: "like a poppy" }, { label: "Blue", description: "like the sea" }] }] },
  execute: { code: "return document.title" },
};

/** The screens, each with what it shows. */
const SCREENS = {
  async "the start page"(kit, look) {
    const page = await kit.page(look);
    await page.goto(`${(await kit.site()).origin}/`);
    await page.getByRole("heading").first().waitFor();
    await isFine(page, "the start page");
  },

  async "the sign-in form"(kit, look) {
    const page = await kit.page(look);
    await page.goto(`${(await kit.site()).origin}/chat.html`);
    const chat = new Chat(page);
    await chat.button("Sign in").waitFor();
    await isFine(page, "the form");
    await chat.signIn({ server: "https://127.0.0.1:1", email: "a@b.example", password: "x" });
    await page.getByRole("alert").first().waitFor();
    await isFine(page, "the form with an error");
  },

  async "the gallery and all that opens in it"(kit, look) {
    const chat = await openGallery(kit, look);
    await isFine(chat.page, "the gallery");
    contains([...(await opensAll(chat.page, "the gallery"))].sort().join(), ["Toggle status history", "Tools"], "what opened");
  },

  async "the gallery on a phone, from right to left"(kit, look) {
    const chat = await openGallery(kit, { ...look, viewport: PHONE, dir: "rtl" });
    await isFine(chat.page, "the gallery");
    await chat.button("Show chats").click();
    await isFine(chat.page, "the list of chats");
  },

  async "the panel with a source, and with what code shows"(kit, look) {
    for (const viewport of [DESK, PHONE]) {
      const { page, ...chat } = await openGallery(kit, { ...look, viewport });
      const panel = page.getByRole("complementary");
      await chat.assistant.last().getByRole("list", { name: "Sources" }).getByRole("button").first().click();
      await panel.waitFor();
      await isFine(page, `a source (${viewport.width})`);
      await page.getByRole("button", { name: "Close panel" }).click();
      await chat.assistant.last().getByRole("button", { name: "Preview" }).first().click();
      await panel.waitFor();
      await isFine(page, `a preview (${viewport.width})`);
    }
  },

  async "a message that is edited"(kit, look) {
    const chat = await openGallery(kit, look);
    await chat.user.first().getByRole("button", { name: "Edit message" }).click();
    await chat.button("Cancel").waitFor();
    await isFine(chat.page, "the editor");
  },

  async "an answer that is coming, fails, or has things beside it"(kit, look) {
    const { page, ...chat } = await openGallery(kit, look);
    await send(page, "status", { description: "Counting nests", done: false });
    await send(page, "response:completion", { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: "It **grows**\n\n```python\nprint(" });
    await page.getByText("Counting nests").first().waitFor();
    await isFine(page, "a growing answer");
    await send(page, "embeds", { embeds: ["<p>An embed</p>", "https://example.org/embed"] });
    await send(page, "chat:message:tasks", { tasks: [{ id: "1", content: "count", status: "completed" }, { id: "2", content: "write", status: "in_progress" }] });
    for (const type of ["info", "success", "warning", "error"]) await send(page, "notification", { type, content: `A notice: ${type}.` });
    await page.getByText("A notice: error.").waitFor();
    await isFine(page, "notices, tasks and embeds");
    await send(page, "chat:message:error", { error: { content: "The model gave up." } });
    await chat.assistant.last().getByText("The model gave up.").waitFor();
    await isFine(page, "a failed answer");
  },

  async "each dialog"(kit, look) {
    const { page } = await openGallery(kit, look);
    for (const [type, data] of Object.entries(QUESTIONS)) {
      await send(page, type, data, true);
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      await isFine(page, `the dialog of ${type}`);
      await page.evaluate(() => client.decide(client.state.questions[0].id, "cancel", undefined));
      await dialog.waitFor({ state: "hidden" });
    }
  },

  async "code that is edited, and what it put out"(kit, look) {
    for (const viewport of [DESK, PHONE]) {
      const chat = await openAnswer(kit, "```python\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nraise ValueError('no nest')\n```\n", { ...look, viewport });
      const { page } = chat;
      await chat.button("Run").click();
      await page.getByRole("region", { name: "Output" }).getByText("no nest").first().waitFor({ timeout: 90_000 });
      await pictures(page.getByRole("region", { name: "Output" }), 1);
      await isFine(page, `an output (${viewport.width})`);
      await chat.button("Edit code").click();
      await page.getByRole("textbox", { name: "Edit code" }).press("ControlOrMeta+f");
      await page.getByRole("textbox", { name: "Find" }).waitFor();
      await isFine(page, `the editor with its search (${viewport.width})`);
      await page.keyboard.press("Escape");
      await page.getByRole("textbox", { name: "Edit code" }).press("ControlOrMeta+End");
      await page.keyboard.type("\npl");
      await page.keyboard.press("Tab");
      await page.getByRole("listbox").waitFor();
      await isFine(page, `the editor with what it offers (${viewport.width})`);
    }
  },

  async "a picture that is seen large, and the artifacts"(kit, look) {
    for (const viewport of [DESK, PHONE]) {
      const { page } = await openGallery(kit, { ...look, viewport });
      await page.getByRole("button", { name: /^Enlarge/ }).first().click();
      await page.getByRole("dialog").getByRole("img").waitFor();
      await isFine(page, `the picture (${viewport.width})`);
      await page.keyboard.press("Escape");
      const chat = await openAnswer(kit, "```html\n<p>one</p>\n```\n", { ...look, viewport });
      await chat.button("Artifacts").click();
      await chat.page.getByRole("complementary", { name: "Artifacts" }).waitFor();
      await isFine(chat.page, `the artifacts (${viewport.width})`);
    }
  },

  async "the pages in Chinese"(kit, look) {
    const chinese = { ...look, locale: "zh-CN" };
    const { page: chat } = await openGallery(kit, chinese);
    await isFine(chat, "the gallery");
    const page = await kit.page(chinese);
    const book = await kit.notebook({ page });
    await page.getByRole("textbox", { name: "单元格 1 的代码", exact: true }).fill("1 / 0");
    await page.getByRole("textbox", { name: "单元格 1 的代码", exact: true }).press("ControlOrMeta+Enter");
    await page.getByText(/^已停止，用时 /).waitFor({ timeout: 90_000 });
    await isFine(book.page, "a notebook");
    await page.goto(`${(await kit.site()).origin}/`);
    await page.getByRole("heading", { name: "此浏览器" }).waitFor();
    await isFine(page, "the start page");
  },

  async "a notebook with what it printed, its error and its help"(kit, look) {
    const page = await kit.page(look);
    const book = await kit.notebook({ page });
    await isFine(page, "an empty notebook");
    await book.runs("import pandas as pd\nprint(6 * 7)\npd.DataFrame({'bird': ['owl'], 'nests': [1]})", "42");
    await book.button("Run all").waitFor();
    await book.editor(1).press("Shift+Enter");
    await book.run("raise ValueError('no nest')", 2);
    await book.shows("no nest", 2);
    await isFine(page, "a notebook with outputs");
    await opensAll(page, "the notebook");
  },
};

export const cases = {};
for (const [name, visit] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"]) {
    cases[`${name} (${colorScheme})`] = (kit) => visit(kit, { colorScheme, reducedMotion: "reduce", viewport: DESK });
  }
}
