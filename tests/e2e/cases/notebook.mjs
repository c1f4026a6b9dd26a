//! The notebook page: cells, outputs, figures, interrupt and restart.

import { contains, eventually, ok, same } from "../lib/expect.mjs";
import { pictures, sequence } from "../lib/pages.mjs";

const FOREVER = `kept = 7
print("early")
while True:
    pass
`;

export const cases = {
  async "runs a cell by its button"(kit) {
    const book = await kit.notebook();
    await book.runs("print(6 * 7)", "42");
  },

  async "runs a cell by Shift+Enter and goes on to the next"(kit) {
    const book = await kit.notebook();
    await book.write(1, "a = 20 + 1");
    await book.editor(1).press("Shift+Enter");
    await book.write(2, "a * 2");
    await book.editor(2).press("Shift+Enter");
    await book.shows("42", 2);
    same((await book.output(1).innerText()).includes("42"), false, "the first cell's output has the second's");
  },

  async "runs all cells in order"(kit) {
    const book = await kit.notebook();
    await book.write(1, "words = ['one']");
    await book.editor(1).press("Shift+Enter");
    await book.write(2, "words.append('two'); print(words)");
    await book.button("Run all").click();
    await book.shows("['one', 'two']", 2);
  },

  async "shows how far the packages are while they load"(kit) {
    const site = await kit.ownSite();
    const release = site.hold(/\/pyodide\/pyodide\.asm\.wasm$/);
    const book = await kit.notebook({ site });
    await book.run("print('loaded')");
    const progress = book.page.getByRole("progressbar");
    await progress.first().waitFor();
    const text = await progress.first().evaluate((bar) =>
      [bar.getAttribute("aria-label"), bar.getAttribute("aria-valuetext"), bar.parentElement.innerText].join(" "),
    );
    contains(text, /\d+(\.\d+)?\s*(of\s*\d+(\.\d+)?\s*)?[MkK]i?B/, "the progress bar tells bytes");
    contains(text, /wasm|pyodide|python/i, "the progress bar tells what is loaded");
    release();
    await book.shows("loaded");
    await progress.first().waitFor({ state: "hidden" });
  },

  async "shows output before the run ends, and is interrupted"(kit) {
    const book = await kit.notebook();
    await book.run(FOREVER);
    await book.shows("early");
    await book.is("Busy");
    await book.button("Interrupt kernel").click();
    await book.shows("KeyboardInterrupt");
    await book.runs("print('still', kept)", "still 7");
  },

  async "restarting the kernel forgets the variables"(kit) {
    const book = await kit.notebook();
    await book.runs("kept = 7; print('set', kept)", "set 7");
    await book.button("Restart kernel").click();
    await book.is("Idle");
    await book.runs("print(kept)", "NameError");
  },

  async "files are there after a restart, and after code that did not stop"(kit) {
    const book = await kit.notebook();
    const read = "print(open('/mnt/uploads/kept.txt').read(), 'kept' in globals())";
    await book.runs("kept = open('/mnt/uploads/kept.txt', 'w').write('forty-two'); print('written')", "written");
    await book.button("Restart kernel").click();
    await book.runs(read, "forty-two False");
    await book.run("open('late.txt', 'w').write('lost')\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass");
    await book.is("Busy");
    await book.button("Interrupt kernel").click();
    await book.shows(/variables are gone, files of earlier runs are not/);
    await book.runs(read, "forty-two False");
  },

  async "restarting ends code that runs without end"(kit) {
    const book = await kit.notebook();
    await book.run(FOREVER);
    await book.shows("early");
    await book.button("Restart kernel").click();
    await book.runs("print('a new kernel')", "a new kernel");
  },

  async "stderr and the value of the last expression are shown"(kit) {
    const book = await kit.notebook();
    await book.run("import sys\nprint('to stdout')\nprint('to stderr', file=sys.stderr)\n{'answer': 42}");
    await book.shows("to stdout");
    await book.shows("to stderr");
    await book.shows("{'answer': 42}");
  },

  async "a traceback names the line of the cell and no internals"(kit) {
    const book = await kit.notebook();
    await book.run("def share(n):\n    return 1 / n\n\nshare(0)");
    await book.shows("ZeroDivisionError");
    const text = await book.output(1).innerText();
    contains(text, ["Traceback", /line 4/, /line 2/, "return 1 / n", "ZeroDivisionError: division by zero"], "the traceback");
    for (const inner of ["_pyodide", "kernel.py", "eval_code", "run_async"]) {
      ok(!text.includes(inner), `the traceback shows the internal name ${inner}: ${text}`);
    }
  },

  async "a DataFrame is shown as a table"(kit) {
    const book = await kit.notebook();
    await book.run("import pandas as pd\npd.DataFrame({'name': ['Ada', 'Grace'], 'born': [1815, 1906]})");
    const cell = await eventually(async () => {
      for (const frame of book.page.frames()) {
        const found = frame.locator("table td", { hasText: "1815" });
        if ((await found.count()) && (await found.first().isVisible())) return found.first();
      }
    }, "a visible table has the value 1815", 120_000);
    same(await cell.evaluate((td) => td.parentElement.innerText.split(/\s+/)), ["0", "Ada", "1815"], "the row");
  },

  async "a figure is shown without plt.show()"(kit) {
    const book = await kit.notebook();
    await book.run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);");
    await pictures(book.output(1), 1);
  },

  async "two figures stand in order between the text around them"(kit) {
    const book = await kit.notebook();
    await book.run(
      ["import matplotlib.pyplot as plt", "print('first')", "plt.plot([1, 2]); plt.show()", "print('second')", "plt.bar(['a'], [1]); plt.show()", "print('third')"].join("\n"),
    );
    await pictures(book.output(1), 2);
    contains(await sequence(book.output(1)), ["first", "[image]", "second", "[image]", "third"], "the output");
  },

  async "works on a host that sends no isolation headers"(kit) {
    const book = await kit.notebook({ site: await kit.ownSite({ isolated: false }) });
    await book.runs("print(6 * 7)", "42");
    await book.run(FOREVER);
    await book.shows("early");
    await book.button("Interrupt kernel").click();
    await book.shows(/variables are gone/);
    await book.runs("print('goes on')", "goes on");
  },

  async "who reads Chinese finds no English word on the notebook page"(kit) {
    const page = await kit.page({ locale: "zh-CN" });
    const book = await kit.notebook({ page });
    await page.getByRole("textbox", { name: "单元格 1 的代码", exact: true }).fill("1 / 0");
    await page.getByRole("group", { name: "单元格 1", exact: true }).getByRole("button", { name: "运行单元格", exact: true }).click();
    await page.getByText(/^已停止，用时 /).waitFor({ timeout: 60_000 });
    await book.button("重启内核").click();
    await page.getByText("内核已重启。变量和导入已丢失").waitFor();
    await book.button("运行所有单元格").waitFor();
    await page.getByRole("status", { name: "内核状态" }).getByText("空闲").waitFor({ timeout: 60_000 });
    await page.getByRole("textbox", { name: "单元格 1 的代码", exact: true }).press("ControlOrMeta+f");
    await page.getByRole("textbox", { name: "查找", exact: true }).waitFor();
    const search = page.locator(".cm-search");
    same((await search.innerText()).match(/[A-Za-z]{2,}/g), null, "words of the search that are not Chinese");
    await search.getByRole("button", { name: "关闭", exact: true }).click();
    await book.button("文件").click();
    await page.getByText("还没有文件。").waitFor();
    await book.button("键盘快捷键").click();
    await page.getByRole("heading", { name: "键盘快捷键" }).waitFor();
    same(await englishWords(page), [], "words that are not Chinese");
    same(await page.locator("#app").getAttribute("lang"), "zh-Hans", "the language for those who hear the page");
  },

  async "who reads Chinese is spoken to in Chinese before the page has come, and where it can't come"(kit) {
    const site = await kit.ownSite();
    const page = await kit.page({ locale: "zh-CN" });
    const release = site.hold(/pyoxide_bg\.wasm$/);
    await kit.notebook({ site, page });
    await page.getByRole("status").getByText("正在打开笔记本…").waitFor();
    same([await page.title(), await page.locator("html").getAttribute("lang")], ["笔记本 · pyoxide", "zh-Hans"], "title and language");
    release();
    await page.getByRole("button", { name: "全部运行" }).waitFor();
    const other = await kit.page({ locale: "zh-CN", serviceWorkers: "block" });
    site.spoil(/pyoxide_bg\.wasm$/, "missing");
    await kit.notebook({ site, page: other });
    await other.getByRole("alert").getByText(/^本页面无法启动（/).waitFor();
  },
};

/** Words of Latin letters among what the page shows and says of itself, without names, keys, and what code is and puts out. */
const englishWords = (page) =>
  page.locator("#app").evaluate((app) => {
    const copy = app.cloneNode(true);
    for (const other of copy.querySelectorAll(".cm-editor, .output, .outputs, kbd, script, style, svg")) other.remove();
    const labels = ["aria-label", "title", "placeholder", "alt", "aria-valuetext"];
    const said = [...copy.querySelectorAll("*")].flatMap((element) => labels.map((name) => element.getAttribute(name)));
    const names = /pyoxide|Python|Shift\+Enter|Enter|Escape|Tab|ipynb|numpy|pandas|matplotlib|\/mnt\/uploads|[kM]B|csv/gi;
    const words = (text) => (text ?? "").replace(names, "").match(/[A-Za-z]{2,}/g) ?? [];
    return [...new Set([copy.textContent, ...said].flatMap(words))];
  });
