//! The chat on paper, for eyes that need contrast, and for those whom motion disturbs; and what is in reach, and loaded, when.

import { eventually, ok, same } from "../lib/expect.mjs";
import { stored } from "../lib/stored.mjs";

const FAR = Array.from({ length: 120 }, (_, i) => `Paragraph ${i} has some words.`).join("\n\n");
const LONG = Array.from({ length: 300 }, (_, i) => `line${i} = ${i}`).join("\n");

/** How much two colours of the page differ, as WCAG counts it. */
const contrast = (page, one, other) =>
  page.evaluate(
    ([one, other]) => {
      const light = (token) => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.setProperty("color", `var(${token})`);
        const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
        probe.remove();
        const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    },
    [one, other],
  );

export const cases = {
  async "on paper all is drawn, nothing scrolls, and what can be pressed is left out"(kit) {
    const content = `${FAR}\n\nA formula: $x^2$\n\n\`\`\`mermaid\ngraph TD; A-->B\n\`\`\`\n\n\`\`\`\n${LONG}\n\`\`\`\n\n${FAR}`;
    const chat = await stored(kit, { content });
    await eventually(() => chat.assistant.locator(".math").count(), "the formula is there");
    await chat.page.evaluate(() => document.querySelector(".conversation")?.scrollTo(0, 0));
    same(await chat.assistant.locator(".diagram img").count(), 0, "diagrams that are far are not drawn");
    await chat.page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await chat.page.emulateMedia({ media: "print" });
    await chat.assistant.locator(".math[data-drawn]").waitFor();
    await chat.assistant.locator(".diagram img").waitFor({ timeout: 60_000 });
    for (const name of ["Send message", "Copy message"]) same(await chat.page.getByRole("button", { name }).isVisible(), false, `${name} on paper`);
    const scrolls = await chat.page.evaluate(() =>
      [...document.querySelectorAll(".conversation, .markdown pre, .table-scroll")].filter((one) => one.checkVisibility() && one.scrollHeight > one.clientHeight + 4 && getComputedStyle(one).overflowY !== "visible").map((one) => one.className || one.tagName),
    );
    same(scrolls, [], "what scrolls on paper");
  },

  async "who asks for more contrast has it, light and dark"(kit) {
    const chat = await stored(kit, { content: "Words." });
    for (const colorScheme of ["light", "dark"]) {
      await chat.page.emulateMedia({ colorScheme, contrast: "no-preference" });
      const usual = await contrast(chat.page, "--faint", "--background");
      await chat.page.emulateMedia({ colorScheme, contrast: "more" });
      for (const token of ["--text", "--muted", "--faint", "--accent", "--danger", "--warning", "--success", "--busy"]) {
        const is = await contrast(chat.page, token, "--background");
        ok(is >= 7, `${token} has ${is.toFixed(1)} : 1 in ${colorScheme}`);
      }
      ok((await contrast(chat.page, "--line", "--background")) >= 3, `lines are seen in ${colorScheme}`);
      ok((await contrast(chat.page, "--faint", "--background")) > usual, "it is more than usual");
    }
  },

  async "nothing moves for those who don't want it, and what goes on is still said"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.does({ emit: { type: "status", data: { description: "Looking it up", done: false } } }, { wait: "look" }, { say: "Done." });
    const shimmer = chat.assistant.locator(".shimmer");
    await shimmer.waitFor();
    const moves = () => shimmer.evaluate((one) => getComputedStyle(one).animationName !== "none");
    await chat.page.emulateMedia({ reducedMotion: "no-preference" });
    same(await moves(), true, "it moves");
    await chat.page.emulateMedia({ reducedMotion: "reduce" });
    same(await moves(), false, "it moves for those who don't want it");
    ok((await shimmer.innerText()).includes("Looking it up"), "what goes on is said");
    model.release("look");
    await chat.idle();
  },

  async "the buttons of a long block stay in view while it is read"(kit) {
    const chat = await stored(kit, { content: `Before.\n\n\`\`\`python\n${LONG}\n\`\`\`\n\n${FAR}` });
    const block = chat.assistant.locator("figure.code-block");
    const copy = block.getByRole("button", { name: "Copy" });
    for (const part of [0.3, 0.6]) {
      await block.evaluate((figure, part) => {
        const log = figure.closest(".conversation") ?? document.scrollingElement;
        log.scrollTop += figure.getBoundingClientRect().top + figure.getBoundingClientRect().height * part - log.getBoundingClientRect().top;
      }, part);
      const [button, log] = [await copy.boundingBox(), await chat.conversation.boundingBox()];
      ok(button.y >= log.y - 1 && button.y + button.height <= log.y + log.height, `Copy is in view at ${part}: ${button.y} in ${log.y} to ${log.y + log.height}`);
      const hit = await copy.evaluate((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      });
      same(hit, true, "nothing covers it");
    }
  },

  async "what draws formulas, diagrams and charts is loaded when a message needs it"(kit) {
    const page = await kit.page();
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const loaded = (what) => asked.some((path) => path.includes(what));
    const plain = await stored(kit, { content: "Only words, and `code`." }, { page });
    await plain.replies("Only words");
    same(["/vendor/math", "/vendor/diagram", "frames/diagram"].filter(loaded), [], "what was loaded for words");
    const formula = await stored(kit, { content: "$x^2$" }, { page });
    await formula.assistant.locator(".math[data-drawn]").waitFor();
    same(["/vendor/math", "/vendor/diagram"].map(loaded), [true, false], "what was loaded for a formula");
    const chart = '{"data":{"values":[{"a":1}]},"mark":"point","encoding":{"x":{"field":"a"}}}';
    const charts = await stored(kit, { content: `\`\`\`vega-lite\n${chart}\n\`\`\`` }, { page });
    await charts.assistant.locator(".diagram img").waitFor({ timeout: 60_000 });
    same([loaded("vega"), loaded("mermaid")], [true, false], "what was loaded for a chart");
  },
};
