"""Files in the object store under a tenant's key: sealed piece by piece, and read from any place.

A file is cut into pieces of 1 MB, each sealed by itself (AES-256-GCM) and bound to its file and its place: none can
be taken for another.  Where a file ends is told by who keeps its size.
"""

import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from callmodel.ids import TenantId
from servicekit.crypto import DecryptionError, TenantCipher

PIECE_BYTES = 1 << 20
MORE_BYTES = 29
"""By how much a sealed piece is longer."""


async def sealed(
    cipher: TenantCipher, tenant_id: TenantId, name: str, pieces: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Yield what comes in pieces of any size as it is to be stored under a name."""
    number, waiting = 0, bytearray()
    async for piece in pieces:
        waiting += piece
        while len(waiting) >= PIECE_BYTES:
            yield cipher.encrypt(tenant_id, bytes(waiting[:PIECE_BYTES]), _context(name, number))
            del waiting[:PIECE_BYTES]
            number += 1
    if waiting:
        yield cipher.encrypt(tenant_id, bytes(waiting), _context(name, number))


async def opened(
    cipher: TenantCipher, tenant_id: TenantId, name: str, stored: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Yield a stored file as it was, piece by piece.  Raises DecryptionError."""
    number, waiting = 0, bytearray()
    async for piece in stored:
        waiting += piece
        while len(waiting) >= PIECE_BYTES + MORE_BYTES:
            yield cipher.decrypt(tenant_id, bytes(waiting[: PIECE_BYTES + MORE_BYTES]), _context(name, number))
            del waiting[: PIECE_BYTES + MORE_BYTES]
            number += 1
    if waiting:
        yield cipher.decrypt(tenant_id, bytes(waiting), _context(name, number))


@dataclass(frozen=True)
class SealedPart:
    """A sealed file on this machine.  size: bytes of what was sealed."""

    path: Path
    name: str
    size: int


def open_sealed(cipher: TenantCipher, tenant_id: TenantId, parts: Sequence[SealedPart]) -> BinaryIO:
    """Return sealed files, one behind the other, as one file that can be read from any place.

    What is read never lies on a disk.  Reading raises OSError where a part is not what was sealed.
    """
    return cast(BinaryIO, io.BufferedReader(_Sealed(cipher, tenant_id, parts), PIECE_BYTES))


class _Sealed(io.RawIOBase):
    def __init__(self, cipher: TenantCipher, tenant_id: TenantId, parts: Sequence[SealedPart]) -> None:
        self._cipher, self._tenant_id = cipher, tenant_id
        self._parts = [part for part in parts if part.size]
        self._files = [part.path.open("rb") for part in self._parts]
        self._size = sum(part.size for part in self._parts)
        self._at = 0
        self._held: tuple[int, int, bytes] = (-1, -1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, begins + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        which, inside = 0, self._at
        while inside >= self._parts[which].size:
            inside -= self._parts[which].size
            which += 1
        piece = self._piece(which, inside // PIECE_BYTES)
        begin = inside % PIECE_BYTES
        taken = piece[begin : begin + len(buffer)]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()

    def _piece(self, which: int, number: int) -> bytes:
        if self._held[:2] != (which, number):
            file = self._files[which]
            file.seek(number * (PIECE_BYTES + MORE_BYTES))
            stored = file.read(PIECE_BYTES + MORE_BYTES)
            try:
                piece = self._cipher.decrypt(self._tenant_id, stored, _context(self._parts[which].name, number))
            except DecryptionError as error:
                raise OSError("a part of the file is not what was stored") from error
            self._held = (which, number, piece)
        return self._held[2]


def _context(name: str, number: int) -> str:
    return f"file.{name}/{number}"
