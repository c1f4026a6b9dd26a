//! Code of a conversation in the person's hands: where tracebacks lead, and the editor that knows what the kernel knows.

import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { openAnswer } from "../lib/gallery.mjs";

const fence = (code) => `\`\`\`python\n${code}\n\`\`\`\n\n`;
const KERNEL = 90_000;

const blocks = (chat) => chat.assistant.locator("figure.code-block");
const button = (place, name) => place.getByRole("button", { name, exact: true });
const output = (block) => block.getByRole("region", { name: "Output" });
const field = (block) => block.getByRole("textbox", { name: "Edit code" });
const selected = (page) => page.evaluate(() => String(getSelection()));
/** The text of an editor. */
const written = (block) => field(block).locator(".cm-line").allInnerTexts();

/** Opens the editor of a block. */
async function edit(block) {
  await button(block, "Edit code").click();
  await field(block).waitFor();
  await eventually(() => field(block).evaluate((one) => one === document.activeElement), "the editor has the focus");
}

export const cases = {
  async "a line of a traceback leads to that line of the code, in whichever block it stands"(kit) {
    const lines = Array.from({ length: 80 }, (_, at) => `# ${at}`).join("\n");
    const chat = await openAnswer(kit, `${fence(`${lines}\ndef half(n):\n    return n / 0  # of course not\n${lines}`)}Then\n\n${"so it goes\n\n".repeat(40)}${fence("print('before')\nhalf(2)")}`);
    const { page } = chat;
    const [far, near] = [blocks(chat).first(), blocks(chat).last()];
    await button(far, "Run").click();
    await far.getByText("It put out nothing.").waitFor({ timeout: KERNEL });
    await button(far, "Collapse").click();
    await button(near, "Run").click();
    await output(near).getByText("ZeroDivisionError").first().waitFor({ timeout: KERNEL });
    await output(near).getByRole("button", { name: /line 82, in half/ }).press("Enter");
    same(await selected(page), "    return n / 0  # of course not", "the line that is marked");
    ok(await far.locator("pre").evaluate((pre) => pre === document.activeElement), "the keyboard is at the code");
    await eventually(() => page.evaluate(() => {
      const [line, log] = [getSelection().getRangeAt(0).getBoundingClientRect(), document.querySelector("[role=log]").getBoundingClientRect()];
      return line.height > 0 && line.top >= log.top && line.bottom <= log.bottom;
    }), "the line is in view");
    await button(far, "Collapse").waitFor();
    await output(near).getByRole("button", { name: /line 2, in <module>/ }).click();
    same(await selected(page), "half(2)", "the line in the block itself");
    // A block that is being edited shows the line where it is written.
    await edit(far);
    await output(near).getByRole("button", { name: /line 82, in half/ }).click();
    await eventually(async () => (await selected(page)) === "    return n / 0  # of course not", "the line in the editor");
    ok(await field(far).evaluate((one) => one === document.activeElement), "the keyboard is in the editor");
    // What ran once and is other code by now is not what the traceback means.
    await field(far).press("ControlOrMeta+Enter");
    await eventually(async () => (await output(far).count()) === 1 && (await button(far, "Run").count()) === 1, "it has run again");
    await output(near).getByRole("button", { name: /line 82, in half/ }).click();
    await page.getByText("The code of this line is not shown here").waitFor();
  },

  async "the editor of a block offers what the living kernel knows, and brings none to life"(kit) {
    const site = await kit.ownSite();
    const started = () => site.asked.filter((path) => /^\/(pyodide|snapshots)\//.test(path)).length > 0;
    const chat = await openAnswer(kit, `${fence("nests = {'owl': 3}\nprint('ready')")}${fence("nest_count = 1\npass")}`, { site });
    const { page } = chat;
    const [first, second] = [blocks(chat).first(), blocks(chat).last()];
    const options = page.getByRole("listbox", { name: "Completions" }).getByRole("option");
    await edit(second);
    await field(second).press("ControlOrMeta+End");
    await page.keyboard.type("nest");
    await page.keyboard.press("Tab");
    await options.filter({ hasText: /^nest_count/ }).waitFor();
    await page.keyboard.press("Escape");
    same(started(), false, "whether a question has brought Python up");
    await button(first, "Run").click();
    await output(first).getByText("ready").waitFor({ timeout: KERNEL });
    same(started(), true, "whether a run has");
    await field(second).focus();
    await page.keyboard.type("s.ke");
    // It may rest a moment later than its output is there.
    await eventually(async () => {
      await page.keyboard.press("Tab");
      return (await written(second)).includes("nests.keys") || (await options.filter({ hasText: /^keys/ }).count());
    }, "the kernel's own names are offered");
    if (await options.count()) await page.keyboard.press("Enter");
    same(await written(second), ["nest_count = 1", "pass", "nests.keys"], "the code");
    await page.keyboard.press("Shift+Tab");
    await page.getByRole("tooltip").filter({ hasText: "set-like object" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tooltip").waitFor({ state: "detached" });
  },

  async "an editor is left by the keyboard without losing what was written, and runs its code"(kit) {
    const chat = await openAnswer(kit, `${fence("print('old')")}`);
    const { page } = chat;
    const block = blocks(chat);
    await edit(block);
    await page.keyboard.press("Escape");
    await field(block).waitFor({ state: "detached" });
    ok(await button(block, "Edit code").evaluate((one) => one === document.activeElement), "unchanged code is left for where the person came from");
    await edit(block);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("print('new')");
    await page.keyboard.press("Shift+Enter");
    await output(block).getByText("new", { exact: true }).waitFor({ timeout: KERNEL });
    ok(await field(block).evaluate((one) => one === document.activeElement), "the keyboard stays in the code");
    await page.keyboard.press("Escape");
    await eventually(() => button(block, "Save").evaluate((one) => one === document.activeElement), "changed code is left for its buttons");
    same(await written(block), ["print('new')"], "what was written");
    await page.keyboard.press("Escape");
    await field(block).waitFor({ state: "detached" });
    contains(await block.getByRole("region", { name: "Code" }).innerText(), "print('old')", "the message's code");
  },

  async "without the editor's code, and for what is no Python, there is a plain field"(kit) {
    const site = await kit.ownSite();
    site.spoil(/vendor\/codemirror/, "missing");
    const chat = await openAnswer(kit, `${fence("print('old')")}\`\`\`json\n{}\n\`\`\`\n`, { site });
    for (const block of [blocks(chat).first(), blocks(chat).last()]) {
      await button(block, "Edit code").click();
      await block.locator("textarea").fill("other");
      await block.locator("textarea").press("Escape");
      await button(block, "Cancel").click();
      await counted(block.locator("textarea"), 0, "fields");
    }
  },
};
