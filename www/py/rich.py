"""What `IPython.display` has: values that are shown as HTML, a picture, a sound, and so on."""

import io
import os
import re
import sys

from . import display


class _Rich:
    """A text in one mime type, or the file that has it."""

    _mime = "text/plain"

    def __init__(self, data=None, url=None, filename=None, metadata=None, **_):
        if isinstance(data, os.PathLike) or (isinstance(data, str) and len(data) < 1000 and os.path.isfile(data)):
            data, filename = None, data
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


class Pretty(_Rich):
    """Text as it is."""


class Code(_Rich):
    """A program's text, coloured."""

    def __init__(self, data=None, url=None, filename=None, language="python", **kwargs):
        super().__init__(data, url, filename, **kwargs)
        self.language = language

    def _repr_mimebundle_(self, include=None, exclude=None):
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", self.data)), default=0))
        return {"text/markdown": f"{fence}{self.language}\n{self.data}\n{fence}", "text/plain": self.data}


class Javascript(_Rich):
    """A script, which is shown and not run: outputs have no scripts here."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        return Code(self.data, language="javascript")._repr_mimebundle_()


class IFrame:
    """A page of another site, which is linked: outputs load nothing from elsewhere."""

    def __init__(self, src, width=None, height=None, **_):
        self.src = str(src)

    def _repr_mimebundle_(self, include=None, exclude=None):
        address = self.src.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
        return {"text/markdown": f"<{address}>", "text/plain": self.src}


class YouTubeVideo(IFrame):
    """A film, linked."""

    def __init__(self, id, width=None, height=None, **_):
        super().__init__(f"https://www.youtube.com/watch?v={id}")


class FileLink:
    """Names a file that code has left; it is in the list of files."""

    def __init__(self, path, *_, **__):
        self.path = os.fspath(path)

    def __repr__(self):
        size = f"{os.path.getsize(self.path):,} bytes" if os.path.isfile(self.path) else "not there"
        return f"{self.path} ({size})"


class FileLinks(FileLink):
    """Names the files below a folder."""

    def __repr__(self):
        found = (os.path.join(folder, name) for folder, _, names in sorted(os.walk(self.path)) for name in sorted(names))
        return "\n".join(repr(FileLink(path)) for path in found) or f"{self.path} (empty)"


class ProgressBar:
    """A bar that moves as `progress` is set, or as it is gone through."""

    _WIDTH = 60

    def __init__(self, total):
        self.total, self._progress, self._handle, self._drawn = total, 0, None, -1

    def _width(self):
        return int(self._WIDTH * self._progress / self.total) if self.total else self._WIDTH

    def __repr__(self):
        done = self._width()
        return f"[{'=' * done}{' ' * (self._WIDTH - done)}] {self._progress}/{self.total}"

    def display(self):
        """Shows it."""
        self._drawn = self._width()
        self._handle = display.display(self, display_id=True)

    def update(self):
        """Shows how far it is."""
        self._handle.update(self) if self._handle else self.display()

    @property
    def progress(self):
        """How far it is."""
        return self._progress

    @progress.setter
    def progress(self, value):
        self._progress = value
        if self._width() != self._drawn or value == self.total:  # not for each of thousands of steps
            self._drawn = self._width()
            self.update()

    def __iter__(self):
        self.display()
        for self.progress in range(self.total):
            yield self.progress
        self.progress = self.total


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


KINDS = {
    kind.__name__: kind
    for kind in (
        *(HTML, Markdown, Latex, Math, SVG, JSON, Pretty, Code, Javascript, IFrame, YouTubeVideo),
        *(FileLink, FileLinks, ProgressBar, Image, Audio, Video),
    )
}
