"""A busy Asterisk still has a channel, or a bridge, for a while after it was told to end it."""

import itertools
import re
from collections.abc import Awaitable, Iterable
from typing import Any, cast
from urllib.parse import quote

import pytest

from callmodel.ids import CallId, LegId
from callmodel.rooms import Mode, Party, Room
from media_nodes.ari import AriError
from media_nodes.ports import LegGoneError, MusicOnHold
from media_nodes.rooms import Rooms
from media_nodes.taps import Taps

CALL = CallId("call")
AGENT, CUSTOMER, SUPERVISOR = (LegId(f"call-{number}") for number in (1, 2, 3))
_MADE = re.compile(r"/channels/[^/]+/snoop/(.+)")


class BusyAsterisk:
    """Everything that was ever made is still there."""

    def __init__(self) -> None:
        self.channels: list[str] = []
        self.deleted: list[str] = []
        self.refuses = False

    async def command(self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> None:
        name = (query or {}).get("channelId") or (made[1] if (made := _MADE.fullmatch(path)) else "")
        if method == "DELETE":
            self.deleted.append(path)
        elif path in self.deleted or path.removesuffix("/addChannel") in self.deleted:
            raise AriError(409, method, path, "Bridge is dissolving")
        elif name in self.channels or (name and self.refuses):
            raise AriError(500, method, path, "Snoop channel could not be created")
        elif name:
            self.channels.append(name)

    async def on_leg(self, leg_id: LegId, method: str, path: str, query: Any = None, body: Any = None) -> None:
        try:
            await self.command(method, path, query)
        except AriError as error:
            raise LegGoneError(leg_id) from error

    async def made(self, _name: LegId, create: Awaitable[None]) -> None:
        await create

    async def snoop(self, of: LegId, name: LegId, how: dict[str, str]) -> None:
        await self.on_leg(of, "POST", f"/channels/{of}/snoop/{name}", how)

    async def quiet(self, _leg_id: LegId) -> None: ...

    def rooms(self) -> Rooms:
        # Nobody waits here, and so nobody asks for music.
        return Rooms(self.command, self.on_leg, self.snoop, self.quiet, cast("MusicOnHold", None))


def attended(mode: Mode, to: LegId = AGENT) -> Room:
    return Room((Party(AGENT), Party(CUSTOMER), Party(SUPERVISOR, mode, to)))


async def test_a_supervisor_listens_whispers_and_listens_again_before_any_snoop_is_gone():
    asterisk = BusyAsterisk()
    rooms = asterisk.rooms()
    for room in (attended(Mode.LISTENING), attended(Mode.WHISPERING), attended(Mode.LISTENING, CUSTOMER)):
        await rooms.arrange(CALL, room)
    assert len(set(asterisk.channels)) == 3
    assert [path for path in asterisk.deleted if "channels" in path] == channels_of(asterisk.channels[:2])


async def test_a_snoop_that_fails_ends_the_listening_and_not_the_talk():
    asterisk = BusyAsterisk()
    asterisk.refuses = True
    with pytest.raises(LegGoneError) as gone:
        await asterisk.rooms().arrange(CALL, attended(Mode.LISTENING))
    assert gone.value.leg_id == SUPERVISOR


async def test_what_a_former_process_made_is_taken_away_by_its_name():
    asterisk = BusyAsterisk()
    rooms = asterisk.rooms()
    snoop = f"{SUPERVISOR}~snoop-0a1b2c3d"
    bridges = {str(CALL): [AGENT, CUSTOMER], f"{CALL}+{SUPERVISOR}+0a1b2c3d": [SUPERVISOR, snoop]}
    rooms.learn([{"id": name, "channels": channels} for name, channels in bridges.items()])
    await rooms.arrange(CALL, attended(Mode.WHISPERING))
    assert asterisk.deleted[:2] == [*channels_of([snoop]), f"/bridges/{quote(f'{CALL}+{SUPERVISOR}+0a1b2c3d')}"]
    assert len(asterisk.channels) == 1


async def test_words_are_listened_for_again_before_the_first_ear_is_gone():
    asterisk = BusyAsterisk()
    taps = Taps("trunkline", asterisk.command, asterisk.on_leg, asterisk.made)
    for name, _turn in itertools.product(("", "machine"), range(2)):
        await taps.open(CUSTOMER, "127.0.0.1:4000", name)
        await taps.close(CUSTOMER, name)
    assert len(set(asterisk.channels)) == len(asterisk.channels) == 8
    assert sorted(path for path in asterisk.deleted if "channels" in path) == sorted(channels_of(asterisk.channels))


def channels_of(names: Iterable[str]) -> list[str]:
    return [f"/channels/{name}" for name in names]
