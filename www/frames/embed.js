// The script of an embed's frame (SECURITY.md 6): takes the foreign HTML once and becomes it. The frame's policy stays
// with the document, whatever the HTML says; in front of it go a reporter of the height, the arguments and libraries
// that the page hands in, and policies that narrow the frame's further. The frame is opaque: with an origin it does nothing.
(() => {
  "use strict";
  function report() {
    let [last, resizedAt, steps] = [0, -Infinity, 0];
    const { parent } = window;
    addEventListener("resize", () => (resizedAt = performance.now()));
    const tell = () => {
      const height = Math.ceil(Math.max(document.documentElement.offsetHeight, document.body?.scrollHeight ?? 0));
      if (height === last) return;
      // What changes only because the page gave it another height (100vh and a little) is not followed for ever.
      steps = performance.now() - resizedAt < 500 ? steps + 1 : 0;
      if (steps > 6) return;
      last = height;
      parent.postMessage({ type: "pyoxide:height", height }, "*");
    };
    const observer = new ResizeObserver(tell);
    observer.observe(document.documentElement);
    addEventListener("DOMContentLoaded", () => document.body && observer.observe(document.body));
    addEventListener("load", tell);
  }
  const add = (name, properties) => {
    const element = Object.assign(document.createElement(name), properties);
    document.head.append(element);
    return element;
  };
  addEventListener("message", function take({ source, data }) {
    if (origin !== "null" || source !== parent || typeof data?.html !== "string") return;
    removeEventListener("message", take);
    document.open();
    document.write(`<!doctype html><script>(${report})();document.currentScript.remove()</${"script"}>`);
    if (typeof data.args === "string") window.args = data.args;
    for (const text of data.libraries ?? []) add("script", { textContent: text }).remove();
    for (const content of data.policies ?? []) add("meta", { httpEquiv: "Content-Security-Policy", content });
    document.write(data.html);
    document.close();
  });
})();
