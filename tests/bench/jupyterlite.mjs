//! JupyterLite, a peer of the bench: its site, built once into the cache, and the Pyodide that it runs.
//!
//! It gets the same Pyodide as we do, from the same server. What it needs besides (IPython and what that needs) is not in our
//! distribution; it comes from PyPI in the versions of the lock file. Those wheels are not byte for byte Pyodide's own, so
//! its copy of the lock file has their checksums.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE, PYODIDE } from "../e2e/lib/paths.mjs";
import { run } from "../e2e/lib/process.mjs";

/** What PEERS has measured, and the kernel that belongs to it. */
const VERSION = "0.8.6";
const HOME = join(CACHE, "jupyterlite");
const [SITE, RUNTIME] = [join(HOME, "site"), join(HOME, "pyodide")];
const LOCK = "pyodide-lock.json";
/** What its kernel asks for when it starts. */
const KERNEL_NEEDS = ["ipython", "jedi"];

const SETTINGS = {
  "jupyter-lite-schema-version": 0,
  "jupyter-config-data": {
    litePluginSettings: {
      "@jupyterlite/pyodide-kernel-extension:kernel": { pyodideUrl: "/lite-pyodide/pyodide.mjs", disablePyPIFallback: true },
    },
  },
};

/** Builds it unless that is done; gives the folders to serve, by their places. */
export async function jupyterLite() {
  const stamp = join(HOME, `complete-${VERSION}`);
  if (!existsSync(stamp)) {
    console.log("installing JupyterLite from PyPI …");
    rmSync(HOME, { recursive: true, force: true });
    await build();
    writeFileSync(stamp, "");
  }
  return { "/lite/": SITE, "/lite-pyodide/": RUNTIME };
}

async function build() {
  const [source, wheels] = [join(HOME, "source"), join(HOME, "wheels")];
  for (const folder of [source, wheels, RUNTIME]) mkdirSync(folder, { recursive: true });
  await run(process.env.PYTHON ?? "python3", ["-m", "venv", join(HOME, "venv")]);
  const pip = (...words) => run(join(HOME, "venv/bin/pip"), [...words, "-q", "--disable-pip-version-check"]);
  await pip("install", `jupyterlite-core==${VERSION}`, `jupyterlite-pyodide-kernel==${VERSION}`);
  await pip("download", "--no-deps", "-d", wheels, "comm");
  writeFileSync(join(source, "jupyter-lite.json"), JSON.stringify(SETTINGS));
  const words = ["lite", "build", "--lite-dir", source, "--piplite-wheels", wheels, "--output-dir", SITE];
  await run(join(HOME, "venv/bin/jupyter"), words, { cwd: HOME });

  const lock = JSON.parse(readFileSync(join(PYODIDE, LOCK), "utf8"));
  const missing = closure(lock, KERNEL_NEEDS).filter(({ file_name }) => !existsSync(join(PYODIDE, file_name)));
  const names = missing.map(({ name, version }) => `${name}==${version}`);
  for (const file of readdirSync(PYODIDE)) copyFileSync(join(PYODIDE, file), join(RUNTIME, file));
  await pip("download", "--no-deps", "--python-version", "3.14", "--only-binary", ":all:", "-d", RUNTIME, ...names);
  for (const one of missing) {
    one.sha256 = createHash("sha256").update(readFileSync(join(RUNTIME, one.file_name))).digest("hex");
  }
  writeFileSync(join(RUNTIME, LOCK), JSON.stringify(lock));
}

/** The entries of the lock file for these packages and all that they need. */
function closure({ packages }, names) {
  const found = new Map();
  const waiting = [...names];
  while (waiting.length) {
    const name = waiting.pop().toLowerCase().replaceAll("_", "-");
    const entry = packages[name];
    if (!entry || found.has(name)) continue;
    found.set(name, entry);
    waiting.push(...entry.depends);
  }
  return [...found.values()];
}
