"""Faults of the network and of the clock: packets that vanish between two places, a node in another time."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from devstack.children import StackError
from devstack.rolling import master_of
from simulators.black_hole import BlackHole
from simulators.call import CallEndedError
from tests.faults.field import Field, register
from tests.faults.trial import Beside, Fault

CLOCK_AHEAD_SECONDS = 300
FROZEN_SECONDS = 3.0
COLLEAGUE_SECONDS = 6.0


class Cut:
    """Black holes between two places, and what they hold back."""

    def __init__(self) -> None:
        self.holes: list[BlackHole] = []
        self.frozen: list[int] = []

    async def cut(self, _field: Field) -> None:
        """Let nothing through."""
        for hole in self.holes:
            hole.swallow()

    async def heal(self, _field: Field) -> None:
        """Let everything through again."""
        self.thaw()
        for hole in self.holes:
            hole.heal()

    def freeze(self) -> None:
        """Let the processes do nothing."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the frozen processes go on."""
        self._tell(signal.SIGCONT)

    def _tell(self, number: signal.Signals) -> None:
        for pid in self.frozen:
            os.kill(pid, number)


def node_without_redis() -> Fault:
    """A media node and Redis do not hear each other; both go on."""
    between = Cut()

    @contextlib.asynccontextmanager
    async def prepare(field: Field) -> AsyncIterator[None]:
        place = int((await master_of(field.stack)).removeprefix("redis-"))
        plan, password = field.stack.plan, field.stack.environments.datastores.redis_password
        async with BlackHole(plan.node_at(1), 6390, *field.stack.environments.datastores.redis_at(place)) as hole:
            between.holes = [hole]
            async with conducted(field, {"TRUNKLINE_REDIS_URL": f"redis://:{password}@{plan.node_at(1)}:6390/0"}):
                yield

    return Fault("partition between a media node and Redis", between.cut, between.heal, prepare=prepare)


def branch_without_hq() -> Fault:
    """The branch's line is cut: signalling vanishes, and its media relay is frozen, which HQ sees as silence.

    The relay only for some seconds: colleagues who call each other before and after need it too.
    """
    line = Cut()

    @contextlib.asynccontextmanager
    async def prepare(field: Field) -> AsyncIterator[None]:
        plan, edges = field.stack.plan, range(1, field.stack.shape.edges + 1)
        async with AsyncExitStack() as parts:
            line.holes = [
                await parts.enter_async_context(BlackHole(plan.wan_at(edge), 5061, plan.edge_at(edge), 5061))
                for edge in edges
            ]
            changes = {"TRUNKLINE_HQ_EDGES": ",".join(f"{plan.wan_at(edge)}:5061" for edge in edges)}
            await parts.enter_async_context(restarted(field, "branch", changes))
            await asyncio.gather(register(field.probers[-1]), register(field.colleague))
            line.frozen = processes_with(field.stack.run_dir / "branch", "rtpengine")
            if not line.frozen:
                raise StackError("the branch's rtpengine was not found")
            yield
        await asyncio.gather(register(field.probers[-1]), register(field.colleague))

    async def meanwhile(field: Field) -> Beside:
        at_once = await colleagues_talk(field)
        line.freeze()
        await asyncio.sleep(FROZEN_SECONDS)
        line.thaw()
        later = await colleagues_talk(field)
        if at_once is None or later is None:
            return Beside(wrong=("colleagues in the branch did not reach each other",))
        return Beside(
            notes=(f"colleagues in the branch reach each other in {at_once:.2f} s at once, {later:.2f} s later",)
        )

    # HQ's own calls go on meanwhile; the branch's are the ones that wait for the line.
    return Fault("partition between a branch and HQ", line.cut, line.heal, prepare=prepare, probe_from=(0, 1, 2, 3),
                 meanwhile=meanwhile, at_branch=True)  # fmt: skip


async def colleagues_talk(field: Field) -> float | None:
    """Let one phone of the branch call another by its extension; return its set-up time in seconds, None for none."""
    begun = time.monotonic()
    call = await field.probers[-1].dial(field.colleague.user)
    try:
        answered = await call.wait_for("answered", COLLEAGUE_SECONDS)
    except (CallEndedError, TimeoutError):
        return None
    finally:
        with contextlib.suppress(TimeoutError):
            await call.hang_up()
    return answered - begun


def clock_wrong() -> Fault:
    """One media node's conductor lives five minutes in the future (libfaketime)."""

    @contextlib.asynccontextmanager
    async def prepare(field: Field) -> AsyncIterator[None]:
        library = faketime()
        # Only the wall clock: timers run on the monotonic one, which no NTP moves.
        changes = {
            "LD_PRELOAD": str(library),
            "FAKETIME": f"+{CLOCK_AHEAD_SECONDS}s",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        async with conducted(field, changes):
            yield

    async def strike(_field: Field) -> None:
        """It is wrong already."""

    return Fault("clock of a media node 5 minutes wrong", strike, prepare=prepare)


@contextlib.asynccontextmanager
async def conducted(field: Field, changes: dict[str, str]) -> AsyncIterator[None]:
    """Run the first media node's conductor with other settings for a while; nobody stands by with the old ones."""
    serving, *others = field.stack.shape.conductors_of(1)
    for name in others:
        await field.stack.end(name)
    async with restarted(field, serving, changes):
        yield
    for name in others:
        await field.stack.start(name)


@contextlib.asynccontextmanager
async def restarted(field: Field, name: str, changes: dict[str, str]) -> AsyncIterator[None]:
    """Run a process with other settings for a while."""
    await field.stack.end(name)
    await field.stack.start(name, changes)
    await field.stack.nodes_found()
    try:
        yield
    finally:
        await field.stack.end(name)
        await field.stack.start(name)
        await field.stack.nodes_found()


def faketime() -> Path:
    """Return the library that tells processes another time.  Raises StackError."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        raise StackError("libfaketime is missing: make setup")
    return found[0]


def processes_with(run_dir: Path, program: str) -> list[int]:
    """Return the pids of a program's processes that belong to a run folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (folder / "comm").read_text().strip()
            if name == program and str(run_dir).encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found
