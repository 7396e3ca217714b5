"""Calls and a recording as a day leaves them, put into a house's stores for the screens that show them."""

import asyncio
import random
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from api_house import World
from portal_house import PortalHouse

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.endings import Ending, class_of
from callmodel.ids import (
    E164,
    AgentId,
    CallId,
    Extension,
    LegId,
    NodeId,
    QueueId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
    uuid7,
)
from callmodel.voice.figures import LegVoice, Stream
from control_plane.features.calls.store import CallStore
from control_plane.features.recordings.encoding import CONTENT_TYPE, FORMAT, encode
from control_plane.features.recordings.ledger import CallOver, FileArchived, RecordingOwed, object_key_of
from control_plane.features.recordings.store import LedgerStore
from control_plane.features.recordings.wav import examine
from control_plane.resources import close_resources, open_resources
from control_plane.times import now_ms
from control_plane.web.context import Resources
from simulators.g711 import RATE
from simulators.tones import tone

TENANT = TenantId("acme")
RECORDED_SECONDS = 12.0
CALLS = 60


@dataclass(frozen=True)
class Records:
    """`recorded`: the newest call, whose recording is archived."""

    recorded: CallId
    recording: RecordingId
    call_ids: tuple[CallId, ...]


async def leave_records(portal: PortalHouse, world: World, folder: Path) -> Records:
    """Write calls of the last hours: answered, given up, failed; the newest with a recording."""
    resources = open_resources(portal.settings())
    chance = random.Random(12)
    try:
        agent = AgentId(world.ids[TENANT]["user_id"])
        cdrs = [a_call(chance, now_ms() - number * 90_000, number, agent) for number in range(CALLS)]
        await CallStore(resources.store, resources.cipher).write(TENANT, cdrs)
        newest = cdrs[0]
        assert newest.recording_id is not None
        await _record(resources, newest.call_id, newest.recording_id, folder)
        return Records(newest.call_id, newest.recording_id, tuple(cdr.call_id for cdr in cdrs))
    finally:
        await close_resources(resources)


def a_call(chance: random.Random, at_ms: int, number: int, agent: AgentId) -> Cdr:
    """Return a call from outside that waited in a queue; of three one was given up, but not the newest."""
    call_id = CallId(uuid7(at_ms, chance.getrandbits(74)))
    waited, talked = chance.randrange(2_000, 60_000), chance.randrange(20_000, 300_000)
    is_answered = number % 3 != 2
    ended = at_ms + waited + (talked if is_answered else 0)
    customer = E164(f"+86138{chance.randrange(10**7, 10**8)}")
    stream = Stream(talked // 20, chance.randrange(9), 3.2, 4.3, 0.0)
    voice = LegVoice(stream, stream, 21.0)
    customer_leg = CdrLeg(
        LegId(f"{call_id}-1"), LegRole.CUSTOMER, LegState.ENDED, at_ms, answered_ms=at_ms + 50, ended_ms=ended,
        number=customer, trunk_id=TrunkId("carrier-a"), cost_class="national", cost_per_minute=0.1,
        cost_micros=50_000, voice=voice,
    )  # fmt: skip
    legs = [customer_leg]
    details: dict[str, Any] = {"ending": Ending.ABANDONED, "hung_up_by": "customer"}
    if is_answered:
        agent_leg = CdrLeg(
            LegId(f"{call_id}-2"), LegRole.AGENT, LegState.ENDED, at_ms + waited - 5_000,
            ringing_ms=at_ms + waited - 4_000, answered_ms=at_ms + waited, ended_ms=ended,
            extension=Extension("1001"), site_id=SiteId("branch-1"), voice=voice,
        )  # fmt: skip
        legs.append(agent_leg)
        details = {
            "ending": Ending.COMPLETED, "hung_up_by": "agent", "answered_ms": at_ms + waited,
            "talk_seconds": talked / 1000, "agent_id": agent, "extension": Extension("1001"),
            "recording_id": RecordingId(f"{call_id}-r1"), "site_id": SiteId("branch-1"),
        }  # fmt: skip
    return Cdr(
        call_id, TENANT, NodeId("node-1"), 5, Direction.INBOUND, CallState.ENDED, "+862155550101", at_ms, tuple(legs),
        ended_ms=ended, ending_class=class_of(details["ending"]), wait_seconds=waited / 1000, number=customer,
        caller_number=E164("+862155550101"), trunk_id=TrunkId("carrier-a"), cost_class="national", cost_micros=50_000,
        currency="CNY", queue_id=QueueId("sales-1"), queue_seconds=waited / 1000, hold_seconds=0.0, **details,
    )  # fmt: skip


async def _record(resources: Resources, call_id: CallId, recording_id: RecordingId, folder: Path) -> None:
    """Archive a recording: the customer is heard in the first half, the agent in the last third."""
    samples = np.zeros((int(RECORDED_SECONDS * RATE), 2), "<i2")
    half, third = len(samples) // 2, len(samples) // 3
    samples[: half // 2, 0] = tone(440, half / 2 / RATE)[: half // 2]
    samples[-third:, 1] = tone(1000, third / RATE)[:third]
    source, target = folder / "recorded.wav", folder / "recorded.ogg"
    with wave.open(str(source), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    encoded = await asyncio.to_thread(encode, source, examine(source), target, recording_id)
    key = object_key_of(TENANT, recording_id, "ogg")
    info = await resources.objects.put(key, target.read_bytes(), content_type=CONTENT_TYPE)
    archived = FileArchived(encoded.seconds, key, info.sha256, encoded.size_bytes, FORMAT, now_ms())
    ledger = LedgerStore(resources.store)
    for fact in (RecordingOwed(now_ms()), CallOver(RECORDED_SECONDS, now_ms()), archived):
        await ledger.advance(TENANT, recording_id, call_id, fact)
