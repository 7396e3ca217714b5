"""The processes `trunkline worker` and `trunkline beat`."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Mapping
from typing import Any

from celery import Celery, signals

from control_plane.config import ControlPlaneSettings
from control_plane.features.calls import tasks as _calls  # noqa: F401 - registers its tasks
from control_plane.features.campaigns import tasks as _campaigns  # noqa: F401 - registers its tasks
from control_plane.features.dnc import tasks as _dnc  # noqa: F401 - registers its tasks
from control_plane.features.lists import tasks as _lists  # noqa: F401 - registers its tasks
from control_plane.features.recordings import tasks as _recordings  # noqa: F401 - registers its tasks
from control_plane.features.recordings.finishing import remove_orphans
from control_plane.jobs import workplace
from control_plane.jobs.queueing import build_celery
from control_plane.jobs.schedule import LeadingScheduler
from control_plane.jobs.trace import follow_traces
from control_plane.jobs.visibility import VouchForTasks, let_go_of_what_ended
from control_plane.jobs.workplace import Workplace
from control_plane.resources import close_resources, open_resources
from servicekit import logs, telemetry
from servicekit.health import Check, start_health_server
from servicekit.redisio import connect

logger = logging.getLogger(__name__)


class _Health:
    """What /healthz and /readyz say of a Celery process, served from a thread: its main thread is Celery's."""

    def __init__(self, name: str, settings: ControlPlaneSettings) -> None:
        self.name = name
        self.state = "starting"
        self._settings = settings
        self.checks: Mapping[str, Check] = {}

    @property
    def ready(self) -> bool:
        return self.state in ("ready", "standby")

    def serve(self) -> None:
        if self._settings.health_port:
            threading.Thread(target=lambda: asyncio.run(self._serve()), name="health", daemon=True).start()

    async def _serve(self) -> None:
        self.checks = {"redis": connect(self._settings.redis_url).ping}
        await start_health_server(self, self._settings.health_host, self._settings.health_port)
        await asyncio.Event().wait()


def build_worker(settings: ControlPlaneSettings) -> Celery:
    """Return the application that runs tasks: each child process opens its own resources after the fork."""
    app = build_celery(settings)
    app.steps["consumer"].add(VouchForTasks)
    let_go_of_what_ended()
    follow_traces()
    # Of a child process: its threads would not outlive the fork.
    exports: list[telemetry.Telemetry | None] = []

    def child_started(**_: Any) -> None:
        logs.configure("worker", settings.log_level)
        exports.append(telemetry.start("worker", settings))
        workplace.enter(Workplace(open_resources(settings), close_resources))

        remove_orphans(settings.run_dir / "finishing")

    def child_stopping(**_: Any) -> None:
        workplace.leave()
        for each in filter(None, exports):
            each.stop()

    signals.worker_process_init.connect(child_started, weak=False)
    signals.worker_process_shutdown.connect(child_stopping, weak=False)
    return app


def main() -> int:
    """Run a worker until SIGTERM: it takes no new tasks, ends those it has, and puts back what takes too long.

    Raises SettingsError for settings that can not be used.
    """
    settings = ControlPlaneSettings.load()
    logs.configure("worker", settings.log_level)
    # Celery sets up logging of its own unless somebody listens to this.
    signals.setup_logging.connect(lambda **_: None, weak=False)
    health = _Health("worker", settings)
    signals.worker_ready.connect(lambda **_: _enter(health, "ready"), weak=False)

    def drain(**_: Any) -> None:
        _enter(health, "draining")
        # Celery's own way to end at once: running tasks are cut off, and all that is not done goes back.
        hurry = threading.Timer(settings.worker_stop_seconds, lambda: os.kill(os.getpid(), signal.SIGQUIT))
        hurry.daemon = True
        hurry.start()

    signals.worker_shutting_down.connect(drain, weak=False)
    app = build_worker(settings)
    health.serve()
    worker = app.Worker(
        queues=settings.worker_queues.split(","),
        concurrency=settings.worker_concurrency,
        pool="prefork",
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel=settings.log_level,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def beat() -> int:
    """Run the scheduler until SIGTERM; of several only one is at work, and another follows it within 10 s.

    Raises SettingsError for settings that can not be used.
    """
    settings = ControlPlaneSettings.load()
    logs.configure("beat", settings.log_level)
    signals.setup_logging.connect(lambda **_: None, weak=False)
    health = _Health("beat", settings)
    signals.beat_init.connect(lambda **_: _enter(health, "ready"), weak=False)
    app = build_celery(settings)
    # Ready until there is a lock to be had: whoever stands by is fit to take over.
    _enter(health, "standby")
    health.serve()
    app.Beat(scheduler_cls=LeadingScheduler, loglevel=settings.log_level, quiet=True, pidfile=None).run()
    return 0


def _enter(health: _Health, state: str) -> None:
    health.state = state
    logger.info("state changed", extra={"of": health.name, "state": state})
