// The sandbox's `fetch`: it serves the bytes that were handed in, and asks the page for all else. The page alone knows what
// is allowed, and makes the request itself, without credentials.

const OWN = "https://sandbox.invalid/"; // where handed-in files seem to be
const EMPTY = new Set([101, 204, 205, 304]); // these have no body

// `send(head, bytes)` posts one message. Returns the `fetch`, and what takes the page's answers.
export const createFetch = (files, send) => {
  const [RequestClass, ResponseClass, Bytes] = [Request, Response, Uint8Array];
  const [define, apply, { addEventListener }] = [Object.defineProperty, Reflect.apply, EventTarget.prototype]; // it is taken away
  const open = new Map(); // id -> { resolve, reject }
  let last = 0;

  const ask = async (request) => {
    const body = new Bytes(await request.arrayBuffer());
    const id = ++last;
    const answer = new Promise((resolve, reject) => open.set(id, { resolve, reject }));
    apply(addEventListener, request.signal, ["abort", () => answered({ id, error: "the request was given up" })]);
    send({ t: "fetch", id, url: request.url, method: request.method, headers: [...request.headers] }, body);
    return answer;
  };
  const answered = ({ id, error, status, statusText, headers, url, body }) => {
    const { resolve, reject } = open.get(id) ?? {};
    if (!open.delete(id)) return;
    if (error) return reject(new TypeError(error));
    const response = new ResponseClass(EMPTY.has(status) ? null : body, { status, statusText, headers });
    define(response, "url", { value: url });
    if (!response.body) define(response, "body", { value: new ResponseClass("").body }); // urllib3 takes null for a stream
    resolve(response);
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
