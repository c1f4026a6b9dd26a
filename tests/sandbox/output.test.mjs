import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

const streams = (run) => run.outputs.filter((output) => output.t === "stream");

test("text without a newline belongs to its own run", async ({ isolated }) => {
  assert.equal((await isolated.fresh("print('a', end='')")).stdout, "a");
  assert.equal((await isolated.fresh("print('b')")).stdout, "b\n");
});

test("a printed line is not torn into its parts and comes while the code runs", async ({ isolated }) => {
  const run = await isolated.fresh("print('one', 2, [3])\nwhile True: pass", { interruptOn: "one 2 [3]\n" });
  assert.equal(run.stdout, "one 2 [3]\n");
  assert.ok(streams(run).length < 3, "print() writes this line in six parts");
});

test("an unterminated text comes while the code waits, or when it is flushed", async ({ isolated }) => {
  const waiting = await isolated.fresh("import asyncio\nprint('waiting', end='')\nawait asyncio.sleep(60)", {
    interruptOn: "waiting",
  });
  assert.equal(waiting.ename, "KeyboardInterrupt");
  const busy = await isolated.fresh("print('busy', end='', flush=True)\nwhile True: pass", { interruptOn: "busy" });
  assert.equal(busy.ename, "KeyboardInterrupt");
});

test("stdout and stderr keep their order", async ({ isolated }) => {
  const run = await isolated.fresh("import sys\nprint('1')\nprint('2', file=sys.stderr)\nprint('3')");
  assert.deepEqual(
    streams(run).map((output) => [output.name, output.text]),
    [
      ["stdout", "1\n"],
      ["stderr", "2\n"],
      ["stdout", "3\n"],
    ],
  );
});

test("a character that is written in pieces arrives whole, wrong bytes are replaced", async ({ isolated }) => {
  const code =
    "import os, asyncio\nfor b in '€'.encode():\n  os.write(1, bytes([b]))\n  await asyncio.sleep(0.12)\n" +
    "os.write(1, b'\\xff|')\nprint('\\ud800')";
  const run = await isolated.fresh(code);
  assert.equal(run.stdout, "€\ufffd|\\ud800\n");
});

test("output of a task that outlives its run is not given to the next run", async ({ isolated }) => {
  const started = await isolated.fresh(
    "import asyncio\nasync def later():\n  while not go: await asyncio.sleep(0)\n  print('late')\n  done.set_result(1)\n" +
      "go = False\ndone = asyncio.get_event_loop().create_future()\ntask = asyncio.create_task(later())\n",
  );
  const next = await isolated.fresh("go = True\nprint('mine')\nawait done\nawait asyncio.sleep(0)");
  assert.equal(next.stdout, "mine\n");
  const late = await isolated.evaluate(() => kernel.late);
  assert.deepEqual(late.map(({ t, id, text }) => ({ t, id, text })).slice(-1), [
    { t: "stream", id: started.id, text: "late\n" },
  ]);
});

test("a task of an earlier run that sleeps and prints does not mix with a run that does the same", async ({
  isolated,
}) => {
  await isolated.fresh(
    "import asyncio, time\nasync def other():\n  for i in range(10): time.sleep(0.01); print('other'); await asyncio.sleep(0)\n" +
      "task = asyncio.create_task(other())\n",
  );
  const run = await isolated.fresh("for i in range(10): time.sleep(0.01); print(i)\nawait task");
  assert.equal(run.stdout, [...Array(10).keys()].map((i) => `${i}\n`).join(""));
});

test("20 MB of output are cut at the limit, and the rest comes whole before the reply", async ({ isolated }) => {
  const code = "for i in range(200_000): print('é' * 49 + 'x')";
  const run = await isolated.fresh(code, { limits: { output: 100_001 } });
  assert.equal(run.status, "ok", story(run));
  const shown = new TextEncoder().encode(run.stdout).length;
  assert.ok(shown <= 100_001 && shown > 99_900, `${shown} bytes shown`);
  const { bytes, dropped, name } = run.outputs.at(-1);
  assert.deepEqual([bytes, dropped, name], [200_000 * 100 - shown, 0, "stdout"]);
  assert.ok(!run.stdout.includes("\ufffd"));
  assert.ok(streams(run).length < 100);
});

test("output beyond 30 MB is counted, not kept", async ({ isolated }) => {
  const code = "import sys\nsys.stdout.write('x' * 40_000_000); print('e', file=sys.stderr)";
  const run = await isolated.fresh(code, { limits: { output: 1000 } });
  const cut = run.outputs.filter((output) => output.t === "overflow");
  assert.equal(cut[0].bytes, 30 * 1024 * 1024);
  assert.equal(cut[0].bytes + cut[0].dropped, 40_000_000 - 1000);
  assert.deepEqual([cut[1].name, cut[1].bytes, cut[1].dropped], ["stderr", 0, 2]);
});

test("replaced bytes do not make the output longer than its limit", async ({ isolated }) => {
  const run = await isolated.fresh("import os; os.write(1, b'\\xff' * 2_000_000);", { limits: { output: 90_000 } });
  assert.equal(run.status, "ok", story(run));
  assert.ok(new TextEncoder().encode(run.stdout).length <= 90_000);
});

test("a flood of small messages is slowed down, not killed", async ({ isolated }) => {
  const code =
    "import sys\nfor i in range(3000):\n  print(i, flush=True); print(i, file=sys.stderr, flush=True); display(i)";
  const run = await isolated.fresh(code, {});
  assert.equal(run.status, "ok", story(run));
  assert.ok(run.stdout.endsWith("2999\n"));
  assert.equal(run.outputs.filter((output) => output.t === "display").length, 1000);
  assert.match(run.stderr, /only the first 1000 displays of a run are shown/);
});

test("closing or replacing sys.stdout does not silence the next cell", async ({ isolated }) => {
  await isolated.fresh(
    "import sys, io, contextlib\nsys.stdout.close()\nwith contextlib.redirect_stdout(io.StringIO()): print(1)",
  );
  assert.equal((await isolated.fresh("print('still')")).stdout, "still\n");
});
