"""Rows of a delimited text, found without copying: where each begins and ends, and where its number stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadimport.machine import kernel, part
from leadimport.reasons import Reason

LONGEST_ROW = 64 * 1024
"""Bytes; what is longer is no row of a number list."""
NEWLINE, RETURN, QUOTE = 10, 13, 34
_SPACE = 32
_TOO_LONG, _TOO_MANY_CELLS = int(Reason.ROW_TOO_LONG), int(Reason.TOO_MANY_CELLS)

Text = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass
class Rows:
    """Some rows in a row.  All arrays have one entry a row, and places are bytes in `text`."""

    text: Text
    """UTF-8."""
    delimiter: int
    starts: Places
    ends: Places
    """Without the end of the line."""
    cell_starts: Places
    """The number's cell, without quotes; empty where the row has too few cells."""
    cell_ends: Places
    lines: Places
    """Counted from 1, as a text editor or spreadsheet does."""
    outcomes: NDArray[np.uint8]
    """Reasons why rows can not be read; 0 for the others."""
    source_bytes: int = 0
    """How much of the source is read, with these rows."""

    def __len__(self) -> int:
        return len(self.starts)

    def without_first(self) -> "Rows":
        return self.only(slice(1, None))

    def only(self, which: slice) -> "Rows":
        return Rows(
            self.text,
            self.delimiter,
            self.starts[which],
            self.ends[which],
            self.cell_starts[which],
            self.cell_ends[which],
            self.lines[which],
            self.outcomes[which],
        )

    def cell(self, row: int) -> str:
        """Return the number's cell of a row."""
        return self.text[self.cell_starts[row] : self.cell_ends[row]].tobytes().decode("utf-8", "replace")


@dataclass
class Split:
    """What came of a piece of text."""

    rows: Rows
    consumed: int
    """Bytes; what is behind is the beginning of a row."""
    next_line: int
    skipping: bool
    """Whether the end of a row that is too long is still to come."""


def split(text: Text, delimiter: int, columns: int, wanted: int, line: int, *, last: bool) -> Split:
    """Find the rows of a text that begins with a row.

    columns: most cells that a row may have; wanted: index of the number's; line: of the first row; last: whether
    nothing follows, so that the last row needs no end of line.
    """
    breaks = text == NEWLINE
    room = int(np.count_nonzero(breaks)) + 1
    starts, ends, cell_starts, cell_ends, lines = (np.empty(room, np.int64) for _ in range(5))
    outcomes = np.empty(room, np.uint8)
    arrays = (starts, ends, cell_starts, cell_ends, lines, outcomes)
    if (text == QUOTE).any():
        count, consumed, line = _split_quoted(text, delimiter, columns, wanted, line, last, *arrays)
    else:
        marks = np.flatnonzero(breaks | (text == delimiter))
        if last and len(text) and text[-1] != NEWLINE:
            marks = np.append(marks, len(text))
        count, consumed, line = _split_plain(text, marks, delimiter, columns, wanted, line, *arrays)
    skipping = not last and len(text) - consumed > LONGEST_ROW
    if skipping:
        # A row that has no end yet: told now, and forgotten up to its end.
        starts[count] = cell_starts[count] = cell_ends[count] = consumed
        ends[count], lines[count], outcomes[count] = consumed, line, _TOO_LONG
        count, consumed = count + 1, len(text)
    rows = Rows(text, delimiter, *arrays).only(slice(count))
    return Split(rows, min(consumed, len(text)), line, skipping)


@kernel
def _split_plain(
    text: Text,
    marks: Places,
    delimiter: int,
    columns: int,
    wanted: int,
    line: int,
    starts: Places,
    ends: Places,
    cell_starts: Places,
    cell_ends: Places,
    lines: Places,
    outcomes: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Split a text without quotes by its delimiters and ends of lines, which are the marks.

    Returns how many rows it has, how far they go, and the line behind them.
    """
    count, start, cell = 0, 0, 0
    cell_start = cell_end = surplus = 0
    for mark in marks:
        if cell == wanted:
            cell_start = start if cell == 0 else cell_start
            cell_end = mark
        if mark < len(text) and text[mark] != NEWLINE:
            cell += 1
            cell_start = mark + 1 if cell == wanted else cell_start
            surplus = mark if cell == columns else surplus
            continue
        end = mark - 1 if mark > start and text[mark - 1] == RETURN else mark
        if end > start:
            starts[count], ends[count], lines[count] = start, end, line
            cell_starts[count] = min(cell_start, end) if cell >= wanted else end
            cell_ends[count] = min(cell_end, end) if cell >= wanted else end
            too_many = cell >= columns and not _is_blank(text, surplus, end, delimiter)
            outcomes[count] = _TOO_LONG if end - start > LONGEST_ROW else _TOO_MANY_CELLS if too_many else 0
            count += 1
        start, line, cell = mark + 1, line + 1, 0
    return count, start, line


@part
def _is_blank(text: Text, begin: int, end: int, delimiter: int) -> bool:
    """Say whether cells are empty: programs end rows with delimiters that the first has not."""
    for place in range(begin, end):  # noqa: SIM110 - numba knows no generators
        if text[place] != delimiter and text[place] != _SPACE:
            return False
    return True


@kernel
def _split_quoted(
    text: Text,
    delimiter: int,
    columns: int,
    wanted: int,
    line: int,
    last: bool,
    starts: Places,
    ends: Places,
    cell_starts: Places,
    cell_ends: Places,
    lines: Places,
    outcomes: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Split a text with quotes; return how many rows it has, how far they go, and the line behind them."""
    count, start = 0, 0
    while start < len(text):
        end, broken, cell_start, cell_end, surplus = _quoted_row(text, start, delimiter, columns, wanted)
        too_long = False
        if broken < 0 or end - start > LONGEST_ROW:
            if broken < 0 and not last and len(text) - start <= LONGEST_ROW:
                break
            # A quote that nobody closes must not swallow what follows: the row ends with its line.
            end = start
            while end < len(text) and text[end] != NEWLINE:
                end += 1
            if end == len(text) and not last:
                break
            broken, too_long, cell_start, cell_end = 0, True, end, end
        elif end == len(text) and not last:
            break
        behind = end + 1
        if end > start and text[end - 1] == RETURN:
            end -= 1
            cell_end = min(cell_end, end)
            cell_start = min(cell_start, cell_end)
        if end > start:
            too_many = not _is_blank(text, surplus, end, delimiter)
            starts[count], ends[count], lines[count] = start, end, line
            outcomes[count] = _TOO_LONG if too_long else _TOO_MANY_CELLS if too_many else 0
            cell_starts[count], cell_ends[count] = cell_start, cell_end
            count += 1
        line += 1 + broken
        start = behind
    return count, start, line


@part
def _quoted_row(text: Text, start: int, delimiter: int, columns: int, wanted: int) -> tuple[int, int, int, int, int]:
    """Return where a row ends, the line ends in it (-1: a quote is open), the number's cell, where surplus begins."""
    place, cells, broken = start, 0, 0
    cell_start = cell_end = surplus = -1
    while True:
        begin, end, place, breaks = _quoted_cell(text, place, start, delimiter)
        if cells == wanted:
            cell_start, cell_end = begin, end
        cells += 1
        if breaks < 0:
            return place, -1, place, place, place
        if cells == columns:
            surplus = place
        broken += breaks
        if place >= len(text) or text[place] == NEWLINE:
            break
        place += 1
    if cell_start < 0:
        cell_start = cell_end = place
    return place, broken, cell_start, cell_end, surplus if surplus >= 0 else place


@part
def _quoted_cell(text: Text, place: int, row_start: int, delimiter: int) -> tuple[int, int, int, int]:
    """Return where a cell's content begins and ends, where the cell ends, and the line ends in it (-1: never closed).

    Only a quote at the beginning opens; a doubled one within stays doubled.
    """
    begin, broken = place, 0
    if place < len(text) and text[place] == QUOTE:
        place += 1
        begin = place
        while place < len(text):
            if text[place] == QUOTE:
                if place + 1 == len(text) or text[place + 1] != QUOTE:
                    break
                place += 1
            elif text[place] == NEWLINE:
                broken += 1
                if place - row_start > LONGEST_ROW:
                    return place, place, place, -1
            place += 1
        if place >= len(text):
            return place, place, len(text), -1
        end = place
        place += 1
        while place < len(text) and text[place] != delimiter and text[place] != NEWLINE:
            place += 1
        return begin, end, place, broken
    while place < len(text) and text[place] != delimiter and text[place] != NEWLINE:
        place += 1
    return begin, place, place, 0
