// What this browser can do for the pages, in words.
import { offline } from "./js/offline.js";

const ROWS = [
  {
    name: "WebAssembly",
    test: () => typeof WebAssembly === "object",
    yes: "There: Python can run.",
    no: "Missing: nothing can run here. Switch WebAssembly on, or open this page in another browser.",
  },
  {
    name: "Isolation",
    test: () => globalThis.crossOriginIsolated,
    yes: "On: running code can be interrupted without losing its variables.",
    no: "Off: code that does not stop by itself is ended together with its variables. The server of this page can switch it on by headers.",
  },
  {
    name: "Stack switching (JSPI)",
    test: () => typeof WebAssembly === "object" && "Suspending" in WebAssembly,
    yes: "There: input(), time.sleep() and asyncio.run() work while the page stays alive.",
    no: "Missing: input() works on isolated pages only.",
  },
  {
    name: "Storage",
    test: async () => {
      try {
        await caches.open("pyoxide-files-1");
        return true;
      } catch {
        return false;
      }
    },
    yes: "There: what was loaded once is kept.",
    no: "This browser lets the page store nothing: everything is loaded again each time. Allow site data to change that.",
  },
  {
    name: "Offline",
    test: async () => (await offline).ready,
    yes: "Ready: the pages start without a network.",
    no: "Not ready: the pages need a network to start.",
  },
];

const list = document.getElementById("state");
for (const row of ROWS) {
  const term = document.createElement("dt");
  const words = document.createElement("dd");
  term.textContent = row.name;
  words.textContent = "…";
  list.append(term, words);
  Promise.resolve(row.test()).then((good) => {
    words.textContent = good ? row.yes : row.no;
    words.dataset.good = String(Boolean(good));
  });
}

if (typeof WebAssembly !== "object") {
  const problem = document.getElementById("problem");
  problem.textContent = "This browser has no WebAssembly, or does not allow it: neither the notebook nor the chat can start.";
  problem.hidden = false;
}
