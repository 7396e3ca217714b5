"""Prompts that come close behind each other: what the switch was told of is not broken off."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from media_fakes import ACME, FakeSwitch

from callmodel.facts import Fact
from callmodel.ids import LegId, TenantId
from callmodel.orders import Play
from callmodel.prompts import Prompt, Speech
from media_nodes.playing import PromptPlayer

LEG = LegId("in.1")


class Voice:
    """Files that are there when the test says so."""

    def __init__(self) -> None:
        self.there: dict[str, asyncio.Event] = {}

    async def files_of(self, tenant_id: TenantId, prompts: Sequence[Prompt], language: str) -> list[Path]:
        (speech,) = prompts
        assert isinstance(speech, Speech)
        await self.there.setdefault(speech.text, asyncio.Event()).wait()
        return [Path(speech.text)]


class SlowSwitch(FakeSwitch):
    """Is done with a `play` a while after it was told."""

    done: list[str]
    go_on: asyncio.Event

    async def play(self, leg_id: LegId, play_id: str, files: Sequence[Path]) -> None:
        await super().play(leg_id, play_id, files)
        await self.go_on.wait()
        self.done.append(play_id)


async def test_what_the_switch_is_being_told_is_waited_for_by_the_next(settled: Callable[[], Awaitable[None]]):
    voice, switch, told = Voice(), SlowSwitch(), list[Fact]()
    switch.done, switch.go_on = [], asyncio.Event()
    player = PromptPlayer(switch, voice)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(player.run())
        await asyncio.sleep(0)
        player.play(ACME, Play(LEG, "w1", (Speech("one"),)), told.append)
        await settled()
        # In one moment the first is ready, and the second wanted.
        voice.there["one"].set()
        voice.there["two"] = asyncio.Event()
        voice.there["two"].set()
        player.play(ACME, Play(LEG, "w2", (Speech("two"),)), told.append)
        await settled()
        assert [word[2] for word in switch.told] == ["w1"]
        assert await player.plays(LEG, "w2")
        switch.go_on.set()
        await settled()
        running.cancel()

    assert switch.done == ["w1", "w2"]
    assert told == []
