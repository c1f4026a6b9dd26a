//! What the cases stand on: the browser, the site, the model and the server are started once, when first asked for.

import { launch, launchWithoutStorage, newContext, Watch } from "./browser.mjs";
import { startModel } from "./model.mjs";
import { startOpenWebUI } from "./openwebui.mjs";
import { Chat, Notebook } from "./pages.mjs";
import { start } from "./process.mjs";
import { startProxy } from "./proxy.mjs";
import { startSite } from "./site.mjs";

/** The shared things of one run of the tests. */
export class Bench {
  #shared = new Map();
  #say;

  constructor(say) {
    this.#say = say;
  }

  /** The shared thing of this name, started by `start` the first time. */
  share(name, start) {
    if (!this.#shared.has(name)) this.#shared.set(name, start());
    return this.#shared.get(name);
  }

  browser = () => this.share("browser", () => launch());
  site = () => this.share("site", () => startSite());
  model = () => this.share("model", () => startModel());
  server = () => this.share("server", async () => startOpenWebUI((await this.model()).origin, this.#say));

  /** The things for one case. */
  async kit() {
    if (this.#shared.has("model")) (await this.model()).reset();
    return new Kit(this);
  }

  /** Ends everything, whatever state it is in. */
  async close() {
    for (const thing of await Promise.allSettled(this.#shared.values())) {
      await (thing.value?.stop ?? thing.value?.close)?.call(thing.value);
    }
  }
}

/** What one case may use; all that it makes is taken down at its end. */
class Kit {
  watch = new Watch();
  #bench;
  #ends = [];

  constructor(bench) {
    this.#bench = bench;
  }

  site = () => this.#bench.site();
  model = () => this.#bench.model();
  server = () => this.#bench.server();

  /** A site of the case's own, which it may spoil or stop. */
  ownSite = (options) => this.#own(startSite(options), "stop");

  /** One without any snapshot of Python. */
  async siteWithoutSnapshots() {
    const site = await this.ownSite();
    site.change(/\/snapshots\.json$/, /[^]*/, "{}");
    return site;
  }

  /** A proxy in front of the real server. */
  proxy = async () => this.#own(startProxy((await this.server()).origin), "stop");

  /** Something that has to be stopped when the case ends. */
  ends(thing) {
    this.#ends.push(() => thing.stop());
    return thing;
  }

  /** A program that runs until the case ends (see `start` in process.mjs). */
  start(...program) {
    const running = start(...program);
    this.#ends.push(running.stop);
    return running;
  }

  /** A page in a context of its own. */
  async page(options) {
    const context = await newContext(await this.#bench.browser(), this.watch, options);
    this.#ends.push(() => context.close());
    return context.newPage();
  }

  /** A page in a browser that was started with more flags. */
  async pageWithFlags(...flags) {
    const browser = await this.#own(launch(flags), "close");
    return (await newContext(browser, this.watch)).newPage();
  }

  /** A page in a browser that stores nothing. */
  async pageWithoutStorage() {
    const { context } = await this.#own(launchWithoutStorage(this.watch), "close");
    return context.newPage();
  }

  /** The notebook page, open on `site`. */
  async notebook({ site, page, query = "" } = {}) {
    site ??= await this.site();
    page ??= await this.page();
    await page.goto(`${site.origin}/notebook.html${query}`);
    return new Notebook(page);
  }

  /** The chat page, open with the user's token: `server` is an origin, `chat` the id of a chat. */
  async chat({ server, chat, token, site, page } = {}) {
    const real = await this.server();
    site ??= await this.site();
    page ??= await this.page();
    const query = new URLSearchParams({ server: server ?? real.origin, ...(chat && { chat }) });
    await page.goto(`${site.origin}/chat.html?${query}#token=${token ?? real.token}`);
    return new Chat(page);
  }

  async close() {
    for (const end of this.#ends.reverse()) await end();
  }

  async #own(starting, method) {
    const thing = await starting;
    this.#ends.push(() => thing[method]());
    return thing;
  }
}
