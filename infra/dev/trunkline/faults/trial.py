"""One fault from its preparation to its count: calls in progress, the strike, new calls meanwhile, the books."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulators.call import PhoneCall
from trunkline.apiclient import ApiError
from trunkline.conditions import until
from trunkline.faults.field import SILENCE_SECONDS, Field, Talk
from trunkline.faults.outcome import Outcome
from trunkline.shape import CLUSTER, LEAN, Shape
from trunkline.summary import callee_of

PROBE_SECONDS = 0.2
EVERYWHERE = (0, 1, 2, 3, 4)
SHORTER_SECONDS = 1.0
"""So much shorter than the talk may a recording be: what was on its way to the disk, and the parts of a second."""

Act = Callable[[Field], Awaitable[None]]


@dataclass(frozen=True)
class Size:
    """Of a trial: its cluster, calls in progress, how long new calls are watched and the books may take."""

    shape: Shape
    calls: int
    calls_per_second: float
    watch_seconds: float
    settle_seconds: float


SMALL = Size(LEAN, calls=6, calls_per_second=2.0, watch_seconds=4.0, settle_seconds=60.0)
FULL = Size(CLUSTER, calls=100, calls_per_second=20.0, watch_seconds=10.0, settle_seconds=180.0)


def unprepared(_field: Field) -> AbstractAsyncContextManager[None]:
    """Return a preparation that is none."""
    return contextlib.nullcontext()


async def nothing(_field: Field) -> None:
    """Nothing to do."""


def none_lost(_field: Field, _talks: list[Talk]) -> int:
    """Return 0: no call may be lost."""
    return 0


@dataclass(frozen=True)
class Fault:
    """What is done to the platform, and what it may cost.

    prepare: what has to stand before calls begin; entered before, left after the count.
    strike: does it, and returns at once.  mend: brings back what was taken away, after new calls were watched.
    may_lose: how many calls in progress have to end with what died, asked before the strike.
    probe_from: which probers place new calls; the dead edge's phones have to look for another.
    """

    name: str
    strike: Act
    mend: Act = nothing
    prepare: Callable[[Field], AbstractAsyncContextManager[None]] = unprepared
    aim_seconds: float = 2.0
    may_lose: Callable[[Field, list[Talk]], int | Awaitable[int]] = none_lost
    probe_from: tuple[int, ...] = EVERYWHERE
    away_seconds: float = 0.0
    """How long it stays away at full size, where that is longer than new calls are watched."""
    talk_from_branch: bool = False
    """Whether the calls in progress are the branch's, and not HQ's."""
    new_calls_recorded: bool = True
    """Whether the recordings of calls that began after the strike have to be whole too."""
    needs_cassandra: bool = False
    """Whether there is nothing to strike in a shape without Cassandra."""

    def fits_shape(self, shape: Shape) -> bool:
        """Say whether such a cluster has what is struck."""
        return shape.cassandras > 0 or not self.needs_cassandra

    async def tried(self, field: Field, size: Size) -> Outcome:
        """Carry it out under calls in progress, and count what came of it."""
        async with self.prepare(field):
            return await _try(field, self, size)


@dataclass
class Probes:
    """New calls after the strike: number, seconds after it, and whether it was answered."""

    placed: list[tuple[str, float, bool]]

    @property
    def seconds_to_new_calls(self) -> float | None:
        """From the strike to the first call after which none failed; None when the last one failed."""
        failed = [at for _, at, answered in self.placed if not answered]
        good = [at for _, at, answered in self.placed if answered and at > max(failed, default=-1.0)]
        return (0.0 if not failed else min(good)) if good else None


async def _try(field: Field, fault: Fault, size: Size) -> Outcome:
    talks = await field.talk(size.calls, from_branch=fault.talk_from_branch)
    asked = fault.may_lose(field, talks)
    allowed = asked if isinstance(asked, int) else await asked
    struck_at = time.monotonic()
    _, probes = await asyncio.gather(fault.strike(field), _probe(field, fault, struck_at, size.watch_seconds))
    if size is FULL and fault.away_seconds > size.watch_seconds:
        await asyncio.sleep(fault.away_seconds - size.watch_seconds)
    if fault.talk_from_branch:
        # Nothing can be heard while the line is cut; what counts is that the calls are there again.
        await fault.mend(field)
    lost = await field.all_live(talks, SILENCE_SECONDS)
    if not fault.talk_from_branch:
        await fault.mend(field)
    await _hang_up(talks)
    numbers = [talk.number for talk in talks] + [number for number, _, answered in probes.placed if answered]
    remarks = await settle(field, numbers, size.settle_seconds)
    doubled, missing, unrecorded = await count(
        field, numbers, recorded=numbers if fault.new_calls_recorded else numbers[: len(talks)]
    )
    return Outcome(
        fault.name,
        calls_in_progress=len(talks),
        calls_lost=len(lost),
        allowed_lost=allowed,
        facts_lost=missing,
        facts_doubled=doubled,
        recordings_lost=len(unrecorded),
        seconds_to_new_calls=probes.seconds_to_new_calls,
        aim_seconds=fault.aim_seconds,
        new_calls=len(probes.placed),
        new_calls_failed=sum(not answered for _, _, answered in probes.placed),
        remarks=(*remarks, *unrecorded),
    )


async def _probe(field: Field, fault: Fault, struck_at: float, seconds: float) -> Probes:
    """Place a call every so often, from one phone after the other, whatever becomes of those before."""
    probes = Probes([])
    probers = [field.probers[place] for place in fault.probe_from]

    async def one(index: int) -> None:
        at = time.monotonic() - struck_at
        number, answered = await field.probe(probers[index % len(probers)])
        probes.placed.append((number, at, answered))

    async with asyncio.TaskGroup() as group:
        for index in range(int(seconds / PROBE_SECONDS)):
            group.create_task(one(index))
            await asyncio.sleep(PROBE_SECONDS)
    return probes


async def _hang_up(talks: list[Talk]) -> None:
    """End the calls from the phones' side; at the carrier what is left after a while, as its own timers would."""

    async def one(call: PhoneCall) -> None:
        if not call.ended:
            with contextlib.suppress(TimeoutError):
                await call.hang_up()

    for talk in talks:
        await one(talk.call)

    async def over() -> bool:
        return all(talk.far.line is None or talk.far.line.ended for talk in talks)

    await until(over, 5.0)
    await asyncio.gather(*(one(talk.far.line) for talk in talks if talk.far.line is not None))


async def settle(field: Field, numbers: list[str], seconds: float) -> tuple[str, ...]:
    """Wait until each call has its record and no recording is owed; return what is still missing, in words."""
    wanted = {f"+86{number}" for number in numbers}
    gaps: list[dict[str, Any]] = []
    before = field.owed

    async def settled() -> bool:
        with contextlib.suppress(ApiError, aiohttp.ClientError, TimeoutError):
            # What is lost does not come any more; it is counted.
            gaps[:] = [
                gap
                for gap in await field.books.gaps()
                if gap["recording_id"] not in before and gap["state"] != "lost"
            ]
            return not gaps and wanted <= {callee_of(cdr) for cdr in await field.books.cdrs()}
        return False

    await until(settled, seconds, pause_seconds=0.5)
    field.owed |= {gap["recording_id"] for gap in gaps}
    return (f"{len(gaps)} recordings are owed by the ledger",) if gaps else ()


async def count(field: Field, numbers: list[str], recorded: list[str] | None = None) -> tuple[int, int, list[str]]:
    """Return of these answered calls: records too many, records too few, and what is wrong with recordings.

    recorded: those whose recording has to be whole, if not all.
    """
    wanted = {f"+86{number}" for number in numbers}
    # A phone that heard nothing from an edge and called again by the next has two calls, of which one was answered.
    cdrs = [cdr for cdr in await field.books.cdrs() if callee_of(cdr) in wanted and cdr["answered_ms"] is not None]
    counted = Counter(callee_of(cdr) for cdr in cdrs)
    owed = {f"+86{number}" for number in (numbers if recorded is None else recorded)}
    wrong = [await _recorded_wrongly(field, cdr) for cdr in cdrs if callee_of(cdr) in owed]
    return sum(counted.values()) - len(counted), len(wanted - counted.keys()), [each for each in wrong if each]


async def _recorded_wrongly(field: Field, cdr: dict[str, Any]) -> str | None:
    """Return what is wrong with an answered call's recording, None for nothing."""
    recording_id = cdr.get("recording_id")
    # What was said, not how long the line was open: on a busy machine the carrier's customers stammer.
    talked = min(float(cdr["talk_seconds"]), field.said_seconds(callee_of(cdr).removeprefix("+86")))
    if not recording_id:
        return f"call {cdr['call_id']} ({cdr['ending']}) has no recording"
    entry = await field.api.get(f"/tenants/{field.seed.tenant_id}/recordings/{recording_id}")
    length = float(entry.get("actual_seconds") or 0.0)
    # Whoever hangs up at once has said nothing: such a recording is empty.
    if entry["state"] in ("archived", "empty") and length >= talked - SHORTER_SECONDS:
        return None
    return (
        f"call {cdr['call_id']} ({cdr['ending']}): {length:.1f} s of {talked:.1f} s said recorded, {entry['state']}"
    )
