"""What Asterisk has counted of each leg's media: all legs in one AMI answer, and a leg's last words in its events.

A connection of its own: the answer is long, and nobody shall wait behind it whose call is being set up.
"""

import asyncio
import re
from typing import Any

from callmodel.ids import LegId
from callmodel.voice.figures import Reading

ANSWER_SECONDS = 5.0
MOST_BYTES = 4 << 20
VARIABLE = "RTPAUDIOQOS"
"""Set by Asterisk as a leg ends; ari.conf has it in the leg's events."""
_FIGURES = "CHANNEL(rtcp,all,audio)"
_END = b"Event: StatusComplete\r\n"
_LINES = rb"(?:(?!\r\n\r\n).)*?"
_LEG = re.compile(
    rb"\r\nChannel: PJSIP/[^\r]*\r\n" + _LINES + rb"\r\nUniqueid: ([^\r]+)\r\n" + _LINES + rb"=(ssrc=[^\r]+)", re.S
)


class ReadingsAwayError(ConnectionError):
    """Asterisk does not tell now."""


class VoiceReadings:
    """Readings of one Asterisk.  Connects when asked, and again after a loss."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._address = (host, port)
        self._login = f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\nEvents: off\r\n\r\n".encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def all(self) -> dict[LegId, Reading]:
        """Return what was counted of every leg with media so far.  Raises ReadingsAwayError."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = self._streams or await self._connect()
                writer.write(f"Action: Status\r\nVariables: {_FIGURES}\r\n\r\n".encode())
                told = await reader.readuntil(_END)
                await reader.readuntil(b"\r\n\r\n")
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            await self.close()
            raise ReadingsAwayError(type(error).__name__) from error
        return {LegId(leg.decode()): to_reading(said.decode()) for leg, said in _LEG.findall(told)}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        streams = await asyncio.open_connection(*self._address, limit=MOST_BYTES)
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
