//! The notebook page without a network: one visit, then the site is gone.

import { PATIENCE, same, eventually } from "../lib/expect.mjs";
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

  async "a second visit asks for its page, whether there is a new worker, and for nothing else"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    site.asked.length = 0;
    await book.page.reload();
    await book.runs("print('again')", "again");
    await book.page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    // The browser looks when it likes whether there is a new worker.
    same(site.asked.filter((path) => path !== "/sw.js"), ["/notebook.html"], "what was asked for");
  },

  async "a page of a new build has its own files though the worker of the old one is still there"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    site.change(/\/notebook\.html$/, /name="pyoxide-build" content="\w+"/, 'name="pyoxide-build" content="0123"');
    site.asked.length = 0;
    await book.page.reload();
    await book.editor(1).waitFor();
    const files = ["/style.css", "/notebook.js", "/pyoxide.js", "/pyoxide_bg.wasm"];
    same(files.filter((file) => !site.asked.includes(file)), [], "files that came from elsewhere");
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

  async "what a message has needed is there with the site stopped, what none has is not"(kit) {
    const site = await kit.ownSite();
    const { page } = await kit.notebook({ site });
    await page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    const colours = (language) =>
      page.evaluate(async (language) => {
        const { highlight } = await import("./vendor/highlight/highlight.js");
        return (await highlight(language, "x = 1").catch(() => ({ classes: "none" }))).classes;
      }, language);
    // The worker answers a page that it has come for; what was asked for before is not kept.
    await page.reload();
    await page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    const online = await colours("python");
    same(online.includes("tok-number"), true, `the colours ${online}`);
    const kept = () =>
      page.evaluate(async () => {
        const shell = (await caches.keys()).find((name) => name.startsWith("pyoxide-shell"));
        return (await (await caches.open(shell)).keys()).map(({ url }) => url);
      });
    await eventually(async () => (await kept()).filter((url) => url.includes("/vendor/highlight/")).length > 2, "the grammar is kept");
    same((await kept()).some((url) => url.includes("/vendor/diagram/")), false, "diagrams are kept");
    await site.stop();
    await page.reload();
    same(await colours("python"), online, "the colours");
    same(await colours("rust"), "none", "the colours of a language that never came up");
  },
};
