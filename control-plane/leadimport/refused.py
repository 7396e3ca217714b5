"""The file of refused rows: line, reason, and the row as it was, but for what a spreadsheet would compute."""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from leadimport.cells import safe_cell
from leadimport.machine import kernel, part
from leadimport.reasons import Reason
from leadimport.rows import QUOTE, Places, Rows, Text

_WORDS = [reason.word.encode() for reason in Reason]
_WORD_BYTES = max(map(len, _WORDS))
_WORD_TABLE = np.array(_WORDS, f"S{_WORD_BYTES}").view(np.uint8).reshape(-1, _WORD_BYTES)
_ROW_TOO_LONG = int(Reason.ROW_TOO_LONG)
_BEGINNING_BYTES = 21 + _WORD_BYTES
_APOSTROPHE = 39
_DELIMITERS = np.zeros(256, np.bool_)
_DELIMITERS[[ord(each) for each in ",;\t|\n"]] = True
_ZERO = 48
MARK = "\N{BYTE ORDER MARK}".encode()
"""Spreadsheets take a CSV for UTF-8 only with it."""


class RefusedFile:
    """Written row by row while a list is cleaned, with the delimiter of the list."""

    def __init__(self, out: BinaryIO, delimiter: str, names: tuple[str, ...]) -> None:
        self._out = out
        self.count = 0
        header = ["line", "reason", *(_safe_name(name, delimiter) for name in names)]
        out.write(MARK + (delimiter.join(header) + "\n").encode())

    def write(self, rows: Rows, outcomes: NDArray[np.uint8]) -> None:
        """Add the rows whose outcome is a reason."""
        refused = np.flatnonzero(outcomes)
        if not len(refused):
            return
        starts, ends = rows.starts[refused], rows.ends[refused]
        # An apostrophe may come before every cell.
        room = int(2 * (ends - starts).sum()) + len(refused) * (_BEGINNING_BYTES + 3)
        out = np.empty(room, np.uint8)
        size = _write_rows(
            rows.text, starts, ends, rows.lines[refused], outcomes[refused], rows.delimiter, _WORD_TABLE, out
        )
        self._out.write(out[:size].tobytes())
        self.count += len(refused)


def _safe_name(name: str, delimiter: str) -> str:
    safe = safe_cell(name)
    if any(each in safe for each in (delimiter, '"', "\n", "\r")):
        return '"' + safe.replace('"', '""') + '"'
    return safe


@kernel
def _write_rows(
    text: Text,
    starts: Places,
    ends: Places,
    lines: Places,
    outcomes: NDArray[np.uint8],
    delimiter: int,
    words: NDArray[np.uint8],
    out: Text,
) -> int:
    at = 0
    for row in range(len(starts)):
        at = _write_number(lines[row], out, at)
        out[at] = delimiter
        at += 1
        for each in words[outcomes[row]]:
            if each == 0:
                break
            out[at] = each
            at += 1
        # Of a row without an end nobody knows where its cells are.
        if outcomes[row] != _ROW_TOO_LONG:
            out[at] = delimiter
            at = _write_cells(text, starts[row], ends[row], out, at + 1)
        out[at] = 10
        at += 1
    return at


@part
def _write_number(number: int, out: Text, at: int) -> int:
    behind, left = at + 1, number // 10
    while left > 0:
        behind, left = behind + 1, left // 10
    for place in range(behind - 1, at - 1, -1):
        out[place] = _ZERO + number % 10
        number //= 10
    return behind


@part
def _write_cells(text: Text, start: int, end: int, out: Text, at: int) -> int:
    """Copy a row; an apostrophe goes before what a spreadsheet might compute.

    A cell may begin behind every usual delimiter, in quotes or not: who opens the file may split it in another way.
    """
    beginning = True
    for place in range(start, end):
        each = text[place]
        if _DELIMITERS[each]:
            beginning = True
        elif beginning and each != 32 and each != QUOTE:
            if _begins_formula(text, place, end):
                out[at] = _APOSTROPHE
                at += 1
            beginning = False
        out[at] = each
        at += 1
    return at


@part
def _begins_formula(text: Text, place: int, end: int) -> bool:
    each = text[place]
    if each in (61, 43, 45, 64, 13):
        return True
    # The same signs at full width, which spreadsheets take likewise: U+FF1D, FF0B, FF0D, FF20.
    return (
        each == 0xEF and place + 2 < end and text[place + 1] == 0xBC and text[place + 2] in (0x9D, 0x8B, 0x8D, 0xA0)
    )
