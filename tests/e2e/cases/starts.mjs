//! How Python comes up: out of the site's snapshots, out of one that the page has made, from its beginning, or ready already.

import { readFileSync } from "node:fs";
import { longestTask } from "../lib/browser.mjs";
import { contains, counted, eventually, ok, same, PATIENCE } from "../lib/expect.mjs";
import { cached, pictures } from "../lib/pages.mjs";
import { stored } from "../lib/stored.mjs";

/** Whether an interpreter came out of a snapshot: only the making imports this module. */
const ORIGIN = "import sys; print('out of a snapshot:', 'pyoxide.snapshot' in sys.modules, 'numpy' in sys.modules)";
const PLOT = "import numpy as np, matplotlib.pyplot as plt\nplt.plot(np.arange(9) ** 2)\nplt.show()";

const MANIFEST = JSON.parse(readFileSync(new URL("../../../www/pyodide.json", import.meta.url)));

/** The names of the snapshots that the browser has kept. */
const kept = async (page) => {
  const names = (await cached(page)).map(({ path }) => path.split("/").pop());
  return names.filter((name) => /^snapshot-/.test(name)).sort();
};

/** The names of the sandboxes' frames. */
const sandboxes = (page) => page.locator("iframe[title='Python sandbox']").evaluateAll((frames) => frames.map(({ name }) => name));

/** Changes one bit of a part of a snapshot where the browser keeps it; false while it isn't there yet. */
const alter = (page, snapshot, part) =>
  page.evaluate(
    async ([snapshot, part]) => {
      const cache = await caches.open("pyoxide-files-1");
      const keys = await cache.keys();
      const address = (name) => keys.find(({ url }) => url.endsWith(name));
      const { sums } = await (await cache.match(address(snapshot))).json();
      if (!Object.values(sums).every(address)) return false;
      const bytes = new Uint8Array(await (await cache.match(address(sums[part]))).arrayBuffer());
      bytes[bytes.length >> 1] ^= 1;
      await cache.put(address(sums[part]), new Response(bytes));
      return true;
    },
    [snapshot, part],
  );

/** Has the browser's copy of a snapshot say that another build has made it. */
const isOfAnotherBuild = (page, snapshot) =>
  page.evaluate(async (snapshot) => {
    const cache = await caches.open("pyoxide-files-1");
    const key = (await cache.keys()).find(({ url }) => url.endsWith(snapshot));
    const record = await (await cache.match(key)).json();
    await cache.put(key, new Response(JSON.stringify({ ...record, key: "another" })));
  }, snapshot);

/** The next visit starts Python from its beginning, and keeps no other snapshots than these. */
const isNotUsed = async (book, left) => {
  await book.page.reload();
  await book.runs(`print('one' + ' run')\n${ORIGIN}`, "out of a snapshot: False False");
  await counted(book.output(1).getByText("one run"), 1, "runs");
  same(await kept(book.page), left, "what is kept");
};

export const cases = {
  async "comes out of the site's small snapshot, and code without packages brings no other"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.runs(ORIGIN, "out of a snapshot: True False");
    same(site.asked.filter((path) => path.includes("/snapshots/figures")), [], "what was asked for of the larger one");
  },

  async "a first run that needs numpy goes to an interpreter that has it, whatever has become of its wheel"(kit) {
    const site = await kit.ownSite();
    site.spoil(/\/pyodide\/(numpy|matplotlib)-[^/]*\.whl$/, "missing");
    const book = await kit.notebook({ site });
    await book.is("Idle");
    await book.run(`${PLOT}\n${ORIGIN}`);
    await book.shows("out of a snapshot: True True");
    await pictures(book.output(1), 1);
    same(await book.output(1).getByText(/missing|404/).count(), 0, "sentences about the wheels");
  },

  async "code that is run while Python comes up, and needs numpy, doesn't wait for an interpreter without it"(kit) {
    const site = await kit.ownSite();
    site.spoil(/\/pyodide\/(numpy|matplotlib)-[^/]*\.whl$/, "missing");
    // Nothing comes out of the small one.
    const release = site.hold(/\/snapshots\/plain-heap$/);
    const book = await kit.notebook({ site });
    await eventually(() => site.asked.includes("/snapshots/plain-heap"), "the small one is asked for");
    await book.run(`${PLOT}\n${ORIGIN}`);
    await book.shows("out of a snapshot: True True");
    release();
  },

  async "a later visit begins with the small one, and the larger one takes its place while nothing runs"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.is("Idle");
    await book.runs(`${PLOT}\nprint('first', 'visit')`, "first visit");
    await eventually(async () => (await kept(book.page)).length === 2, "both are kept");
    await book.write(1, ORIGIN);
    await eventually(() => book.page.evaluate(() => localStorage["pyoxide.notebook"].includes("sys.modules")), "the code is kept");
    await book.page.reload();
    await book.is("Idle");
    const [small] = await sandboxes(book.page);
    await eventually(async () => !(await sandboxes(book.page)).includes(small), "another has taken its place");
    await book.is("Idle");
    await book.cell(1).getByRole("button", { name: "Run cell", exact: true }).click();
    await book.shows("out of a snapshot: True True");
  },

  async "a later run that needs numpy keeps its variables, and takes the wheel"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.runs("kept = 41; print('set')", "set");
    await book.runs("import numpy\nprint(int(numpy.add(kept, 1)))", "42");
    same(site.asked.filter((path) => path.includes("/snapshots/figures-heap")), [], "what was asked for of the larger one");
  },

  async "a snapshot that is damaged on its way is not used, and Python starts from its beginning"(kit) {
    const site = await kit.ownSite();
    site.spoil(/\/snapshots\/\w+-heap$/, "corrupt");
    const book = await kit.notebook({ site });
    await book.runs(ORIGIN, "out of a snapshot: False False");
    await book.runs("import numpy\nprint(int(numpy.arange(4).sum()))", "6");
    same(await kept(book.page), [], "what is kept");
  },

  async "a file that stops coming is asked for again"(kit) {
    const site = await kit.ownSite();
    site.stall(/\/pyodide\.asm\.wasm$/);
    const book = await kit.notebook({ site });
    await book.runs("print('here', 'all the same')", "here all the same");
    ok(site.asked.filter((path) => path.endsWith("/pyodide.asm.wasm")).length > 1, "it was asked for again");
  },

  async "a snapshot that was changed where it is kept is not used, and the code runs once"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.runs("print('first visit')", "first visit");
    await eventually(async () => (await kept(book.page)).includes("snapshot-plain"), "it is kept");
    await eventually(() => alter(book.page, "snapshot-plain", "heap"), "its memory is changed");
    await isNotUsed(book, []);
  },

  async "a snapshot whose files were changed where they are kept is not used either"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.is("Idle");
    await book.runs(`${PLOT}\nprint('first', 'visit')`, "first visit");
    await eventually(async () => (await kept(book.page)).includes("snapshot-figures"), "it is kept");
    await eventually(() => alter(book.page, "snapshot-figures", "site"), "a file is changed");
    await isNotUsed(book, ["snapshot-plain"]);
  },

  async "a file of Python that was changed where it is kept never runs, and is fetched again"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.runs("print('first', 'visit')", "first visit");
    await eventually(async () => (await kept(book.page)).includes("snapshot-plain"), "it is kept");
    const { sha256 } = MANIFEST.files["pyodide.mjs"];
    const spoil = (sum) => caches.open("pyoxide-files-1").then((cache) => cache.put(`/__pyoxide/sha256/${sum}`, new Response("throw 'spoilt'")));
    await book.page.evaluate(spoil, sha256);
    const asked = () => site.asked.filter((path) => path.endsWith("/pyodide.mjs")).length;
    const before = asked();
    await book.page.reload();
    await book.runs(`print('one' + ' run')\n${ORIGIN}`, "out of a snapshot: False False");
    same(asked() - before, 1, "times that it was asked for");
    await book.page.reload();
    await book.runs(ORIGIN, "out of a snapshot: True False");
    same(asked() - before, 1, "times that it was asked for after a second visit");
  },

  async "a browser whose first code asked for the larger snapshot has the small one, too, when it rests"(kit) {
    const site = await kit.ownSite();
    const release = site.hold(/\/snapshots\/plain-heap$/);
    const book = await kit.notebook({ site });
    await eventually(() => site.asked.includes("/snapshots/plain-heap"), "the small one is asked for");
    await book.run(`${PLOT}\n${ORIGIN}`);
    await book.shows("out of a snapshot: True True");
    release();
    await eventually(async () => (await kept(book.page)).join() === "snapshot-figures,snapshot-plain", "both are kept");
  },

  async "a snapshot of another build is not used, where it is kept or on the site"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.runs(ORIGIN, "out of a snapshot: True False");
    await eventually(async () => (await kept(book.page)).includes("snapshot-plain"), "it is kept");
    const asked = () => site.asked.filter((path) => path.includes("/snapshots/")).length;
    const before = asked();
    await isOfAnotherBuild(book.page, "snapshot-plain");
    site.change(/\/snapshots\.json$/, /"key":"[^"]*"/g, '"key":"another"');
    await isNotUsed(book, ["snapshot-plain"]);
    same(asked(), before, "parts of snapshots that were asked for");
  },

  async "without snapshots on its site a page makes one while nothing runs, and starts out of it next time"(kit) {
    const site = await kit.siteWithoutSnapshots();
    const book = await kit.notebook({ site });
    await book.runs(`${PLOT}\n${ORIGIN}`, "out of a snapshot: False True");
    await eventually(async () => (await kept(book.page)).includes("snapshot-figures"), "a snapshot is kept", 3 * PATIENCE);
    await book.runs("print(np.arange(4).sum())", "6");
    await book.page.reload();
    await book.runs(ORIGIN, "out of a snapshot: True True");
    await book.run(PLOT);
    await pictures(book.output(1), 1);
  },

  async "the page goes on while Python comes up, out of a snapshot or from its beginning"(kit) {
    for (const site of [await kit.ownSite(), await kit.siteWithoutSnapshots()]) {
      const page = await kit.page();
      await page.goto(`${site.origin}/index.html`);
      await page.evaluate(async () => {
        const { default: init, Kernel } = await import("/pyoxide.js");
        await init();
        globalThis.start = async () => (await (await Kernel.start({})).execute("6 * 7").reply).result;
      });
      const longest = await longestTask(page, async () => same(await page.evaluate(() => start()), 42, "the result"));
      ok(longest < 200, `the page did not answer for ${longest} ms`);
    }
  },

  async "a chat says how far Python is while it loads, in words and in bytes"(kit) {
    const site = await kit.ownSite();
    const release = site.hold(/\/pyodide\/pyodide\.asm\.wasm$/);
    const chat = await stored(kit, { content: "```python\nprint('loaded')\n```" }, { site });
    await chat.assistant.getByRole("button", { name: "Run", exact: true }).click();
    const bar = chat.page.getByRole("progressbar", { name: /Python/ });
    const [said, shown] = await eventually(
      () => bar.evaluate((bar) => bar.value > 0 && bar.value < bar.max && [bar.getAttribute("aria-valuetext"), bar.parentElement.innerText]),
      "some of it has come",
    );
    contains(said, /^\d+\.\d of \d+\.\d MB$/, "what is said");
    contains(shown, ["Loading Python", said], "what is shown");
    release();
    await chat.assistant.getByRole("region", { name: "Output" }).getByText("loaded").waitFor({ timeout: 3 * PATIENCE });
    await bar.waitFor({ state: "hidden" });
  },

  async "a chat that shows Python has an interpreter ready before anybody presses Run"(kit) {
    const [chat, server] = [await kit.chat(), await kit.server()];
    await chat.ready();
    await chat.does({ say: `\`\`\`python\n${ORIGIN}\n\`\`\`\n` });
    await chat.idle();
    same(await sandboxes(chat.page), [], "interpreters of a browser that has never run Python");
    const output = chat.assistant.last().getByText("out of a snapshot: True");
    await chat.assistant.last().getByRole("button", { name: "Run", exact: true }).click();
    await output.first().waitFor({ timeout: PATIENCE });
    await chat.page.reload();
    await chat.signIn({ server: server.origin, ...server.user });
    await eventually(async () => (await sandboxes(chat.page)).length === 1, "one is ready");
    const [ready] = await sandboxes(chat.page);
    await chat.assistant.last().getByRole("button", { name: "Run", exact: true }).click();
    await output.first().waitFor({ timeout: PATIENCE });
    ok((await sandboxes(chat.page)).includes(ready), "the one that was ready has run the code");
  },

  async "a spare interpreter stands ready, and takes over at a restart"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    await book.runs("secret = 7; print('set')", "set");
    await eventually(async () => (await sandboxes(book.page)).length === 2, "there is a spare one", 2 * PATIENCE);
    const [used, spare] = await sandboxes(book.page);
    await book.button("Restart kernel").click();
    await book.runs("print('secret' in globals())", "False");
    const now = await sandboxes(book.page);
    ok(now.includes(spare) && !now.includes(used), `the spare one has taken over: ${[used, spare]}, then ${now}`);
  },
};
