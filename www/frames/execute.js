// The only script of the execute frame (SECURITY.md 5.2). It runs twice: in the frame that the page made, where it owns
// the port to the page and relays with budgets, and in a frame inside of that one, where the server's code runs. The
// inner frame is an origin of its own, so that the code can't reach the relay; and it has no address of ours to read.
(() => {
  "use strict";
  const TEXT = document.currentScript.textContent;
  document.currentScript.remove();

  /** Hears the one message with a port that the parent sends; it has the code, or nothing yet. */
  const once = (hear) =>
    addEventListener("message", function first({ source, data, ports }) {
      if (source !== parent || !ports[0]) return;
      removeEventListener("message", first);
      hear(ports[0], data.code);
    });

  if (location.protocol === "about:") once(run);
  else once(relay);

  function relay(port, code) {
    const MESSAGES = 200;
    const HEAD = 65_536;
    const RESULT = 1_000_000;
    const BYTES = 268_435_456;
    const frame = document.createElement("iframe");
    const { port1: inner, port2: theirs } = new MessageChannel();
    let [loads, messages, ended] = [0, 0, false];
    const end = (message) => {
      if (ended) return;
      ended = true;
      port.postMessage(message);
      inner.close();
      frame.remove();
    };
    const kill = (error) => end({ t: "done", error });
    const isText = (text, most) => typeof text === "string" && text.length <= most;
    inner.onmessage = ({ data }) => {
      if (++messages > MESSAGES) return kill("too many messages");
      if (data?.t === "up") {
        port.postMessage({ t: "up" });
        // Not before: code that never ends would keep this frame from saying so.
        return inner.postMessage({ code });
      }
      if (data?.t === "done" && isText(data.text, RESULT)) return end({ t: "done", text: data.text });
      if (data?.t === "done" && isText(data.error, HEAD)) return kill(data.error);
      const { id, head, bytes } = data ?? {};
      const hasBytes = bytes instanceof ArrayBuffer && bytes.byteLength <= BYTES;
      if (data?.t !== "cap" || !Number.isSafeInteger(id) || id < 0 || !isText(head, HEAD) || !(hasBytes || bytes === undefined)) {
        return kill("the code sent something that is no message");
      }
      port.postMessage({ t: "cap", id, head, bytes }, hasBytes ? [bytes] : []);
    };
    port.onmessage = ({ data }) => inner.postMessage(data);
    frame.onload = () => {
      if (++loads > 1) return kill("the code left its page");
      frame.contentWindow.postMessage({}, "*", [theirs]);
    };
    frame.sandbox = "allow-scripts";
    frame.allow = "";
    frame.referrerPolicy = "no-referrer";
    frame.title = document.title;
    frame.srcdoc = `<!doctype html><meta charset="utf-8"><title></title><script>${TEXT}</${"script"}><body>`;
    document.body.append(frame);
  }

  /** Runs the code. It may change every prototype of this realm, so whatever is needed later is taken before. */
  function run(port) {
    // They carry data past the policy, which has no word for them.
    for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel"]) delete window[name];
    const { apply, ownKeys, getOwnPropertyDescriptor } = Reflect;
    const { isArray } = Array;
    const { isView } = ArrayBuffer;
    const [text, isFinite, failure] = [String, Number.isFinite, Error];
    const { stringify, parse } = JSON;
    const send = MessagePort.prototype.postMessage.bind(port);
    const encode = TextEncoder.prototype.encode.bind(new TextEncoder());
    const dataOf = getOwnPropertyDescriptor(MessageEvent.prototype, "data").get;
    const bytesOf = Blob.prototype.arrayBuffer;
    const [BlobType, Bytes, Wish, slice] = [Blob, Uint8Array, Promise, String.prototype.slice];
    const [mapGet, mapSet, mapDelete] = [Map.prototype.get, Map.prototype.set, Map.prototype.delete];
    const AsyncFunction = (async () => {}).constructor;

    // A frame that goes must go at once: code that never ends then would stall the frames after it, which share its
    // process. These listeners are the first, and what would take them off is gone.
    const stop = Event.prototype.stopImmediatePropagation;
    for (const event of ["pagehide", "unload", "beforeunload", "visibilitychange", "freeze"]) {
      addEventListener(event, (event) => apply(stop, event, []), true);
    }
    for (const name of ["open", "close", "write", "writeln"]) delete Document.prototype[name];

    const DEPTH = 100;
    const ITEMS = 100_000;
    const LONGEST = 1_000_000;
    const path = Array.from({ length: DEPTH + 1 }, () => null); // own elements: no setter of a prototype is asked

    /** JSON of any value, at most so much of it: cycles are cut, what JSON has no word for is null. */
    const json = (value) => {
      let [items, length] = [0, 0];
      const put = (part) => {
        length += part.length;
        if (length > LONGEST) throw "result too large";
        return part;
      };
      const isGone = (value) => value === undefined || typeof value === "function" || typeof value === "symbol";
      const walk = (value, depth) => {
        if (++items > ITEMS) throw "result too large";
        if (typeof value === "object" && value !== null) {
          const { toJSON } = value;
          if (typeof toJSON === "function") value = apply(toJSON, value, [""]);
        }
        if (typeof value === "string") {
          if (value.length > LONGEST) throw "result too large";
          return put(stringify(value));
        }
        if (typeof value === "bigint") return put(`"${value}"`);
        if (typeof value === "boolean" || (typeof value === "number" && isFinite(value))) return put(`${value}`);
        if (typeof value !== "object" || value === null) return put("null");
        for (let at = 0; at < depth; at++) if (path[at] === value) return put("null");
        if (depth >= DEPTH) throw "result nested too deeply";
        path[depth] = value;
        let [all, comma] = ["", ""];
        if (isArray(value)) {
          for (let at = 0; at < value.length; at++) {
            all += put(comma) + walk(value[at], depth + 1);
            comma = ",";
          }
          return put("[") + all + put("]");
        }
        const keys = ownKeys(value);
        for (let at = 0; at < keys.length; at++) {
          const key = keys[at];
          if (++items > ITEMS) throw "result too large";
          if (typeof key !== "string" || key === "__proto__" || !getOwnPropertyDescriptor(value, key)?.enumerable) continue;
          const item = value[key];
          if (isGone(item)) continue;
          all += put(comma + stringify(key) + ":") + walk(item, depth + 1);
          comma = ",";
        }
        return put("{") + all + put("}");
      };
      return walk(value, 0);
    };

    const describe = (thrown) => {
      try {
        const isError = typeof thrown === "object" && thrown !== null && typeof thrown.message === "string";
        return apply(slice, isError ? `${thrown.name}: ${thrown.message}` : text(thrown), [0, 2000]);
      } catch {
        return "the code failed";
      }
    };

    const asked = new Map();
    let count = 0;
    const ask = (name, args, bytes) =>
      new Wish((resolve, reject) => {
        const id = count++;
        apply(mapSet, asked, [id, { resolve, reject }]);
        send({ t: "cap", id, head: json({ name, args }), bytes }, bytes ? [bytes] : []);
      });
    let begun = false;
    port.onmessage = (event) => {
      const { code, id, text: answer, error } = apply(dataOf, event, []);
      if (!begun) return begin(code);
      const waiting = apply(mapGet, asked, [id]);
      if (!waiting) return;
      apply(mapDelete, asked, [id]);
      if (error === undefined) waiting.resolve(parse(answer));
      else waiting.reject(new failure(error));
    };
    const toBytes = async (data) => {
      if (data instanceof BlobType) return apply(bytesOf, data, []);
      if (typeof data === "string") return encode(data).buffer;
      const view = isView(data) ? new Bytes(data.buffer, data.byteOffset, data.byteLength) : data;
      return new Bytes(view).buffer;
    };
    const pyoxide = Object.freeze({
      /** The title of the chat. */
      title: () => ask("title", {}),
      /** A setting of the page: "theme" or "locale". */
      storage: (key) => ask("storage.get", { key }),
      /** Shows a notice. */
      notify: (text) => ask("notify", { text }),
      /** Offers a file: text, a Blob, a buffer or a view of one. */
      download: async (name, data, type) => ask("download", { name, type }, await toBytes(data)),
      /** Opens a web address, once the person agrees. */
      open: (url) => ask("open", { url }),
      /** Shows this frame to the person, or hides it. */
      overlay: (shown = true) => ask("overlay", { shown }),
    });
    Object.defineProperty(window, "pyoxide", { value: pyoxide });

    const begin = async (code) => {
      begun = true;
      try {
        // The newline, so that a comment at the end doesn't take the closing brace along.
        const value = await apply(new AsyncFunction(`${code}\n`), window, []);
        send({ t: "done", text: json(value) });
      } catch (thrown) {
        send({ t: "done", error: describe(thrown) });
      }
    };
    send({ t: "up" });
  }
})();
