// A minimal host: builds the frame, hands in the bytes, speaks the messages of SECURITY.md 2.7, records what comes.
// It checks no more than the tests need; the product's host is written in Rust.

const FRAME_POLICY = (hash) =>
  `default-src 'none'; script-src '${hash}' 'wasm-unsafe-eval' blob:; worker-src blob:; connect-src 'none'; ` +
  "img-src 'none'; style-src 'none'; font-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'";
const CORE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

const fetched = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
};
const text = async (url) => (await fetched(url)).text();
const blobs = new Map(); // kept: a Blob can be handed in again and again
const blob = async (name) => {
  if (!blobs.has(name)) blobs.set(name, await (await fetched("pyodide/" + name)).blob());
  return blobs.get(name);
};

const sandbox = await text("sandbox/sandbox.js");
const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sandbox));
const hash = "sha256-" + btoa(String.fromCharCode(...new Uint8Array(digest)));
const names = await (await fetched("scripts.json")).json();
const worker = await text("sandbox/worker.js");
const scripts = {};
for (const name of names.sandbox) scripts[name] = await text("sandbox/" + name);
for (const name of names.python) scripts[name] = await text("py/" + name);
const lock = await text("pyodide/pyodide-lock.json");
const { packages } = JSON.parse(lock);

const packagesOf = (imports) => {
  const found = new Set();
  const add = (key) => {
    if (found.has(key) || !packages[key]) return;
    found.add(key);
    packages[key].depends.forEach(add);
  };
  for (const name of imports) {
    add(Object.keys(packages).find((key) => packages[key].imports.includes(name)));
  }
  return [...found];
};

const utf8 = new TextDecoder();
const base64 = (bytes) => {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
};
const isBytes = (mime) => mime.startsWith("image/") && mime !== "image/svg+xml";

// Longest time that this page could not answer.
let gap = 0;
let lastTick = performance.now();
setInterval(() => {
  const tick = performance.now();
  gap = Math.max(gap, tick - lastTick - 20);
  lastTick = tick;
}, 20);

class Kernel {
  #frame;
  #port;
  #runs = new Map();
  #count = 0;
  #settleReady;
  #asked = new Map();
  installed = new Set();
  log = []; // messages outside of a run
  files = new Map(); // what code has left: path -> bytes, null for what is gone
  parts = {}; // of a snapshot that is being made
  late = []; // output of runs that have ended
  gone = null;
  onInput = () => null; // what to answer: a line, null, or undefined for no answer
  asked = []; // requests of the code
  givenUp = []; // the ids of those that it has given up
  told = []; // what it has said of files
  onFetch = () => Promise.reject(new Error("the network is off for code on this page"));
  index = null; // of packages
  onNeed = ({ id, imports }) => this.bring(id, imports);

  static async start({ maxPages = 0, bootMs = 200_000, isVerified = true, hasFiles = true, files: left = new Map(), alter = (assets) => assets } = {}) {
    const kernel = new Kernel();
    const start = performance.now();
    const frame = document.createElement("iframe");
    kernel.#frame = frame;
    const name = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const policy = FRAME_POLICY(hash);
    for (const [key, value] of Object.entries({
      sandbox: "allow-scripts",
      allow: "cross-origin-isolated",
      referrerpolicy: "no-referrer",
      name,
      title: "Python sandbox",
      srcdoc: `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><script>${sandbox}<\/script>`,
    }))
      frame.setAttribute(key, value);
    frame.style.display = "none";
    const files = Object.fromEntries(await Promise.all(CORE.map(async (file) => [file, await blob(file)])));
    const up = new Promise((resolve) => {
      addEventListener("message", function listener(event) {
        if (event.source !== frame.contentWindow || event.origin !== "null" || event.data.pyoxide !== name) return;
        removeEventListener("message", listener);
        resolve(event.data);
      });
    });
    document.body.append(frame);
    kernel.up = await up;
    const channel = new MessageChannel();
    kernel.#port = channel.port1;
    kernel.#port.onmessage = ({ data }) => kernel.#receive(data);
    const ready = new Promise((resolve, reject) => (kernel.#settleReady = { resolve, reject }));
    const assets = alter({ worker, scripts, lock, files, maxPages });
    const boot = { worker: assets.worker, scripts: assets.scripts };
    frame.contentWindow.postMessage({ t: "boot", assets: boot }, "*", [channel.port2]);
    kernel.#port.postMessage({ t: "core", files: assets.files, lock: assets.lock, maxPages: assets.maxPages });
    const { site, ...parts } = assets.snapshot ?? {};
    if (parts.meta) parts.meta = new Blob([JSON.stringify(parts.meta)]);
    kernel.#port.postMessage({ t: "snapshot", parts: assets.snapshot && parts });
    kernel.restore(left); // before it is ready, as the product does
    if (isVerified) kernel.#port.postMessage({ t: "verified" });
    if (site && hasFiles) kernel.#port.postMessage({ t: "site", blob: site });
    const timer = setTimeout(() => kernel.dispose("no answer after the boot message"), bootMs);
    kernel.info = await ready;
    clearTimeout(timer);
    kernel.info.ms = Math.round(performance.now() - start);
    return kernel;
  }

  // Makes a snapshot in a sandbox of its own: what `assets.snapshot` takes to restore it.
  static async make(imports, libraries, options = {}) {
    const keys = packagesOf(imports);
    const files = keys.map((key) => packages[key].file_name);
    const wheels = Object.fromEntries(await Promise.all(files.map(async (name) => [name, await blob(name)])));
    const snapshot = { wheels, libraries, packages: keys.map((key) => packages[key].name) };
    const kernel = await Kernel.start({ ...options, alter: (assets) => ({ ...assets, snapshot }) });
    kernel.dispose("made");
    const parts = Object.fromEntries(["heap", "so", "site", "meta"].map((name) => [name, new Blob(kernel.parts[name] ?? [])]));
    return { ...parts, meta: JSON.parse(await parts.meta.text()) };
  }

  #receive(message) {
    if (!Array.isArray(message)) return this.dispose(message.why);
    const [head, ...payloads] = message.map((buffer) => new Uint8Array(buffer));
    const data = JSON.parse(utf8.decode(head));
    if (data.t === "ready" || data.t === "made") return this.#settleReady.resolve(data);
    if (data.t === "file") this.told.push(data);
    if (data.t === "fetch_end") return this.givenUp.push(data.id);
    if (data.t === "file") return this.files.set(data.path, data.gone ? null : payloads[0].slice());
    if (data.t === "answer") return this.#asked.get(data.id)(JSON.parse(utf8.decode(payloads[0])));
    if (data.t === "fetch") return this.fetch(data, payloads[0]);
    if (data.t === "part") return (this.parts[data.name] ??= []).push(message[1]);
    if (data.t === "dead") return this.dispose("dead: " + data.why);
    if (data.t === "error") {
      this.#settleReady.reject(new Error(data.error));
      return this.dispose("error: " + data.error);
    }
    const run = this.#runs.get(data.id);
    if (!run && data.t === "need") return this.onNeed(data);
    if (!run) return this.late.push({ ...data, text: utf8.decode(payloads[0]) });
    run.record(data, payloads);
    if (data.t === "need") return this.onNeed(data);
    if (data.t === "installed") data.names.forEach((name) => this.installed.add(name));
    if (data.t === "input_request") {
      const line = this.onInput(data);
      if (line !== undefined) this.#port.postMessage({ t: "stdin", line });
    }
    if (data.t === "reply") {
      this.#runs.delete(data.id);
      run.settle({ ...JSON.parse(utf8.decode(payloads[0])) });
    }
    return undefined;
  }

  // Makes a request for the code, as the product's page does, if `onFetch` lets it; `asked` has all of them.
  async fetch({ id, url, method, headers }, bytes) {
    this.asked.push({ url, method, headers: Object.fromEntries(headers), body: utf8.decode(bytes) });
    try {
      const answer = await this.onFetch({ url, method, headers, body: bytes.length ? bytes : undefined });
      const [body, { status, statusText }] = [await answer.arrayBuffer(), answer];
      this.#port.postMessage({ t: "fetched", id, status, statusText, headers: [...answer.headers], url: answer.url, body });
    } catch (error) {
      this.#port.postMessage({ t: "fetched", id, error: error.message });
    }
  }

  // Installs what these imports need, as far as the server has it.
  async bring(id, imports, missing) {
    const wanted = packagesOf(imports).filter((key) => !this.installed.has(packages[key].name));
    const files = {};
    const got = [];
    for (const key of wanted) {
      try {
        files[packages[key].file_name] = await blob(packages[key].file_name);
        got.push(packages[key].name);
      } catch {
        // not on this server: the import says so
      }
    }
    this.#port.postMessage({ t: "install", id, names: got, files, missing, index: this.index });
  }

  // Starts a run. What it returns is a promise of the whole: reply, text, outputs in order. `interruptOn` is a
  // text: as soon as it has been printed, Stop is pressed. A run that takes longer than `deadline` is stopped as the product does it: interrupt first, then the frame goes.
  execute(code, { limits, files, dpr, interruptOn, deadline = 120_000, patience = 20_000 } = {}) {
    const id = String(++this.#count);
    const start = performance.now();
    const all = { id, stdout: "", stderr: "", outputs: [], replies: 0, how: "by itself", interrupted: 0 };
    const uploads = files && Object.entries(files).map(([name, body]) => ({ name, data: new Blob([body]) }));
    return new Promise((resolve) => {
      const timers = [];
      const stop = () => {
        all.interrupted = performance.now();
        this.interrupt();
        timers.push(setTimeout(() => ((all.how = "removed"), this.dispose("did not stop")), patience));
      };
      timers.push(setTimeout(() => ((all.how = "interrupted"), stop()), deadline));
      const record = (data, payloads) => {
        if (data.t === "stream") all[data.name] += utf8.decode(payloads[0]);
        const output = { ...data };
        if (data.t === "stream") output.text = utf8.decode(payloads[0]);
        if (data.t === "overflow") output.bytes = payloads[0].length;
        if (data.t === "display") {
          output.data = Object.fromEntries(
            data.mimes.map((mime, i) => [mime, isBytes(mime) ? base64(payloads[i]) : utf8.decode(payloads[i])]),
          );
        }
        if (data.t === "reply") all.replies++;
        else all.outputs.push(output);
        if (interruptOn && !all.interrupted && all.stdout.includes(interruptOn)) stop();
      };
      const settle = (reply) => {
        timers.forEach(clearTimeout);
        const end = performance.now();
        const stopMs = all.interrupted ? Math.round(end - all.interrupted) : null;
        resolve({ ...all, ...reply, stopMs, ms: Math.round(end - start) });
      };
      if (this.gone) return settle({ status: "gone", why: this.gone });
      this.#runs.set(id, { record, settle });
      return this.#port.postMessage({ t: "exec", id, code, files: uploads, limits, dpr });
    });
  }

  // Asks something that an editor asks.
  ask(kind, code = "", cursor = 0) {
    const id = String(++this.#count);
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#port.postMessage({ t: "ask", id, kind, code, cursor });
    });
  }

  interrupt() {
    this.#port.postMessage({ t: "interrupt" });
  }

  // Brings back what another kernel has left.
  restore(files, number = 0) {
    const all = [...files].map(([path, bytes]) => ({ path, data: bytes && new Blob([bytes]) }));
    this.#port.postMessage({ t: "files", files: all, number });
  }

  stdin(line) {
    this.#port.postMessage({ t: "stdin", line });
  }

  dispose(why = "disposed") {
    if (this.gone) return;
    this.gone = why;
    this.#frame.remove();
    this.#port.close();
    for (const run of this.#runs.values()) run.settle({ status: "gone", why });
    this.#runs.clear();
    this.#settleReady.reject(new Error(why));
  }
}

globalThis.Kernel = Kernel;
globalThis.takeGap = () => {
  const longest = Math.round(gap);
  gap = 0;
  return longest;
};
globalThis.hostReady = true;
