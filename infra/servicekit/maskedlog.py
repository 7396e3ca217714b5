"""Stands behind an engine that logs parts of what strangers send: no number and no part of a message gets through.

As a program (standard library only, it runs beside each engine): lines in on stdin, masked lines out on stderr.
"""

import contextlib
import fcntl
import os
import re
import signal
import sys
from collections.abc import Iterator
from typing import NoReturn

PIPE_BYTES = 1 << 20
READ_BYTES = 1 << 16
LINE_CHARACTERS = 1000
"""Longer lines are cut: what an engine says of itself is shorter."""
HIDDEN = "[...]"

# Kamailio: ` 3(1041) ERROR: {1 INVITE call-id} <core> [core/parser/x.c:74]: function(): `; Asterisk:
# `[2026-11-30 14:44:16.123] ERROR[104][C-00000001]: pjproject: `; rtpengine: `[1764513856.123456] ERR: [call]: `.
_HEAD = re.compile(r"(?:\x1b\[[\d;]*m)?(?:\s*\d+\(\d+\) [A-Z]+: |\[[\d.:T -]{10,30}\] [A-Z]+(?:\[\d+\])?)")
# They quote what they can not read, in brackets or after a colon, over as many lines as it has.
_QUOTES = re.compile(
    r"<core> \[core/(?:parser/[^\]]*|(?:receive|forward|msg_translator|data_lump|tcp_read)\.c:\d+)\]: \w+\(\): "
    r"|\bsanity \[[^\]]*\]: \w+\(\): |\bProtocol error in packet"
)
# These say in one line what is wrong, and may show the whole packet below it.
_SHOWS_BELOW = re.compile(r"\bpjproject: |\bres_pjsip")
_QUOTED = re.compile(r"[\[<(\"'`:]|\d{5}")
_ADDRESS = r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\d.])"
# What many name a call by: 32 digits of which some are letters.
_UUID = r"\b(?=[0-9-]*[a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
# In a row, or set apart as RFC 3966 and people do; any of it may be escaped for a URI.
_DIGIT, _APART = r"(?:\d|%3\d)", r"(?:[-. ()/]|%2[089def]|%09)"
_NUMBER = re.compile(
    rf"({_ADDRESS}|{_UUID})|\d{{5,}}|{_DIGIT}(?:{_APART}*{_DIGIT}){{6,}}|(?:\d*%3\d){{3,}}\d*", re.IGNORECASE
)
_LONG_HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{32,}(?![0-9a-fA-F])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Mask:
    """Lines of one engine's log in, what may be kept of them out."""

    def __init__(self) -> None:
        self._quotes = False

    def lines_of(self, line: str) -> Iterator[str]:
        """Yield the line without numbers, digests and quoted parts of a message; nothing for a line inside of one."""
        head = _HEAD.match(line)
        if head is None:
            if not self._quotes:
                yield masked(line)
            return
        text = line[head.end() :]
        quotes = _QUOTES.search(text)
        self._quotes = quotes is not None or _SHOWS_BELOW.search(text) is not None
        if quotes is not None:
            quoted = _QUOTED.search(text, quotes.end())
            text = text[: quoted.start()] + HIDDEN if quoted is not None else text
        yield _printable(head.group()) + masked(text)


def masked(text: str) -> str:
    """Return a text with the middle of each number hidden (`138****5678`), and all of what could be a digest."""
    return _NUMBER.sub(_mask, _LONG_HEX.sub(HIDDEN, _printable(text)))[:LINE_CHARACTERS]


def _mask(match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[1]
    digits = re.sub(r"%3(\d)|%2.|%09|\D", r"\1", match.group())
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"****{digits[-2:]}"


def _printable(text: str) -> str:
    return _CONTROL.sub("?", text)


def stand_behind() -> None:
    """Send what this process and the engine that it becomes write through a process that masks it.

    The pid stays the engine's.  The other process is nobody's child by then, for Kamailio waits for all of its own
    when it ends; it ends itself when the last that could write has ended, and by no signal to a group.  When it is
    too slow, lines are lost rather than an engine held up.  Raises OSError.
    """
    reading, writing = os.pipe()
    with contextlib.suppress(OSError):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    between = os.fork()
    if between == 0:
        _become_mask(reading, writing)
    os.close(reading)
    os.waitpid(between, 0)
    os.set_blocking(writing, False)
    for stream in (1, 2):
        os.dup2(writing, stream)
    os.close(writing)


def _become_mask(reading: int, writing: int) -> NoReturn:
    try:
        os.setsid()
        if os.fork() == 0:
            os.close(writing)
            os.dup2(reading, 0)
            os.dup2(2, 1)
            os.closerange(3, reading + 1)
            os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", __file__])
    finally:
        os._exit(0)


def main() -> None:
    """Mask until nobody is left who could write."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    mask, rest, skips = Mask(), b"", False
    while data := os.read(0, READ_BYTES):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines[1 if skips and lines else 0 :]:
            _tell(mask, line)
        skips = skips and not lines
        if len(rest) > READ_BYTES and not skips:
            _tell(mask, rest)
            rest, skips = b"", True
        elif skips:
            rest = b""
    if rest:
        _tell(mask, rest)


def _tell(mask: Mask, line: bytes) -> None:
    text = line[: 4 * LINE_CHARACTERS].decode(errors="replace").rstrip("\r")
    for kept in mask.lines_of(text):
        with contextlib.suppress(OSError):
            os.write(2, f"{kept}\n".encode())


if __name__ == "__main__":
    main()
