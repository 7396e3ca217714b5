"""What several API processes publish side by side, from one store to one Redis."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "branch_gateway"))
from hq_rig import Hq, redis_process, running_hq

from callmodel import keys
from callmodel.directory import Tenant
from callmodel.edgesnapshot import STATION, station_key
from callmodel.entries import tenant_part
from callmodel.ids import Extension, SiteId, TenantId
from control_plane.features.stations.store import StationRecord, StationStore
from control_plane.features.tenants.store import TenantRecord, TenantStore
from control_plane.publishing.publisher import Changes, Publisher
from control_plane.web.context import Resources
from servicekit.snapshots import Published

ACME, BOLT = TenantId("acme"), TenantId("bolt")


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_process(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def hq(tmp_path: Path, redis_url: str) -> AsyncIterator[Hq]:
    async with running_hq(tmp_path / "hq", redis_url) as running:
        for tenant_id in (ACME, BOLT):
            tenant = Tenant(tenant_id, tenant_id.title(), f"{tenant_id}.trunkline.test")
            assert await TenantStore(running.resources.store).add(tenant_id, TenantRecord(tenant, 1))
        yield running


class HeldStore:
    """The store, whose answers about stations come late: they are read, and held back until told."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.has_read, self.may_go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def page(self, table: str, *args: Any, **options: Any) -> Any:
        found = await self._store.page(table, *args, **options)
        if table == "stations":
            self.has_read.set()
            await self.may_go_on.wait()
        return found


async def seat(resources: Resources, extension: str, tenant_id: TenantId = ACME) -> None:
    station = StationRecord(tenant_id, Extension(extension), SiteId("shenyang"), "", "rtp", "0" * 32, 1)
    assert await StationStore(resources.store, resources.cipher).add(tenant_id, station)


async def seated(resources: Resources, tenant_id: TenantId = ACME) -> set[str]:
    """Return the extensions that edges know."""
    [part] = await Published(resources.redis, keys.EDGE).documents(tenant_part(tenant_id))
    return {key.partition("/")[2] for key in part[STATION]} if part else set()


@pytest.mark.parametrize("everything", [False, True])
async def test_who_read_before_a_change_does_not_undo_it_however_late_it_is_done(hq: Hq, everything: bool):
    resources = hq.resources
    held = HeldStore(resources.store)
    slow = Publisher(replace(resources, store=held), Changes())  # type: ignore[arg-type]
    fast = Publisher(resources, Changes())
    await seat(resources, "1001")
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(slow.publish_all() if everything else slow.publish({tenant_part(ACME)}))
        await held.has_read.wait()
        await seat(resources, "1002")
        await fast.publish({tenant_part(ACME)})
        held.may_go_on.set()

    assert await seated(resources) == {"1001", "1002"}


async def test_a_look_at_everything_publishes_what_differs_and_takes_away_what_is_gone(hq: Hq):
    resources, publisher = hq.resources, Publisher(hq.resources, Changes())
    await seat(resources, "1001")
    await publisher.publish_all()
    edge = Published(resources.redis, keys.EDGE)
    before = await edge.index()
    assert await edge.is_whole() and await seated(resources) == {"1001"}

    # Nothing of this was told, as by an operator's command.
    await seat(resources, "1001", BOLT)
    await edge.publish(await edge.begin(), {"tenant:nobody": {STATION: {station_key("x.test", "1"): {}}}})
    await publisher.publish_all()

    after = await edge.index()
    assert {name for name in after if after[name] != before.get(name)} == {"tenant:bolt", "tenant:nobody"}
    assert await edge.names() == ["platform", "tenant:acme", "tenant:bolt"]
    await publisher.publish_all()
    assert await edge.index() == after


async def test_changes_are_published_soon_and_again_after_redis_lost_all(hq: Hq):
    resources = replace(hq.resources, settings=hq.resources.settings.model_copy(update={"reconcile_seconds": 0.5}))
    changes = [Changes(), Changes()]

    async def until(wanted: set[str]) -> None:
        async with asyncio.timeout(10):
            while await seated(resources) != wanted:  # noqa: ASYNC110 - happens in Redis
                await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(Publisher(resources, each).run()) for each in changes]
        await until(set())
        await seat(resources, "1001")
        changes[0].tell(ACME)
        await until({"1001"})
        await resources.redis.flushall()
        await until({"1001"})
        await seat(resources, "1002")
        changes[1].tell(ACME)
        await until({"1001", "1002"})
        for task in tasks:
            task.cancel()
