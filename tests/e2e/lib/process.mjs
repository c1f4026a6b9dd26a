//! Child processes that never outlive the test run, and free ports for them.

import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";

const running = new Set();
process.on("exit", () => running.forEach((child) => end(child, "SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

/** A port of 127.0.0.1 that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a server: a process group of its own whose output goes to the file `log`. */
export function start(command, args, { log, ...options }) {
  mkdirSync(dirname(log), { recursive: true });
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
  const sink = createWriteStream(log);
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  running.add(child);
  const exited = new Promise((resolve) => {
    child.once("error", (error) => resolve(`${command} cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => resolve(`${command} ended with ${signal ?? `status ${code}`}`));
  }).finally(() => {
    running.delete(child);
    sink.end();
  });
  /** The last lines it wrote, for an error's message. */
  const tail = (lines = 15) => readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  const stop = async () => {
    end(child, "SIGTERM");
    const hard = setTimeout(() => end(child, "SIGKILL"), 5000);
    await exited;
    clearTimeout(hard);
  };
  return { child, exited, tail, stop };
}

/** Runs a program to its end; fails with what it said. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let out = "";
    child.stdout.on("data", (part) => (out += part));
    child.stderr.on("data", (part) => (out += part));
    child.once("error", (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
    child.once("close", (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${command} ${args.join(" ")} failed (status ${code}):\n${out.trim()}`)),
    );
  });
}

function end(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH" && child.pid) throw error;
  }
}
