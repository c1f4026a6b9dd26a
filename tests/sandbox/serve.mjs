// Serves the test's host page, the sandbox's files and the Pyodide distribution, and collects whatever gets out.
import fs from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
export const pyodideDir = process.env.PYOXIDE_PYODIDE_DIR || path.join(os.homedir(), ".cache/pyoxide/pyodide");

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
};

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};

const hostPolicy = (hash) =>
  `default-src 'none'; script-src 'self' '${hash}' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; ` +
  "connect-src 'self'; img-src 'self' blob: data:; frame-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

const FOLDERS = {
  "/pyodide/": pyodideDir,
  "/sandbox/": path.join(root, "www/sandbox"),
  "/py/": path.join(root, "www/py"),
};

const fileOf = (pathname) => {
  const prefix = Object.keys(FOLDERS).find((folder) => pathname.startsWith(folder));
  if (!prefix) return path.join(here, path.basename(pathname));
  return path.join(FOLDERS[prefix], path.basename(pathname));
};

// Names of the files that travel in `assets.scripts`.
export const scriptNames = async () => {
  const python = (await fs.readdir(path.join(root, "www/py"))).filter((name) => name.endsWith(".py"));
  return { python, sandbox: ["fetch.js", "files.js", "lockdown.js", "output.js", "runtime.js", "snapshot.js"] };
};

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

export const start = async (sandboxHash) => {
  const scripts = JSON.stringify(await scriptNames());
  const pages = http.createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const headers = { "cache-control": "no-store" };
    if (url.searchParams.has("isolated")) Object.assign(headers, ISOLATION);
    if (url.pathname === "/host.html") headers["content-security-policy"] = hostPolicy(sandboxHash);
    if (url.pathname === "/scripts.json") return response.writeHead(200, headers).end(scripts);
    try {
      const file = fileOf(url.pathname);
      const body = await fs.readFile(file);
      headers["content-type"] = TYPES[path.extname(file)] || "application/octet-stream";
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404, headers).end("not found");
    }
  });

  // Everything that hostile code may reach: requests, WebSocket upgrades and bare connections are counted.
  const hits = [];
  const collector = http.createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("ok");
  });
  collector.on("connection", () => hits.push("connection"));
  collector.on("upgrade", (request, socket) => {
    hits.push(`upgrade ${request.url}`);
    socket.destroy();
  });

  await Promise.all([listen(pages), listen(collector)]);
  return {
    url: `http://localhost:${pages.address().port}`,
    collector: `http://127.0.0.1:${collector.address().port}`,
    hits,
    close() {
      for (const server of [pages, collector]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
};
