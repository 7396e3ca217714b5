"""Takes one change of Debian's back out of Asterisk, where it is in: it loses voices (ADR 26).

Debian's packages since 2024 carry `2016_opus_plc.patch`.  With it `ast_translate` takes a frame whose sequence number
is lower than the last one's for a late packet and drops it, whoever sent it: after a new SSRC with a lower number up
to 32,768 frames, eleven minutes.  Whatever is translated is lost: recordings, mixing, transcoding.  The upstream
function has no such check.
"""

import logging
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from servicekit.files import write_atomically

FUNCTION = b"ast_translate"
X86_64 = 62
"""e_machine in the ELF header; other machines' code is not read."""

# `if (path->f.seqno <= 0xffff && ...)`: a comparison with 0xffff, and the jump over the check.  Upstream has neither.
_COMPARISON = re.compile(rb"(?:\x81[\xf8-\xff]|\x3d)\xff\xff\x00\x00(.{2})", re.DOTALL)
_ABOVE, _ABOVE_FAR = b"\x77", b"\x0f\x87"
_ALWAYS, _ALWAYS_FAR = b"\xeb", b"\x90\xe9"
_LOAD, _DYNSYM = 1, 11

logger = logging.getLogger(__name__)


class NotReadableError(ValueError):
    """A program is not of the kind that we can read, or looks like nothing that we know."""


@dataclass(frozen=True)
class _Span:
    """Where a function's code lies in the file."""

    start: int
    end: int


def without_check(program: bytes) -> bytes | None:
    """Return the program with the jump over the check always taken, or None if it has no such check.

    Raises NotReadableError.
    """
    span = _function_in(program)
    found = list(_COMPARISON.finditer(program, span.start, span.end))
    if not found:
        return None
    if len(found) > 1:
        raise NotReadableError("more than one comparison with 65535")
    jump, at = found[0][1], found[0].start(1)
    if jump == _ABOVE_FAR:
        return program[:at] + _ALWAYS_FAR + program[at + 2 :]
    if jump[:1] == _ABOVE:
        return program[:at] + _ALWAYS + program[at + 1 :]
    if jump[:1] == _ALWAYS or jump == _ALWAYS_FAR:
        return None
    raise NotReadableError("a comparison with 65535 that we do not know")


def mended(program: Path, instance: Path) -> Path:
    """Return what to run: the program itself, or its mended copy in the instance's folder.  Raises OSError."""
    try:
        without = without_check(program.read_bytes())
    except (NotReadableError, struct.error) as error:
        extra = {"program": str(program), "reason": str(error), "alarm": "asterisk-not-mended"}
        logger.error("voices that start again with lower numbers may be lost", extra=extra)
        return program
    if without is None:
        return program
    copy = instance / "asterisk"
    if not copy.exists() or copy.read_bytes() != without:
        write_atomically(copy, without, 0o700)
    return copy


def _function_in(program: bytes) -> _Span:
    """Find the function by its dynamic symbol (ELF-64, little-endian)."""
    if program[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", program, 18)[0] != X86_64:
        raise NotReadableError("not a program for x86-64")
    sections_at = struct.unpack_from("<Q", program, 40)[0]
    bytes_each, count = struct.unpack_from("<HH", program, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", program, sections_at + n * bytes_each) for n in range(count)]
    for _, kind, _, _, offset, size, link, _, _, symbol_bytes in sections:
        if kind != _DYNSYM:
            continue
        names_at = sections[link][4]
        for at in range(offset, offset + size, symbol_bytes):
            name, _, _, _, address, length = struct.unpack_from("<IBBHQQ", program, at)
            if program.startswith(FUNCTION + b"\0", names_at + name):
                start = _offset_of(program, address)
                return _Span(start, start + length)
    raise NotReadableError("no ast_translate")


def _offset_of(program: bytes, address: int) -> int:
    """Return where in the file an address is loaded from."""
    segments_at = struct.unpack_from("<Q", program, 32)[0]
    bytes_each, count = struct.unpack_from("<HH", program, 54)
    for number in range(count):
        kind, _, offset, loaded_at, _, size = struct.unpack_from(
            "<IIQQQQ", program, segments_at + number * bytes_each
        )
        if kind == _LOAD and loaded_at <= address < loaded_at + size:
            return int(offset + address - loaded_at)
    raise NotReadableError("an address outside of the file")
