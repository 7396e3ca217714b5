"""Cassandra: CDR rows a second through the control plane's own store against the bare driver, on the same node."""

import asyncio
import gc
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cassandra.cluster import Session
from cassandra.concurrent import execute_concurrent_with_args

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId, TrunkId, uuid7
from control_plane.features.calls.sealing import row_of
from control_plane.features.calls.store import CDRS, CallStore
from control_plane.migrations import MIGRATIONS
from devstack.cassandra import Nodes, running
from servicekit.crypto import TenantCipher
from servicekit.stores import Store, open_store
from servicekit.stores.rows import columns_of, encode

ROWS = 3_000
BATCH = 100
"""As many as the consumer of a busy tenant writes at once."""

CONCURRENCY = 100
RUNS = 5
TENANT, CUSTOMER = TenantId("acme"), E164("+8613812345678")
CIPHER = TenantCipher(bytes(32))


def build_cdrs() -> list[Cdr]:
    """Return ROWS records that no run has written yet, two legs each, 14 calls a second."""
    return [_cdr(1_790_000_000_000 + n * 72) for n in range(ROWS)]


def _cdr(started: int) -> Cdr:
    call_id = CallId(uuid7(started, secrets.randbits(74)))
    ended = started + 90_000
    legs = (
        CdrLeg(LegId(f"{call_id}-1"), LegRole.AGENT, LegState.ENDED, started, ended_ms=ended,
               extension=Extension("1001")),
        CdrLeg(LegId(f"{call_id}-2"), LegRole.CUSTOMER, LegState.ENDED, started + 50, ended_ms=ended, number=CUSTOMER,
               answered_ms=started + 5000, trunk_id=TrunkId("carrier")),
    )  # fmt: skip
    return Cdr(
        call_id, TENANT, NodeId("node-1"), 5, Direction.OUTBOUND, CallState.ENDED, "13812345678", started, legs,
        answered_ms=started + 5000, ended_ms=ended, ending=Ending.COMPLETED, ending_class=EndingClass.SUCCESS,
        hung_up_by="customer", talk_seconds=85.0, hold_seconds=0.0, ring_seconds=4.0, wait_seconds=0.0,
        extension=Extension("1001"), site_id=SiteId("branch-1"), number=CUSTOMER,
        caller_number=E164("+862155550001"), trunk_id=TrunkId("carrier"),
        cost_class="national", recording_id=RecordingId(f"{call_id}-r1"),
    )  # fmt: skip


def time_bare(session: Session, cdrs: list[Cdr]) -> float:
    """Return rows a second of the driver alone: rows sealed and encoded beforehand, prepared, many on the way."""
    rows = [row_of(CIPHER, TENANT, cdr) for cdr in cdrs]
    spec = CDRS
    columns = columns_of(spec, {name: value for name, value in rows[0].items() if name in spec.columns})
    values = encode(spec, columns, rows)
    insert = session.prepare(f"INSERT INTO cdrs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})")
    started = time.perf_counter()
    execute_concurrent_with_args(session, insert, values, concurrency=CONCURRENCY)
    return ROWS / (time.perf_counter() - started)


def time_store(store: Store, cdrs: list[Cdr]) -> float:
    """Return rows a second through `CallStore.write`: looked up, sealed, encoded and written, batch after batch."""

    async def write() -> float:
        calls = CallStore(store, CIPHER)
        started = time.perf_counter()
        for start in range(0, ROWS, BATCH):
            assert await calls.write(TENANT, cdrs[start : start + BATCH]) == BATCH
        elapsed = time.perf_counter() - started
        record = await calls.one(TENANT, cdrs[-1].call_id)
        assert record is not None and record.cdr == cdrs[-1]
        return ROWS / elapsed

    return asyncio.run(write())


def measure() -> list[dict[str, Any]]:
    """Return the ratio store/bare: the median over RUNS interleaved runs, each with rows of its own."""
    host = f"127.{64 + os.getpid() % 160}.15.1"
    with tempfile.TemporaryDirectory() as folder, running([host], Path(folder)) as nodes:
        ratios, rates = _runs(nodes)
    bare = statistics.median(rate[0] for rate in rates)
    own = statistics.median(rate[1] for rate in rates)
    return [
        {
            "name": "Cassandra store: CDR rows/s against the bare driver on the same node",
            "value": round(statistics.median(ratios), 3),
            "unit": "ratio",
            "aim": 0.7,
            "direction": "at-least",
            "against": f"bare cassandra-driver, {CONCURRENCY} prepared inserts on the way: {bare:.0f} rows/s, "
            f"store {own:.0f} rows/s in batches of {BATCH}",
            "runs": [round(ratio, 3) for ratio in ratios],
        }
    ]


def _runs(nodes: Nodes) -> tuple[list[float], list[tuple[float, float]]]:
    store = open_store(nodes.url("bench"), MIGRATIONS)
    session = store._session._session  # type: ignore[attr-defined]
    sides: list[Callable[[], float]] = [
        lambda: time_bare(session, build_cdrs()),
        lambda: time_store(store, build_cdrs()),
    ]
    rates: list[tuple[float, float]] = []
    # The first turn warms the node up and does not count.
    for run in range(RUNS + 1):
        speeds: dict[int, float] = {}
        # Turn about, so that what the machine does meanwhile favours neither.
        for side in (0, 1) if run % 2 == 0 else (1, 0):
            gc.collect()
            speeds[side] = sides[side]()
        rates.append((speeds[0], speeds[1]))
    asyncio.run(store.close())
    return [own / bare for bare, own in rates[1:]], rates[1:]


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
