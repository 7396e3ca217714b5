"""Addresses of a Cassandra cluster, and the phases of migrations."""

import pytest

from servicekit.stores import AddColumn, ColumnType, CreateTable, DropColumn, DropTable, Migration, Phase, SchemaError
from servicekit.stores import TableSpec as Table
from servicekit.stores.cassandra_address import Address, read_address
from servicekit.stores.migrations import pending, tables_after

TEXT = ColumnType.TEXT
SPEC = Table("t", ("a",), (), {"a": TEXT, "b": TEXT})
FIRST = Migration(1, "begin", [CreateTable(SPEC)])
DROP = Migration(2, "b is gone", [DropColumn("t", "b")], Phase.POST)
THIRD = Migration(3, "c", [AddColumn("t", "c", TEXT)])


def test_address_has_hosts_keyspace_and_what_is_usual():
    assert read_address("one,two/cc") == Address(("one", "two"), 9042, "cc")
    assert read_address("one,two:9999/cc?dc=east&replication=1&timeout_seconds=2.5&consistency=ONE") == Address(
        ("one", "two"), 9999, "cc", "east", "ONE", 1, 2.5
    )
    assert read_address("one/cc").serial_consistency == "LOCAL_SERIAL"
    assert read_address("one/cc?consistency=QUORUM").serial_consistency == "SERIAL"


@pytest.mark.parametrize(
    "rest",
    ["", "one", "/cc", "one/c-c", "one:x/cc", "one/cc?colour=red", "one/cc?replication=many", "one/cc?replication=0",
     "one/cc?consistency=MOST", "one/cc?in_flight=-1"],
)  # fmt: skip
def test_addresses_that_are_no_good_are_refused(rest: str):
    with pytest.raises(ValueError):
        read_address(rest)


def test_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(ValueError) as refused:
        read_address("user:hunter2@one/cc")
    assert "hunter2" not in str(refused.value)


def test_what_takes_away_is_pending_in_its_own_phase_and_after_what_came_later():
    schema = [FIRST, DROP, THIRD]
    assert pending(schema, {}, Phase.PRE) == [FIRST, THIRD]
    applied = {1: FIRST.checksum, 3: THIRD.checksum}
    assert pending(schema, applied, Phase.PRE) == []
    assert pending(schema, applied, Phase.POST) == [DROP]
    assert tables_after(schema)["t"].columns == {"a": TEXT, "c": TEXT}


@pytest.mark.parametrize(
    "steps, phase",
    [([DropTable("t")], Phase.PRE), ([DropColumn("t", "b")], Phase.PRE), ([CreateTable(SPEC)], Phase.POST),
     ([AddColumn("t", "c", TEXT)], Phase.POST)],
)  # fmt: skip
def test_step_in_the_wrong_phase_is_refused(
    steps: list[CreateTable | AddColumn | DropColumn | DropTable], phase: Phase
):
    with pytest.raises(SchemaError):
        Migration(9, "wrong", steps, phase)


@pytest.mark.parametrize(
    "later",
    [Migration(4, "again", [AddColumn("t", "b", TEXT)]), Migration(4, "key", [DropColumn("t", "a")], Phase.POST),
     Migration(4, "nothing", [DropTable("u")], Phase.POST)],
)  # fmt: skip
def test_what_was_dropped_does_not_come_back_and_keys_stay(later: Migration):
    with pytest.raises(SchemaError):
        tables_after([FIRST, DROP, THIRD, later])
