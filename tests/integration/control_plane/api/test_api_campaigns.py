"""Campaigns over HTTP: set up, checked, published, and their leads in hot state."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_house import USER_PASSWORD, Answer, Client, House, World, fresh, signed_in, user
from outbound import a_campaign, a_number, a_tenant, imported, until
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.agents import Agent, Seat, ServedQueue
from callmodel.campaigns.document import CampaignState
from callmodel.campaigns.health import SLOT_MS, Ailment
from callmodel.campaigns.leads import Lead
from callmodel.directory import HQ
from callmodel.ids import E164, AgentId, CallId, CampaignId, Extension, LeadId, ProviderId, QueueId, SiteId, TenantId
from control_plane.times import now_ms
from hotstate.acd import Acd
from hotstate.leads import Asked, CallerNumbers, CampaignKey, LeadAsks, LeadQueue, NotDialled, Told
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.redisio import connect

NUMBERS = "phone,name,owner\n" + "".join(
    f"138{row:08},Person {row},{'ana' if row % 2 else 'bo'}\n" for row in range(60)
)

RETRY = {"after": ["no-answer", "busy"], "times": 3, "gap_seconds": [60]}


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


def key_of(tenant_id: str) -> CampaignKey:
    return CampaignKey(TenantId(tenant_id), CampaignId("spring"), ProviderId("hq"))


async def running(world: World, tenant_id: str, **settings: Any) -> str:
    """Have a campaign run over a list of sixty; return the path of the campaign."""
    mapping = {"number": "phone", "fields": {"name": "name", "owner": "owner"}}
    found = await imported(world.admin, tenant_id, NUMBERS.encode(), mapping=mapping)
    assert found["summary"]["accepted"] == 60
    number = await a_number(world, tenant_id)
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", a_campaign(number, **settings))
    path = f"/tenants/{tenant_id}/campaigns/spring"
    started = await world.admin.call("POST", f"{path}/start", {})
    assert started.status == 200, started.body
    return path


async def filled(house: House, queue: LeadQueue, tenant_id: str, ready: int) -> list[Lead]:
    """Return the leads that are ready once there are so many."""

    async def enough() -> bool:
        house.ask_for("campaigns.fill")
        return (await queue.figures(key_of(tenant_id))).ready >= ready

    await until(enough)
    return await queue.look(key_of(tenant_id), now_ms(), 1000)


async def an_agent(world: World, tenant_id: str, team: str | None = None) -> Client:
    """Return an agent of the tenant, signed in."""
    name = fresh("ana")
    made = await world.admin.make(
        "/users", user(name, tenant_id, "agent") | ({"teams": {tenant_id: [team]}} if team else {})
    )
    agent = await signed_in(world.url, name, USER_PASSWORD)
    agent.user_id = made["user_id"]
    return agent


async def test_a_list_becomes_leads_that_are_ready_to_dial(
    house: House, world: World, redis: Redis, queue: LeadQueue, tenant_id: str
):
    await running(world, tenant_id, hot_leads=40)

    def is_published(found: Any) -> bool:
        campaign = found.campaign_of(TenantId(tenant_id), CampaignId("spring"))
        return campaign is not None and campaign.state is CampaignState.RUNNING

    told = await published(redis, keys.DIRECTORY, is_published)
    assert told.campaign_of(TenantId(tenant_id), CampaignId("spring")).queue_id == "sales"
    leads = await filled(house, queue, tenant_id, 40)
    assert len(leads) == 40, "no more than the campaign keeps ready"
    assert [lead.number for lead in leads][:2] == ["+8613800000000", "+8613800000001"]
    assert leads[0].time_zones == ("Asia/Shanghai",) and leads[0].lead_id == "bought.0"

    await queue.take_out(key_of(tenant_id), [lead.lead_id for lead in leads[:30]], now_ms())
    more = await filled(house, queue, tenant_id, 30)
    everybody = {f"bought.{row}" for row in range(60)}
    assert {lead.lead_id for lead in more} == everybody - {lead.lead_id for lead in leads[:30]}


async def test_what_does_not_fit_is_said_with_its_place(world: World, tenant_id: str):
    number = await a_number(world, tenant_id)
    await world.admin.make(f"/tenants/{tenant_id}/lists", {"list_id": "bought"})
    path = f"/tenants/{tenant_id}/campaigns"

    async def refused(**changes: Any) -> tuple[str, set[str]]:
        answer = await world.admin.call("POST", path, a_campaign(number, **changes))
        assert answer.status == 422, answer.body
        return answer.error_id, {each["where"] for each in answer.body.get("errors", ())}

    assert await refused(queue_id="nobodys") == ("queue-unknown", set())
    assert await refused(lists=[{"list_id": "nobodys"}]) == ("list-unknown", set())
    assert (await refused(callers={"numbers": ["+862100000000"]}))[0] == "caller-number-unknown"
    assert (await refused(time_zone="Mars/Base"))[0] in ("campaign-not-sound", "time-zone-unknown")
    tree = [
        {"disposition_id": "no", "name": "No", "needs": ["why"]},
        {"disposition_id": "never", "name": "x", "parent": "no"},
    ]
    twice = [{"after": ["busy"], "times": 1, "gap_seconds": [60]}] * 2
    wrong = await refused(dispositions=tree, retries=twice, hours={"hours": {"mon": ["20:00-09:00"]}})
    places = {"dispositions.0.needs", "dispositions.0", "retries.1.after", "hours"}
    assert wrong == ("campaign-not-sound", {f"body.{place}" for place in places})


async def test_a_campaign_is_started_once_it_lacks_nothing(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/campaigns"
    await world.admin.make(path, {"campaign_id": "spring", "kind": "predictive"})
    lacks = await world.admin.call("POST", f"{path}/spring/start", {})
    assert lacks.status == 409 and lacks.error_id == "campaign-not-ready"
    assert {each["where"] for each in lacks.body["errors"]} == {
        "lists", "queue_id", "callers.numbers", "hours.hours", "pacing.abandon_message",
    }  # fmt: skip

    spring = await running(world, await a_tenant(world))
    assert (await world.admin.call("PATCH", spring, {"queue_id": None})).error_id == "campaign-runs"
    assert (await world.admin.call("PATCH", spring, {"lists": []})).error_id == "campaign-not-ready"
    assert (await world.admin.call("DELETE", spring)).error_id == "in-use"
    changed = await world.admin.call("PATCH", spring, {"pacing": {"cap": 0.02, "abandon_message": "sorry"}})
    assert changed.body["pacing"]["cap"] == 0.02
    for step, state in (("pause", "paused"), ("start", "running"), ("stop", "stopped")):
        answer = await world.admin.call("POST", f"{spring}/{step}", {} if step == "start" else None)
        assert answer.body["state"] == state, answer.body
    assert (await world.admin.call("POST", f"{spring}/pause")).error_id == "campaign-state"
    anew = await world.admin.call("POST", f"{spring}/start", {"anew": True})
    assert (anew.body["runs"], anew.body["state"]) == (2, "running")
    assert (await world.admin.call("DELETE", spring.replace("campaigns/spring", "lists/bought"))).error_id == "in-use"


async def test_stopped_campaign_lets_its_leads_go_and_filling_begins_where_it_was(
    house: House, world: World, queue: LeadQueue, tenant_id: str
):
    path = await running(world, tenant_id, hot_leads=20)
    await filled(house, queue, tenant_id, 20)
    await world.admin.call("POST", f"{path}/stop")
    figures = await queue.figures(key_of(tenant_id))
    assert figures.ready == figures.waiting == 0
    await world.admin.call("POST", f"{path}/start", {})

    again = await filled(house, queue, tenant_id, 20)
    assert {lead.lead_id for lead in again} == {f"bought.{row}" for row in range(20)}, "nobody of them was called"


async def test_leads_on_do_not_call_lists_and_without_consent_are_left_out(
    house: House, world: World, queue: LeadQueue, tenant_id: str
):
    text = "phone,agreed,at\n" + "".join(
        f"1370000000{row},{'web form' if row != 3 else ''},2026-0{row + 1}-01T10:00:00\n" for row in range(6)
    )
    mapping = {"number": "phone", "fields": {"consent_source": "agreed", "consent_time": "at"}}
    await imported(world.admin, tenant_id, text.encode(), mapping=mapping)
    await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/numbers", {"number": "+8613700000001"})
    number = await a_number(world, tenant_id)
    consent = {"required": True, "sources": ["web form"], "longest_days": 3650}
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", a_campaign(number, consent=consent))
    await world.admin.call("POST", f"/tenants/{tenant_id}/campaigns/spring/start", {})

    leads = await filled(house, queue, tenant_id, 4)
    assert [lead.lead_id for lead in leads] == ["bought.0", "bought.2", "bought.4", "bought.5"]
    assert leads[0].consent is not None and leads[0].consent.source == "web form"
    figures = await world.admin.get(f"/tenants/{tenant_id}/campaigns/spring/figures")
    (told,) = figures["lists"]
    assert told["left_out"] == {"no-consent": 1, "do-not-call": 1} and told["exhausted"] and not figures["exhausted"]


async def test_leads_are_shared_out_and_agents_see_their_own(
    house: House, world: World, queue: LeadQueue, tenant_id: str
):
    ana, bo = await an_agent(world, tenant_id), await an_agent(world, tenant_id)
    path = await running(world, tenant_id, kind="preview", own_leads_only=True, script="Hello {name}")
    takers = [{"user_id": ana.user_id}, {"user_id": bo.user_id}]
    shared = await world.admin.call("PUT", f"{path}/lists/bought/share", {"takers": takers})
    assert [each["percent"] for each in shared.body["takers"]] == [50.0, 50.0]
    leads = await filled(house, queue, tenant_id, 60)
    assert sum(lead.agent_id == ana.user_id for lead in leads) == 30

    shown = await ana.call("POST", f"{path}/preview")
    assert shown.status == 200 and shown.body["script"] == "Hello {name}"
    first = shown.body["lead"]
    assert first["user_id"] == ana.user_id and first["number"].startswith("+86138****") and first["cells"]["name"]
    skipped = await ana.call("POST", f"{path}/leads/{first['lead_id']}/skip", {"reason": "not-now"})
    assert skipped.status == 200 and skipped.body["due_ms"]
    assert (await ana.call("POST", f"{path}/preview")).body["lead"]["lead_id"] != first["lead_id"]
    assert (
        await ana.call("POST", f"{path}/leads/{first['lead_id']}/skip", {"reason": "lazy"})
    ).error_id == "skip-not-allowed"

    assert (await world.admin.call("POST", f"{path}/leavers", {"user_id": bo.user_id})).status == 204
    leads = await filled(house, queue, tenant_id, 59)
    assert {lead.agent_id for lead in leads} == {ana.user_id}
    gone = await world.admin.call("POST", f"{path}/leavers", {"user_id": ana.user_id})
    assert gone.error_id == "nobody-left"


async def test_two_agents_are_not_shown_the_same_lead(house: House, world: World, queue: LeadQueue, tenant_id: str):
    agents = [await an_agent(world, tenant_id) for _ in range(3)]
    path = await running(world, tenant_id, kind="preview")
    await filled(house, queue, tenant_id, 60)

    shown = await asyncio.gather(*(agent.call("POST", f"{path}/preview") for agent in agents))
    assert len({each.body["lead"]["lead_id"] for each in shown}) == 3
    again = await agents[0].call("POST", f"{path}/preview")
    assert again.body["lead"]["lead_id"] == shown[0].body["lead"]["lead_id"], "it is kept for who looks at it"


async def test_an_agent_dials_the_lead_in_front_of_them_and_owes_a_word_then(
    house: House, world: World, redis: Redis, queue: LeadQueue, tenant_id: str
):
    """The dialler's side is played here: it is tried on engines in `test_preview_dials.py`."""
    ana, bo = await an_agent(world, tenant_id), await an_agent(world, tenant_id)
    tree = [{"disposition_id": "sold", "name": "Sold"}]
    path = await running(world, tenant_id, kind="preview", dispositions=tree, preview={"dials_by_itself": True})
    await filled(house, queue, tenant_id, 60)
    shown = (await ana.call("POST", f"{path}/preview")).body
    lead_id, key = LeadId(shown["lead"]["lead_id"]), key_of(tenant_id)
    assert shown["dials_by_itself"] and shown["skip_reasons"] == ["not-now"] and shown["owes"] is None
    dial = f"{path}/leads/{lead_id}/dial"

    assert (await bo.call("POST", dial)).error_id == "lead-not-shown", "it is in front of somebody else"
    assert (await ana.call("POST", dial)).error_id == "agent-not-free", "no phone is hers"
    seat = Seat(TenantId(tenant_id), Extension("1001"), SiteId("hq"))
    served = (ServedQueue(TenantId(tenant_id), QueueId("sales")),)
    await Acd(redis).sign_in(Agent(AgentId(ana.user_id), HQ, queues=served), seat, now_ms(), ready=True)
    assert (await ana.call("POST", dial)).status == 503, "nobody paces"

    assert await queue.lead(key, "dialler", now_ms(), 60_000)
    call_id = CallId("0193fa9e-1b2c-7d3e-8f40-123456789abc")
    wish, refused = await asyncio.gather(
        answered(redis, key, Told(refused=NotDialled.CAPPED, next_ms=5)), ana.call("POST", dial)
    )
    assert (wish.lead_id, wish.agent.seat, wish.agent.queue_id) == (lead_id, seat, "sales")
    assert (refused.error_id, refused.body["reason"], refused.body["next_ms"]) == ("lead-not-dialled", "capped", 5)
    _, dialled = await asyncio.gather(answered(redis, key, Told(call_id)), ana.call("POST", dial))
    assert (dialled.status, dialled.body) == (201, {"call_id": call_id, "lead_id": lead_id})

    owing = (await ana.call("POST", f"{path}/preview")).body
    assert owing["lead"] is None and owing["owes"] == {"lead_id": lead_id, "call_id": call_id}
    again = await ana.call("POST", dial)
    assert (again.error_id, again.body["lead_id"]) == ("disposition-owed", lead_id)
    said = {"disposition": "sold", "call_id": call_id}
    assert (await ana.call("PUT", f"{path}/leads/{lead_id}/disposition", said)).status == 200
    assert (await ana.call("POST", f"{path}/preview")).body["lead"]["lead_id"] != lead_id


async def answered(redis: Redis, key: CampaignKey, told: Told) -> Asked:
    """Answer the next wish, as a dialler does."""
    asks = LeadAsks(redis)
    wish: Asked = (await until(lambda: asks.next(key, now_ms())))[0]
    await asks.tell(key, wish, told)
    return wish


async def test_what_an_agent_says_decides_what_becomes_of_the_lead(
    house: House, world: World, queue: LeadQueue, tenant_id: str
):
    tree = [
        {"disposition_id": "sold", "name": "Sold", "needs": ["amount"], "success": True},
        {"disposition_id": "later", "name": "Call back", "then": "call-back"},
        {"disposition_id": "no", "name": "No"},
        {"disposition_id": "never", "name": "Never", "parent": "no", "then": "do-not-call"},
        {"disposition_id": "again", "name": "Again", "then": "retry", "retry_seconds": 60},
    ]
    form = [{"name": "amount", "label": "Amount", "kind": "number"}]
    agent = await an_agent(world, tenant_id)
    path = await running(world, tenant_id, dispositions=tree, form=form)
    await filled(house, queue, tenant_id, 60)

    async def say(row: int, **order: Any) -> Answer:
        return await agent.call("PUT", f"{path}/leads/bought.{row}/disposition", order)

    for order in (
        {"disposition": "sold"},
        {"disposition": "sold", "form": {"amount": "much"}},
        {"disposition": "no"},
        {"disposition": "later"},
        {"disposition": "nonsense"},
        {"disposition": "again", "form": {"colour": "red"}},
    ):
        refused = await say(0, **order)
        assert refused.error_id == "disposition-not-sound" and refused.body["errors"], refused.body
    assert (await say(0, disposition="sold", form={"amount": 100})).body["disposition"] == "sold"
    assert (await say(1, disposition="never")).status == 200
    assert (await say(2, disposition="again")).body["due_ms"] > now_ms()
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    back = await say(3, disposition="later", call_back={"at": f"{tomorrow:%Y-%m-%dT10:30}", "for_me": True})
    assert back.body["call_back"] and back.body["user_id"] == agent.user_id

    left = {lead.lead_id for lead in await queue.look(key_of(tenant_id), now_ms(), 100)}
    assert left == {f"bought.{row}" for row in range(4, 60)}
    later = await queue.look(key_of(tenant_id), now_ms() + 61_000, 100)
    (soon,) = [lead for lead in later if lead.lead_id == "bought.2"]
    assert soon.due_ms > now_ms()
    lookup = {"number": "+8613800000001"}
    assert (await world.admin.call("POST", f"/tenants/{tenant_id}/do-not-call/look-up", lookup)).body["forbidden"]
    day = datetime.fromtimestamp(back.body["due_ms"] / 1000, UTC).strftime("%Y-%m-%d")
    (agreed,) = (await agent.get(f"{path}/call-backs?day={day}"))["items"]
    assert agreed["lead_id"] == "bought.3" and agreed["local_time"].endswith("T10:30") and "****" in agreed["number"]


async def test_who_does_not_serve_a_campaign_sees_no_lead_of_it(house: House, world: World, tenant_id: str):
    night, day = await an_agent(world, tenant_id, "night"), await an_agent(world, tenant_id, "day")
    path = await running(world, tenant_id, kind="preview", teams=["night"])

    assert (await night.call("GET", f"{path}/leads/bought.1")).status == 200
    assert (await day.call("GET", f"{path}/leads/bought.1")).error_id == "out-of-reach"
    assert (await day.call("POST", f"{path}/preview")).error_id == "out-of-reach"
    assert (await night.call("GET", f"{path}/leads/other.1")).status == 404


async def test_what_a_campaign_would_come_to_is_simulated_by_its_own_rules(world: World, tenant_id: str):
    number = await a_number(world, tenant_id)
    once = [{"most": 1, "scope": "person", "window": "day"}]
    settings = a_campaign(number, kind="progressive", lists=[], caps=once, retries=[RETRY])
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", settings)
    path = f"/tenants/{tenant_id}/campaigns/spring"
    order = {"agents": 4, "leads": 200, "answer_rate": 0.3, "talk_seconds": 30, "days": 0.25, "lines": 8}
    answer = await world.admin.call("POST", f"{path}/what-if", order)
    assert answer.status == 200, answer.body

    small, large = answer.body["teams"]
    assert (small["agents"], large["agents"]) == (4, 6)
    assert small["calls"] == 200, "the cap lets nobody be called twice in the day"
    assert not answer.body["cut_short"] and sum(small["results"].values()) == 200
    assert 0 < small["productive"] < 1 and small["half_hours"]
    sources = answer.body["assumed"]["sources"]
    assert (sources["agents"], sources["machines"], sources["wrap_up_seconds"]) == ("given", "usual", "settings")
    again = await world.admin.call("POST", f"{path}/what-if", order)
    assert again.body["teams"][0]["results"] == small["results"], "the same question has the same answer"

    await world.admin.call("PATCH", path, {"kind": "preview"})
    refused = await world.admin.call("POST", f"{path}/what-if", {})
    assert (refused.status, refused.body["error_id"]) == (409, "campaign-not-paced")


async def test_what_if_learns_from_the_calls_that_were_settled(
    world: World, house: House, redis: Redis, queue: LeadQueue, tenant_id: str
):
    number = await a_number(world, tenant_id)
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", a_campaign(number, kind="progressive", lists=[]))
    hour = now_ms() // 3_600_000
    counts = {
        "attempts": 400,
        "people": 80,
        "machines": 20,
        "rung_ms": 80 * 7_000,
        "talks": 60,
        "talk_ms": 60 * 45_000,
    }
    name = f"{{pool:hq}}:{tenant_id}:campaign:spring:outcomes"
    await redis.hset(name, mapping={f"{hour}:{what}": count for what, count in counts.items()})  # type: ignore[misc]

    answer = await world.admin.call(
        "POST", f"/tenants/{tenant_id}/campaigns/spring/what-if", {"days": 0.05, "leads": 50}
    )
    assert answer.status == 200, answer.body
    assumed = answer.body["assumed"]
    assert (assumed["answer_rate"], assumed["machines"], assumed["attempts_seen"]) == (0.25, 0.2, 400)
    assert (assumed["talk_seconds"], assumed["answer_seconds"]) == (45.0, 7.0)
    assert len(assumed["by_hour"]) == 24 and assumed["sources"]["talk_seconds"] == "history"
    assert assumed["sources"]["wrap_up_seconds"] == "settings", "none was counted"


async def test_how_a_campaign_runs_and_how_its_numbers_are_answered_is_seen(
    world: World, redis: Redis, tenant_id: str
):
    number = await a_number(world, tenant_id)
    await world.admin.make(f"/tenants/{tenant_id}/campaigns", a_campaign(number, lists=[]))
    pool, hour, slot = f"{{pool:hq}}:{tenant_id}", now_ms() // 3_600_000, now_ms() // SLOT_MS
    counted = {f"{hour}:answered": 40, f"{hour}:abandoned": 1, f"{hour - 48}:answered": 60, f"{hour}:attempts": 90}
    await redis.hset(f"{pool}:campaign:spring:outcomes", mapping=counted)  # type: ignore[misc]
    await redis.hset(f"{pool}:health:{number}", mapping={f"{slot}:attempts": 90, f"{slot - 9}:attempts": 400})  # type: ignore[misc]
    await CallerNumbers(redis).rest(key_of(tenant_id), E164(number), now_ms() + 60_000, Ailment.SELDOM_ANSWERED)

    live = await world.admin.get(f"/tenants/{tenant_id}/campaigns/spring/running")
    assert [(each["hours"], each["abandonment"]) for each in live["windows"]] == [(24, 0.025), (720, 0.01)]
    assert [each["attempts"] for each in live["hours"]] == [90] and not live["is_paced"]
    path = f"/tenants/{tenant_id}/number-health"
    [health] = (await world.admin.get(path))["items"]
    assert (health["number"], health["why"], health["campaigns"]) == (number, "seldom-answered", ["spring"])
    assert (health["recent"]["attempts"], health["before"]["attempts"], len(health["slots"])) == (90, 400, 2)

    woken = await world.admin.call("POST", f"{path}/{number}/wake")
    [health] = woken.body["items"]
    assert (health["rests_until_ms"], health["recent"]["attempts"], health["before"]["attempts"]) == (None, 0, 400)
    assert (await world.admin.call("POST", f"{path}/+8621999/wake")).status == 404
