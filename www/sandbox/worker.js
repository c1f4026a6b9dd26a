// The Python worker (classic, from a blob: URL, inside the opaque frame). It boots Pyodide from bytes that the page
// hands in, carries messages between kernel.py and the frame, and locks itself down before the first cell. Whatever
// the bridge uses is captured here first, so that Python can't change it (SECURITY.md 2.6).
(() => {
  "use strict";
  const [post, listen] = [self.postMessage.bind(self), self.addEventListener.bind(self)];
  const [setTimer, now] = [self.setTimeout.bind(self), performance.now.bind(performance)];
  const [waitOn, stringify, Bytes] = [Atomics.wait, JSON.stringify, Uint8Array];
  const [BlobClass, createURL, revokeURL] = [Blob, URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const [encodeText, decode] = [encoder.encode.bind(encoder), decoder.decode.bind(decoder)];
  const napCell = new Int32Array(new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer);
  const bare = (fields) => Object.assign(Object.create(null), fields); // no toJSON of Object.prototype reaches it
  const messageOf = (error) => String((error && error.message) || error).slice(0, 4000);

  const files = new Map(); // file name -> Blob or bytes; what the sandbox's fetch serves
  let [python, kernel, output, interrupt] = [null, null, null, null];
  let [hasRun, booted, rehearsed] = [false, null, null];
  let [workFiles, restored] = [null, null]; // what code works with, and whether what was there before is back
  let [answerLine, answerFetch] = [null, null]; // end an open input() that waits by stack switching, an open fetch
  const openNeeds = []; // { id of the run, resolve }, in the order in which they were asked for
  // What the page hands in as it has it: the core files, a snapshot or none, that all is its own, and the snapshot's files.
  const [given, gift] = [bare({}), (name) => new Promise((take) => (given[name] = take))];
  const [core, image, verified, site] = ["core", "snapshot", "verified", "site"].map(gift);

  // --- messages out: [JSON head, ...payloads], ArrayBuffers, all transferred -----------------------------------------
  let [sinceExec, secondStart, inSecond] = [0, 0, 0];
  const toBuffer = (value) => {
    const { buffer, byteOffset, byteLength } = typeof value === "string" ? encodeText(value) : value;
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

  // --- what the Python side may ask for ------------------------------------------------------------------------------
  const emit = (head, ...payloads) => {
    output.flush();
    sendText(head, ...payloads);
  };
  const needPackages = (id, head) => {
    emit(head);
    return new Promise((resolve) => openNeeds.push({ id, resolve }));
  };
  const readLine = (head) => {
    emit(head);
    return new Promise((resolve) => (answerLine = resolve));
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
        ...{ emit, needPackages, readLine, attribute: output.attribute },
        readLineBlocking: stdin ? readLineBlocking(stdin) : undefined,
        flush: () => output.flushSoon(),
        stopped: () => Boolean(interrupt && interrupt[1]),
      }),
    );

  // --- boot ------------------------------------------------------------------------------------------------------------
  const importBlob = async (blob) => {
    const url = createURL(new BlobClass([blob], { type: "text/javascript" }));
    try {
      return await import(url);
    } finally {
      revokeURL(url);
    }
  };
  // An exception in a timer or a promise of Python code must not end the worker: it is shown where errors are shown.
  const uncaught = (event) => {
    event.preventDefault();
    output.writeText("stderr", `Uncaught in a callback: ${messageOf(event.error || event.reason)}\n`);
  };
  // Sends a snapshot instead of becoming ready. This sandbox is thrown away then: it has run nothing but this.
  const make = async (snapshot) => {
    await snapshot.make(python, (name, bytes) => send({ t: "part", name }, bytes));
    send({ t: "made" });
  };
  const boot = async ({ assets, interrupt: interruptBuffer, stdin }) => {
    const [start, T] = [now(), bare({})];
    const lap = (name) => (T[name] = Math.round(now() - start)); // ms since boot began, for `ready`
    const scripts = ["lockdown.js", "runtime.js", "snapshot.js", "fetch.js", "output.js", "files.js"];
    const [{ lockDown }, runtime, { openSnapshot }, { createFetch }, { createOutput }, { createFiles }] = await Promise.all(
      scripts.map((name) => importBlob(assets.scripts[name])),
    );
    const { files: coreFiles, lock, maxPages } = await core;
    for (const name of Object.keys(coreFiles)) files.set(name, coreFiles[name]);
    const importOwn = async (name) => (await verified, importBlob(files.get(name)));
    const wasmModule = runtime.compile(files.get("pyodide.asm.wasm"), maxPages); // it runs nothing yet
    const modules = Promise.all([wasmModule, importOwn("pyodide.mjs"), importOwn("pyodide.asm.mjs")]);
    modules.catch(() => {}); // it is awaited later
    const { parts } = await image;
    const snapshot = parts && (await openSnapshot(parts, verified, site));
    const [wasm, { loadPyodide }, { default: createModule }] = await modules;
    const putBack = runtime.provide(wasm, interruptBuffer);
    const { fetch, answered } = createFetch(files, send);
    [self.fetch, answerFetch] = [fetch, answered];
    output = createOutput({ send, sent: () => sinceExec, now, setTimer });
    lap("modules");

    python = await loadPyodide({
      indexURL: "https://sandbox.invalid/", // never fetched; without it Pyodide would look for a CDN
      packageBaseUrl: "https://sandbox.invalid/",
      lockFileContents: lock,
      ...snapshot?.options,
      enableRunUntilComplete: "Suspending" in WebAssembly,
      env: { HOME: "/home/pyodide", MPLBACKEND: "agg", MPLCONFIGDIR: "/tmp/mpl" },
      stdin: () => null,
      createPyodideModule: (settings) => {
        const { onExit } = settings;
        settings.onExit = (code) => {
          if (onExit) onExit(code);
          die("exit " + code);
        };
        return snapshot ? snapshot.create(createModule, settings) : createModule(settings);
      },
    });
    putBack();
    python._api.on_fatal = (error) => die(messageOf(error));
    lap("loaded");
    for (const name of snapshot?.packages ?? []) python.loadedPackages[name] = "default channel";

    runtime.installScripts(python, assets.scripts);
    if (snapshot?.isMaking) return make(snapshot);
    python.setStdout({ isatty: false, write: (bytes) => (workFiles?.glance(), output.write("stdout", bytes)) });
    python.setStderr({ isatty: false, write: (bytes) => output.write("stderr", bytes) });
    interrupt = interruptBuffer;
    if (interrupt) python.setInterruptBuffer(interrupt);
    python.FS.mkdirTree("/mnt/uploads");
    const say = (sentence) => output.writeText("stderr", `[${sentence}]\n`);
    workFiles = createFiles({ FS: python.FS, send, say, now, setTimer });
    kernel = python.pyimport("pyoxide.kernel");
    kernel.bind(createBridge(stdin));
    lap("kernel");

    files.clear();
    const left = lockDown(fetch);
    lap("ready");
    const versions = { python: kernel.VERSION, pyodide: python.version };
    send({ t: "ready", isolated: Boolean(interrupt), packages: Object.keys(python.loadedPackages), ...versions, left, T });
    for (const kind of ["error", "unhandledrejection"]) listen(kind, uncaught);
    warmUp().catch(() => {}); // nothing depends on it
  };
  // Goes on as long as nothing is asked for. What has waited for Python comes first.
  const warmUp = async () => {
    await new Promise((next) => setTimer(next, 50));
    if (!hasRun) await (rehearsed = kernel.rehearse(Promise.resolve()).catch(() => {}));
    const steps = kernel.warm_up();
    while (!hasRun && !steps.next().done) await new Promise((next) => setTimer(next));
    steps.destroy();
  };

  // --- messages in -----------------------------------------------------------------------------------------------------
  // What an earlier interpreter has left, before any code; then what the person does with files.
  const restore = ({ files: all, number }) => {
    restored = Promise.all([booted, restored]).then(() => workFiles.put(all, number));
    restored.catch(() => {}); // a start that fails says so itself
  };
  const exec = async ({ id, code, files: uploads = [], limits = {}, dpr = 1 }) => {
    [sinceExec, hasRun] = [0, true];
    output.begin(id, limits.output ?? 1e6);
    const uploaded = Promise.resolve(restored).then(() => workFiles.upload(uploads));
    uploaded.catch(() => {}); // kernel.py awaits it and reports its error
    let reply;
    try {
      reply = await kernel.run(id, code, uploaded, limits.result ?? 1e6, limits.figures ?? 20, dpr);
    } catch (error) {
      // kernel.py itself failed: the run is answered all the same.
      const [ename, evalue] = [error.type || "KernelError", messageOf(error)];
      reply = stringify(bare({ status: "error", result: null, ename, evalue, traceback: evalue.split("\n") }));
    }
    try {
      workFiles.end();
    } catch (error) {
      output.writeText("stderr", `What has become of the files can't be told: ${messageOf(error)}\n`);
    }
    output.end();
    send({ t: "reply", id }, reply);
  };
  const install = async ({ id, names, files: wheels, missing = null, index = null }) => {
    let [loaded, bad] = [[], []];
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
    const at = openNeeds.findIndex((need) => need.id === id);
    if (at >= 0) openNeeds.splice(at, 1)[0].resolve(stringify(bare({ ...result, missing, index })));
  };
  const ask = ({ id, kind, code, cursor }) => {
    let answer = "null";
    try {
      answer = kernel.answer(kind, code, cursor);
    } catch {
      // an interrupt that came at the very end: there is no answer
    }
    send({ t: "answer", id }, answer);
  };
  const answerStdin = ({ line }) => {
    const answer = answerLine;
    answerLine = null;
    if (answer) answer(line ?? undefined);
    return Boolean(answer);
  };
  const cancel = () => {
    if (interrupt) interrupt.set([0, 2]); // or cancel() itself would be interrupted
    if (!answerStdin({ line: false }) && kernel) kernel.cancel();
  };
  const HANDLERS = bare({
    boot: (message) => (booted = boot(message)),
    fetched: (answer) => answerFetch(answer),
    ...{ ...given, files: restore, exec, ask, install, stdin: answerStdin, cancel },
  });
  listen("message", async (event) => {
    if (!event.isTrusted) return;
    try {
      await rehearsed; // nothing comes in between
      await HANDLERS[event.data.t](event.data);
    } catch (error) {
      send({ t: "error", error: messageOf(error) });
    }
  });
})();
