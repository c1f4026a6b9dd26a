// sha256 of Blobs in a worker: the bytes of an interpreter are tens of megabytes, and reading and copying them would hold up
// the page for a quarter of a second.

/** How long the worker is kept for more, in ms. */
const KEEP = 5000;
/** What isn't larger than this, in bytes, holds nobody up. */
const SMALL = 300_000;

/** Runs in the worker, which gets its text. What was asked first is answered first: others may wait for it. */
const work = () => {
  const sum = async ([id, blob]) => {
    try {
      self.postMessage([id, await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())]);
    } catch (error) {
      self.postMessage([id, null, String(error?.message ?? error)]);
    }
  };
  let last = Promise.resolve();
  self.onmessage = ({ data }) => (last = last.then(() => sum(data)));
};

const open = new Map(); // id -> { blob, resolve, reject }
let [worker, address, isRefused, last, ending] = [null, "", false, 0, 0];

const end = () => {
  worker?.terminate();
  URL.revokeObjectURL(address);
  worker = null;
};

// A page whose policy has no word for workers computes them itself.
const giveUp = () => {
  end();
  isRefused = true;
  for (const { blob, resolve, reject } of open.values()) here(blob).then(resolve, reject);
  open.clear();
};

const here = async (blob) => crypto.subtle.digest("SHA-256", await blob.arrayBuffer());

const begin = () => {
  address = URL.createObjectURL(new Blob([`(${work})()`], { type: "text/javascript" }));
  const mine = (worker = new Worker(address));
  worker.onmessage = ({ data: [id, sum, why] }) => {
    const { resolve, reject } = open.get(id);
    open.delete(id);
    if (sum) resolve(sum);
    else reject(new Error(why));
    if (!open.size) ending = setTimeout(end, KEEP);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    if (worker === mine) giveUp();
  };
};

/** Has the worker come up: there is soon something for it. */
export const prepare = () => {
  if (isRefused || worker) return;
  try {
    begin();
    ending = setTimeout(end, KEEP);
  } catch {
    giveUp();
  }
};

/** The sha256 of a Blob, as an ArrayBuffer. */
export const sha256 = (blob) =>
  new Promise((resolve, reject) => {
    clearTimeout(ending);
    if (isRefused || blob.size <= SMALL) return here(blob).then(resolve, reject);
    open.set(++last, { blob, resolve, reject });
    try {
      if (!worker) begin();
      worker.postMessage([last, blob]);
    } catch {
      giveUp();
    }
    return undefined;
  });
