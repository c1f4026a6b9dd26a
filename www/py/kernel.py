"""Runs cells: worker.js calls `bind` once, then `run` for each cell and `cancel` for Stop.

Nothing of JavaScript is imported at the top level of these modules, so that a memory snapshot can hold them.
"""

import ast
import asyncio
import builtins
import gc
import inspect
import linecache
import os
import platform
import random
import sys
import textwrap
import warnings
from types import ModuleType

from pyodide.code import should_quiet
from pyodide.ffi import ConversionError

from . import bridge, charts, clock, display, errors, figures, ipython, magics, network, packages, questions, results, streams, waiting

VERSION = platform.python_version()
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

_main = ModuleType("__main__")
_main.__builtins__ = builtins
_count = 0
_task = None
_before = set()
_stopped = False


def bind(host):
    """Connects the kernel to worker.js; the last step before the sandbox is locked."""
    bridge.bind(host)
    streams.install()
    display.install()
    ipython.install()
    packages.install()  # after all other finders
    figures.install()
    charts.install()
    clock.install()
    waiting.install()
    network.install()
    magics.install(_main.__dict__)
    questions.install(_main.__dict__)
    sys.modules["__main__"] = _main
    os.makedirs("/home/pyodide", exist_ok=True)
    os.chdir("/home/pyodide")
    sys.path.append("/home/pyodide")  # modules that code has written; /mnt/uploads is never importable
    random.seed()  # after a snapshot everyone would draw the same numbers
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    loop = asyncio.get_event_loop()
    # A task that ends by sys.exit() or an interrupt is over; the worker is not.
    loop._system_exit_handler = lambda code: None
    loop._keyboard_interrupt_handler = lambda: None


def _compile(code, name, shown):
    """The cell's statements and, if it ends with an expression that is to be shown, that expression.

    `shown` is the cell as it was written, for tracebacks.
    """
    _main.__dict__.pop("__warningregistry__", None)  # or a line that warned in an earlier cell warns no more
    linecache.cache[name] = (len(shown), None, shown.splitlines(keepends=True), name)
    tree = compile(code, name, "exec", _FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not should_quiet(code):
        last = compile(ast.Expression(tree.body.pop().value), name, "eval", _FLAGS, dont_inherit=True)
    return compile(tree, name, "exec", _FLAGS, dont_inherit=True), last


async def _evaluate(code):
    value = eval(code, _main.__dict__)
    return await value if code.co_flags & inspect.CO_COROUTINE else value


async def _run_cell(run, code, uploaded):
    """Everything that a run does. Nothing leaves this task but the reply, which is left in `run`."""
    bridge.enter(run)
    value = error = None
    try:
        await uploaded
        if code[:1].isspace():
            code = textwrap.dedent(code)
        shown, code = code, magics.plain(code)
        await packages.provide(code)
        statements, last = _compile(code, f"cell {run.count}", shown)
        await _evaluate(statements)
        if last is not None:
            value = await _evaluate(last)
            if value is not None:
                builtins._ = value
                display.show(value, "execute_result")
    except BaseException as caught:
        error = caught
    try:
        try:
            figures.show_open()
        finally:
            for act in reversed(run.at_end):
                act()
    except BaseException as caught:
        error = error or caught
    run.reply = _reply(run, value, error)


def _is_stop(error):
    """Whether Stop ended the code, in one of its disguises: a cancelled wait, an interrupted call into JavaScript."""
    return isinstance(error, (asyncio.CancelledError, ConversionError)) and (_stopped or bridge.host.stopped())


def _reply(run, value, error):
    if error is None:
        result = results.to_json(value, run.result_limit, bridge.encode)
        return bridge.encode({"status": "ok", "result": result, "ename": "", "evalue": "", "traceback": []})
    if _is_stop(error):
        error = KeyboardInterrupt().with_traceback(error.__traceback__)
    name, text, lines = errors.describe(error)
    return bridge.encode({"status": "error", "result": None, "ename": name, "evalue": text, "traceback": lines})


def run(run_id, code, uploaded, result_limit, figures_limit, dpr):
    """Runs one cell and returns the JSON text of its reply, later. `uploaded` is awaited before the code runs.

    It is there at once for a Stop that comes before its first step.
    """
    global _count, _stopped
    _count += 1
    _stopped = False
    return _run(bridge.Run(run_id, _count, result_limit, figures_limit, dpr), code, uploaded)


async def rehearse(uploaded):
    """Goes the way of a run that shows and leaves nothing: the browser compiles each function at its first call."""
    this = bridge.Run("", 0, 0, 0, 1)
    this.is_silent = True
    await _run(this, "print()\n0", uploaded)
    vars(builtins).pop("_", None)
    linecache.cache.pop("cell 0", None)


async def _run(this, code, uploaded):
    global _task, _before
    bridge.open_run(this)
    _before = asyncio.all_tasks()  # this one, and what earlier cells left
    _task = asyncio.ensure_future(_run_cell(this, code, uploaded))
    if _stopped:
        _task.cancel()
    while not _task.done():
        try:
            await _task
        except asyncio.CancelledError:
            pass  # of Stop, or of code that cancels all tasks: the reply is in `this`
    _task = None
    if _stopped:
        _sweep()
    return this.reply or _reply(this, None, KeyboardInterrupt())  # Stop came before its first step


def _sweep():
    """Drops what a stopped run left half done, or a later run would get warnings about coroutines that never ran."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


answer = questions.answer


def warm_up():
    """What is worth doing before the first run, in steps."""
    return figures.warm_up()


def cancel():
    """Stop, when the event loop is free: ends whatever this run waits for."""
    global _stopped
    _stopped = True
    if _task is not None and not _task.done():
        for task in asyncio.all_tasks() - _before:
            task.cancel()
