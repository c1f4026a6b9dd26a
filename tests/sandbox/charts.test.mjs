// What the kernel sends for charts of altair and plotly. Neither is in the distribution's folder here: packages that ask
// what theirs ask (altair 6.0, plotly 7.1) stand in for them.
import assert from "node:assert/strict";
import { story, test } from "./harness.mjs";

const ALTAIR = `
import importlib.util
VEGALITE_VERSION = "6.1.0"
class Registry:
    def __init__(self):
        self._plugins, self._active = {}, None
    def register(self, name, value):
        self._plugins[name] = value
    def names(self):
        return sorted(self._plugins)
    def enable(self, name):
        self._active = name
    def get(self):
        return self._plugins[self._active]
renderers = Registry()
for name in ("default", "html", "colab", "jupyter", "browser"):
    renderers.register(name, lambda spec, **options: {"text/html": "<script src='https://cdn.test/vega'></script>"})
renderers.register("png", lambda spec, **options: {"image/png": b"drawn elsewhere"})
renderers.register("mimetype", lambda spec, **options: {"text/plain": "If you see this message, it failed"})
renderers.enable("default")
class Chart:
    def __init__(self, rows):
        self.rows = rows
    def __repr__(self):
        return "alt.Chart(...)"
    def _repr_mimebundle_(self, *args, **kwargs):
        try:
            if self.rows > 5000:
                raise ValueError(f"The number of rows is greater than the maximum allowed (5000): {self.rows}")
        except Exception:
            from IPython.core.getipython import get_ipython
            get_ipython().showtraceback(__import__("sys").exc_info())
            return {}
        return renderers.get()({"mark": "bar", "data": {"values": [1, None]}})
    def show(self):
        from IPython.display import display
        display(self)
`;

const PLOTLY = {
  "plotly/__init__.py": "",
  "plotly/basedatatypes.py": `
class BaseFigure:
    def __repr__(self):
        return "Figure({'data': []})"
    def _repr_html_(self):
        return "<script src='https://cdn.test/plotly'></script>"
    def _repr_mimebundle_(self, include=None, exclude=None):
        from plotly.io._renderers import renderers
        return renderers[renderers.default]()
    def show(self, renderer=None):
        from plotly.io import _renderers
        _renderers.show(renderer)
`,
  "plotly/io/__init__.py": "from ._renderers import renderers, show",
  "plotly/io/_renderers.py": `
nbformat = None
class Renderers(dict):
    default = "browser"
plotly_renderer = lambda: {"application/vnd.plotly.v1+json": {"data": [], "layout": {}}}
renderers = Renderers(plotly_mimetype=plotly_renderer, browser=dict, notebook=lambda: {"text/html": "<script></script>"})
def show(renderer):
    from IPython.display import display
    if not nbformat or nbformat.__version__ < "4.2.0":
        raise ValueError("Mime type rendering requires nbformat>=4.2.0 but it is not installed")
    display(renderers[renderer or renderers.default](), raw=True)
`,
};

const written = (files) =>
  `import os\nfor path, text in ${JSON.stringify(files)}.items():\n    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)\n    open(path, 'w').write(text)`;

const shown = (run) => run.outputs.filter(({ t }) => t === "display").map(({ kind, data }) => [kind, data]);

test("a description under a name of its own is JSON, and neither library is imported at the start", async ({ isolated }) => {
  const run = await isolated.fresh("import sys\ndisplay({'application/vnd.vegalite.v6.json': {'mark': 'bar', 'x': None}}, raw=True)\n[n for n in sys.modules if n.startswith(('altair', 'plotly'))]");
  assert.deepEqual(shown(run)[0], ["display_data", { "application/vnd.vegalite.v6.json": '{"mark": "bar", "x": null}' }]);
  assert.deepEqual(run.result, []);
});

test("a chart of altair comes as its description, whichever renderer the code names, and no HTML does", async ({ isolated }) => {
  await isolated.fresh(written({ "altair.py": ALTAIR }));
  const run = await isolated.run("import altair as alt\nalt.Chart(2)");
  assert.equal(run.status, "ok", story(run));
  const chart = { "application/vnd.vegalite.v6+json": '{"mark": "bar", "data": {"values": [1, null]}}', "text/plain": "alt.Chart(...)" };
  assert.deepEqual(shown(run), [["execute_result", chart]]);
  const others = await isolated.run("for name in ('html', 'colab', 'browser'):\n    alt.renderers.enable(name)\n    alt.Chart(2).show()\ndisplay(alt.Chart(2))");
  assert.deepEqual(shown(others), Array(4).fill(["display_data", chart]));
  const picture = await isolated.run("alt.renderers.enable('png')\nalt.Chart(2)");
  assert.deepEqual(shown(picture).map(([, data]) => Object.keys(data).sort()), [["image/png", "text/plain"]], "a picture is a picture");
});

test("a chart of altair that can't be described says why", async ({ isolated }) => {
  await isolated.fresh(written({ "altair.py": ALTAIR }));
  const run = await isolated.run("import altair as alt\nalt.Chart(6000)");
  assert.match(run.stderr, /ValueError: The number of rows is greater than the maximum allowed \(5000\): 6000/);
  assert.deepEqual(shown(run).map(([, data]) => data), [{ "text/plain": "alt.Chart(...)" }]);
});

test("a figure of plotly comes as its description by every way to show it", async ({ isolated }) => {
  await isolated.fresh(written(PLOTLY));
  const run = await isolated.run("from plotly.basedatatypes import BaseFigure\nfig = BaseFigure()\nfig.show()\nfig.show('browser')\nfig.show('notebook')\ndisplay(fig)\nfig");
  assert.equal(run.status, "ok", story(run));
  const type = "application/vnd.plotly.v1+json";
  assert.deepEqual(
    shown(run).map(([kind, data]) => [kind, Object.keys(data).sort()]),
    [...Array(3).fill(["display_data", [type]]), ["display_data", [type, "text/plain"]], ["execute_result", [type, "text/plain"]]],
  );
  assert.deepEqual(JSON.parse(shown(run)[0][1][type]), { data: [], layout: {} });
});
