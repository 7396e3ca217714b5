"""When the spool alarms, and when new recordings are refused."""

import logging
from pathlib import Path

import pytest

from media_nodes.spool import Level, Limits, SpoolWatch, level_of

LIMITS = Limits(max_bytes=1000, min_free_bytes=100)
ROOM, FILLING, FULL = Level.ROOM, Level.FILLING, Level.FULL


@pytest.mark.parametrize(
    ("used", "free", "before", "level"),
    [
        (0, 10_000, ROOM, ROOM),
        (799, 10_000, ROOM, ROOM),
        (800, 10_000, ROOM, FILLING),
        (999, 10_000, FILLING, FILLING),
        (1000, 10_000, FILLING, FULL),
        # The disk's own room counts as the spool's.
        (0, 126, ROOM, ROOM),
        (0, 125, ROOM, FILLING),
        (0, 100, ROOM, FULL),
        (0, 0, ROOM, FULL),
        # A level is left only well below where it began.
        (960, 10_000, FULL, FULL),
        (940, 10_000, FULL, FILLING),
        (760, 10_000, FILLING, FILLING),
        (740, 10_000, FILLING, ROOM),
        (740, 10_000, FULL, ROOM),
    ],
)
def test_level_follows_use_and_room(used: int, free: int, before: Level, level: Level):
    assert level_of(used, free, LIMITS, before) is level


def test_each_rise_alarms_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    watch = SpoolWatch(tmp_path, Limits(1000, 0))
    told = []
    for size in (100, 850, 860, 1000, 990, 100):
        (tmp_path / "a.wav").write_bytes(bytes(size))
        watch.look()
        told.append(watch.reading.level)

    assert told == [ROOM, FILLING, FILLING, FULL, FULL, ROOM]
    alarms = [vars(record).get("alarm") for record in caplog.records]
    assert alarms == ["spool-filling", "spool-full", None]


def test_spool_that_can_not_be_looked_at_keeps_its_last_level(tmp_path: Path):
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "a.wav").write_bytes(bytes(1000))
    watch = SpoolWatch(tmp_path / "spool", Limits(1000, 0))
    (tmp_path / "spool").rename(tmp_path / "away")
    watch.look()

    assert watch.reading.level is FULL and not watch.has_room
