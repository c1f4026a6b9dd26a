"""sys.stdout, sys.stderr, sys.stdin, input() and getpass()."""

import builtins
import getpass
import io
import sys

from pyodide.ffi import can_run_sync, run_sync

from . import bridge

_PIECE = 1 << 20  # a giant text is encoded in pieces: its copy needn't fit into memory


class Output(io.TextIOWrapper):
    """A standard stream. Each write goes to the file descriptor at once, worker.js batches and caps it."""

    def __init__(self, descriptor, name):
        raw = io.FileIO(descriptor, "w", closefd=False)
        # A lone surrogate in a text is shown escaped; it must not be an error to print it.
        super().__init__(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        self.mode = "w"
        self._name = name

    @property
    def name(self):
        """As in CPython: `<stdout>` or `<stderr>`."""
        return self._name

    def write(self, text, /):
        """Writes text under the name of the run that the caller belongs to."""
        bridge.attribute()
        if not isinstance(text, str) or len(text) <= _PIECE:
            return super().write(text)
        return sum(super(Output, self).write(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))

    def flush(self):
        """Asks worker.js not to wait for more."""
        super().flush()
        if bridge.host is not None:
            bridge.host.flush()

    def close(self):
        """Does nothing: code that closes its standard stream must not silence the cells after it."""


class Input(io.TextIOBase):
    """sys.stdin: each line is asked of the user."""

    encoding = "utf-8"
    name = "<stdin>"
    mode = "r"

    def readable(self):
        """As of any stream one can read."""
        return True

    def readline(self, size=-1, /):
        """One line with its newline; empty when the user ends the input."""
        try:
            return _read_line("", False) + "\n"
        except EOFError:
            return ""

    def read(self, size=-1, /):
        """All lines until the user ends the input."""
        return "".join(iter(self.readline, ""))

    def close(self):
        """Does nothing, as for the output streams."""


def _read_line(prompt, password):
    head = bridge.head("input_request", prompt=prompt[:10_000], password=password)
    host = bridge.host
    if host.readLineBlocking is not None:  # cross-origin isolated: waits on shared memory
        line = host.readLineBlocking(head)
    elif can_run_sync():
        line = run_sync(host.readLine(head))
    else:
        raise EOFError(
            "input() can't wait here: the page is not cross-origin isolated and this browser can't suspend Python"
            " at this point. Call input() outside of callbacks, or set the value in the code."
        )
    if line is False:
        raise KeyboardInterrupt
    if line is None:
        raise EOFError("no line was entered")
    return line


def read_input(prompt="", /):
    """input(): the prompt and the field are shown by the page."""
    return _read_line(str(prompt), False)


def read_password(prompt="Password: ", stream=None, *, echo_char=None):
    """getpass.getpass(): the page hides what is typed."""
    return _read_line(str(prompt), True)


def install():
    """Puts the streams and the reading functions in their places."""
    sys.stdout = sys.__stdout__ = Output(1, "<stdout>")
    sys.stderr = sys.__stderr__ = Output(2, "<stderr>")
    sys.stdin = sys.__stdin__ = Input()
    builtins.input = read_input
    getpass.getpass = read_password
