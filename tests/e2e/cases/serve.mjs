//! `cargo xtask serve`: the pages with the headers that they need.

import { join } from "node:path";
import { contains, eventually, same } from "../lib/expect.mjs";
import { OUT, ROOT } from "../lib/paths.mjs";
import { freePort } from "../lib/process.mjs";

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};

export const cases = {
  async "isolates the pages, and a cell runs"(kit) {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const [command, ...args] = process.env.PYOXIDE_XTASK ? [process.env.PYOXIDE_XTASK] : ["cargo", "xtask"];
    const serving = kit.start(command, [...args, "serve", "--port", `${port}`], { cwd: ROOT, log: join(OUT, "serve.log") });
    const failed = serving.exited.then((why) => {
      throw new Error(`${why}; its last words:\n${serving.tail()}`);
    });
    const page = `${origin}/notebook.html`;
    const response = await Promise.race([failed, eventually(() => fetch(page), `something answers at ${page}`)]);
    for (const [name, value] of Object.entries(ISOLATION)) same(response.headers.get(name), value, name);
    contains(response.headers.get("content-security-policy") ?? "", ["default-src 'none'", "script-src 'self' 'sha256-"], "the policy");
    const book = await kit.notebook({ site: { origin } });
    same(await book.page.evaluate(() => crossOriginIsolated), true, "crossOriginIsolated");
    await book.runs("print(6 * 7)", "42");
    same((await fetch(`${origin}/..%2f..%2f..%2fetc%2fpasswd`)).status, 404, "the status of a file outside of the pages");
  },
};
