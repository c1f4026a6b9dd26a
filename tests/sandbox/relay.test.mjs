// The frame must hold against any worker. Here the worker is not ours: it misbehaves before anything is locked.
import assert from "node:assert/strict";
import { test } from "./harness.mjs";

const READY = `const head = new TextEncoder().encode('{"t":"ready"}').buffer;`;

const MISBEHAVIOUR = {
  "a message that is no list": [`postMessage({ t: "reply" })`, /message shape/],
  "a giant text": [`postMessage("x".repeat(2e8))`, /message shape/],
  "a list with a text in it": [`postMessage([new ArrayBuffer(2), "x"])`, /message shape/],
  "too many items": [`postMessage(Array.from({ length: 65 }, () => new ArrayBuffer(1)))`, /message shape/],
  "a head over 64 kB": [`postMessage([new ArrayBuffer(65537)])`, /head too big/],
  "payloads over 32 MB": [
    `const b = new ArrayBuffer(4e7); postMessage([new ArrayBuffer(2), b], [b])`,
    /payloads too big/,
  ],
  "a flood": [`for (let i = 0; i < 20000; i++) postMessage([new ArrayBuffer(2)])`, /too many messages/],
  "an exception": [`setTimeout(() => { throw new Error("mine") })`, /worker error: .*mine/],
};

const startWith = (host, worker) =>
  host.evaluate(async (source) => {
    takeGap();
    const begin = performance.now();
    const why = await Kernel.start({ alter: (assets) => ({ ...assets, worker: source }) }).then(
      (kernel) => (kernel.dispose(), "ready"),
      (error) => error.message,
    );
    return { why, ms: performance.now() - begin, gap: takeGap() };
  }, worker);

for (const [name, [code, expected]] of Object.entries(MISBEHAVIOUR)) {
  test(`the frame ends a worker that sends ${name}`, async ({ isolated }) => {
    let gap = Infinity;
    // A busy machine stalls the page, too: what the worker itself does to the page, it does again.
    for (let tries = 0; gap >= 500 && tries < 3; tries++) {
      const seen = await startWith(isolated, `onmessage = () => { ${code} };`);
      assert.match(seen.why, expected);
      assert.ok(seen.ms < 30_000, `${Math.round(seen.ms)} ms`);
      gap = seen.gap;
    }
    assert.ok(gap < 500, `the page did not answer for ${gap} ms`);
  });
}

test("what hangs on a list beside its items is not relayed", async ({ isolated }) => {
  const seen = await isolated.evaluate(async (source) => {
    const keys = [];
    const { parse } = JSON;
    const every = Array.isArray;
    Array.isArray = (value) => (every(value) && keys.push(...Object.keys(value)), every(value));
    const kernel = await Kernel.start({ alter: (assets) => ({ ...assets, worker: source }) });
    Array.isArray = every;
    kernel.dispose();
    return { keys, parse: parse === JSON.parse };
  }, `${READY} onmessage = () => { const list = [head]; list.extra = "x".repeat(1e6); postMessage(list, [head]); };`);
  assert.deepEqual(seen.keys, ["0"]);
});

test("a boot that can't succeed ends with an error, not in silence", async ({ isolated }) => {
  for (const part of ["pyodide.asm.wasm", "python_stdlib.zip", "pyodide.mjs"]) {
    const why = await isolated.evaluate(async (name) => {
      const alter = (assets) => {
        const files = { ...assets.files, [name]: new Blob(["broken"]) };
        return { ...assets, files };
      };
      return Kernel.start({ alter }).then(
        () => "started",
        (error) => error.message,
      );
    }, part);
    assert.match(why, /expected magic|dead|error|exit|not a function|not defined/i, `${part}: ${why}`);
    console.log(`        ${part}: ${why.slice(0, 150).replaceAll("\n", " ")}`);
  }
});

test("the frame is opaque and carries the policy first", async ({ isolated }) => {
  await isolated.kernel();
  const frame = await isolated.evaluate(() => {
    const element = document.querySelector("iframe");
    let reachable = true;
    try {
      reachable = element.contentDocument !== null;
    } catch {
      reachable = false;
    }
    return { sandbox: element.getAttribute("sandbox"), srcdoc: element.srcdoc.slice(0, 100), reachable };
  });
  assert.deepEqual([frame.sandbox, frame.reachable], ["allow-scripts", false]);
  assert.match(frame.srcdoc, /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
});
