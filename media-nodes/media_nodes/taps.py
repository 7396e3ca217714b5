"""Lets a process on this machine hear what a leg says: a snoop on it, bridged with a channel that only sends RTP."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import quote

from callmodel.ids import LegId
from media_nodes.ari import AriError

EAR, MOUTH, BRIDGE = "~ear", "~mouth", "~tap"

logger = logging.getLogger(__name__)

Command = Callable[..., Awaitable[Any]]
Made = Callable[[LegId, Awaitable[None]], Awaitable[None]]
"""Awaits a command that makes a channel of that name, until the channel takes orders.  Raises LegGoneError."""


class Taps:
    """The taps of one Asterisk.  `on_leg` sends a command and raises LegGoneError; `command` raises AriError."""

    def __init__(self, app: str, command: Command, on_leg: Command, made: Made) -> None:
        self._app, self._command, self._on_leg, self._made = app, command, on_leg, made
        self._open: dict[tuple[LegId, str], str] = {}
        """What channels and bridge of a tap are named like."""

    async def open(self, leg_id: LegId, to: str, name: str = "") -> None:
        """Send what a leg says to `host:port`.  name: of one tap among several.  Raises LegGoneError."""
        # A name that no tap ever had: Asterisk refuses one whose former bearer has not quite gone.
        of = self._open[leg_id, name] = f"{leg_id}~{name}{secrets.token_hex(4)}"
        ear, mouth, bridge = _parts_of(of)
        inside = {"app": self._app, "appArgs": "out"}
        snoop = {"spy": "in", "whisper": "none"} | inside
        sending = {"channelId": str(mouth), "app": self._app, "external_host": to, "format": "ulaw"}
        await asyncio.gather(
            self._made(ear, self._on_leg(leg_id, "POST", f"/channels/{leg_id}/snoop/{ear}", snoop)),
            self._made(mouth, self._on_leg(leg_id, "POST", "/channels/externalMedia", sending)),
            self._on_leg(leg_id, "POST", _path(bridge), {"type": "mixing"}),
        )
        await self._on_leg(leg_id, "POST", f"{_path(bridge)}/addChannel", {"channel": f"{ear},{mouth}"})

    async def close(self, leg_id: LegId, name: str = "") -> None:
        """Send no more; what is gone already is gone."""
        if (of := self._open.pop((leg_id, name), None)) is not None:
            ear, mouth, bridge = _parts_of(of)
            await self._remove([ear, mouth], [bridge])

    async def clear(self, channels: Iterable[str], bridges: Iterable[str]) -> None:
        """Take away what a former process left open, of what is listed."""
        await self._remove([each for each in channels if each.endswith((EAR, MOUTH))], filter(is_tap, bridges))

    async def _remove(self, channels: Iterable[str], bridges: Iterable[str]) -> None:
        paths = [*(f"/channels/{each}" for each in channels), *(_path(each) for each in bridges)]
        await asyncio.gather(*(self._forgivingly(path) for path in paths))

    async def _forgivingly(self, path: str) -> None:
        try:
            await self._command("DELETE", path)
        except AriError as error:
            logger.debug("tap was gone", extra={"status": error.status})


def _parts_of(of: str) -> tuple[LegId, LegId, str]:
    return LegId(f"{of}{EAR}"), LegId(f"{of}{MOUTH}"), f"{of}{BRIDGE}"


def is_tap(bridge: str) -> bool:
    """Say whether a bridge is a tap's, and no call's."""
    return bridge.endswith(BRIDGE)


def _path(bridge: str) -> str:
    return f"/bridges/{quote(bridge, safe='')}"
