"""Do-not-call lists on a real Redis: exact, small, at once, and without a number to be read."""

import random
import time

import pytest
from redis.asyncio import Redis

from callmodel.ids import E164, CampaignId, TenantId
from hotstate.dnc import NATIONAL, SYSTEM, DoNotCall, ListsMissingError, campaign_scope, tenant_scope
from servicekit.crypto import TenantCipher

ACME, BOLT, SPRING = TenantId("acme"), TenantId("bolt"), CampaignId("spring")
NUMBER = 8613812345678


def e164(number: int) -> E164:
    return E164(f"+{number}")


@pytest.fixture
async def dnc(redis: Redis) -> DoNotCall:
    lists = DoNotCall(redis, TenantCipher(b"k" * 32))
    await lists.complete()
    return lists


async def test_a_list_counts_for_whom_it_is(dnc: DoNotCall):
    await dnc.add(campaign_scope(ACME, SPRING), [NUMBER])
    await dnc.add(tenant_scope(ACME), [NUMBER + 1])
    await dnc.add(NATIONAL, [NUMBER + 2])
    await dnc.add(SYSTEM, [NUMBER + 3])
    asked = [e164(NUMBER + step) for step in range(5)]

    spring = await dnc.found_in(ACME, SPRING, asked)
    other = await dnc.found_in(ACME, CampaignId("summer"), asked)
    bolt = await dnc.found_in(BOLT, None, asked)

    assert spring == [campaign_scope(ACME, SPRING), tenant_scope(ACME), NATIONAL, SYSTEM, None]
    assert other == [None, *spring[1:]]
    assert bolt == [None, None, NATIONAL, SYSTEM, None]


async def test_a_number_counts_at_once_and_no_longer_than_it_is_on(dnc: DoNotCall):
    begun = time.monotonic()
    await dnc.add(tenant_scope(ACME), [NUMBER])
    assert await dnc.found_in(ACME, None, [e164(NUMBER)]) == [tenant_scope(ACME)]
    await dnc.add(tenant_scope(ACME), [NUMBER])
    await dnc.remove(tenant_scope(ACME), [NUMBER])

    assert await dnc.found_in(ACME, None, [e164(NUMBER)]) == [None]
    assert time.monotonic() - begun < 1.0, "an opt-out counts within a second"


@pytest.mark.parametrize("spread", [3_000, 40_000, 10_000_000])
async def test_sparse_and_dense_lists_are_exact(dnc: DoNotCall, spread: int):
    """Pages that hold more than 512 numbers become bitmaps, and keep what they had."""
    chance = random.Random(spread)
    numbers = {NUMBER + chance.randrange(spread) for _ in range(2500)}
    gone = set(list(numbers)[:500])
    asked = [*list(numbers)[:1000], *(NUMBER + chance.randrange(spread) for _ in range(500))]

    await dnc.add(SYSTEM, numbers)
    await dnc.remove(SYSTEM, gone)

    found = await dnc.found_in(ACME, None, [e164(number) for number in asked])
    assert [scope is not None for scope in found] == [number in numbers - gone for number in asked]


async def test_nobody_is_called_while_the_lists_are_missing(dnc: DoNotCall, redis: Redis):
    await dnc.add(SYSTEM, [NUMBER])
    await redis.flushall()

    assert not await dnc.is_complete()
    with pytest.raises(ListsMissingError):
        await dnc.found_in(ACME, None, [e164(NUMBER)])


async def test_numbers_take_few_bytes_and_can_not_be_read(dnc: DoNotCall, redis: Redis):
    """As dense as a national list is: 200 of the 16,384 numbers of a page."""
    before = int((await redis.info("memory"))["used_memory"])
    numbers = random.Random(1).sample(range(NUMBER, NUMBER + 16_384 * 100), 20_000)
    await dnc.add(NATIONAL, numbers)
    took = int((await redis.info("memory"))["used_memory"]) - before

    assert took / len(numbers) < 6
    names = list(await redis.keys("platform:dnc:national:*"))
    assert len(names) <= 101
    plain = {str(number)[:-5] for number in numbers}
    assert not any(each in str(name) for name in names for each in plain)
    places: dict[int, set[str]] = {}
    for number in numbers:
        places.setdefault(number >> 14, set()).add(str(number & 16_383))
    stored = [await redis.smembers(name) for name in names]
    assert not [page for page in stored if page in places.values()], "places are turned"
    assert sorted(map(len, stored)) == sorted(map(len, places.values()))


async def test_keys_of_tenants_begin_with_the_tenant(dnc: DoNotCall, redis: Redis):
    await dnc.add(tenant_scope(ACME), [NUMBER])
    await dnc.add(campaign_scope(ACME, SPRING), [NUMBER])

    assert {str(key).split(":")[0] for key in await redis.keys("*")} == {"acme", "platform"}
