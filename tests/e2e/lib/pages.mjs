//! The pages by the names that people find things by (ARCHITECTURE.md, "Accessible names").

import { eventually } from "./expect.mjs";

/** Starting a kernel and loading packages on a busy machine may take this long. */
const KERNEL = 90_000;

/** notebook.html */
export class Notebook {
  constructor(page) {
    this.page = page;
    this.status = page.getByRole("status", { name: "Kernel status" });
  }

  cell = (n) => this.page.getByRole("group", { name: `Cell ${n}`, exact: true });
  editor = (n) => this.page.getByRole("textbox", { name: `Code of cell ${n}`, exact: true });
  output = (n) => this.page.getByRole("region", { name: `Output of cell ${n}`, exact: true });
  button = (name) => this.page.getByRole("button", { name, exact: true });

  /** Writes `code` over what cell `n` has; by the editor's own Delete, for a browser that empties a rich text keeps its styles inline. */
  async write(n, code) {
    const editor = this.editor(n);
    await editor.focus();
    await editor.press("ControlOrMeta+a");
    await editor.press("Delete");
    await editor.fill(code);
  }

  /** Writes `code` into cell `n` and runs it by the button. */
  async run(code, n = 1) {
    await this.write(n, code);
    await this.cell(n).getByRole("button", { name: "Run cell", exact: true }).click();
  }

  /** Waits until `text` (a string or pattern) is seen in the output of cell `n`. */
  shows = (text, n = 1) => this.output(n).getByText(text).first().waitFor({ timeout: KERNEL });

  /** Waits until the kernel is in `state`. */
  is = (state) => this.status.getByText(state).or(this.status.filter({ hasText: state })).first().waitFor({ timeout: KERNEL });

  /** Runs `code` in cell `n` and waits for `text`; fails early with what is there when the kernel ends otherwise. */
  async runs(code, text, n = 1) {
    await this.run(code, n);
    await this.shows(text, n);
    await this.is("Idle");
  }
}

/** chat.html */
export class Chat {
  constructor(page) {
    this.page = page;
    this.connection = page.getByRole("status", { name: "Connection" });
    this.conversation = page.getByRole("log", { name: "Conversation" });
    this.assistant = this.conversation.getByRole("article", { name: "Assistant message" });
    this.user = this.conversation.getByRole("article", { name: "User message" });
    this.chats = page.getByRole("navigation", { name: "Chats" });
    this.model = page.getByRole("combobox", { name: "Model" });
    this.composer = page.getByRole("textbox", { name: "Message" });
  }

  field = (label) => this.page.getByLabel(label, { exact: true });
  button = (name) => this.page.getByRole("button", { name, exact: true });

  /** Fills in the sign-in form and sends it. */
  async signIn({ server, email, password }) {
    if (server) await this.field("Server").fill(server);
    await this.field("Email").fill(email);
    await this.field("Password").fill(password);
    await this.button("Sign in").click();
  }

  /** Waits until a message can be written. */
  ready = () => this.composer.waitFor();

  /** Writes and sends a message. */
  async send(text) {
    await this.composer.fill(text);
    await this.button("Send message").click();
  }

  /** Asks this model from now on. */
  choose = (model) => this.model.selectOption(model);

  /** Has the model "events" do these steps (plugins/events.py). */
  async does(...steps) {
    await this.choose("events");
    await this.send(steps.map((step) => JSON.stringify(step)).join("\n"));
  }

  /** The open dialog of this title. */
  dialog = (name) => this.page.getByRole("dialog", { name, exact: true });

  /** Waits until the last reply says what the server got as the answer of its call. */
  answered = (value) => this.replies(`answer: ${value}`);

  /** Switches a line of the menu "Tools" on or off. */
  async toggle(name) {
    await this.button("Tools").click();
    await this.page.getByRole("checkbox", { name, exact: true }).click();
    await this.button("Tools").click();
  }

  /** Waits until a turn has ended. */
  idle = () => this.button("Send message").waitFor({ timeout: KERNEL });

  /** Waits until the last reply of the model shows `text`. */
  replies = (text) => this.assistant.last().getByText(text).first().waitFor({ timeout: KERNEL });

  /** Sends `text` and waits for a reply with `reply` in it. */
  async ask(text, reply) {
    await this.send(text);
    await this.replies(reply);
  }
}

/** The words and pictures of an element in the order they stand in: strings, and `"[image]"` for every picture. */
export function sequence(element) {
  return element.evaluate((root) => {
    const parts = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeName === "IMG") parts.push("[image]");
      else if (node.nodeType === Node.TEXT_NODE) parts.push(node.data);
    }
    return parts.join("");
  });
}

/** Waits for `count` drawn pictures in an element, each from a `blob:` address; gives their natural widths. */
export function pictures(element, count) {
  return eventually(
    async () => {
      const seen = await element.getByRole("img").evaluateAll((all) =>
        all.map((image) => ({ src: image.src?.slice(0, 5), width: image.complete ? image.naturalWidth : 0 })),
      );
      return seen.length === count && seen.every(({ src, width }) => src === "blob:" && width > 0) && seen.map(({ width }) => width);
    },
    `${count} picture(s) from blob: addresses are drawn`,
    KERNEL,
  );
}

/**
 * Waits for a visible sentence that matches `pattern` and says what to do: long enough to be one, and ended like one.
 * Gives the text of the element.
 */
export function sentence(page, pattern) {
  return eventually(async () => {
    for (const element of await page.getByText(pattern).all()) {
      if (!(await element.isVisible())) continue;
      const text = (await element.innerText()).trim();
      if (text.length >= 40 && /[.!]\s*$|\. /.test(text)) return text;
    }
  }, `a sentence on the page matches ${pattern}`);
}

/** What the browser keeps for a page: the names of the caches, and the paths in them. */
export function cached(page) {
  return page.evaluate(async () => {
    const all = [];
    for (const cache of await caches.keys()) {
      const keys = await (await caches.open(cache)).keys();
      all.push(...keys.map(({ url }) => ({ cache, path: decodeURIComponent(new URL(url).pathname) })));
    }
    return all;
  });
}
