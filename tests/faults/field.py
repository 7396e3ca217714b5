"""Where faults strike: a cluster with phones at both edges and at the branch, a carrier, and calls in progress."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from devstack.children import CALLS_FIRST, take_turn
from devstack.freshstack import open_stack
from devstack.seed import NUMBERS, Seed
from devstack.stack import Report, Stack
from devstack.summary import Books
from simulators.call import CallEndedError, PhoneCall
from simulators.carrier import CallRecord, Carrier
from simulators.g711 import FRAME_SECONDS
from simulators.phone import RegistrationError, Softphone
from trunkline.apiclient import Api
from trunkline.conditions import until
from trunkline.plan import AddressPlan
from trunkline.shape import Shape

TALKERS = 16
"""Phones whose calls are in progress, each at the next edge.  Many, or the edges would take one for a flood."""

PROBERS = 4
SET_UP_SECONDS = 10.0
# Calls begin no faster than this: a hundred at once is another test.
PAUSE_SECONDS = 0.1
SILENCE_SECONDS = 1.5
SAID_PACKETS = 100
"""Two seconds: what Asterisk has heard for less may still be in its memory, and on no disk."""


@dataclass
class Talk:
    """One call in progress as its two ends see it."""

    number: str
    call: PhoneCall
    far: CallRecord
    heard: int = 0
    _heard_at_carrier: int = 0

    def note(self) -> None:
        """Remember how much each end has heard by now, and let the agent speak."""
        self.heard, self._heard_at_carrier = self._counts()
        self.call.media.endpoint.quiet = False

    def listen(self) -> None:
        """Let the agent only listen: a hundred who speak would be the load, not the platform.

        All at once or not at all: after each pause of a tenth of a second MixMonitor drops the frames that it holds,
        so an agent who sends a frame now and then cuts away at the customer's side of the recording.
        """
        self.call.media.endpoint.quiet = True

    @property
    def lives(self) -> bool:
        """Whether neither end was hung up on, and each has heard more of the other since `note`."""
        heard, at_carrier = self._counts()
        ended = self.call.ended or self.far.line is None or self.far.line.ended
        return not ended and heard > self.heard and at_carrier > self._heard_at_carrier

    def _counts(self) -> tuple[int, int]:
        far = self.far.line.media.endpoint.reception.total_packets if self.far.line else 0
        return self.call.media.endpoint.reception.total_packets, far


@dataclass
class Field:
    stack: Stack
    api: Api
    seed: Seed
    books: Books
    carrier: Carrier
    talkers: list[Softphone]
    probers: list[Softphone]
    """Phones that place new calls: one at each edge after the other, the last at the branch."""
    colleague: Softphone
    """At the branch, for its last prober to call."""
    said: dict[str, float] = field(default_factory=dict)
    """For how many seconds each customer had spoken, by the carrier's packets, when the call ended or was struck."""
    owed: set[str] = field(default_factory=set)
    """Recordings that an earlier fault has lost: counted there, and not again."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_number(self) -> str:
        """A customer nobody has called yet, who answers at once and speaks."""
        return f"139{next(self._numbers):05d}003"

    async def talk(self, calls: int, *, from_branch: bool = False) -> list[Talk]:
        """Begin so many calls, and return them once both ends of each hear each other.  Raises CallEndedError."""
        talks = []
        talkers = self.probers[-1:] if from_branch else self.talkers
        for index in range(calls):
            number = self.new_number()
            call = await talkers[index % len(talkers)].dial(number, timeout=SET_UP_SECONDS)
            await call.wait_for("answered", SET_UP_SECONDS)
            talks.append(Talk(number, call, self.seen(number)))
            await asyncio.sleep(PAUSE_SECONDS)
        await self.all_live(talks)

        async def said() -> bool:
            return all(talk.call.media.endpoint.reception.total_packets > SAID_PACKETS for talk in talks)

        await until(said, SET_UP_SECONDS)
        for talk in talks:
            talk.listen()
        return talks

    async def all_live(self, talks: list[Talk], seconds: float = SET_UP_SECONDS) -> list[Talk]:
        """Wait until audio flows anew both ways in all of the calls; return those in which it does not."""
        for talk in talks:
            talk.note()

        async def live() -> bool:
            return all(talk.lives for talk in talks)

        await until(live, seconds)
        for talk in talks:
            talk.listen()
        return [talk for talk in talks if not talk.lives]

    def seen(self, number: str) -> CallRecord:
        """The call to a number as the carrier saw it.  Raises LookupError."""
        for record in reversed(self.carrier.calls):
            if record.dialled.endswith(number) and record.line is not None:
                return record
        raise LookupError("the carrier has not seen that call")

    def note_said(self, number: str) -> None:
        """Remember for how long the customer at a number has spoken by now: so long the recording has to be.

        Packets, not the clock: on a busy machine the carrier's customers stammer, and what nobody sent nobody loses.
        Raises LookupError.
        """
        line = self.seen(number).line
        self.said[number] = line.media.endpoint.sent_packets * FRAME_SECONDS if line is not None else 0.0

    def times_answered(self, number: str) -> int:
        """Return how many calls to a number the carrier has answered.

        Two where a phone heard nothing from one edge, gave up, and called by the next: both may come through.
        """
        return sum(
            record.dialled.endswith(number) and record.line is not None and record.line.answered
            for record in self.carrier.calls
        )

    async def probe(self, prober: Softphone, seconds: float) -> tuple[str, float | None]:
        """Place one new call, and hang up when it is answered.

        Return its number and how long it had to wait, None when nobody answered within so many seconds.
        """
        number = self.new_number()
        call = await prober.dial(number, timeout=SET_UP_SECONDS)
        with contextlib.suppress(CallEndedError, TimeoutError):
            await call.wait_for("answered", seconds)
        waited = None
        if call.answered:
            waited = call.times["answered"] - call.times["calling"]
            self.note_said(number)
        with contextlib.suppress(TimeoutError):
            await call.hang_up()
        return number, waited


@contextlib.asynccontextmanager
async def field_of(
    block: int, run_dir: Path, shape: Shape, report: Report = lambda line: None
) -> AsyncIterator[Field]:
    """Start a cluster with all that a fault needs.  Raises StackError, ApiError, RegistrationError."""
    plan = AddressPlan(block)
    async with AsyncExitStack() as parts:
        stack = Stack(plan, run_dir, shape=shape, report=report)
        stations = TALKERS + PROBERS
        carrier, api, seed = await open_stack(parts, stack, report, branch_agents=1, hq_stations=stations)
        report("registering phones")
        phones = []
        for index, station in enumerate(seed.hq_stations):
            edge = plan.edge_at(1 + index % shape.edges)
            phone = Softphone(
                station.extension, seed.domain, station.password, proxy=(edge, 5060), bind=plan.hq_phone(index),
                tone_hz=2000,
            )  # fmt: skip
            phones.append(await parts.enter_async_context(phone))
        for index, station in enumerate(seed.branch_stations):
            at_branch = Softphone(
                station.extension, seed.domain, station.password, proxy=(plan.branch, 5060),
                bind=plan.branch_phone(index),
            )  # fmt: skip
            phones.append(await parts.enter_async_context(at_branch))
        await asyncio.gather(*map(register, phones))
        parts.callback(take_turn, 0)
        take_turn(CALLS_FIRST)  # phones and carrier have machines of their own
        *at_hq, prober, colleague = phones
        probers = [*at_hq[TALKERS:], prober]
        yield Field(stack, api, seed, Books(api, seed.tenant_id), carrier, at_hq[:TALKERS], probers, colleague)


async def hang_up(call: PhoneCall) -> None:
    """End a call if it is not over; one whose node is dead ends without an answer."""
    with contextlib.suppress(TimeoutError):
        await call.hang_up()


async def register(phone: Softphone) -> None:
    """Register, for as long as it takes an edge to hear of a new station.  Raises RegistrationError."""

    async def registered() -> bool:
        with contextlib.suppress(RegistrationError, TimeoutError):
            await phone.register()
            return True
        return False

    if not await until(registered, 20.0, pause_seconds=0.5):
        raise RegistrationError(408, f"{phone.user} could not register")


__all__ = ["NUMBERS", "Field", "Talk", "field_of", "register"]
