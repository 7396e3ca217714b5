"""The recorder on a real folder: what becomes of sound that a call leaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from media_fakes import ACME, NODE, FakeOutbox, directory, files_limited_to

from callmodel import calls
from callmodel.beginnings import StationDialled
from callmodel.callstate import Call
from callmodel.ids import CallId, Extension, LegId, RecordingId, SiteId
from callmodel.routing import plan_call
from media_nodes import recorder as recorder_module
from media_nodes.recorder import NO_ROOM, Recorder
from media_nodes.spool import Limits, SpoolWatch

R1 = RecordingId("c1-r1")


def call() -> Call:
    dialled = StationDialled(CallId("c1"), ACME, NODE, LegId("in.1"), Extension("1001"), SiteId("hq"), "1002", 5)
    return calls.begin(dialled, plan_call(directory(), ACME, "13812345678"))[0]


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox()


@pytest.fixture
def watch(tmp_path: Path) -> SpoolWatch:
    return SpoolWatch(tmp_path, Limits(max_bytes=1_000_000, min_free_bytes=0))


@pytest.fixture
async def recorder(
    tmp_path: Path, outbox: FakeOutbox, watch: SpoolWatch, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Recorder]:
    monkeypatch.setattr(recorder_module, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(recorder_module, "GRACE_SECONDS", 0.05)
    made = Recorder(tmp_path, NODE, outbox, watch)
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
        "queue": "recordings",
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


async def test_heir_finishes_what_was_left(recorder: Recorder, outbox: FakeOutbox, watch: SpoolWatch, tmp_path: Path):
    recorder.expect(call(), R1, 5)
    (recorder.live / f"{R1}.raw").write_bytes(bytes(32000))
    heir = Recorder(tmp_path, NODE, outbox, watch)

    heir.close_all_but(set())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(heir.run())
        told = await until_told(outbox)
        running.cancel()

    assert told["kind"] == "recording.spooled"


async def test_full_spool_takes_no_new_recording_and_keeps_the_old(
    recorder: Recorder, outbox: FakeOutbox, watch: SpoolWatch, tmp_path: Path
):
    old = tmp_path / "wav" / "acme" / "c0-r1.wav"
    old.parent.mkdir()
    old.write_bytes(bytes(1_000_000))
    watch.look()

    assert not recorder.expect(call(), R1, 5)
    assert [(each.kind, each.body["reason"]) for each in outbox.envelopes] == [("recording.lost", NO_ROOM)]
    recorder.close(R1)
    assert files_in(tmp_path) == ["wav/acme/c0-r1.wav"] and old.stat().st_size == 1_000_000

    old.unlink()
    watch.look()
    assert recorder.expect(call(), RecordingId("c2-r1"), 5)
    assert len(outbox.envelopes) == 1


async def test_recording_that_can_not_even_be_noted_is_a_loss_and_no_error(
    recorder: Recorder, outbox: FakeOutbox, tmp_path: Path
):
    with files_limited_to(20):
        assert not recorder.expect(call(), R1, 5)
    assert files_in(tmp_path) == []
    assert [each.kind for each in outbox.envelopes] == ["recording.lost"]
