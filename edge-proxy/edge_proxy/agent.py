"""Keeps a running edge in step: snapshots into its state file, living media nodes into its dispatcher, carriers'
registrations into its uac module.  The edge itself runs on without it, on what it has.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgesnapshot import EdgeSnapshot, check_entry, tables_of
from callmodel.entries import PLATFORM_PART
from edge_proxy import drain, ngcontrol
from edge_proxy.banning import BanTeller
from edge_proxy.carrier_report import CarrierReport
from edge_proxy.carrierregistrar import Alone, CarrierRegistrar, Lease
from edge_proxy.carrierregistrations import CarrierRegistration, registrations_of
from edge_proxy.config import EdgeSettings
from edge_proxy.connections import CLOSED_TABLE
from edge_proxy.dispatching import NodeBook, uris_in
from edge_proxy.dnslookup import DnsLookup
from edge_proxy.forsaken import Forsaken
from edge_proxy.gatewaykeeper import GatewayKeeper
from edge_proxy.hops import Bounds, Places, key_of, places_in
from edge_proxy.ladders import Ladders, Pipe, answer
from edge_proxy.lexis import REFUSED_TABLE
from edge_proxy.ownkamailio import own_kamailio
from edge_proxy.telemetry import CLOSED, REFUSED, Counted, Hearing, Registrations
from edge_proxy.trunkbook import TrunkBook
from edge_proxy.view import ADDRESS, ADDRESSES_PART, trunks_in
from hotstate.nodes import living_nodes
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError
from kamailio_helpers.templates import Destination, render_dispatcher
from servicekit import snapshots
from servicekit.files import write_atomically
from servicekit.lifecycle import Service, run
from servicekit.publicnet import networks_in
from servicekit.redisio import connect
from servicekit.settings import SettingsError
from servicekit.snapshotcopy import CopiedEntries, CopyError, Part, SnapshotCopy

NODES_SECONDS = 0.5
FILE_LOOK_SECONDS = 0.2
WRITE_AGAIN_SECONDS = 5.0

logger = logging.getLogger(__name__)


def rpc_of(settings: EdgeSettings) -> KamailioRpc:
    """Return a way to give this edge's Kamailio commands."""
    return own_kamailio(settings.control_address, settings.rpc_port, settings.secrets_file)


class EdgeAgent:
    """One per edge.  Opens the file that SIP workers look things up in: blocks.  Raises CopyError."""

    def __init__(self, settings: EdgeSettings) -> None:
        self._settings = settings
        self._rpc = rpc_of(settings)
        self._copy = SnapshotCopy(settings.state_file, check_entry)
        self._entries = CopiedEntries(str(settings.state_file))
        self._trunks = TrunkBook()
        self._places: Places = {}
        self._dispatcher_file = settings.edge_dir / "dispatcher.list"
        lookup = DnsLookup(settings.name_servers, over_tls=settings.tls_cert is not None)
        self.names = GatewayKeeper(lookup, self.bounds, self.keep_places)

    # Checks

    async def kamailio_answers(self) -> bool:
        await self._rpc.started_at()
        return True

    async def rtpengine_answers(self) -> bool:
        return await ngcontrol.is_alive(self._settings.control_address, self._settings.ng_port)

    # Snapshots

    async def follow_snapshots(self, redis: Redis | None) -> None:
        """Keep the file in step with Redis, or with the file that a branch's gateway writes.  Runs for ever."""
        self._places = places_in(self._entries.all(ADDRESS))
        self.names.remember(self._places)
        self._take_trunks()
        if redis is not None:
            await snapshots.follow(redis, keys.EDGE, self._copy, self._changed)
            return
        async for document in file_changes(Path(self._settings.snapshot.removeprefix("file:"))):
            # The envelope of a branch's gateway or the bare document: both are in use between rooms.
            await self.take_site(document.get("document", document))

    async def _changed(self, change: snapshots.Change) -> None:
        if PLATFORM_PART in change.parts:
            self._take_trunks()
        logger.info("edge snapshot applied", extra={"version": change.version, "parts_count": len(change.parts)})

    async def take_site(self, document: dict[str, Any]) -> None:
        """Check a site's snapshot and hand it to the SIP workers whole; one that is wrong changes nothing."""
        try:
            tables = tables_of(from_wire(EdgeSnapshot, document))
        except ShapeError:
            logger.exception("edge snapshot refused")
            return
        part = Part(PLATFORM_PART, time.time_ns(), snapshots.text_of(tables))
        while True:
            try:
                await asyncio.to_thread(self._copy.take, [part])
                await asyncio.to_thread(self._copy.finish, [part.name])
                break
            except CopyError as error:
                logger.error("edge snapshot not written", extra={"error": str(error), "alarm": "snapshot-copy"})
                await asyncio.sleep(WRITE_AGAIN_SECONDS)
        await self._changed(snapshots.Change(part.version, frozenset({part.name})))

    def _take_trunks(self) -> None:
        self._trunks = TrunkBook(trunks_in(self._entries, logger.error), self._places)
        self.names.want(self._trunks.trunks)

    async def keep_places(self, places: Places) -> bool:
        """Hand where gateways' names lead to the SIP workers; say whether that was done."""
        entries = {key_of(gateway): to_wire(found) for gateway, found in places.items()}
        part = Part(ADDRESSES_PART, time.time_ns(), snapshots.text_of({ADDRESS: entries}))
        try:
            await asyncio.to_thread(self._copy.take, [part])
        except CopyError as error:
            logger.error("gateways' addresses not written", extra={"error": str(error)})
            return False
        self._places = places
        self._trunks = TrunkBook(self._trunks.trunks, places)
        return True

    def bounds(self) -> Bounds:
        """Return where carriers' names may lead: to nothing of the platform's own that this edge knows of."""
        settings = self._settings
        peers = (peer.rsplit(":", 1)[0] for peer in settings.peers)
        nodes = (uri.removeprefix("sip:").partition(":")[0] for uri in uris_in(self._dispatcher_text()))
        ours = frozenset((settings.edge_address, settings.control_address, *peers, *nodes))
        return Bounds(ours, networks_in(settings.carrier_networks))

    def _dispatcher_text(self) -> str:
        return self._dispatcher_file.read_text(encoding="utf-8") if self._dispatcher_file.exists() else ""

    # Media nodes

    async def follow_nodes(self, redis: Redis) -> None:
        """Keep the dispatcher's file in step with heartbeats; with Redis away, it stays as it is.  Runs for ever."""
        book = NodeBook(uris_in(self._dispatcher_text()), time.monotonic())
        away = False
        while True:
            try:
                book.hear(await living_nodes(redis), time.monotonic())
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
        return registrations_of(self._trunks)


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


async def wire(service: Service) -> None:
    """Build the agent's tasks and checks."""
    settings = service.settings
    assert isinstance(settings, EdgeSettings)
    agent = await asyncio.to_thread(EdgeAgent, settings)
    service.add_check("kamailio", agent.kamailio_answers)
    service.add_check("rtpengine", agent.rtpengine_answers)
    redis = connect(settings.redis_url) if settings.snapshot == "redis" else None
    if settings.otlp_endpoint:
        _hear(service, settings)
    if redis is not None and settings.keeps_messages:
        _remember(service, settings, redis)
    service.spawn("snapshots", agent.follow_snapshots(redis))
    if redis is not None:
        service.on_close(redis.aclose)
        service.spawn("nodes", agent.follow_nodes(redis))
        rpc = rpc_of(settings)
        service.spawn("bans", BanTeller(rpc, redis, settings.edge_id).run())
    if settings.edge_role == "hq":
        service.spawn("gateway-names", agent.names.run())
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
        report = CarrierReport(rpc, redis, settings.edge_id, lambda: agent.names.troubles)
        service.spawn("carrier-report", report.run())
        service.spawn("forsaken", Forsaken(rpc, redis).run())
    service.spawn("drain", drain.watch(flag, settings, service))


def _remember(service: Service, settings: EdgeSettings, redis: Redis) -> None:
    """Remember the messages of calls, and answer who asks for them."""
    pipe = Pipe(settings.edge_dir, Ladders(settings.edge_id, settings.kept_messages, settings.kept_hours * 3600))
    pipe.open()
    service.on_close(pipe.close)
    service.spawn("heads", pipe.run())
    service.spawn("ladders", answer(pipe, redis, settings.edge_id))


def _hear(service: Service, settings: EdgeSettings) -> None:
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
