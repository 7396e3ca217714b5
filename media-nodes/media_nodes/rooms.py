"""Brings a call's legs in Asterisk to the room that the call wants: one bridge for all who talk, named like the call;
music and ringing for who waits; a snoop for each who attends another.  Only what differs is sent.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from callmodel.ids import CallId, LegId
from callmodel.rooms import Mode, Music, Party, Room
from media_nodes.ari import AriError
from media_nodes.ports import LegGoneError, MusicOnHold

EXISTS = 409
MOVED = "moved"
SNOOP = "~snoop"

# Two legs exchange their frames as they are, which costs the least.  Where both are silent there are none.  They pass
# through Asterisk's core all the same: of what RTP alone passes on, no keys are told.
PLAIN = "mixing,dtmf_events"
# Always softmix, which `video_sfu` stands for here: each leg is sent a frame every 20 ms, whoever speaks or not, and
# so a recording keeps time (ADR 26).
MIXED = "mixing,video_sfu"

SOUNDS = {Mode.HOLDING: "moh", Mode.RINGBACK: "ring"}

logger = logging.getLogger(__name__)

Command = Callable[[str, str, dict[str, str] | None], Awaitable[Any]]
OnLeg = Callable[[LegId, str, str, dict[str, str] | None], Awaitable[None]]
Quiet = Callable[[LegId], Awaitable[None]]
"""Ends what is played to a leg, if anything is."""
Snoop = Callable[[LegId, LegId, dict[str, str]], Awaitable[None]]
"""Makes a snoop on the first leg, under the second's name, and returns when it can be bridged."""


@dataclass(frozen=True)
class Sound:
    """What a leg hears that takes no part yet: `mode` and, where that is HOLDING, which music."""

    mode: Mode
    music: Music | None = None

    @property
    def path(self) -> str:
        return SOUNDS[self.mode]


def _sound_of(party: Party) -> Sound | None:
    return Sound(party.mode, party.music) if party.mode in SOUNDS else None


@dataclass(frozen=True)
class Attending:
    """How a leg attends another: the bridge that it is in, and the snoop there.

    made_for: None where a former process made it.
    """

    bridge: str
    snoop: LegId | None
    made_for: Party | None = None


@dataclass
class Held:
    """What Asterisk holds of one call.  `unsure`: made by a former process, and what its legs hear is not known.

    `name`: its bridge, None before there is one.  `pair`: the first two who talked.  `alerted`: callers
    who were sent 180, which ends with our answer.  `progressed`: those who were sent 183 before: they hear a ring as
    sound.  `attending`: by listening leg.
    """

    name: str | None = None
    members: set[LegId] = field(default_factory=set)
    pair: set[LegId] = field(default_factory=set)
    sounds: dict[LegId, Sound] = field(default_factory=dict)
    alerted: set[LegId] = field(default_factory=set)
    progressed: set[LegId] = field(default_factory=set)
    attending: dict[LegId, Attending] = field(default_factory=dict)
    unsure: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rooms:
    """The rooms of one Asterisk.

    `command` sends an ARI command and raises AriError for a refused one; `on_leg` raises LegGoneError for it.
    A leg's commands are carried out one after the other, and one that is being played to waits with the next.
    """

    def __init__(self, command: Command, on_leg: OnLeg, snoop: Snoop, quiet: Quiet, music: MusicOnHold) -> None:
        self._command, self._on_leg, self._snoop, self._quiet = command, on_leg, snoop, quiet
        self._music = music
        self._held: dict[CallId, Held] = {}
        self._recorded: set[LegId] = set()

    def learn(self, listing: list[dict[str, Any]]) -> tuple[CallId, ...]:
        """Take in what Asterisk lists, and return the calls that have a bridge there.

        What we know already stays: a bridge that is being made is in no list yet.
        """
        known = set(self._held)
        calls = []
        for listed in listing:
            call_id, _, suffix = listed["id"].partition("+")
            calls.append(CallId(call_id))
            if call_id in known:
                continue
            held = self._held.setdefault(CallId(call_id), Held(unsure=True))
            if suffix not in ("", MOVED):
                snoop = next(filter(_is_snoop, listed["channels"]), None)
                held.attending[LegId(suffix.partition("+")[0])] = Attending(listed["id"], snoop)
            elif held.name is None or suffix == MOVED:
                held.name = listed["id"]
                held.members = {LegId(leg) for leg in listed["channels"]}
                held.pair = set(held.members)
        return tuple(calls)

    async def prepare(self, call_id: CallId) -> None:
        """Make the call's bridge if there is none yet."""
        held = self._held.setdefault(call_id, Held())
        async with held.lock:
            await self._ensure(call_id, held)

    def keep_time_of(self, leg_id: LegId) -> None:
        """Let this leg be in a bridge that goes on while nobody speaks, from when it next joins one."""
        self._recorded.add(leg_id)

    async def arrange(self, call_id: CallId, room: Room) -> None:
        """Let the legs hear each other as the room says.  Raises LegGoneError; what was done before it stays done."""
        held = self._held.setdefault(call_id, Held())
        async with held.lock:
            wanted = {party.leg_id: party for party in room.parties}
            await self._stop_attending(held, wanted)
            talkers = room.of(Mode.TALKING)
            # One after the other: a leg whose music ends just as it joins may stay silent.
            await self._silence(held, wanted)
            await asyncio.gather(self._progress(held, room), self._join(call_id, held, talkers))
            held.unsure = False
            for party in room.parties:
                await self._sound(held, party)
                await self._attend(call_id, held, party)

    async def resume(self, leg_id: LegId) -> None:
        """Let a leg that waits hear its music or ringing again after what it is being played."""
        held = next((held for held in self._held.values() if leg_id in held.sounds), None)
        if held is None:
            return
        async with held.lock:
            if (sound := held.sounds.get(leg_id)) is not None:
                await self._begin(leg_id, sound)

    async def end(self, call_id: CallId) -> None:
        """Take the call's bridges away; doing it twice is harmless."""
        held = self._held.pop(call_id, None)
        if held is not None:
            self._recorded -= held.pair | held.members
            for attending in held.attending.values():
                await self._forgivingly("DELETE", _path(attending.bridge))
            if held.name is not None:
                await self._forgivingly("DELETE", _path(held.name))

    # -- those who talk

    async def _ensure(self, call_id: CallId, held: Held) -> str:
        if held.name is None:
            await self._make(str(call_id), PLAIN)
            held.name = str(call_id)
        return held.name

    async def _join(self, call_id: CallId, held: Held, talkers: tuple[LegId, ...]) -> None:
        wanted = set(talkers)
        if not wanted and not held.members:
            return
        old = await self._ensure(call_id, held)
        mixed = len(held.pair | wanted) > 2 or bool(wanted & self._recorded)
        moves = mixed and not old.endswith(MOVED)
        await asyncio.gather(*(self._quiet(leg_id) for leg_id in wanted - held.members))
        name = f"{call_id}+{MOVED}" if moves else old
        if moves:
            await self._make(name, MIXED)
        leaving = set[LegId]() if moves else held.members - wanted
        joining = [leg_id for leg_id in reversed(talkers) if moves or leg_id not in held.members]
        gone = await self._add(name, joining)
        # Only now: what an Asterisk that was away did not hear of is said again.
        held.name, held.members = name, wanted - gone
        if len(held.pair) < 2:
            held.pair |= wanted
        # The others leave last: the customer shall never be alone.
        for leg_id in leaving:
            await self._forgivingly("POST", f"{_path(name)}/removeChannel", {"channel": str(leg_id)})
        if moves:
            await self._forgivingly("DELETE", _path(old))
        for leg_id in gone:
            raise LegGoneError(leg_id)

    async def _progress(self, held: Held, room: Room) -> None:
        """Let a caller whom we have not answered hear others already (183)."""
        for party in room.parties:
            if party.mode is Mode.TALKING and party.unanswered:
                held.progressed.add(party.leg_id)
                await self._on_leg(party.leg_id, "POST", f"/channels/{party.leg_id}/progress", None)

    # -- those who wait

    async def _silence(self, held: Held, wanted: dict[LegId, Party]) -> None:
        """Stop what legs hear that shall hear something else now."""
        stops: list[tuple[LegId, str]] = []
        for leg_id, party in wanted.items():
            playing, sound = held.sounds.get(leg_id), _sound_of(party)
            if leg_id in held.alerted and playing != sound:
                held.alerted.discard(leg_id)
                held.sounds.pop(leg_id, None)
            elif playing is not None and (sound is None or playing.mode is not sound.mode):
                stops.append((leg_id, playing.path))
            elif held.unsure and party.mode.takes_part and not party.unanswered:
                stops += [(leg_id, path) for mode, path in SOUNDS.items() if mode is not party.mode]
        for leg_id in held.sounds.keys() - wanted.keys():
            del held.sounds[leg_id]
        await asyncio.gather(*(self._stop(held, leg_id, path) for leg_id, path in stops))

    async def _stop(self, held: Held, leg_id: LegId, path: str) -> None:
        held.sounds.pop(leg_id, None)
        await self._on_leg(leg_id, "DELETE", f"/channels/{leg_id}/{path}", None)

    async def _sound(self, held: Held, party: Party) -> None:
        sound = _sound_of(party)
        if sound is not None and held.sounds.get(party.leg_id) != sound:
            await self._begin(party.leg_id, sound)
            held.sounds[party.leg_id] = sound
            if party.unanswered and party.leg_id not in held.progressed:
                held.alerted.add(party.leg_id)

    async def _begin(self, leg_id: LegId, sound: Sound) -> None:
        """Music takes the place of other music."""
        query = {"mohClass": await self._music.class_of(sound.music)} if sound.mode is Mode.HOLDING else None
        await self._on_leg(leg_id, "POST", f"/channels/{leg_id}/{sound.path}", query)

    # -- those who attend another

    async def _attend(self, call_id: CallId, held: Held, party: Party) -> None:
        if party.mode.takes_part or party.to is None:
            return
        if (former := held.attending.get(party.leg_id)) is not None and former.made_for == party:
            return
        # Names that nothing ever had: Asterisk refuses one whose former bearer has not quite gone.
        token = secrets.token_hex(4)
        name, snoop = f"{call_id}+{party.leg_id}+{token}", LegId(f"{party.leg_id}{SNOOP}-{token}")
        held.attending[party.leg_id] = Attending(name, snoop, party)
        whisper = "out" if party.mode is Mode.WHISPERING else "none"
        await self._make(name, PLAIN)
        try:
            await self._snoop(party.to, snoop, {"spy": "both", "whisper": whisper})
        except LegGoneError:
            # Whoever is attended says so itself when it is gone: a snoop that fails shall not end the talk.
            raise LegGoneError(party.leg_id) from None
        if party.leg_id in await self._add(name, [party.leg_id, snoop]):
            raise LegGoneError(party.leg_id)

    async def _stop_attending(self, held: Held, wanted: dict[LegId, Party]) -> None:
        over = [
            (leg_id, attending)
            for leg_id, attending in held.attending.items()
            if attending.made_for is None or wanted.get(leg_id) != attending.made_for
        ]
        for leg_id, attending in over:
            if attending.snoop is not None:
                await self._forgivingly("DELETE", f"/channels/{attending.snoop}")
            await self._forgivingly("DELETE", _path(attending.bridge))
            del held.attending[leg_id]

    # -- commands

    async def _make(self, name: str, kind: str) -> None:
        try:
            await self._command("POST", _path(name), {"type": kind})
        except AriError as error:
            if error.status != EXISTS:
                raise

    async def _add(self, name: str, legs: list[LegId]) -> set[LegId]:
        """Return those that are gone."""
        path = f"{_path(name)}/addChannel"
        gone = set[LegId]()
        try:
            if legs:
                await self._command("POST", path, {"channel": ",".join(legs)})
        except AriError:
            # One of them is gone, and the answer does not say which.
            for leg_id in legs:
                try:
                    await self._command("POST", path, {"channel": str(leg_id)})
                except AriError as error:
                    logger.debug("leg not joined", extra={"leg_id": leg_id, "status": error.status})
                    gone.add(leg_id)
        return gone

    async def _forgivingly(self, method: str, path: str, query: dict[str, str] | None = None) -> None:
        try:
            await self._command(method, path, query)
        except AriError as error:
            logger.debug("order came too late", extra={"status": error.status})


def _path(name: str) -> str:
    return f"/bridges/{quote(name, safe='')}"


def _is_snoop(channel: str) -> bool:
    return SNOOP in channel
