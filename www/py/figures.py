"""matplotlib figures and PIL images: shown when asked for, and at the end of a run if they are still open."""

import io
import sys
import weakref

from . import bridge, display, packages

_PIXELS_MAX = 25_000_000
_FORMATS = {"png": "image/png", "retina": "image/png", "png2x": "image/png", "svg": "image/svg+xml"}
_formats = ("png",)  # in which figures are shown
_shown = weakref.WeakSet()  # figures that were shown and, unless they are stale, haven't changed since


def _managers():
    """The managers of pyplot's open figures, by number."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return sorted(helpers.Gcf.get_all_fig_managers(), key=lambda manager: manager.num) if helpers else []


def _is_empty(figure):
    return len(figure.get_children()) <= 1  # its own background


def set_formats(*names):
    """The formats in which figures are shown from now on: png, retina, svg."""
    global _formats
    if unknown := [name for name in names if name not in _FORMATS]:
        raise ValueError(f"figures can't be shown as {', '.join(map(str, unknown))} here: png, retina and svg can be had")
    _formats = names or ("png",)


def _bundle(figure):
    """A figure in the formats that are asked for."""
    run = bridge.current()
    bundle, metadata = {"text/plain": repr(figure)}, {}
    if _is_empty(figure):
        return bundle, metadata
    if run.figures >= run.figures_limit:
        raise display.Refused(f"only the first {run.figures_limit} figures of a run are shown")
    if "svg" in _formats:
        file = io.StringIO()
        figure.savefig(file, format="svg", bbox_inches="tight")
        bundle["image/svg+xml"] = file.getvalue()
    if set(_formats) - {"svg"}:
        bundle["image/png"], metadata["image/png"] = _png(figure, 2.0 if {"retina", "png2x"} & set(_formats) else run.dpr)
    figure.stale = False  # drawn as it is: anything that is changed later sets it again
    _shown.add(figure)
    return bundle, metadata


def _png(figure, scale):
    """A figure as PNG, sharp on a screen of this scale, and its size in CSS pixels."""
    scale = min(max(scale, 1.0), 2.0)
    width, height = (float(inches) * figure.dpi for inches in figure.get_size_inches())
    if width * height * scale * scale > _PIXELS_MAX:
        scale = 1.0
    if width * height > _PIXELS_MAX:
        limit = _PIXELS_MAX // 10**6
        raise display.Refused(
            f"a figure of {width:.0f} × {height:.0f} pixels is not shown: the limit is {limit} million;"
            " make its figsize or dpi smaller"
        )
    data = _draw(figure, figure.dpi * scale)
    width, height = (round(pixels / scale) for pixels in display.png_size(data))
    return data, {"width": width, "height": height}


# Settings of savefig() with which a picture is a part of what is drawn.
_PLAIN = {"savefig.facecolor": "auto", "savefig.edgecolor": "auto", "savefig.transparent": False, "savefig.bbox": None}


def _draw(figure, dpi):
    """The PNG that savefig() makes with `bbox_inches="tight"`, mostly from one drawing.

    That draws twice: first to see what sticks out of the figure. Mostly nothing does, and what it then makes is a part of
    the first drawing, with a margin.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    file, canvas, settings = io.BytesIO(), figure.canvas, matplotlib.rcParams
    box = "tight"
    if type(canvas) is FigureCanvasAgg and all(settings[name] == value for name, value in _PLAIN.items()):
        with (
            matplotlib.cbook._setattr_cm(canvas, manager=None, _device_pixel_ratio=1, _is_saving=True),
            matplotlib.cbook._setattr_cm(figure, dpi=dpi),
        ):
            canvas.draw()
            box = figure.get_tightbbox(canvas.get_renderer())
            sticks_out = min(box.x0, box.y0, *(figure.get_size_inches() - box.max)) < 0
            box = box.padded(settings["savefig.pad_inches"])
            if not sticks_out:
                _cut(figure, box, dpi).save(file, format="png", dpi=(dpi, dpi))
                return file.getvalue()
    figure.savefig(file, format="png", dpi=dpi, bbox_inches=box)
    return file.getvalue()


def _cut(figure, box, dpi):
    """What is in a box, in inches, of a figure that has been drawn; beyond its edges is more of its background."""
    from PIL import Image

    size = _, height = figure.canvas.get_width_height()
    drawn = Image.frombuffer("RGBA", size, figure.canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    left, right, upper, lower = (round(float(at)) for at in (*box.intervalx * dpi, *(height - box.intervaly[::-1] * dpi)))
    background = tuple(round(255 * part) for part in figure.get_facecolor())
    picture = Image.new("RGBA", (right - left, lower - upper), background)
    picture.paste(drawn, (-left, -upper))
    return picture


def show_open():
    """Shows every open figure that hasn't been shown as it is now, in number order, and closes all."""
    try:
        for manager in _managers():
            figure = manager.canvas.figure
            if figure not in _shown or figure.stale:
                display.show(figure)
    finally:
        if _managers():
            sys.modules["matplotlib.pyplot"].close("all")


def _show(*args, **kwargs):
    """Shows all open figures. `block` is accepted and means nothing here."""
    show_open()


def _show_figure(self, warn=True):
    """Shows this figure."""
    display.show(self)


def _patch_pyplot(pyplot):
    pyplot.show = _show


def _patch_figure(figure):
    figure.Figure.show = _show_figure
    display.formatters[figure.Figure] = _bundle


def _patch_pil(image):
    image.Image.show = lambda self, title=None: display.show(self)


def warm_up():
    """Draws a figure that nobody sees, if matplotlib is there: the browser compiles what the first real one needs.

    In steps, so that what is run meanwhile need not wait for all of them. It leaves nothing behind.
    """
    if "matplotlib.pyplot" not in sys.modules:
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    canvas = FigureCanvasAgg(figure)
    yield
    axes = figure.subplots()
    yield
    axes.plot([1, 4, 9])
    axes.set_title("x")
    renderer = canvas.get_renderer()
    yield
    axes.xaxis.get_tightbbox(renderer)
    yield
    figure.get_tightbbox(renderer)
    yield
    canvas.draw()
    yield
    _draw(figure, 144)


def install():
    """Watches the import of matplotlib and PIL."""
    packages.after_import("matplotlib.figure", _patch_figure)
    packages.after_import("matplotlib.pyplot", _patch_pyplot)
    packages.after_import("PIL.Image", _patch_pil)
