"""Do-not-call lists over HTTP: what is added counts within a second, for whom it is to count, and is audited."""

import time
from collections.abc import AsyncIterator

import pytest
from api_house import House, World
from outbound import FILE, a_tenant, imported, until
from redis.asyncio import Redis

from callmodel.campaigns.leads import Lead
from callmodel.ids import E164, CallId, CampaignId, LeadId, ListId, ProviderId, TenantId
from control_plane.keyring.numberkeys import NumberTokens
from hotstate.dnc import DoNotCall
from hotstate.leads import CampaignKey, Claimed, LeadQueue, Refused, RefusedFor
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.redisio import connect

NUMBER = "+8613812345678"
OURS = E164("+862155550100")


@pytest.fixture
async def redis(workers: House) -> AsyncIterator[Redis]:
    client = connect(workers.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
def leads_cipher(house: House) -> TenantCipher:
    return TenantCipher(load_or_create_key(house.settings().leads_key))


@pytest.fixture
async def dnc(house: House, redis: Redis, leads_cipher: TenantCipher) -> DoNotCall:
    lists = DoNotCall(redis, leads_cipher)

    async def complete() -> bool:
        return await lists.is_complete()

    await until(complete)
    return lists


@pytest.fixture
async def tenant_id(world: World, workers: House) -> str:
    return await a_tenant(world)


async def is_forbidden(world: World, tenant_id: str, number: str = NUMBER, campaign_id: str | None = None) -> bool:
    answer = await world.admin.call(
        "POST", f"/tenants/{tenant_id}/do-not-call/look-up", {"number": number, "campaign_id": campaign_id}
    )
    assert answer.status == 200, answer.body
    return bool(answer.body["forbidden"])


async def test_opt_out_counts_within_a_second_where_the_number_is_about_to_be_dialled(
    house: House, world: World, redis: Redis, dnc: DoNotCall, leads_cipher: TenantCipher, tenant_id: str
):
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", {"campaign_id": "spring", "kind": "preview"})
    key = CampaignKey(TenantId(tenant_id), CampaignId("spring"), ProviderId("hq"))
    cipher = TenantCipher(load_or_create_key(house.settings().master_key_file))
    tokens, queue = NumberTokens(cipher, TenantId(tenant_id)), LeadQueue(redis, leads_cipher)
    leads = [
        Lead(
            LeadId(f"bought.{n}"),
            ListId("bought"),
            E164(f"+861380000000{n}"),
            tokens.token_of(E164(f"+861380000000{n}")),
        )
        for n in range(2)
    ]
    now_ms = int(time.time() * 1000)
    await queue.put(key, leads, now_ms, 10)
    fence = await queue.lead(key, "dialler", now_ms, 60_000)
    assert fence is not None

    begun = time.monotonic()
    answer = await world.admin.call(
        "POST", f"/tenants/{tenant_id}/do-not-call/numbers", {"number": leads[0].number, "source": "sms"}
    )
    refused = await queue.claim(key, fence, leads[0].lead_id, CallId("c1"), OURS, (), now_ms)
    took = time.monotonic() - begun

    assert answer.status == 200 and answer.body["number"] == "+86138****0000"
    assert refused == Refused(RefusedFor.FORBIDDEN) and took < 1.0
    assert await dnc.found_in(TenantId(tenant_id), None, [leads[0].number]) != [None]
    assert await queue.claim(key, fence, leads[1].lead_id, CallId("c2"), OURS, (), now_ms) == Claimed()


async def test_a_list_counts_for_its_campaign_its_tenant_or_everybody(world: World, dnc: DoNotCall, tenant_id: str):
    other = await a_tenant(world)
    await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/numbers", {
        "number": "+8613900000001", "campaign_id": "spring",
    })  # fmt: skip
    await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/numbers", {"number": "+8613900000002"})
    await world.admin.call("POST", "/do-not-call/system/numbers", {"number": "+8613900000003", "source": "court"})

    assert await is_forbidden(world, tenant_id, "+8613900000001", "spring")
    assert not await is_forbidden(world, tenant_id, "+8613900000001")
    assert await is_forbidden(world, tenant_id, "+8613900000002", "summer")
    assert not await is_forbidden(world, other, "+8613900000002")
    assert await is_forbidden(world, other, "+8613900000003")
    told = await world.admin.call("POST", f"/tenants/{other}/do-not-call/look-up", {"number": "+8613900000003"})
    assert (told.body["scope"], told.body["source"], told.body["by"]) == ("system", "court", "admin")
    await world.admin.call("POST", "/do-not-call/system/remove", {"number": "+8613900000003"})
    assert not await is_forbidden(world, other, "+8613900000003")


async def test_each_question_is_in_the_trail_without_the_number(world: World, dnc: DoNotCall, tenant_id: str):
    await is_forbidden(world, tenant_id)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    trail = await world.admin.get(f"/tenants/{tenant_id}/audit?day={day}")

    (look,) = [each for each in trail["items"] if each["action"] == "do-not-call.look_up"]
    assert len(look["subject"]["token"]) == 32 and "13812345678" not in str(trail)


async def test_a_file_counts_until_another_takes_its_place(world: World, dnc: DoNotCall, tenant_id: str):
    path = f"/tenants/{tenant_id}/do-not-call/files/court"
    sent = await world.admin.call(
        "PUT", f"{path}?region=CN", data=b"138 0000 0001\n13800000002\nrubbish\n", headers=FILE
    )
    assert sent.status == 200 and sent.body["state"] == "waiting"

    async def ready() -> bool:
        (file,) = (await world.admin.get(f"/tenants/{tenant_id}/do-not-call/files"))["items"]
        return bool(file["state"] == "ready" and file["numbers"])

    async def second_is_off() -> bool:
        return not await is_forbidden(world, tenant_id, "+8613800000002")

    await until(ready)

    async def first_is_on() -> bool:
        return await is_forbidden(world, tenant_id, "+8613800000001")

    await until(first_is_on)
    await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/numbers", {"number": "+8613800000003"})
    await world.admin.call("PUT", f"{path}?region=CN", data=b"13800000001\n", headers=FILE)
    await until(second_is_off)
    assert await is_forbidden(world, tenant_id, "+8613800000001")
    assert await is_forbidden(world, tenant_id, "+8613800000003"), "what was added by itself stays"

    assert (await world.admin.call("DELETE", path)).status == 204

    async def first_is_off() -> bool:
        return not await is_forbidden(world, tenant_id, "+8613800000001")

    await until(first_is_off)


async def test_what_is_no_list_says_why(world: World, dnc: DoNotCall, tenant_id: str):
    await world.admin.call(
        "PUT", f"/tenants/{tenant_id}/do-not-call/files/court", data=b"\x00\x01\x02" * 999, headers=FILE
    )

    async def failed() -> bool:
        (file,) = (await world.admin.get(f"/tenants/{tenant_id}/do-not-call/files"))["items"]
        return bool(file["state"] == "failed" and file["reason"])

    await until(failed)


async def test_numbers_on_a_list_are_not_imported(world: World, dnc: DoNotCall, tenant_id: str):
    await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/numbers", {"number": NUMBER})
    found = await imported(world.admin, tenant_id, b"phone\n13812345678\n13912345678\n")

    assert found["summary"]["refused"] == {"do-not-call": 1} and found["summary"]["accepted"] == 1


async def test_an_agent_adds_a_lead_whose_number_stays_hidden(world: World, dnc: DoNotCall):
    agent = world.users[("acme", "agent")]
    await imported(world.admin, "acme", b"phone\n13655555555\n", "hidden")
    answer = await agent.call("POST", "/tenants/acme/do-not-call/numbers", {"lead_id": "hidden.0"})

    assert answer.status == 200 and answer.body["number"] == "+86136****5555"
    assert await is_forbidden(world, "acme", "+8613655555555")
    for path in ("look-up", "remove"):
        refused = await agent.call("POST", f"/tenants/acme/do-not-call/{path}", {"number": NUMBER})
        assert refused.status == 403
    both = await agent.call("POST", "/tenants/acme/do-not-call/numbers", {"lead_id": "hidden.0", "number": NUMBER})
    assert both.error_id == "number-needed"


async def test_lists_come_back_when_hot_state_has_lost_them(
    house: House, world: World, redis: Redis, dnc: DoNotCall, tenant_id: str
):
    await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/numbers", {"number": NUMBER})
    for name in await redis.keys("*dnc*"):
        await redis.delete(name)
    away = await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/look-up", {"number": NUMBER})
    assert away.status == 503, "nobody is called by mistake"

    house.ask_for("imports.do-not-call")

    async def back() -> bool:
        return await dnc.is_complete()

    await until(back)
    assert await is_forbidden(world, tenant_id)
