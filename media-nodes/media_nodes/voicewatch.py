"""Looks each second at what every leg's media has come to, and rings where a direction is dead that should not be.

Of a leg that is not answered it tells whether what its network plays brings packets.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Protocol

from callmodel.callstate import Call, Leg, LegState
from callmodel.ids import CallId, LegId
from callmodel.voice.due import speakers
from callmodel.voice.facts import EarlyMediaMeasured, VoiceMeasured
from callmodel.voice.figures import LegVoice, Reading
from callmodel.voice.meter import DEAD_MS, Meter
from media_nodes.ports import SwitchAwayError
from media_nodes.running import now_ms
from media_nodes.voicereadings import ReadingsAwayError
from servicekit import meters

LOOK_SECONDS = 1.0
BUCKETS = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.3)

DEAD = meters.Counter("trunkline.voice.dead", "{leg}", "directions of legs that were dead for three seconds")
DEAD_NOW = meters.Gauge("trunkline.voice.dead_now", "{leg}", "legs with a dead direction at this moment")
MOS = meters.Histogram(
    "trunkline.voice.mos", "{score}", "how well voices were heard, by ITU-T G.107, told as legs end", BUCKETS
)

logger = logging.getLogger(__name__)


class Calls(Protocol):
    """The calls of a node."""

    @property
    def calls(self) -> tuple[Call, ...]: ...

    def hear(self, news: VoiceMeasured | EarlyMediaMeasured) -> None: ...


class Readings(Protocol):
    """What the switch has counted."""

    async def of(self, legs: Collection[LegId]) -> dict[LegId, Reading]:
        """Return the readings of those legs that have media.  Raises ReadingsAwayError."""


class Pauses(Protocol):
    async def may_pause(self, leg_id: LegId) -> bool: ...


class VoiceWatch:
    """Meters of all answered legs of a node, and counts of those whose network plays something before the answer."""

    def __init__(self, conductor: Calls, readings: Readings, switch: Pauses) -> None:
        self._conductor, self._readings, self._switch = conductor, readings, switch
        self._meters: dict[LegId, Meter] = {}
        self._told: dict[LegId, tuple[int | None, int | None]] = {}
        self._resting: frozenset[CallId] = frozenset()
        """Calls whose voices all flow: not read in the next second, as reading costs Asterisk a tenth of what a call
        does.
        """
        self._early: dict[LegId, int] = {}
        """Packets that had come when it was looked at last."""
        DEAD_NOW.observe(lambda: [(sum(any(since) for since in tuple(self._told.values())), {})])

    async def run(self) -> None:
        """Look until cancelled."""
        away = False
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                readings = await self._readings.of(self.wanted())
                away = False
            except ReadingsAwayError as error:
                if not away:
                    logger.warning("voices can not be measured", extra={"error": str(error)})
                away = True
                self._resting = frozenset()
                continue
            await self.look(readings, now_ms())

    def wanted(self) -> list[LegId]:
        """Return the legs to be read now."""
        calls = [call for call in self._conductor.calls if call.call_id not in self._resting]
        return [leg.leg_id for call in calls for leg in call.legs if leg.is_answered or leg.is_early]

    async def look(self, readings: dict[LegId, Reading], at_ms: int) -> None:
        """Take readings of legs that still talk, or whose network plays something; others are forgotten once gone."""
        resting = set()
        for call in self._conductor.calls:
            legs = [leg for leg in call.legs if leg.leg_id in readings and leg.is_answered]
            if legs:
                await self._look_at(call, legs, readings, at_ms)
                if self._flows(call):
                    resting.add(call.call_id)
        self._resting = frozenset(resting)
        self._look_at_early(readings, at_ms)
        there = {leg.leg_id for call in self._conductor.calls for leg in call.legs if leg.is_answered}
        for leg_id in self._meters.keys() - there:
            del self._meters[leg_id]
            self._told.pop(leg_id, None)

    def _flows(self, call: Call) -> bool:
        """Say whether every voice of a call that is due comes, and reaches the others."""
        if any(leg.is_early for leg in call.legs):
            return False
        meters = [meter for each in speakers(call) if (meter := self._meters.get(each)) is not None]
        return bool(meters) and all(meter.sent.flows and meter.heard.flows for meter in meters)

    async def _look_at(self, call: Call, legs: list[Leg], readings: dict[LegId, Reading], at_ms: int) -> None:
        due = speakers(call)
        heard = {leg.leg_id for leg in legs if leg.leg_id in due and self._brings(leg, readings[leg.leg_id])}
        for leg in legs:
            leg_id = leg.leg_id
            meter = self._meter_of(leg)
            is_due = leg_id in due
            if is_due and not meter.asked and meter.sent.quiet_ms(at_ms) >= DEAD_MS - LOOK_SECONDS * 1000:
                # Just before it would ring: hardly any leg comes to this.
                meter.asked = True
                meter.sent.pauses = meter.sent.pauses or await self._may_pause(leg_id)
            meter.take(readings[leg_id], at_ms, due=is_due, hears=is_due and bool(heard - {leg_id}))
            self._tell(call, leg, meter, at_ms)

    def _look_at_early(self, readings: dict[LegId, Reading], at_ms: int) -> None:
        early = [
            leg for call in self._conductor.calls for leg in call.legs if leg.is_early and leg.leg_id in readings
        ]
        before, self._early = self._early, {leg.leg_id: readings[leg.leg_id].sent for leg in early}
        for leg in early:
            sounds = self._early[leg.leg_id] > before.get(leg.leg_id, -1)
            if sounds is leg.mute:
                self._conductor.hear(EarlyMediaMeasured(leg.leg_id, sounds, at_ms))

    def _brings(self, leg: Leg, reading: Reading) -> bool:
        return reading.sent > self._meter_of(leg).sent.count

    async def _may_pause(self, leg_id: LegId) -> bool:
        try:
            return await self._switch.may_pause(leg_id)
        except SwitchAwayError:
            return False

    def _tell(self, call: Call, leg: Leg, meter: Meter, at_ms: int) -> None:
        """Let the call know that a direction has died, or lives again; ring for one that died."""
        now = (meter.sent.dead_since_ms, meter.heard.dead_since_ms)
        before = self._told.get(leg.leg_id, (None, None))
        if now == before:
            return
        self._told[leg.leg_id] = now
        voice = meter.voice()
        self._conductor.hear(VoiceMeasured(leg.leg_id, voice, at_ms))
        for direction, was, since in (("sent", before[0], now[0]), ("heard", before[1], now[1])):
            extra: dict[str, object] = {"call_id": call.call_id, "tenant_id": call.tenant_id, "leg_id": leg.leg_id}
            extra |= {"role": leg.role.value, "direction": direction, **_traced(call)}
            if since is not None and was is None:
                stream = voice.sent if direction == "sent" else voice.heard
                DEAD.add(role=leg.role.value, direction=direction)
                extra |= {"seconds": (at_ms - since) / 1000, "packets": stream.packets, "alarm": "voice-dead"}
                logger.error("a voice is dead", extra=extra)
            elif was is not None and since is None:
                logger.info("a voice is back", extra=extra)

    def ended(self, leg_id: LegId, reading: Reading) -> None:
        """Take the last reading of a leg that ends, and tell its call what its voice came to."""
        found = next(((call, leg) for call in self._conductor.calls if (leg := call.leg_of(leg_id))), None)
        if found is None or found[1].state is LegState.ENDED or not (found[1].is_answered or leg_id in self._meters):
            return
        leg, at_ms = found[1], now_ms()
        meter = self._meter_of(leg)
        meter.end(reading, at_ms)
        self._meters.pop(leg_id, None)
        self._told.pop(leg_id, None)
        voice = meter.voice()
        _count(leg, voice)
        self._conductor.hear(VoiceMeasured(leg_id, voice, at_ms))

    def _meter_of(self, leg: Leg) -> Meter:
        meter = self._meters.get(leg.leg_id)
        if meter is None:
            meter = self._meters[leg.leg_id] = Meter(leg.voice)
        return meter


def _count(leg: Leg, voice: LegVoice) -> None:
    for direction, stream in (("sent", voice.sent), ("heard", voice.heard)):
        if stream.mos is not None:
            MOS.record(stream.mos, role=leg.role.value, direction=direction)


def _traced(call: Call) -> dict[str, str]:
    return {} if call.trace is None else {"trace_id": call.trace.trace_id}
