"""What people write is text to a spreadsheet."""

import pytest

from leadimport.cells import safe_cell


@pytest.mark.parametrize(
    "cell", ["=1+1", " =1+1", "\u00a0=1", "\n=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", " \uff20A1"]
)
def test_a_cell_that_a_spreadsheet_takes_for_a_formula_is_marked(cell):
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1", "Acme", "a=b", "1-2", "张三"])
def test_others_stay_as_they_are(cell):
    assert safe_cell(cell) == cell
