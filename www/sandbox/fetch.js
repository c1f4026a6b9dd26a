// The sandbox's `fetch`: it serves the bytes that were handed in, and asks the page for all else. The page alone knows what
// is allowed, and makes the request itself, without credentials.

const OWN = "https://sandbox.invalid/"; // where handed-in files seem to be
const EMPTY = new Set([101, 204, 205, 304]); // these have no body
const [BODY_MAX, HEAD_MAX, OPEN_MAX] = [30e6, 40_000, 6]; // a message of the worker holds little more

// `send(head, bytes)` posts one message. Returns the `fetch`, and what takes the page's answers.
export const createFetch = (files, send) => {
  const [RequestClass, ResponseClass, Bytes, Stopped] = [Request, Response, Uint8Array, DOMException];
  const [define, apply, { addEventListener }] = [Object.defineProperty, Reflect.apply, EventTarget.prototype]; // it is taken away
  const open = new Map(); // id -> { resolve, reject }
  const waiting = []; // those that wait for their turn
  let last = 0;

  const settle = (id, act) => {
    const asked = open.get(id);
    if (!open.delete(id)) return;
    act(asked);
    waiting.shift()?.();
  };
  const answered = ({ id, error, status, statusText, headers, url, body }) =>
    settle(id, ({ resolve, reject }) => {
      if (error) return reject(new TypeError(error));
      try {
        const response = new ResponseClass(EMPTY.has(status) ? null : body, { status, statusText, headers });
        define(response, "url", { value: url });
        if (!response.body) define(response, "body", { value: new ResponseClass("").body }); // urllib3 takes null for a stream
        return resolve(response);
      } catch (why) {
        return reject(new TypeError(`the answer can't be read: ${why.message}`));
      }
    });
  const ask = async (request) => {
    const { signal, url, method } = request;
    const body = new Bytes(await request.arrayBuffer());
    const headers = [...request.headers];
    if (body.length > BODY_MAX) throw new TypeError("the request is larger than 30 MB");
    if (url.length + headers.flat().join("").length > HEAD_MAX) throw new TypeError("the address and headers are too long");
    while (open.size >= OPEN_MAX) await new Promise((turn) => waiting.push(turn));
    const stopped = () => new Stopped("The request was given up.", "AbortError");
    if (signal.aborted) {
      waiting.shift()?.(); // its turn is the next one's
      throw stopped();
    }
    const id = ++last;
    const giveUp = () =>
      settle(id, ({ reject }) => {
        send({ t: "fetch_end", id });
        reject(stopped());
      });
    apply(addEventListener, signal, ["abort", giveUp]);
    send({ t: "fetch", id, url, method, headers }, body);
    return new Promise((resolve, reject) => open.set(id, { resolve, reject }));
  };
  const fetch = async (resource, options) => {
    const url = String((resource && resource.url) || resource);
    const name = url.split(/[?#]/)[0].split("/").pop();
    if (files.has(name)) {
      const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
      return new ResponseClass(files.get(name), { headers: { "content-type": type } });
    }
    if (url.startsWith(OWN)) throw new TypeError(`${name} was not handed in`);
    return ask(new RequestClass(resource, options));
  };
  return { fetch, answered };
};
