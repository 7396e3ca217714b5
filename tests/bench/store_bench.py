"""SQLite store against bare sqlite3: CDR rows a second, the same rows in the same batches, side by side."""

import asyncio
import gc
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

from servicekit.stores import ColumnType, TableSpec, open_store

ROWS = 30_000
BATCH = 1_000
RUNS = 5

TEXT, INT, JSON = ColumnType.TEXT, ColumnType.INT, ColumnType.JSON
CDRS = TableSpec(
    "cdrs",
    partition=("tenant_id", "day"),
    clustering=("started_ms", "call_id"),
    descending=("started_ms",),
    columns={
        "tenant_id": TEXT, "day": TEXT, "started_ms": INT, "call_id": TEXT, "direction": TEXT, "answered_ms": INT,
        "ended_ms": INT, "ending": TEXT, "disposition": TEXT, "agent_id": TEXT, "site_id": TEXT, "trunk_id": TEXT,
        "cost_class": TEXT, "customer_token": TEXT, "caller_number": TEXT, "talk_seconds": INT, "legs": JSON,
    },
)  # fmt: skip

# What one would write by hand for the same table: nothing but what sqlite3 itself needs.
BARE_TABLE = """
CREATE TABLE cdrs (tenant_id TEXT, day TEXT, started_ms INTEGER, call_id TEXT, direction TEXT, answered_ms INTEGER,
ended_ms INTEGER, ending TEXT, disposition TEXT, agent_id TEXT, site_id TEXT, trunk_id TEXT, cost_class TEXT,
customer_token TEXT, caller_number TEXT, talk_seconds INTEGER, legs TEXT,
PRIMARY KEY (tenant_id, day, started_ms DESC, call_id)) WITHOUT ROWID
"""
NAMES = list(CDRS.columns)
BARE_UPSERT = f"INSERT INTO cdrs VALUES ({', '.join('?' * len(NAMES))}) ON CONFLICT DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in NAMES[4:]
)

Batches = list[list[dict[str, Any]]]


def build_batches() -> Batches:
    """Return ROWS records of a day's calls, two legs each, in the order in which calls end."""
    rows = []
    for n in range(ROWS):
        started = 1_790_000_000_000 + n * 731
        legs = [
            {"leg_id": f"leg-{n:08x}-{side}", "role": role, "started_ms": started, "answered_ms": started + 5000,
             "ended_ms": started + 90_000, "site_id": site, "ending": "completed"}
            for side, role, site in ((0, "customer", None), (1, "agent", "chengdu"))
        ]  # fmt: skip
        rows.append(
            {"tenant_id": f"tenant-{n % 4}", "day": "2026-11-23", "started_ms": started,
             "call_id": f"{(n * 2654435761) % 2**32:08x}-{n:08x}", "direction": "outbound",
             "answered_ms": started + 5000,
             "ended_ms": started + 90_000, "ending": "completed", "disposition": "sale" if n % 9 == 0 else None,
             "agent_id": f"agent-{n % 200}", "site_id": "chengdu", "trunk_id": "trunk-1", "cost_class": "mobile",
             "customer_token": f"{n:032x}", "caller_number": "+862811112222", "talk_seconds": 85, "legs": legs}
        )  # fmt: skip
    return [rows[start : start + BATCH] for start in range(0, ROWS, BATCH)]


def time_bare(folder: Path, batches: Batches) -> float:
    """Return rows a second of the best hand-written sqlite3 code we know, one transaction a batch."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(BARE_TABLE)
    take = itemgetter(*NAMES[:-1])
    to_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    started = time.perf_counter()
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(BARE_UPSERT, [(*take(row), to_json(row["legs"])) for row in batch])
        connection.execute("COMMIT")
    elapsed = time.perf_counter() - started
    assert connection.execute("SELECT count(*) FROM cdrs").fetchone() == (ROWS,)
    connection.close()
    return ROWS / elapsed


def time_store(folder: Path, batches: Batches) -> float:
    """Return rows a second through the port, from the event loop, one batch after the other."""

    async def write() -> float:
        store = open_store(f"sqlite:///{folder / 'store.db'}", [CDRS])
        started = time.perf_counter()
        for batch in batches:
            await store.upsert_many("cdrs", batch)
        elapsed = time.perf_counter() - started
        last = batches[-1][-1]
        assert await store.get("cdrs", {name: last[name] for name in CDRS.key}) == last
        await store.close()
        return ROWS / elapsed

    return asyncio.run(write())


def measure() -> list[dict[str, Any]]:
    """Return the ratio store/bare: the median over RUNS interleaved runs, each on fresh files."""
    batches = build_batches()
    ratios, rates = [], []
    for run in range(RUNS):
        speeds = {}
        sides: list[Callable[[Path, Batches], float]] = [time_bare, time_store]
        # Turn about, so that what the machine does meanwhile favours neither.
        for side in sides if run % 2 == 0 else reversed(sides):
            with tempfile.TemporaryDirectory() as folder:
                gc.collect()
                speeds[side] = side(Path(folder), batches)
        ratios.append(speeds[time_store] / speeds[time_bare])
        rates.append(speeds)
    return [
        {
            "name": "SQLite store: CDR rows/s against bare sqlite3 with the same batch",
            "value": round(statistics.median(ratios), 3),
            "unit": "ratio",
            "aim": 0.7,
            "direction": "at-least",
            "against": f"bare sqlite3, executemany of {BATCH} rows a transaction: "
            f"{statistics.median(speeds[time_bare] for speeds in rates):.0f} rows/s, "
            f"store {statistics.median(speeds[time_store] for speeds in rates):.0f} rows/s",
            "runs": [round(ratio, 3) for ratio in ratios],
        }
    ]


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
