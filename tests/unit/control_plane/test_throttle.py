"""Counting while Redis is away: the limit holds all the same."""

import secrets

import pytest

from control_plane.web.throttle import Throttle
from servicekit.problems import TooManyRequestsError
from servicekit.redisio import connect


@pytest.fixture
async def nowhere():
    # Port 1 on loopback: nobody listens, connections are refused at once.
    redis = connect("redis://127.0.0.1:1/0")
    redis.connection_pool.connection_kwargs["retry"] = None
    yield redis
    await redis.aclose()


async def test_the_limit_holds_without_redis_and_across_throttles(nowhere):
    name = secrets.token_hex(4)
    for _ in range(2):
        await Throttle(nowhere, name, 2, 60).admit("ann")

    with pytest.raises(TooManyRequestsError) as refused:
        await Throttle(nowhere, name, 2, 60).admit("ann")
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    await Throttle(nowhere, name, 2, 60).admit("bob")


async def test_forgetting_starts_anew(nowhere):
    throttle = Throttle(nowhere, secrets.token_hex(4), 1, 60)
    await throttle.admit("ann")
    await throttle.forget("ann")

    await throttle.admit("ann")
