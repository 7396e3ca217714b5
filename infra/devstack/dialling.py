"""Agents who dial: each sits at a softphone, calls one customer after the other, and talks in a tone of its own."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from devstack.customers import Customer
from simulators.behaviours import CUSTOMER_TONES_HZ
from simulators.call import CallEndedError, PhoneCall
from simulators.carrier import CallRecord, Carrier
from simulators.phone import Softphone

# Far from each other and from every customer's tone, so that a recording shows who spoke.
AGENT_TONES_HZ = (2000, 2150, 2300, 2450, 2600, 2750, 2900, 3050)
ALL_TONES_HZ = (*CUSTOMER_TONES_HZ, *AGENT_TONES_HZ)

TALK_SECONDS = (2.5, 5.0)
RING_PATIENCE_SECONDS = 12.0
BREATH_SECONDS = 0.3


@dataclass
class Attempt:
    """One call that an agent tried; what the agent and the carrier saw of it."""

    extension: str
    agent_tone_hz: int
    customer: Customer
    call: PhoneCall
    dialled_at: float
    seen: CallRecord | None = None
    agent_heard: set[int] = field(default_factory=set)
    customer_heard: set[int] = field(default_factory=set)

    @property
    def answered(self) -> bool:
        return self.call.answered

    @property
    def should_answer(self) -> bool:
        """Whether this customer answers if the platform does its part, within the agent's patience."""
        behaviour = self.customer.behaviour
        rings = behaviour.ring_seconds
        if rings is None or not behaviour.replies:
            return False
        return behaviour.final_code == 200 and behaviour.post_dial_delay_seconds + rings < RING_PATIENCE_SECONDS / 2

    @property
    def connected(self) -> bool:
        """Whether both heard each other, as far as the customer says anything."""
        wanted = {self.customer.tone_hz} if self.customer.behaviour.voice == "tone" else set()
        return self.answered and self.agent_heard == wanted and self.customer_heard == {self.agent_tone_hz}

    @property
    def invite_to_invite_ms(self) -> float | None:
        """From the agent's first INVITE to the carrier's, both on this machine's clock."""
        return None if self.seen is None else (self.seen.arrived_at - self.dialled_at) * 1000


class Agent:
    """Dials until told to stop; what came of each call goes to `told` as soon as it is over."""

    def __init__(
        self, phone: Softphone, tone_hz: int, carriers: list[Carrier], told: Callable[[Attempt], None]
    ) -> None:
        self.phone = phone
        self.tone_hz = tone_hz
        self._carriers = carriers
        self._told = told
        self._chance = random.Random(phone.user)

    async def work(self, deck: Iterator[Customer], stop: asyncio.Event) -> None:
        """Call customers from the deck until `stop`, and finish the call at hand."""
        while not stop.is_set():
            await self.call(next(deck))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BREATH_SECONDS)

    async def call(self, customer: Customer) -> Attempt:
        """Dial, talk for a while if there is somebody, hang up; return what was seen."""
        dialled_at = time.monotonic()
        call = await self.phone.dial(customer.number, timeout=60)
        attempt = Attempt(self.phone.user, self.tone_hz, customer, call, call.invite_at or dialled_at)
        with contextlib.suppress(CallEndedError, TimeoutError):
            await call.wait_for("answered", RING_PATIENCE_SECONDS)
        if call.answered:
            await self._talk(attempt)
        if not call.ended:
            with contextlib.suppress(TimeoutError):
                await call.hang_up()
        attempt.seen = self._seen_by_carrier(customer)
        self._told(attempt)
        return attempt

    async def _talk(self, attempt: Attempt) -> None:
        with contextlib.suppress(TimeoutError):
            await attempt.call.wait_for("ended", self._chance.uniform(*TALK_SECONDS))
        attempt.agent_heard = attempt.call.heard_tones(ALL_TONES_HZ, 1.5)
        seen = self._seen_by_carrier(attempt.customer)
        if seen is not None and seen.line is not None:
            attempt.customer_heard = seen.line.heard_tones(ALL_TONES_HZ, 1.5)

    def _seen_by_carrier(self, customer: Customer) -> CallRecord | None:
        """Return the call as a carrier judged it, the one that answered if several were tried."""
        records = [
            record
            for carrier in self._carriers
            for record in carrier.calls
            if record.dialled.endswith(customer.number)
        ]
        answered = [record for record in records if record.line is not None and record.line.answered]
        return next(iter(answered or records), None)
