"""Campaigns over HTTP: set up, checked, published, and their leads in hot state."""

from collections.abc import AsyncIterator

import pytest
from api_house import House, World
from outbound import a_campaign, a_number, a_tenant, imported, until
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.campaigns.document import CampaignState
from callmodel.ids import CampaignId, ProviderId, TenantId
from hotstate.leads import CampaignKey, LeadQueue
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.redisio import connect

NUMBERS = "phone,name,owner\n" + "".join(
    f"138{row:08},Person {row},{'ana' if row % 2 else 'bo'}\n" for row in range(60)
)


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
def queue(house: House, redis: Redis) -> LeadQueue:
    return LeadQueue(redis, TenantCipher(load_or_create_key(house.settings().leads_key)))


@pytest.fixture
async def tenant_id(world: World, workers: House) -> str:
    return await a_tenant(world)


async def test_a_list_becomes_leads_that_are_ready_to_dial(
    house: House, world: World, redis: Redis, queue: LeadQueue, tenant_id: str
):
    mapping = {"number": "phone", "fields": {"name": "name", "owner": "owner"}}
    found = await imported(world.admin, tenant_id, NUMBERS.encode(), mapping=mapping)
    assert found["summary"]["accepted"] == 60
    number = await a_number(world, tenant_id)
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", a_campaign(number, hot_leads=40))
    started = await world.admin.call("POST", f"/tenants/{tenant_id}/campaigns/spring/start", {})
    assert started.status == 200, started.body

    told = await published(redis, keys.DIRECTORY, lambda found: (
        (it := found.campaign_of(TenantId(tenant_id), CampaignId("spring"))) and it.state is CampaignState.RUNNING
    ))  # fmt: skip
    assert told.campaign_of(TenantId(tenant_id), CampaignId("spring")).callers.numbers == (number,)
    key = CampaignKey(TenantId(tenant_id), CampaignId("spring"), ProviderId("hq"))

    async def filled() -> bool:
        house.ask_for("campaigns.fill")
        return (await queue.figures(key)).ready >= 40

    await until(filled)
    leads = await queue.look(key, 2**41, 100)
    assert len(leads) == 40, "no more than the campaign keeps ready"
    assert [lead.number for lead in leads][:2] == ["+8613800000000", "+8613800000001"]
    assert leads[0].time_zones == ("Asia/Shanghai",) and leads[0].lead_id == "bought.0"
