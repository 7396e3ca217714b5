"""Brings a call's legs in Asterisk to the room that the call wants: one bridge for all who talk, named like the call;
music and ringing for who waits; a snoop for each who attends another.  Only what differs is sent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from callmodel.ids import CallId, LegId
from callmodel.rooms import Mode, Party, Room
from media_nodes.ari import AriError
from media_nodes.ports import LegGoneError

EXISTS = 409
MOVED = "moved"
SNOOP = "~snoop"

# Two legs exchange their RTP frames as they are, which costs the least.  Where both are silent there are none.
PLAIN = "mixing"
# Always softmix, which `video_sfu` stands for here: each leg is sent a frame every 20 ms, whoever speaks or not, and
# so a recording keeps time (ADR 26).
MIXED = "mixing,video_sfu"

SOUNDS = {Mode.HOLDING: "moh", Mode.RINGBACK: "ring"}

logger = logging.getLogger(__name__)

Command = Callable[[str, str, dict[str, str] | None], Awaitable[Any]]
OnLeg = Callable[[LegId, str, str, dict[str, str] | None], Awaitable[None]]
Snoop = Callable[[LegId, LegId, dict[str, str]], Awaitable[None]]
"""Makes a snoop on the first leg, under the second's name, and returns when it can be bridged."""


@dataclass
class Held:
    """What Asterisk holds of one call.  `unsure`: made by a former process, and what its legs hear is not known.

    `name`: its bridge, None before there is one.  `pair`: the first two who talked.  `alerted`: callers
    who were sent 180, which ends with our answer.  `attending`: by listening leg, its
    bridge and what it was made for.
    """

    name: str | None = None
    members: set[LegId] = field(default_factory=set)
    pair: set[LegId] = field(default_factory=set)
    sounds: dict[LegId, Mode] = field(default_factory=dict)
    alerted: set[LegId] = field(default_factory=set)
    attending: dict[LegId, Party | None] = field(default_factory=dict)
    unsure: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rooms:
    """The rooms of one Asterisk.

    `command` sends an ARI command and raises AriError for a refused one; `on_leg` raises LegGoneError for it.
    """

    def __init__(self, command: Command, on_leg: OnLeg, snoop: Snoop) -> None:
        self._command, self._on_leg, self._snoop = command, on_leg, snoop
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
                held.attending[LegId(suffix)] = None
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
            await self._stop_attending(call_id, held, wanted)
            talkers = room.of(Mode.TALKING)
            # One after the other: a leg whose music ends just as it joins may stay silent.
            await self._silence(held, wanted)
            await asyncio.gather(self._progress(room), self._join(call_id, held, talkers))
            held.unsure = False
            for party in room.parties:
                await self._sound(held, party)
                await self._attend(call_id, held, party)

    async def end(self, call_id: CallId) -> None:
        """Take the call's bridges away; doing it twice is harmless."""
        held = self._held.pop(call_id, None)
        if held is not None:
            self._recorded -= held.pair | held.members
            for leg_id in held.attending:
                await self._forgivingly("DELETE", _path(_attending_name(call_id, leg_id)))
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

    async def _progress(self, room: Room) -> None:
        """Let a caller whom we have not answered hear others already (183)."""
        for party in room.parties:
            if party.mode is Mode.TALKING and party.unanswered:
                await self._on_leg(party.leg_id, "POST", f"/channels/{party.leg_id}/progress", None)

    # -- those who wait

    async def _silence(self, held: Held, wanted: dict[LegId, Party]) -> None:
        """Stop what legs hear that shall hear something else now."""
        stops: list[tuple[LegId, Mode]] = []
        for leg_id, party in wanted.items():
            playing = held.sounds.get(leg_id)
            if leg_id in held.alerted and playing is not party.mode:
                held.alerted.discard(leg_id)
                held.sounds.pop(leg_id, None)
            elif playing is not None and playing is not party.mode:
                stops.append((leg_id, playing))
            elif held.unsure and party.mode.takes_part and not party.unanswered:
                stops += [(leg_id, mode) for mode in SOUNDS if mode is not party.mode]
        for leg_id in held.sounds.keys() - wanted.keys():
            del held.sounds[leg_id]
        await asyncio.gather(*(self._stop(held, leg_id, mode) for leg_id, mode in stops))

    async def _stop(self, held: Held, leg_id: LegId, mode: Mode) -> None:
        held.sounds.pop(leg_id, None)
        await self._on_leg(leg_id, "DELETE", f"/channels/{leg_id}/{SOUNDS[mode]}", None)

    async def _sound(self, held: Held, party: Party) -> None:
        if party.mode in SOUNDS and held.sounds.get(party.leg_id) is not party.mode:
            await self._on_leg(party.leg_id, "POST", f"/channels/{party.leg_id}/{SOUNDS[party.mode]}", None)
            held.sounds[party.leg_id] = party.mode
            if party.unanswered:
                held.alerted.add(party.leg_id)

    # -- those who attend another

    async def _attend(self, call_id: CallId, held: Held, party: Party) -> None:
        if party.mode.takes_part or party.to is None or held.attending.get(party.leg_id) == party:
            return
        name = _attending_name(call_id, party.leg_id)
        held.attending[party.leg_id] = party
        whisper = "out" if party.mode is Mode.WHISPERING else "none"
        await self._make(name, PLAIN)
        await self._snoop(party.to, _snoop_name(party.leg_id), {"spy": "both", "whisper": whisper})
        if party.leg_id in await self._add(name, [party.leg_id, _snoop_name(party.leg_id)]):
            raise LegGoneError(party.leg_id)

    async def _stop_attending(self, call_id: CallId, held: Held, wanted: dict[LegId, Party]) -> None:
        over = [
            leg_id
            for leg_id, made_for in held.attending.items()
            if made_for is None or wanted.get(leg_id) != made_for
        ]
        for leg_id in over:
            await self._forgivingly("DELETE", f"/channels/{_snoop_name(leg_id)}")
            await self._forgivingly("DELETE", _path(_attending_name(call_id, leg_id)))
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


def _attending_name(call_id: CallId, leg_id: LegId) -> str:
    return f"{call_id}+{leg_id}"


def _snoop_name(leg_id: LegId) -> LegId:
    return LegId(f"{leg_id}{SNOOP}")
