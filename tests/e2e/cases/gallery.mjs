//! A message with every kind of content: it fits every screen, and with PYOXIDE_SCREENSHOTS=1 its pictures are taken.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { atRest, LAST, openGallery } from "../lib/gallery.mjs";
import { ROOT } from "../lib/paths.mjs";

const FOLDER = join(ROOT, "docs/screenshots");
/** A picture is not taken taller than this. */
const TALLEST = 14_000;

const DESK = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const LOOKS = {
  light: { ...DESK, colorScheme: "light" },
  dark: { ...DESK, colorScheme: "dark" },
  phone: { ...PHONE, colorScheme: "light" },
  rtl: { ...DESK, colorScheme: "light", locale: "ar", dir: "rtl" },
};

/** In the page: what stands wider than the screen, though nothing about it scrolls by itself. */
function overflowing() {
  const log = document.querySelector("[role=log]");
  const isCaught = (one) => one !== log && (getComputedStyle(one).overflowX !== "visible" || isCaught(one.parentElement));
  const leaves = (one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && (left < -1 || right > innerWidth + 1);
  };
  const wide = [...log.querySelectorAll("*")].filter((one) => leaves(one) && !isCaught(one.parentElement));
  const scrolls = document.documentElement.scrollWidth > innerWidth || log.scrollWidth > log.clientWidth + 1;
  return [...wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)), ...(scrolls ? ["the page scrolls sideways"] : [])];
}

export const cases = {
  async "every kind of content is what it says"(kit) {
    const chat = await openGallery(kit);
    const message = chat.assistant.last();
    for (const name of ["A gallery of everything", "Headings", "Of the third level", "Of the sixth level", "العربية"]) {
      await counted(message.getByRole("heading", { name, exact: true }), 1, `headings ${name}`);
    }
    same(await message.getByRole("checkbox").evaluateAll((all) => all.map((box) => box.checked)), [true, true, false], "the tasks");
    await counted(message.locator("ol[start='3']"), 1, "lists that begin at three");
    await counted(message.getByRole("table"), 2, "tables");
    ok(await message.getByRole("link", { name: "link", exact: true }).count(), "a link");
    contains(await message.evaluate((one) => one.textContent), ["print(\"a fence in a fence\")", "by indentation alone", "STEPS = 24", "The wren, the wren", "Ladders slip on ivy", "<div onclick=\"alert(1)\">", "观察笔记", "بومة", LAST], "the message");
    same(await message.locator("[onclick], img[src^='http']").count(), 0, "elements that the text made");
    await eventually(() => message.getByRole("img", { name: "Rings of light about a nest" }).evaluate((image) => image.naturalWidth === 480), "the picture of the server is drawn");
  },

  async "it fits a narrow screen, either way it is read"(kit) {
    for (const dir of ["ltr", "rtl"]) {
      const chat = await openGallery(kit, { viewport: { width: 320, height: 700 }, dir });
      same(await chat.page.evaluate(overflowing), [], `what leaves a screen of 320 pixels (${dir})`);
    }
  },
};

if (process.env.PYOXIDE_SCREENSHOTS === "1") {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, { viewport, ...look }] of Object.entries(LOOKS)) {
    cases[`gallery-${name}.png`] = async (kit) => {
      const chat = await openGallery(kit, { viewport, ...look });
      // The whole conversation, in a window as tall as it; what waits to be seen draws itself as it grows.
      for (let times = 0; times < 3; times++) {
        const more = await chat.conversation.evaluate((log) => log.scrollHeight - log.clientHeight);
        const { width, height } = chat.page.viewportSize();
        await chat.page.setViewportSize({ width, height: Math.min(TALLEST, height + more) });
        await atRest(chat.page);
      }
      await chat.page.screenshot({ path: join(FOLDER, `gallery-${name}.png`), animations: "disabled", caret: "hide" });
    };
  }
}
