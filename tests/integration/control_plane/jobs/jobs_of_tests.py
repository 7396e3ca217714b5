"""Tasks whose course a test decides, one of each kind, and the process of a worker that knows them."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from control_plane.jobs.job import job
from control_plane.jobs.queueing import ROUTES
from control_plane.web.context import Resources
from control_plane.worker import main

KINDS = [pattern.removesuffix(".*") for pattern in ROUTES] + ["others"]


async def wait(resources: Resources, *, name: str, folder: str, **_later: Any) -> None:
    """Note the begin, wait until the test lets it go, and note the end."""
    log = Path(folder) / f"{name}.log"
    with log.open("a") as file:
        file.write(f"begun {os.getpid()}\n")
    go = Path(folder) / f"{name}.go"
    while not go.exists():  # noqa: ASYNC110 - the test runs in another process
        await asyncio.sleep(0.02)
    with log.open("a") as file:
        file.write(f"done {os.getpid()}\n")


for kind in KINDS:
    job(f"{kind}.wait", about=("name",))(wait)


@job("others.fail", about=("name",), tries=3)
async def fail(resources: Resources, *, name: str, folder: str, **_later: Any) -> None:
    """Fail until the test has mended the cause."""
    with (Path(folder) / f"{name}.log").open("a") as file:
        file.write("tried\n")
    if not (Path(folder) / f"{name}.mended").exists():
        raise ValueError("no way to 13812345678 by redis://user:hunter2@host")


@job("others.kill", about=("name",))
async def kill(resources: Resources, *, name: str, folder: str, **_later: Any) -> None:
    """Take the worker's process along."""
    with (Path(folder) / f"{name}.log").open("a") as file:
        file.write("begun\n")
    os.kill(os.getpid(), signal.SIGKILL)


__all__ = ["main"]
