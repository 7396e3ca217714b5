"""Which encoding a text is in, and the text as UTF-8, piece by piece."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from leadimport.errors import FileError
from leadimport.machine import kernel, part

PIECE_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1a\x1b")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()
_HIGH_BITS = np.uint64(0x8080808080808080)
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Encoding:
    name: str
    """One of ENCODINGS."""
    mark_bytes: int = 0
    """How long the byte order mark is that the file begins with."""


def detect(sample: bytes) -> Encoding:
    """Return the encoding of a file that begins with these bytes (SAMPLE_BYTES of them, or all).

    A byte order mark decides; without one UTF-16 is told by its zero bytes, and UTF-8 from GB18030 by whether it can
    be read as such.  Raises FileError for what is no text.
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
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
    if not is_utf8(np.frombuffer(whole, np.uint8), np.frombuffer(whole, np.uint64, count=len(whole) // 8)):
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
def is_utf8(text: NDArray[np.uint8], words: NDArray[np.uint64]) -> bool:
    """Say whether a text is UTF-8 (RFC 3629).  words: the text again, eight bytes each."""
    place = 0
    while place < len(text):
        if text[place] < 0x80:
            # Most of a list is ASCII: eight bytes at once, from the next full word on.
            word = (np.uint64(place) >> np.uint64(3)) + np.uint64(1)
            while word < np.uint64(len(words)) and words[word] & _HIGH_BITS == 0:
                word += np.uint64(1)
            place = _behind_ascii(text, place, np.int64(word) * 8)
            continue
        length = _character(text, place)
        if length == 0:
            return False
        place += length
    return True


@part
def _behind_ascii(text: NDArray[np.uint8], place: int, sure: Any) -> Any:
    """Return where ASCII ends; what lies from the first full word to `sure` is ASCII."""
    stop = min(place // 8 * 8 + 8, len(text))
    while place < stop:
        if text[place] >= 0x80:
            return place
        place += 1
    return max(place, min(sure, len(text)))


@part
def _character(text: NDArray[np.uint8], place: int) -> int:
    """Return how many bytes the character takes that begins here with a byte beyond ASCII; 0 where it is none."""
    first = text[place]
    length = 2 if 0xC2 <= first < 0xE0 else 3 if 0xE0 <= first < 0xF0 else 4 if 0xF0 <= first < 0xF5 else 0
    if length == 0 or place + length > len(text):
        return 0
    second = text[place + 1]
    # Nothing longer than it need be, no surrogates, nothing beyond U+10FFFF.
    lowest = 0xA0 if first == 0xE0 else 0x90 if first == 0xF0 else 0x80
    highest = 0x9F if first == 0xED else 0x8F if first == 0xF4 else 0xBF
    if not lowest <= second <= highest:
        return 0
    for behind in range(2, length):
        if text[place + behind] & 0xC0 != 0x80:
            return 0
    return length
