"""Recordings are finished by real workers: whole, once, and whoever is killed on the way."""

# ruff: noqa: ASYNC240 - nothing else runs in the loop of a test that looks at a file

import asyncio
import io
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import soundfile
from facts_house import (
    ACME,
    GLOBEX,
    House,
    cdr,
    entry_of,
    level_db,
    live_call,
    loudest,
    new_call_id,
    reaches,
    spool,
    until,
)

from callmodel.ids import RecordingId, TenantId
from callmodel.wire import RecordingSpooled
from control_plane.features.recordings import sweeping
from control_plane.features.recordings.finishing import finish_recording, remove_orphans
from control_plane.features.recordings.ledger import Entry, EntryState, FileSpooled
from control_plane.features.recordings.store import LedgerStore
from control_plane.jobs.queueing import SCHEDULE, build_celery, finish_recording_later
from control_plane.times import day_of, now_ms
from servicekit import tracing


async def enter(house: House, recording: RecordingSpooled, at_ms: int | None = None) -> None:
    """Write the ledger as the consumer does, without asking a worker."""
    fact = FileSpooled(recording.path, recording.seconds, at_ms or now_ms())
    await LedgerStore(house.resources.store).advance(ACME, recording.recording_id, recording.call_id, fact)


async def finish(house: House, recording: RecordingSpooled) -> EntryState | None:
    resources = house.resources
    ledger, work_dir = LedgerStore(resources.store), house.settings.run_dir / "finishing"
    return await finish_recording(ledger, resources.objects, work_dir, ACME, recording.recording_id, now_ms())


def being_encoded(house: House) -> list[Path]:
    return [path for path in (house.folder / "run" / "finishing").glob("*/*.raw") if path.stat().st_size > 100_000]


async def gone(path: str) -> bool:
    return not Path(path).exists()


async def samples_of(house: House, entry: Entry) -> Any:
    assert entry.object_key is not None
    content = await house.resources.objects.get(entry.object_key)
    samples, rate = soundfile.read(io.BytesIO(content))
    assert rate == 8000
    return samples


async def test_each_voice_stays_in_its_channel(house: House):
    recording = spool(house.folder, new_call_id(), 25.0, (440.0, 1000.0))
    await enter(house, recording)

    assert await finish(house, recording) is EntryState.ARCHIVED

    entry = await reaches(house, recording.recording_id, EntryState.ARCHIVED)
    samples = await samples_of(house, entry)
    customer, agent = samples[8000:-8000, 0], samples[8000:-8000, 1]
    assert len(samples) == 25 * 8000
    assert abs(loudest(customer) - 440) < 1 and abs(loudest(agent) - 1000) < 1
    assert level_db(customer, 1000) - level_db(customer, 440) < -40
    assert level_db(agent, 440) - level_db(agent, 1000) < -40
    info = await house.resources.objects.head(str(entry.object_key))
    assert info is not None and (info.sha256, info.size) == (entry.sha256, entry.size_bytes)
    assert info.content_type == "audio/ogg" and info.metadata["call-id"] == entry.call_id
    assert not Path(recording.path).exists()


async def test_finishing_twice_at_once_makes_one_object_and_one_entry(house: House):
    recording = spool(house.folder, new_call_id(), 60.0)
    await enter(house, recording)

    states = await asyncio.gather(*(finish(house, recording) for _ in range(3)))

    assert set(states) == {EntryState.ARCHIVED}
    entry = await reaches(house, recording.recording_id, EntryState.ARCHIVED)
    listed = await house.resources.objects.list(f"{ACME}/recordings/")
    assert [(item.key, item.sha256) for item in listed.items] == [(entry.object_key, entry.sha256)]
    assert not Path(recording.path).exists() and list((house.folder / "run" / "finishing").iterdir()) == []


async def test_a_worker_that_is_killed_leaves_its_recording_to_another(house: House):
    """SIGKILL for a worker with all its processes, in the middle of encoding; another is idle beside it."""
    recording = spool(house.folder, new_call_id(), 240.0)
    await house.start_facts()
    await house.start_worker("worker-1", TRUNKLINE_WORKER_CONCURRENCY="1")
    await house.tell("recording.spooled", recording)
    first = await halted_in_the_middle(house, "worker-1")
    await house.start_worker("worker-2", TRUNKLINE_WORKER_CONCURRENCY="1")

    house.kill("worker-1")
    killed = time.monotonic()

    async def encoding_again() -> bool:
        return any(path != first for path in being_encoded(house))

    await until(encoding_again, 30)
    taken_over = time.monotonic() - killed
    entry = await reaches(house, recording.recording_id, EntryState.ARCHIVED, 60)
    await until(lambda: gone(recording.path))
    print(f"taken over after {taken_over:.1f} s, archived after {time.monotonic() - killed:.1f} s")

    assert taken_over < 8
    assert entry.actual_seconds == 240.0
    listed = await house.resources.objects.list(f"{ACME}/recordings/")
    assert [(item.key, item.sha256) for item in listed.items] == [(entry.object_key, entry.sha256)]
    archived = [line for line in house.log_of("worker-2") if line["message"] == "recording archived"]
    assert len(archived) == 1 and not any(
        line["message"] == "recording archived" for line in house.log_of("worker-1")
    )


async def test_a_long_task_is_not_run_twice_while_its_worker_lives(house: House):
    """The task takes more than twice the visibility time-out, and a second worker would take what is restored."""
    recording = spool(house.folder, new_call_id(), 240.0)
    await house.start_facts()
    await house.start_worker("worker-1", TRUNKLINE_WORKER_CONCURRENCY="1")
    await house.tell("recording.spooled", recording)
    first = await halted_in_the_middle(house, "worker-1")
    await house.start_worker("worker-2", TRUNKLINE_WORKER_CONCURRENCY="1")
    halted = time.time()

    async def vouched_for() -> bool:
        held: Any = await house.redis.zrange("celery:unacked_index", 0, -1, withscores=True)
        assert len(held) == 1 and being_encoded(house) == [first]
        return bool(held[0][1] > halted + 7)

    await until(vouched_for, 30)
    os.kill(child_of(house, "worker-1"), signal.SIGCONT)

    await reaches(house, recording.recording_id, EntryState.ARCHIVED, 40)
    assert not any(line["message"] == "recording archived" for line in house.log_of("worker-2"))


async def halted_in_the_middle(house: House, worker: str) -> Path:
    """Wait until a worker is encoding, stop its child there (SIGSTOP), and return the file it was writing."""

    async def encoding() -> list[Path]:
        return being_encoded(house)

    [path] = await until(encoding)
    os.kill(child_of(house, worker), signal.SIGSTOP)
    return path


async def test_a_killed_child_process_costs_a_second_and_no_recording(house: House):
    recording = spool(house.folder, new_call_id(), 150.0)
    await house.start_facts()
    await house.start_worker("worker", TRUNKLINE_WORKER_CONCURRENCY="1")
    await house.tell("recording.spooled", recording)

    async def encoding() -> list[Path]:
        return being_encoded(house)

    await until(encoding)
    os.kill(child_of(house, "worker"), signal.SIGKILL)

    entry = await reaches(house, recording.recording_id, EntryState.ARCHIVED, 40)
    assert entry.actual_seconds == 150.0
    await until(lambda: gone(recording.path))


def child_of(house: House, worker: str) -> int:
    """Return the process that runs the tasks of a worker with one."""
    pid = house.processes[worker].pid
    [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


async def test_a_wrong_header_is_mended_and_the_audio_is_whole(house: House):
    recording = spool(house.folder, new_call_id(), 5.0)
    content = bytearray(Path(recording.path).read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    Path(recording.path).write_bytes(content)
    await enter(house, recording)

    assert await finish(house, recording) is EntryState.ARCHIVED

    entry = await reaches(house, recording.recording_id, EntryState.ARCHIVED)
    assert entry.actual_seconds == 5.0
    assert len(await samples_of(house, entry)) == 5 * 8000


async def test_what_is_no_wav_is_lost_with_an_alarm_and_stays_where_it_is(house: House):
    recording = spool(house.folder, new_call_id(), 1.0)
    Path(recording.path).write_bytes(b"no sound" * 1000)
    await house.start_facts()
    await house.start_worker()
    ended = cdr(recording.call_id, recording_id=recording.recording_id, talk_seconds=1.0)
    await house.tell("call.ended", ended)
    await house.tell("recording.spooled", recording)

    entry = await reaches(house, recording.recording_id, EntryState.LOST)

    assert entry.reason == "no RIFF/WAVE header"
    assert Path(recording.path).exists()

    async def alarms() -> list[str]:
        lines = [*house.log_of("worker"), *house.log_of("facts")]
        return [line["recording_id"] for line in lines if line.get("alarm") == "recording-lost"]

    assert await until(alarms) == [recording.recording_id]
    gaps, _ = await LedgerStore(house.resources.store).gaps(ACME, day_of(now_ms()), 10)
    assert [gap.recording_id for gap in gaps] == [recording.recording_id]


@pytest.mark.parametrize("path", ["/etc/passwd", "../../other.wav", "{other}"])
async def test_a_fact_can_not_point_at_another_tenants_file(house: House, path: str):
    call_id = new_call_id()
    other = spool(house.folder, call_id, 1.0, tenant_id=GLOBEX)
    recording = RecordingSpooled(other.recording_id, call_id, path.format(other=other.path), 1.0, now_ms())
    await enter(house, recording)

    assert await finish(house, recording) is EntryState.LOST

    assert Path(other.path).exists()
    assert (await house.resources.objects.list(f"{ACME}/recordings/")).items == []


async def test_crashes_between_upload_and_removal_are_made_good(house: House):
    recording = spool(house.folder, new_call_id(), 3.0)
    content = Path(recording.path).read_bytes()
    await enter(house, recording)
    assert await finish(house, recording) is EntryState.ARCHIVED
    before = await entry_of(house, recording.recording_id)

    # As if the worker had died before it removed the WAV.
    Path(recording.path).write_bytes(content)
    assert await finish(house, recording) is EntryState.ARCHIVED

    assert not Path(recording.path).exists()
    assert await entry_of(house, recording.recording_id) == before


async def test_a_queue_that_forgot_is_asked_again_by_the_sweep(house: House):
    recording = spool(house.folder, new_call_id(), 2.0)
    await enter(house, recording, at_ms=now_ms() - 61_000)
    celery = build_celery(house.settings)
    await house.start_worker()

    await asyncio.to_thread(celery.send_task, "recordings.sweep", kwargs={"from_a_newer_sender": True})

    await reaches(house, recording.recording_id, EntryState.ARCHIVED)


async def test_what_the_sweep_asks_for_goes_on_in_the_trace_of_its_call(house: House):
    recording, untraced = (spool(house.folder, new_call_id(), 2.0) for _ in range(2))
    ledger, long_ago = LedgerStore(house.resources.store), now_ms() - 61_000
    for each, said in ((recording, f"00-{'a' * 32}-{'b' * 16}-01"), (untraced, None)):
        fact = FileSpooled(each.path, each.seconds, long_ago, traceparent=said)
        await ledger.advance(ACME, each.recording_id, each.call_id, fact)
    asked: dict[RecordingId, str | None] = {}

    def enqueue(_tenant_id: TenantId, recording_id: RecordingId, _queue: str) -> None:
        asked[recording_id] = tracing.traceparent()

    tracing.switch_on(lambda _span: None, 0.0)
    try:
        assert await sweeping.sweep(ledger, house.redis, [ACME], enqueue, now_ms()) == 2
    finally:
        tracing.switch_off()

    below = tracing.parse(asked[recording.recording_id])
    assert below is not None
    assert (below.trace_id, below.sampled) == ("a" * 32, True)
    assert asked[untraced.recording_id] is None


async def test_tasks_are_sent_over_a_unix_socket_too(house: House):
    settings = house.settings.model_copy(update={"redis_url": f"unix://{house.folder}/redis.sock?db=0"})
    recording = spool(house.folder, new_call_id(), 1.0)
    await enter(house, recording)

    await asyncio.to_thread(finish_recording_later, build_celery(settings), ACME, recording.recording_id)
    await house.start_worker("worker", TRUNKLINE_REDIS_URL=settings.redis_url)

    await reaches(house, recording.recording_id, EntryState.ARCHIVED)


async def test_workers_go_on_after_redis_was_killed(house: House):
    first, second = (spool(house.folder, new_call_id(), 2.0) for _ in range(2))
    await house.start_facts()
    await house.start_worker()
    await house.tell("recording.spooled", first)
    await reaches(house, first.recording_id, EntryState.ARCHIVED)

    house.kill("redis")
    house.start_redis()
    await until(house._redis_answers)
    await house.tell("recording.spooled", second)

    await reaches(house, second.recording_id, EntryState.ARCHIVED, 40)


async def test_a_gap_raises_the_alarm_once(house: House):
    call_id = new_call_id()
    await house.start_facts()
    await house.start_worker(TRUNKLINE_RECORDING_OVERDUE_SECONDS="1")
    recording_id = RecordingId(f"{call_id}-r1")
    await house.tell("call.answered", live_call(call_id, "talking", recording_id=recording_id, answered_ms=1))
    await house.tell("call.ended", cdr(call_id, recording_id=recording_id, started_ms=now_ms() - 60_000))
    await reaches(house, recording_id, EntryState.EXPECTED)
    celery = build_celery(house.settings)

    async def ended() -> bool:
        entry = await entry_of(house, recording_id)
        return entry is not None and entry.call_ended_ms is not None

    await until(ended)
    for _ in range(2):
        await asyncio.to_thread(celery.send_task, "recordings.gaps")

    async def alarmed() -> list[dict[str, Any]]:
        return [line for line in house.log_of("worker") if line.get("alarm") == "recording-gap"]

    assert [line["recording_id"] for line in await until(alarmed)] == [recording_id]
    assert len(await alarmed()) == 1


async def test_beat_keeps_its_schedule_in_redis_and_sends(house: House):
    await house._ready(house.start("beat", "control_plane.worker:beat"))

    async def scheduled() -> bool:
        names: Any = await house.redis.zrange("celery:redbeat::schedule", 0, -1)
        return {f"celery:redbeat:{name}" for name in SCHEDULE} <= set(names)

    await until(scheduled)
    # Taken after the schedule is written.
    await until(lambda: house.redis.exists("celery:redbeat::lock"))
    assert await asyncio.to_thread(house.stop, "beat") == 0


async def test_a_worker_ends_on_sigterm_with_its_task_done(house: House):
    recording = spool(house.folder, new_call_id(), 150.0)
    await enter(house, recording)
    await house.start_worker("worker", TRUNKLINE_WORKER_CONCURRENCY="1")
    await asyncio.to_thread(finish_recording_later, build_celery(house.settings), ACME, recording.recording_id)

    async def encoding() -> list[Path]:
        return being_encoded(house)

    await until(encoding)
    assert await asyncio.to_thread(house.stop, "worker") == 0

    entry = await entry_of(house, recording.recording_id)
    assert entry is not None and entry.state is EntryState.ARCHIVED


def test_what_killed_workers_left_behind_is_removed_once_it_is_old(tmp_path: Path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recording.ogg.raw").write_bytes(b"half")
    long_ago = time.time() - 3 * 3600
    os.utime(tmp_path / "old", (long_ago, long_ago))

    assert remove_orphans(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert remove_orphans(tmp_path / "none") == 0
