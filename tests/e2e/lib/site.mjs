//! A static host for the built pages, which can be told to misbehave.

import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { DIST, PYODIDE, ROOT } from "./paths.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".zip": "application/zip",
};

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};

/** What the frames of foreign code should come with besides (xtask/src/frames.rs). */
const NO_CONNECTION = { "connection-allowlist": "()" };

/** The folders that the site is put together from; the first that has the file wins. */
const MOUNTS = [
  ["/pyodide/", PYODIDE],
  ["/examples/", join(ROOT, "examples")],
  ["/pkg/", join(ROOT, "pkg")],
  ["/", DIST],
];

/**
 * Starts a site on a free port: `{ origin, asked, spoil, change, hold, stall, mend, stop }`.
 * Without `isolated` it is a host that sends no isolation headers.
 */
export async function startSite({ isolated = true } = {}) {
  const faults = new Map();
  /** The paths asked for, in order. */
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://site").pathname);
    asked.push(path);
    const file = find(path);
    const [pattern, fault] = [...faults].find(([pattern]) => pattern.test(path)) ?? [];
    if (fault?.once) faults.delete(pattern);
    if (!file || fault?.missing) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("There is no such file.");
      return;
    }
    const other = fault?.change && Buffer.from(readFileSync(file, "utf8").replace(...fault.change));
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": other?.length ?? statSync(file).size,
      "cache-control": "no-cache",
      ...(isolated && ISOLATION),
      ...(isolated && path.startsWith("/frames/") && !path.endsWith("/embed-hosts.html") && NO_CONNECTION),
    });
    if (other) {
      response.end(other);
    } else if (fault) {
      const bytes = readFileSync(file);
      const middle = bytes.length >> 1;
      response.write(bytes.subarray(0, middle));
      await fault.until;
      const rest = Buffer.from(bytes.subarray(middle));
      if (fault.corrupt) rest[0] ^= 0xff;
      response.end(rest);
    } else {
      createReadStream(file).pipe(response);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    asked,
    /** From now on the files that match are "missing" or "corrupt" (one byte is another). */
    spoil: (pattern, how) => faults.set(pattern, { [how]: true }),
    /** From now on the files that match have another text in place of this one. */
    change: (pattern, from, to) => faults.set(pattern, { change: [from, to] }),
    /** From now on only the first half of a file that matches is sent, until the function given back is called. */
    hold: (pattern) => {
      let release;
      faults.set(pattern, { until: new Promise((resolve) => (release = resolve)) });
      return () => {
        faults.delete(pattern);
        release();
      };
    },
    /** The next file that matches is sent by half, and then nothing more comes. */
    stall: (pattern) => faults.set(pattern, { once: true, until: new Promise(() => {}) }),
    /** Everything is well again. */
    mend: () => faults.clear(),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function find(path) {
  const clean = normalize(path.endsWith("/") ? `${path}index.html` : path);
  for (const [mount, folder] of MOUNTS) {
    if (!clean.startsWith(mount)) continue;
    const file = join(folder, clean.slice(mount.length));
    if (existsSync(file) && statSync(file).isFile()) return file;
  }
}
