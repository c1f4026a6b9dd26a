"""What people write in notebooks that isn't Python: `%` and `%%` commands, `!` and `?`.

Only code that is no Python is looked at, and line by line, so that the numbers of lines stay what they were.
"""

import ast
import builtins
import contextlib
import inspect
import io
import re
import shlex
import sys
import time
import timeit
import types

from pyodide.ffi import can_run_sync, run_sync

from . import bridge, display, errors, figures, packages, shell
from .expressions import is_a

_MARK = re.compile(r"^\s*(?:[\w, ]+=\s*)?[%!?]|\?\s*$", re.MULTILINE)
_COMMAND = re.compile(r"^(\s*)((?:\w+\s*(?:,\s*\w+\s*)*=\s*)?)([%!])\s*(\S.*)$")
_HELP = re.compile(r"^(\s*)(?:(\?{1,2})\s*([\w.]+)|([\w.]+)\s*(\?{1,2}))\s*$")
_PIP = re.compile(r"^(?:python3?\s+-m\s+)?pip3?\s+(.*)$")
# Of use elsewhere, and harmless to leave out here.
_NOTHING = {"matplotlib", "load_ext", "reload_ext", "autoreload", "precision", "xmode", "colors", "automagic"}
_SHOWN = {"html": "text/html", "markdown": "text/markdown", "latex": "text/latex", "svg": "image/svg+xml"}

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
_MOST = 500  # commands of a cell
_namespace = {}  # of the cells


def plain(code):
    """The cell as Python: commands become calls. What is Python already stays as it is."""
    if not _MARK.search(code):
        return code
    first, _, rest = code.lstrip("\n").partition("\n")
    before = "\n" * (len(code) - len(code.lstrip("\n")))
    if first.startswith("%%"):
        name, _, words = first[2:].strip().partition(" ")
        if name in ("time", "capture"):
            return f"{before}get_ipython().begin_{name}({words.strip()!r})\n{_lines(rest)}"
        return f"{before}get_ipython().run_cell_magic({name!r}, {words.strip()!r}, {rest!r})" + "\n" * rest.count("\n")
    return _lines(code)


def _lines(code):
    """Changes the line that is no Python, one after the other: what is in a text or in brackets never is that line."""
    lines = code.split("\n")
    for _ in range(_MOST):
        try:
            compile("\n".join(lines), "<cell>", "exec", _FLAGS, dont_inherit=True)
            break
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if not 0 <= at < len(lines) or (new := _line(lines[at])) == lines[at]:
                break
            lines[at] = new
        except (ValueError, RecursionError, MemoryError):
            break
    return "\n".join(lines)


def _line(line):
    if found := _HELP.match(line):
        return f"{found[1]}get_ipython().help({(found[3] or found[4])!r}, {(found[2] or found[5]) == '??'})"
    if not (found := _COMMAND.match(line)):
        return line
    indent, target, kind, text = found.groups()
    text = text.strip()
    if pip := _PIP.match(text):
        # Only a coroutine can wait for the page everywhere; it can be awaited at the top level of a cell.
        return f"{indent}{'await ' if not indent else ''}get_ipython().pip({pip[1]!r}, {bool(indent)})"
    if kind == "!":
        return f"{indent}{target}get_ipython().{'getoutput' if target else 'system'}({text!r})"
    name, _, words = text.partition(" ")
    awaits = "await " if name == "time" and _awaits(words) else ""
    return f"{indent}{target}{awaits}get_ipython().run_line_magic({name!r}, {words.strip()!r})"


def _awaits(words):
    try:
        return bool(_timed(words).co_flags & inspect.CO_COROUTINE)
    except (SyntaxError, ValueError):
        return False


def _timed(words):
    """What `%time` runs: an expression or else statements, which may await."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        return compile(words.strip(), "<time>", "eval", flags, dont_inherit=True)
    except SyntaxError:
        return compile(words.strip(), "<time>", "exec", flags, dont_inherit=True)


def _duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size * 0.9995:  # or it would be 1e+03 of the next
            return f"{seconds / size:.3g} {unit}"
    return f"{round(seconds / 1e-9, 3):.3g} ns"  # what is less comes of the arithmetic


def _took(begin):
    print(f"Wall time: {_duration(time.perf_counter() - begin)}")


def _expand(text):
    """`{expression}` and `$name` by their values, where they have some."""

    def value(found):
        try:
            return str(eval(found[1] or found[2], _namespace))
        except Exception:
            return found[0]

    return re.sub(r"\{([^{}]+)\}|\$(\w+)", value, text)


class _Events:
    """matplotlib would draw after each cell; here figures are shown by themselves."""

    def register(self, *_):
        """Does nothing."""

    unregister = register


class _Shell:
    """What `get_ipython()` gives: as much of IPython's shell as code asks for."""

    config = {}
    events = _Events()

    @property
    def user_ns(self):
        """The variables of the cells."""
        return _namespace

    def run_line_magic(self, name, words="", *_):
        """A `%` command."""
        if name in _NOTHING:
            return None
        if name == "pip":
            return self.pip(words, True)
        if command := getattr(self, f"_{name}", None):
            return command(words)
        if name in shell.COMMANDS:
            return self.system(f"{name} {words}")
        raise NameError(f"%{name} is not known here; %time, %timeit, %%capture, %pip, %run, %who, %cd, %ls and %pwd are")

    magic = run_line_magic

    def run_cell_magic(self, name, words, cell):
        """A `%%` command that doesn't run the cell as it stands."""
        if name in _SHOWN:
            return display.display({_SHOWN[name]: cell}, raw=True)
        if name == "timeit":
            return self._timeit(words, cell)
        if name in ("writefile", "file"):
            append = words.startswith("-a ")
            path = words.removeprefix("-a ").strip()
            with open(path, "a" if append else "w", encoding="utf-8") as file:
                file.write(cell)
            return print(f"{'Appending to' if append else 'Writing'} {path}")
        if name in ("bash", "sh", "!", "script"):
            for line in cell.splitlines():
                self.system(line)
            return None
        raise NameError(f"%%{name} is not known here: a cell runs Python, and of other languages none")

    def system(self, command):
        """A `!` command; what it says is printed."""
        shell.run(_expand(command), print)

    def getoutput(self, command):
        """A `!` command; what it says comes back, a list of lines."""
        lines = []
        shell.run(_expand(command), lambda text="": lines.extend(str(text).split("\n")))
        return lines

    def pip(self, words, wait=False):
        """`pip install …`, and what else of pip makes sense."""
        done = _pip(_expand(words))
        if not wait:
            return done
        if not can_run_sync():
            done.close()
            raise RuntimeError("Put %pip at the beginning of a line of its own, outside of functions and loops.")
        return run_sync(done)

    def help(self, name, wants_source=False):
        """`name?`: signature and documentation; `name??`: the source code, where there is one."""
        try:
            value = eval(name, _namespace)
        except Exception:
            return print(f"Object `{name}` not found.")
        if wants_source:
            with contextlib.suppress(TypeError, OSError):
                return print(inspect.getsource(value))
        with contextlib.suppress(TypeError, ValueError):
            print(f"{name}{inspect.signature(value)}")
        print(inspect.getdoc(value) or f"No documentation of {type(value).__name__} objects.")
        return None

    def showtraceback(self, exc_info=None, **_):
        """Writes an exception to stderr, as libraries ask for that have caught it."""
        _, error, _ = exc_info or sys.exc_info()
        print("\n".join(errors.describe(error)[2]), file=sys.stderr)

    def begin_time(self, _=""):
        """`%%time`: says how long the rest of the cell took."""
        begin = time.perf_counter()
        bridge.current().at_end.append(lambda: _took(begin))

    def begin_capture(self, words=""):
        """`%%capture name`: what the rest of the cell writes goes into a variable; what it displays is left out."""
        run, streams = bridge.current(), (sys.stdout, sys.stderr)
        captured = _Captured()
        sys.stdout, sys.stderr = captured.out, captured.err
        run.is_silent = True

        def end():
            sys.stdout, sys.stderr = streams
            run.is_silent = False
            if name := next((word for word in words.split() if not word.startswith("-")), ""):
                _namespace[name] = captured

        run.at_end.append(end)

    def _time(self, words):
        async def end(coroutine):
            value = await coroutine
            _took(begin)
            return value

        code, begin = _timed(words), time.perf_counter()
        value = eval(code, _namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return end(value)
        _took(begin)
        return value

    def _timeit(self, words, cell=""):
        options = dict(re.findall(r"-([nr])\s*(\d+)", words))
        words = re.sub(r"-[nrpt]\s*\d+|-[qo]\b", "", words).strip()
        timer = timeit.Timer(cell or words, setup=words if cell and words else "pass", globals=_namespace)
        loops = int(options.get("n", 0)) or timer.autorange()[0]
        times = [each / loops for each in timer.repeat(int(options.get("r", 5)), loops)]
        mean = sum(times) / len(times)
        spread = (sum((each - mean) ** 2 for each in times) / len(times)) ** 0.5
        about = f"mean ± std. dev. of {len(times)} runs, {loops:,} loop{'s' if loops > 1 else ''} each"
        print(f"{_duration(mean)} ± {_duration(spread)} per loop ({about})")

    def _who(self, _=""):
        print("  ".join(variables()) or "There are no variables.")

    def _whos(self, _=""):
        for name, value in variables().items():
            print(f"{name:<16}{type(value).__name__:<16}{getattr(value, 'shape', '')}")

    def _run(self, words):
        with open(words, encoding="utf-8") as file:
            exec(compile(plain(file.read()), words, "exec"), _namespace)

    def _config(self, words):
        # The one setting that means something here.
        if found := re.fullmatch(r"InlineBackend\.figure_formats?\s*=\s*(.+)", words):
            wanted = ast.literal_eval(found[1])
            figures.set_formats(*([wanted] if isinstance(wanted, str) else wanted))

    def _reset(self, _=""):
        for name in variables():
            del _namespace[name]


def names(mark):
    """The commands that begin with `%`, or with `%%`."""
    if mark == "%%":
        return ["time", "capture", "timeit", "writefile", "bash", *_SHOWN]
    return [*_LINES, *shell.COMMANDS]


_LINES = ["pip", *(name[1:] for name in vars(_Shell) if re.match("_[a-z]", name))]


class _Captured:
    """What `%%capture` has taken."""

    def __init__(self):
        self.out, self.err = io.StringIO(), io.StringIO()

    @property
    def stdout(self):
        """The text."""
        return self.out.getvalue()

    @property
    def stderr(self):
        """The text."""
        return self.err.getvalue()

    def __str__(self):
        return self.stdout

    def show(self):
        """Writes it again."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)


def variables():
    """What the cells have named, without modules and what begins with an underscore."""
    return {name: value for name, value in _namespace.items() if not name.startswith("_") and not is_a(value, types.ModuleType)}


async def _pip(words):
    action, _, rest = words.strip().partition(" ")
    if action == "install":
        try:
            await packages.install_named(_requirements(rest))
        except (ValueError, OSError) as error:
            print(error, file=sys.stderr)  # the import will fail if it is needed
        return
    if action in ("list", "freeze"):
        from importlib.metadata import distributions

        for name, version in sorted((found.name, found.version) for found in distributions()):
            print(f"{name}=={version}")
        return
    print(f"pip {action} does nothing here: packages come with the page, and go with the kernel.", file=sys.stderr)


def _requirements(words):
    """What `pip install` is asked for, requirement files included."""
    found, words = [], iter(shlex.split(words))
    for word in words:
        if word.startswith("#"):
            break
        option, _, value = word.partition("=") if word.startswith("-") else ("", "", "")
        if option in _FILES:
            with open(value or next(words, ""), encoding="utf-8") as file:
                for line in file:
                    found += _requirements(line) if line.lstrip().startswith(("-", "#")) else [line.partition(" #")[0].strip()]
        elif option in _WITH_VALUES:
            value or next(words, None)
        elif not option:
            found.append(word)
    return [name for name in found if name]


_FILES = ("-r", "--requirement")
_WITH_VALUES = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-c", "--constraint", "-t", "--target", "-e")

_shell = _Shell()


def install(namespace):
    """Has commands work on this namespace, and `get_ipython()` there for code that asks for it."""
    global _namespace
    _namespace = namespace
    builtins.get_ipython = lambda: _shell
