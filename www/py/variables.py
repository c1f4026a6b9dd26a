"""The list of variables: names, types, shapes, sizes and short values."""

import datetime
import inspect
import sys
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from . import magics
from .expressions import ARRAYS, is_a, is_own, is_own_object, library, name_of

_MOST = 500
_LONG = 80  # characters of a text
_FEW = 6  # items that are shown of a container
_DEEP = 3
_ITEMS = 1_000  # of an array that is shown
_TEXTS = (str, bytes, bytearray)
_CONTAINERS = {list: "[]", tuple: "()", set: "{}", frozenset: ("frozenset({", "})"), dict: "{}"}
# Exactly these: a class of the cells that inherits from one has a `__repr__` of its own.
_PLAIN = {float, complex, bool, type(None), range, Decimal, Fraction, datetime.date, datetime.timedelta}


def cut(text, most=_LONG):
    """The beginning of a text."""
    return text if len(text) <= most else text[:most] + "…"


def preview(value, depth=0):
    """The beginning of a value, without running code of the cells for it."""
    kind = type(value)
    if kind in _TEXTS:
        return repr(value[:_LONG]) + ("…" if len(value) > _LONG else "")
    if kind is int:
        return repr(value) if value.bit_length() < 300 else f"<an int of {value.bit_length()} bits>"
    if kind in _PLAIN or (kind is datetime.datetime and value.tzinfo is None):
        return cut(repr(value))
    if kind in _CONTAINERS:
        return cut(_items(value, kind, depth), 3 * _LONG)
    if kind.__module__ == "numpy" and not getattr(value.dtype, "hasobject", True) and value.size <= _ITEMS:
        return cut(" ".join(repr(value).split()))
    if library(value) == "pandas" and not is_own(value) and hasattr(value, "columns"):
        return cut(", ".join(name if type(name) is str else preview(name, depth + 1) for name in value.columns[:20]))
    return f"<{cut(name_of(kind))}>"


def _items(value, kind, depth):
    before, after = _CONTAINERS[kind]
    if depth >= _DEEP:
        return f"{before}…{after}"
    items = kind.items(value) if kind is dict else kind.__iter__(value)
    shown = [": ".join(preview(part, depth + 1) for part in (item if kind is dict else [item])) for item in islice(items, _FEW)]
    return before + ", ".join(shown + ["…"] * (len(value) > _FEW)) + after


class _Shown:
    def __init__(self, value):
        self.text = preview(value, 1)

    def __repr__(self):
        return self.text


def parameters(value):
    """What a function takes, in brackets; empty if that is not known."""
    if is_own_object(value):
        return ""
    try:
        signature = inspect.signature(value)
    except (AttributeError, TypeError, ValueError):
        return ""
    shown = [
        one.replace(annotation=one.empty, default=one.default if one.default is one.empty else _Shown(one.default))
        for one in signature.parameters.values()
    ]
    return cut(str(signature.replace(parameters=shown, return_annotation=signature.empty)), 4 * _LONG)


def _value(value):
    if is_a(value, type):
        return name_of(value) + parameters(value)
    if callable(value) and not is_own(value):
        return getattr(value, "__name__", "") + parameters(value)
    return preview(value)


def _shape(value):
    if library(value) in ARRAYS and not is_own(value):
        shape = getattr(value, "shape", None)
        return " × ".join(map(str, shape)) if type(shape) is tuple else ""
    return str(len(value)) if type(value) in (*_TEXTS, *_CONTAINERS, range) else ""


def _size(value):
    if is_own(value) or callable(value):
        return None
    if library(value) in ARRAYS:
        if callable(used := getattr(value, "memory_usage", None)):
            return int(getattr(found := used(), "sum", lambda: found)())
        if type(size := getattr(value, "nbytes", None)) is int:
            return size
    return sys.getsizeof(value)


def _variable(name, value):
    facts = {"name": cut(name), "type": cut(name_of(type(value))), "shape": "", "size": None, "value": ""}
    for key, ask in (("shape", _shape), ("size", _size), ("value", _value)):
        try:
            facts[key] = ask(value)
        except Exception:
            pass  # its library fails at it: the rest can be told
    return facts


def variables():
    """All of them, and how many more there are."""
    named = sorted(magics.variables().items(), key=lambda one: one[0].lower())
    return {"variables": [_variable(name, value) for name, value in named[:_MOST]], "more": len(named[_MOST:])}
