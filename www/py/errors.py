"""Exceptions as the people who wrote the code want to see them."""

import traceback

from . import packages

_LINES_MAX = 400
_TEXT_MAX = 10_000
_OURS = ("/lib/pyoxide/", "/pyodide/webloop.py", "/_pyodide/_base.py")


def _text_of(error):
    try:
        return str(error)
    except Exception:
        return "<its text can't be shown: str() of the exception failed>"


def _is_ours(frame):
    return any(part in frame.filename for part in _OURS)


def _without_our_frames(report, seen):
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    if report.stack is not None:
        report.stack[:] = [frame for frame in report.stack if not _is_ours(frame)]
        if not report.stack:
            report.stack = None  # a SyntaxError of the cell itself: no empty "Traceback" line
    for other in (report.__cause__, report.__context__, *(report.exceptions or ())):
        _without_our_frames(other, seen)


def _lines(error):
    report = traceback.TracebackException.from_exception(error, compact=True)
    _without_our_frames(report, set())
    lines = "".join(report.format()).splitlines()
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
    if isinstance(error, ModuleNotFoundError) and (hint := packages.hint(error)):
        text = f"{text}. {hint}"
        error.add_note(hint)
    try:
        lines = _lines(error)
    except Exception:  # of a hostile exception class, or out of memory
        lines = [f"{name}: {text}"[:_TEXT_MAX]]
    return name, text[:_TEXT_MAX], lines
