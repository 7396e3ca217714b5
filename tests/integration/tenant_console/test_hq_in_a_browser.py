"""What managers and HQ do in the console, in Chromium before a real portal; and axe has nothing serious to say."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from api_house import ADMIN_PASSWORD, USER_PASSWORD, World, fresh
from portal_house import PortalHouse
from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgebans import EdgeBan, EdgeBans
from control_plane.people.totp import PERIOD_MS, code_at
from control_plane.times import now_ms
from servicekit.redisio import connect
from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import Page
from trunkline.conditions import until
from trunkline.plan import REPOSITORY

pytestmark = pytest.mark.asyncio(loop_scope="module")

TONE_HZ = 1000
AXE = (REPOSITORY / "tenants/console/node_modules/axe-core/axe.min.js").read_text()
SERIOUS = """() => {{
  {axe}
  const only = {{ runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] }};
  const where = (nodes) => nodes.map(({{ html }}) => html.slice(0, 120)).join(" ");
  const told = ({{ id, impact, nodes }}) => `${{impact}} ${{id}}: ${{where(nodes)}}`;
  const grave = ({{ impact }}) => impact === "serious" || impact === "critical";
  return window.axe.run(document, only).then(({{ violations }}) => violations.filter(grave).map(told));
}}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    async with Chromium(tmp_path_factory.mktemp("hq") / "chromium", TONE_HZ) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def redis(portal: PortalHouse) -> AsyncIterator[Redis]:
    client = connect(portal.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


async def at(chromium: Chromium, portal: PortalHouse, screen: str, user: str, password: str = USER_PASSWORD) -> Page:
    """Return a page whose user has signed in, at a screen."""
    page = await chromium.open(portal.portals[0])
    await page.run("localStorage.setItem('trunkline.language', 'en')")
    await page.chain(["goto", f"{portal.portals[0]}{screen}"])
    await page.chain(["getByLabel", "User name"], ["fill", user])
    await page.chain(["getByLabel", "Password"], ["first"], ["fill", password])
    await page.chain(["getByLabel", "Password"], ["first"], ["press", "Enter"])
    await page.chain(["getByRole", "navigation"], ["waitFor"])
    await page.chain(["locator", "main h1"], ["first"], ["waitFor"])
    return page


async def press(page: Page, name: str) -> None:
    await page.chain(["getByRole", "button", {"name": name, "exact": True}], ["last"], ["click"])


async def write(page: Page, label: str, text: str) -> None:
    await page.chain(["getByRole", "textbox", {"name": label}], ["last"], ["fill", text])


async def sees(page: Page, text: str) -> None:
    await page.chain(["getByText", text], ["first"], ["waitFor"])


async def has_no_serious_finding(page: Page) -> None:
    assert await page.run(SERIOUS.format(axe=AXE)) == []


async def test_a_manager_makes_a_person_and_archives_them_with_a_way_back(
    portal: PortalHouse, world: World, chromium: Chromium
):
    page = await at(chromium, portal, "/users", "manager.acme")
    await has_no_serious_finding(page)
    # By key alone: n for a new one.
    await page.chain(["locator", "body"], ["press", "n"])
    await write(page, "Sign-in name", "Not a name")
    await page.chain(["getByRole", "textbox", {"name": "Sign-in name"}], ["press", "Enter"])
    await sees(page, "Write it like li.na")

    await write(page, "Sign-in name", "li.na")
    await page.chain(["getByRole", "textbox", {"name": "Name", "exact": True}], ["fill", "Li Na"])
    await page.chain(["getByLabel", "Password"], ["last"], ["fill", "password1234"])
    await page.chain(["getByLabel", "Roles"], ["last"], ["click"])
    await page.chain(["getByTitle", "Agent"], ["last"], ["click"])
    await page.chain(["getByRole", "textbox", {"name": "Sign-in name"}], ["press", "Enter"])
    # What the server alone knows is shown at its field too.
    await sees(page, "Please look at the fields that are marked.")
    await has_no_serious_finding(page)
    await press(page, "key Make one")
    await page.chain(["getByRole", "textbox", {"name": "Sign-in name"}], ["press", "Enter"])
    await page.chain(["getByRole", "button", {"name": "Li Na"}], ["click"])
    await press(page, "Archive")
    await page.chain(
        ["getByRole", "dialog"], ["last"], ["getByRole", "button", {"name": "Archive"}], ["last"], ["click"]
    )
    await press(page, "Undo")
    await sees(page, "Li Na is back in use.")

    listed = (await world.users[("acme", "manager")].get("/tenants/acme/users?limit=100"))["items"]
    assert [each["roles"] for each in listed if each["username"] == "li.na@acme"] == [["agent"]]


async def test_a_manager_makes_a_queue_and_sees_what_is_wrong_at_its_field(
    portal: PortalHouse, world: World, chromium: Chromium
):
    queue_id = fresh("q")
    page = await at(chromium, portal, "/queues?open=%2B", "manager.acme")
    await write(page, "Queue", queue_id)
    await page.chain(["getByRole", "spinbutton", {"name": "Rings an agent for (s)"}], ["fill", "1"])
    await press(page, "Create")
    await sees(page, "From 5 to 180")
    await page.chain(["getByRole", "spinbutton", {"name": "Rings an agent for (s)"}], ["fill", "25"])
    await press(page, "Create")
    await page.chain(["getByRole", "button", {"name": queue_id}], ["waitFor"])

    assert (await world.users[("acme", "manager")].get(f"/tenants/acme/queues/{queue_id}"))["offer_seconds"] == 25


async def test_a_manager_draws_a_flow_is_told_of_another_hand_and_publishes(
    portal: PortalHouse, world: World, chromium: Chromium
):
    flow_id, manager = fresh("f"), world.users[("acme", "manager")]
    page = await at(chromium, portal, "/flows", "manager.acme")
    await press(page, "plus New flow")
    await write(page, "Flow", flow_id)
    await press(page, "Create")
    await sees(page, "no problems")
    await press(page, "plus Add")
    await page.chain(["getByRole", "menuitem", {"name": "Say"}], ["click"])
    # Nothing leads to the new node, and it leads nowhere: the server's validator says so while one draws.
    await page.chain(["getByRole", "button", {"name": "Problems"}], ["waitFor"])
    path = f"/tenants/acme/flows/{flow_id}"
    theirs = {"start": "bye", "nodes": {"bye": {"kind": "hang_up"}}}
    assert (await manager.call("PUT", f"{path}/draft", {"edit": 1, "document": theirs})).status == 200
    await press(page, "Save draft")
    await sees(page, "Somebody else changed this flow meanwhile.")
    await press(page, "Show theirs")
    await page.chain(["locator", "[data-id=bye]"], ["waitFor"])
    await has_no_serious_finding(page)

    await press(page, "Try it")
    await sees(page, "The call is over.")
    await press(page, "Close")
    await press(page, "Publish")
    await write(page, "What is new", "says goodbye")
    await press(page, "Publish")
    await sees(page, "version 1 runs")
    versions = (await manager.get(f"{path}/versions"))["items"]
    assert [(each["version"], each["note"]) for each in versions] == [(1, "says goodbye")]


async def test_a_supervisor_reads_flows_and_draws_none(portal: PortalHouse, world: World, chromium: Chromium):
    flow_id = fresh("f")
    document = {"start": "bye", "nodes": {"bye": {"kind": "hang_up"}}}
    await world.admin.make("/tenants/acme/flows", {"flow_id": flow_id, "document": document})
    page = await at(chromium, portal, f"/flows?flow={flow_id}", "supervisor.acme")

    await sees(page, "read-only")
    await page.chain(["locator", "[data-id=bye]"], ["click"])
    assert await page.chain(["getByLabel", "Name of the node"], ["isDisabled"])
    assert await page.chain(["getByRole", "button", {"name": "Publish"}], ["count"]) == 0


async def test_hq_sees_the_platform_and_lifts_a_ban(
    portal: PortalHouse, world: World, chromium: Chromium, redis: Redis
):
    at_ms = now_ms()
    ban = EdgeBan("203.0.113.7", "", "scanner", at_ms, at_ms + 600_000)
    await redis.sadd(keys.EDGES, "edge-1")  # type: ignore[misc]
    await redis.set(keys.edge_bans("edge-1"), json.dumps(to_wire(EdgeBans("edge-1", at_ms, (ban,)))))
    page = await at(chromium, portal, "/platform", "admin", ADMIN_PASSWORD)
    await sees(page, "edge-1")
    await has_no_serious_finding(page)
    await page.chain(["getByRole", "link", {"name": "Bans"}], ["click"])
    await sees(page, "203.0.113.7")
    # Looked at while it is at rest: what fades in has no colours to judge.
    await has_no_serious_finding(page)
    await press(page, "Lift: 203.0.113.7")
    await press(page, "Lift")

    async def is_ordered() -> bool:
        orders: list[Any] = await redis.xrange(keys.BAN_LIFTS)
        return any("203.0.113.7" in fields["order"] for _, fields in orders)

    assert await until(is_ordered, 10.0, pause_seconds=0.1)


async def test_one_sets_up_ones_own_second_factor(portal: PortalHouse, world: World, chromium: Chromium):
    name = fresh("u")
    person = {"name": name, "display_name": "Zhao", "password": USER_PASSWORD, "roles": ["agent"]}
    await world.users[("acme", "manager")].make("/tenants/acme/users", person)
    page = await at(chromium, portal, "/account", f"{name}@acme")
    await has_no_serious_finding(page)
    await press(page, "Set up")
    await page.chain(["getByRole", "dialog"], ["getByLabel", "Your password now"], ["fill", USER_PASSWORD])
    await press(page, "Next")
    await page.chain(["getByLabel", "QR code for the authenticator"], ["waitFor"])
    secret = str(await page.chain(["getByRole", "dialog"], ["locator", "code"], ["innerText"]))
    await page.chain(["getByRole", "dialog"], ["getByLabel", "Code", {"exact": True}], ["fill", code_of(secret)])
    await press(page, "Confirm")
    await sees(page, "Keep these recovery codes")
    await press(page, "I have kept them")
    await sees(page, "on")

    found = (await world.users[("acme", "manager")].get("/tenants/acme/users?limit=100"))["items"]
    assert [each["second_factor"] for each in found if each["username"] == f"{name}@acme"] == [True]


def code_of(secret: str) -> str:
    """Return what an authenticator with this secret shows now."""

    padded = secret.strip() + "=" * (-len(secret.strip()) % 8)
    return code_at(base64.b32decode(padded), now_ms() // PERIOD_MS)


async def test_a_refusal_is_told_in_the_readers_language(portal: PortalHouse, world: World, chromium: Chromium):
    queue_id = fresh("q")
    await world.users[("acme", "manager")].make("/tenants/acme/queues", {"queue_id": queue_id})
    page = await at(chromium, portal, "/queues", "manager.acme")
    await page.run("localStorage.setItem('trunkline.language', 'zh-CN')")
    await page.chain(["goto", f"{portal.portals[0]}/queues?open=%2B"])
    await write(page, "队列", queue_id)
    await press(page, "创建")

    await sees(page, "该租户已有此编号的队列。")
