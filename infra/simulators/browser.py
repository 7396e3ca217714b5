"""A phone in a browser: SIP over WebSocket, and its voice by ICE and DTLS-SRTP (RFC 8445, 5764, 8829).

aiortc stands for the browser's own engine, and knows nothing of this project.  It is of the extra `test`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

from .call_media import CallMedia, MediaSettings
from .g711 import PCMU, RATE, decode, encode
from .phone import Softphone
from .rtp import HEADER, Packet, parse_rtp
from .sdp import AudioSession, UnusableSdpError, parse_sdp
from .tasks import Tasks

REFUSALS = (ValueError, InternalError, InvalidAccessError, InvalidStateError, OperationError)
"""What aiortc raises for a description that it can't use."""
WAITING_FRAMES = 10
Describe = Callable[[str], str]
logger = logging.getLogger(__name__)


class Browser(Softphone):
    """A softphone whose every call has a peer connection of its own; takes what Softphone takes.

    `describe` turns aiortc's description into what is told to the other side.
    """

    def __init__(
        self, user: str, domain: str, password: str = "", *, describe: Describe = lambda text: text, **settings: Any
    ) -> None:
        super().__init__(user, domain, password, open_media=self._open_media, **settings)
        self._describe = describe
        self._opened: list[BrowserMedia] = []

    def _open_media(self, settings: MediaSettings) -> BrowserMedia:
        self._opened.append(BrowserMedia(settings, self._describe))
        return self._opened[-1]

    async def close(self) -> None:
        await super().close()
        for media in self._opened:
            await media.closed()


class BrowserMedia(CallMedia):
    """Offers and answers are aiortc's; what is played and heard is still the endpoint's, behind a `Cable`.

    `peer` is the RTCPeerConnection: its `connectionState` is `connected` after ICE and DTLS.
    """

    def __init__(self, settings: MediaSettings, describe: Describe) -> None:
        super().__init__(settings)
        # Without a list aiortc asks a public STUN server.
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._cable = Cable()
        self._transceiver = self.peer.addTransceiver(self._cable)
        self._stay_at(settings.host)
        self._tasks = Tasks()
        self._describe = describe
        self._described = ""
        self._offered = False
        self.peer.on("track", lambda track: self._tasks.start(self._cable.hear(track), "what a browser hears"))

    def _stay_at(self, host: str) -> None:
        """Have candidates of this address only: aiortc takes all of the machine's but 127.0.0.1."""
        connection = self._transceiver.sender.transport.transport.iceGatherer._connection
        gather = connection.get_component_candidates

        def gather_here(component: int, addresses: list[str], timeout: int = 5) -> Any:
            return gather(component, [host], timeout)

        connection.get_component_candidates = gather_here  # type: ignore[method-assign]

    async def prepare(self, offer_text: str = "", direction: str = "sendrecv") -> None:
        self._described = ""
        await self._cable.plug_in(self.endpoint.local)
        self._transceiver.direction = direction
        try:
            if offer_text:
                await self.peer.setRemoteDescription(RTCSessionDescription(offer_text, "offer"))
            await self.peer.setLocalDescription()
        except REFUSALS:
            logger.info("session description is of no use to a browser", exc_info=True)
            return
        self._described = self._describe(self.peer.localDescription.sdp)
        self._offered = not offer_text

    def offer(self, direction: str = "sendrecv") -> str:
        return self._described

    def answer(self, offer_text: str) -> str:
        if not self._described:
            raise UnusableSdpError("a browser can't answer this")
        self._speak()
        return self._described

    def accept(self, answer_text: str) -> None:
        # The answer in a 183 comes once more in the 200.
        if self._offered:
            self._offered = False
            self._tasks.start(self._accept(answer_text), "answer to a browser")

    async def _accept(self, answer_text: str) -> None:
        try:
            await self.peer.setRemoteDescription(RTCSessionDescription(answer_text, "answer"))
        except REFUSALS:
            logger.info("answer is of no use to a browser", exc_info=True)
            return
        self._speak()

    def _speak(self) -> None:
        self.remote = parse_sdp(self.peer.remoteDescription.sdp)
        self.direction = str(self._transceiver.currentDirection)
        self.endpoint.connect(AudioSession(*self._cable.local), PCMU, self.direction, None)

    def close(self) -> None:
        super().close()
        self._tasks.start(self.closed(), "end of a peer connection")

    async def closed(self) -> None:
        """Close the peer connection, and return when it is closed."""
        await self.peer.close()
        self._cable.unplug()


class Cable(MediaStreamTrack, asyncio.DatagramProtocol):
    """Between the endpoint and aiortc, as a sound card is: plain RTP with PCMU on one side, samples on the other."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.local = ("", 0)
        self._said: asyncio.Queue[Packet] = asyncio.Queue(WAITING_FRAMES)
        self._socket: asyncio.DatagramTransport | None = None
        self._sequence = 0

    async def plug_in(self, endpoint: tuple[str, int]) -> None:
        """Lead to and from this endpoint; once more is harmless."""
        if self._socket is None:
            loop = asyncio.get_running_loop()
            here = (endpoint[0], 0)
            self._socket, _ = await loop.create_datagram_endpoint(lambda: self, here, endpoint)
            self.local = self._socket.get_extra_info("sockname")[:2]

    def unplug(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        packet = parse_rtp(data, 0.0)
        if packet is not None and packet.payload_type == PCMU:
            with contextlib.suppress(asyncio.QueueFull):
                self._said.put_nowait(packet)

    async def recv(self) -> AudioFrame:
        """Return the next frame that the endpoint plays."""
        packet = await self._said.get()
        samples = decode(packet.payload, PCMU)
        frame = AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, packet.timestamp
        frame.time_base = fractions.Fraction(1, RATE)
        return frame

    async def hear(self, track: MediaStreamTrack) -> None:
        """Bring to the endpoint what the far side sends, until it ends."""
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        timestamp = 0
        with contextlib.suppress(MediaStreamError):
            while True:
                for frame in resampler.resample(await track.recv()):  # type: ignore[arg-type]
                    payload = encode(frame.to_ndarray()[0], PCMU)
                    self._sequence = (self._sequence + 1) & 0xFFFF
                    header = HEADER.pack(0x80, PCMU, self._sequence, timestamp, 1)
                    timestamp += len(payload)
                    if self._socket is not None:
                        self._socket.sendto(header + payload)
