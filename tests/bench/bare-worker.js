// The worker of the bare page, after Pyodide's own documentation.

import { loadPyodide } from "/pyodide/pyodide.mjs";

const FIGURE = `
def _figure():
    import sys
    if "matplotlib.pyplot" not in sys.modules:
        return None
    import io
    import matplotlib.pyplot as plt
    if not plt.get_fignums():
        return None
    out = io.BytesIO()
    plt.gcf().savefig(out, format="png")
    plt.close("all")
    return out.getvalue()
_figure()
`;

const loaded = loadPyodide({ indexURL: "/pyodide/", env: { MPLBACKEND: "agg" } }).then((pyodide) => {
  pyodide.setStdout({ batched: (text) => self.postMessage({ text }) });
  return pyodide;
});

// One after the other: code may come while code runs.
let last = loaded;
self.addEventListener("message", ({ data }) => {
  last = last.then(() => (data.interrupt ? connect(data) : run(data))).then(() => self.postMessage({ done: true }));
});

const connect = async ({ interrupt }) => (await loaded).setInterruptBuffer(interrupt);

async function run({ code }) {
  const pyodide = await loaded;
  await pyodide.loadPackagesFromImports(code);
  try {
    await pyodide.runPythonAsync(code);
  } catch (error) {
    self.postMessage({ text: String(error.message).trim().split("\n").at(-1) });
  }
  const png = pyodide.runPython(FIGURE)?.toJs();
  if (png) self.postMessage({ png });
}

self.postMessage({ hello: true });
