"""Listens for words in what legs say: sound comes as RTP from the switch, and is recognised once it is over."""

import asyncio
import logging
from collections.abc import Callable

from callmodel.facts import Fact, Heard
from callmodel.ids import LegId
from callmodel.orders import Listen
from media_nodes.g711 import samples_of
from media_nodes.ports import LegGoneError, Switch, SwitchAwayError
from media_nodes.recognisers import Recognised, Recogniser, RecogniserError
from media_nodes.running import now_ms
from media_nodes.utterance import Utterance

GRACE_SECONDS = 3.0
"""Who speaks when the time is over may say it to the end."""
RTP_HEADER_BYTES = 12

logger = logging.getLogger(__name__)

Tell = Callable[[Fact], None]


class _Frames(asyncio.DatagramProtocol):
    """Takes in RTP without extensions, as our own Asterisk sends it, until somebody has spoken."""

    def __init__(self) -> None:
        self.utterance = Utterance()
        self.over = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.over.is_set() and self.utterance.add(samples_of(data[RTP_HEADER_BYTES:])):
            self.over.set()


class WordListener:
    """Adapter of `WordEar`.  Each `Listen` is followed by one `Heard`, unless another takes its place.

    address: of this machine, where sound from the switch is taken.
    """

    def __init__(self, switch: Switch, recogniser: Recogniser, address: str) -> None:
        self._switch, self._recogniser, self._address = switch, recogniser, address
        self._listening: dict[LegId, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Hold the tasks until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await asyncio.get_running_loop().create_future()

    def listen(self, order: Listen, tell: Tell) -> None:
        assert self._group is not None, "the listener does not run"
        former = self._listening.get(order.leg_id)
        if former is not None:
            former.cancel()
        task = self._listening[order.leg_id] = self._group.create_task(self._listen(order, tell, former))
        task.add_done_callback(lambda done: self._forget(order.leg_id, done))

    async def _listen(self, order: Listen, tell: Tell, former: asyncio.Task[None] | None) -> None:
        if former is not None:
            await asyncio.wait([former])
        try:
            audio = await self._hear(order)
            found = (
                await self._recogniser.recognise(audio, order.words, order.language) if audio else Recognised(None, 0)
            )
        except RecogniserError as error:
            logger.warning("speech not recognised", extra={"leg_id": order.leg_id, "reason": str(error)})
            found = Recognised(None, 0.0)
        except (LegGoneError, SwitchAwayError, OSError) as error:
            logger.info("leg not listened to", extra={"leg_id": order.leg_id, "reason": type(error).__name__})
            found = Recognised(None, 0.0)
        tell(Heard(order.leg_id, order.listen_id, found.word, now_ms(), found.confidence))

    async def _hear(self, order: Listen) -> bytes:
        """Return what the leg said.  Raises LegGoneError, SwitchAwayError, OSError."""
        loop = asyncio.get_running_loop()
        transport, frames = await loop.create_datagram_endpoint(_Frames, local_addr=(self._address, 0))
        try:
            host, port = transport.get_extra_info("sockname")[:2]
            try:
                await self._switch.tap(order.leg_id, f"{host}:{port}")
                await self._until_over(frames, order.seconds)
            finally:
                await self._switch.untap(order.leg_id)
        finally:
            transport.close()
        return frames.utterance.audio

    async def _until_over(self, frames: _Frames, seconds: int) -> None:
        for patience in (seconds, GRACE_SECONDS):
            try:
                async with asyncio.timeout(patience):
                    await frames.over.wait()
                return
            except TimeoutError:
                if not frames.utterance.began:
                    return

    def _forget(self, leg_id: LegId, done: asyncio.Task[None]) -> None:
        if self._listening.get(leg_id) is done:
            del self._listening[leg_id]
