import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

const OURS = /pyoxide|_pyodide|webloop/;

test("a traceback shows the cell's lines and no frames of ours", async ({ isolated }) => {
  await isolated.fresh("def f(x):\n    return 1 / x");
  const run = await isolated.fresh("print('before')\nf(0)");
  assert.deepEqual([run.status, run.ename, run.evalue], ["error", "ZeroDivisionError", "division by zero"]);
  const text = run.traceback.join("\n");
  assert.match(text, /^Traceback \(most recent call last\):\n {2}File "cell \d+", line 2, in <module>\n {4}f\(0\)/);
  assert.match(text, /line 2, in f\n {4}return 1 \/ x\n {11}~~\^~~\nZeroDivisionError: division by zero$/);
  assert.doesNotMatch(text, OURS);
  assert.equal(run.stdout, "before\n");
});

test("frames of ours are left out in the middle of a traceback, too", async ({ isolated }) => {
  const run = await isolated.fresh("input('?')");
  assert.deepEqual([run.ename, run.evalue], ["EOFError", "no line was entered"]);
  assert.doesNotMatch(run.traceback.join("\n"), OURS);
});

test("a syntax error points at its place", async ({ isolated }) => {
  const run = await isolated.fresh("x = 1\nif x = 2:\n    pass");
  assert.equal(run.ename, "SyntaxError");
  assert.match(
    run.traceback.join("\n"),
    /^ {2}File "cell \d+", line 2\n {4}if x = 2:\n {7}\^\^\^\^\^\nSyntaxError: invalid syntax/,
  );
});

test("chained exceptions are kept", async ({ isolated }) => {
  const run = await isolated.fresh("try:\n  {}['k']\nexcept KeyError as e:\n  raise ValueError('outer') from e");
  const text = run.traceback.join("\n");
  assert.match(text, /KeyError: 'k'\n\nThe above exception was the direct cause/);
  assert.match(text, /ValueError: outer$/);
});

test("sys.exit is reported as what it is, and the kernel lives", async ({ isolated }) => {
  const run = await isolated.fresh("import sys\nleft = 1\nsys.exit('enough')");
  assert.deepEqual(
    [run.status, run.ename, run.evalue, run.traceback],
    ["error", "SystemExit", "enough", ["SystemExit: enough"]],
  );
  assert.equal((await isolated.fresh("import sys; sys.exit()")).evalue, "0");
  assert.equal((await isolated.fresh("left")).result, 1);
});

test("sys.exit in a task, and an error in a callback, leave the kernel alive", async ({ isolated }) => {
  const run = await isolated.fresh(
    "import asyncio, sys, js\nfrom pyodide.ffi import create_once_callable\nasync def f(): sys.exit(3)\n" +
      "task = asyncio.create_task(f())\nfor i in range(5): await asyncio.sleep(0)\n" +
      "js.setTimeout(create_once_callable(lambda: 1 / 0), 0)\nawait asyncio.sleep(0.05)\n'alive'",
  );
  assert.equal(run.result, "alive");
  assert.match(run.stderr, /Uncaught in a callback: [^]*ZeroDivisionError/);
});

test("an exception that can't be shown is reported all the same", async ({ isolated }) => {
  const run = await isolated.fresh("class E(Exception):\n  def __str__(self): raise ValueError\nraise E()");
  assert.deepEqual([run.status, run.ename, run.replies], ["error", "E", 1]);
});

test("what a browser's Python can't do is said with what can be done", async ({ isolated }) => {
  const cases = {
    "import urllib.request; urllib.request.urlopen('https://example.com')": /This sandbox has no network: upload/,
    "import js; await js.fetch('https://example.com')": /This sandbox has no network: upload/,
    "import threading; threading.Thread(target=print).start()": /has no threads/,
    "import subprocess; subprocess.run(['ls'])": /can't start other programs/,
  };
  for (const [code, expected] of Object.entries(cases)) {
    const run = await isolated.fresh(code);
    assert.match(run.traceback.at(-1), expected, code);
  }
});

test("a recursion error and a giant allocation leave the kernel alive", async ({ isolated }) => {
  const recursion = await isolated.fresh("def f(n): return f(n + 1)\nf(0)");
  assert.equal(recursion.ename, "RecursionError");
  assert.ok(recursion.traceback.length < 40);
  assert.match((await isolated.fresh("bytearray(10 ** 10)")).ename, /MemoryError|OverflowError/);
  const full = await isolated.fresh("blocks = []\nwhile True: blocks.append(bytearray(64 * 2**20))");
  assert.equal(full.ename, "MemoryError", story(full));
  assert.match(full.traceback.at(-1), /^The memory of this kernel is full; it has 1 GiB unless/);
  assert.equal((await isolated.fresh("blocks = None")).status, "ok");
  assert.equal((await isolated.fresh("1 + 1")).result, 2);
  await isolated.evaluate(() => kernel.dispose()); // its memory doesn't shrink
});

test("a kernel whose own tools were broken by the code still answers, and works when they are back", async ({
  isolated,
}) => {
  const run = await isolated.fresh(
    "import asyncio, builtins\nrepair = asyncio.get_event_loop().call_later\n" +
      "repair(0.1, setattr, builtins, 'isinstance', isinstance)\nbuiltins.isinstance = None\n[1]",
  );
  assert.deepEqual([run.replies, run.status], [1, "error"]);
  let after = run;
  for (let tries = 0; after.status !== "ok" && tries < 500; tries++) {
    after = await isolated.run("1 + 1");
    assert.equal(after.replies, 1);
  }
  assert.equal(after.result, 2);
});

const DEATHS = {
  "os._exit": "import os\nprint('last words')\nos._exit(1)",
  "an abort() in C": "import ctypes\nprint('last words')\nctypes.CDLL(None).abort()",
  "a recursion in C that no limit of Python's ends": "it = iter([1])\nfor _ in range(300_000): it = map(int, it)\nprint('last words')\nnext(it)",
};

for (const [name, code] of Object.entries(DEATHS)) {
  test(`${name} is a death that is told at once`, async ({ isolated, plain }) => {
    for (const host of [isolated, plain]) {
      const run = await host.fresh(code, { deadline: 15_000, patience: 1_000 });
      assert.equal(run.status, "gone", story(run));
      assert.match(run.stdout, /^last words\n/);
      assert.match(run.why, /^dead: /);
      assert.ok(run.ms < 10_000, `${run.ms} ms`);
      assert.equal((await host.fresh("1 + 1")).result, 2, "the next kernel");
    }
  });
}
