"""A media node for each test: Asterisk boots in about a second, so no test inherits another's calls."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from media_harness import ASTERISK_ROOT, Node

# Runs at the same time on one machine each have a loopback block of their own.
BLOCK = 64 + os.getpid() % 160


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    if not ASTERISK_ROOT.is_dir():
        pytest.fail(f"no Asterisk in {ASTERISK_ROOT}: run `make setup`")
    made = Node(tmp_path, BLOCK)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()
