// Tests of the Python sandbox in a real Chromium: `node tests/sandbox/run.mjs [part of a name …]`.
// PYOXIDE_PYODIDE_DIR is the unpacked Pyodide distribution, CHROMIUM the browser's binary.
import fs from "node:fs";
import { main } from "./harness.mjs";
import { pyodideDir } from "./serve.mjs";

if (!fs.existsSync(`${pyodideDir}/pyodide.asm.wasm`)) {
  console.error(`no Pyodide distribution in ${pyodideDir}: run \`cargo xtask setup\`, or set PYOXIDE_PYODIDE_DIR`);
  process.exit(1);
}
for (const file of ["runs", "output", "errors", "stop", "figures", "charts", "relay", "magics", "network", "files", "questions", "snapshot", "probes", "corpus"]) {
  await import(`./${file}.test.mjs`);
}
await main();
