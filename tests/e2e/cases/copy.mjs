//! What is copied of an answer that has formulas.

import { eventually, same } from "../lib/expect.mjs";
import { openAnswer } from "../lib/gallery.mjs";

const TEXT = "An area of $\\pi r^2$ it is, **not** $2 \\pi r$.\n\n$$\n\\int_0^1 x\\,dx\n$$\n\n- first $a$\n- second\n";

/** The answer, with its formulas drawn. */
async function open(kit) {
  const chat = await openAnswer(kit, TEXT, { permissions: ["clipboard-read", "clipboard-write"] });
  await eventually(async () => (await chat.assistant.locator(".math[data-drawn]").count()) === 4, "the formulas are drawn", 60_000);
  return chat;
}

/** Selects by `select`, in the page, and copies by the keyboard: what the clipboard has, by its kinds. */
async function copied({ page }, select, of) {
  await page.evaluate(select, of);
  await page.keyboard.press("ControlOrMeta+c");
  return page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const kinds = await Promise.all(item.types.map(async (type) => [type, await (await item.getType(type)).text()]));
    return Object.fromEntries(kinds);
  });
}

const whole = () => getSelection().selectAllChildren(document.querySelector("article:last-of-type .markdown"));

export const cases = {
  async "formulas are copied as they were written, words as the browser copies them"(kit) {
    const chat = await open(kit);
    const drawn = () => chat.assistant.locator(".katex").count();
    const before = await drawn();
    const all = await copied(chat, whole);
    same(all["text/plain"].trim().split(/\n+/), ["An area of $\\pi r^2$ it is, not $2 \\pi r$.", "$$\\int_0^1 x\\,dx$$", "first $a$", "second"], "the plain text");
    const rich = await chat.page.evaluate((html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      return [page.querySelectorAll("math").length, page.querySelectorAll(".katex-html").length, page.querySelector("strong")?.textContent];
    }, all["text/html"]);
    same(rich, [4, 0, "not"], "formulas, their second forms, and bold words of the rich text");
    same(await drawn(), before, "formulas that are still drawn");
    same(await chat.page.evaluate(() => getSelection().isCollapsed), false, "whether nothing is selected any more");
  },

  async "a part of a formula is copied whole, and what has none as ever"(kit) {
    const chat = await open(kit);
    const from = () => {
      const [start] = document.querySelectorAll("article:last-of-type .math .katex-html .mord");
      const end = document.querySelector("article:last-of-type .markdown strong").firstChild;
      getSelection().setBaseAndExtent(start.firstChild, 0, end, 3);
    };
    same((await copied(chat, from))["text/plain"], "$\\pi r^2$ it is, not", "from within a formula");
    const words = () => getSelection().selectAllChildren(document.querySelector("article:last-of-type .markdown strong"));
    same((await copied(chat, words))["text/plain"], "not", "without a formula");
  },
};
