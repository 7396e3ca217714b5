"""What Asterisk has counted of each leg's media: asked for leg by leg in one go; and a leg's last in its events.

A connection of its own: nobody shall wait behind the answers whose call is being set up.
"""

import asyncio
import re
from collections.abc import Collection
from typing import Any

from callmodel.ids import LegId
from callmodel.voice.figures import Reading

ANSWER_SECONDS = 5.0
VARIABLE = "RTPAUDIOQOS"
"""Set by Asterisk as a leg ends; ari.conf has it in the leg's events."""
_FIGURES = "CHANNEL(rtcp,all,audio)"
# Not all channels by one `Status`: that reads variables while it holds the channel's lock, and this one waits for the
# channel's own thread, which may wait for the lock: then all of Asterisk stands still.
_ASKED = f"Action: Getvar\r\nVariable: {_FIGURES}\r\nChannel: {{leg}}\r\nActionID: {{leg}}\r\n\r\n"
_ANSWER_END = b"\r\n\r\n"
_LEG = re.compile(rb"\r\nActionID: ([^\r]+)\r\n.*\r\nValue: (ssrc=[^\r]+)", re.S)


class ReadingsAwayError(ConnectionError):
    """Asterisk does not tell now."""


class VoiceReadings:
    """Readings of one Asterisk.  Connects when asked, and again after a loss."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._address = (host, port)
        self._login = f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\nEvents: off\r\n\r\n".encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def of(self, legs: Collection[LegId]) -> dict[LegId, Reading]:
        """Return what was counted of these legs so far, of those with media.  Raises ReadingsAwayError."""
        if not legs:
            return {}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = self._streams or await self._connect()
                writer.write("".join(_ASKED.format(leg=leg) for leg in legs).encode())
                answers = [await reader.readuntil(_ANSWER_END) for _ in legs]
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            await self.close()
            raise ReadingsAwayError(type(error).__name__) from error
        found = (match for match in map(_LEG.search, answers) if match is not None)
        return {LegId(match[1].decode()): to_reading(match[2].decode()) for match in found}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        streams = await asyncio.open_connection(*self._address)
        self._streams = streams
        streams[1].write(self._login)
        await streams[0].readuntil(b"\r\n")
        answer = await streams[0].readuntil(b"\r\n\r\n")
        if b"Response: Success" not in answer:
            raise ConnectionRefusedError
        return streams

    async def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def to_reading(text: str) -> Reading:
    """Return what Asterisk's quality line says, such as `ssrc=1;...;lp=0;rxjitter=0.0;rxcount=250;...`.

    Asterisk calls what the far end reports of jitter `rx`, and what it finds itself `tx`; seconds.
    """
    said = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    return Reading(
        sent=_whole(said.get("rxcount")),
        sent_lost=_whole(said.get("lp")),
        sent_jitter_ms=_ms(said.get("txjitter")),
        heard=_whole(said.get("txcount")),
        heard_lost=_whole(said.get("rlp")),
        heard_jitter_ms=_ms(said.get("rxjitter")),
        round_trip_ms=_ms(said.get("rtt")),
    )


def last_reading(channel: dict[str, Any]) -> Reading | None:
    """Return what an event of a leg says of its media, None where it has had none."""
    said = channel.get("channelvars", {}).get(VARIABLE)
    return to_reading(said) if said else None


def _whole(text: str | None) -> int:
    # Loss below zero, from packets that came twice, is written as a large number.
    try:
        value = int(text or 0)
    except ValueError:
        return 0
    return value if 0 <= value < 1 << 31 else 0


def _ms(text: str | None) -> float:
    try:
        return float(text or 0) * 1000
    except ValueError:
        return 0.0
