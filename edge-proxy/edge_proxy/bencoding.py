"""Bencoding, which rtpengine's ng protocol speaks: text, whole numbers, lists and dictionaries."""

from typing import Any


def encode(value: dict[str, str]) -> bytes:
    """Return a dictionary of texts; texts are counted in bytes."""
    return b"d" + b"".join(_text(key) + _text(value[key]) for key in sorted(value)) + b"e"


def _text(value: str) -> bytes:
    raw = value.encode()
    return b"%d:%s" % (len(raw), raw)


def decode(data: bytes) -> Any:
    """Return what is encoded.  Raises ValueError."""
    try:
        value, _ = _take(data)
    except (IndexError, RecursionError) as error:
        raise ValueError("not bencoded") from error
    return value


def _take(data: bytes) -> tuple[Any, bytes]:
    match data[:1]:
        case b"i":
            number, end, rest = data[1:].partition(b"e")
            if not end:
                raise ValueError("not bencoded")
            return int(number), rest
        case b"l" | b"d" as kind:
            items: list[Any] = []
            data = data[1:]
            while data[:1] != b"e":
                item, data = _take(data)
                items.append(item)
            return items if kind == b"l" else dict(zip(items[::2], items[1::2], strict=True)), data[1:]
        case _:
            length, colon, rest = data.partition(b":")
            if not colon or int(length) > len(rest):
                raise ValueError("not bencoded")
            return rest[: int(length)].decode("utf-8", "replace"), rest[int(length) :]
