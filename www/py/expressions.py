"""Expressions before a cursor, and their values as far as they can be had without running code of the cells."""

import ast
import builtins
import inspect

ARRAYS = {"numpy", "pandas", "scipy", "polars", "pyarrow", "xarray"}  # libraries whose values have shapes and named parts
NEAR = 4_000  # characters before the cursor that are looked at

namespace = {}  # of the cells


def install(cells):
    """Takes the namespace of the cells."""
    global namespace
    namespace = cells


def expression(text):
    """The expression that the text ends with: names, attributes, brackets and texts in a row."""
    at = len(text)
    while at:
        last = text[at - 1]
        if last.isalnum() or last in "_.":
            at -= 1
        elif last in "])}":
            depth, start = 0, at
            while start:
                start -= 1
                depth += (text[start] in "])}") - (text[start] in "[({")
                if not depth:
                    break
            if depth:
                break
            at = start
        elif last in "\"'" and (start := text.rfind(last, 0, at - 1)) >= 0:
            at = start
        else:
            break
    return text[at:]


def is_a(value, kind):
    """As isinstance, without asking the value's own `__class__`."""
    return issubclass(type(value), kind)


def is_own(value):
    """Whether a class of the cells made this value, or it is one."""
    return _of_type("__module__", value if is_a(value, type) else type(value)) == "__main__"


def name_of(kind):
    """The name of a class, without asking its metaclass."""
    return _of_type("__name__", kind)


def _of_type(name, kind):
    return type.__getattribute__(kind, name)


def is_own_object(value):
    """Whether a class of the cells made this value, and it is none."""
    return is_own(value) and not is_a(value, type)


def library(value):
    """The package that this value's class comes from."""
    return str(_of_type("__module__", type(value))).partition(".")[0]


def _attribute(value, name):
    if not is_own(value):
        return getattr(value, name)
    found = inspect.getattr_static(value, name)
    if hasattr(type(found), "__set__"):  # a property: its code is not ours to run
        raise LookupError(name)
    return found


def value_of(text):
    """The value of an expression that calls nothing. Raises LookupError for all others."""

    def value(node):
        match node:
            case ast.Name(id=name):
                return namespace[name] if name in namespace else vars(builtins)[name]
            case ast.Attribute(value=inner, attr=name):
                return _attribute(value(inner), name)
            case ast.Subscript(value=inner, slice=ast.Constant(value=key)):
                container = value(inner)
                if type(container) in (dict, list, tuple) or library(container) == "pandas":
                    return container[key]
            case ast.Constant(value=constant):
                return constant
            case ast.JoinedStr():
                return ""
            case ast.List() | ast.ListComp():
                return []
            case ast.Dict() | ast.DictComp():
                return {}
            case ast.Set() | ast.SetComp():
                return set()
        raise LookupError(text)

    try:
        return value(ast.parse(text, mode="eval").body)
    except (SyntaxError, AttributeError, TypeError, IndexError, ValueError) as error:
        raise LookupError(text) from error


def open_text(line):
    """Where the text begins in which the line ends, if it ends in one."""
    quote = start = None
    at = 0
    while at < len(line):
        if quote and line[at] == "\\":
            at += 1
        elif quote and line.startswith(quote, at):
            quote, at = None, at + len(quote) - 1
        elif not quote and line[at] in "\"'":
            quote = line[at] * (3 if line.startswith(line[at] * 3, at) else 1)
            start, at = at, at + len(quote) - 1
        elif not quote and line[at] == "#":
            break
        at += 1
    return start if quote else None


def called_in(before):
    """The expression whose call the cursor is in, or nothing."""
    depth = 0
    for at in range(len(before) - 1, max(-1, len(before) - NEAR), -1):
        depth += (before[at] in "])}") - (before[at] in "[({")
        if depth < 0:
            return expression(before[max(0, at - NEAR) : at]) if before[at] == "(" else ""
    return ""
