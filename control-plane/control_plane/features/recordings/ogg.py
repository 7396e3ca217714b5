"""Ogg pages (RFC 3533): give a stream the serial number that its content's name implies, page by page.

Encoders draw the serial by lot.  With a fixed one, the same WAV always makes the same bytes: two workers that finish
a recording at once write one object with one SHA-256, whoever comes last.
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

_HEADER_BYTES = 27
_SERIAL = slice(14, 18)
_CHECKSUM = slice(22, 26)
_REVERSED_BITS = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class NotOggError(ValueError):
    """The stream is not made of Ogg pages."""


def restamp(file: BinaryIO, serial: int) -> Iterator[bytes]:
    """Yield the pages of a stream with another serial number (32 bits), their checksums renewed.

    Raises NotOggError.
    """
    while header := file.read(_HEADER_BYTES):
        if len(header) < _HEADER_BYTES or header[:5] != b"OggS\0":
            raise NotOggError("page without capture pattern")
        lacing = file.read(header[26])
        page = bytearray(header + lacing + file.read(sum(lacing)))
        if len(page) != _HEADER_BYTES + header[26] + sum(lacing):
            raise NotOggError("page cut short")
        page[_SERIAL] = serial.to_bytes(4, "little")
        page[_CHECKSUM] = bytes(4)
        page[_CHECKSUM] = checksum(page).to_bytes(4, "little")
        yield bytes(page)


def checksum(page: bytes | bytearray) -> int:
    """Return a page's CRC: polynomial 0x04C11DB7, initial value 0, neither reflected nor inverted (RFC 3533, 6).

    zlib computes the mirrored kind, in C: mirrored bits go in and come out, and its two inversions are undone.
    """
    mirrored = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int(f"{mirrored:032b}"[::-1], 2)
