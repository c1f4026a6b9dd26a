import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

const results = (run) => run.outputs.filter((output) => output.t === "display");

test("a kernel boots isolated and tells its versions", async ({ isolated }) => {
  const info = await isolated.kernel();
  assert.equal(info.isolated, true);
  assert.match(info.python, /^3\.\d+\.\d+$/);
  assert.match(info.pyodide, /^\d+\.\d+\.\d+$/);
  console.log(`        boot ${info.ms} ms, in the worker ${JSON.stringify(info.T)}`);
});

test("hello world streams, and the last expression is the result", async ({ isolated }) => {
  const run = await isolated.fresh("print('hello world')\n6 * 7");
  assert.equal(run.stdout, "hello world\n");
  assert.equal(run.status, "ok", story(run));
  assert.equal(run.result, 42);
  assert.equal(run.replies, 1);
  assert.deepEqual(
    run.outputs.map((output) => [output.t, output.kind ?? output.name]),
    [
      ["stream", "stdout"],
      ["display", "execute_result"],
    ],
  );
});

test("what is rehearsed before the first run says and leaves nothing, and a Stop of that run is not lost in it", async ({ isolated }) => {
  const start = () =>
    isolated.evaluate(async () => {
      if (globalThis.kernel && !kernel.gone) kernel.dispose();
      globalThis.kernel = await Kernel.start({ maxPages: 8192 });
    });
  const left =
    "import asyncio, builtins, linecache\n" +
    "[hasattr(builtins, '_'), [name for name in globals() if name[0] != '_'], [name for name in linecache.cache if 'cell' in name], len(asyncio.all_tasks())]";
  const seen = [];
  for (const wait of [0, 500]) {
    await start();
    // It shows nothing that could be waited for.
    await isolated.evaluate((ms) => new Promise((next) => setTimeout(next, ms)), wait);
    seen.push((await isolated.run(left)).result);
    assert.deepEqual(await isolated.evaluate(() => [kernel.log, kernel.late]), [[], []]);
  }
  assert.deepEqual(seen[1], seen[0]);
  for (const wait of [50, 56]) {
    await start();
    const run = await isolated.evaluate(async (ms) => {
      await new Promise((next) => setTimeout(next, ms));
      const ended = kernel.execute("while True: pass");
      kernel.interrupt();
      return ended;
    }, wait);
    assert.equal(run.ename, "KeyboardInterrupt", story(run));
  }
});

test("variables, imports and the last result stay for the next cell", async ({ isolated }) => {
  await isolated.fresh("import math\nradius = 2\nradius + 1");
  const run = await isolated.fresh("[_, round(math.pi * radius ** 2, 2), __name__]");
  assert.deepEqual(run.result, [3, 12.57, "__main__"]);
});

test("a trailing semicolon and None show nothing", async ({ isolated }) => {
  for (const code of ["1;", "None", "x = 1", "", "# nothing"]) {
    const run = await isolated.fresh(code);
    assert.deepEqual([run.status, run.result, run.outputs], ["ok", null, []], code);
  }
});

test("await works at the top level, and so does asyncio.run", async ({ isolated }) => {
  const code = "import asyncio\nasync def f(): return await asyncio.sleep(0, 5)\n";
  assert.equal((await isolated.fresh(code + "await f()")).result, 5);
  assert.equal((await isolated.fresh(code + "asyncio.run(f())")).result, 5);
});

test("an indented snippet runs", async ({ isolated }) => {
  assert.equal((await isolated.fresh("    a = 1\n    a + 1")).result, 2);
});

test("results become JSON that any client can read", async ({ isolated }) => {
  const cases = {
    "(1, 2)": [1, 2],
    "{3}": [3],
    "{'a': {1: None}, (1, 2): True}": { a: { 1: null }, "(1, 2)": true },
    "2 ** 70": "1180591620717411303424",
    "[float('nan'), float('inf'), 1.5]": [null, null, 1.5],
    "[b'text', b'\\xff\\x00']": ["text", "/wA="],
    "__import__('datetime').date(2026, 1, 2)": "2026-01-02",
    "__import__('decimal').Decimal('1.10')": "1.10",
    "a = []; a.append(a); a": ["<a value that contains itself>"],
    "'\\ud800'": "�",
    "range(3)": "range(0, 3)",
  };
  for (const [code, expected] of Object.entries(cases)) {
    assert.deepEqual((await isolated.fresh(code)).result, expected, code);
  }
});

test("a result that is too large or too deep is a sentence or cut, and the kernel lives", async ({ isolated }) => {
  const large = await isolated.fresh("'x' * 200_000_000");
  assert.match(large.result, /of type str, is larger than 1000000 bytes/);
  assert.ok(results(large)[0].data["text/plain"].length < 1_000_200);
  const deep = await isolated.fresh("l = []\nfor i in range(100_000): l = [l]\nl");
  assert.equal(deep.status, "ok", story(deep));
  assert.equal(results(deep)[0].data["text/plain"], "<list that is nested more than 100 levels deep>");
  assert.equal((await isolated.fresh("1 + 1")).result, 2);
});

test("a hostile repr does not break the run", async ({ isolated }) => {
  const run = await isolated.fresh(
    "class R:\n  def __repr__(self): raise ValueError('no')\n  def _repr_html_(self): raise TypeError('never')\n" +
      "  def __getattr__(self, name): raise RuntimeError(name)\nR()",
  );
  assert.equal(run.status, "ok", story(run));
  assert.match(results(run)[0].data["text/plain"], /repr\(\) failed with ValueError/);
});

test("objects show in their rich forms, display() is a builtin, and IPython.display can be imported", async ({
  isolated,
}) => {
  const run = await isolated.fresh(
    "from IPython.display import HTML, Markdown, clear_output, display as shown\nassert shown is display\nimport IPython.core.display\n" +
      "class T:\n  def _repr_latex_(self): return '$x$'\n  def __repr__(self): return 'T()'\n" +
      "display(HTML('<b>h</b>'), T())\nhandle = display(Markdown('# one'), display_id='d')\n" +
      "handle.update(Markdown('# two'))\nclear_output(wait=True)\nT()",
  );
  assert.equal(run.status, "ok", story(run));
  const shown = run.outputs.map(({ t, kind, data, display_id, wait }) => ({ t, kind, data, display_id, wait }));
  assert.equal(shown[0].data["text/html"], "<b>h</b>");
  assert.deepEqual(shown[1].data, { "text/latex": "$x$", "text/plain": "T()" });
  assert.deepEqual([shown[2].kind, shown[2].display_id], ["display_data", "d"]);
  assert.deepEqual([shown[3].kind, shown[3].display_id], ["update_display_data", "d"]);
  assert.equal(shown[3].data["text/markdown"], "# two");
  assert.deepEqual([shown[4].t, shown[4].wait], ["clear_output", true]);
  assert.equal(shown[5].kind, "execute_result");
});

test("uploaded files lie in /mnt/uploads and are not importable", async ({ isolated }) => {
  const files = { "a b.csv": "x,y\n1,2\n", "json_of_mine.py": "raise SystemExit" };
  const run = await isolated.fresh("open('/mnt/uploads/a b.csv').read()", { files });
  assert.equal(run.result, "x,y\n1,2\n");
  assert.equal((await isolated.fresh("import json_of_mine")).ename, "ModuleNotFoundError");
});

test("a file name that leaves the folder is refused and the run is answered", async ({ isolated }) => {
  for (const name of ["../x", "..", "a/b"]) {
    const run = await isolated.fresh("print('never')", { files: { [name]: "x" } });
    assert.deepEqual([run.status, run.stdout, run.replies], ["error", "", 1]);
    assert.match(run.evalue, /is not a file name/);
  }
});

test("a missing package says what can be done", async ({ isolated }) => {
  const unknown = await isolated.fresh("def f():\n  import nothing_of_this_name\nf()");
  assert.deepEqual(unknown.outputs[0].imports, ["nothing_of_this_name"]);
  assert.match(unknown.evalue, /not known to this Python distribution/);
  const listed = await isolated.fresh("try:\n  import zarr\nexcept ImportError as e: error = e\nraise error");
  assert.match(listed.evalue, /zarr belongs to this Python distribution, but its file is not on this page's server/);
  const removed = await isolated.fresh("import tkinter");
  assert.match(removed.evalue, /does not exist in a browser/);
  assert.deepEqual(removed.outputs, []);
  const hidden = await isolated.fresh("name = 'rich'\n__import__(name)");
  assert.match(hidden.evalue, /rich belongs to this Python distribution, but/);
});

test("a module whose name the code makes up is brought when it is imported, for the code and not for libraries", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => (kernel.onNeed = ({ id, imports }) => kernel.bring(id, imports)));
  const named = await isolated.run("import importlib\nprint('before')\nimportlib.import_module('et_' + 'xmlfile').__name__");
  assert.equal(named.result, "et_xmlfile", story(named));
  assert.deepEqual(named.outputs.map(({ t }) => t).slice(0, 2), ["stream", "need"], "the code had begun to run");
  const library = `import sys, types
exec(compile("def look():\\n  try:\\n    import openpyxl\\n    return True\\n  except ImportError:\\n    return False", "/lib/library.py", "exec"))
look()`;
  assert.equal((await isolated.run(library)).result, false);
});

test("an import in a task that has outlived its run doesn't wait for ever", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => (kernel.onNeed = ({ id }) => kernel.bring(id, [])));
  await isolated.run("import asyncio, importlib\nasync def late(name):\n  await asyncio.sleep(0.1)\n  importlib.import_module(name)\ntasks = [asyncio.ensure_future(late(n)) for n in ('rich', 'zarr')]");
  const run = await isolated.run("[type(e).__name__ for e in await asyncio.gather(*tasks, return_exceptions=True)]");
  assert.deepEqual(run.result, ["ModuleNotFoundError", "ModuleNotFoundError"], story(run));
});

test("packages that a script block names are there before its code runs", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => (kernel.onNeed = ({ id, imports }) => kernel.bring(id, imports)));
  const code = '# /// script\n# dependencies = [\n#   "PathSpec>=0.1",\n#   "nothing-of-this-name",\n# ]\n# ///\nimport importlib.util\nimportlib.util.find_spec("pathspec") is not None';
  const run = await isolated.run(code);
  assert.equal(run.result, true);
  assert.match(run.stderr, /^\['nothing-of-this-name' can't be installed\. nothing-of-this-name is not known/, "what can't be had is named");
});

test("the classes of IPython.display show what can be shown, and files where they are named", async ({ isolated }) => {
  const shown = async (code) => {
    const run = await isolated.fresh(code);
    return run.outputs.find(({ t }) => t === "display")?.data ?? assert.fail(story(run));
  };
  const all = "from IPython.display import (HTML, Markdown, Latex, Math, SVG, JSON, Image, Audio, Video, Code, Pretty,\n  Javascript, IFrame, YouTubeVideo, FileLink, FileLinks, ProgressBar, display, update_display, clear_output)\n";
  assert.equal((await shown(all + "open('p.svg', 'w').write('<svg/>')\nSVG('p.svg')"))["image/svg+xml"], "<svg/>");
  assert.equal((await shown("from pathlib import Path\nopen('n.md', 'w').write('# Notes')\nMarkdown(Path('n.md'))"))["text/markdown"], "# Notes");
  assert.equal((await shown("HTML('<b>bold</b>')"))["text/html"], "<b>bold</b>");
  assert.equal((await shown("Code('a = `1`')"))["text/markdown"], "```python\na = `1`\n```");
  assert.match((await shown("Javascript('alert(1)')"))["text/markdown"], /^```javascript\nalert\(1\)/);
  assert.equal((await shown("IFrame('https://example.org/a b', 100, 100)"))["text/markdown"], "<https://example.org/a%20b>");
  assert.equal((await shown("FileLink('n.md')"))["text/plain"], "n.md (7 bytes)");
  assert.match((await shown("FileLinks('.')"))["text/plain"], /\.\/n\.md \(7 bytes\)\n/);
  const bar = await isolated.run("for i in ProgressBar(2): pass");
  const long = await isolated.run("for i in ProgressBar(3000): pass");
  assert.match(long.outputs.filter(({ t }) => t === "display").at(-1).data["text/plain"], /3000\/3000$/, story(long));
  const texts = bar.outputs.filter(({ t }) => t === "display").map(({ data }) => data["text/plain"].replace(/^.* /, ""));
  assert.deepEqual(texts.filter((text, at) => text !== texts[at - 1]), ["0/2", "1/2", "2/2"], story(bar));
});

test("the page's own sentence about a package becomes part of the error", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => {
    kernel.onNeed = ({ id }) => kernel.bring(id, [], { onnx: "onnx is blocked by the owner of this page." });
  });
  const run = await isolated.run("import onnx");
  assert.equal(run.evalue, "No module named 'onnx'. onnx is blocked by the owner of this page.");
});

test("a package that can't be had does not keep the others away", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => {
    kernel.onNeed = ({ id, imports }) => kernel.bring(id, imports.length > 1 ? [] : imports);
  });
  const run = await isolated.run("try:\n  import zarr\nexcept ImportError: pass\nimport six\nsix.__name__");
  assert.deepEqual(
    run.outputs.filter(({ t }) => t === "need").map(({ imports }) => imports),
    [["six", "zarr"], ["six"], ["zarr"]],
  );
  assert.equal(run.result, "six");
});

test("micropip.install brings packages of the distribution and refuses the rest in words", async ({ isolated }) => {
  await isolated.kernel();
  await isolated.evaluate(() => (kernel.onNeed = ({ id, imports }) => kernel.bring(id, imports)));
  const run = await isolated.fresh(
    "import micropip\nawait micropip.install(['beautifulsoup4>=4'])\nimport bs4\nbs4.__name__",
  );
  assert.equal(run.result, "bs4");
  assert.match((await isolated.fresh("await micropip.install('zarr')")).evalue, /not on this page's server/);
  assert.match(
    (await isolated.fresh("await micropip.install('https://evil.test/a.whl')")).evalue,
    /there is no network/,
  );
});
