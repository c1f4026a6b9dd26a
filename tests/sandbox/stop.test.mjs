import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

const stopped = (run, limit = 10_000) => {
  assert.deepEqual([run.status, run.ename, run.how], ["error", "KeyboardInterrupt", "by itself"], run.evalue);
  assert.ok(run.stopMs < limit, `stopped after ${run.stopMs} ms`);
  assert.equal(run.replies, 1);
};

const LOOPS = {
  "while True": "while True: pass",
  "a loop that prints": "while True: print('x' * 50)",
  "time.sleep(60)": "import time; time.sleep(60)",
  "asyncio.sleep": "import asyncio; await asyncio.sleep(60)",
  "asyncio.run": "import asyncio; asyncio.run(asyncio.sleep(60))",
  "gathered tasks": "import asyncio; await asyncio.gather(*(asyncio.sleep(60) for _ in range(3)))",
  "a promise that never settles":
    "import js; from pyodide.ffi import run_sync; run_sync(js.Promise.new(lambda *a: None))",
};

for (const [name, loop] of Object.entries(LOOPS)) {
  test(`Stop ends ${name}, and variables stay`, async ({ isolated }) => {
    const run = await isolated.fresh(`kept = ${JSON.stringify(name)}\nprint('started')\n${loop}`, {
      interruptOn: "started",
    });
    stopped(run);
    console.log(`        stopped after ${run.stopMs} ms`);
    assert.deepEqual((await isolated.run("kept")).result, name);
  });
}

test("Stop is heard even if it comes just when Python looks whether it has come", async ({ isolated }) => {
  const end = await isolated.evaluate(async () => {
    // The cell turns to 2 right after it has been read as 0, as soon as the code says so.
    const raced = `new Proxy(given, {
      get(cells, key) {
        const found = cells[key];
        if (key === "0" && !found && self.racing) [self.racing, cells[0]] = [false, 2];
        return typeof found === "function" ? found.bind(cells) : found;
      },
      set: (cells, key, value) => Reflect.set(cells, key, value),
    })`;
    const boot = "interrupt: interruptBuffer, stdin }) => {";
    const alter = (assets) => {
      const worker = assets.worker.replace(boot, `interrupt: given, stdin }) => { const interruptBuffer = ${raced};`);
      if (worker === assets.worker) throw new Error("the worker begins otherwise than this test knows");
      return { ...assets, worker };
    };
    const kernel = await Kernel.start({ alter });
    const end = await kernel.execute("import js\njs.self.racing = True\nwhile True: pass", { deadline: 10_000 });
    kernel.dispose();
    return end;
  });
  assert.deepEqual([end.ename, end.how], ["KeyboardInterrupt", "by itself"]);
});

test("Stop without isolation ends everything that waits", async ({ plain }) => {
  const info = await plain.kernel();
  assert.equal(info.isolated, false);
  for (const name of ["time.sleep(60)", "asyncio.sleep", "asyncio.run", "gathered tasks"]) {
    const run = await plain.fresh(`print('started')\n${LOOPS[name]}`, { interruptOn: "started" });
    stopped(run);
  }
  assert.equal((await plain.fresh("1 + 1")).result, 2);
});

test("Stop ends a run that waits for its packages", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => (kernel.onNeed = () => kernel.interrupt()));
  const run = await isolated.run("import regex");
  assert.deepEqual([run.status, run.ename], ["error", "KeyboardInterrupt"]);
  // The answer comes too late, and must not be taken for that of the next run.
  await isolated.evaluate((stopped) => {
    kernel.onNeed = async ({ id, imports }) => {
      kernel.onNeed = (need) => kernel.bring(need.id, need.imports);
      await kernel.bring(stopped, []);
      await kernel.bring(id, imports);
    };
  }, run.id);
  assert.equal((await isolated.run("import regex; regex.__name__")).result, "regex");
});

test("Stop in the same moment as Run ends that run", async ({ isolated, plain }) => {
  for (const [host, code] of [[isolated, "while True: pass"], [plain, "import time; time.sleep(60)"]]) {
    await host.kernel();
    for (let time = 0; time < 10; time++) {
      const run = await host.evaluate((text) => {
        const ended = kernel.execute(text);
        kernel.interrupt();
        return ended;
      }, code);
      assert.equal(run.ename, "KeyboardInterrupt", story(run));
    }
    assert.equal((await host.run("6 * 7")).result, 42);
  }
});

test("Stop at the wrong time harms no later run", async ({ isolated }) => {
  await isolated.fresh("1");
  await isolated.evaluate(() => {
    kernel.interrupt();
    kernel.interrupt();
  });
  assert.equal((await isolated.fresh("sum(range(1000))")).result, 499500);
});

test("the traceback of a stopped run shows where it was", async ({ isolated }) => {
  const run = await isolated.fresh("import time\nprint('go')\ntime.sleep(60)", { interruptOn: "go" });
  assert.match(run.traceback.join("\n"), /line 3, in <module>\n {4}time\.sleep\(60\)/);
  assert.match(run.traceback.at(-1), /^KeyboardInterrupt/);
  assert.doesNotMatch(run.traceback.join("\n"), /pyoxide|webloop/);
});

test("code that swallows the interrupt is ended with its frame", async ({ plain }) => {
  const code = "print('started')\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass";
  const run = await plain.fresh(code, { interruptOn: "started", patience: 300 });
  assert.deepEqual([run.status, run.how], ["gone", "removed"]);
});

for (const kind of ["isolated", "plain"]) {
  test(`input() and getpass ask and get their lines (${kind})`, async (hosts) => {
    const host = hosts[kind];
    await host.kernel();
    await host.evaluate(() => {
      const lines = ["Zoë", "s3cret", "from stdin", null];
      kernel.onInput = () => lines.shift();
    });
    const run = await host.run(
      "import getpass, sys\na = input('Name? ')\nb = getpass.getpass()\nc = sys.stdin.readline()\n[a, b, c, sys.stdin.read()]",
    );
    assert.deepEqual(run.result, ["Zoë", "s3cret", "from stdin\n", ""]);
    assert.deepEqual(
      run.outputs.filter((output) => output.t === "input_request").map(({ prompt, password }) => [prompt, password]),
      [
        ["Name? ", false],
        ["Password: ", true],
        ["", false],
        ["", false],
      ],
    );
    assert.equal(run.stdout, "");
  });

  test(`input() can be declined and stopped (${kind})`, async (hosts) => {
    const host = hosts[kind];
    await host.kernel();
    await host.evaluate(() => (kernel.onInput = () => null));
    assert.equal((await host.run("input()")).ename, "EOFError");
    await host.evaluate(() => (kernel.onInput = () => undefined));
    stopped(await host.run("print('asking')\ninput('never answered')", { interruptOn: "asking" }));
    await host.evaluate(() => (kernel.onInput = () => "yes"));
    assert.equal((await host.run("input()")).result, "yes");
    await host.evaluate(() => (kernel.onInput = () => null));
  });
}

test("input() says why it can't wait, in a browser that has neither shared memory nor stack switching", async ({ plain }) => {
  const [run, next] = await plain.evaluate(async () => {
    const alter = (assets) => ({ ...assets, worker: `delete WebAssembly.Suspending;\n${assets.worker}` });
    const old = await Kernel.start({ alter });
    old.onInput = () => "never asked for";
    const [run, next] = [await old.execute("print('before')\ninput('Name? ')"), await old.execute("1 + 1")];
    old.dispose();
    return [run, next];
  });
  assert.deepEqual([run.ename, run.stdout, run.outputs.length], ["EOFError", "before\n", 1], story(run));
  assert.match(run.evalue, /^input\(\) can't wait here: the page is not cross-origin isolated and this browser can't suspend Python.* set the value in the code\.$/);
  assert.equal(next.result, 2);
});

test("a round trip is short", async ({ isolated }) => {
  await isolated.kernel();
  const median = await isolated.evaluate(async () => {
    const times = [];
    for (let i = 0; i < 50; i++) times.push((await kernel.execute("1 + 1")).ms);
    return times.sort((a, b) => a - b)[25];
  });
  console.log(`        round trip ${median} ms (median of 50)`);
  assert.ok(median < 2000);
});
