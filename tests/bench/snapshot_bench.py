"""What 100,000 stations of 1,000 tenants cost those who must not wait: SIP workers and conductors.

Everything is published to a real Redis.  An agent's copy and a conductor's are filled from nothing, then one station
changes at a time, at last one of a tenant with 10,000 stations.  Meanwhile a SIP worker (a process on the bare
interpreter, as in Kamailio) and a conductor's event loop look up and plan all the time (`snapshot_readers`).
"""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from callmodel import directory, edgesnapshot, keys
from callmodel.codec import to_wire
from callmodel.directory import CallerRule, Did, Directory, Rate, Station, Tenant, Trunk
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway
from callmodel.entries import PLATFORM_PART, tenant_part
from callmodel.ids import E164, Extension, SiteId, TenantId, TrunkId
from servicekit.redisio import connect
from servicekit.snapshots import Published, text_of
from tests.bench.snapshot_readers import BIG, DOMAIN, SMALL, TENANTS

STATIONS, OF_THE_BIG_ONE = 100_000, 10_000
NUMBERS_A_TENANT, TRUNKS, RATES, BRANCHES = 20, 50, 40, 200
CHANGES, CHANGES_OF_THE_BIG_ONE, RUNS = 20, 3, 3
END_SECONDS = 60.0
READERS = Path(__file__).with_name("snapshot_readers.py")


def measure() -> list[dict[str, Any]]:
    """Return the longest blocks, how soon a change is seen, and what a SIP worker needs of memory."""
    figures = [asyncio.run(run()) for _ in range(RUNS)]
    whole = parsed_whole()
    print(f"  one document parsed whole: {whole['longest'] * 1e3:.0f} ms, {whole['memory']:.0f} MB a worker")
    sets = f"{STATIONS:,} stations, {TENANTS:,} tenants"
    rows = [
        (f"snapshot: longest block of a SIP worker, {sets}", "ms", 5.0, blocks_ms(figures, "worker")),
        (f"snapshot: longest block of a conductor, {sets}", "ms", 5.0, blocks_ms(figures, "conductor")),
        ("snapshot: a station's change is seen by both", "ms", 500.0, [slowest_median_ms(each) for each in figures]),
        ("snapshot: memory of a SIP worker for it", "MB", 10.0, [each["worker"]["memory"] for each in figures]),
    ]
    shared = {"direction": "at-most", "against": "one document parsed whole"}
    return [
        {"name": name, "value": statistics.median(runs), "unit": unit, "aim": aim, "runs": runs} | shared
        for name, unit, aim, runs in rows
    ]


def blocks_ms(figures: list[dict[str, Any]], name: str) -> list[float]:
    return [each[name]["longest"] * 1e3 for each in figures]


def slowest_median_ms(figures: dict[str, Any]) -> float:
    return max(statistics.median(figures[name]["seen"]) for name in ("worker", "conductor")) * 1e3


async def run() -> dict[str, Any]:
    """Fill, change and measure once; return what the readers saw."""
    with tempfile.TemporaryDirectory() as folder:
        async with contextlib.AsyncExitStack() as stack:
            redis = await stack.enter_async_context(a_redis(Path(folder)))
            await publish_everything(redis)
            url, state, known = f"unix://{folder}/redis.sock", f"{folder}/state.db", f"{folder}/directory.db"
            worker = a_reader("/usr/bin/python3", "worker", state)
            conductor = a_reader(sys.executable, "conductor", known, url)
            readers = {
                "worker": await stack.enter_async_context(worker),
                "conductor": await stack.enter_async_context(conductor),
            }
            await stack.enter_async_context(a_reader(sys.executable, "agent", state, url))
            async with asyncio.timeout(END_SECONDS):
                for reader in readers.values():
                    await reader.stdout.readline()
                await change_stations(redis)
                said = {name: (await reader.communicate())[0] for name, reader in readers.items()}
    figures = {name: json.loads(text) for name, text in said.items()}
    for name, seen in figures.items():
        times = (seen["longest"], statistics.median(seen["seen"]), max(seen["seen"]))
        blocked, median, slowest = (each * 1e3 for each in times)
        print(f"  {name}: longest block {blocked:.2f} ms, {seen['memory']:.1f} MB, ", end="")
        print(f"change seen after {median:.0f} ms, the slowest {slowest:.0f}")
    return figures


async def change_stations(redis: Redis) -> None:
    """Change a station of a usual tenant again and again, then one of the largest, and say that it is over."""
    for tenant_id in [SMALL] * CHANGES + [BIG] * CHANGES_OF_THE_BIG_ONE:
        parts = parts_of(TenantId(tenant_id))
        await put(redis, tenant_id, marked(parts, str(time.monotonic_ns())))
        await asyncio.sleep(0.3)
    await put(redis, SMALL, parts_of(TenantId(SMALL), done=True))


Parts = tuple[Any, Any]


def marked(parts: Parts, mark: str) -> Parts:
    """Write the mark into the tenant's first station."""
    for part, name in zip(parts, ("display_name", "ha1"), strict=True):
        next(iter(part["station"].values()))[name] = mark
    return parts


async def put(redis: Redis, tenant_id: str, parts: Parts) -> None:
    for name, part in zip((keys.DIRECTORY, keys.EDGE), parts, strict=True):
        published = Published(redis, name)
        await published.publish(await published.begin(), {tenant_part(TenantId(tenant_id)): part})


async def publish_everything(redis: Redis) -> None:
    branches = tuple(SiteId(f"branch-{number}") for number in range(BRANCHES))
    platform = (
        directory.tables_of(Directory(trunks=tuple(trunk(number) for number in range(TRUNKS)))),
        edgesnapshot.tables_of(EdgeSnapshot(trunks=peerings(), branches=branches)),
    )
    tenants = [TenantId(f"t{number:04}") for number in range(TENANTS)]
    parts = {PLATFORM_PART: platform} | {tenant_part(tenant_id): parts_of(tenant_id) for tenant_id in tenants}
    for place, name in enumerate((keys.DIRECTORY, keys.EDGE)):
        published = Published(redis, name)
        await published.publish(await published.begin(), {part: both[place] for part, both in parts.items()})
        await published.finish()


def parts_of(tenant_id: TenantId, *, done: bool = False) -> Parts:
    """Return a tenant's part for nodes and for edges."""
    extensions = [Extension(str(1000 + each)) for each in range(stations_of(tenant_id))]
    extensions += [Extension("done")] if done else []
    held = tuple(E164(f"+8621{tenant_id[1:]}{each:04}") for each in range(NUMBERS_A_TENANT))
    domain, sites = f"{tenant_id}.{DOMAIN}", [SiteId(f"branch-{each}") for each in range(BRANCHES)]
    known = Directory(
        (Tenant(tenant_id, f"Firm {tenant_id}", domain, caller_rule=CallerRule(numbers=held)),),
        tuple(Station(tenant_id, each, sites[place % BRANCHES]) for place, each in enumerate(extensions)),
        (),
        tuple(Did(number, tenant_id) for number in held),
    )
    phones = (
        EdgeStation(tenant_id, domain, each, "a" * 32, sites[place % BRANCHES])
        for place, each in enumerate(extensions)
    )
    snapshot = EdgeSnapshot(domains={domain: tenant_id}, stations=tuple(phones), numbers=held)
    return directory.tables_of(known), edgesnapshot.tables_of(snapshot)


def stations_of(tenant_id: TenantId) -> int:
    return OF_THE_BIG_ONE if tenant_id == BIG else (STATIONS - OF_THE_BIG_ONE) // (TENANTS - 1) + 1


def trunk(number: int) -> Trunk:
    rates = (Rate("+", 0.1, "any"), *(Rate(f"+86{130 + each}", 0.05, "mobile") for each in range(RATES - 1)))
    return Trunk(TrunkId(f"trunk-{number}"), f"Carrier {number}", rates)


def peerings() -> tuple[EdgeTrunk, ...]:
    return tuple(
        EdgeTrunk(
            TrunkId(f"trunk-{each}"),
            (Gateway(f"192.0.2.{each}"), Gateway(f"198.51.100.{each}")),
            f"c{each}.example",
            sources=(f"192.0.2.{each}", f"203.0.113.{each}"),
        )
        for each in range(TRUNKS)
    )


def parsed_whole() -> dict[str, Any]:
    """Return what it costs to read all of it from one document."""
    parts = [parts_of(TenantId(f"t{number:04}"))[1] for number in range(TENANTS)]
    document = {
        "domains": {name: each["tenant_id"] for part in parts for name, each in part["domain"].items()},
        "stations": [station for part in parts for station in part["station"].values()],
        "numbers": [number for part in parts for number in part["number"]],
        "trunks": to_wire(peerings()),
    }
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text_of(document))
        file.flush()
        command = ["/usr/bin/python3", str(READERS), "whole", file.name]
        said: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return said


@contextlib.asynccontextmanager
async def a_reader(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    interpreter, *rest = command
    process = await asyncio.create_subprocess_exec(interpreter, str(READERS), *rest, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def a_redis(folder: Path) -> AsyncIterator[Redis]:
    command = ["redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", "", "--dir", str(folder)]
    server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    redis = connect(f"unix://{folder}/redis.sock")
    try:
        while not (folder / "redis.sock").exists():  # noqa: ASYNC110 - happens in another process
            await asyncio.sleep(0.01)
        yield redis
    finally:
        await redis.aclose()
        server.kill()
        await server.wait()
