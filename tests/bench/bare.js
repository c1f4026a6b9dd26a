// Starts Pyodide in a same-origin module worker at once, runs what is in the field, and shows what comes back.

const [code, button, output] = ["textarea", "button", "[role=region]"].map((query) => document.querySelector(query));
let [worker, interrupt, answers, asking] = [null, null, [], 0];

/** Starts a worker; resolves when it takes code. */
globalThis.restart = () => {
  worker?.terminate();
  answers = [];
  worker = new Worker(new URL("bare-worker.js", import.meta.url), { type: "module" });
  interrupt = new Uint8Array(new SharedArrayBuffer(1));
  const ready = new Promise((resolve) => answers.push(resolve));
  worker.addEventListener("message", ({ data }) => {
    if (data.text) output.append(data.text);
    if (data.png) {
      const image = new Image();
      image.alt = "Figure";
      image.src = URL.createObjectURL(new Blob([data.png], { type: "image/png" }));
      output.append(image);
    }
    if (data.hello) worker.postMessage({ interrupt });
    if (data.done) {
      clearInterval(asking);
      interrupt[0] = 0;
      answers.shift()(data);
    }
  });
  return ready;
};
/** Runs code; resolves when it has ended. */
globalThis.execute = (text) => {
  worker.postMessage({ code: text });
  return new Promise((resolve) => answers.push(resolve));
};
/** Stops it. Pyodide loses an interrupt that comes while it clears the last one, so it is asked again. */
globalThis.stop = () => {
  interrupt[0] = 2;
  asking = setInterval(() => (interrupt[0] = 2), 200);
};
globalThis.started = restart();

button.addEventListener("click", () => {
  output.replaceChildren();
  execute(code.value);
});
