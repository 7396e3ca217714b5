"""The life of a process: side tasks that are watched, and a stop in the order refuse, wait, close."""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from servicekit import logs, telemetry
from servicekit.files import keep_private
from servicekit.health import Check, start_health_server
from servicekit.settings import ServiceSettings

AsyncFn = Callable[[], Awaitable[object]]
Main = Callable[["Service"], Awaitable[None]]

CLOSE_SECONDS = 5.0
CANCEL_AGAIN_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Service:
    """A running process as its parts see it: made by `run` or `serve`, handed to `main`.

    State goes starting -> ready -> draining -> closing; /readyz says 200 only in ready.
    """

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self.settings = settings
        self.state = "starting"
        self.checks: dict[str, Check] = {}
        self._exit_code = 0
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._drains: list[AsyncFn] = []
        self._closers: list[AsyncFn] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None

    @property
    def ready(self) -> bool:
        """Whether the service should be given work."""
        return self.state == "ready"

    def mark_ready(self) -> None:
        """Say that work may come; happens by itself when `main` returns."""
        if self.state == "starting":
            self.state = "ready"
            logger.info("service is ready")

    def add_check(self, name: str, check: Check) -> None:
        """Add a named check to /readyz; it fails by raising, by returning False, or after 2 s."""
        self.checks[name] = check

    def spawn(self, name: str, coro: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Run a side task until the service stops; if it raises, the service stops with exit code 1.

        Returning is no death.  Raises RuntimeError outside of a running service.
        """
        if self._group is None or self.state == "closing":
            coro.close()
            raise RuntimeError(f"service {self.name} is not running: can not spawn {name}")
        task = self._group.create_task(self._watch(name, coro), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def on_drain(self, drain: AsyncFn) -> None:
        """Call when new work is refused; it returns once held work is done, or is cut off at shutdown_seconds."""
        self._drains.append(drain)

    def on_close(self, close: AsyncFn) -> None:
        """Call after all tasks have ended; last registered, first closed."""
        self._closers.append(close)

    def stop(self, exit_code: int = 0) -> None:
        """Begin to stop; the first code that is not 0 is the one reported."""
        self._exit_code = self._exit_code or exit_code
        self._stop.set()

    async def stopping(self) -> None:
        """Wait until the service begins to stop."""
        await self._stop.wait()

    async def _watch(self, name: str, coro: Coroutine[Any, Any, object]) -> None:
        try:
            await coro
        except Exception:  # the top of a side task: whatever killed it, the service must not limp on
            logger.exception("side task died", extra={"task": name})
            self.stop(1)
        else:
            logger.debug("side task ended", extra={"task": name})

    def _on_signal(self, number: signal.Signals) -> None:
        logger.info("signal received", extra={"signal": number.name})
        if self._stop.is_set():
            self._hurry.set()
        self.stop()

    async def _boot(self, main: Main) -> None:
        await main(self)
        self.mark_ready()

    async def _serve(self, main: Main) -> int:
        try:
            if self.settings.health_port:
                runner = await start_health_server(self, self.settings.health_host, self.settings.health_port)
                # First in, last out: /readyz says 503 until the end.
                self.on_close(runner.cleanup)
            async with asyncio.TaskGroup() as group:
                self._group = group
                self.spawn("main", self._boot(main))
                await self._stop.wait()
                await self._drain()
                self.state = "closing"
                await self._end_tasks()
        finally:
            self.state = "closing"
            await self._close()
        logger.info("service ended", extra={"exit_code": self._exit_code})
        return self._exit_code

    async def _drain(self) -> None:
        self.state = "draining"
        logger.info("service refuses new work", extra={"held": len(self._drains)})
        limit = self.settings.shutdown_seconds
        try:
            async with asyncio.timeout(limit), asyncio.TaskGroup() as group:
                hurry = group.create_task(self._hurry.wait())
                drains = [group.create_task(self._guard("drain", drain)) for drain in self._drains]
                hurry.add_done_callback(lambda _: [drain.cancel() for drain in drains])
                for drain in drains:
                    await asyncio.wait([drain])
                hurry.cancel()
        except TimeoutError:
            logger.warning("held work was cut off", extra={"shutdown_seconds": limit})

    async def _end_tasks(self) -> None:
        # Once may not be enough: see servicekit.cancellation.
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(list(self._tasks), timeout=CANCEL_AGAIN_SECONDS)

    async def _close(self) -> None:
        while self._closers:
            close = self._closers.pop()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._guard("close", close)
            except TimeoutError:
                logger.error("closer timed out", extra={"closer": _name_of(close)})

    async def _guard(self, step: str, function: AsyncFn) -> None:
        try:
            await function()
        except Exception:  # one part that fails to stop must not keep the others from stopping
            logger.exception("part failed to stop", extra={"step": step, "part": _name_of(function)})


def _name_of(function: AsyncFn) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__))


async def serve(main: Main, settings: ServiceSettings, name: str, *, signals: bool = True) -> int:
    """Run a service inside the current event loop (tests; processes with a loop of their own) to its exit code.

    `main` wires and returns, or runs until `service.stopping()`.  SIGTERM and SIGINT stop it; a second
    one cuts the waiting short.
    """
    service = Service(name, settings)
    loop = asyncio.get_running_loop()
    caught = (signal.SIGTERM, signal.SIGINT) if signals else ()
    for number in caught:
        loop.add_signal_handler(number, service._on_signal, number)
    try:
        return await service._serve(main)
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def run(main: Main, settings: ServiceSettings, name: str) -> int:
    """Configure logs and telemetry, run the service on uvloop where it is installed, and return the exit code."""
    keep_private()
    logs.configure(name, settings.log_level)
    # What was imported stays: the collector needs not walk it again and again, which held the loop up for 20 ms.
    gc.freeze()
    try:
        import uvloop

        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        loop_factory = None
    try:
        with telemetry.running(name, settings), asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(serve(main, settings, name))
    except (ExceptionGroup, OSError):
        logger.exception("service could not run")
        return 1
