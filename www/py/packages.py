"""Which packages a cell needs, how they come, and what to say when one can't be had."""

import ast
import importlib.util
import json
import re
import sys

from pyodide.ffi import can_run_sync, run_sync

from . import bridge

# What these libraries import only when they are asked for it, by the text that asks.
_OPTIONAL_OF = {"pandas", "sklearn", "networkx", "sympy"}
_OPTIONAL = [
    (r"\.(plot|hist|boxplot)\b|\.draw(_\w+)?\(|\bplot\w*\(", "matplotlib"),
    (r"\.(read|to)_excel\(|\bExcel(Writer|File)\(", "openpyxl"),
    (r"\.(read_html|read_xml|to_xml)\(", "lxml"),
]

_SCRIPT = re.compile(r"^# /// script$\n((?:^#(?:| .*)$\n)+?)^# ///$", re.MULTILINE)

_asked = set()  # top-level names that the page was asked for
_missing = {}  # the page's own sentences about names that it could not bring
_index = None  # where packages of other places are: an index's address, "" for PyPI; None: nowhere that may be reached
_patches = {}  # module name -> function that changes the module once it has been imported


def known():
    """Import name -> package name, of everything in the distribution's lock file."""
    from _pyodide import _importhook

    return _importhook.REPODATA_PACKAGES_IMPORT_TO_PACKAGE_NAME


def _imported(tree):
    """The names of all imports, also of those in functions and try blocks."""
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
    """The top-level names that the code imports and nothing here provides; and those that it may come to import."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], []
    names = dict.fromkeys(name.partition(".")[0] for name in _imported(tree))
    required = [name for name in names if name and name not in sys.stdlib_module_names and not _is_there(name)]
    optional = []
    if _OPTIONAL_OF & (names.keys() | sys.modules.keys()):
        optional = [name for pattern, name in _OPTIONAL if name not in names and re.search(pattern, code)]
    return required, [name for name in optional if name in known() and name not in _asked and not _is_there(name)]


async def _ask(names, early=False):
    """Asks the page for packages and waits until they are installed. Whether it brought or explained anything.

    `early` tells that nothing of the code has run yet: the page may start it anew where the packages are.
    """
    _asked.update(names)
    head = bridge.head("need", imports=names, early=early)
    answer = json.loads(await bridge.host.needPackages(bridge.current().id, head))
    _missing.update(answer["missing"] or {})
    global _index
    _index = answer["index"]
    return bool(answer["names"] or answer["missing"])


def _modules():
    """Package name, as PEP 503 compares it -> a module of it, of everything in the distribution's lock file."""
    modules = {}
    for module, package in known().items():
        modules.setdefault(_normal(package), module)
    return modules


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(code):
    """What the code's `# /// script` block names (PEP 723): modules of packages that are known, and other requirements."""
    found = _SCRIPT.search(code)
    if not found:
        return [], []
    import tomllib

    try:
        block = tomllib.loads("\n".join(line[2:] for line in found[1].splitlines()))
        names = {text: _normal(_name_of(text)) for text in block.get("dependencies", [])}
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return [], []  # the imports themselves will say what is missing
    modules = _modules()
    known_ones = [modules[name] for name in names.values() if name in modules]
    return known_ones, [text for text, name in names.items() if name not in modules]


async def provide(code):
    """Has the packages of the code's imports installed, as far as the page has them."""
    required, optional = missing_imports(code)
    declared, others = _declared(code)
    required += [name for name in declared if name not in required and not _is_there(name)]
    if required and not await _ask(required, early=True) and len(required) > 1:
        for name in required:  # one that can't be had must not keep the others away
            if name in known():
                await _ask([name])
    if optional := [name for name in optional if not _is_there(name)]:
        await _ask(optional)
    for requirement in others:
        try:
            await install_named([requirement])
        except ValueError as error:
            bridge.current().note(str(error))


def _name_of(requirement):
    """The name of the package that a requirement (PEP 508) is about; empty for an address or a file."""
    return re.match(r"[\w.-]*", requirement.strip()).group()


def hint(name):
    """A sentence that tells what can be done about a module that is not there."""
    name = name.partition(".")[0]
    if not name or _is_there(name):
        return ""
    if name in _missing:
        return _missing[name]
    package = known().get(name)
    if package and name not in _asked:
        return f"Write `import {name}` into the code itself: then {package} is loaded before the code runs."
    if package:
        return (
            f"{package} belongs to this Python distribution, but its file is not on this page's server:"
            " whoever runs the page can add it."
        )
    if name in sys.stdlib_module_names:
        return f"{name} is a part of Python that does not exist in a browser."
    if _index is not None:
        return f"{name} is not known to this Python distribution. If it is on the package index, `%pip install {name}` brings it."
    return (
        f"{name} is not known to this Python distribution, and packages from other places can't be installed here:"
        " use another package, or write the needed part yourself."
    )


async def install_named(requirements, *args, **kwargs):
    """micropip.install() and %pip install: brings packages of this page's distribution, others where an index is allowed."""
    modules = _modules()
    for requirement in [requirements] if isinstance(requirements, str) else requirements:
        name = _name_of(requirement)
        module = modules.get(_normal(name), name)
        is_address = not name or "://" in requirement
        if is_address or not _is_there(module):
            await _ask(["micropip"] if is_address else [module])
        if _index is not None and (is_address or not (module in known() or _is_there(module))):
            await _install_from_index(requirement, *args, **kwargs)
        elif is_address:
            raise ValueError(f"{requirement!r} can't be installed: there is no network here, name a package instead")
        elif why := hint(module):
            raise ValueError(f"{requirement!r} can't be installed. {why}")


async def _install_from_index(requirement, *args, **kwargs):
    if not _is_there("micropip"):
        await _ask(["micropip"])
    import micropip

    if _index:
        micropip.set_index_urls([_index])
    try:
        await micropip.install_from_index(requirement, *args, **kwargs)
    except (OSError, ValueError) as error:
        raise ValueError(f"{requirement!r} can't be installed. {error}") from None
    importlib.invalidate_caches()


def _patch_micropip(module):
    from micropip._compat import compatibility_layer

    async def load(names):
        modules = _modules()
        await _ask([modules[name] for name in map(_normal, names) if name in modules])

    compatibility_layer.loadPackage = staticmethod(load)
    module.install_from_index, module.install = module.install, install_named


class _AfterImport:
    """A finder that finds nothing itself, but has modules patched as soon as they have been imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        patch = _patches.pop(name, None)  # taken out, or the search below would come back here
        if patch is None:
            return None
        try:
            spec = importlib.util.find_spec(name)
        finally:
            _patches[name] = patch
        if spec is None or spec.loader is None:
            return spec
        spec.loader = _Patching(spec.loader, patch)
        return spec


class _Patching:
    """Loads a module as its own loader does, which may be that of others too, and patches it."""

    def __init__(self, loader, patch):
        self._loader, self._patch = loader, patch

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._patch(module)


class _OnDemand:
    """A finder, last of all: brings the package of a module that the person's own code imports by a name it has made up.

    Libraries look for what they could use as well, and none of that is wanted.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        if path is not None or name in _asked or name not in known() or not can_run_sync() or not _is_asked_by_code():
            return None
        run_sync(_ask([name]))
        importlib.invalidate_caches()
        return importlib.util.find_spec(name)


def _is_asked_by_code():
    frame = sys._getframe(2)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(("cell ", "<", "/home/pyodide", "/mnt/uploads"))


def after_import(name, patch):
    """Calls `patch` with the module once it has been imported; at once if a snapshot brought it along."""
    _patches[name] = patch
    if name in sys.modules:
        patch(sys.modules[name])


def install():
    """Watches imports from now on."""
    sys.meta_path.insert(0, _AfterImport)
    sys.meta_path.append(_OnDemand)
    after_import("micropip", _patch_micropip)
