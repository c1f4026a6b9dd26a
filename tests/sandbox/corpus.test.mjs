// Every plain-text item of the hostile corpus: it settles, the next run works, nothing gets out.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "./harness.mjs";

const corpus = new URL("../fixtures/hostile/python.json", import.meta.url);
const items = JSON.parse(fs.readFileSync(corpus, "utf8")).items.filter((item) => typeof item.input === "string");

const CAP = { maxPages: 8192 };

for (const item of items) {
  test(`${item.id} ${item.why.split("\n")[0].slice(0, 60)}`, async ({ isolated, server }) => {
    await isolated.kernel("corpus", CAP);
    server.hits.length = 0;
    const evil = new URL(server.collector);
    const code = item.input
      .replaceAll("'evil.test',443", `'127.0.0.1',${evil.port}`)
      .replaceAll(/(https?|wss?):\/\/evil\.test/g, (_, scheme) => `${scheme.replace("s", "").replace("w", "ws")}://${evil.host}`);
    await isolated.evaluate(() => takeGap());
    const run = await isolated.run(code, { deadline: 2000, patience: 1500 });
    const gap = await isolated.evaluate(() => takeGap());
    const { expect } = item;
    assert.ok(run.replies === 1 || run.status === "gone", "the run was answered once");
    if ("result" in expect) assert.deepEqual(run.result, expect.result);
    if ("stdout" in expect) assert.equal(run.stdout, expect.stdout);
    if (expect.result_or_error === "error") assert.notEqual(run.status, "ok");
    if (expect.stdout_max_bytes) assert.ok(run.stdout.length <= expect.stdout_max_bytes);
    for (const secret of expect.never_contains ?? []) assert.ok(!JSON.stringify(run).includes(secret), secret);
    assert.ok(gap <= expect.host_gap_ms_max, `the page did not answer for ${gap} ms`);
    await isolated.kernel("corpus", CAP);
    assert.equal((await isolated.run("1 + 1", { deadline: 5000 })).result, 2, "the next run works");
    assert.deepEqual(server.hits, [], "nothing got out");
  });
}
