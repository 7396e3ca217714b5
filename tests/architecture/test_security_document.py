"""SECURITY.md names the test that proves each claim: the tests are there, and each way has its benign twin."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_NAME = re.compile(r"`(?:tests/\S+/)?(test_[a-z0-9_]+)(\.py)?`")
_DEFINED = re.compile(r"^(?:async )?def (test_[a-z0-9_]+)\(", re.MULTILINE)
FILES = list((ROOT / "tests").rglob("test_*.py"))
MODULES = {path.stem for path in FILES}
CASES = {name for path in FILES for name in _DEFINED.findall(path.read_text(encoding="utf-8"))}


def rows(document: str) -> list[list[str]]:
    """Return the ways of the document's table, each as its columns."""
    _, _, after = document.partition("\n## Ways past the edge\n")
    table = [line for line in after.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[column.strip() for column in line.strip("|").split(" | ")] for line in table[1:]]


def missing(text: str) -> list[str]:
    """Return the tests that a text names and that are not there."""
    return [name for name, suffix in _NAME.findall(text) if name not in (MODULES if suffix else CASES)]


def test_each_test_that_is_named_is_there():
    assert missing(DOCUMENT) == []


@pytest.mark.parametrize("row", rows(DOCUMENT), ids=lambda row: row[0][:40])
def test_each_way_has_its_proof_and_its_twin(row: list[str]):
    way, stops, proven, goes_on = row

    assert way and stops
    assert _NAME.search(proven) and _NAME.search(goes_on)


def test_a_name_of_nothing_is_found():
    assert missing("`test_that_nobody_wrote`, `test_nowhere.py`") == ["test_that_nobody_wrote", "test_nowhere"]
    assert len(rows(DOCUMENT)) > 30
