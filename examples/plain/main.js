import init, { Kernel } from "../../pkg/pyoxide.js";

const show = (text) => document.getElementById("output").append(text);

try {
  await init();
  const kernel = await Kernel.start({ pyodide: "../../pyodide/" });
  const run = kernel.execute("print(6 * 7)");
  for await (const output of run.outputs) show(output.text ?? output.evalue);
  show((await run.reply).status);
} catch (error) {
  show(error.message);
}
