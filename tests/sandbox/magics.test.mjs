// What people write in notebooks that is no Python, and a sleep that gives way.
import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

/** Code, and what it writes or ends with. */
const COMMANDS = {
  "%matplotlib inline\nprint('on')": { stdout: "on\n" },
  "%load_ext autoreload\n%autoreload 2\n1 + 1": { result: 2 },
  "if True:\n    %config InlineBackend.figure_format = 'retina'\n    x = 5\nx": { result: 5 },
  "%time sum(range(10))": { result: 45, stdout: /^Wall time: [\d.]+ (ns|µs|ms)\n$/ },
  "y = %time 6 * 7\ny": { result: 42 },
  "async def later(value):\n    import asyncio\n    await asyncio.sleep(0.01)\n    return value\n%time await later(7)": { result: 7, stdout: /^Wall time: \d\d+(\.\d+)? ms\n$/ },
  "if True:\n    y = %time await later(8)\n%time z = [y, await later(9)]\nz": { result: [8, 9], stdout: /^(Wall time: \d\d+(\.\d+)? ms\n){2}$/ },
  "%time print('await')": { stdout: /^await\nWall time: / },
  "%timeit -n 10 -r 2 sum(range(10))": { stdout: /^[\d.]+ (ns|µs|ms) ± [\d.]+ (ns|µs|ms) per loop \(mean ± std. dev. of 2 runs, 10 loops each\)\n$/ },
  "%%timeit -n 3 -r 2\nz = 1\nz + 1": { stdout: /3 loops each/ },
  "%%time\nimport asyncio\nawait asyncio.sleep(0.01)\n'slept'": { result: "slept", stdout: /^Wall time: \d\d+(\.\d+)? ms\n$/ },
  "%%capture got\nimport sys\nprint('hidden')\nprint('wrong', file=sys.stderr)\ndisplay('shown')": { stdout: "", stderr: "", outputs: [] },
  "[got.stdout, got.stderr, str(got)]": { result: ["hidden\n", "wrong\n", "hidden\n"] },
  "%%writefile notes.txt\none\ntwo\nthree": { stdout: "Writing notes.txt\n" },
  "!cat notes.txt": { stdout: "one\ntwo\nthree\n" },
  "!head -n 2 notes.txt && tail -n1 notes.txt": { stdout: "one\ntwo\nthree\n" },
  "!wc -l notes.txt": { stdout: "2\n" },
  "!mkdir -p a/b && cp notes.txt a/b/copy.txt && ls a/b": { stdout: "copy.txt\n" },
  "names = !ls *.txt\nnames": { result: ["notes.txt"] },
  "which = 'notes'\n!cat {which}.txt": { stdout: "one\ntwo\nthree\n" },
  "%cd a\n!pwd\n%cd ..\n%pwd": { stdout: "/home/pyodide/a\n/home/pyodide\n" },
  "!rm -r a && ls a": { stderr: /^ls: .*a\.\n$/ },
  "%pip install python-dateutil\nimport dateutil\ndateutil.__name__": { result: "dateutil" },
  "!pip install -q six\n'installed'": { result: "installed" },
  "%pip install 'six>=1' \"python-dateutil>=2\" -q --index-url https://nowhere.test # why\n'quoted'": { result: "quoted", stderr: "" },
  "%%writefile needs.txt\n# what it needs\nsix>=1  # old\n\nnothing-of-this-name==1": { stdout: "Writing needs.txt\n" },
  "%pip install -r needs.txt\n'read'": { result: "read", stderr: /^'nothing-of-this-name==1' can't be installed\. nothing-of-this-name is not known/ },
  "%pip install -r not-there.txt": { stderr: /not-there\.txt/ },
  "%pip list": { stdout: /six==\d/ },
  "!wget https://example.org/x": { stderr: /^wget can't be run: there is no shell in a browser\./ },
  "!ls | sort": { stderr: /there is none in a browser: write it in Python/ },
  "def f(a, b=2):\n    'Adds.'\n    return a + b": { result: null },
  "f?": { stdout: "f(a, b=2)\nAdds.\n" },
  "f??": { stdout: "def f(a, b=2):\n    'Adds.'\n    return a + b\n" },
  "import textwrap\n?? textwrap.shorten": { stdout: /^def shorten\(text, width[^]*return w\.fill\(/ },
  "len??": { stdout: /^len\(obj, \/\)\nReturn the number of items/ },
  "?nothing.like_it": { stdout: "Object `nothing.like_it` not found.\n" },
  "%who": { stdout: /(^| )f( |\n)/ },
  "get_ipython().run_line_magic('time', '1 + 1')": { result: 2 },
  "%%html\n<b>bold</b>": { outputs: ["display"] },
  "x = (7\n  % 4)\nx": { result: 3 },
  "%matplotlib inline\ntext = '''\n%smith%\n!important\n'''\n[text, (7\n  % 4)]": { result: ["\n%smith%\n!important\n", 3] },
  "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')\n%time 1 + 1": { result: 2 },
  "import matplotlib.pyplot as plt\nplt.plot([1])\n'still draws'": { result: "still draws" },
  "%%capture\nplt.plot([1, 2])\nplt.show()": { outputs: [] },
  "%%capture\nplt.plot([1, 2])": { outputs: [] },
  "!pip install --upgrade nothing-of-this-name\n'goes on'": { result: "goes on", stderr: /nothing-of-this-name/ },
  "text = '''\n%time\n!ls\n'''\ntext": { result: "\n%time\n!ls\n" },
};

test("commands of notebooks do what can be done here, line by line", async ({ isolated }) => {
  await isolated.kernel();
  const wrong = [];
  for (const [code, expected] of Object.entries(COMMANDS)) {
    const run = await isolated.run(code);
    const fits = (is, want) => (want instanceof RegExp ? want.test(is) : JSON.stringify(is) === JSON.stringify(want));
    const seen = { ...run, outputs: run.outputs.filter(({ t }) => t === "display").map(({ t }) => t) };
    const other = Object.entries(expected).filter(([key, want]) => !fits(seen[key], want));
    if (run.status !== "ok" || other.length) wrong.push(`${code} → ${other.map(([key]) => key)}: ${story(run)}`);
  }
  assert.deepEqual(wrong, []);
});

test("a command that is not known, and code that is no Python, say so in their own line", async ({ isolated }) => {
  const unknown = await isolated.fresh("x = 1\n%nonsense here");
  assert.match(unknown.evalue, /^%nonsense is not known here; %time/);
  assert.match(unknown.traceback.join("\n"), /cell \d+", line 2.*\n\s*%nonsense here/);
  const broken = await isolated.run("%matplotlib inline\nfor x in");
  assert.equal(broken.ename, "SyntaxError");
  assert.match(broken.traceback.join("\n"), /line 2/);
});

test("output flows, and tasks go on, while code sleeps", async ({ plain }) => {
  const code = `import asyncio, time
ticks = []
async def tick():
    while True:
        ticks.append(1)
        await asyncio.sleep(0.02)
task = asyncio.ensure_future(tick())
print("asleep")
time.sleep(0.5)
task.cancel()
len(ticks) > 5`;
  const run = await plain.fresh(code, { limits: { output: 1000, result: 1000, figures: 1 } });
  assert.equal(run.result, true, story(run));
});

test("Stop ends a sleep at once, and the variables stay", async ({ plain, isolated }) => {
  for (const host of [plain, isolated]) {
    await host.fresh("kept = 7");
    const run = await host.run("import time\nprint('asleep', flush=True)\ntime.sleep(60)", { interruptOn: "asleep" });
    assert.equal(run.ename, "KeyboardInterrupt", story(run));
    assert.equal(run.how, "by itself");
    assert.ok(run.stopMs < 1_000, `${run.stopMs} ms`);
    assert.equal((await host.run("kept")).result, 7);
  }
});
