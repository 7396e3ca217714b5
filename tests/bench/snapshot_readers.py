"""The processes of `snapshot_bench`: `python snapshot_readers.py worker|agent|conductor|whole FILE [redis address]`.

Each ends when it finds the station `done`, and prints what it saw.  A block is the longest time from one look to the
next.  What is measured runs before all others on the machine, where it may.
"""

import asyncio
import contextlib
import gc
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A SIP worker runs on the bare interpreter: it has no packages but ours.
sys.path[:0] = [str(ROOT / room) for room in ("edge-proxy", "control-plane", "media-nodes", "infra")]

TENANTS, BIG, SMALL = 1_000, "t0000", "t0500"
DOMAIN = "example.test"
PASSES, REST_SECONDS = 100, 0.002


def private_mb() -> float:
    """Return the memory that no other process shares."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))) / 1024


class Blocks:
    """Measures the longest time between `begin` and `end`."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._started = 0.0

    def begin(self) -> None:
        self._started = time.monotonic()

    def end(self, rested: float = 0.0) -> None:
        self.longest = max(self.longest, time.monotonic() - self._started - rested)


class Marks:
    """When changes were seen that say in themselves, in nanoseconds of the machine's clock, when they were made."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self._last: dict[str, str] = {}

    def look(self, tenant: str, mark: str) -> None:
        if mark != self._last.get(tenant):
            if mark.isdigit():
                self.seen.append(time.monotonic() - int(mark) / 1e9)
            self._last[tenant] = mark


def worker(path: str) -> None:
    """Look up as a SIP worker does."""
    from edge_proxy.view import StateFile

    gc.freeze()  # as route.mod_init does
    file, blocks, marks, turn = StateFile(path), Blocks(), Marks(), 0
    before = private_mb()
    filled = False
    while not ((view := file.view(time.monotonic())).known and view.station_of(f"{SMALL}.{DOMAIN}", "done")):
        turn += 1
        if view.known and not filled:
            filled = True
            say_filled()
        tenant = f"t{turn % TENANTS:04}"
        blocks.begin()
        view = file.view(time.monotonic())
        if view.known:
            view.has_domain(f"{tenant}.{DOMAIN}")
            view.owns(f"+8621{tenant[1:]}0001")
            view.station_of(f"{tenant}.{DOMAIN}", str(1000 + turn % 80))
        view.trunks.is_carrier("192.0.2.1")
        blocks.end()
        for changing in (SMALL, BIG):
            station = view.station_of(f"{changing}.{DOMAIN}", "1000") if view.known else None
            if station is not None:
                marks.look(changing, station.ha1)
        time.sleep(0.0005)
    tell(blocks, marks, private_mb() - before)


def say_filled() -> None:
    print("filled", flush=True)


def tell(blocks: Blocks, marks: Marks, memory_mb: float) -> None:
    print(json.dumps({"longest": blocks.longest, "seen": marks.seen, "memory": memory_mb}))


def whole(path: str) -> None:
    """Read one document with everything, as a SIP worker did until ADR 28."""
    from callmodel.codec import from_wire
    from callmodel.edgesnapshot import EdgeSnapshot

    blocks, before = Blocks(), private_mb()
    started = time.thread_time()
    snapshot = from_wire(EdgeSnapshot, json.loads(Path(path).read_bytes()))
    index = {(each.domain.lower(), str(each.extension)): each for each in snapshot.stations}
    blocks.longest = time.thread_time() - started
    tell(blocks, Marks(), private_mb() - before if index else 0.0)


async def agent(path: str, redis_url: str) -> None:
    """Keep a SIP worker's file in step, as the edge's agent does."""
    from callmodel import keys
    from callmodel.edgesnapshot import check_entry
    from servicekit.redisio import connect
    from servicekit.snapshotcopy import SnapshotCopy
    from servicekit.snapshots import Change, follow

    async def changed(_change: Change) -> None:
        pass

    await follow(connect(redis_url), keys.EDGE, SnapshotCopy(Path(path), check_entry), changed)


async def conductor(path: str, redis_url: str) -> None:
    """Plan calls without a rest on an event loop, beside what keeps the directory in step."""
    from callmodel.routing import plan_call
    from media_nodes.conductor import DirectoryShelf
    from media_nodes.configuration import follow_directory
    from servicekit.redisio import connect

    gc.freeze()  # as servicekit.lifecycle does
    shelf, blocks, marks, turn = DirectoryShelf(), Blocks(), Marks(), 0
    async with asyncio.TaskGroup() as group:
        before = private_mb()
        following = group.create_task(follow_directory(connect(redis_url), shelf, Path(path)))
        filled = False
        while shelf.current is None or shelf.current.station_of(SMALL, "done") is None:
            turn += 1
            if shelf.current is not None and not filled:
                filled = True
                say_filled()
            blocks.begin()
            if shelf.current is not None:
                plan_call(shelf.current, f"t{turn % TENANTS:04}", "013812345678")
            # Now and then a rest, or the kernel gives real-time processes one.
            rest = 0.0 if turn % PASSES else REST_SECONDS
            await asyncio.sleep(rest)
            blocks.end(rest)
            for changing in (SMALL, BIG):
                station = shelf.current.station_of(changing, "1000") if shelf.current is not None else None
                if station is not None:
                    marks.look(changing, station.display_name)
        following.cancel()
    tell(blocks, marks, private_mb() - before)


if __name__ == "__main__":
    if sys.argv[1] in ("worker", "conductor"):
        # What is measured is what we do, and not what else goes on on the machine.
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    chosen = {"worker": worker, "whole": whole, "agent": agent, "conductor": conductor}[sys.argv[1]]
    running = chosen(*sys.argv[2:])
    if asyncio.iscoroutine(running):
        asyncio.run(running)
