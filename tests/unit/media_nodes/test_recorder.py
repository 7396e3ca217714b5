"""The recorder on a real folder: what becomes of sound that a call leaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from media_fakes import ACME, NODE, FakeOutbox, directory

from callmodel import calls
from callmodel.callstate import Call
from callmodel.facts import StationDialled
from callmodel.ids import CallId, Extension, LegId, RecordingId, SiteId
from callmodel.routing import plan_call
from media_nodes import recorder as recorder_module
from media_nodes.recorder import Recorder

R1 = RecordingId("c1-r1")


def call() -> Call:
    dialled = StationDialled(CallId("c1"), ACME, NODE, LegId("in.1"), Extension("1001"), SiteId("hq"), "1002", 5)
    return calls.begin(dialled, plan_call(directory(), ACME, "13812345678"))[0]


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox()


@pytest.fixture
async def recorder(tmp_path: Path, outbox: FakeOutbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Recorder]:
    monkeypatch.setattr(recorder_module, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(recorder_module, "GRACE_SECONDS", 0.05)
    made = Recorder(tmp_path, NODE, outbox)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        yield made
        running.cancel()


def files_in(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


async def until_told(outbox: FakeOutbox) -> dict[str, object]:
    async with asyncio.timeout(2):
        while not outbox.envelopes:  # noqa: ASYNC110 - a fake has no event
            await asyncio.sleep(0.005)
    return outbox.envelopes[0].body | {"kind": outbox.envelopes[0].kind, "fact_id": outbox.envelopes[0].fact_id}


async def test_finished_sound_is_spooled(recorder: Recorder, outbox: FakeOutbox, tmp_path: Path):
    recorder.expect(call(), R1, 5)
    (recorder.live / f"{R1}.raw").write_bytes(bytes(32000))

    recorder.close(R1)
    told = await until_told(outbox)

    assert told == {
        "kind": "recording.spooled",
        "fact_id": "c1-r1:recording.spooled",
        "recording_id": R1,
        "call_id": "c1",
        "path": str(tmp_path / "wav/acme/c1-r1.wav"),
        "seconds": 1.0,
        "started_ms": 5,
    }
    assert files_in(tmp_path) == ["wav/acme/c1-r1.wav"]


async def test_sound_still_being_written_is_waited_for(recorder: Recorder, outbox: FakeOutbox):
    recorder.expect(call(), R1, 5)
    with (recorder.live / f"{R1}.raw").open("wb", buffering=0) as file:
        file.write(bytes(3200))
        recorder.close(R1)
        await asyncio.sleep(0.1)
        assert outbox.envelopes == []
        file.write(bytes(28800))

    assert (await until_told(outbox))["seconds"] == 1.0


async def test_missing_sound_is_a_loss_that_is_told(recorder: Recorder, outbox: FakeOutbox):
    recorder.expect(call(), R1, 5)
    recorder.close(R1)

    told = await until_told(outbox)

    assert (told["kind"], told["reason"]) == ("recording.lost", "no sound was written")


async def test_heir_finishes_what_was_left(recorder: Recorder, outbox: FakeOutbox, tmp_path: Path):
    recorder.expect(call(), R1, 5)
    (recorder.live / f"{R1}.raw").write_bytes(bytes(32000))
    heir = Recorder(tmp_path, NODE, outbox)

    heir.close_all_but(set())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(heir.run())
        told = await until_told(outbox)
        running.cancel()

    assert told["kind"] == "recording.spooled"
