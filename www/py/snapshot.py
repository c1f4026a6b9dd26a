"""What a memory snapshot holds: runs once, in the sandbox that makes one."""

import gc
import importlib.util


def prepare():
    """Imports what every start would import, warmed, with nothing left open."""
    from . import kernel  # noqa: F401  (every start needs it)

    if importlib.util.find_spec("matplotlib"):
        _figures()
    gc.collect()


def _figures():
    import io
    import os

    os.makedirs(os.environ["MPLCONFIGDIR"], exist_ok=True)
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.font_manager
    import matplotlib.pyplot as plt
    import numpy.fft
    import numpy.linalg
    import numpy.random  # noqa: F401

    figure, axes = plt.subplots()
    axes.plot([1, 4, 9])
    axes.set_title("x")
    figure.savefig(io.BytesIO(), format="png")
    plt.close("all")
    # It keeps the font's file open, and a restored one would draw no text.
    matplotlib.font_manager._get_font.cache_clear()
