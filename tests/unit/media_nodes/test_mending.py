"""Asterisk's program is mended where Debian's change is in it, and left as it is where not."""

import struct
from pathlib import Path

import pytest

from media_nodes.mending import NotReadableError, mended, without_check

CODE_AT, LOADED_AT = 0x200, 0x5000
RETURN = b"\xc3"
COMPARE_EDX, COMPARE_EAX = b"\x81\xfa\xff\xff\x00\x00", b"\x3d\xff\xff\x00\x00"
SHORT_OVER, NEAR_OVER = b"\x77\x68", b"\x0f\x87\x68\x00\x00\x00"


def program(code: bytes, *, name: bytes = b"ast_translate", machine: int = 62) -> bytes:
    """Return an ELF-64 program with one function, loaded at another address than it has in the file."""
    names = b"\0ast_write\0" + name + b"\0"
    names_at = CODE_AT + len(code)
    symbols_at = names_at + len(names)
    other = struct.pack("<IBBHQQ", 1, 0x12, 0, 1, LOADED_AT, 1)
    symbol = struct.pack("<IBBHQQ", 11, 0x12, 0, 1, LOADED_AT + CODE_AT, len(code))
    sections_at = symbols_at + 48
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, sections_at, 0, 64, 56, 1, 64, 3, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, LOADED_AT, LOADED_AT, 0x1000, 0x1000, 0x1000)
    sections = bytes(64)
    sections += struct.pack("<IIQQQQIIQQ", 0, 11, 0, 0, symbols_at, 48, 2, 1, 8, 24)
    sections += struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    return (header + load).ljust(CODE_AT, b"\x90") + code + names + other + symbol + sections


@pytest.mark.parametrize(
    ("check", "instead"),
    [
        (COMPARE_EDX + SHORT_OVER, COMPARE_EDX + b"\xeb\x68"),
        (COMPARE_EAX + SHORT_OVER, COMPARE_EAX + b"\xeb\x68"),
        (COMPARE_EDX + NEAR_OVER, COMPARE_EDX + b"\x90\xe9\x68\x00\x00\x00"),
    ],
)
def test_the_jump_over_the_check_is_always_taken(check: bytes, instead: bytes):
    assert without_check(program(b"\x90" * 9 + check + RETURN)) == program(b"\x90" * 9 + instead + RETURN)


def test_program_without_the_check_is_left_alone():
    assert without_check(program(b"\x90" * 20 + RETURN)) is None


def test_mended_program_is_not_mended_twice():
    once = without_check(program(COMPARE_EDX + SHORT_OVER + RETURN))

    assert once is not None and without_check(once) is None


@pytest.mark.parametrize(
    "strange",
    [
        program(COMPARE_EDX + b"\x76\x68" + RETURN),
        program((COMPARE_EDX + SHORT_OVER) * 2 + RETURN),
        program(COMPARE_EDX + SHORT_OVER, name=b"ast_transfer"),
        program(COMPARE_EDX + SHORT_OVER, machine=183),
        b"#!/bin/sh\nexec asterisk\n".ljust(64),
    ],
)
def test_what_is_not_understood_is_not_touched(strange: bytes, tmp_path: Path):
    asterisk = tmp_path / "asterisk"
    asterisk.write_bytes(strange)
    (tmp_path / "instance").mkdir()

    with pytest.raises(NotReadableError):
        without_check(strange)
    assert mended(asterisk, tmp_path / "instance") == asterisk
    assert not list((tmp_path / "instance").iterdir())


def test_mended_copy_lies_in_the_instance_and_is_made_anew_for_another_program(tmp_path: Path):
    asterisk, instance = tmp_path / "asterisk", tmp_path / "instance"
    instance.mkdir()
    asterisk.write_bytes(program(COMPARE_EDX + SHORT_OVER + RETURN))

    first = mended(asterisk, instance)
    made_at = first.stat().st_mtime_ns
    again = mended(asterisk, instance)
    assert (again, again.stat().st_mtime_ns) == (instance / "asterisk", made_at)
    assert again.stat().st_mode & 0o777 == 0o700

    asterisk.write_bytes(program(COMPARE_EAX + SHORT_OVER + RETURN))
    assert COMPARE_EAX in mended(asterisk, instance).read_bytes()
    assert asterisk.read_bytes() == program(COMPARE_EAX + SHORT_OVER + RETURN)
