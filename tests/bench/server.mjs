//! The server of the benches: `cargo xtask serve` with the bare page beside ours, and a proxy that counts bytes.

import { spawn } from "node:child_process";
import { createServer, request } from "node:http";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Starts it on a free port, with these folders at their places: `{ origin, stop }`. */
export async function serve(folders = {}) {
  const mounts = Object.entries({ "/bench/": HERE, ...folders }).flatMap(([place, folder]) => ["--mount", `${place}=${folder}`]);
  const words = ["serve", "--port", "0", ...mounts];
  const child = spawn(process.env.PYOXIDE_XTASK, words, { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill()); // an error elsewhere must not leave it behind
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  ended.catch(() => {}); // it may also end because we stop it
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  return {
    origin: String(line).trim().replace(/\/$/, ""),
    stop: async () => {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}

/** A proxy before `origin` that adds up the bodies it hands on, each path once: `{ origin, total, stop }`. */
export async function countBytes(origin) {
  const sizes = new Map();
  const server = createServer((asked, answer) => {
    const forward = request(origin + asked.url, { method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      let size = 0;
      response.on("data", (chunk) => (size += chunk.length));
      response.on("end", () => sizes.set(asked.url, Math.max(size, sizes.get(asked.url) ?? 0)));
      response.pipe(answer);
    });
    forward.on("error", () => answer.destroy());
    asked.pipe(forward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    forget: () => sizes.clear(),
    total: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
