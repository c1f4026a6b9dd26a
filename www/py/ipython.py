"""A stand-in for `IPython.display`: notebooks and models import it out of habit, and IPython itself isn't needed."""

import builtins
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from . import display, figures, rich


def _module(name, **members):
    module = ModuleType(name, __doc__)
    module.__dict__.update(members)
    return module


class _Finder:
    """Finds the modules below, last of all: a real IPython comes first."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        is_package = name in ("IPython", "IPython.core", "matplotlib_inline")
        return ModuleSpec(name, _Finder, is_package=is_package) if name in _MODULES else None

    @staticmethod
    def create_module(spec):
        return _MODULES[spec.name]

    @staticmethod
    def exec_module(module):
        pass


_DISPLAY = {
    "display": display.display,
    "update_display": display.update_display,
    "clear_output": display.clear_output,
    "DisplayHandle": display.DisplayHandle,
    "set_matplotlib_formats": figures.set_formats,
    **rich.KINDS,
}


def _get_ipython():
    return builtins.get_ipython()


_MODULES = {
    "IPython": _module("IPython", get_ipython=_get_ipython, version_info=(9, 0, 0), __version__="9.0.0"),
    "IPython.display": _module("IPython.display", **_DISPLAY),
    "matplotlib_inline": _module("matplotlib_inline"),
    "matplotlib_inline.backend_inline": _module("matplotlib_inline.backend_inline", set_matplotlib_formats=figures.set_formats),
    "IPython.core": _module("IPython.core"),
    "IPython.core.getipython": _module("IPython.core.getipython", get_ipython=_get_ipython),
    "IPython.core.display": _module("IPython.core.display", **_DISPLAY),  # as older code has it
}
_MODULES["IPython"].display = display.display


def install():
    """Makes the modules importable."""
    sys.meta_path.append(_Finder)
