// Runs inside the opaque-origin frame: owns the worker and the shared buffers, relays messages within budgets.
// It never looks into what it relays, so it needs no trust in the worker. Its text is a constant: the frame's
// CSP allows it by hash. The frame's random name arrives as `self.name` and is all that it tells its parent.
(() => {
  "use strict";
  const HEAD_MAX = 64 * 1024;
  const PAYLOADS_MAX = 32 * 1024 * 1024;
  const ITEMS_MAX = 64;
  const MESSAGES_PER_RUN = 5000;
  const MESSAGES_PER_SECOND = 2000;
  const LINE_MAX = 64 * 1024;

  const isolated = self.crossOriginIsolated === true;
  let worker = null;
  let port = null;
  let interrupt = null; // Uint8Array over one shared byte: 2 raises KeyboardInterrupt
  let stdin = null; // shared: Int32 state, Int32 length, then LINE_MAX bytes of UTF-8
  let dead = false;
  let sinceExec = 0;
  let thisSecond = 0;
  let second = 0;

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

  const fromHost = ({ data }) => {
    if (dead) return;
    if (data.t === "exec") {
      sinceExec = 0;
      if (interrupt) interrupt[0] = 0; // a late Stop of the last run must not hit this one
      worker.postMessage(data);
    } else if (data.t === "interrupt") {
      if (interrupt) interrupt[0] = 2;
      worker.postMessage({ t: "cancel" });
    } else if (data.t === "stdin") answerStdin(data.line);
    else if (data.t === "install") worker.postMessage(data);
  };

  const boot = (event) => {
    if (event.source !== parent || !event.data || event.data.t !== "boot" || !event.ports[0]) return;
    removeEventListener("message", boot);
    port = event.ports[0];
    port.onmessage = fromHost;
    port.onmessageerror = () => kill("a message from the page could not be read");
    if (isolated) {
      interrupt = new Uint8Array(new SharedArrayBuffer(1));
      stdin = new SharedArrayBuffer(8 + LINE_MAX);
    }
    const { assets } = event.data;
    const url = URL.createObjectURL(new Blob([assets.worker], { type: "text/javascript" }));
    worker = new Worker(url);
    worker.onmessage = fromWorker;
    worker.onmessageerror = () => kill("a message from the worker could not be read");
    worker.onerror = (error) => {
      error.preventDefault();
      kill("worker error: " + String(error.message).slice(0, 500));
    };
    worker.postMessage({ t: "boot", assets, interrupt, stdin });
  };

  addEventListener("message", boot);
  parent.postMessage({ pyoxide: self.name, t: "up", isolated }, "*");
})();
