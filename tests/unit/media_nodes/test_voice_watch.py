"""Voices are read as often as something may be told of them."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from callmodel.callstate import Call
from callmodel.facts import LegSentEarlyMedia
from callmodel.ids import LegId
from callmodel.voice.facts import EarlyMediaMeasured, VoiceMeasured
from callmodel.voice.figures import Reading
from media_nodes.voicewatch import VoiceWatch
from tests.unit.callmodel.stories import AGENT_LEG, CUSTOMER_LEG, RINGING, T0, TALKING, after

PACKETS_A_SECOND = 50


@dataclass
class World:
    """A conductor of one call, what its switch has counted, and a clock."""

    call: Call
    counts: dict[LegId, int] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    at_ms: int = T0

    def __post_init__(self) -> None:
        self.watch = VoiceWatch(self, self, self)  # type: ignore[arg-type]

    @property
    def calls(self) -> tuple[Call, ...]:
        return (self.call,)

    def hear(self, news: VoiceMeasured | EarlyMediaMeasured) -> None:
        self.told.append(news)

    async def may_pause(self, leg_id: LegId) -> bool:
        return False

    async def second(self, *silent: LegId, packets: int = PACKETS_A_SECOND) -> list[LegId]:
        """Let a second pass in which all but these speak; return whose figures were read after it."""
        self.at_ms += 1000
        for leg in self.call.legs:
            came = 0 if leg.leg_id in silent else packets
            self.counts[leg.leg_id] = self.counts.get(leg.leg_id, 0) + came
        wanted = self.watch.wanted()
        readings = {leg: Reading(sent=self.counts[leg], heard=self.at_ms // 20) for leg in wanted}
        await self.watch.look(readings, self.at_ms)
        return wanted


async def test_voices_that_flow_are_read_every_other_second():
    world = World(TALKING)

    read = [bool(await world.second()) for _ in range(8)]

    assert sum(read[2:]) == 3 and not any(one and other for one, other in pairwise(read[2:]))
    assert world.told == []


async def test_a_voice_that_ceases_is_told_of_within_four_seconds():
    for flowing in (5, 6):
        world = World(TALKING)
        for _ in range(flowing):
            await world.second()
        ceased_ms = world.at_ms
        for _ in range(4):
            await world.second(CUSTOMER_LEG)

        told = [news for news in world.told if news.leg_id == CUSTOMER_LEG]
        assert told and told[0].voice.dead_since_ms == ceased_ms
        assert told[0].at_ms - ceased_ms <= 4000
        # From then on it is looked at each second: it may come back.
        assert AGENT_LEG in await world.second(CUSTOMER_LEG) and CUSTOMER_LEG in await world.second(CUSTOMER_LEG)


async def test_early_media_is_looked_at_each_second():
    call, _ = after(RINGING, LegSentEarlyMedia(CUSTOMER_LEG, T0))
    world = World(call)

    read = [await world.second(CUSTOMER_LEG) for _ in range(4)]

    assert all(CUSTOMER_LEG in each for each in read)
    assert [type(news) for news in world.told][:1] == [EarlyMediaMeasured]
