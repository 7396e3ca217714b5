"""Publishes what edges and media nodes run on: each part when it changes, and whatever differs now and then."""

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass

from redis.exceptions import RedisError

from callmodel import keys
from callmodel.entries import PLATFORM_PART, Tables, tenant_of_part, tenant_part
from callmodel.ids import TenantId
from control_plane.publishing.configuration import ConfigurationStore, PartTables
from control_plane.web.context import Resources
from servicekit.snapshots import MOST_BYTES, Published, mark_of, text_of
from servicekit.stores import StoreUnavailableError

SETTLE_SECONDS = 0.1
"""How long to wait for more changes before reading: an import makes thousands."""
RETRY_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Changes:
    """The names of parts that changed since they were taken last."""

    def __init__(self) -> None:
        self._parts: set[str] = set()
        self._came = asyncio.Event()

    def tell(self, tenant_id: TenantId | None) -> None:
        """Note that a tenant's part changed, or the platform's for None."""
        self.put_back({PLATFORM_PART if tenant_id is None else tenant_part(tenant_id)})

    def put_back(self, parts: set[str]) -> None:
        """Note these again: they could not be published."""
        self._parts |= parts
        self._came.set()

    def take(self) -> set[str]:
        """Return what changed, and forget it."""
        parts, self._parts = self._parts, set()
        self._came.clear()
        return parts

    async def wait(self) -> None:
        """Wait until something has changed."""
        await self._came.wait()


@dataclass(frozen=True)
class _Reading:
    """One look at the store, and the tickets that were taken before it."""

    node_ticket: int
    edge_ticket: int


class Publisher:
    """Publishes everything at the start, each change soon after it, and whatever differs every `reconcile_seconds`.

    Several API processes publish side by side: of two that read the same part the one that began later is right
    (`Published.begin`), and one of them makes the look at everything for all.
    """

    def __init__(self, resources: Resources, changes: Changes) -> None:
        self._resources = resources
        self._changes = changes
        self._configuration = ConfigurationStore(resources.store, resources.cipher)
        self._for_nodes = Published(resources.redis, keys.DIRECTORY)
        self._for_edges = Published(resources.redis, keys.EDGE)
        self._name = secrets.token_hex(8)

    async def run(self) -> None:
        """Publish for ever.  While store or Redis are away it tries again every second."""
        everything = True
        while True:
            parts = self._changes.take()
            try:
                if everything:
                    await self.publish_all()
                elif parts:
                    await self.publish(parts)
            except (StoreUnavailableError, RedisError) as error:
                logger.warning("snapshots not published", extra={"error": type(error).__name__})
                self._changes.put_back(parts)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            everything = not await self._something_changes() and await self._is_my_turn()

    async def publish(self, parts: set[str]) -> None:
        """Publish these parts as they are now.  Raises StoreUnavailableError, RedisError."""
        reading = await self._begin()
        found = {name: await self._read(name) for name in sorted(parts)}
        await self._send(reading, found)

    async def publish_all(self) -> None:
        """Publish whatever differs from the store.  Raises StoreUnavailableError, RedisError."""
        reading = await self._begin()
        held = await self._for_nodes.marks(), await self._for_edges.marks()
        names = [PLATFORM_PART, *(tenant_part(tenant_id) for tenant_id in await self._configuration.tenants())]
        batch: dict[str, PartTables | None] = dict.fromkeys((held[0].keys() | held[1].keys()) - set(names))
        size = 0
        for name in names:
            part = await self._read(name)
            texts = (text_of(part.for_nodes), text_of(part.for_edges)) if part is not None else ("", "")
            if (held[0].get(name, ""), held[1].get(name, "")) == (mark_of(texts[0]), mark_of(texts[1])):
                continue
            batch[name] = part
            size += len(texts[0]) + len(texts[1])
            if size > MOST_BYTES:
                await self._send(reading, batch)
                batch, size = {}, 0
        await self._send(reading, batch)
        for published in (self._for_nodes, self._for_edges):
            await published.finish()

    async def _begin(self) -> _Reading:
        return _Reading(await self._for_nodes.begin(), await self._for_edges.begin())

    async def _read(self, name: str) -> PartTables | None:
        tenant_id = tenant_of_part(name)
        if tenant_id is None:
            return await self._configuration.platform()
        return await self._configuration.of_tenant(tenant_id)

    async def _send(self, reading: _Reading, parts: dict[str, PartTables | None]) -> None:
        nodes: dict[str, Tables | None] = {name: part.for_nodes if part else None for name, part in parts.items()}
        edges: dict[str, Tables | None] = {name: part.for_edges if part else None for name, part in parts.items()}
        # The edges last: a call that they let in finds a node that knows where it goes.
        await self._for_nodes.publish(reading.node_ticket, nodes)
        await self._for_edges.publish(reading.edge_ticket, edges)
        logger.debug("snapshots published", extra={"parts_count": len(parts)})

    async def _something_changes(self) -> bool:
        """Wait for changes, no longer than until the next look at everything; say whether there are any."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._resources.settings.reconcile_seconds):
                await self._changes.wait()
                await asyncio.sleep(SETTLE_SECONDS)
                return True
        return False

    async def _is_my_turn(self) -> bool:
        """Say whether it is this process that looks at everything: one does for all."""
        mine_ms = int(self._resources.settings.reconcile_seconds * 900)
        try:
            taken = await self._resources.redis.set(keys.CONFIGURATION_TURN, self._name, px=mine_ms, nx=True)
        except RedisError:
            return True  # and it finds out
        return bool(taken)
