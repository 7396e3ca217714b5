"""Which encoding a text is in, and the text as UTF-8, piece by piece."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from leadimport.errors import FileError
from leadimport.machine import kernel, part

PIECE_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 20
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "gb18030": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
"""The byte order marks of the encodings that are known here; empty where there is none in use."""
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1a\x1b")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()
_80, _8F, _90, _9F, _A0 = (np.uint8(each) for each in b"\x80\x8f\x90\x9f\xa0")
_C0, _C1, _E0, _ED, _F0, _F4, _F5 = (np.uint8(each) for each in b"\xc0\xc1\xe0\xed\xf0\xf4\xf5")
_LEADS = np.array([_C0, _E0, _F0])
"""By how many bytes follow: from where on a byte begins a character that is longer."""
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Encoding:
    name: str
    """One of MARKS."""
    mark_bytes: int = 0
    """How long the byte order mark is that the file begins with."""


def detect(sample: bytes) -> Encoding:
    """Return the encoding of a file that begins with these bytes (SAMPLE_BYTES of them, or all).

    A byte order mark decides; without one UTF-16 is told by its zero bytes, and UTF-8 from GB18030 by whether it can
    be read as such.  Raises FileError for what is no text.
    """
    for name, mark in MARKS.items():
        if mark and sample.startswith(mark):
            return Encoding(name, len(mark))
    head = sample[:4096]
    if b"\0" in head:
        return Encoding(_utf16(head))
    if any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head):
        raise FileError("the file is no text but something binary; export the list as CSV or XLSX")
    if _reads_as(sample, "utf-8"):
        return Encoding("utf-8")
    # GB18030 reads nearly everything, and text in it is hardly ever UTF-8: where rows differ most of them decide, and
    # the others are refused one by one.
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    utf8 = sum(_reads_as(line, "utf-8") for line in lines)
    gb18030 = sum(_reads_as(line, "gb18030") for line in lines)
    if 2 * max(utf8, gb18030) < len(lines):
        raise FileError("the text is in no encoding that is known here; save it as UTF-8, GB18030 or UTF-16")
    return Encoding("utf-8" if 2 * utf8 >= len(lines) else "gb18030")


def _utf16(head: bytes) -> str:
    """Return which UTF-16 a text with zero bytes is: a list has ASCII in it, whose other byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 8 * even and odd >= len(head) // 8:
        return "utf-16-le"
    if even > 8 * odd and even >= len(head) // 8:
        return "utf-16-be"
    raise FileError("the file is no text but something binary; export the list as CSV or XLSX")


def _reads_as(text: bytes, name: str) -> bool:
    """Say whether a text is in an encoding, but for a character that it may end within."""
    try:
        codecs.getincrementaldecoder(name)().decode(text)
    except UnicodeDecodeError:
        return False
    return True


def utf8_pieces(source: BinaryIO, encoding: Encoding) -> Iterator[tuple[bytes, int]]:
    """Yield the text as UTF-8, and how many bytes of the source are read; a piece may end within a row.

    What can not be read becomes REPLACEMENT.  Carriage returns alone, as ends of lines, become newlines.
    """
    source.seek(encoding.mark_bytes)
    done, old_mac = encoding.mark_bytes, None
    convert = _checked if encoding.name == "utf-8" else _Converted(encoding.name)
    rest = b""
    while piece := source.read(PIECE_BYTES):
        done += len(piece)
        text, rest = convert(rest + piece, False)
        if old_mac is None:
            old_mac = b"\r" in text and b"\n" not in text
        yield (text.replace(b"\r", b"\n") if old_mac else text), done
    text, _ = convert(rest, True)
    if text:
        yield text, done


def _checked(text: bytes, last: bool) -> tuple[bytes, bytes]:
    """Return UTF-8 as far as its characters are whole, and the rest."""
    end = len(text) if last else _whole_characters(text)
    whole = text[:end] if end < len(text) else text
    if not is_utf8(np.frombuffer(whole, np.uint8)):
        whole = whole.decode("utf-8", "replace").encode()
    return whole, text[end:]


def _whole_characters(text: bytes) -> int:
    """Return where the last character that is whole ends."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte & 0xC0 != 0x80:
            length = 1 if byte < 0xC0 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(text) if length <= back else len(text) - back
    return len(text)


class _Converted:
    def __init__(self, name: str) -> None:
        self._decoder = codecs.getincrementaldecoder(name)("replace")

    def __call__(self, text: bytes, last: bool) -> tuple[bytes, bytes]:
        # A lone surrogate has no UTF-8.
        return self._decoder.decode(text, last).encode("utf-8", "replace"), b""


@kernel
def is_utf8(text: Bytes) -> bool:
    """Say whether a text is UTF-8 (RFC 3629)."""
    # Each byte beside the three before it, in bytes and without a branch: dozens of them at once.
    wrong = np.uint8(0)
    ends, thirds, seconds, firsts = text[3:], text[2:-1], text[1:-2], text[:-3]
    for place in range(len(text) - 3):
        wrong |= _misplaced(ends[place], thirds[place], seconds[place], firsts[place])
    # Nothing stands before the beginning, and nothing may be missing at the end.
    for place in range(min(3, len(text))):
        third = text[place - 1] if place > 0 else np.uint8(0)
        second = text[place - 2] if place > 1 else np.uint8(0)
        wrong |= _misplaced(text[place], third, second, np.uint8(0))
        wrong |= np.uint8(text[len(text) - 1 - place] >= _LEADS[place])
    return bool(wrong == 0)


@part
def _misplaced(byte: np.uint8, third: np.uint8, second: np.uint8, first: np.uint8) -> np.uint8:
    """Return 1 for a byte that may not stand behind the three before it, of which `third` is the next."""
    continues = np.uint8(byte & _C0 == _80)
    must_continue = np.uint8(third >= _C0) | np.uint8(second >= _E0) | np.uint8(first >= _F0)
    # Nothing longer than it need be, no surrogates, nothing beyond U+10FFFF.
    never = np.uint8(byte == _C0) | np.uint8(byte == _C1) | np.uint8(byte >= _F5)
    too_low = np.uint8(third == _E0) & np.uint8(byte < _A0) | np.uint8(third == _F0) & np.uint8(byte < _90)
    too_high = np.uint8(third == _ED) & np.uint8(byte > _9F) | np.uint8(third == _F4) & np.uint8(byte > _8F)
    return (continues ^ must_continue) | never | too_low | too_high
