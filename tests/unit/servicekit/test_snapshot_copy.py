"""A copy of published parts in one file: what readers find, and what becomes of it when it breaks."""

import json
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servicekit.snapshotcopy import LOCAL, CopiedEntries, CopyAwayError, CopyError, Part, SnapshotCopy


def part(name: str, version: int = 1, **keys: object) -> Part:
    return Part(name, version, json.dumps({"station": {key: {"is": value} for key, value in keys.items()}}))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "état ? #1.db"


@pytest.fixture
def entries(path: Path) -> CopiedEntries:
    return CopiedEntries(str(path))


def test_entries_are_found_by_kind_and_key_and_the_file_is_its_owners(path, entries):
    copy = SnapshotCopy(path)
    copy.take([part("acme", b='"客户"', a=[1, None, {"x": True}]), Part("bolt", 2, '{"trunk": {"b": {"n": 1}}}')])

    assert entries.get("station", "b") == {"is": '"客户"'}
    assert entries.get("station", "a") == {"is": [1, None, {"x": True}]}
    assert entries.get("station", "c") is None and entries.get("trunk", "a") is None
    assert list(entries.all("station")) == [{"is": [1, None, {"x": True}]}, {"is": '"客户"'}]
    assert copy.versions() == {"acme": 1, "bolt": 2} and entries.version_of("bolt") == 2
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in path.parent.iterdir())


def test_part_takes_the_place_of_what_there_was_of_it(path, entries):
    copy = SnapshotCopy(path)
    copy.take([part("acme", a=1, b=1), part("bolt", c=1)])
    copy.take([part("acme", 2, b=2), Part("bolt", 2, None)])

    assert [entries.get("station", key) for key in "abc"] == [None, {"is": 2}, None]
    assert copy.versions() == {"acme": 2}


@pytest.mark.parametrize("order", [("acme", "bolt"), ("bolt", "acme")])
def test_entry_that_moves_is_the_last_ones_in_whichever_order_they_come(path, entries, order):
    copy = SnapshotCopy(path)
    copy.take([part("acme", moves="acme")])
    after = {"acme": part("acme", 2), "bolt": part("bolt", 2, moves="bolt")}
    copy.take([after[name] for name in order])

    assert entries.get("station", "moves") == {"is": "bolt"}


def test_what_nobody_publishes_any_more_goes_and_what_is_local_stays(path, entries):
    copy = SnapshotCopy(path)
    copy.take([part("acme", a=1), part("bolt", b=1), part(f"{LOCAL}addresses", c=1)])
    assert not copy.whole and not entries.whole

    assert copy.finish(["acme"]) == {"bolt"}
    assert copy.whole and entries.whole
    assert [entries.get("station", key) is not None for key in "abc"] == [True, False, True]


def test_step_that_fails_leaves_nothing_of_itself(path, entries):
    def check(_kind: str, value: object) -> None:
        if value == {"is": "boom"}:
            raise ZeroDivisionError

    copy = SnapshotCopy(path, check)
    copy.take([part("acme", a=1)])
    with pytest.raises(ZeroDivisionError):
        copy.take([part("acme", 2, a=2), part("bolt", 2, b="boom")])

    assert entries.get("station", "a") == {"is": 1} and copy.versions() == {"acme": 1}
    copy.take([part("acme", 3, a=3)])
    assert entries.get("station", "a") == {"is": 3}


@pytest.mark.parametrize("text", ["{", "[]x", '{"station": {"a": 1}}', '{"station": {"a": {"is": "wrong"}}}'])
def test_part_that_readers_could_not_use_changes_nothing_and_is_not_asked_for_again(path, entries, text):
    def check(_kind: str, value: object) -> None:
        if value == {"is": "wrong"}:
            raise ValueError("wrong shape")

    copy = SnapshotCopy(path, check)
    copy.take([part("acme", a=1)])
    copy.take([Part("acme", 2, text), part("bolt", 2, b=1)])

    assert entries.get("station", "a") == {"is": 1}
    assert copy.versions() == {"acme": 2, "bolt": 2}


def test_reader_learns_that_something_changed_and_when_nothing_did(path, entries):
    assert not entries.moved()
    copy = SnapshotCopy(path)
    assert entries.moved() and not entries.moved()
    copy.take([part("acme", a=1)])
    assert entries.moved() and not entries.moved()


def test_a_log_that_nobody_writes_is_looked_into_once_a_second(path, entries, monkeypatch):
    clock = [time.time() + 3600]
    monkeypatch.setattr("servicekit.snapshotcopy.time.time", lambda: clock[0])
    copy = SnapshotCopy(path)
    copy.take([part("acme", a=1)])
    assert entries.moved()
    asked: list[str] = []
    assert entries._db is not None
    entries._db.set_trace_callback(asked.append)

    assert not entries.moved() and asked == []
    clock[0] += 1.1
    assert not entries.moved() and len(asked) == 1
    copy.take([part("acme", 2, a=2)])
    assert entries.moved() and len(asked) == 2


def test_a_log_that_was_written_just_now_is_asked_each_time(path, entries, monkeypatch):
    copy = SnapshotCopy(path)
    copy.take([part("acme", a=1)])
    written = Path(f"{path}-wal").stat().st_mtime
    monkeypatch.setattr("servicekit.snapshotcopy.time.time", lambda: written + 0.5)
    assert entries.moved()
    asked: list[str] = []
    assert entries._db is not None
    entries._db.set_trace_callback(asked.append)

    assert not entries.moved() and not entries.moved() and len(asked) == 2


def test_without_a_file_nobody_can_say_anything(entries):
    with pytest.raises(CopyAwayError):
        entries.get("station", "a")


def test_file_of_nonsense_is_made_anew_and_seen_by_who_had_it_open(path, entries):
    copy = SnapshotCopy(path)
    copy.take([part("acme", a=1)])
    copy.close()
    assert entries.moved() and entries.get("station", "a")
    broken = path.with_suffix(".broken")
    broken.write_bytes(b"nonsense" * 1000)
    broken.replace(path)
    assert entries.moved()
    with pytest.raises(CopyAwayError):
        entries.get("station", "a")

    again = SnapshotCopy(path)
    again.take([part("acme", 2, a=2)])
    assert entries.moved() and entries.get("station", "a") == {"is": 2}
    assert again.versions() == {"acme": 2}


def test_file_of_another_layout_is_made_anew(path, entries):
    SnapshotCopy(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    copy = SnapshotCopy(path)
    assert copy.versions() == {} and not copy.whole


def test_no_right_to_write_is_said_and_the_file_is_kept(path, entries):
    copy = SnapshotCopy(path)
    copy.take([part("acme", a=1)])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(CopyError, match="locked"):
            copy.take([part("acme", 2, a=2)])
    finally:
        holder.close()

    assert entries.get("station", "a") == {"is": 1}
    copy.take([part("acme", 3, a=3)])
    assert entries.get("station", "a") == {"is": 3}


KILLED = """
import json, os, sys
from pathlib import Path
from servicekit.snapshotcopy import Part, SnapshotCopy
copy = SnapshotCopy(Path(sys.argv[1]))
for version in range(1, 10_000):
    keys = {f"{number}": {"is": version} for number in range(200)}
    copy.take([Part("acme", version, json.dumps({"station": keys}))])
    print(version, flush=True)
"""


def test_writer_that_is_killed_in_the_middle_leaves_a_step_whole(path, entries):
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    while int(writer.stdout.readline()) < 20:
        pass
    writer.kill()
    told = [int(line) for line in writer.stdout]
    writer.wait(10)

    values = {each["is"] for each in entries.all("station")}
    assert len(values) == 1 and values.pop() >= max(told, default=20)
    copy = SnapshotCopy(path)
    copy.take([part("acme", 99_999, a=1)])
    assert entries.moved() and list(entries.all("station")) == [{"is": 1}]
