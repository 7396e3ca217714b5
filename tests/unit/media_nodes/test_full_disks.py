"""Journal and outbox on a disk that takes no more: the call goes on, and what was written stays readable."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from media_fakes import ACME, NODE, directory, files_limited_to

from callmodel import calls
from callmodel.beginnings import StationDialled
from callmodel.ids import CallId, Extension, LegId, SiteId
from callmodel.routing import plan_call
from callmodel.wire import Envelope
from media_nodes import journal as journal_module
from media_nodes.journal import Entry, Journal
from media_nodes.outbox import RedisOutbox


def entry(name: str) -> Entry:
    dialled = StationDialled(CallId(name), ACME, NODE, LegId("in.1"), Extension("1001"), SiteId("hq"), "1002", 5)
    return Entry(calls.begin(dialled, plan_call(directory(), ACME, "13812345678"))[0], (), "life-1")


def envelope(number: int) -> Envelope:
    return Envelope(f"f{number}", "call.ended", ACME, NODE, 5, {"n": number})


def test_journal_catches_up_once_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journal_module, "CATCH_UP_SECONDS", -1.0)
    journal = Journal(tmp_path)
    first, second, third = (entry(name) for name in ("c1", "c2", "c3"))
    journal.write(first)
    with files_limited_to((tmp_path / "journal.jsonl").stat().st_size + 50):
        journal.write(second)
        journal.write(replace(first, instance="life-2"))
        # What a killed process would leave now.
        assert Journal(tmp_path).entries() == [first]
    journal.write(third)

    found = Journal(tmp_path).entries()
    assert {each.call.call_id: each.instance for each in found} == {"c1": "life-2", "c2": "life-1", "c3": "life-1"}


async def test_outbox_sends_what_the_disk_did_not_take_and_keeps_the_rest_readable(tmp_path: Path):
    outbox = RedisOutbox(tmp_path, cast(Any, None))
    outbox.put(envelope(1))
    with files_limited_to((tmp_path / "00000001.jsonl").stat().st_size + 10):
        outbox.put(envelope(2))
    outbox.put(envelope(3))

    assert outbox.waiting == 3
    assert RedisOutbox(tmp_path, cast(Any, None)).waiting == 2
    outbox.close()
