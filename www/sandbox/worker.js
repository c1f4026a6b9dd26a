// The Python worker (classic, from a blob: URL, inside the opaque frame). It boots Pyodide from bytes that the page
// hands in, carries messages between kernel.py and the frame, and locks itself down before the first cell. Whatever
// the bridge uses is captured here first, so that Python can't change it (SECURITY.md 2.6).
(() => {
  "use strict";
  const post = self.postMessage.bind(self);
  const listen = self.addEventListener.bind(self);
  const setTimer = self.setTimeout.bind(self);
  const now = performance.now.bind(performance);
  const [waitOn, stringify, Bytes] = [Atomics.wait, JSON.stringify, Uint8Array];
  const [BlobClass, createURL, revokeURL] = [Blob, URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const [encodeText, decode] = [encoder.encode.bind(encoder), decoder.decode.bind(decoder)];
  const napCell = new Int32Array(new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer);
  const bare = (fields) => Object.assign(Object.create(null), fields); // no toJSON of Object.prototype reaches it
  const messageOf = (error) => String((error && error.message) || error).slice(0, 4000);

  const files = new Map(); // file name -> Blob or bytes; what the sandbox's fetch serves
  let python = null;
  let kernel = null;
  let output = null;
  let interrupt = null;
  let ready = false;
  let answerLine = null; // resolves an open input() that waits by stack switching
  let answerInstall = null; // resolves the open `need`

  // --- messages out: [JSON head, ...payloads], ArrayBuffers, all transferred -----------------------------------------
  let sinceExec = 0;
  let secondStart = 0;
  let inSecond = 0;

  const toBuffer = (value) => {
    const view = typeof value === "string" ? encodeText(value) : value;
    const { buffer, byteOffset, byteLength } = view;
    return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  };
  const sendText = (head, ...payloads) => {
    if (now() - secondStart > 1000) [secondStart, inSecond] = [now(), 0];
    if (++inSecond > 900) waitOn(napCell, 0, 0, secondStart + 1001 - now()); // the frame kills floods: slow down
    sinceExec++;
    const message = [head, ...payloads].map(toBuffer);
    post(message, message);
  };
  const send = (head, ...payloads) => sendText(stringify(bare(head)), ...payloads);
  const die = (why) => {
    if (output) output.flush(true);
    send({ t: "dead", why: String(why).slice(0, 300) });
  };

  // --- what the Python side may ask for -------------------------------------------------------------------------------
  const emit = (head, ...payloads) => {
    output.flush();
    sendText(head, ...payloads);
  };
  const readLineBlocking = (stdin) => (head) => {
    const state = new Int32Array(stdin, 0, 2);
    state[0] = 0;
    emit(head);
    while (waitOn(state, 0, 0, 50) === "timed-out") python.checkInterrupt();
    return state[1] < 0 ? undefined : decode(new Bytes(stdin, 8, state[1]).slice()); // None in Python; null is not
  };
  const createBridge = (stdin) =>
    Object.freeze(
      bare({
        emit,
        flush: () => output.flushSoon(),
        attribute: (id) => output.attribute(id),
        needPackages: (head) =>
          new Promise((resolve) => {
            answerInstall = resolve;
            emit(head);
          }),
        readLineBlocking: stdin ? readLineBlocking(stdin) : undefined,
        readLine: (head) =>
          new Promise((resolve) => {
            answerLine = resolve;
            emit(head);
          }),
      }),
    );

  // --- boot -------------------------------------------------------------------------------------------------------------
  const importBlob = async (blob) => {
    const url = createURL(new BlobClass([blob], { type: "text/javascript" }));
    try {
      return await import(url);
    } finally {
      revokeURL(url);
    }
  };

  const boot = async ({ assets, interrupt: interruptBuffer, stdin }) => {
    const start = now();
    const T = bare({});
    const lap = (name) => (T[name] = Math.round(now() - start));
    for (const name of Object.keys(assets.files)) files.set(name, assets.files[name]);
    const [lockdown, outputModule, { loadPyodide }, { default: createModule }, wasm] = await Promise.all([
      importBlob(assets.scripts["lockdown.js"]),
      importBlob(assets.scripts["output.js"]),
      importBlob(files.get("pyodide.mjs")),
      importBlob(files.get("pyodide.asm.mjs")),
      assets.maxPages ? files.get("pyodide.asm.wasm").arrayBuffer() : null,
    ]);
    if (wasm) files.set("pyodide.asm.wasm", lockdown.capMemory(wasm, assets.maxPages));
    const fetch = (self.fetch = lockdown.createFetch(files));
    output = outputModule.createOutput({ send, sent: () => sinceExec, now, setTimer });
    lap("modules");

    python = await loadPyodide({
      indexURL: "https://sandbox.invalid/", // never fetched; without it Pyodide would look for a CDN
      packageBaseUrl: "https://sandbox.invalid/",
      lockFileContents: assets.lock,
      packages: assets.packages,
      enableRunUntilComplete: "Suspending" in WebAssembly,
      env: { HOME: "/home/pyodide", MPLBACKEND: "agg", MPLCONFIGDIR: "/tmp/mpl" },
      stdin: () => null,
      createPyodideModule: (settings) => {
        const { onExit } = settings;
        settings.onExit = (code) => {
          if (onExit) onExit(code);
          die("exit " + code);
        };
        return createModule(settings);
      },
    });
    python._api.on_fatal = (error) => die(messageOf(error));
    lap("loaded");

    python.setStdout({ isatty: false, write: (bytes) => output.write("stdout", bytes) });
    python.setStderr({ isatty: false, write: (bytes) => output.write("stderr", bytes) });
    interrupt = interruptBuffer;
    if (interrupt) python.setInterruptBuffer(interrupt);
    python.FS.mkdirTree("/mnt/uploads");
    python.FS.mkdirTree("/lib/pyoxide/pyoxide");
    for (const name of Object.keys(assets.scripts)) {
      if (name.endsWith(".py")) python.FS.writeFile("/lib/pyoxide/pyoxide/" + name, assets.scripts[name]);
    }
    python.pyimport("sys").path.append("/lib/pyoxide");
    kernel = python.pyimport("pyoxide.kernel");
    kernel.bind(createBridge(stdin));
    lap("kernel");

    files.clear();
    const left = lockdown.lockDown(fetch);
    lap("ready");
    ready = true;
    send({ t: "ready", isolated: !!interrupt, python: kernel.VERSION, pyodide: python.version, left, T });
  };

  // --- messages in --------------------------------------------------------------------------------------------------------
  const upload = async (uploads) => {
    for (const { name, data } of uploads) {
      if (!/^[^/\0]+$/.test(name) || name === "." || name === "..") throw new Error(`"${name}" is not a file name`);
      python.FS.writeFile("/mnt/uploads/" + name, new Bytes(await data.arrayBuffer()), { canOwn: true });
    }
  };
  const exec = async ({ id, code, files: uploads = [], limits = {}, dpr = 1 }) => {
    sinceExec = 0;
    output.begin(id, limits.output ?? 1e6);
    const uploaded = upload(uploads);
    uploaded.catch(() => {}); // kernel.py awaits it and reports its error
    let reply;
    try {
      reply = await kernel.run(id, code, uploaded, limits.result ?? 1e6, limits.figures ?? 20, dpr);
    } catch (error) {
      // kernel.py itself failed: the run is answered all the same.
      const [ename, evalue] = [error.type || "KernelError", messageOf(error)];
      reply = stringify(bare({ status: "error", result: null, ename, evalue, traceback: evalue.split("\n") }));
    }
    output.end();
    send({ t: "reply", id }, reply);
  };
  const install = async ({ id, names, files: wheels, missing = null }) => {
    const answer = answerInstall;
    const bad = [];
    let loaded = [];
    for (const name of Object.keys(wheels)) files.set(name, wheels[name]);
    try {
      const options = { checkIntegrity: false, messageCallback() {}, errorCallback: (line) => bad.push(line) };
      if (names.length) loaded = (await python.loadPackage(names, options)).map((found) => found.name);
    } catch (error) {
      bad.push(messageOf(error));
    }
    files.clear();
    const result = bare({ id, names: loaded, bad: bad.join("\n").slice(0, 2000) });
    send({ t: "installed", ...result });
    if (answer) answer(stringify(bare({ ...result, missing })));
  };
  const cancel = () => {
    if (interrupt) interrupt[0] = 0; // or cancel() itself would be interrupted
    if (answerLine) answerLine(false);
    else if (kernel) kernel.cancel();
    answerLine = null;
  };
  const answerStdin = ({ line }) => {
    if (answerLine) answerLine(line ?? undefined);
    answerLine = null;
  };
  const HANDLERS = bare({ boot, exec, install, cancel, stdin: answerStdin });
  listen("message", async (event) => {
    if (!event.isTrusted) return;
    try {
      await HANDLERS[event.data.t](event.data);
    } catch (error) {
      send({ t: "error", error: messageOf(error) });
    }
  });

  // An exception in a timer or a promise of Python code must not end the worker: it is shown where errors are shown.
  const uncaught = (event) => {
    if (!ready) return;
    event.preventDefault();
    output.writeText("stderr", `Uncaught in a callback: ${messageOf(event.error || event.reason)}\n`);
  };
  listen("error", uncaught);
  listen("unhandledrejection", uncaught);
})();
