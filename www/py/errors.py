"""Exceptions as the people who wrote the code want to see them."""

import errno
import re
import traceback

from . import packages

_LINES_MAX = 400
_TEXT_MAX = 10_000
# The kernel's own files, and those of Pyodide that every cell passes through.
_OURS = re.compile(r"^/lib/pyoxide/|^blob:|/pyodide/webloop\.py$|/_pyodide/_base\.py$")
_NO_NETWORK = "This sandbox has no network: upload the data as a file and read it from /mnt/uploads. Whoever runs the page can allow hosts."
_NO_THREADS = "A browser's Python has no threads: call the function directly, or use asyncio."
_NO_MEMORY = (
    "The memory of this kernel is full; it has 1 GiB unless the page sets another limit."
    " Work on a part of the data at a time, or let go of what isn't needed with `del`."
)
_NO_PROCESSES = "A browser's Python can't start other programs."


def _text_of(error):
    try:
        return str(error)
    except Exception:
        return "<its text can't be shown: str() of the exception failed>"


def _chain(error):
    """The exception and those that led to it."""
    seen = []
    while error is not None and error not in seen and len(seen) < 50:
        seen.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return seen


def _hint(error):
    """What can be done about one exception; empty when nothing is known."""
    text = _text_of(error)
    if isinstance(error, ModuleNotFoundError):
        return packages.hint(error.name or "")
    if isinstance(error, ImportError) and (found := re.search(r"optional dependency '([\w-]+)'", text)):
        return packages.hint(found[1].lower())
    if "the network is off for code" in text or getattr(error, "errno", None) == errno.EHOSTUNREACH:
        return _NO_NETWORK
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return _NO_THREADS
    if isinstance(error, OSError) and "does not support processes" in text:
        return _NO_PROCESSES
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    return ""


def _without_our_frames(report, seen):
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    if report.stack is not None:
        report.stack[:] = [frame for frame in report.stack if not _OURS.search(frame.filename)]
        if not report.stack:
            report.stack = None  # a SyntaxError of the cell itself: no empty "Traceback" line
    for other in (report.__cause__, report.__context__, *(report.exceptions or ())):
        _without_our_frames(other, seen)


def _lines(error, hints):
    report = traceback.TracebackException.from_exception(error, compact=True)
    _without_our_frames(report, set())
    lines = [*"".join(report.format()).splitlines(), *hints]
    if len(lines) > _LINES_MAX:
        half = _LINES_MAX // 2
        lines = [*lines[:half], f"… {len(lines) - _LINES_MAX} lines left out …", *lines[-half:]]
    return [line[:_TEXT_MAX] for line in lines]


def describe(error):
    """Name, text and traceback lines of an exception, without frames that aren't the user's."""
    name = type(error).__name__
    if isinstance(error, SystemExit):
        text = "0" if error.code is None else _text_of(error)
        return name, text[:_TEXT_MAX], [f"{name}: {text}"[:_TEXT_MAX]]
    text = _text_of(error)
    try:
        hints = list(dict.fromkeys(hint for each in _chain(error) if (hint := _hint(each))))
        lines = _lines(error, hints)
    except Exception:  # of a hostile exception class, or out of memory
        hints, lines = [], [f"{name}: {text}"[:_TEXT_MAX]]
    if isinstance(error, ImportError) and hints:
        text = f"{text.rstrip('.')}. {hints[0]}"
    return name, text[:_TEXT_MAX], lines
