"""Calls offered steadily while something goes on, by phones that try the next edge as RFC 3263 has them do."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulators.call import CallEndedError, PhoneCall
from simulators.phone import Softphone
from tests.faults.counting import count, settle
from tests.faults.field import Field, hang_up
from tests.faults.outcome import Outcome
from tests.faults.trial import Size
from trunkline.shape import Shape

TALK_SECONDS = 2.0
NEXT_EDGE_SECONDS = 4.0
"""A phone that hears nothing at all for so long tries the next edge, and leaves the silent one alone for a while."""

SILENT_EDGE_SECONDS = 60.0


class Flow:
    """Places calls at a rate until its work is done; remembers those that were answered, and those that were not."""

    def __init__(self, field: Field, calls_per_second: float) -> None:
        self._field = field
        self._pause_seconds = 1.0 / calls_per_second
        self.offered = 0
        self.answered: list[str] = []
        self.lost: list[str] = []
        self.seconds = 0.0
        """For how long calls were offered."""
        self.longest_wait_seconds = 0.0
        """Of a caller, from the first INVITE to the answer."""
        self._left_alone_until: dict[str, float] = {}
        """By phone: when it may try its edge again, which was silent, or asked for peace (Retry-After)."""
        self._group: asyncio.TaskGroup | None = None

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        """Place calls while the work is done, and finish those that are up."""
        done = asyncio.Event()

        async def watched() -> None:
            try:
                await work()
            finally:
                done.set()

        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(watched())
            while not done.is_set():
                group.create_task(self._one(self.offered))
                self.offered += 1
                # By the clock: whoever is held up offers what is due, and not less.
                await asyncio.sleep(max(0.0, begun + self.offered * self._pause_seconds - time.monotonic()))
            self.seconds = time.monotonic() - begun

    async def _one(self, turn: int) -> None:
        phones = self._field.talkers
        number, begun = self._field.new_number(), time.monotonic()
        # Neighbours in the list sit at different edges: the second is where the first would go next.
        either = [phones[turn % len(phones)], phones[(turn + 1) % len(phones)]]
        for phone in sorted(either, key=lambda phone: self._left_alone_until.get(phone.user, 0.0) > begun):
            call = await self._try(phone, number)
            if call is not None:
                break
        else:
            self.lost.append(f"{number}: no edge took it")
            return
        self.longest_wait_seconds = max(self.longest_wait_seconds, time.monotonic() - begun)
        self.answered.append(number)
        # The customer speaks; agents who do too would be the load on this machine, and not the platform.
        call.media.endpoint.quiet = True
        with contextlib.suppress(TimeoutError):
            await call.wait_for("ended", TALK_SECONDS)
        self._field.note_said(number)
        if call.ended:
            self.lost.append(f"{number}: ended after {time.monotonic() - begun:.1f} s with {call.reason}")
            return
        await hang_up(call)

    async def _try(self, phone: Softphone, number: str) -> PhoneCall | None:
        """Return the answered call, None when this edge does not take it."""
        call = await phone.dial(number, timeout=30)
        with contextlib.suppress(CallEndedError, TimeoutError):
            await call.wait_for("trying", NEXT_EDGE_SECONDS)
        if not call.ended and call.state == "calling":
            self._leave_alone(phone, SILENT_EDGE_SECONDS)
            # Its CANCEL waits for a first word from the edge; the caller does not.
            assert self._group is not None
            self._group.create_task(hang_up(call))
            return None
        with contextlib.suppress(CallEndedError, TimeoutError):
            await call.wait_for("answered", 20.0)
        if call.retry_after_seconds is not None:
            self._leave_alone(phone, call.retry_after_seconds)
        return call if call.answered else None

    def _leave_alone(self, phone: Softphone, seconds: float) -> None:
        self._left_alone_until[phone.user] = time.monotonic() + seconds


@dataclass(frozen=True)
class Steady:
    """Work that must cost no call at all, however long it takes; a caller may wait `aim_seconds` at most."""

    name: str
    work: Callable[[Field], Awaitable[None]]
    aim_seconds: float = 5.0

    def fits_shape(self, _shape: Shape) -> bool:
        """Say yes: there is always something to do."""
        return True

    def load(self, size: Size) -> str:
        """Say under how many calls it is tried."""
        return f"{size.calls_per_second:g} new calls a second"

    async def tried(self, field: Field, size: Size) -> Outcome:
        """Let the work be done under steady calls, and count what came of it."""
        flow = Flow(field, size.calls_per_second)
        await flow.during(lambda: self.work(field))
        remarks = await settle(field, flow.answered, size.settle_seconds)
        tally = await count(field, flow.answered, recorded=flow.answered, died=0)
        return Outcome(
            self.name,
            calls_in_progress=flow.offered,
            calls_lost=len(flow.lost),
            allowed_lost=0,
            facts_lost=tally.facts_lost,
            facts_doubled=tally.facts_doubled,
            recordings_lost=len(tally.recordings_wrong),
            seconds_to_new_calls=round(flow.longest_wait_seconds, 3),
            aim_seconds=self.aim_seconds * size.patience,
            new_calls=flow.offered,
            new_calls_failed=len(flow.lost),
            notes=(f"{flow.offered / flow.seconds:.1f} calls/s offered for {flow.seconds:.0f} s",),
            remarks=(*remarks, *tally.endings_wrong, *tally.recordings_wrong, *flow.lost[:10]),
        )
