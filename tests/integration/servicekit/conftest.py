"""Real servers for servicekit's tests, and the contract suites made importable."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

# The suites are plain modules beside the tests, which import them (and so do child processes).
sys.path.insert(0, str(Path(__file__).parent))

from redis_server import RedisServer

from servicekit.redisio import connect


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = connect(redis_server.url)
    yield client
    await client.aclose()
