//! What code shows beside text and figures: formulas, sounds, moving pictures.

import { readFileSync } from "node:fs";
import { longestTask } from "../lib/browser.mjs";
import { clip, contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";
import { stored } from "../lib/stored.mjs";

const SOUND = "import numpy as np\nfrom IPython.display import Audio\nAudio(np.sin(2 * np.pi * 440 * np.arange(8000) / 8000), rate=8000)";
const MOVING = "import io\nfrom PIL import Image as Picture\nfrom IPython.display import Image\nframes = [Picture.new('RGB', (60, 40), c) for c in ('red', 'blue')]\nfile = io.BytesIO()\nframes[0].save(file, 'GIF', save_all=True, append_images=frames[1:], duration=200, loop=0)\nImage(file.getvalue())";

/** A sound of a second can be played, and doesn't begin by itself. */
async function plays(sound) {
  await eventually(() => sound.evaluate((element) => element.duration === 1), "it lasts a second");
  same(await sound.evaluate((element) => [element.controls, element.autoplay, element.paused]), [true, false, true], "its controls");
  await sound.evaluate((element) => element.play());
  await eventually(() => sound.evaluate((element) => element.currentTime > 0), "it plays");
}

/** One picture is shown, and it moves. */
async function moves(output) {
  await pictures(output, 1);
  const image = output.getByRole("img");
  same(await image.evaluate(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight]), [60, 40], "its size");
  const first = await image.screenshot();
  await eventually(async () => !first.equals(await image.screenshot()), "it changes by itself");
}

export const cases = {
  async "a formula of sympy is drawn, and one that is none stays as it was written, with the reason"(kit) {
    const book = await kit.notebook();
    await book.run("import sympy\nx = sympy.symbols('x')\nsympy.Integral(sympy.sqrt(1 / x), x)");
    const drawn = book.output(1).locator(".math[class~=math-display] .katex");
    await drawn.first().waitFor({ timeout: 90_000 });
    contains(await drawn.first().innerText(), ["∫"], "the formula");
    await book.run("from IPython.display import Latex\nLatex(r'An area of $\\pi r^2$, and $\\nosuch{$ <b>')");
    await book.output(1).locator(".math .katex").first().waitFor();
    await book.output(1).getByRole("note").waitFor();
    contains(await book.output(1).innerText(), ["An area of", "\\nosuch{", "can't be drawn", "<b>"], "the words");
  },

  async "Markdown that code displays is laid out, and nothing in it runs or loads"(kit) {
    const book = await kit.notebook();
    const text = "# Nests\\n\\nFound **three** in `oak`, see [notes](https://notes.example/), [bad](javascript:alert(1)) and $x^2$.\\n\\n- owl\\n- wren\\n\\n| bird | n |\\n|---|--:|\\n| owl | 2 |\\n\\n<img src=x onerror=alert(1)> ![far](https://evil.example/p.png)";
    await book.run(`from IPython.display import Markdown\nMarkdown("${text}")`);
    const output = book.output(1);
    await output.getByRole("heading", { name: "Nests" }).waitFor({ timeout: 90_000 });
    await output.locator("strong", { hasText: "three" }).waitFor();
    await output.locator(".math .katex").waitFor();
    same(await output.getByRole("link").evaluateAll((links) => links.map((link) => [link.textContent, link.href, link.rel])), [["notes", "https://notes.example/", "noopener noreferrer nofollow"]], "the links");
    same(await output.getByRole("listitem").allInnerTexts(), ["owl", "wren"], "the list");
    same(await output.getByRole("cell").allInnerTexts(), ["owl", "2"], "the table");
    contains(await output.innerText(), ["<img src=x onerror=alert(1)>", "far"], "what stays words");
    await counted(output.locator("img"), 0, "pictures");
  },

  async "a sound can be played, and begins when the person wants it to"(kit) {
    const book = await kit.notebook();
    await book.run(SOUND);
    const sound = book.output(1).locator("audio");
    await sound.waitFor({ timeout: 90_000 });
    await plays(sound);
  },

  async "a moving picture is shown as a picture"(kit) {
    const book = await kit.notebook();
    await book.run(MOVING);
    await moves(book.output(1));
  },

  async "a sound and a moving picture of the chat's code are played and shown below it"(kit) {
    const chat = await stored(kit, { content: `\`\`\`python\n${SOUND}\n\`\`\`\n\n\`\`\`python\n${MOVING}\n\`\`\`` });
    const block = (n) => chat.assistant.locator("figure.code-block").nth(n);
    const output = (n) => block(n).getByRole("region", { name: "Output" });
    await block(0).getByRole("button", { name: "Run" }).click();
    const sound = output(0).locator("audio");
    await sound.waitFor({ timeout: 90_000 });
    await plays(sound);
    await block(1).getByRole("button", { name: "Run" }).click();
    await moves(output(1));
  },

  async "a figure is a drawing where the code asks for it"(kit) {
    const book = await kit.notebook();
    await book.run("%config InlineBackend.figure_format = 'svg'\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);");
    await pictures(book.output(1), 1);
    const image = book.output(1).getByRole("img");
    same(await image.evaluate((one) => [one.hasAttribute("width"), one.naturalWidth > 300]), [false, true], "a drawing has its own size");
  },

  async "a figure is seen large and saved, by keys, too"(kit) {
    const book = await kit.notebook();
    await book.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);");
    await pictures(book.output(1), 1);
    const [enlarge, dialog] = [book.output(1).getByRole("button", { name: /^Enlarge/ }), book.page.getByRole("dialog", { name: /^Figure size/ })];
    await enlarge.press("Enter");
    await pictures(dialog, 1);
    const [saved] = await Promise.all([book.page.waitForEvent("download"), dialog.getByRole("button", { name: "Download" }).press("Enter")]);
    same(saved.suggestedFilename(), "figure.png", "the file's name");
    same([...readFileSync(await saved.path()).subarray(1, 4)], [...Buffer.from("PNG")], "what the file begins with");
    await book.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await eventually(() => enlarge.evaluate((button) => document.activeElement === button), "the focus is where it was");
    await enlarge.click();
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "hidden" });
  },

  async "a bar that goes back to its line's start is one line, and colours are colours"(kit) {
    const book = await kit.notebook();
    await book.run("import time\nfor i in range(0, 101, 10):\n    print(f'\\r{i:3}% done', end='', flush=True)\n    time.sleep(0.02)\nprint('\\n\\x1b[31mred\\x1b[0m plain')");
    await book.shows("plain");
    same((await book.output(1).locator("pre").innerText()).trim(), "100% done\nred plain", "the lines");
    const [red, plain] = await book.output(1).evaluate((output) => {
      const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
      const colours = {};
      while (walker.nextNode()) for (const word of ["red", "plain"]) if (walker.currentNode.data.includes(word)) colours[word] = getComputedStyle(walker.currentNode.parentElement).color;
      return [colours.red, colours.plain];
    });
    ok(red !== plain, `the colours differ: ${red}, ${plain}`);
  },

  async "what is displayed under a name is updated in its place"(kit) {
    const book = await kit.notebook();
    await book.run("shown = display('first words', display_id=True)\nimport time; time.sleep(0.3)\nshown.update('other words')\nprint('after')");
    await book.shows("after");
    await book.shows("other words");
    ok(!(await book.output(1).innerText()).includes("first words"), "what was there before is gone");
  },

  async "a password is asked for in a field that hides it, and stays hidden in the output"(kit) {
    const book = await kit.notebook();
    await book.run("from getpass import getpass\nname = input('Name? ')\nword = getpass('Word? ')\nprint(name, len(word))");
    const field = book.output(1).locator("..").getByLabel("Name?");
    await field.fill("Ada");
    same(await field.getAttribute("type"), "text", "the field for the name");
    await field.press("Enter");
    const hidden = book.output(1).locator("..").getByLabel("Word?");
    await hidden.waitFor();
    same(await hidden.getAttribute("type"), "password", "the field for the word");
    await hidden.fill("secret");
    await hidden.press("Enter");
    await book.shows("Ada 6");
    contains(await book.output(1).innerText(), ["Name? Ada", "Word? ••••••"], "what was asked and typed");
    ok(!(await book.output(1).innerText()).includes("secret"), "the word is nowhere");
  },

  async "a line of a traceback leads to the line of its cell"(kit) {
    const book = await kit.notebook();
    await book.run("def share(n):\n    return 1 / n\n\nshare(0)");
    await book.shows("ZeroDivisionError");
    await book.output(1).locator(".traceback-place").last().click();
    const place = await eventually(() => book.page.evaluate(() => {
      const line = getSelection().anchorNode?.parentElement?.closest(".cm-line");
      return line?.textContent;
    }), "the editor has the cursor");
    same(place, "    return 1 / n", "the line with the cursor");
  },

  async "a sum that doesn't look up is stopped, and the kernel is usable again"(kit) {
    const book = await kit.notebook();
    await book.runs("kept = 1; print('set')", "set");
    await book.run("print('adding', flush=True)\nsum(range(10**12))");
    await book.shows("adding");
    await book.button("Interrupt kernel").click();
    await book.shows(/KeyboardInterrupt/);
    await book.runs("print('again')", "again");
  },

  async "code that prints without end is shown up to 1 MiB and stopped, the rest is a file, and the page answers all the while"(kit) {
    const book = await kit.notebook();
    const line = (n) => `${String(n).padStart(7)} ${"x".repeat(992)}\n`;
    const longest = await longestTask(book.page, async () => {
      await book.run("n = 0\nwhile True:\n    print(f'{n:7}', 'x' * 992)\n    n += 1");
      // 200 kB are drawn; of the rest of the 1 MiB, but for what waits for the end, it is said how much it is.
      await book.output(1).getByRole("button", { name: /^Show more \(8[34]\d kB not shown\)/ }).waitFor({ timeout: 90_000 });
      await book.button("Add cell").click();
      await book.write(2, "print('stopped after', n > 2000, 'lines')");
      await book.is("Busy");
      await book.button("Interrupt kernel").click();
      await book.shows("KeyboardInterrupt");
    });
    ok(longest < 500, `the page did not answer for ${longest} ms`);
    await book.output(1).getByText(/^The code has printed [\d.]+ MB more than is shown here\./).waitFor();
    const download = book.page.waitForEvent("download");
    await book.button("Save the rest").click();
    const rest = readFileSync(await (await download).path(), "utf8");
    for (let hidden = 848_576; hidden > 0; hidden -= 200_000) await book.output(1).getByRole("button", { name: /^Show more/ }).click();
    const shown = await book.output(1).locator("pre").first().evaluate((pre) => pre.textContent);
    same(shown.length, 1 << 20, "characters shown");
    const lines = `${shown}${rest}`.split("\n");
    const wrong = lines.slice(0, -1).findIndex((text, n) => `${text}\n` !== line(n));
    ok(wrong < 0 && lines.length > 2000, `line ${wrong} of ${lines.length}: ${clip(lines[wrong])}`);
    await book.cell(2).getByRole("button", { name: "Run cell", exact: true }).click();
    await book.shows("stopped after True lines", 2);
  },

  async "a wide and long table scrolls in its output, shows its beginning and end, and the page stays as wide as it is"(kit) {
    const book = await kit.notebook();
    await book.run("import numpy as np, pandas as pd\npd.set_option('display.max_columns', None)\npd.DataFrame(np.arange(5_000_000).reshape(50_000, 100), columns=[f'column {n}' for n in range(100)])");
    const frame = book.output(1).locator("iframe[title='HTML output']");
    const table = book.output(1).frameLocator("iframe[title='HTML output']").locator("#output");
    await table.getByRole("columnheader", { name: "column 99" }).waitFor({ state: "attached", timeout: 120_000 });
    await table.getByText("50000 rows × 100 columns").waitFor();
    same(await table.getByRole("row").count(), 12, "rows: the head, five, the gap, five");
    same((await table.getByRole("row").nth(1).innerText()).split(/\s+/).slice(0, 3), ["0", "0", "1"], "the first row");
    ok(await table.evaluate((box) => box.scrollWidth > 2 * box.clientWidth), "it is wider than its output");
    const last = table.getByRole("columnheader", { name: "column 99" });
    const inView = () => last.evaluate((cell) => cell.getBoundingClientRect().right <= innerWidth + 1);
    same(await inView(), false, "the last column is in view at first");
    await table.press("ArrowRight");
    await eventually(() => table.evaluate((box) => box.scrollLeft > 0), "the keyboard scrolls it");
    await table.hover();
    // A turn of the wheel in the middle of another scroll is lost.
    const turn = async () => {
      await book.page.mouse.wheel(10_000, 0);
      return inView();
    };
    await eventually(turn, "the wheel brings the last column into view");
    const page = await book.page.evaluate(() => [document.scrollingElement.scrollWidth <= innerWidth, scrollX]);
    same(page, [true, 0], "the page is not wider than its window");
    const height = await frame.evaluate((element) => element.clientHeight);
    ok(height < 1000, `the output is ${height} px high`);
  },
};
