"""What crosses to worker.js: messages with a JSON head and payloads, and the run they belong to."""

import contextvars
import sys
from json import JSONEncoder

from pyodide.ffi import to_js

host = None  # the small frozen object of worker.js; bound after start, so that a memory snapshot holds no JavaScript

_TEXT_MAX = 5_000_000  # characters of one text: a message holds 32 MB
_encode = JSONEncoder(ensure_ascii=False).encode


class Run:
    """One execution: its id, its limits, and what it has used of them."""

    def __init__(self, run_id, count, result_limit, figures_limit, dpr):
        self.id = run_id
        self.count = count
        self.result_limit = min(int(result_limit), _TEXT_MAX)
        self.figures_limit = int(figures_limit)
        self.dpr = float(dpr)
        self.displays = 0
        self.figures = 0
        self.figure_bytes = 0
        self.reply = None
        self.at_end = []  # called when the code has ended, last first
        self.is_silent = False  # whether what it displays is left out
        self._noted = set()

    def note(self, text):
        """Writes a sentence about this run to stderr, each only once."""
        if text not in self._noted:
            self._noted.add(text)
            sys.__stderr__.write(f"[{text}]\n")


_open = Run("", 0, 0, 0, 1)  # the run that was started last
_owner = contextvars.ContextVar("pyoxide_run", default=None)
_attributed = None


def bind(js_host):
    """Takes the object of worker.js; called once after each start or restore."""
    global host
    host = js_host


def open_run(run):
    """Makes `run` the one that output without a known owner belongs to."""
    global _open, _attributed
    _open = _attributed = run


def enter(run):
    """Marks the current context, and every task and callback made in it, as work of `run`."""
    _owner.set(run)


def current():
    """The run that the running code belongs to, also in a task that has outlived it."""
    return _owner.get() or _open


def attribute():
    """Tells worker.js whose output comes next, if that has changed."""
    global _attributed
    run = _owner.get() or _open
    if run is not _attributed:
        _attributed = run
        host.attribute(run.id)


def head(kind, /, **fields):
    """The JSON head of a message of the current run."""
    return _encode({"t": kind, "id": current().id, **fields})


def send(kind, /, *payloads, **fields):
    """Sends one message. A payload is text or bytes."""
    if kind == "display" and current().is_silent:
        return
    host.emit(head(kind, **fields), *(p if isinstance(p, str) else to_js(p) for p in payloads))


def encode(value):
    """JSON text of what is known to be JSON-safe."""
    return _encode(value)
