"""Outbound in Chromium before a real portal, API and worker: a list, a campaign, and a lead on an agent's desk.

The dialler's side is played here, by what it writes to hot state: on engines it is tried in `tests/e2e`.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from api_house import World, fresh
from outbound import a_campaign, imported
from portal_house import PortalHouse
from redis.asyncio import Redis
from test_hq_in_a_browser import at, chromium, has_no_serious_finding, press, redis, sees

from callmodel.agents import Agent, Seat, ServedQueue
from callmodel.campaigns.health import Ailment
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.directory import HQ
from callmodel.ids import E164, AgentId, CallId, CampaignId, Extension, NodeId, ProviderId, QueueId, SiteId, TenantId
from control_plane.times import now_ms
from hotstate.acd import Acd
from hotstate.leads import Asked, CallerNumbers, CampaignKey, Claimed, LeadAsks, LeadCalls, LeadQueue, Told
from servicekit.crypto import TenantCipher, load_or_create_key
from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import Page
from trunkline.conditions import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

__all__ = ["chromium", "redis"]
ACME, NODE = TenantId("acme"), NodeId("node-1")
OURS = E164("+862155550101")
ROWS = "手机,姓名\n" + "".join(f"1380000{row:04},Person {row}\n" for row in range(40))
BAD_ROWS = "12,Short\n=1+2,Formula\n1.38E+10,Rounded\n13800000001,Twice\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(portal: PortalHouse, world: World) -> AsyncIterator[PortalHouse]:
    portal.start_worker("imports,default")
    portal.ask_for("imports.do-not-call")
    yield portal


def leads_of(portal: PortalHouse, redis: Redis) -> LeadQueue:
    return LeadQueue(redis, TenantCipher(load_or_create_key(portal.settings().leads_key)))


async def figure(page: Page, name: str, value: str) -> None:
    """Wait until a live figure has a value."""
    await page.chain(["locator", f"[data-figure={name}]", {"hasText": value}], ["waitFor"])


async def choose(page: Page, label: str, text: str) -> None:
    """Choose by keyboard what begins with some words."""
    box: list[object] = ["getByRole", "combobox", {"name": label, "exact": True}]
    await page.chain(box, ["last"], ["fill", text])
    await page.chain(box, ["last"], ["press", "Enter"])


async def test_a_manager_sends_a_list_and_runs_a_campaign(
    worker: PortalHouse, world: World, chromium: Chromium, redis: Redis, tmp_path: Path
):
    list_id, campaign_id = fresh("l"), fresh("c")
    file = tmp_path / f"{list_id}.csv"
    file.write_text(ROWS + BAD_ROWS, encoding="gb18030")
    page = await at(chromium, worker, "/lists?new", "manager.acme")
    await page.chain(["locator", "input[type=file]"], ["setInputFiles", str(file)])
    # The columns are guessed from their names, and the first rows are shown as they will be read.
    await sees(page, "Person 0")
    await has_no_serious_finding(page)
    await press(page, "Send and import")
    await sees(page, "Too few digits")
    await page.chain(["getByText", "Read as csv in gb18030"], ["waitFor"])
    await has_no_serious_finding(page)
    address = await page.chain(["getByRole", "link", {"name": "Download refused rows"}], ["getAttribute", "href"])
    refused = str(await page.run("async address => (await fetch(address)).text()", address))
    assert refused.count("\n") == 5 and "too-short" in refused and "'=1+2" in refused

    await page.chain(["goto", f"{worker.portals[0]}/campaigns?open=%2B"])
    await page.chain(["getByRole", "textbox", {"name": "Campaign"}], ["fill", campaign_id])
    await choose(page, "Kind of dialling", "Progressive")
    await choose(page, "Queue", "sales-1")
    await press(page, "Create")
    await press(page, "caret-right Start")
    # It lacks a list and a number, and says where they are given.
    await sees(page, "Give it a list of numbers.")
    await has_no_serious_finding(page)
    path = f"/tenants/acme/campaigns/{campaign_id}"
    whom = {"lists": [{"list_id": list_id}], "callers": {"numbers": [OURS]}}
    assert (await world.users[("acme", "manager")].call("PATCH", path, whom)).status == 200
    await press(page, "Close")
    await press(page, "caret-right Start")
    await sees(page, "Running")
    worker.ask_for("campaigns.fill")
    await figure(page, "ready", "40")
    await has_no_serious_finding(page)
    await dialled(worker, redis, page, campaign_id)

    await press(page, "stop Stop")
    await page.chain(["getByRole", "dialog"], ["getByRole", "button", {"name": "Stop"}], ["click"])
    await sees(page, "Stopped")


async def dialled(worker: PortalHouse, redis: Redis, page: Page, campaign_id: str) -> None:
    """Dial a lead as the dialler does, and see the figures move."""
    queue, calls = leads_of(worker, redis), LeadCalls(redis)
    key = CampaignKey(ACME, CampaignId(campaign_id), ProviderId("hq"))
    fence = await queue.lead(key, "dialler", now_ms(), 60_000)
    assert fence
    [lead, *_] = await queue.look(key, now_ms(), 1)
    call_id = CallId("0193fa9e-1b2c-7d3e-8f40-123456789abd")
    assert isinstance(await queue.claim(key, fence, lead.lead_id, call_id, OURS, [], now_ms()), Claimed)
    assert await calls.take(key, call_id, NODE, now_ms())
    await figure(page, "ringing", "1")
    times = {"answered_ms": now_ms(), "connected_ms": now_ms()}
    await calls.note(key, call_id, NODE, LeadState.CONNECTED, now_ms(), **times)
    await figure(page, "talking", "1")
    await calls.note(key, call_id, NODE, LeadState.ENDED, now_ms(), ended_ms=now_ms(), result=AttemptResult.CONNECTED)
    [call] = await queue.calls(key, now_ms())
    assert await queue.settle(key, fence, call, AttemptResult.CONNECTED, None, now_ms(), attempts=1, answered=1)
    await figure(page, "connected", "1")
    await figure(page, "talking", "0")


async def test_an_agent_looks_at_a_lead_calls_and_says_what_came_of_it(
    worker: PortalHouse, world: World, chromium: Chromium, redis: Redis
):
    list_id, campaign_id = fresh("l"), fresh("c")
    manager, agent_id = world.users[("acme", "manager")], AgentId(str(world.ids["acme"]["user_id"]))
    mapping = {"number": "手机", "fields": {"name": "姓名"}}
    # Fewer than ten: leads that are due at once are taken in the order of their ids as text.
    rows = "\n".join(ROWS.replace("1380000", "1390000").splitlines()[:9]).encode()
    assert (await imported(manager, ACME, rows, list_id, mapping=mapping))["state"] == "ready"
    desk = {
        "kind": "preview",
        "name": "Look first",
        "queue_id": "sales-1",
        "lists": [{"list_id": list_id}],
        "agents": [agent_id],
        "script": "Good day {name}, this is Acme.",
        "form": [{"name": "note", "label": "What they said"}],
        "dispositions": [{"disposition_id": "sold", "name": "Sold", "needs": ["note"], "success": True}],
        "pacing": {},
    }
    await manager.make("/tenants/acme/campaigns", a_campaign(OURS, campaign_id=campaign_id, **desk))
    assert (await manager.call("POST", f"/tenants/acme/campaigns/{campaign_id}/start", {})).status == 200
    queue, key = leads_of(worker, redis), CampaignKey(ACME, CampaignId(campaign_id), ProviderId("hq"))

    async def is_filled() -> bool:
        worker.ask_for("campaigns.fill")
        return (await queue.figures(key)).ready == 8

    assert await until(is_filled, 20.0, pause_seconds=0.2)
    seat = Seat(ACME, Extension("1001"), SiteId("branch-1"))
    served = (ServedQueue(ACME, QueueId("sales-1")),)
    await Acd(redis).sign_in(Agent(agent_id, HQ, queues=served), seat, now_ms(), ready=True)
    assert await queue.lead(key, "dialler", now_ms(), 120_000)

    page = await at(chromium, worker, "/desk", "agent.acme")
    # Without motion, so that no colour is on its way to another.
    await page.chain(["emulateMedia", {"reducedMotion": "reduce"}])
    await press(page, "Show the next one")
    await sees(page, "Good day Person 0, this is Acme.")
    # Whose number it is the agent sees, and not the number.
    await sees(page, "+86139****0000")
    await has_no_serious_finding(page)
    await press(page, "Skip")
    await press(page, "Not now")
    await sees(page, "Good day Person 1, this is Acme.")
    told = Told(CallId("0193fa9e-1b2c-7d3e-8f40-123456789abe"))
    card: list[object] = ["getByTestId", "preview"]
    wish, _ = await asyncio.gather(
        answered(redis, key, told), page.chain(card, ["getByRole", "button", {"name": "Call"}], ["click"])
    )
    assert (wish.lead_id, wish.agent.seat) == (f"{list_id}.1", seat)
    await press(page, "Show the next one")
    await choose(page, "Result", "Sold")
    await page.chain(card, ["getByLabel", "What they said"], ["fill", "Two of them"])
    await has_no_serious_finding(page)
    await press(page, "Keep, and show the next one")
    await sees(page, "Good day Person 2, this is Acme.")
    lead = await manager.get(f"/tenants/acme/campaigns/{campaign_id}/leads/{list_id}.1")
    assert lead["disposition"] == "sold"


async def answered(redis: Redis, key: CampaignKey, told: Told) -> Asked:
    """Answer the next wish, as a dialler does."""
    asks, wishes = LeadAsks(redis), list[Asked]()

    async def is_asked() -> bool:
        wishes.extend(await asks.next(key, now_ms()))
        return bool(wishes)

    assert await until(is_asked, 20.0, pause_seconds=0.05)
    await asks.tell(key, wishes[0], told)
    return wishes[0]


async def test_a_number_that_rests_is_woken_and_one_is_never_called_again(
    worker: PortalHouse, world: World, chromium: Chromium, redis: Redis
):
    campaign_id = fresh("c")
    await world.users[("acme", "manager")].make(
        "/tenants/acme/campaigns", {"campaign_id": campaign_id, "kind": "preview", "callers": {"numbers": [OURS]}}
    )
    key = CampaignKey(ACME, CampaignId(campaign_id), ProviderId("hq"))
    await CallerNumbers(redis).rest(key, OURS, now_ms() + 60_000_000, Ailment.SELDOM_ANSWERED)
    page = await at(chromium, worker, "/number-health", "manager.acme")
    await sees(page, "Rests: seldom answered")
    await has_no_serious_finding(page)
    await press(page, "Wake up")
    await page.chain(["getByRole", "dialog"], ["getByRole", "button", {"name": "Wake up"}], ["click"])
    await sees(page, f"{OURS} is shown again.")

    await page.chain(["getByRole", "link", {"name": "Do not call"}], ["click"])
    await page.chain(["getByRole", "textbox", {"name": "Number"}], ["fill", "+8613900000007"])
    await press(page, "Put on the list")
    await sees(page, "+86139****0007 is not to be called")
    await has_no_serious_finding(page)
    # Who only supervises looks numbers up, and lets none be called again.
    page = await at(chromium, worker, "/do-not-call", "supervisor.acme")
    assert await page.chain(["getByRole", "button", {"name": "Take off"}], ["count"]) == 0
