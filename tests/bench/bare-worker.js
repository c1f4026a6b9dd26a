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

self.addEventListener("message", async ({ data: code }) => {
  const pyodide = await loadPyodide({ indexURL: "/pyodide/", env: { MPLBACKEND: "agg" } });
  pyodide.setStdout({ batched: (text) => self.postMessage({ text }) });
  await pyodide.loadPackagesFromImports(code);
  await pyodide.runPythonAsync(code);
  const png = pyodide.runPython(FIGURE)?.toJs();
  if (png) self.postMessage({ png });
});

self.postMessage({ hello: true });
