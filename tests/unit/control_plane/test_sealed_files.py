"""Files sealed piece by piece are read from any place, and nothing else opens them."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callmodel.ids import TenantId
from control_plane.keyring.sealedfiles import PIECE_BYTES, SealedPart, open_sealed, opened, sealed
from servicekit.crypto import DecryptionError, TenantCipher

CIPHER, ACME = TenantCipher(b"k" * 32), TenantId("acme")
NAME = "acme/lists/bought/file/0"


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


async def stored(data: bytes, name: str = NAME, size: int = 70_000) -> bytes:
    return b"".join([piece async for piece in sealed(CIPHER, ACME, name, pieces(data, size))])


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 17])
async def test_what_was_sealed_is_read_again(size: int):
    data = noise(size)
    kept = await stored(data)

    assert b"".join([piece async for piece in opened(CIPHER, ACME, NAME, pieces(kept, 33_333))]) == data
    assert size < 100 or data[:50] not in kept


async def test_parts_are_read_as_one_file_from_any_place(tmp_path: Path):
    parts, whole = [], b""
    for number, size in enumerate((PIECE_BYTES + 5, 0, 10, 2 * PIECE_BYTES)):
        data, name = noise(size), f"{NAME}-{number}"
        path = tmp_path / str(number)
        path.write_bytes(await stored(data, name))
        parts.append(SealedPart(path, name, size))
        whole += data
    chance = random.Random(4711)

    with open_sealed(CIPHER, ACME, parts) as file:
        assert file.seek(0, 2) == len(whole)
        assert file.read(1) == b""
        for _ in range(50):
            place = chance.randrange(len(whole))
            length = chance.choice([1, 100, PIECE_BYTES + 100])
            file.seek(place)
            assert file.read(length) == whole[place : place + length]


async def test_a_piece_in_another_place_or_of_another_tenant_does_not_open(tmp_path: Path):
    kept = await stored(noise(2 * PIECE_BYTES))
    middle = len(kept) // 2
    path = tmp_path / "file"
    path.write_bytes(kept[middle:] + kept[:middle])

    with open_sealed(CIPHER, ACME, [SealedPart(path, NAME, 2 * PIECE_BYTES)]) as file, pytest.raises(OSError):
        file.read(10)
    with pytest.raises(DecryptionError):
        [piece async for piece in opened(CIPHER, TenantId("bolt"), NAME, pieces(kept, 1 << 16))]
