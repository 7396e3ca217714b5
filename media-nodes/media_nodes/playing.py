"""Plays prompts beside the calls' own tasks: a call goes on being told of keys and hang-ups while a voice thinks."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from callmodel.facts import Fact, LegHungUp, Played
from callmodel.ids import LegId, TenantId
from callmodel.orders import Play
from media_nodes.ports import LegGoneError, PromptFiles, PromptMissingError, Switch, SwitchAwayError
from media_nodes.running import now_ms

logger = logging.getLogger(__name__)

Tell = Callable[[Fact], None]


@dataclass
class _Playing:
    """`ready`: its files are there, and the switch is being told.  `unwanted`: somebody stopped it before."""

    play_id: str
    task: asyncio.Task[None] | None = None
    ready: bool = False
    unwanted: bool = False


class PromptPlayer:
    """Adapter of `Player`.  Each `Play` is followed by one `Played`, from the switch or from here."""

    def __init__(self, switch: Switch, files: PromptFiles) -> None:
        self._switch, self._files = switch, files
        self._playing: dict[LegId, _Playing] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Hold the tasks until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await asyncio.get_running_loop().create_future()

    def play(self, tenant_id: TenantId, order: Play, tell: Tell) -> None:
        assert self._group is not None, "the player does not run"
        former, playing = self._playing.get(order.leg_id), _Playing(order.play_id)
        self._playing[order.leg_id] = playing
        playing.task = self._group.create_task(self._play(tenant_id, order, tell, playing, former))
        playing.task.add_done_callback(lambda _: self._over(playing, order, tell))

    async def stop(self, leg_id: LegId, play_id: str) -> None:
        playing = self._playing.get(leg_id)
        if playing is not None and playing.play_id == play_id:
            await _end(playing)
        await self._switch.stop_playing(leg_id, play_id)

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        playing = self._playing.get(leg_id)
        prepares = playing is not None and playing.play_id == play_id
        return prepares or await self._switch.plays(leg_id, play_id)

    async def _play(
        self, tenant_id: TenantId, order: Play, tell: Tell, playing: _Playing, former: _Playing | None
    ) -> None:
        try:
            if former is not None:
                await _end(former)
            files = await self._files.files_of(tenant_id, order.prompts, order.language)
            # This one's, whatever is to be played next already: what the switch was told of is not broken off.
            playing.ready = True
            await self._switch.play(order.leg_id, order.play_id, files)
        except PromptMissingError as error:
            logger.warning("prompt not played", extra={"leg_id": order.leg_id, "reason": str(error)})
            tell(Played(order.leg_id, order.play_id, now_ms(), failed=True))
        except SwitchAwayError:
            tell(Played(order.leg_id, order.play_id, now_ms(), failed=True))
        except LegGoneError:
            tell(LegHungUp(order.leg_id, None, now_ms()))

    def _over(self, playing: _Playing, order: Play, tell: Tell) -> None:
        if self._playing.get(order.leg_id) is playing:
            del self._playing[order.leg_id]
        if playing.unwanted and playing.task is not None and playing.task.cancelled():
            tell(Played(order.leg_id, order.play_id, now_ms()))


async def _end(playing: _Playing) -> None:
    """Let a task that prepares end.  One that tells the switch is waited for: what it said could be overtaken."""
    assert playing.task is not None
    if not playing.ready:
        playing.unwanted = True
        playing.task.cancel()
    await asyncio.wait([playing.task])
