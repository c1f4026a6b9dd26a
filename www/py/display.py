"""display(): any value in the richest forms that it offers, as Jupyter's mime bundles."""

import base64
import builtins
import inspect
import struct
import uuid

from . import bridge
from .results import safe_repr

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "application/json": "_repr_json_",
}
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_DISPLAYS_MAX = 1000  # a run
_RICH_MAX = 10_000_000  # bytes of one representation
_PIXELS_MAX = 25_000_000
_RUN_IMAGES_MAX = 50_000_000  # bytes of all images of a run
_MIMES_MAX = 20

formatters = {}  # class -> function from value to (bundle, metadata); figures.py adds matplotlib's


class Refused(Exception):
    """A value that is not shown; the text says why."""


def _warn(value, method, error):
    bridge.current().note(f"{method} of {type(value).__name__} failed: {type(error).__name__}: {error}")


def _call(value, method):
    """What a `_repr_…_` method returns, or None. No exception of it leaves this function."""
    try:
        function = getattr(value, method, None)
        if function is None or not callable(function):
            return None
        return function(include=None, exclude=None) if method == "_repr_mimebundle_" else function()
    except NotImplementedError:
        return None
    except Exception as error:
        _warn(value, method, error)
        return None


def _answers_everything(value):
    """Whether the object pretends to have every attribute, as mocks and proxies do."""
    try:
        return getattr(value, "_pyoxide_no_object_has_this_", None) is not None
    except Exception:
        return True


def _split(found):
    """A representation and its metadata: methods may return both."""
    return found if isinstance(found, tuple) and len(found) == 2 else (found, None)


def _payload(mime, data):
    """Text or bytes, as the mime type wants them; None for what can't be sent."""
    if data is None:
        return None
    if mime.startswith(("image/", "audio/", "video/")) and mime != "image/svg+xml":
        if isinstance(data, str):
            data = base64.b64decode(data)
        return bytes(data)
    if mime == "application/json" or mime.endswith("+json") or isinstance(data, dict):
        return data if isinstance(data, str) and mime != "application/json" else bridge.encode(data)
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        return "".join(data)
    return str(data)


def _add(bundle, metadata, value, mime, found):
    data, extra = _split(found)
    try:
        payload = _payload(mime, data)
    except Exception as error:
        return _warn(value, mime, error)
    if payload is not None and len(bundle) < _MIMES_MAX:
        bundle[mime] = payload
        if isinstance(extra, dict):
            metadata[mime] = extra
    return None


def bundle_of(value):
    """The mime bundle and metadata of any value. Only a Refused and interrupts leave this function."""
    bundle, metadata = {}, {}
    for kind in type(value).__mro__:
        if kind in formatters:
            return formatters[kind](value)
    if not inspect.isclass(value) and not _answers_everything(value):
        found, extra = _split(_call(value, "_repr_mimebundle_"))
        if isinstance(found, dict):
            for mime, data in found.items():
                if isinstance(mime, str):
                    _add(bundle, metadata, value, mime, (data, None))
        if isinstance(extra, dict):
            metadata.update(extra)
        for mime, method in _METHODS.items():
            if mime not in bundle and (found := _call(value, method)) is not None:
                _add(bundle, metadata, value, mime, found)
    if "text/plain" not in bundle:
        bundle["text/plain"] = safe_repr(value, bridge.current().result_limit)
    return bundle, metadata


def png_size(data):
    """Width and height of a PNG in pixels, 0 × 0 for anything else."""
    return struct.unpack(">II", data[16:24]) if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 24 else (0, 0)


def _within_limits(run, bundle):
    """Takes out what is too big, with a sentence on stderr. False if nothing worth showing is left."""
    rich = [mime for mime in bundle if mime != "text/plain"]
    total, is_counted = 0, False
    for mime in rich:
        data = bundle[mime]
        why = None
        total += len(data)
        if len(data) > _RICH_MAX or total > 2 * _RICH_MAX:
            why = f"a display of {len(data):,} bytes ({mime}) is not shown: the limit is {_RICH_MAX:,}"
        elif mime in _IMAGES:
            width, height = png_size(data) if mime == "image/png" else (0, 0)
            if width * height > _PIXELS_MAX:
                why = (
                    f"a picture of {width} × {height} pixels is not shown: the limit is {_PIXELS_MAX // 10**6} million"
                )
            else:
                why = count_figure(run, len(data), 0 if is_counted else 1)
                is_counted = True
        if why:
            run.note(why)
            del bundle[mime]
    return not rich or len(bundle) > ("text/plain" in bundle)


def count_figure(run, size, number=1):
    """Counts a picture, or another form of one; the sentence to show if it is one too many."""
    run.figures += number
    run.figure_bytes += size
    if run.figures > run.figures_limit:
        return f"only the first {run.figures_limit} figures of a run are shown"
    if run.figure_bytes > _RUN_IMAGES_MAX:
        return f"figures after the first {_RUN_IMAGES_MAX // 10**6} MB of a run are not shown"
    return None


def show(value, kind="display_data", display_id=None, bundle=None, metadata=None):
    """Sends one value to the page."""
    run = bridge.current()
    run.displays += 1
    if run.displays > _DISPLAYS_MAX:
        return run.note(f"only the first {_DISPLAYS_MAX} displays of a run are shown")
    shown = run.figures
    if kind == "update_display_data":
        run.figures = 0  # it takes the place of what was counted
    try:
        if bundle is None:
            bundle, found = bundle_of(value)
            metadata = {**found, **(metadata or {})}
        if not _within_limits(run, bundle):
            return None
    except Refused as why:
        return run.note(str(why))
    finally:
        if kind == "update_display_data":
            run.figures = shown
    fields = {"kind": kind, "mimes": list(bundle), "metadata": _small(metadata)}
    if display_id is not None:
        fields["display_id"] = display_id
    return bridge.send("display", *bundle.values(), **fields)


def _small(metadata):
    """Metadata that fits into a message's head."""
    try:
        return metadata if metadata and len(bridge.encode(metadata)) < 16_000 else {}
    except Exception:
        return {}


class DisplayHandle:
    """What display(…, display_id=…) returns: updates the output in its place."""

    def __init__(self, display_id=None):
        self.display_id = str(display_id or uuid.uuid4().hex)[:200]

    def __repr__(self):
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, value, **kwargs):
        """Shows a value under this id."""
        display(value, display_id=self.display_id, **kwargs)

    def update(self, value, **kwargs):
        """Puts another value in the place of the one that was shown."""
        update_display(value, display_id=self.display_id, **kwargs)


def display(
    *values, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False, **_
):
    """Shows values as rich output: tables, figures, pictures, HTML, Markdown, formulas."""
    if clear:
        clear_output(wait=True)
    handle = None
    if display_id is not None:
        handle = DisplayHandle(None if display_id is True else display_id)
    for value in values:
        bundle = {mime: _payload(mime, data) for mime, data in value.items()} if raw else None
        show(value, "display_data", handle and handle.display_id, bundle, metadata)
    return handle


def update_display(value, *, display_id, metadata=None, raw=False, **_):
    """Puts another value in the place of an earlier display with this id."""
    bundle = {mime: _payload(mime, data) for mime, data in value.items()} if raw else None
    show(value, "update_display_data", str(display_id)[:200], bundle, metadata)


def clear_output(wait=False):
    """Removes the outputs of this run so far; with `wait`, when the next one comes."""
    run = bridge.current()
    run.displays += 1
    if run.displays <= _DISPLAYS_MAX:
        run.figures = 0  # only what is still shown counts
        bridge.send("clear_output", wait=bool(wait))


def install():
    """Makes display() a builtin, as in every notebook."""
    builtins.display = display
