// Starts Pyodide in a same-origin module worker when Run is clicked, and shows what comes back.

const [code, run, output] = ["textarea", "button", "[role=region]"].map((query) => document.querySelector(query));

run.addEventListener("click", () => {
  const worker = new Worker(new URL("bare-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    // The worker says hello first: what is sent before its handler stands would be lost.
    if (data.hello) worker.postMessage(code.value);
    if (data.text) output.append(data.text);
    if (data.png) {
      const image = new Image();
      image.alt = "Figure";
      image.src = URL.createObjectURL(new Blob([data.png], { type: "image/png" }));
      output.append(image);
    }
  });
});
