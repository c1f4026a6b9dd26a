// What editors ask while nothing runs.
import assert from "node:assert/strict";
import { test } from "./harness.mjs";

const SETUP = `
import math, json
import numpy as np
class Own:
    """Mine."""
    kept = 1
    @property
    def spied(self):
        touched.append("property")
        return "text"
    def method(self, first, *, second=2): "Does it."
    def __dir__(self):
        touched.append("dir")
        return ["x"]
    @property
    def __class__(self):
        touched.append("class")
        return int
    @property
    def __signature__(self):
        touched.append("signature")
    def __call__(self, value): "Called."
    def __repr__(self):
        touched.append("repr")
        return "!"
    def __getattr__(self, name):
        touched.append("getattr " + name)
        raise AttributeError(name)
touched = []
own = Own()
own.field = {"inner": [1, 2]}
table = {"first key": 1, "second": {"deep": "text"}, 3: 4}
def scale(values, *, factor=2.0, **rest):
    "Makes them larger."
_hidden = 1
names = [Own(), Own()]
class Key:
    def __repr__(self):
        touched.append("repr")
        return "key"
    def __hash__(self):
        touched.append("hash")
        return 1
    def __eq__(self, other):
        touched.append("eq")
        return self is other
    def __lt__(self, other):
        touched.append("lt")
        return True
    @property
    def __class__(self):
        touched.append("class")
        return str
keyed, grouped, wrong, cells = {Key(): 1, Key(): 2}, {Key(), Key()}, ValueError(Key()), np.array([Key()], dtype=object)
def defaulted(key=Key()): pass
exec("class Made:\\n    def __repr__(self): touched.append('repr')\\nmade = Made()", made_in := {"touched": touched})
made = made_in["made"]
touched.clear()
`;

/** Text with "|" for the cursor -> the completions. */
const complete = async (host, text) => {
  const cursor = [...text].indexOf("|");
  const found = await host.evaluate(([code, at]) => kernel.ask("complete", code, at), [text.replace("|", ""), cursor]);
  return found && { ...found, names: found.matches.map(({ text }) => text), kinds: Object.fromEntries(found.matches.map(({ text, type }) => [text, type])) };
};

const FITS = {
  "an attribute of a module": ["y = math.sq|", ["sqrt"], 9],
  "a method of a text": ["'abc'.upp|", ["upper"], 6],
  "a method of a list display": ["[1, (2)].app|", ["append"], 9],
  "a method of a value in a dict": ["table['second'].upd|", ["update"], 16],
  "a name of the cells": ["sca|", ["scale"], 0],
  "a builtin": ["x = enumer|", ["enumerate"], 4],
  "a keyword": ["nonl|", ["nonlocal"], 0],
  "what lies below an attribute": ["own.field.ite|", ["items"], 10],
  "a parameter of the called function": ["scale([1, 2], fac|", ["factor="], 14],
  "a parameter in the next line": ["scale(\n    [1],\n    fac|", ["factor="], 20],
  "a module that is not imported": ["import statist|", ["statistics"], 7],
  "a package of the distribution": ["import num, panda|", ["pandas"], 12],
  "a name in a module": ["from math import sqr|", ["sqrt"], 17],
  "a key of a dict": ["table['fir|", ["first key"], 7],
  "a command": ["%timei|", ["timeit"], 1],
  "a command of a cell": ["%%captu|", ["capture"], 2],
  "a command of the shell": ["!pw|", ["pwd"], 1],
  "behind characters of two code units": ["'😀'; math.sq|", ["sqrt"], 10],
};

test("a completion is what fits at the cursor", async ({ plain }) => {
  await plain.fresh(SETUP);
  for (const [name, [text, expected, start]] of Object.entries(FITS)) {
    const found = await complete(plain, text);
    assert.deepEqual([found?.names, found?.start], [expected, start], name);
  }
});

test("a completion tells of what kind each is, and leaves out what is private unless it is asked for", async ({ plain }) => {
  await plain.fresh(SETUP);
  const { kinds } = await complete(plain, "|");
  const some = ["math", "Own", "scale", "table", "for", "_hidden"].map((name) => kinds[name]);
  assert.deepEqual(some, ["namespace", "class", "function", "variable", "keyword", undefined]);
  assert.equal((await complete(plain, "own.meth|")).kinds.method, "method");
  assert.deepEqual((await complete(plain, "_hid|")).names, ["_hidden"]);
});

test("files are offered in a text, and nothing is where nothing is known", async ({ plain }) => {
  await plain.fresh(SETUP);
  await plain.run("import os\nos.makedirs('/mnt/uploads/sub', exist_ok=True)\nopen('/mnt/uploads/sums.csv', 'w').write('1')");
  assert.deepEqual((await complete(plain, "open('/mnt/uploads/su|")).names, ["sub/", "sums.csv"]);
  assert.deepEqual((await complete(plain, "open('/mnt/uploads/su|").then((found) => found.start)), 19);
  for (const text of ["unknown_thing.a|", "scale().a|", "'no name he|", "table[own].x|", "x = 12|"]) {
    const found = await complete(plain, text);
    assert.deepEqual(found?.names ?? [], [], text);
  }
});

test("no code of the cells runs for an answer", async ({ plain }) => {
  await plain.fresh(SETUP);
  for (const text of ["own.|", "own.spied.up|", "names[0].fi|", "own.missing.|", "own.method(fir|", "own(val|", "o|", "keyed['|", "keyed[|", "defaulted(|", "cells.|"]) await complete(plain, text);
  await plain.evaluate(() => Promise.all([["own.method", 8], ["own(", 4], ["defaulted", 3]].map((asked) => kernel.ask("inspect", ...asked))));
  // A long word takes no time: nothing is looked at that is far from the cursor.
  assert.deepEqual(await complete(plain, `${"x".repeat(300_000)} |`).then((found) => found.names.length > 0), true);
  assert.deepEqual(await complete(plain, `${"x".repeat(300_000)}(|`).then((found) => found.names.length > 0), true);
  const { variables } = await plain.evaluate(() => kernel.ask("variables"));
  assert.ok(variables.some(({ name }) => name === "own"));
  assert.deepEqual((await plain.run("touched")).result, []);
});

test("the documentation of what stands at the cursor, or of what is called there", async ({ plain }) => {
  await plain.fresh(SETUP);
  const inspect = (code, cursor) => plain.evaluate(([text, at]) => kernel.ask("inspect", text, at), [code, cursor]);
  assert.deepEqual(await inspect("scale(1)", 2), { name: "scale", text: "scale(values, *, factor=2.0, **rest)\nMakes them larger." });
  assert.equal((await inspect("scale([1], 2", 11)).name, "scale");
  assert.match((await inspect("x = math.sqrt(2)", 11)).text, /square root/);
  assert.equal(await inspect("nothing_here", 3), null);
});

test("the variables with their types, shapes, sizes and short values", async ({ plain }) => {
  await plain.fresh(SETUP);
  const made = await plain.run(`
import pandas as pd
grid = np.zeros((3, 4))
frame = pd.DataFrame({"a": [1, 2], "b": [3.5, 4.5]})
word = "x" * 1000
endless = []
endless.append(endless)
big = 10 ** 5000
answer = 42`);
  assert.equal(made.status, "ok", JSON.stringify(made));
  const { variables, more } = await plain.evaluate(() => kernel.ask("variables"));
  const of = Object.fromEntries(variables.map(({ name, ...facts }) => [name, facts]));
  assert.deepEqual(of.answer, { type: "int", shape: "", size: 28 - 12, value: "42" }, JSON.stringify(of.answer));
  assert.deepEqual([of.grid.type, of.grid.shape, of.grid.size], ["ndarray", "3 × 4", 96]);
  assert.deepEqual([of.frame.type, of.frame.shape, of.frame.value], ["DataFrame", "2 × 2", "a, b"]);
  assert.deepEqual([of.word.shape, of.word.value.length <= 90], ["1000", true]);
  assert.deepEqual([of.endless.type, of.own.value, of.scale.value], ["list", "<Own>", "scale(values, *, factor=2.0, **rest)"]);
  assert.equal(of.big.type, "int");
  assert.equal(more, 0);
  assert.ok(!("math" in of) && !("_hidden" in of) && !("__name__" in of));
});

test("what is very long is told by its beginning", async ({ plain }) => {
  await plain.evaluate(() => globalThis.kernel?.dispose()); // of other tests, with what they have named
  await plain.fresh("def long(x='a' * 30_000_000): pass\ntable = {'k' * 30_000_000: 1, '': 2, 'abc': 3}\ndata = b'word ' * 4_000_000\nmany = {n: n for n in range(500_000)}");
  const { variables } = await plain.evaluate(() => kernel.ask("variables"));
  assert.deepEqual(variables.map(({ name }) => name), ["data", "long", "many", "table"]);
  assert.ok(variables.every(({ value }) => value.length < 500 && value.length > 5), JSON.stringify(variables).slice(0, 2000));
  assert.deepEqual((await complete(plain, "table['|")).names, ["", "abc"]);
});

test("a question that takes too long ends by an interrupt, and the next run is well", async ({ isolated }) => {
  await isolated.fresh("import pandas as pd");
  const made = await isolated.run(`
class Slow(pd.DataFrame):
    pass
Slow.__module__ = "pandas.slow"
def endless(self):
    while True: pass
Slow.memory_usage = endless
slow = Slow()`);
  assert.equal(made.status, "ok", JSON.stringify(made));
  const answer = await isolated.evaluate(() => {
    const answer = kernel.ask("variables");
    setTimeout(() => kernel.interrupt(), 200);
    return answer;
  });
  assert.equal(answer, null);
  assert.equal((await isolated.run("6 * 7")).result, 42);
});
