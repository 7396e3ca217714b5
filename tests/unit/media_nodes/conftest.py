"""A conductor that runs among fakes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from media_fakes import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path / "calls")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.conductor.run())
        await asyncio.sleep(0)
        yield made
        running.cancel()


@pytest.fixture
def settled() -> Callable[[], Awaitable[None]]:
    """Let every task run until nothing is left to do but to wait."""

    async def settle() -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    return settle
