"""Hears whether a machine has answered, and the end of its beep: sound comes as RTP from the switch, as it is said.

Nobody waits for it: the call goes on as with a person until a machine is told.
"""

import asyncio
import logging
from array import array
from collections.abc import Callable

from callmodel.campaigns.facts import BeepHeard, MachineTold
from callmodel.campaigns.machines.beeps import BeepEar
from callmodel.campaigns.machines.detecting import Costs, Detector, Verdict
from callmodel.campaigns.machines.readings import reading_of
from callmodel.facts import Fact
from callmodel.ids import LegId
from callmodel.orders import DetectMachine
from media_nodes.g711 import samples_of
from media_nodes.ports import LegGoneError, Switch, SwitchAwayError
from media_nodes.running import now_ms

TAP = "machine"
LATE_SECONDS = 1.0
"""What the network may delay the sound by."""
BEEP_SECONDS = 30.0
"""A greeting that is longer has no beep for us."""
RTP_HEADER_BYTES = 12

logger = logging.getLogger(__name__)

Tell = Callable[[Fact], None]


class Hearing(asyncio.DatagramProtocol):
    """Takes in RTP without extensions, as our own Asterisk sends it: a frame of 20 ms each."""

    def __init__(self, order: DetectMachine) -> None:
        self._detector = Detector(Costs(order.person_cost, order.machine_cost), order.most_seconds)
        self._beep = BeepEar()
        self.verdict = asyncio.get_running_loop().create_future()
        self.beep_over = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reading = reading_of(array("h", samples_of(data[RTP_HEADER_BYTES:])))
        verdict = self._detector.add(reading)
        if verdict is not None and not self.verdict.done():
            self.verdict.set_result(verdict)
        self._beep.add(reading)
        if self._beep.is_over:
            self.beep_over.set()


class SwitchMachineEar:
    """Adapter of `MachineEar`.  `run` for ever beside the calls."""

    def __init__(self, switch: Switch, address: str) -> None:
        """address: of this machine, where sound from the switch is taken."""
        self._switch, self._address = switch, address
        self._hearing: dict[LegId, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Hold the tasks until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await asyncio.get_running_loop().create_future()

    def detect(self, order: DetectMachine, tell: Tell) -> None:
        assert self._group is not None, "the ear does not run"
        if order.leg_id not in self._hearing:
            task = self._hearing[order.leg_id] = self._group.create_task(self._detect(order, tell))
            task.add_done_callback(lambda _: self._hearing.pop(order.leg_id, None))

    async def _detect(self, order: DetectMachine, tell: Tell) -> None:
        try:
            await self._hear(order, tell)
        except (LegGoneError, SwitchAwayError, OSError) as error:
            # It is taken for a person.
            logger.info("leg not heard", extra={"leg_id": order.leg_id, "reason": type(error).__name__})

    async def _hear(self, order: DetectMachine, tell: Tell) -> None:
        loop = asyncio.get_running_loop()
        transport, hearing = await loop.create_datagram_endpoint(
            lambda: Hearing(order), local_addr=(self._address, 0)
        )
        try:
            host, port = transport.get_extra_info("sockname")[:2]
            try:
                await self._switch.tap(order.leg_id, f"{host}:{port}", TAP)
                await self._tell_what_it_is(order, hearing, tell)
            finally:
                await self._switch.untap(order.leg_id, TAP)
        finally:
            transport.close()

    async def _tell_what_it_is(self, order: DetectMachine, hearing: Hearing, tell: Tell) -> None:
        try:
            async with asyncio.timeout(order.most_seconds + LATE_SECONDS):
                verdict: Verdict = await hearing.verdict
        except TimeoutError:
            return
        logger.info("answer told", extra={"leg_id": order.leg_id, "verdict": verdict.value})
        if verdict is not Verdict.MACHINE:
            return
        tell(MachineTold(order.leg_id, now_ms()))
        if order.awaits_beep:
            try:
                async with asyncio.timeout(BEEP_SECONDS):
                    await hearing.beep_over.wait()
            except TimeoutError:
                return
            tell(BeepHeard(order.leg_id, now_ms()))
