"""The file of numbers that may be dialled, with what is known of them and the cells that a lead keeps."""

import csv
import io
from typing import BinaryIO

from leadimport.cells import safe_cell
from leadimport.cleaning import Judged
from leadimport.mapping import Layout
from leadimport.places import Places
from leadimport.plans import LINE_TYPES, REGIONS
from leadimport.refused import MARK
from leadimport.rows import Rows


class DialReadyFile:
    """Written while a list is cleaned; UTF-8, numbers with a plus sign."""

    def __init__(self, out: BinaryIO, places: Places, fields: tuple[str, ...]) -> None:
        self._out, self._places = out, places
        header = ["number", "line", "region", "line_type", "province", "city", "carrier", *map(safe_cell, fields)]
        out.write(MARK)
        self._write([header])

    def write(self, judged: Judged, layout: Layout) -> None:
        """Add the rows that may be dialled."""
        self._write([self._row(judged, int(row), layout) for row in judged.accepted])

    def _row(self, judged: Judged, row: int, layout: Layout) -> list[str]:
        verdict = int(judged.verdicts[row])
        province, city = self._places.areas[judged.areas[row]]
        cells = cells_of(judged.rows, row) if layout.fields else []
        kept = [cells[place] if place < len(cells) else "" for place in layout.fields.values()]
        return [
            f"+{judged.numbers[row]}",
            str(judged.rows.lines[row]),
            REGIONS[verdict // 16],
            LINE_TYPES[verdict % 16],
            province,
            city,
            self._places.carriers[judged.carriers[row]],
            *map(safe_cell, kept),
        ]

    def _write(self, rows: list[list[str]]) -> None:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        self._out.write(out.getvalue().encode())


def cells_of(rows: Rows, row: int) -> list[str]:
    """Return all cells of a row."""
    text = rows.text[rows.starts[row] : rows.ends[row]].tobytes().decode("utf-8", "replace")
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=chr(rows.delimiter)), [])
