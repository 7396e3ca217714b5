"""How pjsip reads a message: the parser of the very Asterisk that our media nodes run, out of its private tree.

That tree brings a newer C library than the machine's, so that a process of its own holds the parser: the machine's
Python, started by the tree's loader.
"""

import asyncio
import json
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROCESS = Path(__file__).with_name("pjsip_process.py")
PYTHON = os.path.realpath(sys.executable)
PROGRAM_HEADER, DYNAMIC_ENTRY = "<IIQQQQQQ", "<qQ"
PT_DYNAMIC, DT_FLAGS_1, DF_1_PIE = 2, 0x6FFFFFFB, 0x08000000
LINE_BYTES = 1 << 20


class NoPjsipError(RuntimeError):
    """The Asterisk tree has no pjsip that can be loaded."""


class PjsipParser:
    """Use as an async context manager.  folder: where a copy of the program may lie."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self._libraries = next(tree.glob("usr/lib/*-linux-gnu"))
        self._asterisk = folder / "asterisk-as-library"
        self._asterisk.write_bytes(loadable((tree / "usr" / "sbin" / "asterisk").read_bytes()))
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> "PjsipParser":
        loader = next(self._libraries.glob("ld-linux-*.so.*"))
        self._process = await asyncio.create_subprocess_exec(
            str(loader),
            *("--library-path", str(self._libraries)),
            PYTHON,
            *("-S", "-E", str(PROCESS), str(self._asterisk)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()

    async def read_datagrams(self, messages: Sequence[bytes]) -> list[dict[str, Any]]:
        """Return a reading of each: `errors` (headers that it stumbled over; Asterisk drops such a message), `method`
        and `uri` or `status` and `reason`, `headers` as pairs, `body`.

        Raises NoPjsipError.
        """
        return await self._ask(b"U", messages)

    async def read_stream(self, data: bytes) -> dict[str, Any]:
        """Return `messages`, found one after another in what came over TCP or TLS, and how many bytes are `left`."""
        return (await self._ask(b"S", [data]))[0]

    async def _ask(self, kind: bytes, each: Sequence[bytes]) -> list[dict[str, Any]]:
        taken, given = self._process.stdout, self._process.stdin
        assert taken and given
        given.writelines(struct.pack("!cI", kind, len(data)) + data for data in each)
        readings = []
        for _ in each:
            line = await taken.readline()
            if not line:
                raise NoPjsipError("pjsip's process has ended: what it said stands above")
            readings.append(json.loads(line))
        return readings


def loadable(program: bytes) -> bytes:
    """Return a program as a shared object: the C library refuses to load what says that it is a program.

    Raises NoPjsipError for what is no position-independent program.
    """
    patched = bytearray(program)
    start, count = struct.unpack_from("<Q", program, 32)[0], struct.unpack_from("<H", program, 56)[0]
    for header in range(start, start + count * struct.calcsize(PROGRAM_HEADER), struct.calcsize(PROGRAM_HEADER)):
        kind, _, offset, _, _, size, *_ = struct.unpack_from(PROGRAM_HEADER, program, header)
        if kind != PT_DYNAMIC:
            continue
        for entry in range(offset, offset + size, struct.calcsize(DYNAMIC_ENTRY)):
            tag, value = struct.unpack_from(DYNAMIC_ENTRY, program, entry)
            if tag == DT_FLAGS_1:
                struct.pack_into(DYNAMIC_ENTRY, patched, entry, tag, value & ~DF_1_PIE)
                return bytes(patched)
    raise NoPjsipError("Asterisk is no position-independent program")
