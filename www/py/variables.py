"""The list of variables: names, types, shapes, sizes and short values."""

import inspect
import reprlib
import sys

from . import expressions, magics
from .expressions import ARRAYS, is_own, library

_MOST = 500
_ITEMS = 1_000  # of an array that is shown
_PLAIN = {"builtins", "decimal", "fractions", "datetime", "pathlib", "numpy"}  # whose `__repr__` is known to be harmless


class _Short(reprlib.Repr):
    def __init__(self):
        super().__init__(maxlevel=3, maxstring=60, maxother=60, maxlong=40, maxdict=6, maxlist=8, maxtuple=8, maxset=8)

    def repr_instance(self, value, level):
        kind = type(value)
        if kind.__module__ not in _PLAIN or getattr(value, "size", 0) > _ITEMS:
            return f"<{kind.__name__}>"
        text = " ".join(repr(value).split())
        return text if len(text) <= self.maxother else text[: self.maxother] + "…"


_short = _Short()


def _preview(value):
    if isinstance(value, type) or (callable(value) and not is_own(value)):
        try:
            return f"{value.__name__}{inspect.signature(value)}"
        except (AttributeError, TypeError, ValueError):
            return ""
    if library(value) == "pandas" and hasattr(value, "columns"):
        return ", ".join(map(str, value.columns[:20]))
    return _short.repr(value)


def _shape(value):
    if library(value) in ARRAYS:
        shape = getattr(value, "shape", None)
        return " × ".join(map(str, shape)) if isinstance(shape, tuple) else ""
    return str(len(value)) if type(value) in (str, bytes, bytearray, list, tuple, dict, set, frozenset, range) else ""


def _size(value):
    if library(value) in ARRAYS:
        if callable(used := getattr(value, "memory_usage", None)):
            return int(getattr(found := used(), "sum", lambda: found)())
        if isinstance(size := getattr(value, "nbytes", None), int):
            return size
    return None if is_own(value) or callable(value) else sys.getsizeof(value)


def _variable(name, value):
    facts = {"name": name, "type": type(value).__name__, "shape": "", "size": None, "value": ""}
    for key, ask in (("shape", _shape), ("size", _size), ("value", _preview)):
        try:
            facts[key] = ask(value)
        except Exception:
            pass  # its library fails at it: the rest can be told
    return facts


def variables():
    names = sorted(magics.variables(), key=str.lower)
    return {"variables": [_variable(name, expressions.namespace[name]) for name in names[:_MOST]], "more": len(names[_MOST:])}
