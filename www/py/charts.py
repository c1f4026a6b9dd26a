"""Charts of altair and plotly: their descriptions are what is sent, and the page draws them.

What these libraries would send by themselves loads scripts from elsewhere, or opens a browser.
"""

from types import SimpleNamespace

from . import packages

_PICTURES = {"json", "png", "jpeg", "jpg", "svg", "pdf"}  # renderers that do what their names say


def _patch_altair(altair):
    mime = f"application/vnd.vegalite.v{altair.VEGALITE_VERSION.partition('.')[0]}+json"

    def describe(spec, **options):
        return {mime: spec}

    for name in set(altair.renderers.names()) - _PICTURES:
        altair.renderers.register(name, describe)
    altair.renderers.enable("mimetype")


def _patch_plotly(renderers):
    for name in set(renderers.renderers) - _PICTURES:
        renderers.renderers[name] = renderers.plotly_renderer
    renderers.renderers.default = "plotly_mimetype"
    # It isn't used, but show() wants to know that it is new enough.
    renderers.nbformat = renderers.nbformat or SimpleNamespace(__version__="5.10.4")


def _patch_figures(module):
    module.BaseFigure._repr_html_ = None  # all of it once more, with a script from elsewhere


def install():
    """Watches the import of altair and plotly."""
    packages.after_import("altair", _patch_altair)
    packages.after_import("plotly.io._renderers", _patch_plotly)
    packages.after_import("plotly.basedatatypes", _patch_figures)
