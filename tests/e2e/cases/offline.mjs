//! The notebook page without a network: one visit, then the site is gone.

import { PATIENCE } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";

export const cases = {
  async "the notebook runs and draws with the site stopped"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    const ready = book.page.getByText("Ready for offline use");
    await ready.waitFor({ timeout: 3 * PATIENCE });
    await site.stop();
    await book.page.context().setOffline(true);
    await book.page.reload();
    await book.runs("print('on a plane')", "on a plane");
    await book.run("import matplotlib.pyplot as plt, numpy as np\nplt.plot(np.sin(np.linspace(0, 6)))\nplt.show()");
    await pictures(book.output(1), 1);
    await book.runs("import pandas as pd\nprint(pd.Series([1, 2]).sum())", "3");
  },

  async "the start page opens with the site stopped"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    await site.stop();
    await book.page.goto(`${site.origin}/`);
    await book.page.getByRole("link", { name: /notebook/i }).first().click();
    await book.editor(1).waitFor();
  },
};
