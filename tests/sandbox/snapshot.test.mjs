// A kernel that comes out of a memory snapshot does all that one does that was started, only sooner.
import assert from "node:assert/strict";
import fs from "node:fs";
import { story, test } from "./harness.mjs";

const { imports, libraries } = JSON.parse(fs.readFileSync(new URL("../../www/snapshot.json", import.meta.url)));

/** Makes both snapshots in the page, once. Gives back what is known of the larger one. */
const make = (host) =>
  host.evaluate(
    async ([names, linked]) => {
      globalThis.snapshots ??= (async () => {
        const options = { maxPages: 8192 };
        return { full: await Kernel.make(names, linked, options), plain: await Kernel.make([], [], options) };
      })();
      const { full, plain } = await globalThis.snapshots;
      return { full: full.heap.size, plain: plain.heap.size, meta: full.meta };
    },
    [imports, libraries],
  );

/** A kernel out of a snapshot, as `kernel` of the page. `change` gets the snapshot and the options before: it may spoil them. */
const restore = async (host, which, change = () => {}, argument = null) => {
  await make(host);
  await host.evaluate(async (name) => {
    globalThis.given = { snapshot: structuredClone((await globalThis.snapshots)[name]), options: { maxPages: 8192, bootMs: 30_000 } };
  }, which);
  await host.evaluate(`(${change})(given.snapshot, given.options, ${JSON.stringify(argument)})`);
  return host.evaluate(async () => {
    const { snapshot, options } = globalThis.given;
    if (globalThis.kernel && !kernel.gone) kernel.dispose();
    globalThis.kernel = await Kernel.start({ ...options, alter: (assets) => ({ ...assets, snapshot }) });
    return kernel.info;
  });
};

const start = (host) =>
  host.evaluate(async () => {
    if (globalThis.kernel && !kernel.gone) kernel.dispose();
    globalThis.kernel = await Kernel.start({ maxPages: 8192 });
    return kernel.info;
  });

const FIGURE = `import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 4, 9])
axes.set_title("tést αβγ")
axes.set_xlabel(r"$\\alpha_1^2$")
plt.show()`;

/** Code and what its last line is, for both ways to come up. */
const CHECKS = {
  "linear algebra": ["import numpy as np\nfloat(np.linalg.inv(np.eye(3) * 2).sum())", 1.5],
  "an error of a library": ["try:\n  np.linalg.inv(np.zeros((2, 3)))\nexcept np.linalg.LinAlgError as error:\n  found = type(error).__name__\nfound", "LinAlgError"],
  "Fourier transforms": ["float(abs(np.fft.fft(np.ones(8)))[0])", 8],
  "random numbers with a seed": ["round(float(np.random.default_rng(1).random()), 6)", 0.511822],
  "arrays in files": ["import io\nfile = io.BytesIO()\nnp.savez(file, a=np.arange(3))\nfile.seek(0)\nint(np.load(file)['a'].sum())", 3],
  "a C++ exception": ["from matplotlib import ft2font\ntry:\n  ft2font.FT2Font('/nope.ttf')\nexcept Exception as error:\n  found = type(error).__name__\nfound", "FileNotFoundError"],
  "SVG, polar": ["import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(subplot_kw={'projection': 'polar'})\naxes.scatter(np.linspace(0, 6, 50), np.linspace(0, 1, 50), c=np.linspace(0, 1, 50))\nfile = io.BytesIO()\nfigure.savefig(file, format='svg')\nplt.close(figure)\nlen(file.getvalue()) > 9000", true],
  "contours, whose library was not linked": ["figure, axes = plt.subplots()\naxes.contourf(np.outer(np.arange(9), np.arange(9)))\nfile = io.BytesIO()\nfigure.savefig(file)\nplt.close(figure)\nlen(file.getvalue()) > 3000", true],
  "triangulation": ["import matplotlib.tri\nlen(matplotlib.tri.Triangulation([0, 1, 0, 1], [0, 0, 1, 1]).triangles)", 2],
  "3-D": ["figure = plt.figure()\nfigure.add_subplot(projection='3d').plot([1, 2], [1, 2], [1, 2])\nfile = io.BytesIO()\nfigure.savefig(file)\nplt.close(figure)\nlen(file.getvalue()) > 3000", true],
  "another font": ["figure, axes = plt.subplots()\naxes.set_title('x', fontweight='bold', family='serif', style='italic')\nfile = io.BytesIO()\nfigure.savefig(file, format='pdf')\nplt.close(figure)\nlen(file.getvalue()) > 3000", true],
  "PIL and what it opens later": ["from PIL import Image, features\nfile = io.BytesIO()\nImage.new('RGB', (9, 9)).save(file, 'webp')\nfeatures.check('freetype2')", true],
  "sqlite": ["import sqlite3\nsqlite3.connect(':memory:').execute('select 1 + 1').fetchone()[0]", 2],
  "ctypes with a callback": ["import ctypes\nctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x + 1)(4)", 5],
  "a linked library by ctypes": ["import numpy._core._multiarray_umath as umath\nbool(ctypes.CDLL(umath.__file__).PyInit__multiarray_umath)", true],
  "asyncio": ["import asyncio\nawait asyncio.sleep(0.01, 4)", 4],
  "asyncio.run": ["asyncio.run(asyncio.sleep(0.01, 5))", 5],
  "versions of packages": ["import importlib.metadata\nimportlib.metadata.version('matplotlib').count('.')", 2],
  "the source of a function": ["import inspect\nlen(inspect.getsource(plt.subplots)) > 1000", true],
  "a new module in site-packages": ["import importlib\nopen('/lib/python3.14/site-packages/brand_new.py', 'w').write('x = 3')\nimportlib.invalidate_caches()\nimport brand_new\nbrand_new.x", 3],
  "globals stay removed": ["import js\n[name for name in ('Worker', 'XMLHttpRequest', 'indexedDB', 'caches', 'WebSocket', 'importScripts') if hasattr(js, name)]", []],
  "memory that is mapped": ["np.memmap('/tmp/mapped', dtype='u1', mode='w+', shape=(9,)).size", 9],
};

test("all that a started kernel does, one out of a snapshot does", async ({ plain }) => {
  const wrong = [];
  for (const begin of [() => restore(plain, "full"), () => start(plain)]) {
    await begin();
    for (const [name, [code, expected]] of Object.entries(CHECKS)) {
      const run = await plain.run(code);
      if (JSON.stringify(run.result) !== JSON.stringify(expected)) wrong.push(`${name}: ${story(run)}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("a figure out of a snapshot is byte for byte that of a started kernel", async ({ plain }) => {
  const png = async () => {
    const run = await plain.run(FIGURE);
    assert.equal(run.status, "ok", story(run));
    return run.outputs.find(({ data }) => data?.["image/png"])?.data["image/png"];
  };
  await restore(plain, "full");
  const restored = await png();
  await start(plain);
  assert.ok(restored.length > 10_000, "it has text");
  assert.equal(restored, await png());
});

test("every library that a snapshot holds can be imported a second time", async ({ plain }) => {
  const { meta } = await make(plain);
  assert.equal(meta.opened.length, libraries.length, "all are opened, and no other");
  await restore(plain, "full");
  for (const name of libraries.map((path) => path.replaceAll("/", "."))) {
    const run = await plain.run(`import sys, importlib\nold = sys.modules.pop("${name}")\nnew = importlib.import_module("${name}")\nsys.modules["${name}"] = old\nnew.__name__`);
    assert.ok(run.result || run.ename === "ImportError", `${name}: ${story(run)}`); // numpy's core refuses to be loaded twice
  }
  assert.equal((await plain.run("import numpy\nint(numpy.arange(4).sum())")).result, 6);
});

test("packages come as wheels to a kernel out of a snapshot, and none that it has", async ({ plain }) => {
  const info = await restore(plain, "full");
  assert.ok(info.packages.includes("numpy") && info.packages.includes("matplotlib"), info.packages.join());
  await plain.evaluate((names) => names.forEach((name) => kernel.installed.add(name)), info.packages);
  const run = await plain.run("import pandas as pd\nint(pd.DataFrame({'a': [1, 2]}).a.sum())");
  assert.equal(run.result, 3, story(run));
  const brought = run.outputs.find(({ t }) => t === "installed").names;
  assert.ok(brought.includes("pandas") && !brought.includes("numpy"), brought.join());
});

test("two kernels out of one snapshot draw different random numbers", async ({ plain }) => {
  const drawn = [];
  for (let times = 0; times < 2; times++) {
    await restore(plain, "full");
    const run = await plain.run("import random, os, numpy\n[random.random(), float(numpy.random.rand()), os.urandom(4).hex(), int(numpy.random.default_rng().integers(9**9))]");
    drawn.push(run.result);
  }
  drawn[0].forEach((number, at) => assert.notEqual(number, drawn[1][at]));
});

test("the time zone is that of the page, not of the place where a snapshot was made", async ({ plain, elsewhere }) => {
  await make(plain);
  const made = await plain.evaluate(async () => {
    const { heap, meta } = (await globalThis.snapshots).plain;
    const bytes = new Uint8Array(await heap.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return { heap: btoa(text), meta };
  });
  await elsewhere("America/New_York", async (host) => {
    const take = ({ heap, meta }) => {
      const full = { heap: new Blob([Uint8Array.from(atob(heap), (c) => c.charCodeAt(0))]), so: new Blob(), site: new Blob(), meta };
      globalThis.snapshots = { full, plain: full };
    };
    await host.evaluate(take, made);
    await restore(host, "plain");
    const run = await host.run("import time\n[time.timezone, time.altzone, time.daylight, time.tzname[0]]");
    assert.deepEqual(run.result?.slice(0, 3), [5 * 3600, 4 * 3600, 1], story(run));
    assert.equal(run.result[3], "UTC-0500");
  });
});

test("the small snapshot brings the interpreter alone", async ({ isolated }) => {
  const info = await restore(isolated, "plain");
  assert.equal(info.isolated, true);
  const run = await isolated.run("import sys, math\n['numpy' in sys.modules, math.factorial(5)]");
  assert.deepEqual(run.result, [false, 120]);
  const stopped = await isolated.run("print('on')\nwhile True: pass", { interruptOn: "on" });
  assert.equal(stopped.ename, "KeyboardInterrupt", story(stopped));
});

const SPOILT = {
  "is of another build": async (snapshot) => {
    const bytes = new Uint8Array(await snapshot.heap.arrayBuffer());
    bytes[12 + 20] ^= 1;
    snapshot.heap = new Blob([bytes]);
  },
  "needs more memory than there may be": (_, options) => (options.maxPages = 900),
  "lacks its libraries": (snapshot) => snapshot.meta.libraries.splice(0),
};
for (const [what, change] of Object.entries(SPOILT)) {
  test(`a snapshot that ${what} ends before ready`, async ({ plain }) => {
    await assert.rejects(restore(plain, "full", change));
  });
}

test("nothing of Python runs before the page says that the bytes are its own", async ({ plain }) => {
  const unverified = (_, options) => Object.assign(options, { isVerified: false, bootMs: 3_000 });
  await assert.rejects(restore(plain, "plain", unverified), /no answer after the boot message/);
  const spoilt = plain.evaluate(() =>
    Kernel.start({
      ...{ isVerified: false, bootMs: 3_000, maxPages: 8192 },
      alter: (assets) => ({ ...assets, files: { ...assets.files, "pyodide.mjs": new Blob(["throw new Error('it ran')"]) } }),
    }),
  );
  await assert.rejects(spoilt, /no answer after the boot message/);
});

test("nothing is ready before the snapshot's files are handed in", async ({ plain }) => {
  await assert.rejects(
    restore(plain, "full", (_, options) => Object.assign(options, { hasFiles: false, bootMs: 8_000 })),
    /no answer after the boot message/,
  );
});

test("no snapshot is made of libraries that are opened without being linked", async ({ plain }) => {
  const making = plain.evaluate(([names, linked]) => Kernel.make(names, linked, { maxPages: 8192 }), [imports, libraries.slice(0, -1)]);
  await assert.rejects(making, /libraries were opened that aren't linked: .*_imagingmath/);
});
