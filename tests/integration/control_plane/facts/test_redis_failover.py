"""The master of three Redis servers is killed under facts consumers, workers and beats."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from facts_house import ACME, NODE, House, cdr, live_call, new_call_id, records, spool, until
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.ids import CallId, RecordingId
from callmodel.wire import Envelope
from control_plane.features.recordings.ledger import EntryState
from control_plane.features.recordings.store import LedgerStore
from control_plane.times import now_ms
from media_nodes.outbox import RedisOutbox
from servicekit.redisio import Replicas, connect
from servicekit.snapshots import Published

REPLICAS = {"TRUNKLINE_REDIS_WAIT_REPLICAS": "1"}


@pytest.fixture
async def house(redises: Any, tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path, redises.url)
    house.environment |= REPLICAS
    await house.open()
    yield house
    await house.close()


async def archived(house: House, recording_id: RecordingId) -> bool:
    entry = await LedgerStore(house.resources.store).one(ACME, recording_id)
    return entry is not None and entry.state is EntryState.ARCHIVED


async def recorded(house: House) -> list[CallId]:
    return [record.cdr.call_id for record in await records(house)]


async def leading(house: House) -> bool:
    """Say whether a beat holds the lock."""
    with contextlib.suppress(RedisError):
        return bool(await house.redis.exists("celery:redbeat::lock"))
    return False


async def test_no_fact_is_lost_or_doubled_and_work_goes_on(house: House, redises: Any, tmp_path: Path):
    await house.start_facts("facts-1")
    await house.start_worker()
    first, second = (spool(house.folder, new_call_id(), 2.0) for _ in range(2))
    client = connect(redises.url)
    outbox = RedisOutbox(tmp_path / "outbox", client, Replicas(1, 200))
    told: list[CallId] = []

    def put(kind: str, identity: str, body: Any) -> None:
        outbox.put(Envelope(f"{identity}:{kind}", kind, ACME, NODE, now_ms(), to_wire(body)))

    async def tell(count: int) -> None:
        for _ in range(count):
            told.append(new_call_id())
            put("call.started", told[-1], live_call(told[-1]))
            put("call.ended", told[-1], cdr(told[-1]))
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())
        put("recording.spooled", first.recording_id, first)
        await tell(200)
        killed = time.monotonic()
        killing = group.create_task(redises.kill_master())
        await tell(200)
        await killing
        put("recording.spooled", second.recording_id, second)
        await outbox.flushed()
        flushed = time.monotonic() - killed
        await tell(20)
        await outbox.flushed()
        running.cancel()

    async def all_recorded() -> bool:
        return set(await recorded(house)) == set(told)

    await until(all_recorded, 30)
    caught_up = time.monotonic() - killed
    for recording in (first, second):
        await until(lambda it=recording: archived(house, it.recording_id), 30)  # type: ignore[misc]
    print(f"facts flow after {flushed:.1f} s, all in the store after {caught_up:.1f} s, "
          f"recordings archived after {time.monotonic() - killed:.1f} s")  # fmt: skip
    outbox.close()
    await client.aclose()

    assert Counter(await recorded(house)) == Counter(told)
    assert caught_up < 20
    assert all(house.processes[name].poll() is None for name in ("facts-1", "worker"))


async def test_beat_outlives_the_master(house: House, redises: Any):
    await house._ready(house.start("beat", "control_plane.worker:beat"))

    async def said(message: str) -> bool:
        return any(line["message"] == message for line in house.log_of("beat"))

    await until(lambda: leading(house))
    published = await Published(house.redis, keys.DIRECTORY).version()
    assert published
    await redises.kill_master()
    await until(lambda: said("beat does not lead"))
    await until(lambda: leading(house), 20)

    assert house.processes["beat"].poll() is None
    assert await Published(house.redis, keys.DIRECTORY).version() == published
    assert await asyncio.to_thread(house.stop, "beat") == 0


async def test_nobody_dies_while_the_master_takes_no_writes(house: House, redises: Any):
    """It lost its replicas, so what it took could be lost: it refuses, until one is back."""
    await house.start_facts()
    await house.start_worker()
    await house._ready(house.start("beat", "control_plane.worker:beat"))
    await until(lambda: leading(house))
    for name in ("redis-2", "redis-3"):
        await redises.children[name].kill()

    async def all_felt_it() -> bool:
        facts = any(line["message"] == "redis is away" for line in house.log_of("facts"))
        return facts and any(line["message"] == "beat does not lead" for line in house.log_of("beat"))

    await until(all_felt_it, 30)
    await redises.come_back("redis-2")
    call_id, recording = new_call_id(), spool(house.folder, new_call_id(), 2.0)

    async def told() -> bool:
        with contextlib.suppress(RedisError):
            await house.tell("call.ended", cdr(call_id))
            await house.tell("recording.spooled", recording)
            return True
        return False

    await until(told, 15)
    await until(lambda: archived(house, recording.recording_id), 40)

    async def written() -> bool:
        return await recorded(house) == [call_id]

    # The groups come back each at its own time.
    await until(written, 20)
    assert all(house.processes[name].poll() is None for name in ("facts", "worker", "beat"))
