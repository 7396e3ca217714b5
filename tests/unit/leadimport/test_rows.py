"""Rows are cut as Python's csv module cuts them, wherever the pieces of a file end, and lines keep their numbers."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadimport import delimited, encodings
from leadimport.cleaning import Cleaner
from leadimport.delimited import DelimitedFile
from leadimport.mapping import ColumnMapping
from leadimport.reasons import Reason
from leadimport.rows import LONGEST_ROW, split
from leadimport.rules import Rules
from tests.unit.leadimport.lists import a_column, clean

CELLS = st.text('ab1 ",\n;é王', max_size=6)


def written(table: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    return out.getvalue()


@settings(deadline=None)
@given(table=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8), wanted=st.integers(0, 3))
def test_cells_are_found_as_the_csv_module_finds_them(table: list[list[str]], wanted: int):
    text = np.frombuffer(written(table).encode(), np.uint8)

    rows = split(text, ord(","), 4, wanted, 1, last=True).rows

    expected = [row[wanted] if wanted < len(row) else "" for row in table]
    assert [rows.cell(row).replace('""', '"') for row in range(len(rows))] == expected
    assert rows.outcomes.tolist() == [0] * len(table)


@settings(deadline=None)
@given(table=st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=8), data=st.data())
def test_it_does_not_matter_where_a_piece_ends(table: list[list[str]], data: st.DataObject):
    whole = written(table).encode()
    cut = data.draw(st.integers(0, len(whole)))
    once = split(np.frombuffer(whole, np.uint8), ord(","), 4, 1, 1, last=True).rows

    first = split(np.frombuffer(whole[:cut], np.uint8), ord(","), 4, 1, 1, last=False)
    rest = np.frombuffer(whole[:cut], np.uint8)[first.consumed :].tobytes() + whole[cut:]
    second = split(np.frombuffer(rest, np.uint8), ord(","), 4, 1, first.next_line, last=True)

    cells = [rows.cell(row) for rows in (first.rows, second.rows) for row in range(len(rows))]
    assert cells == [once.cell(row) for row in range(len(once))]
    assert [*first.rows.lines.tolist(), *second.rows.lines.tolist()] == once.lines.tolist()


def test_lines_are_counted_as_an_editor_counts_them():
    found = clean('name,mobile\n\n"two\nlines",1381234567\r\nx,13812345678\n\n"y","""12"\n')

    assert found.reasons == {3: "invalid", 7: "invalid"}
    assert found.accepted == ["+8613812345678"]


def test_a_quote_that_nobody_closes_costs_its_own_line_only():
    good = [f"x,138{number:08}" for number in range(5000)]
    found = clean("\n".join(["name,mobile", *good[:10], '"open,13999999999', *good[10:]]))

    assert found.reasons == {12: "row-too-long"}
    assert len(found.accepted) == 5000


def test_a_row_longer_than_any_list_has_is_refused_and_the_rest_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encodings, "PIECE_BYTES", 20_000)
    bomb = "x" * (5 * LONGEST_ROW)
    found = clean(f"name,mobile\na,13812345678\n{bomb},13800000000\nb,13912345678\n")

    assert found.reasons == {3: "row-too-long"}
    assert found.accepted == ["+8613812345678", "+8613912345678"]
    assert "3,row-too-long\n" in found.refused


def test_a_row_with_more_cells_than_the_first_is_refused():
    found = clean("name,mobile\nSmith, John,13812345678\nLi,13912345678\nshort\n")

    assert found.reasons == {2: Reason.TOO_MANY_CELLS.word, 4: Reason.EMPTY.word}


@pytest.mark.parametrize("name", ["Li", '"Li, Na"'])
def test_empty_cells_behind_the_last_column_are_nothing(name: str):
    found = clean(f"name,mobile\n{name},13812345678,,\n{name},13912345678, ,\r\n{name},13712345678,,x\n")

    assert found.accepted == ["+8613812345678", "+8613912345678"]
    assert found.reasons == {4: Reason.TOO_MANY_CELLS.word}


class Counted(io.BytesIO):
    """A file that knows how far it was read."""

    done = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.done = max(self.done, self.tell())
        return piece


def test_a_file_is_never_read_far_ahead_of_what_is_judged(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encodings, "PIECE_BYTES", 10_000)
    monkeypatch.setattr(delimited, "SAMPLE_BYTES", 10_000)
    source = Counted(a_column([f"138{number:08}" for number in range(50_000)]).encode())
    file = DelimitedFile(source, encodings.Encoding("utf-8"), ColumnMapping())

    ahead = [source.done - judged.rows.source_bytes for judged in Cleaner(Rules()).clean(file)]

    assert len(ahead) > 50
    assert max(ahead) <= 6 * 10_000
