//! The pictures of the documentation, made from pages that really ran: only with PYOXIDE_SCREENSHOTS=1.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/paths.mjs";
import { pictures } from "../lib/pages.mjs";

const FOLDER = join(ROOT, "docs/screenshots");

const LOOKS = {
  "": { colorScheme: "light", viewport: { width: 1280, height: 860 } },
  "-dark": { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  "-phone": { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const FIGURE = `import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(0, 4 * np.pi, 400)
plt.figure(figsize=(6, 2.6))
plt.plot(x, np.sin(x) * np.exp(-x / 8))
plt.title("A damped wave")
plt.show()
print("largest value:", (np.sin(x) * np.exp(-x / 8)).max().round(3))
`;

const PAGES = {
  async index(kit, page) {
    await page.goto(`${(await kit.site()).origin}/`);
    await page.getByRole("heading").first().waitFor();
  },
  async notebook(kit, page) {
    const book = await kit.notebook({ page });
    await book.run(FIGURE);
    await pictures(book.output(1), 1);
    await book.is("Idle");
  },
  async chat(kit, page) {
    const chat = await kit.chat({ page });
    await chat.ready();
    await chat.ask("Can you plot a sine for me?", "Done.");
    await pictures(chat.assistant.last(), await chat.assistant.last().getByRole("img").count());
  },
};

export const cases = {};
if (process.env.PYOXIDE_SCREENSHOTS === "1") {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, show] of Object.entries(PAGES)) {
    for (const [suffix, look] of Object.entries(LOOKS)) {
      cases[`${name}${suffix}.png`] = async (kit) => {
        const page = await kit.page({ ...look, reducedMotion: "reduce" });
        await show(kit, page);
        await page.screenshot({ path: join(FOLDER, `${name}${suffix}.png`), animations: "disabled", caret: "hide" });
      };
    }
  }
}
