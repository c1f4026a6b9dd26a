// The script of an embed's frame (SECURITY.md 6): takes the foreign HTML once and becomes it. The frame's policy stays
// with the document, whatever the HTML says; in front of it goes a reporter of the height. The frame is opaque.
(() => {
  "use strict";
  function report() {
    let [last, resized, steps] = [0, false, 0];
    const { parent } = window;
    addEventListener("resize", () => (resized = true));
    const tell = () => {
      const height = Math.ceil(Math.max(document.documentElement.offsetHeight, document.body?.scrollHeight ?? 0));
      // What grows only because the page gave it more room (100vh and a little) is not followed for ever.
      if (resized) steps += height > last ? 1 : 0;
      else steps = 0;
      resized = false;
      if (steps > 6 || height === last) return;
      last = height;
      parent.postMessage({ type: "pyoxide:height", height }, "*");
    };
    const observer = new ResizeObserver(tell);
    observer.observe(document.documentElement);
    addEventListener("DOMContentLoaded", () => document.body && observer.observe(document.body));
    addEventListener("load", tell);
  }
  addEventListener("message", function take({ source, data }) {
    if (source !== parent || typeof data?.html !== "string") return;
    removeEventListener("message", take);
    document.open();
    document.write(`<!doctype html><script>(${report})();document.currentScript.remove()</${"script"}>${data.html}`);
    document.close();
  });
})();
