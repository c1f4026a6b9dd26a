//! Where the tests find things; every path can be set by the environment.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** The built pages. */
export const DIST = resolve(ROOT, process.env.PYOXIDE_DIST ?? "dist");
/** What is kept between runs: the wheel of Open WebUI, the Pyodide distribution, the test server. */
export const CACHE = resolve(ROOT, process.env.PYOXIDE_CACHE ?? join(homedir(), ".cache/pyoxide"));
/** The Pyodide distribution that the pages are served with. */
export const PYODIDE = resolve(ROOT, process.env.PYOXIDE_PYODIDE_DIR ?? join(CACHE, "pyodide"));
/** What a run leaves behind: screenshots of failures, logs, the server's data. */
export const OUT = join(ROOT, "target/e2e");
