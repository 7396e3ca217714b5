"""A media node for each test: Asterisk boots in about a second, so no test inherits another's calls."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine_harness import Engine, running_engine
from media_harness import BLOCK, Node, SmallDisk, running, until

from servicekit import redisio


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with running(Node(tmp_path, BLOCK)) as made:
        yield made


@pytest.fixture
async def small_spool_node(tmp_path: Path) -> AsyncIterator[Node]:
    """May spool a megabyte."""
    async with running(Node(tmp_path, BLOCK, TRUNKLINE_SPOOL_MAX_BYTES="1000000")) as made:
        yield made


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    """An Asterisk without a conductor."""
    async with running_engine(Engine(tmp_path)) as made:
        yield made


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Node]:
    """A node's Redis, and nothing else of it."""
    made = Node(tmp_path, BLOCK)
    made.start_redis()
    made.redis = redisio.connect(made.redis_url)
    await until(made._redis_answers)
    yield made
    await made.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path / "disk", megabytes=24)
    yield disk
    disk.close()


@pytest.fixture
async def small_disk_node(tmp_path: Path, small_disk: SmallDisk) -> AsyncIterator[Node]:
    """Has all that it writes on a disk of 24 MB: spool, journal, outbox, and Asterisk's own files."""
    async with running(Node(tmp_path, BLOCK, small_disk, TRUNKLINE_SPOOL_MIN_FREE_BYTES="2000000")) as made:
        yield made
