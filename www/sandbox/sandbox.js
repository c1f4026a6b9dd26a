// Runs inside the opaque-origin frame: owns the worker and the shared buffers, relays messages within budgets. It
// never looks into what it relays, so it needs no trust in the worker. Its text is a constant: the frame's CSP allows
// it by hash. The frame's random name arrives as `self.name` and is all that it tells its parent.
(() => {
  "use strict";
  const [HEAD_MAX, PAYLOADS_MAX, ITEMS_MAX] = [64 * 1024, 32 * 1024 * 1024, 64];
  const [MESSAGES_PER_RUN, MESSAGES_PER_SECOND] = [5000, 2000];
  const [LINE_MAX, CANCEL_MS] = [64 * 1024, 50];
  const isolated = self.crossOriginIsolated === true;
  let [worker, port, dead] = [null, null, false];
  let interrupt = null; // shared: [0] 2 raises KeyboardInterrupt, [1] 1 after Stop, 2 when the worker has seen it
  let stdin = null; // shared: Int32 state, Int32 length, then LINE_MAX bytes of UTF-8
  let [sinceExec, thisSecond, second, interruptTimer] = [0, 0, 0, 0];

  const kill = (why) => {
    if (dead) return;
    dead = true;
    if (worker) worker.terminate();
    if (port) port.postMessage({ t: "killed", why });
  };

  // The one shape a worker may send is [head, ...payloads], all ArrayBuffers: sizes are known without a walk.
  // What passes is a new array, because properties that hang on the received one would travel along unmeasured.
  const checked = (message) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, thisSecond] = [now, 0];
    if (++sinceExec > MESSAGES_PER_RUN) throw "too many messages in one run";
    if (++thisSecond > MESSAGES_PER_SECOND) throw "too many messages in one second";
    if (!Array.isArray(message) || message.length < 1 || message.length > ITEMS_MAX) throw "message shape";
    const items = [];
    let payloads = 0;
    for (let i = 0; i < message.length; i++) {
      if (!(message[i] instanceof ArrayBuffer)) throw "message shape";
      if (i > 0) payloads += message[i].byteLength;
      items.push(message[i]);
    }
    if (items[0].byteLength > HEAD_MAX) throw "message head too big";
    if (payloads > PAYLOADS_MAX) throw "message payloads too big";
    return items;
  };
  const fromWorker = ({ data }) => {
    if (dead) return;
    try {
      const items = checked(data);
      port.postMessage(items, items);
    } catch (why) {
      kill(String(why));
    }
  };

  const answerStdin = (line) => {
    if (!stdin) return worker.postMessage({ t: "stdin", line });
    const state = new Int32Array(stdin, 0, 2);
    const bytes = line === null ? null : new TextEncoder().encode(line).subarray(0, LINE_MAX);
    if (bytes) new Uint8Array(stdin, 8).set(bytes);
    state[1] = bytes ? bytes.length : -1;
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  };
  // Code that waits is cancelled by the worker's own loop. Only code that keeps the loop busy is interrupted: an
  // interrupt that hits Pyodide between Python and JavaScript can end the interpreter.
  const stop = () => {
    worker.postMessage({ t: "cancel" });
    if (!interrupt) return;
    interrupt[1] = 1;
    clearTimeout(interruptTimer);
    interruptTimer = setTimeout(() => interrupt[1] === 1 && (interrupt[0] = 2), CANCEL_MS);
  };
  const fromHost = ({ data }) => {
    if (dead) return;
    if (data.t === "ping") return port.postMessage({ t: "pong" });
    if (data.t === "interrupt") return stop();
    if (data.t === "stdin") return answerStdin(data.line);
    if (data.t === "exec") {
      sinceExec = 0;
      clearTimeout(interruptTimer);
      if (interrupt) interrupt.fill(0); // a late Stop of the last run must not hit this one
    }
    if (data.t === "ask") sinceExec--; // its answer is none of a run's messages
    if (["core", "snapshot", "verified", "site", "exec", "ask", "install", "files", "fetched"].includes(data.t)) worker.postMessage(data);
  };

  const boot = ({ source, data, ports }) => {
    if (source !== parent || !data || data.t !== "boot" || !ports[0]) return;
    removeEventListener("message", boot);
    port = ports[0];
    port.onmessage = fromHost;
    port.onmessageerror = () => kill("a message from the page could not be read");
    const share = (size) => new SharedArrayBuffer(size);
    if (isolated) [interrupt, stdin] = [new Uint8Array(share(2)), share(8 + LINE_MAX)];
    worker = new Worker(URL.createObjectURL(new Blob([data.assets.worker], { type: "text/javascript" })));
    worker.onmessage = fromWorker;
    worker.onmessageerror = () => kill("a message from the worker could not be read");
    worker.onerror = (error) => {
      error.preventDefault();
      kill("worker error: " + String(error.message).slice(0, 500));
    };
    worker.postMessage({ t: "boot", assets: data.assets, interrupt, stdin });
  };
  addEventListener("message", boot);
  parent.postMessage({ pyoxide: self.name, t: "up", isolated }, "*");
})();
