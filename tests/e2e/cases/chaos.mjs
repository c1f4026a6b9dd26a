//! The process of the sandbox is ended from outside, at every step of a run's life: each call is answered once, and the next
//! run works.

import { contains, eventually, ok, same } from "../lib/expect.mjs";
import { cached } from "../lib/pages.mjs";

/** Ends the processes of all sandboxes on a page, as a browser does that has no memory left. */
async function crash({ page }) {
  const frames = page.frames().filter((frame) => frame.parentFrame() && frame.url() === "about:srcdoc");
  ok(frames.length > 0, "there is a sandbox");
  for (const frame of frames) {
    const cdp = await page.context().newCDPSession(frame);
    // It is not answered: who would answer is gone.
    cdp.send("Page.crash").catch(() => {});
  }
}

/**
 * A page with a kernel of its own that notes what it hears; `execute(code)` gives a run that counts its replies. Playwright
 * takes a page for gone when a frame's process ends, so it is asked by a session of its own.
 */
async function kernelPage(kit, { isStarted = true } = {}) {
  kit.watch.crashes = true;
  const page = await kit.page();
  const cdp = await page.context().newCDPSession(page);
  const evaluate = async (body, argument) => {
    const expression = `(${body})(${JSON.stringify(argument) ?? ""})`;
    const { result, exceptionDetails } = await cdp.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await page.goto(`${(await kit.site()).origin}/index.html`);
  await evaluate(async (waits) => {
    const { default: init, Kernel } = await import("/pyoxide.js");
    await init();
    const options = {
      onStatus: (status) => (globalThis.status = status),
      onProgress: ({ text }) => (globalThis.progress = text),
      onInput: () => ((globalThis.isAsked = true), new Promise(() => {})),
    };
    const started = Kernel.start(options);
    globalThis.execute = async (code) => {
      const run = (await started).execute(code);
      const about = { replies: 0, text: "", figures: 0 };
      run.reply.then((reply) => Object.assign(about, { reply, replies: about.replies + 1 }));
      (async () => {
        for await (const output of run.outputs) {
          about.text += output.text ?? "";
          about.figures += Boolean(output.data?.["image/png"]);
        }
        about.ended = true;
      })();
      return about;
    };
    if (waits) await started;
  }, isStarted);
  return { page, evaluate };
}

const run = ({ evaluate }, code) => evaluate((text) => void execute(text).then((about) => (globalThis.about = about)), code);
const about = ({ evaluate }) => evaluate(() => globalThis.about && { ...globalThis.about, status: globalThis.status });
const holds = ({ evaluate }, what, words) => eventually(() => evaluate(what), words, 60_000);

/** Runs something else; its result, and how often the first run was answered. */
const next = ({ evaluate }) =>
  evaluate(async () => {
    const next = await execute("6 * 7");
    while (!next.reply) await new Promise(requestAnimationFrame);
    return { result: next.reply.result, first: globalThis.about.replies, ...(next.reply.error && { error: next.reply.error.evalue }) };
  });

/** What runs when the process ends, and what tells that it has come so far. */
const STEPS = {
  "while its packages load": ["import pandas\nprint('end')", () => /^(Loading|Installing) .*pandas/.test(globalThis.progress ?? "")],
  "in a loop": ["print('begun', flush=True)\nwhile True: pass", () => globalThis.about?.text.includes("begun")],
  "while it sleeps": ["import time\nprint('begun', flush=True)\ntime.sleep(600)", () => globalThis.about?.text.includes("begun")],
  "while output streams": ["n = 0\nwhile True:\n    n += 1\n    print('line', n)", () => globalThis.about?.text.includes("line 9")],
  "while it waits for a line": ["input('Name? ')", () => globalThis.isAsked === true],
  "while a figure is drawn": [
    "import numpy as np, matplotlib.pyplot as plt\nprint('begun', flush=True)\nfor n in range(15):\n    plt.figure(figsize=(20, 20))\n    plt.plot(np.random.rand(200_000))",
    () => globalThis.about?.text.includes("begun"),
  ],
  "after its last line, while its figures are handed out": [
    `import matplotlib.pyplot as plt
from matplotlib.artist import Artist
class Endless(Artist):
    def draw(self, renderer):
        print("drawing", flush=True)
        while True: pass
plt.plot([1, 2])
plt.figure().add_artist(Endless())
print("the last line")`,
    () => globalThis.about?.text.includes("the last line\ndrawing") && globalThis.about.figures === 1,
  ],
};

export const cases = {
  async "a run whose kernel's process ends while it starts is answered once, and the next one works"(kit) {
    const kernel = await kernelPage(kit, { isStarted: false });
    await run(kernel, "import time\nprint('here', 'I am', flush=True)\ntime.sleep(8)");
    await kernel.page.locator("iframe[title='Python sandbox']").first().waitFor({ state: "attached" });
    await crash(kernel);
    await holds(kernel, () => globalThis.about?.replies > 0 && globalThis.about.ended, "the run is answered");
    const { reply, text } = await about(kernel);
    // One that had not begun has gone to another interpreter.
    if (reply.status === "ok") same(text, "here I am\n", "what it printed");
    else same([reply.error.ename, text], ["KernelDied", "here I am\n"], "how it ended");
    same(await next(kernel), { result: 42, first: 1 }, "the next run, and the replies to the first");
  },
  async "a kernel whose process ends while nothing runs is shown as dead, and the next run works"(kit) {
    const kernel = await kernelPage(kit);
    await run(kernel, "1");
    await holds(kernel, () => globalThis.about?.replies > 0, "a run before");
    await crash(kernel);
    await holds(kernel, () => globalThis.status === "dead", "it is shown as dead");
    same(await next(kernel), { result: 42, first: 1 }, "the next run, and the replies to the first");
  },

  async "a call of the server whose code's process ends is answered once, and its next call works"(kit) {
    kit.watch.crashes = true;
    const [page, server] = [await kit.page(), await kit.server()];
    // Answers of calls, as socket.io writes them; counted in the page, where none can come late or be lost.
    await page.addInitScript(() => {
      const [answers, { send }] = [[], WebSocket.prototype];
      WebSocket.prototype.send = function (data) {
        if (/^43\d+\[/.test(data)) answers.push(data);
        return send.call(this, data);
      };
      globalThis.answers = answers;
    });
    const cdp = await page.context().newCDPSession(page);
    const chat = await kit.chat({ page });
    await chat.ready();
    const call = (id, code) => ({ call: { type: "execute:python", data: { id, code } } });
    await chat.does(
      call("1", "import time\nkept = 1\nprint('begun', flush=True)\nopen('begun.txt', 'w').write('a file')\ntime.sleep(600)"),
      call("2", "print(open('begun.txt').read(), 'kept' in globals(), 6 * 7)"),
    );
    await eventually(async () => (await cached(page)).some(({ path }) => path.endsWith("begun.txt")), "its code runs", 90_000);
    const id = new URL(page.url()).searchParams.get("chat");
    await crash(chat);
    const reply = await eventually(async () => {
      const { history } = (await server.api(`/api/v1/chats/${id}`)).chat;
      const { done, content } = history.messages[history.currentId];
      return done && content;
    }, "the turn ends", 90_000);
    contains(reply, ['answer: {"stdout": "begun\\n"', "KernelDied: The browser has ended the Python sandbox", 'answer: {"stdout": "a file False 42\\n"'], "what the server was told");
    const { result } = await cdp.send("Runtime.evaluate", { expression: "answers", returnByValue: true });
    same(result.value.length, 2, `answers sent, of ${result.value}`);
  },
};

for (const [name, [code, isSoFar]] of Object.entries(STEPS)) {
  cases[`a run whose process ends ${name} is answered once, and the next one works`] = async (kit) => {
    const kernel = await kernelPage(kit);
    await run(kernel, code);
    await holds(kernel, isSoFar, "it has come so far");
    await crash(kernel);
    await holds(kernel, () => globalThis.about.replies > 0 && globalThis.about.ended, "the run is answered");
    const { reply, status } = await about(kernel);
    same([reply.status, reply.error?.ename], ["error", "KernelDied"], "how it ended");
    contains(reply.error.evalue, "The browser has ended the Python sandbox", "the sentence");
    same(status, "dead", "what is shown");
    same(await next(kernel), { result: 42, first: 1 }, "the next run, and the replies to the first");
  };
}
