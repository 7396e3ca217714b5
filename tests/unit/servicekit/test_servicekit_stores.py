"""The parts of a store that need no engine: specs, tokens, migrations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.stores import (
    AddColumn,
    ColumnType,
    CreateTable,
    InvalidPageTokenError,
    Migration,
    SchemaError,
    TableSpec,
)
from servicekit.stores.migrations import pending, tables_after
from servicekit.stores.paging import issue_token, read_token, successor

TEXT, INT, BLOB = ColumnType.TEXT, ColumnType.INT, ColumnType.BLOB
SPEC = TableSpec("t", ("a",), ("b", "c"), {"a": TEXT, "b": INT, "c": BLOB, "d": ColumnType.JSON})
FIRST = Migration(1, "begin", [CreateTable(SPEC)])
SECOND = Migration(2, "more", [AddColumn("t", "e", TEXT)])


@pytest.mark.parametrize(
    ("name", "partition", "clustering", "columns", "descending"),
    [("T", ("a",), (), {"a": TEXT}, ()), ("t; drop", ("a",), (), {"a": TEXT}, ()), ("t", (), (), {"a": TEXT}, ()),
     ("t", ("b",), (), {"a": TEXT}, ()), ("t", ("a",), ("a",), {"a": TEXT}, ()),
     ("t", ("a",), (), {"a": ColumnType.JSON}, ()), ("t", ("a",), (), {"a": TEXT}, ("a",)),
     ("t", ("a",), (), {"a": TEXT, "_expires_ms": INT}, ())],
)  # fmt: skip
def test_impossible_table_is_refused(name, partition, clustering, columns, descending):
    with pytest.raises(SchemaError):
        TableSpec(name, partition, clustering, columns, descending)


@given(st.text(), st.integers(-(2**63), 2**63 - 1), st.binary(), st.booleans())
def test_token_carries_the_position(partition: str, number: int, data: bytes, falling: bool):
    token = issue_token(SPEC, [partition], falling, [number, data])
    assert read_token(SPEC, [partition], falling, token) == [number, data]
    assert token.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_any_other_text_is_no_token(text: str):
    with pytest.raises(InvalidPageTokenError):
        read_token(SPEC, ["x"], True, text)


@given(st.text(min_size=1), st.text())
def test_successor_ends_a_prefix(prefix: str, rest: str):
    end = successor(prefix)
    assert end is None or (prefix + rest).encode() < end.encode()


@pytest.mark.parametrize(
    ("prefix", "end"), [("a", "b"), ("a\U0010ffff", "b"), ("\U0010ffff", None), ("\ud7ff", "\ue000")]
)
def test_successor_at_the_edges(prefix: str, end: str | None):
    assert successor(prefix) == end


def test_tables_grow_with_the_migrations():
    assert list(tables_after([FIRST])["t"].columns) == ["a", "b", "c", "d"]
    assert list(tables_after([FIRST, SECOND])["t"].columns) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "migrations",
    [[SECOND], [FIRST, FIRST], [SECOND, FIRST], [FIRST, Migration(2, "again", [CreateTable(SPEC)])],
     [FIRST, SECOND, Migration(3, "again", SECOND.steps)]],
)  # fmt: skip
def test_migrations_that_do_not_fit_are_refused(migrations: list[Migration]):
    with pytest.raises(SchemaError):
        tables_after(migrations)


def test_pending_is_what_was_not_applied():
    assert pending([FIRST, SECOND], {}) == [FIRST, SECOND]
    assert pending([FIRST, SECOND], {1: FIRST.checksum}) == [SECOND]
    assert pending([FIRST], {1: FIRST.checksum, 2: SECOND.checksum}) == []


def test_changed_and_slipped_in_migrations_are_refused():
    with pytest.raises(SchemaError, match="was changed after it was applied"):
        pending([FIRST], {1: SECOND.checksum})
    with pytest.raises(SchemaError, match="give it a higher version"):
        pending([FIRST, SECOND], {2: SECOND.checksum})


def test_name_of_a_migration_is_not_part_of_what_it_does():
    assert Migration(1, "renamed", FIRST.steps).checksum == FIRST.checksum
