// What this browser can do for the pages, in words.
import { offline } from "./js/offline.js";
import { inWords, speak } from "./js/words.js";

speak();

const ROWS = [
  {
    name: ["WebAssembly", "WebAssembly"],
    test: () => typeof WebAssembly === "object",
    yes: ["There: Python can run.", "有：可以运行 Python。"],
    no: [
      "Missing: nothing can run here. Switch WebAssembly on, or open this page in another browser.",
      "没有：这里什么都无法运行。请启用 WebAssembly，或者用其他浏览器打开本页面。",
    ],
  },
  {
    name: ["Isolation", "隔离"],
    test: () => globalThis.crossOriginIsolated,
    yes: ["On: running code can be interrupted without losing its variables.", "已启用：可以中断正在运行的代码而不丢失变量。"],
    no: [
      "Off: code that does not stop by itself is ended together with its variables. The server of this page can switch it on by headers.",
      "未启用：不能自行停止的代码会连同变量一起被终止。本页面的服务器可以通过响应头启用它。",
    ],
  },
  {
    name: ["Stack switching (JSPI)", "栈切换（JSPI）"],
    test: () => typeof WebAssembly === "object" && "Suspending" in WebAssembly,
    yes: [
      "There: input(), time.sleep() and asyncio.run() work while the page stays alive.",
      "有：input()、time.sleep() 和 asyncio.run() 可以使用，同时页面保持响应。",
    ],
    no: ["Missing: input() works on isolated pages only.", "没有：input() 只能在隔离的页面上使用。"],
  },
  {
    name: ["Storage", "存储"],
    test: async () => {
      try {
        await caches.open("pyoxide-files-1");
        return true;
      } catch {
        return false;
      }
    },
    yes: ["There: what was loaded once is kept.", "有：加载过的内容会被保留。"],
    no: [
      "This browser lets the page store nothing: everything is loaded again each time. Allow site data to change that.",
      "此浏览器不让页面存储任何内容：每次都要重新加载。允许网站数据即可改变这一点。",
    ],
  },
  {
    name: ["Offline", "离线"],
    test: async () => (await offline).ready,
    yes: ["Ready: the pages start without a network.", "就绪：没有网络也能打开页面。"],
    no: ["Not ready: the pages need a network to start.", "未就绪：打开页面需要网络。"],
  },
];

const list = document.getElementById("state");
for (const row of ROWS) {
  const term = document.createElement("dt");
  const words = document.createElement("dd");
  term.textContent = inWords(row.name);
  words.textContent = "…";
  list.append(term, words);
  Promise.resolve(row.test()).then((good) => {
    words.textContent = inWords(good ? row.yes : row.no);
    words.dataset.good = String(Boolean(good));
  });
}

if (typeof WebAssembly !== "object") {
  const problem = document.getElementById("problem");
  problem.textContent = inWords([
    "This browser has no WebAssembly, or does not allow it: neither the notebook nor the chat can start.",
    "此浏览器没有 WebAssembly，或者不允许使用它：笔记本和对话都无法启动。",
  ]);
  problem.hidden = false;
}
