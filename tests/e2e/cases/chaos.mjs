//! The process of the sandbox is ended from outside, at every step of a run's life: each call is answered once, and the next
//! run works.

import { contains, eventually, ok, same } from "../lib/expect.mjs";

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
      const about = { replies: 0, text: "" };
      run.reply.then((reply) => Object.assign(about, { reply, replies: about.replies + 1 }));
      (async () => {
        for await (const output of run.outputs) about.text += output.text ?? "";
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
