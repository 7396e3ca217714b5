"""A Redis for a module's tests, empty at the beginning of each."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from servicekit.redisio import connect
from tests.integration.servicekit.redis_server import RedisServer


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = connect(redis_server.url)
    await client.flushall()
    yield client
    await client.aclose()
