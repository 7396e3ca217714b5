"""One house with a portal for all tests of the portal; tests that change something make their own ids."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "control_plane" / "facts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "control_plane" / "api"))
sys.path.insert(0, str(Path(__file__).parent))

from api_house import World, build_world, run
from portal_house import PortalHouse, running_portal
from redis.asyncio import Redis

from servicekit.redisio import connect


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalHouse]:
    yield from running_portal(tmp_path_factory.mktemp("portal"))


@pytest.fixture(scope="session")
def world(portal: PortalHouse) -> World:
    return run(build_world(portal.url))


@pytest.fixture
async def redis(portal: PortalHouse) -> AsyncIterator[Redis]:
    client = connect(portal.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()
