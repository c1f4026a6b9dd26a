// Every plain-text item of the hostile corpus: it settles, the next run works, nothing gets out.
import assert from "node:assert/strict";
import fs from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { story, test } from "./harness.mjs";

const own = process.env.PYOXIDE_HOSTILE && pathToFileURL(`${resolve(process.env.PYOXIDE_HOSTILE)}/python.json`);
const corpus = own && fs.existsSync(own) ? own : new URL("../fixtures/hostile/python.json", import.meta.url);
const items = JSON.parse(fs.readFileSync(corpus, "utf8")).items.filter((item) => typeof item.input === "string");

for (const item of items) {
  test(`${item.id} ${item.why.split("\n")[0].slice(0, 60)}`, async ({ isolated, server }) => {
    const evil = new URL(server.collector);
    const code = item.input
      .replaceAll("'evil.test',443", `'127.0.0.1',${evil.port}`)
      .replaceAll(/https?:\/\/evil\.test/g, `http://${evil.host}`)
      .replaceAll(/wss?:\/\/evil\.test/g, `ws://${evil.host}`);
    const { expect } = item;
    const endless = ["output", "time", "mem"].includes(item.family) && !("result" in expect);
    const limits = endless ? { deadline: 2000, patience: 1500 } : {};
    let gap = Infinity;
    // A busy machine stalls the page, too: what the code itself does to the page, it does again.
    for (let tries = 0; gap > expect.host_gap_ms_max && tries < 3; tries++) {
      await isolated.kernel();
      server.hits.length = 0;
      await isolated.evaluate(() => takeGap());
      const run = await isolated.run(code, limits);
      gap = await isolated.evaluate(() => takeGap());
      assert.ok(run.replies === 1 || run.status === "gone", "the run was answered once");
      if ("result" in expect) assert.deepEqual(run.result, expect.result, story(run));
      if ("stdout" in expect) assert.equal(run.stdout, expect.stdout);
      if (expect.result_or_error === "error") assert.notEqual(run.status, "ok");
      if (expect.stdout_max_bytes) assert.ok(run.stdout.length <= expect.stdout_max_bytes);
      for (const secret of expect.never_contains ?? []) assert.ok(!JSON.stringify(run).includes(secret), secret);
      await isolated.kernel();
      assert.equal((await isolated.run("1 + 1")).result, 2, "the next run works");
      assert.deepEqual(server.hits, [], "nothing got out");
    }
    assert.ok(gap <= expect.host_gap_ms_max, `the page did not answer for ${gap} ms`);
  });
}
