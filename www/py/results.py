"""The value of a cell's last expression as JSON: for the model, for the server, for JavaScript."""

import base64
import datetime
import math
from decimal import Decimal

_DEPTH_MAX = 100
_EXACT_INT_MAX = 2**53
_ITEMS_MAX = 1_000_000


class _TooLarge(Exception):
    pass


def _children(value):
    """What a container holds, without asking methods that a subclass may have replaced."""
    if isinstance(value, dict):
        return (*dict.keys(value), *dict.values(value))
    base = next((kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind)), None)
    return base.__iter__(value) if base else ()


def too_deep(value, limit=_DEPTH_MAX):
    """Whether containers are nested deeper than `limit`: then repr() of the value could end the interpreter."""
    level = [value]
    for _ in range(limit):
        seen = {}
        for item in level:
            for child in _children(item):
                if isinstance(child, (list, tuple, dict, set, frozenset)):
                    seen[id(child)] = child
        if not seen:
            return False
        level = seen.values()
    return True


def safe_repr(value, limit):
    """repr() that neither fails nor kills nor floods."""
    kind = type(value).__name__
    if isinstance(value, (str, bytes, bytearray)) and len(value) > limit:
        text = repr(value[:limit])
    elif too_deep(value):
        return f"<{kind} that is nested more than {_DEPTH_MAX} levels deep>"
    else:
        try:
            text = repr(value)
        except Exception as error:
            return f"<{kind} that can't be shown: repr() failed with {type(error).__name__}>"
        if not isinstance(text, str):
            return f"<{kind} that can't be shown>"
    if len(text) > limit:
        text = f"{text[:limit]}… [{len(text) - limit} more characters]"
    return text


class _Converter:
    def __init__(self, limit):
        self.limit = limit
        self.left = limit
        self.open = set()  # ids of the containers that are being converted: a cycle ends there

    def spend(self, size):
        self.left -= size
        if self.left < 0:
            raise _TooLarge

    def convert(self, value, depth=0):
        self.spend(1)
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            self.spend(len(value))
            return str.__str__(value)
        if isinstance(value, int):
            self.spend(value.bit_length() // 4)
            return int(value) if abs(value) <= _EXACT_INT_MAX else str(int(value))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else None
        if isinstance(value, (list, tuple, set, frozenset, dict)):
            return self.convert_container(value, depth)
        if isinstance(value, (bytes, bytearray)):
            return self.convert(_text_of_bytes(bytes(value)), depth)
        if isinstance(value, (datetime.date, datetime.time)):
            return value.isoformat() if value == value else None  # NaT is not itself
        if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
            return self.convert_numpy(value, depth)
        return self.as_text(value)

    def convert_container(self, value, depth):
        if id(value) in self.open:
            return "<a value that contains itself>"
        if depth >= _DEPTH_MAX:
            return f"<{type(value).__name__} that is nested too deeply>"
        self.open.add(id(value))
        try:
            if isinstance(value, dict):
                return {self.key(k): self.convert(v, depth + 1) for k, v in dict.items(value)}
            return [self.convert(item, depth + 1) for item in value]
        finally:
            self.open.discard(id(value))

    def convert_numpy(self, value, depth):
        if getattr(value, "size", 1) > min(_ITEMS_MAX, self.left):
            raise _TooLarge
        dates = getattr(getattr(value, "dtype", None), "kind", "") in ("m", "M")
        plain = value.astype(str).tolist() if dates else value.tolist()
        if type(plain) is type(value):
            return self.as_text(value)
        return self.convert(plain, depth)

    def key(self, key):
        text = key if isinstance(key, str) else self.as_text(key)
        self.spend(len(text))
        return str.__str__(text)

    def as_text(self, value):
        if isinstance(value, (Decimal, complex)) or not too_deep(value):
            try:
                text = str.__str__(str(value))
            except Exception:
                text = safe_repr(value, self.limit)
        else:
            text = safe_repr(value, self.limit)
        self.spend(len(text))
        return text


def _text_of_bytes(value):
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def to_json(value, limit, encode):
    """JSON-safe form of any value, at most `limit` bytes of JSON; a sentence in place of what is larger."""
    if value is None:
        return None
    try:
        plain = _Converter(limit).convert(value)
        if len(encode(plain).encode("utf-8", "replace")) <= limit:
            return plain
    except _TooLarge:
        pass
    except Exception as error:
        return f"<{type(value).__name__} that can't be converted: {type(error).__name__}>"
    return (
        f"[the result, of type {type(value).__name__}, is larger than {limit} bytes:"
        " show a part of it, or write it to a file]"
    )
