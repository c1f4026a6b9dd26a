//! Reads the hostile corpus; long and nested inputs are described in it.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT } from "../../e2e/lib/paths.mjs";

/** Another folder of files with the same shape may take the place of ours. */
const FOLDER = resolve(ROOT, process.env.PYOXIDE_HOSTILE ?? "tests/fixtures/hostile");

/** The items of a file, or none where the folder hasn't got it. */
export function items(file) {
  const path = join(FOLDER, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).items : [];
}

/** What an input stands for. */
export function expanded(input) {
  if (input && typeof input === "object") {
    const { $repeat, $nest, n = 1, prefix = "", suffix = "", core = "" } = input;
    if (typeof $repeat === "string") return prefix + $repeat.repeat(n) + suffix;
    if ($repeat) return Array(n).fill($repeat);
    if ($nest) return $nest[0].repeat(n) + core + $nest[1].repeat(n);
  }
  return input;
}
