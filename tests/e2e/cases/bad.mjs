//! Bad input: each case wants a sentence on the page that says what to do, and a page that works afterwards.

import { contains, eventually, ok } from "../lib/expect.mjs";
import { freePort } from "../lib/process.mjs";
import { Chat, Notebook, sentence } from "../lib/pages.mjs";

const NUMPY = /\/pyodide\/numpy-.*\.whl$/;
const USE_NUMPY = "import numpy as np\nprint('sum', np.arange(4).sum())";

export const cases = {
  async "an address where no server answers"(kit) {
    const [site, server, page] = [await kit.site(), await kit.server(), await kit.page()];
    const dead = `http://127.0.0.1:${await freePort()}`;
    await page.goto(`${site.origin}/chat.html?server=${dead}`);
    const chat = new Chat(page);
    await chat.signIn({ server: dead, ...server.user });
    contains(await sentence(page, /cannot be reached|could not be reached|no answer|does not answer|not reach/i), dead.replace("http://", ""), "the sentence names the address");
    await chat.signIn({ server: server.origin, ...server.user });
    await chat.ready();
    await chat.ask("hello after all", "You said: hello after all");
  },

  async "an address of something that is not Open WebUI"(kit) {
    const [site, server, page] = [await kit.site(), await kit.server(), await kit.page()];
    await page.goto(`${site.origin}/chat.html`);
    const chat = new Chat(page);
    await chat.signIn({ server: site.origin, ...server.user });
    await sentence(page, /Open WebUI/);
    await chat.signIn({ server: server.origin, ...server.user });
    await chat.ready();
  },

  async "what is no address at all"(kit) {
    const [site, server, page] = [await kit.site(), await kit.server(), await kit.page()];
    await page.goto(`${site.origin}/chat.html`);
    const chat = new Chat(page);
    await chat.signIn({ server: "not an address", ...server.user });
    await sentence(page, /address/i);
    await chat.signIn({ server: server.origin, ...server.user });
    await chat.ready();
  },

  async "a wrong password"(kit) {
    const [site, server, page] = [await kit.site(), await kit.server(), await kit.page()];
    await page.goto(`${site.origin}/chat.html`);
    const chat = new Chat(page);
    await chat.signIn({ server: server.origin, email: server.user.email, password: "wrong" });
    await sentence(page, /password/i);
    await chat.signIn({ ...server.user });
    await chat.ready();
  },

  async "a bad token"(kit) {
    const server = await kit.server();
    const chat = await kit.chat({ token: "this-is-no-token" });
    await sentence(chat.page, /sign in/i);
    await chat.signIn({ ...server.user });
    await chat.ready();
    await chat.ask("hello with a good token", "You said: hello with a good token");
  },

  async "a chat that does not exist"(kit) {
    const chat = await kit.chat({ chat: "00000000-0000-0000-0000-000000000000" });
    await sentence(chat.page, /chat/i);
    await chat.button("New chat").click();
    await chat.ask("hello in a new chat", "You said: hello in a new chat");
  },

  async "a server that drops the socket while code runs"(kit) {
    const [proxy, model] = [await kit.proxy(), await kit.model()];
    const chat = await kit.chat({ server: proxy.origin });
    await chat.ready();
    // A kernel that is already there, so that the cut falls into the run and not into the loading.
    await chat.ask("warm up\n```python\nprint(1)\n```\n", "Done.");
    await chat.send("do slow work");
    await eventually(() => model.turns.some(({ prompt }) => prompt.includes("slow")), "the model answers with code");
    // The server's call has to be here, or there is no run to cut.
    await chat.page.getByRole("status").filter({ hasText: "Running Python" }).waitFor();
    proxy.cut();
    contains((await model.toolOutput("slow")).stderr, "disconnected", "what the model is told");
    await chat.connection.filter({ hasText: /reconnect|lost|disconnect|offline/i }).waitFor();
    await sentence(chat.page, /connect/i);
    proxy.heal();
    await chat.connection.filter({ hasText: /^\s*Connected/ }).waitFor();
    await chat.replies("Done.");
    await chat.send("once more\n```python\nprint('works again')\n```\n");
    contains((await model.toolOutput("once more")).stdout, "works again", "what the model is told");
    await chat.replies("Done.");
  },

  async "a missing wheel, in the notebook"(kit) {
    const site = await kit.siteWithoutSnapshots();
    site.spoil(NUMPY, "missing");
    const book = await kit.notebook({ site });
    await book.run(USE_NUMPY);
    contains(await sentence(book.page, /numpy.*(404|missing|not found|no such|cannot|could not)/is), "numpy", "the sentence");
    await book.runs("print('goes on')", "goes on");
    site.mend();
    await book.runs(USE_NUMPY, "sum 6");
  },

  async "a missing wheel, in the chat"(kit) {
    const [site, model] = [await kit.siteWithoutSnapshots(), await kit.model()];
    site.spoil(NUMPY, "missing");
    const chat = await kit.chat({ site });
    await chat.ready();
    await chat.send(`add up\n\`\`\`python\n${USE_NUMPY}\n\`\`\`\n`);
    contains((await model.toolOutput("add up")).stderr, "numpy", "what the model is told");
    await chat.replies("Done.");
    await chat.ask("still here", "You said: still here");
  },

  async "a corrupted wheel"(kit) {
    const site = await kit.siteWithoutSnapshots();
    site.spoil(NUMPY, "corrupt");
    const book = await kit.notebook({ site });
    await book.run(USE_NUMPY);
    contains(await sentence(book.page, /numpy.*(hash|sha-?256|corrupt|damaged|checksum)|(hash|sha-?256|corrupt|damaged|checksum).*numpy/is), "numpy", "the sentence");
    ok(!(await book.output(1).innerText()).includes("sum 6"), "the corrupted wheel was not used");
    await book.runs("print('goes on')", "goes on");
    site.mend();
    await book.runs(USE_NUMPY, "sum 6");
  },

  async "a missing part of Python itself"(kit) {
    const site = await kit.ownSite();
    site.spoil(/\/pyodide\/python_stdlib\.zip$/, "missing");
    const book = await kit.notebook({ site });
    await book.run("print('never')");
    contains(await sentence(book.page, /python_stdlib\.zip/), "python_stdlib.zip", "the sentence");
    await book.is("Dead");
    site.mend();
    await book.button("Restart kernel").click();
    await book.runs("print('alive')", "alive");
  },

  async "a browser without WebAssembly"(kit) {
    // What users of hardened browsers have: without a just-in-time compiler there is no WebAssembly.
    const site = await kit.site();
    const page = await kit.pageWithFlags("--js-flags=--jitless");
    for (const name of ["notebook.html", "chat.html", ""]) {
      await page.goto(`${site.origin}/${name}`);
      await sentence(page, /WebAssembly/);
    }
    // What needs no WebAssembly works on: from the start page one still gets to the others.
    await page.getByRole("link", { name: /notebook/i }).first().click();
    await page.waitForURL(/notebook\.html/);
    await sentence(page, /WebAssembly/);
  },

  async "a browser that stores nothing, in the notebook"(kit) {
    const page = await kit.pageWithoutStorage();
    const book = await kit.notebook({ page });
    await sentence(page, /stor(e|age)/i);
    await book.runs("print(6 * 7)", "42");
    await book.runs(USE_NUMPY, "sum 6");
  },

  async "a browser that stores nothing, in the chat"(kit) {
    const page = await kit.pageWithoutStorage();
    const [chat, model] = [await kit.chat({ page }), await kit.model()];
    await chat.ready();
    await chat.send("try\n```python\nprint('without storage')\n```\n");
    contains((await model.toolOutput("try")).stdout, "without storage", "what the model is told");
    await chat.replies("Done.");
  },

  async "code that uses up the memory"(kit) {
    const book = await kit.notebook();
    await book.run("hoard = []\nwhile True:\n    hoard.append(bytearray(64_000_000))");
    await book.shows(/MemoryError|memory/i);
    await book.runs("hoard = None\nprint('goes on')", "goes on").catch(async () => {
      // A kernel that did not survive says so, and a restart mends it.
      await book.is("Dead");
      await book.button("Restart kernel").click();
      await new Notebook(book.page).runs("print('goes on')", "goes on");
    });
  },
};
