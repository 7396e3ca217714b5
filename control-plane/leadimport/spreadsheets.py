"""XLSX workbooks: the first sheet, read as a stream.  Nothing is computed: a formula is its stored value."""

import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from leadimport.celled import BATCH_ROWS, DELIMITER, Celled, to_rows
from leadimport.delimited import MOST_COLUMNS
from leadimport.errors import FileError
from leadimport.mapping import ColumnMapping, Layout, layout_of
from leadimport.rows import Rows
from leadimport.sheets import SheetCells, SheetRow, first_sheet_path, parse_part, shared_texts

_SAMPLE_ROWS = 200


class Spreadsheet:
    """A workbook whose rows are read once.  Raises FileError when it is opened, and for what is wrong later on."""

    delimiter = DELIMITER

    def __init__(self, source: BinaryIO, mapping: ColumnMapping) -> None:
        try:
            self._book = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise FileError("the file begins like a workbook (XLSX) and is none, or is cut off") from error
        self._sheet = first_sheet_path(self._book)
        self._texts = shared_texts(self._book)
        sample = list(islice(self._sheet_rows(), _SAMPLE_ROWS))
        if not sample:
            raise FileError("the first sheet is empty")
        self._first = sample[0].line
        width = max(len(row.cells) for row in sample)
        if width > MOST_COLUMNS:
            raise FileError(f"a row has {width:,} columns; at most {MOST_COLUMNS:,} are read")
        # A sheet's rows end with their last cell: the first need not be the widest.
        padded = [list(row.cells) + [""] * (width - len(row.cells)) for row in sample]
        self.layout: Layout = layout_of(mapping, padded)

    def rows(self) -> Iterator[Rows]:
        batch, done = list[Celled](), 0
        for row in self._sheet_rows():
            if self.layout.has_header and row.line == self._first:
                continue
            done = row.source_bytes
            batch.append(Celled(row.line, self._cells(row)))
            if len(batch) == BATCH_ROWS:
                yield to_rows(batch, self.layout, done)
                batch = []
        yield to_rows(batch, self.layout, done)

    def _cells(self, row: SheetRow) -> list[str]:
        cells = list(row.cells)
        if self.layout.number in row.formulas:
            cells[self.layout.number] = "=" + cells[self.layout.number]
        return cells

    def _sheet_rows(self) -> Iterator[SheetRow]:
        cells = SheetCells(self._texts)
        for done in parse_part(self._book, self._sheet, cells.start, cells.end, cells.text):
            for row in cells.taken():
                row.source_bytes = done
                if any(row.cells):
                    yield row
