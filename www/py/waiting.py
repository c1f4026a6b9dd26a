"""`time.sleep` that gives way: tasks go on, output goes out and Stop works while it sleeps."""

import asyncio
import time

from pyodide.ffi import can_run_sync, run_sync

_SLICE = 0.05  # seconds that Python may be deaf, where it can't be suspended
_SHORT = 0.001
_sleep = time.sleep


def sleep(seconds, /):
    """Suspends Python where the browser can; else sleeps in slices, between which an interrupt is heard."""
    if not isinstance(seconds, (int, float)) or not seconds > _SHORT:
        return _sleep(seconds)  # with its own errors
    if can_run_sync():
        run_sync(asyncio.sleep(seconds))
        return None
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _sleep(min(left, _SLICE))
    return None


def install():
    """Puts it in the place of the one that blocks."""
    time.sleep = sleep
