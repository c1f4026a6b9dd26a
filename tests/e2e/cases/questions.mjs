//! What editors ask the kernel while nothing runs, and the list of variables.

import { counted, eventually, ok, same } from "../lib/expect.mjs";

const SETUP = `import math
def scale(values, *, factor=2.0):
    "Makes them larger."
    return [value * factor for value in values]
table = {"first key": [1, 2, 3]}
print("set", "up")`;

/** Types at the end of cell `n`, whatever stands there. */
async function type(book, n, text) {
  await book.write(n, "");
  await book.editor(n).pressSequentially(text);
}

const offers = (book) => book.page.getByRole("listbox").getByRole("option");

export const cases = {
  async "Tab offers what the running kernel knows, and the keyboard takes it"(kit) {
    const book = await kit.notebook();
    await book.runs(SETUP, "set up");
    await book.button("Add cell").click();
    await type(book, 2, "y = math.sq");
    await book.editor(2).press("Tab");
    await offers(book).filter({ hasText: "sqrt" }).waitFor();
    await counted(offers(book), 1, "offers");
    await book.editor(2).press("Enter");
    await eventually(async () => (await book.editor(2).innerText()).includes("math.sqrt"), "the name is written");
    await type(book, 2, "scale([1, 2], fac");
    await book.editor(2).press("Tab");
    await offers(book).filter({ hasText: "factor=" }).waitFor();
    await book.editor(2).press("Escape");
    await offers(book).first().waitFor({ state: "detached" });
    await type(book, 2, "table['fi");
    await book.editor(2).press("Control+Space");
    await offers(book).filter({ hasText: "first key" }).waitFor();
  },

  async "Tab offers the words of the page while the kernel can't answer"(kit) {
    const book = await kit.notebook();
    await book.runs("long_name_of_a_cell = 1\nprint('set', 'up')", "set up");
    await book.run("import time\nprint('be', 'gun', flush=True)\ntime.sleep(600)");
    await book.shows("be gun");
    await book.button("Add cell").click();
    await type(book, 2, "another_name = 1\nanother_");
    await book.editor(2).press("Tab");
    await offers(book).filter({ hasText: "another_name" }).waitFor();
    await book.button("Interrupt kernel").click();
    await book.is("Idle");
  },

  async "Shift+Tab tells of the function that is called, Escape closes that alone, and before the code it unindents"(kit) {
    const book = await kit.notebook();
    await book.runs(SETUP, "set up");
    await book.button("Add cell").click();
    await type(book, 2, "scale(");
    await book.editor(2).press("Shift+Tab");
    const told = book.page.getByRole("tooltip");
    await told.getByText("scale(values, *, factor=2.0)").waitFor();
    await told.getByText("Makes them larger.").waitFor();
    await book.editor(2).press("Escape");
    await told.waitFor({ state: "detached" });
    ok(await book.editor(2).evaluate((editor) => editor.contains(document.activeElement) || editor === document.activeElement), "the focus is in the code");
    await book.write(2, "if 1:\n    pass");
    await book.editor(2).press("Control+End");
    await book.editor(2).press("Home");
    await book.editor(2).press("Shift+Tab");
    await eventually(async () => /^if 1:\npass$/.test((await book.editor(2).innerText()).trim()), "the line is unindented");
    await counted(told, 0, "boxes");
  },

  async "the variables are listed with type, shape, size and value, and the list follows each run"(kit) {
    const book = await kit.notebook();
    await book.button("Variables").click();
    const panel = book.page.getByRole("complementary", { name: "Variables" });
    await panel.getByText(/no variables yet|at rest/).waitFor();
    await book.runs("import numpy as np\ngrid = np.zeros((3, 4))\nword = '<b>bold</b>'\nprint('set', 'up')", "set up");
    const row = (name) => panel.getByRole("row").filter({ has: book.page.getByRole("rowheader", { name, exact: true }) });
    await row("grid").waitFor();
    same(await row("grid").getByRole("cell").allInnerTexts(), ["ndarray", "3 × 4", "96 bytes"], "the cells of grid");
    await panel.getByRole("cell", { name: "Value'<b>bold</b>'" }).or(panel.getByRole("cell", { name: "Value '<b>bold</b>'" })).waitFor();
    await counted(panel.getByRole("rowheader"), 2, "variables");
    await book.runs("del grid\nanswer = 42\nprint('changed', 'now')", "changed now");
    await row("answer").waitFor();
    await row("grid").waitFor({ state: "detached" });
    await panel.press("Escape");
    await panel.waitFor({ state: "detached" });
    ok(await book.button("Variables").evaluate((button) => button === document.activeElement), "the focus is back");
  },

  async "the variables of a chat are listed once code has run in it, and follow each run"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await counted(chat.button("Variables"), 0, "lists where nothing has run");
    await chat.ask("set it\n```python\nkept = [41, 42]\n```\n", "Done.");
    await chat.idle();
    await chat.button("Variables").click();
    const panel = chat.page.getByRole("complementary", { name: "Variables" });
    const row = (name) => panel.getByRole("row").filter({ has: chat.page.getByRole("rowheader", { name, exact: true }) });
    await row("kept").waitFor();
    same((await row("kept").getByRole("cell").allInnerTexts()).slice(0, 2), ["list", "2"], "the cells of kept");
    await chat.ask("more\n```python\nword = 'new'\n```\n", "Done.");
    await row("word").waitFor();
    await chat.button("Files").click();
    await panel.waitFor({ state: "detached" });
    await chat.page.getByRole("complementary", { name: "Files" }).waitFor();
    await chat.button("New chat").click();
    await chat.button("Variables").waitFor({ state: "detached" });
    await chat.chats.getByRole("link", { name: "A scripted chat" }).first().click();
    await chat.button("Variables").click();
    await row("kept").waitFor();
    await panel.getByRole("button", { name: "Restart Python: variables go, files stay" }).click();
    await panel.getByText("There are no variables yet").waitFor({ timeout: 90_000 });
    await chat.ask("look\n```python\nprint('kept' in globals())\n```\n", "Done.");
    same((await model.toolOutput("look")).stdout, "False\n", "what is left of them");
  },

  async "a page asks its own kernel for completions, documentation and variables"(kit) {
    const page = await kit.page();
    await page.goto(`${(await kit.site()).origin}/index.html`);
    const seen = await page.evaluate(async () => {
      const { default: init, Kernel } = await import("/pyoxide.js");
      await init();
      const kernel = await Kernel.start({});
      await kernel.execute("value = 'text'\ndef twice(x): 'Doubles.'; return 2 * x").reply;
      const code = "'😀'; value.upp";
      const fits = await kernel.complete(code, code.length);
      const about = await kernel.inspect("twice(1)", 3);
      const { variables } = await kernel.variables();
      const busy = kernel.execute("import time; time.sleep(600)");
      const none = await kernel.complete("val", 3);
      await kernel.interrupt();
      await busy.reply;
      kernel.dispose();
      return { fits, about, names: variables.map(({ name, type }) => `${name}: ${type}`), none, after: await kernel.variables() };
    });
    same(seen.fits, { start: 12, end: 15, matches: [{ text: "upper", type: "method" }], open: false }, "what fits");
    same(seen.about, { name: "twice", text: "twice(x)\nDoubles." }, "what is told");
    same(seen.names, ["twice: function", "value: str"], "the variables");
    same([seen.none, seen.after], [null, null], "what there is no answer to");
  },
};
