//! Pages that are not ours: a few lines of JavaScript start a kernel, set its limits, and stop it.

import { contains, ok, same } from "../lib/expect.mjs";

/** A page of the site that has done nothing yet. */
const empty = async (kit) => {
  const page = await kit.page();
  await page.goto(`${(await kit.site()).origin}/index.html`);
  return page;
};

export const cases = {
  async "the plain page prints 42"(kit) {
    const [site, page] = [await kit.site(), await kit.page()];
    await page.goto(`${site.origin}/examples/plain/`);
    await page.getByText(/\b42\b/).first().waitFor();
  },

  async "a page sets the limits of time, memory, text and figures, and each breach is a sentence"(kit) {
    const page = await empty(kit);
    const seen = await page.evaluate(async () => {
      const { default: init, Kernel } = await import("/pyoxide.js");
      await init();
      const kernel = await Kernel.start({ memory: 256 });
      const run = (code, options) => kernel.execute(code, options).reply;
      const full = await run("blocks = []\nwhile True: blocks.append(bytearray(2**24))");
      const held = await run("n = len(blocks); blocks = None; n");
      const text = await run("print('x' * 5000)", { limits: { output: 1000 } });
      const figures = await run("import matplotlib.pyplot as plt\nfor i in range(3): plt.figure(); plt.plot([i])", { limits: { figures: 2 } });
      const late = await run("while True:\n  try:\n    while True: pass\n  except BaseException: pass", { timeoutMs: 2000 });
      const again = await run("6 * 7");
      kernel.dispose();
      return {
        full: [full.error.ename, full.error.traceback.at(-1)],
        held: held.result,
        text: [text.stdout.length, text.files.map(({ data }) => data.length)],
        figures: [figures.files.length, figures.stderr],
        late: late.error,
        again: again.result,
      };
    });
    same(seen.full[0], "MemoryError", "what too much memory is");
    contains(seen.full[1], ["memory of this kernel is full"], "what is said of it");
    same(seen.held < 16, true, `less than 256 MB were had (${seen.held} × 16 MB)`);
    same(seen.text, [1000, [4001]], "the text and the rest of it");
    same(seen.figures[0], 2, "figures");
    contains(seen.figures[1], ["only the first 2 figures of a run are shown"], "what is said of the others");
    same(seen.late.ename, "TimeoutError", "what too much time is");
    contains(seen.late.evalue, ["longer than 2 s", "variables are gone"], "what is said of it");
    same(seen.again, 42, "the next run");
  },

  async "what is asked for while Python comes up is stopped by an interrupt, and the next run works"(kit) {
    const page = await empty(kit);
    const seen = await page.evaluate(async () => {
      const { default: init, Kernel } = await import("/pyoxide.js");
      await init();
      const kernel = await Kernel.start({});
      // What is asked for is taken in its order, whether or not it is waited for.
      const restarted = kernel.restart();
      const run = kernel.execute("while True: pass");
      await kernel.interrupt();
      const { status, error } = await run.reply;
      await restarted;
      const next = await kernel.execute("1 + 1").reply;
      kernel.dispose();
      return [error?.ename ?? status, next.result];
    });
    // Where a spare interpreter stood ready, the code had begun.
    ok(["aborted", "KeyboardInterrupt"].includes(seen[0]), `the run was stopped: ${seen[0]}`);
    same(seen[1], 2, "the next run");
  },

  async "a thousand runs leave nothing in the page's memory"(kit) {
    const page = await empty(kit);
    const cdp = await page.context().newCDPSession(page);
    await page.evaluate(async () => {
      const { default: init, Kernel } = await import("/pyoxide.js");
      const { memory } = await init();
      const kernel = await Kernel.start({});
      globalThis.ours = () => memory.buffer.byteLength;
      globalThis.runs = async (count) => {
        for (let n = 0; n < count; n++) {
          const { outputs, reply } = kernel.execute(`x = list(range(1000)); print("run", ${n})\nx[-1]`);
          let seen = 0;
          for await (const output of outputs) seen += Boolean(output.type);
          const { result } = await reply;
          if (result !== 999 || seen < 2) throw new Error(`run ${n} gave ${result} and ${seen} outputs`);
        }
      };
    });
    const used = async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      const { usedSize } = await cdp.send("Runtime.getHeapUsage");
      return usedSize + (await page.evaluate(() => ours()));
    };
    await page.evaluate(() => runs(100));
    const before = await used();
    await page.evaluate(() => runs(1000));
    const after = await used();
    ok(after < before * 1.1, `from ${before} to ${after} bytes`);
  },
};
