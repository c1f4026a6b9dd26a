"""What fits at a cursor, and what is to be known of what stands there."""

import builtins
import inspect
import keyword
import os
import re
import sys
from types import GetSetDescriptorType, ModuleType

from . import expressions, magics, packages, shell, variables
from .expressions import ARRAYS, NEAR, called_in, expression, is_a, is_own, is_own_object, library, open_text, value_of

_MOST = 500  # matches
_LONG = 200  # characters of one
_LONGEST = 20_000  # characters of a documentation
_SURPRISING = {"antigravity", "this"}  # modules that do something when they are imported


def _kind(value):
    if is_a(value, ModuleType):
        return "namespace"
    if is_a(value, type):
        return "class"
    return "function" if callable(value) else "variable"


def _commands(line, _):
    if found := re.match(r"\s*(%%?)(\w*)$", line):
        return found[2], [(name, "keyword") for name in magics.names(found[1])]
    if found := re.match(r"\s*!\s*(\w*)$", line):
        return found[1], [(name, "keyword") for name in shell.COMMANDS]
    return None


def _modules(line, _):
    if found := re.match(r"\s*from\s+([\w.]+)\s+import\s+\(?(?:[\w\s,]*,\s*)?(\w*)$", line):
        top = found[1].partition(".")[0]
        if top not in sys.modules and top in sys.stdlib_module_names and top not in _SURPRISING:
            __import__(top)
        return found[2], [(name, _kind(value)) for name, value in vars(sys.modules[found[1]]).items()]
    if found := re.match(r"\s*(?:import|from)\s+(?:[\w.\s,]*,\s*)?([\w.]*)$", line):
        import pkgutil

        package, _, word = found[1].rpartition(".")
        if package:
            names = [module.name for module in pkgutil.iter_modules(sys.modules[package].__path__)]
        else:
            here = (module.name for module in pkgutil.iter_modules())
            names = {*sys.stdlib_module_names, *here, *packages.known()}
        return word, [(name, "namespace") for name in names]
    return None


def _in_text(line, _):
    """Keys of what the text is an index of; else files."""
    if (start := open_text(line)) is None:
        return None
    before, typed = line[:start], line[start:].lstrip("\"'")
    if before.endswith("["):
        return typed, [(key, "property") for key in _keys(value_of(expression(before[:-1]))) if type(key) is str]
    folder, name = os.path.split(typed)
    with os.scandir(folder or ".") as found:
        return name, [(each.name + "/" * each.is_dir(), "text") for each in found]


def _keys(value):
    if is_a(value, dict):
        return dict.keys(value)
    if library(value) in ARRAYS:
        dtype = getattr(value, "dtype", None)
        return getattr(dtype, "names", None) or getattr(value, "columns", ())
    return ()


def _attributes(line, _):
    if not (found := re.search(r"\.(\w*)$", line)):
        return None
    value = value_of(expression(line[: found.start()]))
    names = _names_in(value) if is_own(value) else dir(value)
    return found[1], [(name, _kind_of_attribute(value, name)) for name in names]


def _names_in(value):
    """As dir(), without asking the value: `object.__dir__` reads its `__class__`."""
    kinds = (value if is_a(value, type) else type(value)).__mro__
    names = {name for kind in kinds for name in vars(kind)}
    places = (vars(kind).get("__dict__") for kind in kinds) if not is_a(value, type) else ()
    for place in places:
        if type(place) is GetSetDescriptorType:
            return names | dict.keys(place.__get__(value))
    return names


def _kind_of_attribute(value, name):
    found = inspect.getattr_static(value, name, None)
    if is_a(found, (staticmethod, classmethod)):
        return "method"
    return {"function": "method", "variable": "property"}.get(kind := _kind(found), kind)


def _names(line, before):
    typed = re.search(r"\w*$", line)[0]
    if typed[:1].isdigit():
        return None
    names = []
    if called := called_in(before):
        try:
            function = value_of(called)
            given = () if is_own_object(function) else inspect.signature(function).parameters.values()
            names = [(f"{one.name}=", "property") for one in given if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
        except (LookupError, TypeError, ValueError):
            pass  # nothing is known of it
    names += [(name, _kind(value)) for name, value in [*expressions.namespace.items(), *vars(builtins).items()]]
    return typed, names + [(name, "keyword") for name in keyword.kwlist]


def complete(code, cursor):
    before = code[:cursor]
    line = before[-NEAR:].rpartition("\n")[2]
    for source in (_commands, _modules, _in_text, _attributes, _names):
        try:
            found = source(line, before)
        except (LookupError, OSError, AttributeError, ImportError):
            return None  # it is of this kind, and nothing is known
        if found:
            break
    typed, names = found or ("", [])
    hidden = "" if typed.startswith("_") else "_"
    fits = {name: kind for name, kind in reversed(names) if name.startswith(typed) and len(name) <= _LONG and not (hidden and name[:1] == hidden)}
    order = sorted(fits, key=lambda name: (not name.endswith("="), name.lower()))
    matches = [{"text": name, "type": fits[name]} for name in order[:_MOST]]
    return {"start": cursor - len(typed), "end": cursor, "matches": matches, "open": not found or source is _names}


def inspect_at(code, cursor):
    word = re.match(r"\w*", code[cursor:])[0]
    line = (code[max(0, cursor - NEAR) : cursor] + word).rpartition("\n")[2]
    for name in (expression(line).rstrip("."), called_in(code[:cursor])):
        if not re.match(r"[^\W\d]", name):
            continue  # a number, a text
        try:
            value = value_of(name)
        except LookupError:
            continue
        about = type(value) if is_own_object(value) else value
        text = f"{name}{variables.parameters(value)}\n{inspect.getdoc(about) or ''}".strip()
        return {"name": name, "text": text[:_LONGEST]}
    return None
