"""Child processes kept alive: started in order, restarted with backoff when they die, stopped in reverse order.

Each child leads a process group of its own and is on a leash (`leash.py`): it ends with us, however we end.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

BACKOFF_SECONDS = (0.25, 15.0)
STEADY_SECONDS = 20.0
STOP_SECONDS = 3.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Program:
    """A command to keep running, with its whole environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def next_delay(last_delay: float, lived_seconds: float) -> float:
    """Return how long to wait before a restart: doubling, and from the start again after a steady life."""
    least, most = BACKOFF_SECONDS
    return least if lived_seconds >= STEADY_SECONDS else min(max(last_delay * 2, least), most)


class Supervisor:
    """Keeps programs running from `run` to `stop`."""

    def __init__(self, programs: Sequence[Program], stop_seconds: float = STOP_SECONDS) -> None:
        self._programs = list(programs)
        self._stop_seconds = stop_seconds
        self._children: dict[str, Process] = {}
        self._stopping = asyncio.Event()
        self.restarts = dict.fromkeys((program.name for program in programs), 0)

    @property
    def pids(self) -> dict[str, int]:
        """The pids of the children that run now."""
        return {name: child.pid for name, child in self._children.items() if child.returncode is None}

    async def all_run(self) -> bool:
        """Whether every program runs (for /readyz)."""
        return len(self.pids) == len(self._programs)

    async def run(self) -> None:
        """Start all programs in order and keep each running, until `stop`."""
        async with asyncio.TaskGroup() as group:
            for program in self._programs:
                first = asyncio.Event()
                group.create_task(self._keep(program, first), name=f"keep {program.name}")
                await first.wait()

    async def stop(self) -> None:
        """End the children one after the other, the last started first; those that do not go are killed."""
        self._stopping.set()
        for program in reversed(self._programs):
            child = self._children.get(program.name)
            if child is not None:
                await self._end(program.name, child)

    def kill(self) -> None:
        """Kill what still runs, at once and without waiting: the last resort of a stop that was cut short."""
        self._stopping.set()
        for child in self._children.values():
            if child.returncode is None:
                _signal_group(child.pid, signal.SIGKILL)

    async def restart(self, name: str) -> None:
        """End one child; it is started again like one that died."""
        child = self._children.get(name)
        if child is not None:
            await self._end(name, child)

    async def _keep(self, program: Program, started: asyncio.Event) -> None:
        delay = 0.0
        while not self._stopping.is_set():
            begun = time.monotonic()
            code = await self._run_once(program, started)
            if self._stopping.is_set():
                break
            delay = next_delay(delay, time.monotonic() - begun)
            extra = {"program": program.name, "exit_code": code, "delay_seconds": delay}
            logger.error("child died and is started again", extra=extra)
            self.restarts[program.name] += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stopping.wait()

    async def _run_once(self, program: Program, started: asyncio.Event) -> int:
        leash = [sys.executable, "-m", "branch_gateway.leash", str(os.getpid())]
        try:
            # A session of its own: Ctrl-C on the terminal reaches us alone, and we stop the children in order.
            child = await asyncio.create_subprocess_exec(
                *leash, *program.command, stdin=DEVNULL, env=dict(program.environment), start_new_session=True
            )
        except OSError as error:
            logger.error("child can not be started", extra={"program": program.name, "error": error.strerror})
            return -1
        finally:
            started.set()
        self._children[program.name] = child
        logger.info("child started", extra={"program": program.name, "pid": child.pid})
        if self._stopping.is_set():
            _signal_group(child.pid, signal.SIGKILL)  # `stop` came while it was being started
        try:
            return await child.wait()
        finally:
            # Workers of a leader that was killed would keep its sockets; also the end of a cancelled `run`.
            _signal_group(child.pid, signal.SIGKILL)

    async def _end(self, name: str, child: Process) -> None:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.terminate()
            try:
                async with asyncio.timeout(self._stop_seconds):
                    await child.wait()
            except TimeoutError:
                logger.warning("child did not end and is killed", extra={"program": name, "pid": child.pid})
                _signal_group(child.pid, signal.SIGKILL)
                await child.wait()
        logger.info("child ended", extra={"program": name, "exit_code": child.returncode})


def _signal_group(leader: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
