"""What joins a call's legs in Asterisk: one bridge a call, named like it; another kind once its parties change."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from callmodel.ids import CallId, LegId
from media_nodes.ari import AriError
from media_nodes.ports import LegGoneError

EXISTS = 409
MOVED = "+moved"

# Two legs exchange their RTP frames as they are, which costs the least.  Where both are silent there are none.
PLAIN = "mixing"
# Always softmix, which `video_sfu` stands for here: each leg is sent a frame every 20 ms, whoever speaks or not, and
# so a recording keeps time (ADR 26).
MIXED = "mixing,video_sfu"

logger = logging.getLogger(__name__)

Command = Callable[[str, str, dict[str, str] | None], Awaitable[Any]]


@dataclass
class Bridge:
    """`name` is Asterisk's word for it."""

    name: str
    members: set[LegId] = field(default_factory=set)


class Bridges:
    """The bridges of one Asterisk.  `command` sends an ARI command and raises AriError for a refused one."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._bridges: dict[CallId, Bridge] = {}
        self._recorded: set[LegId] = set()

    def learn(self, listing: list[dict[str, Any]]) -> tuple[CallId, ...]:
        """Take in what Asterisk lists, and return the calls that have a bridge there.

        What we know already stays: a bridge that is being made is in no list yet.
        """
        for listed in listing:
            call_id = CallId(listed["id"].removesuffix(MOVED))
            known = self._bridges.get(call_id)
            if known is None or (listed["id"].endswith(MOVED) and not known.name.endswith(MOVED)):
                self._bridges[call_id] = Bridge(listed["id"], {LegId(leg) for leg in listed["channels"]})
        return tuple(CallId(listed["id"].removesuffix(MOVED)) for listed in listing)

    async def prepare(self, call_id: CallId) -> Bridge:
        """Make the call's bridge if there is none yet, and return it."""
        if call_id not in self._bridges:
            await self._make(str(call_id), PLAIN)
            self._bridges.setdefault(call_id, Bridge(str(call_id)))
        return self._bridges[call_id]

    def keep_time_of(self, leg_id: LegId) -> None:
        """Let this leg be in a bridge that goes on while nobody speaks, from its next `join` on."""
        self._recorded.add(leg_id)

    async def join(self, call_id: CallId, first: LegId, second: LegId) -> None:
        """Let these two hear each other, and nobody else hear them.  Raises LegGoneError."""
        old = await self.prepare(call_id)
        wanted = {first, second}
        bridge = old
        if (old.members - wanted or wanted & self._recorded) and not old.name.endswith(MOVED):
            bridge = Bridge(f"{call_id}{MOVED}")
            await self._make(bridge.name, MIXED)
            self._bridges[call_id] = bridge
        leaving = old.members - wanted if bridge is old else set()
        joining = [leg_id for leg_id in (second, first) if leg_id not in bridge.members]
        bridge.members = wanted
        if joining:
            await self._add(bridge.name, joining)
        # The others leave last: the customer shall never be alone.
        for leg_id in leaving:
            await self._forgivingly("POST", f"{_path(bridge.name)}/removeChannel", {"channel": str(leg_id)})
        if bridge is not old:
            await self._forgivingly("DELETE", _path(old.name))

    async def end(self, call_id: CallId) -> None:
        """Take the call's bridge away; doing it twice is harmless."""
        bridge = self._bridges.pop(call_id, None)
        if bridge is not None:
            self._recorded -= bridge.members
            await self._forgivingly("DELETE", _path(bridge.name))

    async def _make(self, name: str, kind: str) -> None:
        try:
            await self._command("POST", _path(name), {"type": kind})
        except AriError as error:
            if error.status != EXISTS:
                raise

    async def _add(self, name: str, legs: list[LegId]) -> None:
        path = f"{_path(name)}/addChannel"
        try:
            await self._command("POST", path, {"channel": ",".join(legs)})
        except AriError:
            # One of them is gone, and the answer does not say which.
            for leg_id in legs:
                try:
                    await self._command("POST", path, {"channel": str(leg_id)})
                except AriError as error:
                    raise LegGoneError(leg_id) from error

    async def _forgivingly(self, method: str, path: str, query: dict[str, str] | None = None) -> None:
        try:
            await self._command(method, path, query)
        except AriError as error:
            logger.debug("order came too late", extra={"status": error.status})


def _path(name: str) -> str:
    return f"/bridges/{quote(name, safe='')}"
