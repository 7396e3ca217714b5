"""Delimited text (CSV and its relatives) as rows, piece by piece."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from leadimport.encodings import REPLACEMENT, SAMPLE_BYTES, Encoding, utf8_pieces
from leadimport.errors import FileError
from leadimport.mapping import ColumnMapping, Layout, layout_of
from leadimport.reasons import Reason
from leadimport.rows import Rows, split

MOST_COLUMNS = 1000
LONGEST_HEADER = 64 * 1024
_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 200


class DelimitedFile:
    """A text file whose rows are read once, from the beginning.  Raises FileError when it is opened."""

    def __init__(self, source: BinaryIO, encoding: Encoding, mapping: ColumnMapping) -> None:
        self._source, self._encoding = source, encoding
        sample = self._sample()
        self.delimiter = _delimiter(sample)
        self.layout: Layout = layout_of(mapping, sample_rows(sample, self.delimiter))

    def _sample(self) -> str:
        text = b""
        for piece, _ in utf8_pieces(self._source, self._encoding):
            text += piece
            if len(text) >= SAMPLE_BYTES:
                break
        text = text.lstrip(b"\r\n")
        if not text.strip():
            raise FileError("the file is empty")
        header, more, _ = text.partition(b"\n")
        if len(header) > LONGEST_HEADER:
            columns = 1 + max(header.count(each.encode()) for each in _DELIMITERS)
            raise FileError(
                f"the first row is longer than {LONGEST_HEADER // 1024} KB and has {columns:,} columns"
                f"{'' if more else ' and more'}; at most {MOST_COLUMNS:,} are read"
            )
        return text.decode("utf-8", "replace")

    def rows(self) -> Iterator[Rows]:
        """Yield all rows behind the header."""
        rest, line, skipping, header = b"", 1, False, self.layout.has_header
        for piece, done, last in self._pieces():
            if skipping:
                behind = piece.find(b"\n") + 1
                if not behind:
                    continue
                piece, line, skipping = piece[behind:], line + 1, False
            text = np.frombuffer(rest + piece, np.uint8)
            found = split(text, ord(self.delimiter), len(self.layout.names), self.layout.number, line, last=last)
            rest, line, skipping = text[found.consumed :].tobytes(), found.next_line, found.skipping
            rows = found.rows
            if header and len(rows):
                rows, header = rows.without_first(), False
            rows.source_bytes = done
            mark_unreadable(rows)
            yield rows

    def _pieces(self) -> Iterator[tuple[bytes, int, bool]]:
        done = 0
        for piece, done in utf8_pieces(self._source, self._encoding):
            yield piece, done, False
        yield b"", done, True


def _delimiter(sample: str) -> str:
    """Return the delimiter that the first row has most of, outside of quotes."""
    header = next(line for line in sample.splitlines() if line.strip())
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    """Return the first rows.  Raises FileError for too many columns."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if len(row) > MOST_COLUMNS:
                raise FileError(f"a row has {len(row):,} columns; at most {MOST_COLUMNS:,} are read")
            if row:
                rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        # A cell without an end: the rows before it are sample enough, and the row itself is refused later.
        pass
    if not rows:
        raise FileError("the first row can not be read: a quote in it is never closed")
    return rows


def mark_unreadable(rows: Rows) -> None:
    """Refuse the rows in which something could not be decoded."""
    text = rows.text
    if not len(rows) or not (text == REPLACEMENT[0]).any():
        return
    first, second, third = (text[begin : len(text) - 2 + begin] == REPLACEMENT[begin] for begin in range(3))
    places = np.flatnonzero(first & second & third)
    of_rows = np.searchsorted(rows.starts, places, side="right") - 1
    inside = (of_rows >= 0) & (places < rows.ends[of_rows])
    hit = np.unique(of_rows[inside])
    rows.outcomes[hit[rows.outcomes[hit] == 0]] = Reason.UNREADABLE_TEXT
