import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

const PNG = "iVBORw0KGgo"; // base64 of the first bytes of every PNG

const kinds = (run) =>
  run.outputs.map((output) => {
    if (output.t === "stream") return output.text;
    if (output.t === "display")
      return output.data["image/png"]?.startsWith(PNG) ? output.kind : output.data["text/plain"];
    return output.t;
  });

const figures = (run) => run.outputs.filter((output) => output.t === "display" && output.data["image/png"]);

test("imports are installed before the code runs, from real wheels", async ({ isolated }) => {
  const run = await isolated.fresh(
    "def later():\n  import matplotlib.pyplot\ntry:\n  import numpy as np\nfinally: pass\nnp.arange(3) * np.float64(2)",
  );
  assert.deepEqual(run.outputs[0].imports.sort(), ["matplotlib", "numpy"]);
  assert.equal(run.outputs[1].t, "installed");
  assert.ok(run.outputs[1].names.includes("numpy"));
  assert.equal(run.outputs[1].bad, "");
  assert.deepEqual(run.result, [0, 2, 4]);
  const kinds = await isolated.run(
    "[np.float32(0.5), np.bool_(True), np.array([[1, np.nan]]), np.datetime64('2026-01-02', 'ns')]",
  );
  assert.deepEqual(kinds.result.slice(0, 3), [0.5, true, [[1, null]]]);
  assert.match(kinds.result[3], /^2026-01-02T/);
  console.log(`        need to reply with numpy and matplotlib ${run.ms} ms`);
  const again = await isolated.fresh("import numpy, matplotlib");
  assert.deepEqual(again.outputs, []);
});

test("a figure is shown at the end of the run without show(), once, as a PNG with its size", async ({ isolated }) => {
  const run = await isolated.fresh("import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.title('squares');", {
    dpr: 2,
  });
  assert.equal(run.status, "ok", story(run));
  assert.equal(figures(run).length, 1);
  const [{ data, metadata, kind }] = figures(run);
  assert.equal(kind, "display_data");
  assert.ok(data["image/png"].startsWith(PNG));
  assert.equal(data["text/plain"], "<Figure size 640x480 with 1 Axes>");
  const bytes = Buffer.from(data["image/png"], "base64");
  assert.ok(Math.abs(bytes.readUInt32BE(16) - 2 * metadata["image/png"].width) <= 1, "twice the CSS pixels");
  assert.deepEqual((await isolated.fresh("plt.get_fignums()")).result, []);
});

test("figures and text come in the order of the code", async ({ isolated }) => {
  const run = await isolated.fresh(
    "import matplotlib.pyplot as plt\nprint('a')\nplt.plot([1])\nplt.show()\nprint('b')\n" +
      "plt.figure(); plt.plot([2]); plt.figure(); plt.plot([3])\nplt.show(False)\nprint('c')\nplt.plot([4])\nplt.show(block=True)",
  );
  assert.equal(run.stderr, "");
  assert.deepEqual(kinds(run), ["a\n", "display_data", "b\n", "display_data", "display_data", "c\n", "display_data"]);
});

test("a figure is shown also when the run fails", async ({ isolated }) => {
  const run = await isolated.fresh("import matplotlib.pyplot as plt\nplt.plot([1])\nraise ValueError('after')");
  assert.deepEqual([run.status, run.ename, figures(run).length], ["error", "ValueError", 1]);
});

test("a figure as the last expression, by display() or by fig.show() is shown once", async ({ isolated }) => {
  const made = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(); ax.plot([1, 2])\n";
  assert.deepEqual(kinds(await isolated.fresh(made + "fig")), ["execute_result"]);
  assert.deepEqual(kinds(await isolated.fresh(made + "display(fig)")), ["display_data"]);
  assert.deepEqual(kinds(await isolated.fresh(made + "fig.show()")), ["display_data"]);
  const changed = await isolated.fresh(made + "display(fig)\nax.set_title('changed')\nprint('then')");
  assert.deepEqual(kinds(changed), ["display_data", "then\n", "display_data"]);
});

test("matplotlib.use('Agg') and savefig change nothing, and a closed figure is not shown", async ({ isolated }) => {
  const run = await isolated.fresh(
    "import matplotlib, os\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.plot([1])\n" +
      "plt.savefig('/tmp/a.png')\nplt.show()\nplt.plot([2])\nplt.close()\nos.path.getsize('/tmp/a.png') > 1000",
  );
  assert.deepEqual([run.result, figures(run).length, run.stderr], [true, 1, ""]);
});

test("figures beyond the limit are named on stderr, and one that is too large is refused", async ({ isolated }) => {
  const many = await isolated.fresh(
    "import matplotlib.pyplot as plt\nfor i in range(4):\n  plt.figure(); plt.plot([i])\nplt.show()",
    { limits: { figures: 2 } },
  );
  assert.equal(figures(many).length, 2);
  assert.equal(many.stderr, "[only the first 2 figures of a run are shown]\n");
  const large = await isolated.fresh("plt.figure(figsize=(100, 100)); plt.plot([1]);");
  assert.equal(figures(large).length, 0);
  assert.match(large.stderr, /10000 × 10000 pixels is not shown: the limit is 25 million/);
});

test("of a plot that is drawn again and again in its place every frame is shown", async ({ isolated }) => {
  const live = await isolated.fresh(
    "import matplotlib.pyplot as plt\nfrom IPython.display import clear_output\nfor i in range(6):\n  clear_output(wait=True)\n  plt.plot([i])\n  plt.show()",
    { limits: { figures: 2 } },
  );
  assert.deepEqual([figures(live).length, live.stderr], [6, ""], story(live));
  const code = "fig, ax = plt.subplots()\nax.plot([1])\nh = display(fig, display_id=True)\nfor i in range(5): ax.set_title(i); h.update(fig)\nplt.close()\nplt.plot([7])";
  const updated = await isolated.fresh(code, { limits: { figures: 2 } });
  assert.deepEqual([figures(updated).length, updated.stderr], [7, ""], story(updated));
});

test("figures are drawings where the code asks for it, by each of the ways in use", async ({ isolated }) => {
  const forms = async (setting) => {
    const run = await isolated.fresh(`import matplotlib.pyplot as plt\n${setting}\nplt.plot([1, 2]);`);
    const { data } = run.outputs.find(({ t }) => t === "display") ?? assert.fail(story(run));
    if (data["image/svg+xml"]) assert.match(data["image/svg+xml"], /<svg [^]*<\/svg>/);
    return Object.keys(data).filter((mime) => mime !== "text/plain");
  };
  await isolated.kernel();
  assert.deepEqual(await forms("%config InlineBackend.figure_format = 'svg'"), ["image/svg+xml"]);
  assert.deepEqual(await forms("%config InlineBackend.figure_formats = ['svg', 'retina']"), ["image/svg+xml", "image/png"]);
  assert.deepEqual(await forms("from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('svg')"), ["image/svg+xml"]);
  assert.deepEqual(await forms("from IPython.display import set_matplotlib_formats\nset_matplotlib_formats('png')"), ["image/png"]);
  const both = "%config InlineBackend.figure_formats = ['svg', 'png']\nfor i in range(2): plt.figure(); plt.plot([i])";
  assert.equal((await isolated.fresh(both, { limits: { figures: 2 } })).stderr, "", "a figure in two forms is one figure");
  await isolated.fresh("%config InlineBackend.figure_format = 'png'");
  const unknown = await isolated.fresh("%config InlineBackend.figure_format = 'pdf'");
  assert.match(unknown.evalue, /can't be shown as pdf here: png, retina and svg can be had/);
});

test("a figure that was made without pyplot is a picture, too", async ({ isolated }) => {
  await isolated.evaluate(() => globalThis.kernel?.dispose());
  const run = await isolated.fresh("from matplotlib.figure import Figure\nf = Figure()\nf.subplots().plot([1, 2])\nf");
  assert.deepEqual(kinds(run).at(-1), "execute_result", story(run));
});

const SHAPES = `
import io
import numpy as np
import matplotlib.pyplot as plt
from PIL import Image

def shapes():
    figure, axes = plt.subplots()
    axes.plot([1, 4, 9])
    yield "plain", figure
    axes.set(title="a title", xlabel="below", ylabel="beside")
    axes.plot([2, 3], label="a line")
    axes.legend(loc="upper left", bbox_to_anchor=(1.1, 1))
    yield "a legend outside", figure
    figure, axes = plt.subplots(2, 2, layout="constrained", facecolor="mistyrose")
    figure.suptitle("four")
    yield "constrained, with a background", figure
    figure = plt.figure(figsize=(3.33, 2.17))
    figure.add_subplot(projection="polar").plot([1, 2])
    yield "polar, of odd size", figure

seen = {}
for name, figure in shapes():
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=figure.dpi, bbox_inches="tight")
    mine, theirs = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), int) for data in (figure_png(figure), file.getvalue()))
    height, width = np.minimum(mine.shape, theirs.shape)[:2]
    apart = abs(mine[:height, :width] - theirs[:height, :width]).mean()
    seen[name] = [int(abs(np.subtract(mine.shape, theirs.shape)).max()), round(float(apart))]
plt.close("all")
seen`;

test("a figure, though drawn once, is the picture that savefig makes", async ({ isolated }) => {
  const run = await isolated.fresh(`from pyoxide.figures import _png\nfigure_png = lambda figure: _png(figure, 1)[0]\n${SHAPES}`);
  assert.equal(run.status, "ok", story(run));
  for (const [name, [size, apart]] of Object.entries(run.result)) {
    assert.ok(size <= 1, `${name}: ${size} pixels larger or smaller`);
    assert.ok(apart <= 4, `${name}: each pixel is ${apart} of 255 apart`);
  }
  assert.equal(Object.keys(run.result).length, 4);
});

test("an error while a figure is drawn is the run's error", async ({ isolated }) => {
  const run = await isolated.fresh("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.title('$\\\\nosuch{$')");
  assert.deepEqual([run.status, run.ename], ["error", "ValueError"]);
  assert.deepEqual((await isolated.fresh("plt.get_fignums()")).result, []);
});

test("a PIL image is shown as a PNG", async ({ isolated }) => {
  const run = await isolated.fresh("from PIL import Image\nim = Image.new('RGB', (30, 20), 'red')\nim.show()\nim");
  assert.deepEqual(kinds(run), ["display_data", "execute_result"]);
});

test("a pandas table is HTML and text, and df.plot brings matplotlib", async ({ isolated }) => {
  const run = await isolated.fresh(
    "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'when': pd.to_datetime(['2026-01-01', None])})\ndf.plot(y='a')\ndf",
  );
  assert.equal(run.status, "ok", story(run));
  const table = run.outputs.find((output) => output.kind === "execute_result");
  assert.match(table.data["text/html"], /<table border="1" class="dataframe">/);
  assert.match(table.data["text/plain"], /^ +a +when\n/);
  assert.equal(figures(run).length, 1);
  assert.deepEqual((await isolated.fresh("[df.a.iloc[0], df.when.iloc[1], df.a]")).result.slice(0, 2), [1, null]);
});

test("what pandas imports only on demand is installed by the text that demands it", async ({ isolated }) => {
  const run = await isolated.fresh(
    "import pandas as pd\npd.DataFrame({'a': [1]}).to_excel('/tmp/t.xlsx')\nint(pd.read_excel('/tmp/t.xlsx').a[0])",
  );
  assert.ok(run.outputs[0].imports.includes("openpyxl"), story(run));
  assert.equal(run.result, 1);
});

test("a sound is shown from samples, with and without numpy, and from a file", async ({ isolated }) => {
  const heard = async (code) => {
    const run = await isolated.fresh(code);
    const { data } = run.outputs.find(({ t }) => t === "display") ?? assert.fail(story(run));
    return Object.fromEntries(Object.entries(data).filter(([mime]) => mime.startsWith("audio/")));
  };
  await isolated.evaluate(() => globalThis.kernel?.dispose());
  const plain = (await heard("from IPython.display import Audio\nAudio([[0, 0.5, -1], [1, 1, 1]], rate=8000)"))["audio/wav"];
  assert.ok(plain.startsWith("RIFF") && plain.includes("WAVE"), JSON.stringify(plain.slice(0, 60)));
  const sine = "import numpy as np\nfrom IPython.display import Audio\nAudio(np.sin(np.arange(8000) / 9), rate=8000)";
  assert.ok((await heard(sine))["audio/wav"].length > 8000);
  const kept = "open('a.ogg', 'wb').write(b'OggS' + bytes(20))\nAudio('a.ogg')";
  assert.deepEqual(Object.keys(await heard(kept)), ["audio/ogg"]);
  const without = await isolated.run("Audio([1, 2, 3])");
  assert.match(without.evalue, /rate must be specified/);
});
