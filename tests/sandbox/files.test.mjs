// What code leaves in files is handed out when its run ends, and comes back into a fresh interpreter.
import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

/** What a fresh kernel has handed out after code, by path: the beginning of its text, or null for what is gone. */
const left = async (host, code, options) => {
  await host.kernel();
  await host.evaluate(() => kernel.files.clear());
  const run = await host.run(code, options);
  const files = await host.evaluate(() => [...kernel.files].map(([path, bytes]) => [path, bytes && new TextDecoder().decode(bytes.subarray(0, 10_000))]));
  return { run, files: Object.fromEntries(files) };
};

test("files that a run has written, changed or removed are handed out when it ends, and no others", async ({ isolated }) => {
  const code = `import os
os.makedirs("/mnt/uploads/results/deep")
open("/mnt/uploads/results/deep/a.csv", "w").write("1,2")
open("notes.txt", "w").write("in the working folder")
open("/tmp/scratch.txt", "w").write("of no interest")
os.symlink("/tmp/scratch.txt", "/mnt/uploads/link.txt")`;
  const first = await left(isolated, code, { files: { "given.csv": "3,4" } });
  assert.deepEqual(first.files, {
    "/mnt/uploads/given.csv": "3,4",
    "/mnt/uploads/results/deep/a.csv": "1,2",
    "/home/pyodide/notes.txt": "in the working folder",
  }, story(first.run));
  assert.deepEqual((await left(isolated, "1")).files, {}, "nothing has changed");
  const next = `open("notes.txt", "a").write("!")\nos.remove("/mnt/uploads/given.csv")`;
  assert.deepEqual((await left(isolated, next)).files, {
    "/home/pyodide/notes.txt": "in the working folder!",
    "/mnt/uploads/given.csv": null,
  });
});

test("files are handed out while the code sleeps or prints, and what a lost kernel had written is not lost", async ({ isolated }) => {
  await isolated.kernel();
  const told = await isolated.evaluate(async () => {
    kernel.files.clear();
    const has = async (path) => {
      while (!kernel.files.has(path)) await new Promise((next) => setTimeout(next, 20));
      return new TextDecoder().decode(kernel.files.get(path));
    };
    const sleeping = kernel.execute("import time\nopen('/mnt/uploads/early.txt', 'w').write('asleep')\ntime.sleep(1000)");
    const asleep = await has("/mnt/uploads/early.txt");
    kernel.dispose();
    sleeping.catch(() => {});
    globalThis.kernel = await Kernel.start({ maxPages: 8192 });
    const printing = kernel.execute("open('/mnt/uploads/loud.txt', 'w').write('prints')\nimport time\nend = time.monotonic() + 60\nwhile time.monotonic() < end:\n  for i in range(10**5): pass\n  print('.', end='')");
    const loud = await has("/mnt/uploads/loud.txt");
    kernel.dispose();
    printing.catch(() => {});
    return [asleep, loud];
  });
  assert.deepEqual(told, ["asleep", "prints"]);
});

test("a run that writes many files again and again is not taken for a flood", async ({ isolated }) => {
  await isolated.kernel();
  const code = "import time\nfor r in range(4):\n  for i in range(400): open(f'/mnt/uploads/f{i}', 'w').write(f'{r} {i}')\n  print(r); time.sleep(1.2)\n'done'";
  const { run, files } = await left(isolated, code);
  assert.equal(run.result, "done", story(run));
  assert.deepEqual([Object.keys(files).length, files["/mnt/uploads/f399"]], [400, "3 399"], "the last state of each");
  await isolated.evaluate(() => kernel.dispose());
});

test("a fresh interpreter gets the files back before any code", async ({ isolated }) => {
  await left(isolated, `open("/mnt/uploads/kept.bin", "wb").write(bytes(range(256)))\nopen("mine.py", "w").write("x = 42")`);
  const result = await isolated.evaluate(async () => {
    const files = new Map([...kernel.files].map(([path, bytes]) => [path, bytes]));
    kernel.dispose();
    globalThis.kernel = await Kernel.start({ maxPages: 8192, files });
    const run = await kernel.execute('import mine\n[list(open("/mnt/uploads/kept.bin", "rb").read()) == list(range(256)), mine.x]');
    return { ...run, told: [...kernel.files.keys()].filter((path) => path.endsWith("kept.bin")) };
  });
  assert.deepEqual(result.result, [true, 42], story(result));
  assert.deepEqual(result.told, [], "what it was given is not handed out again");
});

test("files that can't be brought back keep nothing else away, and are named", async ({ isolated }) => {
  const run = await isolated.evaluate(async () => {
    globalThis.kernel?.dispose();
    const bytes = new Uint8Array([104, 105]);
    const files = new Map(["/home/pyodide/a", "/home/pyodide/a/b", "/home/pyodide/c"].map((path) => [path, bytes]));
    globalThis.kernel = await Kernel.start({ maxPages: 8192, files });
    return kernel.execute("open('c').read()");
  });
  assert.equal(run.result, "hi", story(run));
  assert.match(run.stderr, /\[\/home\/pyodide\/a\/b could not be written: /);
});

test("a file that is too large doesn't push the others out, and a folder that is gone is no trouble", async ({ isolated }) => {
  const first = await left(isolated, `open("/mnt/uploads/large.bin", "wb").truncate(70 * 1024 * 1024)\nopen("note.txt", "w").write("n")`);
  assert.ok("/home/pyodide/note.txt" in first.files, story(first.run));
  const next = await left(isolated, `import shutil, os\nshutil.rmtree("/mnt/uploads")\nos.remove("note.txt")`);
  assert.equal(next.files["/home/pyodide/note.txt"], null);
  assert.equal(next.run.stderr, "");
  await isolated.evaluate(() => kernel.dispose());
});

test("files that are too large or too many are said to go with the kernel", async ({ isolated }) => {
  await isolated.evaluate(() => globalThis.kernel?.dispose());
  const large = await left(isolated, `open("large.bin", "wb").write(b"x" * 31 * 1024 * 1024)\nopen("small.txt", "w").write("s")`);
  assert.match(large.run.stderr, /\[\/home\/pyodide\/large\.bin is gone when the kernel is: only files of up to 30 MB are kept/);
  assert.deepEqual(Object.keys(large.files), ["/home/pyodide/small.txt"]);
  const many = await left(isolated, `import os\nos.remove("large.bin")\nfor n in range(510):\n    open(f"/mnt/uploads/{n:03}.txt", "w").write("x")`);
  assert.equal(Object.values(many.files).filter((text) => text !== null).length, 499, "beside the one that it has");
  assert.equal(many.run.stderr.match(/500 files are kept/g)?.length, 1, many.run.stderr);
  await isolated.evaluate(() => kernel.dispose());
});

test("what the person does with files reaches an interpreter that lives, and is not handed out again", async ({ isolated }) => {
  await left(isolated, `open("/mnt/uploads/old.txt", "w").write("old")\nopen("stays.txt", "w").write("s")`);
  await isolated.evaluate(() => {
    const text = (words) => new TextEncoder().encode(words);
    kernel.restore(new Map([["/mnt/uploads/new.txt", text("new")], ["/home/pyodide/deep/er.txt", text("deep")], ["/mnt/uploads/old.txt", null], ["/mnt/uploads/never.txt", null]]));
  });
  const { run, files } = await left(isolated, `import os\n[open("/mnt/uploads/new.txt").read(), open("deep/er.txt").read(), os.listdir("/mnt/uploads")]`);
  assert.deepEqual(run.result, ["new", "deep", ["new.txt"]], story(run));
  assert.deepEqual(files, {}, "the page knows already");
});

test("a run says which of the page's changes it knew of, and what has no room beside the others takes nothing away", async ({ isolated }) => {
  await isolated.evaluate(() => globalThis.kernel?.dispose());
  await isolated.kernel();
  await isolated.evaluate(() => kernel.restore(new Map([["/mnt/uploads/a.txt", new Uint8Array([97])]]), 7));
  await isolated.run("import os\nos.remove('/mnt/uploads/a.txt')\nopen('/mnt/uploads/mine.txt', 'w').write('x')");
  const told = await isolated.evaluate(() => kernel.told.map(({ path, gone, seen }) => [path, Boolean(gone), seen]));
  assert.deepEqual(told, [["/mnt/uploads/mine.txt", false, 7], ["/mnt/uploads/a.txt", true, 7]]);
  const kept = await left(isolated, "open('kept.bin', 'wb').truncate(29_000_000)\nopen('kept2.bin', 'wb').truncate(29_000_000)");
  assert.equal(Object.keys(kept.files).length, 2, story(kept.run));
  const more = await left(isolated, "open('/mnt/uploads/more.bin', 'wb').truncate(20_000_000)");
  assert.deepEqual(more.files, {}, "what is known is kept, what is new has no room");
  assert.match(more.run.stderr, /64 MB of files are kept/);
  const grown = await left(isolated, "os.remove('/mnt/uploads/more.bin')\nopen('kept.bin', 'ab').write(b'x' * 2_000_000)");
  assert.deepEqual(grown.files, {}, "the page keeps what it has");
  assert.match(grown.run.stderr, /only files of up to 30 MB are kept/);
  await isolated.evaluate(() => kernel.dispose());
});
