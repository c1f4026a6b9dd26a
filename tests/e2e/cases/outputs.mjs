//! What code shows beside text and figures: formulas, sounds, moving pictures.

import { contains, counted, eventually, same } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";

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
    await book.run("import numpy as np\nfrom IPython.display import Audio\nAudio(np.sin(2 * np.pi * 440 * np.arange(8000) / 8000), rate=8000)");
    const sound = book.output(1).locator("audio");
    await sound.waitFor({ timeout: 90_000 });
    await eventually(() => sound.evaluate((element) => element.duration === 1), "it lasts a second");
    same(await sound.evaluate((element) => [element.controls, element.autoplay, element.paused]), [true, false, true], "its controls");
    await sound.evaluate((element) => element.play());
    await eventually(() => sound.evaluate((element) => element.currentTime > 0), "it plays");
  },

  async "a moving picture is shown as a picture"(kit) {
    const book = await kit.notebook();
    await book.run("import io\nfrom PIL import Image as Picture\nfrom IPython.display import Image\nframes = [Picture.new('RGB', (60, 40), c) for c in ('red', 'blue')]\nfile = io.BytesIO()\nframes[0].save(file, 'GIF', save_all=True, append_images=frames[1:], duration=200, loop=0)\nImage(file.getvalue())");
    await pictures(book.output(1), 1);
    await counted(book.output(1).getByRole("img"), 1, "pictures");
    same(await book.output(1).getByRole("img").evaluate(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight]), [60, 40], "its size");
  },
};
