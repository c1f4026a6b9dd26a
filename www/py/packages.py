"""Which packages a cell needs, and what to say when one can't be had."""

import ast
import importlib.util
import json
import re
import sys

from . import bridge

# What these libraries import only when they are asked for it, by the text that asks.
_OPTIONAL_OF = {"pandas", "sklearn", "networkx", "xarray", "sympy"}
_OPTIONAL = [
    (r"\.(plot|hist|boxplot)\b|\.draw(_\w+)?\(|\bplot\w*\(", "matplotlib"),
    (r"\.(read|to)_excel\(|\bExcel(Writer|File)\(", "openpyxl"),
    (r"\.(read_html|read_xml|to_xml)\(", "lxml"),
    (r"\.style\b", "jinja2"),
    (r"_parquet\(|_feather\(", "pyarrow"),
]

_asked = set()  # top-level names that the page was asked for
_missing = {}  # the page's own sentences about names that it could not bring


def _known():
    """Import name -> package name, of everything in the distribution's lock file."""
    from _pyodide import _importhook

    return _importhook.REPODATA_PACKAGES_IMPORT_TO_PACKAGE_NAME


def _imported(tree):
    """The top-level names of all imports, also of those in functions and try blocks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def _is_there(name):
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def missing_imports(code):
    """The names that the code imports and that nothing here provides, in their order."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = dict.fromkeys(name.partition(".")[0] for name in _imported(tree))
    if _OPTIONAL_OF & (names.keys() | sys.modules.keys()):
        optional = dict.fromkeys(name for pattern, name in _OPTIONAL if re.search(pattern, code))
        names |= {name: None for name in optional if name in _known() and name not in _asked}
    return [name for name in names if name and name not in sys.stdlib_module_names and not _is_there(name)]


async def provide(code):
    """Asks the page for the packages of the code's imports and waits until they are installed."""
    names = missing_imports(code)
    if not names:
        return
    _asked.update(names)
    answer = json.loads(await bridge.host.needPackages(bridge.head("need", imports=names)))
    _missing.update(answer.get("missing") or {})


def hint(error):
    """A sentence that tells what can be done about a ModuleNotFoundError."""
    name = (error.name or "").partition(".")[0]
    if not name or _is_there(name):
        return ""
    if name in _missing:
        return _missing[name]
    package = _known().get(name)
    if package and name not in _asked:
        return f"Write `import {name}` into the code itself: then {package} is loaded before the code runs."
    if package:
        return (
            f"{package} belongs to this Python distribution, but its file is not on this page's server:"
            " whoever runs the page can add it."
        )
    if name in sys.stdlib_module_names:
        return f"{name} is a part of Python that does not exist in a browser."
    return (
        f"{name} is not known to this Python distribution, and packages from other places can't be installed here:"
        " use another package, or write the needed part yourself."
    )
