"""A real process under real signals: readyz turns 503 while held work finishes."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession
from redis_server import free_port

Start = Callable[[], Awaitable[Process]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    (tmp_path / "held").touch()
    started: list[Process] = []

    async def begin() -> Process:
        port = free_port()
        env = {**os.environ, "TRUNKLINE_RUN_DIR": str(tmp_path), "TRUNKLINE_HEALTH_PORT": str(port),
               "TRUNKLINE_SHUTDOWN_SECONDS": "30", "PORT": str(port)}  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(__file__).with_name("service_process.py")), str(tmp_path / "held"),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=env,
        )  # fmt: skip
        process.port = port  # type: ignore[attr-defined]
        started.append(process)
        assert await line_of(process) == "up"
        return process

    yield begin
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_of(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()


async def status_of(process: Process, path: str) -> int:
    url = f"http://127.0.0.1:{process.port}{path}"  # type: ignore[attr-defined]
    async with ClientSession() as session, session.get(url) as response:
        return response.status


async def ready(process: Process) -> None:
    async with asyncio.timeout(10):
        while await status_of(process, "/readyz") != 200:  # noqa: ASYNC110 - the process decides
            await asyncio.sleep(0.01)


async def test_sigterm_refuses_waits_and_closes(start: Start, tmp_path: Path):
    process = await start()
    await ready(process)
    process.send_signal(signal.SIGTERM)
    assert await line_of(process) == "draining"
    assert (await status_of(process, "/healthz"), await status_of(process, "/readyz")) == (200, 503)
    (tmp_path / "held").unlink()
    assert await line_of(process) == "closed"
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_second_signal_cuts_the_waiting_short(start: Start):
    process = await start()
    await ready(process)
    process.send_signal(signal.SIGINT)
    assert await line_of(process) == "draining"
    process.send_signal(signal.SIGINT)
    assert await line_of(process) == "closed"
    assert await asyncio.wait_for(process.wait(), 10) == 0
