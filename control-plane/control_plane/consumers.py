"""The process `trunkline control-plane facts`: what happened becomes records, the live picture and the ledger.

Four consumer groups read the same streams, each at its own pace: what one can not keep does not hold up the others.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial

from redis.exceptions import ConnectionError, TimeoutError

from callmodel import keys
from callmodel.ids import CallId, TenantId
from callmodel.wire import Envelope
from control_plane.config import ControlPlaneSettings
from control_plane.facts.bus import envelope_of
from control_plane.facts.livecalls import LiveCalls
from control_plane.facts.streamlag import LagWatch
from control_plane.facts.trunkoutcomes import note_outcomes
from control_plane.facts.webhooks import WebhookStore
from control_plane.features.calls.deadvoices import DeadVoice, DeadVoices
from control_plane.features.calls.facts import CdrWriter
from control_plane.features.calls.followups_store import FollowUpStore
from control_plane.features.calls.listing import as_seen
from control_plane.features.calls.store import CallStore
from control_plane.features.campaigns.facts import ResultKeeper
from control_plane.features.live.facts import keep_live, settle_live
from control_plane.features.live.repair import Heard, Silence, repair
from control_plane.features.recordings.facts import LedgerKeeper
from control_plane.features.recordings.store import LedgerStore
from control_plane.features.reports.facts import LateCalls
from control_plane.features.reports.store import SumStore
from control_plane.figures import Figures
from control_plane.jobs.queueing import (
    build_celery,
    finish_recording_later,
    tell_dead_voice_later,
    tell_follow_up_later,
)
from control_plane.jobs.trace import follow_traces
from control_plane.publishing.directory import tenants_in
from control_plane.resources import close_resources, open_resources
from control_plane.web.context import Resources
from hotstate.nodes import held_calls, living_nodes
from servicekit import lifecycle, snapshots, tracing
from servicekit.lifecycle import Service
from servicekit.logs import bind
from servicekit.streams import StreamReader

REPAIR_SECONDS = 5.0
BATCH = 128
GATHER_MS = 20
"""A round costs as much as several facts: at hundreds a second these few make the work a third."""
MOST_BEHIND = 10_000

Keep = Callable[[Envelope], Awaitable[object]]

logger = logging.getLogger(__name__)


class Consumers:
    """The groups, and the tenants whose streams they read."""

    def __init__(self, resources: Resources, stale_call_seconds: float) -> None:
        self._resources = resources
        self._stale_call_seconds = stale_call_seconds
        self._live = LiveCalls(resources.redis, partial(as_seen, resources.cipher))
        celery = build_celery(resources.settings)
        follow_traces()
        calls = CallStore(resources.store, resources.cipher, resources.retention)
        follow_ups = FollowUpStore(resources.store, resources.retention)
        webhooks = WebhookStore(resources.store, resources.cipher)

        async def tell(tenant_id: TenantId, call_id: CallId) -> None:
            if await webhooks.one(tenant_id) is not None:
                await asyncio.to_thread(tell_follow_up_later, celery, tenant_id, call_id)

        async def tell_dead(tenant_id: TenantId, dead: DeadVoice) -> None:
            if await webhooks.one(tenant_id) is not None:
                await asyncio.to_thread(tell_dead_voice_later, celery, tenant_id, asdict(dead))

        voices = DeadVoices(tell_dead)
        cdrs = CdrWriter(calls, follow_ups, tell, resources.settings.currency)
        ledger = LedgerKeeper(
            LedgerStore(resources.store),
            partial(finish_recording_later, celery),
        )

        late = LateCalls(SumStore(resources.store, resources.retention))

        async def keep_record(envelope: Envelope) -> None:
            await cdrs.handle(envelope)
            await voices.handle(envelope)
            await late.handle(envelope)
            await settle_live(self._live, envelope)
            await note_outcomes(resources.redis, envelope)

        self.readers = {
            # Many at once: they meet in one batch (see `gathering`).
            "cdr": self._reader("cdr", keep_record, concurrency=BATCH),
            "recordings": self._reader("recordings", ledger.handle, concurrency=BATCH),
            "campaigns": self._reader("campaigns", ResultKeeper(resources).handle, concurrency=BATCH),
            # One at a time: the picture follows the order of the stream.
            "live": self._reader("live", lambda envelope: keep_live(self._live, envelope), concurrency=1),
        }
        self.tenants: frozenset[TenantId] = frozenset()
        # Grows only: a message of a tenant that has just gone may still be in somebody's hands.
        self._tenants_by_stream: dict[str, TenantId] = {}

    def _reader(self, group: str, keep: Keep, concurrency: int) -> StreamReader:
        async def handle(stream: str, _message_id: str, fields: dict[str, str]) -> None:
            envelope = envelope_of(self._tenants_by_stream[stream], fields)
            span = tracing.resume(envelope.traceparent, f"{group} {envelope.kind}", tenant_id=envelope.tenant_id)
            with bind(tenant_id=envelope.tenant_id, fact=envelope.fact_id), span:
                await keep(envelope)

        # A name that survives a restart: what this process left behind is its own again at once.  Its port tells it
        # from others on this machine; one without a port is new each time.
        consumer = f"{socket.gethostname()}-{self._resources.settings.health_port or f'pid{os.getpid()}'}"
        return StreamReader(
            self._resources.redis,
            group,
            consumer,
            handle,
            batch=BATCH,
            claim_idle_ms=int(self._resources.settings.takeover_seconds * 1000),
            concurrency=concurrency,
            gather_ms=GATHER_MS,
        )

    def follow_tenants(self, tenants: frozenset[TenantId]) -> None:
        """Read these tenants' streams from now on, and no others."""
        added, gone = tenants - self.tenants, self.tenants - tenants
        self.tenants = tenants
        self._tenants_by_stream.update({keys.facts(tenant_id): tenant_id for tenant_id in added})
        for reader in self.readers.values():
            reader.add(*(keys.facts(tenant_id) for tenant_id in added))
            reader.remove(*(keys.facts(tenant_id) for tenant_id in gone))
        if added or gone:
            logger.info("tenants changed", extra={"added": sorted(added), "gone": sorted(gone)})

    async def follow_directory(self) -> None:
        """Keep up with who the tenants are, for ever."""
        redis = self._resources.redis
        published = snapshots.Published(redis, keys.DIRECTORY)
        seen: int | None = None

        async def look(_fresh: bool) -> None:
            nonlocal seen
            version = await published.version()
            # Of a Redis that was emptied the tenants that are known are read on.
            if version != seen and await published.is_whole():
                self.follow_tenants(frozenset(await tenants_in(redis)))
                seen = version

        await snapshots.watch(redis, keys.DIRECTORY, look)

    async def repair_live(self) -> None:
        """Take stale calls out of the live picture, for ever."""
        silence = Silence()
        while True:
            await asyncio.sleep(min(REPAIR_SECONDS, self._stale_call_seconds / 2))
            try:
                living = {node.node_id for node in await living_nodes(self._resources.redis)}
                heard = Heard(living, await held_calls(self._resources.redis, sorted(living)))
                now_ms = self._resources.now_ms()
                await repair(self._live, self.tenants, heard, silence, now_ms, self._stale_call_seconds)
            except (ConnectionError, TimeoutError):
                # Nobody could be heard: silence is counted anew once Redis is back.
                silence = Silence()


async def start(service: Service) -> None:
    """Wire the groups and let them read."""
    settings = service.settings
    assert isinstance(settings, ControlPlaneSettings)
    # Opening a store may migrate it: off the event loop.
    resources = await asyncio.to_thread(open_resources, settings)
    service.on_close(lambda: close_resources(resources))
    consumers = Consumers(resources, settings.stale_call_seconds)
    lag = LagWatch(
        resources.redis, consumers.readers, lambda: [keys.facts(tenant) for tenant in consumers.tenants], MOST_BEHIND
    )
    service.add_check("redis", resources.redis.ping)
    service.spawn("directory", consumers.follow_directory())
    for group, reader in consumers.readers.items():
        service.spawn(f"facts-{group}", reader.run())
        service.add_check(f"lag-{group}", lambda group=group: lag.keeps_up(group))  # type: ignore[misc]
    service.spawn("repair-live", consumers.repair_live())
    service.spawn("lag", lag.watch())
    if settings.otlp_endpoint:
        service.spawn("figures", Figures(resources.redis, lag).follow(settings.metrics_seconds))


def main() -> int:
    """Run the consumers.  Raises SettingsError for settings that can not be used."""
    return lifecycle.run(start, ControlPlaneSettings.load(), "facts")
