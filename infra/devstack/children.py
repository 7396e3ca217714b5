"""Child processes of the development stack: started, watched until ready, ended by pid, never left behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from servicekit.files import append_privately
from trunkline.conditions import PAUSE_SECONDS, Condition, until

LOG_LINES_SHOWN = 25
PR_SET_PDEATHSIG = 1
AUTOGROUP = Path("/proc/self/autogroup")
# One machine stands for many: what carries calls comes first, what keeps and works on what they leave behind gives
# way.  On real hosts that runs elsewhere, or has a smaller CPUWeight (infra/systemd).
CALLS_FIRST, AFTER_CALLS, AFTER_ALL = -10, 5, 10


class StackError(Exception):
    """The stack can't run; the text says which part, and shows the last lines of its log."""


@dataclass(frozen=True)
class Spec:
    """What to start and when it counts as ready.  `ready_seconds` allows for a busy two-core machine."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready: Condition
    ready_seconds: float = 40.0
    stop_seconds: float = 15.0
    nice: int = 0
    """Whom the processor serves first (negative) and last, as `take_turn` has it."""
    says: tuple[str, ...] = ()
    """One of these words has to be in its log too: where its neighbour answers in its place, and it stands by."""


def take_turn(nice: int) -> None:
    """Have the processor serve this process before others (negative) or after them, as far as the machine lets us.

    Where the kernel shares the processor among sessions (sched(7), autogroup), only a session's own value counts.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    with contextlib.suppress(OSError):
        # Not without need: the kernel takes few such orders in a second.
        if not AUTOGROUP.read_text().endswith(f" nice {nice}\n"):
            AUTOGROUP.write_text(str(nice))


def die_with(parent: int, nice: int = 0) -> Callable[[], None]:
    """Return what a child does before exec: ask the kernel for SIGTERM when its parent dies, however it dies.

    nice: see `take_turn`.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        take_turn(nice)

    return prepare


class Child:
    """One process in a session of its own, so that Ctrl-C reaches it through us and in order."""

    def __init__(self, spec: Spec, log_path: Path, on_death: Callable[["Child", int], None]) -> None:
        self.spec = spec
        self.log_path = log_path
        self.process: asyncio.subprocess.Process | None = None
        self._on_death = on_death
        self._ending = False
        self._watcher: asyncio.Task[None] | None = None
        self._log_began_at = 0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    async def start(self, changes: Mapping[str, str] | None = None) -> None:
        """Start the process; its output is appended to its log.  Raises StackError when there is no such program.

        changes: variables that differ from the specification's, in this life only.
        """
        self._ending = False
        with append_privately(self.log_path) as log:
            self._log_began_at = log.tell()
            try:
                self.process = await asyncio.create_subprocess_exec(
                    *self.spec.argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**self.spec.env, **(changes or {})},
                    start_new_session=True,
                    umask=0o077,
                    preexec_fn=die_with(os.getpid(), self.spec.nice),
                )
            except OSError as error:
                raise StackError(
                    f"{self.spec.name} can not be started: {self.spec.argv[0]}: {error.strerror}"
                ) from None
        self._watcher = asyncio.get_running_loop().create_task(self._watch(self.process), name=self.spec.name)

    async def wait_ready(self) -> None:
        """Wait for the condition.  Raises StackError with the log's end when it dies or is too slow."""
        process = self.process
        assert process is not None

        async def ready_or_dead() -> bool:
            return process.returncode is not None or (self._has_said() and await self.spec.ready())

        came = await until(ready_or_dead, self.spec.ready_seconds)
        if process.returncode is not None:
            raise StackError(f"{self.spec.name} ended with code {process.returncode} at start\n{self.last_lines()}")
        if not came:
            raise StackError(
                f"{self.spec.name} was not ready after {self.spec.ready_seconds:.0f} s\n{self.last_lines()}"
            )

    def _has_said(self) -> bool:
        if not self.spec.says:
            return True
        with self.log_path.open("rb") as log:
            log.seek(self._log_began_at)
            told = log.read().decode(errors="replace")
        return any(words in told for words in self.spec.says)

    def expect_end(self) -> None:
        """Bear with it when the process ends from now on: it was asked to."""
        self._ending = True

    async def ended(self) -> None:
        """Wait until the process has ended by itself."""
        if self.process is not None:
            await self.process.wait()

    async def stop(self) -> None:
        """SIGTERM, wait, then SIGKILL; whatever the process started itself goes too."""
        process = self.process
        if process is None:
            return
        self._ending = True
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                process.terminate()
        try:
            async with asyncio.timeout(self.spec.stop_seconds):
                await process.wait()
        except TimeoutError:
            pass
        await self._end_group()

    async def kill(self) -> None:
        """SIGKILL to the process and all that it started, as a power cut would."""
        self._ending = True
        if self.process is not None:
            self.send(signal.SIGKILL)
            await self._end_group()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process's group; nothing happens when it is gone."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    async def _end_group(self) -> None:
        assert self.process is not None
        self.send(signal.SIGKILL)
        await self.process.wait()
        group = self.process.pid
        await until(lambda: _group_is_gone(group), 2.0)
        if self._watcher is not None:
            await self._watcher

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        if not self._ending:
            self._on_death(self, code)

    def last_lines(self, count: int = LOG_LINES_SHOWN) -> str:
        """Return the end of the log, indented, with the log's path."""
        try:
            with self.log_path.open(encoding="utf-8", errors="replace") as log:
                lines = deque(log, maxlen=count)
        except OSError:
            lines = deque()
        text = "".join(f"    {line.rstrip()[:400]}\n" for line in lines)
        return f"  the end of {self.log_path}:\n{text or '    (empty)'}"


async def _group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


__all__ = [
    "AFTER_ALL",
    "AFTER_CALLS",
    "AUTOGROUP",
    "CALLS_FIRST",
    "PAUSE_SECONDS",
    "Child",
    "Spec",
    "StackError",
    "die_with",
    "take_turn",
]
