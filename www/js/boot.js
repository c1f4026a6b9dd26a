// Starts a page: loads the crate, lets `mount` show it in #app. When that can't be, a sentence says why.
import { inWords, speak } from "./words.js";

const WITHOUT_WEBASSEMBLY = [
  "This page needs WebAssembly, which this browser does not have or does not allow. " +
    "Switch it on (some browsers turn it off in a strict or lockdown mode), or open the page in another browser.",
  "本页面需要 WebAssembly，但此浏览器没有或不允许使用它。请启用它（有些浏览器会在严格模式或锁定模式下关闭它），或者用其他浏览器打开本页面。",
];
const notStarted = (why) => [
  `This page could not start (${why}). Load it again; if that does not help, its files are not complete on the server.`,
  `本页面无法启动（${why}）。请重新加载；如果仍然不行，说明服务器上的文件不完整。`,
];

const say = (root, words) => {
  const message = document.createElement("p");
  message.className = "boot-error";
  message.setAttribute("role", "alert");
  message.textContent = inWords(words);
  root.replaceChildren(message);
};

export const boot = async (mount) => {
  const root = document.getElementById("app");
  speak(root.lang);
  if (typeof WebAssembly !== "object") return say(root, WITHOUT_WEBASSEMBLY);
  try {
    const crate = await import("../pyoxide.js");
    await crate.default();
    root.replaceChildren();
    await mount(crate, root);
  } catch (error) {
    const why = error && error.message ? error.message : String(error);
    say(root, notStarted(why));
  }
};
