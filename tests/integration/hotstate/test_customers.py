"""Whom people may dial by hand, on a real Redis: customers on lists, and who was approved for a while."""

from typing import Any

import pytest
from redis.asyncio import Redis

from callmodel.ids import E164, ListId, TenantId
from hotstate.customers import Customers

ACME = (TenantId("acme"), "a-key")
BETA = (TenantId("beta"), "another-key")
GOLD, SILVER = ListId("gold"), ListId("silver")
CUSTOMER, STRANGER = E164("+8613812345678"), E164("+8613812345679")


@pytest.fixture
def customers(redis: Redis) -> Customers:
    return Customers(redis)


async def test_a_customer_is_one_of_the_tenants_whose_list_it_is_while_it_is_one(customers: Customers, redis: Redis):
    await customers.add(*ACME, GOLD, [8613812345678, *range(8613900000000, 8613900020000)])
    assert not await customers.is_listed(*ACME, CUSTOMER), "not before the list is known whole"
    await customers.complete(ACME[0], GOLD)
    await customers.add(*ACME, SILVER, [8613812345678])
    await customers.complete(ACME[0], SILVER)

    assert await customers.is_listed(*ACME, CUSTOMER)
    assert await customers.is_listed(*ACME, E164("+8613900019999"))
    assert not await customers.is_listed(*ACME, STRANGER)
    assert not await customers.is_listed(*BETA, CUSTOMER)

    await customers.drop(ACME[0], GOLD)
    assert await customers.is_listed(*ACME, CUSTOMER), "on another list still"
    await customers.drop(ACME[0], SILVER)
    assert not await customers.is_listed(*ACME, CUSTOMER)
    assert await redis.keys("*") == []


async def test_an_approval_ends_by_itself_and_can_be_taken_back(customers: Customers, redis: Redis):
    await customers.approve(*ACME, CUSTOMER, 3600)

    assert await customers.is_approved(*ACME, CUSTOMER)
    assert not await customers.is_approved(*BETA, CUSTOMER)
    [key] = await redis.keys("*")
    assert 0 < await redis.ttl(key) <= 3600
    await customers.withdraw(*ACME, CUSTOMER)
    assert not await customers.is_approved(*ACME, CUSTOMER)


async def test_no_number_can_be_read(customers: Customers, redis: Redis):
    await customers.add(*ACME, GOLD, [8613812345678])
    await customers.approve(*ACME, CUSTOMER, 60)

    names: Any = await redis.keys("*")
    held = [*names, *[str(await redis.smembers(name)) for name in names if await redis.type(name) == "set"]]
    assert not [text for text in held if "3812345678" in text]
