"""Keeps a running edge in step: snapshots into its state file, living media nodes into its dispatcher, carriers'
registrations into its uac module.  The edge itself runs on without it, on what it has.
"""

import asyncio
import json
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgesnapshot import EdgeSnapshot, NodeHealth, health_of
from callmodel.ids import NodeId
from edge_proxy import drain, ngcontrol
from edge_proxy.banning import BanTeller
from edge_proxy.carriers import CarrierRegistration, registrations_of
from edge_proxy.config import EdgeSettings
from edge_proxy.connections import CLOSED_TABLE
from edge_proxy.hearing import CLOSED, REFUSED, Counted, Hearing, Registrations
from edge_proxy.jsonrpc import KamailioRpc, RpcError, RpcUnreachableError
from edge_proxy.lexis import REFUSED_TABLE
from edge_proxy.nodes import NodeBook, uris_in
from edge_proxy.registering import Alone, CarrierRegistrar, Lease
from edge_proxy.registration_report import RegistrationReport
from edge_proxy.rendering import Destination, render_dispatcher
from edge_proxy.trunking import gateway_names
from edge_proxy.view import EdgeState, EdgeView
from servicekit import snapshots
from servicekit.files import write_atomically
from servicekit.lifecycle import Service, run
from servicekit.redisio import connect, get_each
from servicekit.settings import SettingsError

NODES_SECONDS = 0.5
FILE_LOOK_SECONDS = 0.2
RESOLVE_SECONDS = 30.0
LOOKUP_SECONDS = 3.0

logger = logging.getLogger(__name__)


def rpc_of(settings: EdgeSettings) -> KamailioRpc:
    """Return a way to give this edge's Kamailio commands."""
    return KamailioRpc(settings.control_address, settings.rpc_port, settings.secrets_file)


class EdgeAgent:
    """One per edge."""

    def __init__(self, settings: EdgeSettings) -> None:
        self._settings = settings
        self._rpc = rpc_of(settings)
        self._state = EdgeState()
        self._snapshot_came = asyncio.Event()
        self._dispatcher_file = settings.edge_dir / "dispatcher.list"

    # Checks

    async def kamailio_answers(self) -> bool:
        await self._rpc.started_at()
        return True

    async def rtpengine_answers(self) -> bool:
        return await ngcontrol.is_alive(self._settings.control_address, self._settings.ng_port)

    # Snapshots

    async def follow_snapshots(self, redis: Redis | None) -> None:
        """Apply each snapshot, from Redis or from the file that a branch's gateway writes.  Runs for ever."""
        if redis is not None:
            cache = self._settings.edge_dir / "snapshot-cache.json"
            async for _version, document in snapshots.follow(redis, keys.EDGE, cache):
                await self.take_snapshot(document)
            return
        async for document in file_changes(Path(self._settings.snapshot.removeprefix("file:"))):
            # The envelope of servicekit.snapshots or the bare document: both are in use between rooms.
            await self.take_snapshot(document.get("document", document))

    async def take_snapshot(self, document: dict[str, Any]) -> None:
        """Check a snapshot and hand it to the SIP workers; one that is wrong changes nothing."""
        try:
            snapshot = from_wire(EdgeSnapshot, document)
        except ShapeError:
            logger.exception("edge snapshot refused")
            return
        await self._apply(EdgeState(snapshot, await resolve(gateway_names(snapshot.trunks))))
        extra = {"stations_count": len(snapshot.stations), "trunks_count": len(snapshot.trunks)}
        logger.info("edge snapshot applied", extra=extra)
        self._snapshot_came.set()

    async def resolve_again(self) -> None:
        """Look gateways' names up every half minute; the last known address stays when a look-up fails.  For ever."""
        await self._snapshot_came.wait()
        while True:
            await asyncio.sleep(RESOLVE_SECONDS)
            snapshot = self._state.snapshot
            found = await resolve(gateway_names(snapshot.trunks))
            if snapshot is self._state.snapshot:
                await self._apply(EdgeState(snapshot, {**self._state.addresses, **found}))

    async def _apply(self, state: EdgeState) -> None:
        text = json.dumps(to_wire(state), separators=(",", ":")).encode()
        path = self._settings.state_file
        if state != self._state or not path.exists():
            await asyncio.to_thread(write_atomically, path, text, 0o600)
            self._state = state

    # Media nodes

    async def follow_nodes(self, redis: Redis) -> None:
        """Keep the dispatcher's file in step with heartbeats; with Redis away, it stays as it is.  Runs for ever."""
        earlier = self._dispatcher_file.read_text(encoding="utf-8") if self._dispatcher_file.exists() else ""
        book = NodeBook(uris_in(earlier), time.monotonic())
        away = False
        while True:
            try:
                book.hear(await heartbeats(redis), time.monotonic())
                away = False
            except RedisError as error:
                if not away:
                    logger.warning("heartbeats not readable", extra={"error": type(error).__name__})
                away = True
            if not away:
                await self._direct(book.destinations(time.monotonic()))
            await asyncio.sleep(NODES_SECONDS)

    async def _direct(self, wanted: set[Destination]) -> None:
        """Write dispatcher.list, and add and remove what differs in the running Kamailio.

        Never `dispatcher.reload`: it forgets which destinations are dead.
        """
        ordered = sorted(wanted, key=lambda destination: (destination.group, destination.uri))
        text = render_dispatcher(ordered)
        if not self._dispatcher_file.exists() or self._dispatcher_file.read_text(encoding="utf-8") != text:
            await asyncio.to_thread(write_atomically, self._dispatcher_file, text.encode(), 0o600)
            logger.info("media nodes changed", extra={"destinations_count": len(ordered)})
        try:
            held = {(target.group, target.uri) for target in await self._rpc.dispatcher_targets()}
            needed = {(destination.group, destination.uri) for destination in wanted}
            for group, uri in sorted(needed - held):
                await self._rpc.dispatcher_add(group, uri)
            # Only now: a node that moves from one set to the other must not be a stranger in between.
            for group, uri in sorted(held - needed):
                await self._rpc.dispatcher_remove(group, uri)
        except RpcUnreachableError:
            return  # it reads the file when it starts
        except RpcError as error:
            logger.error("dispatcher not changed", extra={"error": str(error)})

    def wanted_registrations(self) -> dict[str, CarrierRegistration]:
        """Return which bindings at carriers the snapshot asks for, by trunk."""
        return registrations_of(self._state.snapshot, EdgeView(self._state))


async def heartbeats(redis: Redis) -> list[NodeHealth]:
    """Return the reports of all living media nodes.  Raises RedisError."""
    names = sorted(str(name) for name in await redis.smembers(keys.NODES))
    texts = await get_each(redis, [keys.heartbeat(NodeId(name)) for name in names])
    reports = {name: health_of(text) for name, text in zip(names, texts, strict=True) if text is not None}
    for name, report in reports.items():
        if report is None:
            logger.error("heartbeat not readable", extra={"node_id": name})
    return [report for report in reports.values() if report is not None]


async def file_changes(path: Path) -> AsyncIterator[dict[str, Any]]:
    """Yield a JSON file's document now and after each change, for ever; a broken or missing file is passed over."""
    seen: tuple[int, int] | None = None
    while True:
        try:
            status = await asyncio.to_thread(path.stat)
            identity = (status.st_mtime_ns, status.st_ino)
            if identity != seen:
                seen = identity
                yield json.loads(await asyncio.to_thread(path.read_text, "utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            logger.error("snapshot file not readable", extra={"error": type(error).__name__})
        await asyncio.sleep(FILE_LOOK_SECONDS)


async def resolve(names: set[str]) -> dict[str, str]:
    """Return the IPv4 address of each name that has one; the others are left out, and logged."""
    addresses = {}
    loop = asyncio.get_running_loop()
    for name in sorted(names):
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await loop.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
            addresses[name] = str(found[0][4][0])
        except (OSError, TimeoutError, UnicodeError) as error:
            logger.warning("gateway not resolved", extra={"gateway": name, "error": type(error).__name__})
    return addresses


async def wire(service: Service) -> None:
    """Build the agent's tasks and checks."""
    settings = service.settings
    assert isinstance(settings, EdgeSettings)
    agent = EdgeAgent(settings)
    service.add_check("kamailio", agent.kamailio_answers)
    service.add_check("rtpengine", agent.rtpengine_answers)
    if settings.otlp_endpoint:
        await _hear(service, settings)
    redis = connect(settings.redis_url) if settings.snapshot == "redis" else None
    service.spawn("snapshots", agent.follow_snapshots(redis))
    if redis is not None:
        service.on_close(redis.aclose)
        service.spawn("nodes", agent.follow_nodes(redis))
        rpc = rpc_of(settings)
        service.spawn("bans", BanTeller(rpc, redis, settings.edge_id).run())
    if settings.edge_role == "hq":
        service.spawn("gateway-names", agent.resolve_again())
        _register(service, settings, agent, redis)


def _register(service: Service, settings: EdgeSettings, agent: EdgeAgent, redis: Redis | None) -> None:
    """Register at carriers, in turn with the other edges, and watch for the end of this edge's work."""
    flag = drain.Flag(settings.edge_dir)
    turn = Lease(redis, settings.edge_id) if redis is not None and settings.peers else Alone()
    rpc = rpc_of(settings)
    sends_from = f"{settings.edge_address}:{settings.sip_port}"
    registrar = CarrierRegistrar(rpc, turn, agent.wanted_registrations, flag.is_raised, sends_from)
    service.spawn("registrations", registrar.run())
    if redis is not None:
        service.spawn("registration-report", RegistrationReport(rpc, redis, settings.edge_id).run())
    service.spawn("drain", drain.watch(flag, settings, service))


async def _hear(service: Service, settings: EdgeSettings) -> None:
    """Tell the collector of what Kamailio does."""
    hearing = Hearing(settings.edge_dir)
    hearing.open()
    service.on_close(hearing.close)
    rpc = rpc_of(settings)
    service.spawn("registrations-count", Registrations(rpc).follow(settings.metrics_seconds))
    for table, counter in ((CLOSED_TABLE, CLOSED), (REFUSED_TABLE, REFUSED)):
        service.spawn(f"{table}-count", Counted(rpc, table, counter).follow(settings.metrics_seconds))


def main() -> None:
    """Run the agent until SIGTERM.  Exits with its code."""
    try:
        settings = EdgeSettings.load()
    except SettingsError as error:
        sys.exit(f"the edge agent can not start: {error}")
    sys.exit(run(wire, settings, "edge-agent"))
