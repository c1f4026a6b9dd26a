// What makes the worker a cell without a door: an allow-list of globals.

// Everything that Python, Pyodide or the browser's own classes need. What browsers add next year is not on it.
const KEEP = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp
  Error AggregateError SuppressedError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis
  JSON Math Intl ArrayBuffer SharedArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array
  Int32Array Float16Array Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt
  Set Iterator WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry DisposableStack AsyncDisposableStack Temporal
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN WebAssembly self
  console performance crypto setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone atob btoa
  TextEncoder TextDecoder URL URLSearchParams AbortController AbortSignal DOMException Headers Request Response fetch
  location postMessage constructor Symbol(Symbol.toStringTag)`.split(/\s+/),
);
const REPLACED = new Set(["fetch", "postMessage"]); // ours on `self`; those of the prototypes go

// Removes all other globals, on `self` and its prototypes. Returns the names that could not be removed.
export const lockDown = (fetch) => {
  const left = [];
  const quiet = Object.create(null);
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "assert"]) quiet[name] = () => {};
  const fix = (name, value) =>
    Object.defineProperty(self, name, { value, writable: false, configurable: false, enumerable: true });
  delete URL.createObjectURL;
  delete URL.revokeObjectURL;
  fix("fetch", fetch);
  fix("postMessage", () => {}); // code that tries to talk to the page goes on and is not heard
  fix("console", Object.freeze(quiet));
  delete Object.getPrototypeOf(Object.getPrototypeOf(self)).location;
  fix("location", "https://sandbox.invalid/"); // loadPackage resolves file names against it
  for (let o = self; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) {
    for (const key of Reflect.ownKeys(o)) {
      const name = String(key);
      if (KEEP.has(name) && (o === self || !REPLACED.has(name))) continue;
      try {
        if (delete o[key]) continue;
      } catch {
        // not configurable: then at least its value goes
      }
      try {
        Object.defineProperty(o, key, { value: undefined, writable: false, configurable: false });
      } catch {
        left.push(name);
      }
    }
  }
  return left;
};
