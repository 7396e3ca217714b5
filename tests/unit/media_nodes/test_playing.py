"""Prompts are prepared beside the call, and one Play is followed by one Played whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from media_fakes import ACME, FakeSwitch

from callmodel.facts import Fact, LegHungUp, Played
from callmodel.ids import LegId, TenantId
from callmodel.orders import Play
from callmodel.prompts import Prompt, Speech
from media_nodes.playing import PromptPlayer
from media_nodes.ports import PromptMissingError

LEG = LegId("call-1")


class Files:
    """Gives one file; `gate` holds it up."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.missing = False

    async def files_of(self, tenant_id: TenantId, prompts: Sequence[Prompt], language: str) -> list[Path]:
        await self.gate.wait()
        if self.missing:
            raise PromptMissingError("no voice")
        return [Path("/sounds/one.wav")]


class Stage:
    def __init__(self) -> None:
        self.switch, self.files = FakeSwitch(), Files()
        self.player = PromptPlayer(self.switch, self.files)
        self.told: list[Fact] = []

    def play(self, play_id: str) -> None:
        self.player.play(ACME, Play(LEG, play_id, (Speech("hello"),)), self.told.append)

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@asynccontextmanager
async def playing() -> AsyncIterator[Stage]:
    stage = Stage()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(stage.player.run())
        await asyncio.sleep(0)
        yield stage
        running.cancel()


def ended(stage: Stage) -> list[tuple[str, bool]]:
    return [(fact.play_id, fact.failed) for fact in stage.told if isinstance(fact, Played)]


async def test_files_are_played_when_they_are_there():
    async with playing() as stage:
        stage.play("p1")
        await stage.settle()
        assert stage.switch.told == []

        stage.files.gate.set()
        await stage.settle()

        assert stage.switch.told == [("play", LEG, "p1", "one.wav")]
        assert stage.told == []


async def test_prompt_that_can_not_be_had_has_failed():
    async with playing() as stage:
        stage.files.missing = True
        stage.files.gate.set()
        stage.play("p1")
        await stage.settle()

        assert ended(stage) == [("p1", True)]


async def test_what_is_stopped_before_it_began_is_not_played_and_over():
    async with playing() as stage:
        stage.play("p1")
        await stage.settle()
        await stage.player.stop(LEG, "p1")
        stage.files.gate.set()
        await stage.settle()

        assert ended(stage) == [("p1", False)]
        assert stage.switch.words == ["stop_playing"]


async def test_stop_in_the_very_moment_of_the_play_is_one_end_too():
    async with playing() as stage:
        stage.files.gate.set()
        stage.play("p1")
        await stage.player.stop(LEG, "p1")
        await stage.settle()

        assert ended(stage) == [("p1", False)] and "play" not in stage.switch.words


async def test_another_play_takes_the_place_of_one_that_is_prepared():
    async with playing() as stage:
        stage.play("p1")
        stage.play("p2")
        await stage.settle()
        stage.files.gate.set()
        await stage.settle()

        assert ended(stage) == [("p1", False)]
        assert stage.switch.told == [("play", LEG, "p2", "one.wav")]


async def test_leg_that_went_meanwhile_is_told_as_gone():
    async with playing() as stage:
        stage.switch.gone.add(LEG)
        stage.files.gate.set()
        stage.play("p1")
        await stage.settle()

        assert [type(fact) for fact in stage.told] == [LegHungUp]


async def test_switch_that_is_away_fails_the_play():
    async with playing() as stage:
        stage.switch.away = True
        stage.files.gate.set()
        stage.play("p1")
        await stage.settle()

        assert ended(stage) == [("p1", True)]


async def test_nothing_is_told_when_the_process_ends():
    async with playing() as stage:
        stage.play("p1")
        await stage.settle()
        told = stage.told

    assert told == []
