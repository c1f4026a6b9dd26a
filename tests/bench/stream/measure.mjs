//! Measures a page from outside: CPU time of its main thread by the browser's own counters, tasks by its trace. CPU time
//! and not the clock's, so that what else the machine does hardly counts.

import { END } from "./texts.mjs";

/** What a screen has for a frame, in ms. */
const FRAME = 1_000 / 60;
/** Deltas of a frame. */
const PER_FRAME = 4;
/** Nothing is waited for longer, in ms; what was measured until then is told as the least that it costs. */
const LIMIT = 60_000;
/** Frames and deltas a frame that a page is warmed with. */
const WARM = [60, 24];

/** In the page: what the measurements call. */
function prepare() {
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const bench = (globalThis.bench = {
    events: [],
    drawn: async () => (await frame(), await frame()),
    take: (deltas) => (bench.events = deltas.map(envelope)),
    /** Some a frame, each frame. */
    frames: async (count, size) => {
      performance.mark("bench:begin");
      for (let left = count; left > 0; left -= size) {
        await frame();
        for (const event of bench.events.splice(0, Math.min(size, left))) push(event);
      }
      await bench.drawn();
      performance.mark("bench:end");
    },
    /** One a task, as fast as the page takes them. */
    tasks: async (count) => {
      performance.mark("bench:begin");
      const { port1, port2 } = new MessageChannel();
      await new Promise((done) => {
        let at = 0;
        port1.onmessage = () => {
          push(bench.events[at]);
          at += 1;
          if (at === count) done();
          else port2.postMessage(null);
        };
        port2.postMessage(null);
      });
      bench.events.splice(0, count);
      await bench.drawn();
      performance.mark("bench:end");
    },
    /** As one delta, and whatever is put off until the page has time. */
    skip: async (deltas) => {
      for (const part of deltas) {
        push(envelope(part));
        await bench.drawn();
      }
      for (let times = 0; times < 10; times++) await new Promise((idle) => requestIdleCallback(idle));
    },
  });
}

/** A fresh page of a subject, warmed with `text`, with an empty answer. */
export class Bench {
  static async open(browser, origin, subject, warm) {
    const bench = new Bench();
    bench.browser = browser;
    bench.page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await bench.page.addInitScript(prepare);
    await subject.open(bench.page, origin);
    await bench.page.waitForFunction(() => globalThis.ready);
    bench.cdp = await bench.page.context().newCDPSession(bench.page);
    await bench.cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    await bench.page.evaluate(([deltas, frames, size]) => (bench.take(deltas), bench.frames(frames * size, size)), [warm.slice(0, WARM[0] * WARM[1]), ...WARM]);
    await bench.page.evaluate(() => start().then(bench.drawn));
    return bench;
  }

  close = () => this.page.close();

  /** Main-thread CPU time so far, in ms: `{ main, script }`. */
  async #spent() {
    const { metrics } = await this.cdp.send("Performance.getMetrics");
    const of = (name) => metrics.find((one) => one.name === name).value * 1_000;
    return { main: of("TaskDuration"), script: of("ScriptDuration") };
  }

  /** What `act` in the page costs. */
  async costs(act, argument) {
    const before = await this.#spent();
    await this.page.evaluate(act, argument);
    const after = await this.#spent();
    return { main: after.main - before.main, script: after.script - before.script };
  }

  /** The lengths in ms of the tasks of the page's main thread between its marks, from a trace of `act`. */
  async traced(act) {
    await this.browser.startTracing(this.page, { categories: ["toplevel", "blink.user_timing"] });
    const result = await act();
    const { traceEvents } = JSON.parse(await this.browser.stopTracing());
    const marks = traceEvents.filter(({ name }) => name.startsWith("bench:"));
    const [begin, end] = ["bench:begin", "bench:end"].map((name) => marks.find((mark) => mark.name === name));
    const tasks = traceEvents
      .filter(({ name, tid, pid, ts }) => /RunTask$/.test(name) && tid === begin.tid && pid === begin.pid && ts <= end.ts)
      .filter(({ ts, dur }) => ts + dur >= begin.ts)
      .map(({ tdur, dur }) => (tdur ?? dur) / 1_000);
    return { ...result, tasks };
  }
}

const longestOf = (tasks) => tasks.reduce((most, task) => Math.max(most, task), 0);
/** The frames that tasks of these lengths leave no time for. */
const droppedBy = (tasks) => tasks.reduce((sum, task) => sum + Math.floor(task / FRAME), 0);

/** Four deltas a frame: main thread and script in ms for the whole text, longest task, dropped frames, growth. */
export async function perFrame(bench, { deltas, windows }, idle, most = Infinity) {
  let [at, seen] = [0, []];
  const skip = (to) => {
    const [size, text] = [Math.ceil((to - at) / 4), deltas.slice(at, to)];
    at = to;
    return bench.page.evaluate((parts) => bench.skip(parts), [0, 1, 2, 3].map((part) => text.slice(part * size, (part + 1) * size).join("")).filter(Boolean));
  };
  for (const { from, count: wanted, stands } of windows) {
    if (from > at) await skip(from);
    const count = Math.min(wanted, most * PER_FRAME);
    await bench.page.evaluate((some) => bench.take(some), deltas.slice(at, at + count));
    at += count;
    const window = await bench.traced(() => bench.costs(([all, size]) => bench.frames(all, size), [count, PER_FRAME]));
    const frames = Math.ceil(count / PER_FRAME);
    const cost = { main: (window.main - frames * idle.main) / count, script: (window.script - frames * idle.script) / count };
    seen.push({ cost, stands, longest: longestOf(window.tasks), dropped: droppedBy(window.tasks) / count });
  }
  if (at < deltas.length) await skip(deltas.length);
  const total = (of) => seen.reduce((sum, window) => sum + of(window) * window.stands, 0);
  return {
    main: total(({ cost }) => cost.main),
    script: total(({ cost }) => cost.script),
    longest: Math.max(...seen.map(({ longest }) => longest)),
    dropped: total(({ dropped }) => dropped),
    growth: seen.at(-1).cost.main / seen[0].cost.main,
  };
}

/**
 * One delta a task, as fast as they come: main thread and script in ms, growth from the first tenth to the last; if `traced`,
 * longest task and dropped frames too, which makes so many tasks dearer. `stopped` tells that the text was not finished.
 */
export async function perTask(bench, { deltas }, idle, traced = false) {
  await bench.page.evaluate((all) => bench.take(all), deltas);
  const tenth = Math.ceil(deltas.length / 10);
  const [slices, begin] = [[], performance.now()];
  let left = deltas.length;
  for (; left > 0 && performance.now() - begin < LIMIT; left -= tenth) {
    const count = Math.min(tenth, left);
    const act = () => bench.costs((some) => bench.tasks(some), count);
    const { main, script, tasks = [] } = await (traced ? bench.traced(act) : act());
    slices.push({ main: main - count * idle.main, script: script - count * idle.script, count, longest: longestOf(tasks), dropped: droppedBy(tasks) });
  }
  // What was put off counts too.
  const rest = await bench.costs(() => bench.skip([]));
  const total = (of) => slices.reduce((sum, slice) => sum + of(slice), 0);
  const each = ({ main, count }) => main / count;
  return {
    main: total(({ main }) => main) + rest.main,
    script: total(({ script }) => script) + rest.script,
    growth: each(slices.at(-1)) / each(slices[0]),
    stopped: left > 0,
    ...(traced && { longest: Math.max(...slices.map(({ longest }) => longest)), dropped: total(({ dropped }) => dropped) }),
  };
}

/** What an empty page spends on a frame and on a task, in ms. */
export async function idleCosts(bench) {
  const of = async (act, count) => {
    await bench.page.evaluate((all) => bench.take(Array(all).fill("x")), count);
    const { main, script } = await act(count);
    return { main: main / count, script: script / count };
  };
  // As the others are: a trace costs something too.
  const frame = await of((count) => bench.traced(() => bench.costs((all) => bench.frames(all, 1), count)), 200);
  return { frame, task: await of((count) => bench.costs((all) => bench.tasks(all), count), 5_000) };
}

/** Waits until the page shows the end of the text; fails if it never does. */
export async function isWhole({ page }) {
  await page.evaluate(() => globalThis.finish?.());
  await page.waitForFunction((end) => document.querySelector("[role=log]").textContent.includes(end), END, { timeout: 10_000 });
}

/** Opening a stored chat: ms until the last message is painted and until all are in the page, and the longest task. */
export async function opening(bench, { history, marks }) {
  const seen = await bench.traced(() =>
    bench.page.evaluate(
      async ([stored, ends]) => {
        const log = document.querySelector("[role=log]");
        const frame = () => new Promise((next) => requestAnimationFrame(next));
        const shown = (mark) => log.textContent.includes(mark);
        let quiet = performance.now();
        const observer = new MutationObserver(() => (quiet = performance.now()));
        observer.observe(log, { childList: true, subtree: true, characterData: true });
        performance.mark("bench:begin");
        const begin = performance.now();
        openStored(stored);
        while (!shown(ends.at(-1))) await frame();
        await frame(); // the one that has it is painted when the next begins
        const latest = performance.now() - begin;
        let whole;
        while (performance.now() - quiet < 500 && whole === undefined) {
          await frame();
          if (ends.every(shown)) whole = performance.now() - begin;
        }
        await new Promise((idle) => requestIdleCallback(idle));
        performance.mark("bench:end");
        observer.disconnect();
        // What stays a placeholder until it is scrolled to counts as there when the page is at rest.
        return { latest, whole: whole ?? quiet - begin };
      },
      [history, marks],
    ),
  );
  return { latest: seen.latest, whole: seen.whole, longest: longestOf(seen.tasks) };
}
