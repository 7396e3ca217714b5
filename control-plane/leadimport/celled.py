"""Rows that come as lists of cells, from spreadsheets and JSON, in the form that delimited text has."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from leadimport.delimited import mark_unreadable
from leadimport.mapping import Layout
from leadimport.reasons import Reason
from leadimport.rows import LONGEST_ROW, Rows, split

BATCH_ROWS = 8192
DELIMITER = ","


@dataclass(frozen=True)
class Celled:
    line: int
    cells: Sequence[str]
    outcome: Reason = Reason.ACCEPTED
    """Why the row can not be read, if so."""


def to_rows(batch: Iterable[Celled], layout: Layout, source_bytes: int) -> Rows:
    """Return a batch as rows; what has nothing in any cell is left out."""
    out, lines, outcomes = io.StringIO(), list[int](), list[int]()
    write = csv.writer(out, lineterminator="\n").writerow
    for row in batch:
        cells, outcome = row.cells, row.outcome
        if outcome is Reason.ACCEPTED and not any(cells):
            continue
        if len(cells) > len(layout.names):
            cells, outcome = cells[: len(layout.names)], Reason.TOO_MANY_CELLS
        # A quote may double, a character take four bytes.
        if 5 * sum(map(len, cells)) + 3 * len(cells) > LONGEST_ROW and _written(cells) > LONGEST_ROW:
            cells, outcome = (), Reason.ROW_TOO_LONG
        # No row may look empty: those are skipped.
        write(cells if any(cells) else ("-", ""))
        lines.append(row.line)
        outcomes.append(outcome)
    text = np.frombuffer(out.getvalue().encode("utf-8", "replace"), np.uint8)
    columns = max(len(layout.names), 2)
    rows = split(text, ord(DELIMITER), columns, layout.number, 1, last=True).rows
    rows.lines = np.array(lines, np.int64)
    rows.outcomes = np.where(np.array(outcomes, np.uint8) != 0, outcomes, rows.outcomes).astype(np.uint8)
    rows.source_bytes = source_bytes
    mark_unreadable(rows)
    return rows


def _written(cells: Sequence[str]) -> int:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return len(out.getvalue().encode("utf-8", "replace"))
