"""One fault from its preparation to its count: calls in progress, the strike, new calls meanwhile, the books."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from simulators.call import PhoneCall
from tests.faults.counting import count, settle
from tests.faults.field import SILENCE_SECONDS, Field, Talk
from tests.faults.outcome import Outcome
from trunkline.conditions import until
from trunkline.shape import CLUSTER, LEAN, Shape

PROBE_SECONDS = 0.2
HANG_UP_SECONDS = 0.02
"""Between one call's end and the next: phones don't hang up all at once."""

ANSWER_SECONDS = 2.0
"""A new call that nobody has answered by then has failed."""

EVERYWHERE = (0, 1, 2, 3, 4)

Act = Callable[[Field], Awaitable[None]]


@dataclass(frozen=True)
class Size:
    """Of a trial: its cluster, calls in progress, how long new calls are watched and the books may stand still."""

    shape: Shape
    calls: int
    calls_per_second: float
    watch_seconds: float
    settle_seconds: float
    patience: float = 1.0
    """How many times its aim new calls may take: the tests share their machine, and look at what is lost."""


SMALL = Size(LEAN, calls=6, calls_per_second=2.0, watch_seconds=4.0, settle_seconds=60.0, patience=2.0)
MANY = Size(LEAN, calls=100, calls_per_second=20.0, watch_seconds=10.0, settle_seconds=60.0)
MEDIUM = Size(CLUSTER, calls=20, calls_per_second=5.0, watch_seconds=6.0, settle_seconds=120.0)
FULL = Size(CLUSTER, calls=100, calls_per_second=20.0, watch_seconds=10.0, settle_seconds=180.0)


def unprepared(_field: Field) -> AbstractAsyncContextManager[None]:
    """Return a preparation that is none."""
    return contextlib.nullcontext()


async def nothing(_field: Field) -> None:
    """Nothing to do."""


@dataclass(frozen=True)
class Beside:
    """What was seen beside the counts, in words: what went wrong, and what is only worth knowing."""

    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


async def nothing_beside(_field: Field) -> Beside:
    """Return that nothing was seen beside."""
    return Beside()


def none_lost(_field: Field, _talks: list[Talk]) -> int:
    """Return 0: no call may be lost."""
    return 0


@dataclass(frozen=True)
class Fault:
    """What is done to the platform, and what it may cost.

    prepare: what has to stand before calls begin; entered before, left after the count.
    strike: does it, and returns at once.  mend: brings back what was taken away, after new calls were watched.
    may_lose: how many calls in progress have to end with what died, asked before the strike.
    meanwhile: what else has to work before the mend; returns what came of it.
    probe_from: which probers place new calls; the dead edge's phones have to look for another.
    """

    name: str
    strike: Act
    mend: Act = nothing
    prepare: Callable[[Field], AbstractAsyncContextManager[None]] = unprepared
    meanwhile: Callable[[Field], Awaitable[Beside]] = nothing_beside
    aim_seconds: float = 2.0
    may_lose: Callable[[Field, list[Talk]], int | Awaitable[int]] = none_lost
    probe_from: tuple[int, ...] = EVERYWHERE
    away_seconds: float = 0.0
    """How long it stays away at full size, where that is longer than new calls are watched."""
    at_branch: bool = False
    """Whether the calls in progress are the branch's, which can't be heard before the mend; the branch's new calls
    then count from the mend, and those of HQ must all come through meanwhile."""
    new_calls_recorded: bool = True
    """Whether the recordings of calls that began after the strike have to be whole too."""
    needs_cassandra: bool = False
    """Whether there is nothing to strike in a shape without Cassandra."""

    def fits_shape(self, shape: Shape) -> bool:
        """Say whether such a cluster has what is struck."""
        return shape.cassandras > 0 or not self.needs_cassandra

    def load(self, size: Size) -> str:
        """Say under how many calls it is tried."""
        return f"{size.calls} calls in progress"

    async def tried(self, field: Field, size: Size) -> Outcome:
        """Carry it out under calls in progress, and count what came of it."""
        async with self.prepare(field):
            return await _try(field, self, size)


@dataclass
class Probes:
    """New calls: number, seconds from the strike to its INVITE, and from that to the answer, None without one."""

    placed: list[tuple[str, float, float | None]]

    @property
    def seconds_to_new_calls(self) -> float | None:
        """From the strike to the first answer after which no call failed; None when the last one failed.

        Where none failed, the longest that one had to wait.
        """
        failed = [at for _, at, waited in self.placed if waited is None]
        last = max(failed, default=-1.0)
        good = [(at, waited) for _, at, waited in self.placed if waited is not None and at > last]
        if not good:
            return None
        return round(min(at + waited for at, waited in good) if failed else max(waited for _, waited in good), 3)

    @property
    def answered(self) -> list[str]:
        """The numbers that answered."""
        return [number for number, _, waited in self.placed if waited is not None]


async def _try(field: Field, fault: Fault, size: Size) -> Outcome:
    talks = await field.talk(size.calls, from_branch=fault.at_branch)
    asked = fault.may_lose(field, talks)
    allowed = asked if isinstance(asked, int) else await asked
    for talk in talks:
        field.note_said(talk.number)
    _, probes, beside = await asyncio.gather(
        fault.strike(field), _probe(field, fault.probe_from, size), fault.meanwhile(field)
    )
    if size.shape is CLUSTER and fault.away_seconds > size.watch_seconds:
        await asyncio.sleep(fault.away_seconds - size.watch_seconds)
    numbers, placed = [*(talk.number for talk in talks), *probes.answered], len(probes.placed)
    if fault.at_branch:
        if len(probes.answered) < placed:
            beside = replace(beside, wrong=(*beside.wrong, "new calls at HQ failed"))
        await fault.mend(field)
        probes = await _probe(field, (-1,), size)
        numbers, placed = [*numbers, *probes.answered], placed + len(probes.placed)
    lost = await field.all_live(talks, SILENCE_SECONDS)
    if not fault.at_branch:
        await fault.mend(field)
    await _hang_up(field, talks, lost)
    recorded = numbers if fault.new_calls_recorded else numbers[: len(talks)]
    remarks = await settle(field, numbers, size.settle_seconds)
    tally = await count(field, numbers, recorded=recorded, died=len(lost))
    return Outcome(
        fault.name,
        calls_in_progress=len(talks),
        calls_lost=len(lost),
        allowed_lost=allowed,
        facts_lost=tally.facts_lost,
        facts_doubled=tally.facts_doubled,
        recordings_lost=len(tally.recordings_wrong),
        seconds_to_new_calls=probes.seconds_to_new_calls,
        aim_seconds=fault.aim_seconds * size.patience,
        new_calls=placed,
        new_calls_failed=placed - (len(numbers) - len(talks)),
        notes=beside.notes,
        remarks=(*remarks, *beside.wrong, *tally.endings_wrong, *tally.recordings_wrong),
    )


async def _probe(field: Field, places: tuple[int, ...], size: Size) -> Probes:
    """Place a call every so often, from one phone after the other, whatever becomes of those before."""
    probes, begun = Probes([]), time.monotonic()
    probers = [field.probers[place] for place in places]

    async def one(index: int) -> None:
        at = time.monotonic() - begun
        number, waited = await field.probe(probers[index % len(probers)], ANSWER_SECONDS * size.patience)
        probes.placed.append((number, at, waited))

    async with asyncio.TaskGroup() as group:
        for index in range(int(size.watch_seconds / PROBE_SECONDS)):
            group.create_task(one(index))
            await asyncio.sleep(PROBE_SECONDS)
    return probes


async def _hang_up(field: Field, talks: list[Talk], lost: list[Talk]) -> None:
    """End the calls from the phones' side; at the carrier what is left after a while, as its own timers would.

    What was said counts until now, and in a lost call until the strike.
    """

    async def one(call: PhoneCall) -> None:
        if not call.ended:
            with contextlib.suppress(TimeoutError):
                await call.hang_up()

    async with asyncio.TaskGroup() as group:
        for talk in talks:
            if talk not in lost:
                field.note_said(talk.number)
            group.create_task(one(talk.call))
            await asyncio.sleep(HANG_UP_SECONDS)

    async def over() -> bool:
        return all(talk.far.line is None or talk.far.line.ended for talk in talks)

    await until(over, 5.0)
    await asyncio.gather(*(one(talk.far.line) for talk in talks if talk.far.line is not None))
