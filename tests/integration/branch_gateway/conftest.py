"""What the branch's tests share: patience with a condition, and processes that are ended by their pid."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

# Plain modules beside the tests, which import them.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def until():
    """Wait for a condition; fail with its name."""

    async def wait(condition: Callable[[], object], what: str, seconds: float = 15.0):
        ends = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > ends:
                pytest.fail(f"never happened in {seconds} s: {what}")
            await asyncio.sleep(0.02)
        return value

    return wait


@pytest.fixture
def leftovers():
    """Pids that a test must not leave behind."""
    pids: set[int] = set()
    yield pids
    left = [pid for pid in pids if alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
