"""Parts are killed in the middle of their work: callers hear nothing of it, and the books are whole."""

import asyncio
import contextlib
import hashlib

from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from tests.e2e.world import World, listen
from trunkline.conditions import until

AGENT_TONE_HZ = AGENT_TONES_HZ[0]


async def test_a_killed_conductor_is_not_heard_and_its_successor_writes_the_record(world: World):
    number = world.new_number()
    call, seen = await world.talk(number)
    assert seen.line is not None
    assert seen.tone_hz is not None

    await world.stack.kill("conductor")

    # Nobody conducts: both still hear each other, in audio that arrives from now on.
    for party, tone in ((call, seen.tone_hz), (seen.line, AGENT_TONE_HZ)):
        party.media.endpoint.reception.forget()
        await party.wait_for_tones({tone}, ALL_TONES_HZ, timeout=5, seconds=1.0)
    await world.stack.start("conductor")
    assert not call.ended
    live = await world.api.get(f"{world.path}/calls", state="live")
    assert [item["state"] for item in live["items"]] == ["talking"]

    await call.hang_up()
    await seen.line.wait_for("ended", 5)
    cdr = await world.cdr_to(number)
    assert cdr["ending"] == "completed"
    assert cdr["answered_ms"] is not None
    assert [leg["role"] for leg in cdr["legs"]] == ["agent", "customer"]
    entry = await world.recording(cdr["recording_id"])
    assert abs(entry["actual_seconds"] - cdr["talk_seconds"]) < 0.7
    voices = await world.voices(cdr["recording_id"])
    assert voices.are(seen.tone_hz, AGENT_TONE_HZ), voices


async def test_a_call_that_ends_while_nobody_conducts_has_its_record_all_the_same(world: World):
    number = world.new_number()
    call, seen = await world.talk(number)

    await world.stack.kill("conductor")
    await call.hang_up()
    await world.stack.start("conductor")

    cdr = await world.cdr_to(number)
    assert cdr["answered_ms"] is not None
    voices = await world.voices(cdr["recording_id"])
    assert seen.tone_hz is not None
    assert voices.are(seen.tone_hz, AGENT_TONE_HZ), voices


async def test_without_a_conductor_new_calls_are_told_so_at_once(world: World):
    await world.stack.kill("conductor")
    try:
        call = await world.agent.dial(world.new_number())
        with contextlib.suppress(Exception):
            await call.wait_for("answered", 15)
        assert call.final_code == 503
    finally:
        await world.stack.start("conductor")


async def test_a_killed_worker_leaves_its_recordings_to_another_who_finishes_them_once(world: World):
    """The worker is killed in the moment in which it has taken the tasks and finished none."""
    cdrs = []
    await world.stack.kill("worker")
    for phone in (world.agent, world.colleague, world.agent, world.colleague):
        call = await phone.dial(number := world.new_number("003"))
        await call.wait_for("answered", 15)
        seen = world.seen(number)
        assert seen is not None
        assert seen.tone_hz is not None
        await call.wait_for_tones({seen.tone_hz}, ALL_TONES_HZ)
        await listen(call)
        await call.hang_up()
        cdrs.append((await world.cdr_to(number), seen.tone_hz))
    ids = [cdr["recording_id"] for cdr, _ in cdrs]
    assert await until(lambda: all_in(world, ids, {"spooled"}), 15)

    log = world.stack.log_of("worker")
    begins_at = log.stat().st_size
    starting = asyncio.gather(world.stack.start("worker"), return_exceptions=True)

    async def has_taken() -> bool:
        return b"recordings.finish" in log.read_bytes()[begins_at:].rpartition(b"[tasks]")[2] and await any_in(
            world, ids, {"spooled"}
        )

    assert await until(has_taken, 20, pause_seconds=0.005)
    await world.stack.kill("worker")
    await starting
    unfinished = [item for item in ids if (await state_of(world, item)) != "archived"]
    await world.stack.start("worker")

    assert await until(lambda: all_in(world, ids, {"archived"}), 60), [await state_of(world, item) for item in ids]
    assert unfinished, "the worker had finished everything before it was killed: nothing was tested"
    for cdr, tone in cdrs:
        entry = await world.recording(cdr["recording_id"])
        audio = await world.audio(cdr["recording_id"])
        assert entry["sha256"] == hashlib.sha256(audio).hexdigest()
        voices = await world.voices(cdr["recording_id"])
        assert voices.customer_tones == {tone}
    # Once: one object a recording, and nothing half-written beside it.
    objects = [path for path in (world.stack.run_dir / "control" / "objects").rglob("*") if path.is_file()]
    for recording_id in ids:
        assert len([path for path in objects if recording_id in path.name and path.suffix == ".ogg"]) == 1


async def state_of(world: World, recording_id: str) -> str:
    entry = await world.api.get(f"{world.path}/recordings/{recording_id}")
    return str(entry["state"])


async def all_in(world: World, ids: list[str], states: set[str]) -> bool:
    return all([await state_of(world, item) in states for item in ids])


async def any_in(world: World, ids: list[str], states: set[str]) -> bool:
    return any([await state_of(world, item) in states for item in ids])
