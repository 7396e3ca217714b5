# ruff: noqa: E402 - the house of the tests is imported by path
"""From a fact on the stream to the CDR in the store: p99 at 100 recorded calls a second, real Redis and consumers.

And how far the ledger, which has three facts of each call to enter, lies behind the stream when the last one is told.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS / "integration" / "control_plane" / "facts")]

from facts_house import ACME, House, cdr, live_call, new_call_id, until

from callmodel import keys
from callmodel.ids import CallId, RecordingId
from callmodel.wire import RecordingSpooled
from control_plane.facts.livecalls import RECORDED
from control_plane.times import now_ms
from devstack.cassandra import running

CALLS_A_SECOND = 100
SECONDS = 6
RUNS = 5
LOOK_SECONDS = 0.005
AIM_MS = 500
HOST = "127.158.14.1"


async def watch(house: House, told: dict[CallId, float], took_ms: list[float]) -> None:
    """Note when each told call has its record: the consumer marks a call once the store has it."""
    live: Any = keys.live_calls(ACME)
    while len(took_ms) < CALLS_A_SECOND * SECONDS:
        waiting = list(told)
        marks: Any = await house.redis.mget([f"{live}:ended:{call_id}" for call_id in waiting]) if waiting else []
        now = time.monotonic()
        for call_id, mark in zip(waiting, marks, strict=True):
            if mark == RECORDED:
                took_ms.append((now - told.pop(call_id)) * 1000)
        await asyncio.sleep(LOOK_SECONDS)


async def run_once(house: House) -> tuple[float, float]:
    """Return the p99 of one run, and how long the ledger had still to write after it, in milliseconds."""
    told: dict[CallId, float] = {}
    took_ms: list[float] = []
    async with asyncio.timeout(SECONDS + 60), asyncio.TaskGroup() as group:
        group.create_task(watch(house, told, took_ms))
        started = time.monotonic()
        for number in range(CALLS_A_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, started + number / CALLS_A_SECOND - time.monotonic()))
            call_id = new_call_id()
            recording = RecordingSpooled(RecordingId(f"{call_id}-r1"), call_id, "/spool/r1.wav", 6.0, now_ms())
            await house.tell("call.started", live_call(call_id))
            await house.tell("call.answered", live_call(call_id, "talking", recording_id=recording.recording_id))
            told[call_id] = time.monotonic()
            await house.tell("call.ended", cdr(call_id, recording_id=recording.recording_id))
            await house.tell("recording.spooled", recording)
        ended = time.monotonic()
        await until(lambda: is_entered(house), 60)
        behind_ms = (time.monotonic() - ended) * 1000
    return round(statistics.quantiles(took_ms, n=100)[98], 1), round(behind_ms, 1)


async def is_entered(house: House) -> bool:
    """Say whether the ledger has all that was told."""
    groups: Any = await house.redis.xinfo_groups(keys.facts(ACME))
    return any(group["name"] == "recordings" and group["lag"] == group["pending"] == 0 for group in groups)


async def run_all(store: dict[str, str]) -> list[tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), **store)
        await house.open()
        try:
            await house.start_facts()
            # Warm: the first batch opens the store's tables.
            return [await run_once(house) for _ in range(RUNS + 1)][1:]
        finally:
            await house.close()


def measure() -> list[dict[str, Any]]:
    """Return the p99 from stream to record, and the ledger's lag: the median over RUNS runs."""
    return results_of("SQLite", asyncio.run(run_all({})))


def measure_on_cassandra() -> list[dict[str, Any]]:
    """The same with the records in Cassandra, one node."""
    with tempfile.TemporaryDirectory() as folder, running([HOST], Path(folder)) as nodes:
        return results_of("Cassandra", asyncio.run(run_all({"TRUNKLINE_STORE_URL": nodes.url("facts")})))


def results_of(store: str, runs: list[tuple[float, float]]) -> list[dict[str, Any]]:
    names = (
        f"facts: from stream to CDR in {store}, p99 at {CALLS_A_SECOND} calls/s",
        f"facts: the ledger in {store} behind the stream after {SECONDS} s of {CALLS_A_SECOND} calls/s",
    )
    return [
        {
            "name": name,
            "value": statistics.median(measured),
            "unit": "ms",
            "aim": AIM_MS,
            "direction": "at-most",
            "against": f"no other; one consumer process, {CALLS_A_SECOND * SECONDS} calls a run, four facts a call",
            "runs": list(measured),
        }
        for name, measured in zip(names, zip(*runs, strict=True), strict=True)
    ]


if __name__ == "__main__":
    print(json.dumps(measure() + measure_on_cassandra(), indent=2))
