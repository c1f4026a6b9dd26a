"""A stand-in for `IPython.display`: notebooks and models import it out of habit, and IPython itself isn't needed."""

import builtins
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from . import display


class _Rich:
    """A text in one mime type."""

    _mime = "text/plain"

    def __init__(self, data=None, url=None, filename=None, metadata=None, **_):
        if data is None and filename is not None:
            with open(filename, encoding="utf-8") as file:
                data = file.read()
        if data is None:
            raise ValueError("give the text itself, or the name of a file: there is no network here")
        self.data = data
        self.metadata = metadata or {}

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {self._mime: self.data}, {self._mime: self.metadata} if self.metadata else {}

    def __repr__(self):
        return f"<IPython.core.display.{type(self).__name__} object>"


class HTML(_Rich):
    """HTML text."""

    _mime = "text/html"


class Markdown(_Rich):
    """Markdown text."""

    _mime = "text/markdown"


class Latex(_Rich):
    """LaTeX text with its own delimiters."""

    _mime = "text/latex"


class Math(Latex):
    """A formula without delimiters."""

    def __init__(self, data=None, **kwargs):
        super().__init__(f"$\\displaystyle {data.strip('$')}$", **kwargs)


class SVG(_Rich):
    """An SVG picture."""

    _mime = "image/svg+xml"


class JSON(_Rich):
    """Any JSON value."""

    _mime = "application/json"


class Image(_Rich):
    """A raster picture from bytes or a file."""

    _KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}

    def __init__(self, data=None, url=None, filename=None, format=None, width=None, height=None, **_):
        if isinstance(data, str):
            data, filename = None, data
        if data is None and filename is not None:
            with open(filename, "rb") as file:
                data = file.read()
        size = {name: value for name, value in (("width", width), ("height", height)) if value}
        super().__init__(data, metadata=size)
        self._mime = next((kind for magic, kind in self._KINDS.items() if data.startswith(magic)), "image/png")


class _Media:
    """A sound or a film from bytes or a file."""

    _KINDS = {}
    _mime = ""

    def __init__(self, data=None, filename=None, url=None, mimetype=None, **_):
        if isinstance(data, str):
            data, filename = None, data
        if data is None and filename is not None:
            with open(filename, "rb") as file:
                data = file.read()
        if data is None:
            raise ValueError("give the bytes, or the name of a file: there is no network here")
        self.data = bytes(data)
        self._mime = mimetype or next((kind for magic, kind in self._KINDS.items() if magic in self.data[:12]), self._mime)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {self._mime: self.data}

    def __repr__(self):
        return f"<IPython.lib.display.{type(self).__name__} object>"


class Audio(_Media):
    """A sound from bytes, a file, or samples with their rate; several channels are rows."""

    _KINDS = {b"WAVE": "audio/wav", b"OggS": "audio/ogg", b"fLaC": "audio/flac", b"ftyp": "audio/mp4", b"ID3": "audio/mpeg"}
    _mime = "audio/mpeg"

    def __init__(self, data=None, filename=None, url=None, rate=None, normalize=True, **_):
        if data is not None and not isinstance(data, (str, bytes, bytearray, memoryview)):
            if rate is None:
                raise ValueError("rate must be specified when data is a numpy array or list of audio samples.")
            data = _wave(data, int(rate), normalize)
        super().__init__(data, filename, url)


class Video(_Media):
    """A film from bytes or a file."""

    _KINDS = {b"ftyp": "video/mp4", b"OggS": "video/ogg", b"\x1aE\xdf\xa3": "video/webm"}
    _mime = "video/mp4"


def _wave(samples, rate, normalize):
    """Samples as a WAV file of 16 bits."""
    import io
    import wave
    from array import array

    if numpy := sys.modules.get("numpy"):
        rows = numpy.atleast_2d(numpy.asarray(samples, dtype=float))
        peak = abs(rows).max(initial=0)
    else:
        rows = list(samples)
        rows = rows if rows and isinstance(rows[0], (list, tuple)) else [rows]
        peak = max((abs(value) for row in rows for value in row), default=0)
    if not normalize and peak > 1:
        raise ValueError("Audio data must be between -1 and 1 when normalize=False.")
    scale = 32767 / (peak or 1) if normalize else 32767
    if numpy:
        frames = (rows.T * scale).astype("<i2")
    else:
        frames = array("h", (int(value * scale) for frame in zip(*rows) for value in frame))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(len(rows))
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(frames.tobytes())
    return file.getvalue()


def _module(name, **members):
    module = ModuleType(name, __doc__)
    module.__dict__.update(members)
    return module


class _Finder:
    """Finds the modules below, last of all: a real IPython comes first."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        is_package = name in ("IPython", "IPython.core")
        return ModuleSpec(name, _Finder, is_package=is_package) if name in _MODULES else None

    @staticmethod
    def create_module(spec):
        return _MODULES[spec.name]

    @staticmethod
    def exec_module(module):
        pass


_DISPLAY = {
    "display": display.display,
    "update_display": display.update_display,
    "clear_output": display.clear_output,
    "DisplayHandle": display.DisplayHandle,
    **{kind.__name__: kind for kind in (HTML, Markdown, Latex, Math, SVG, JSON, Image, Audio, Video)},
}
_MODULES = {
    "IPython": _module("IPython", get_ipython=lambda: builtins.get_ipython(), version_info=(9, 0, 0), __version__="9.0.0"),
    "IPython.display": _module("IPython.display", **_DISPLAY),
    "IPython.core": _module("IPython.core"),
    "IPython.core.display": _module("IPython.core.display", **_DISPLAY),  # as older code has it
}
_MODULES["IPython"].display = display.display


def install():
    """Makes the modules importable."""
    sys.meta_path.append(_Finder)
