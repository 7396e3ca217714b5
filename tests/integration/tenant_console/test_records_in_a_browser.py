"""Screens of what was, in Chromium before a real portal: calls, recordings; and what axe finds in them."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from api_house import World, run
from portal_house import PortalHouse
from records_house import RECORDED_SECONDS, TENANT, Records, leave_records
from test_in_a_browser import TONE_HZ, sign_in

from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import Page
from trunkline.plan import REPOSITORY

AXE = REPOSITORY / "tenants" / "console" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("TRUNKLINE_SCREENSHOTS")
"""A folder to keep pictures of the screens in, for people to look at."""
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def records(portal: PortalHouse, world: World, tmp_path_factory: pytest.TempPathFactory) -> Records:
    return run(leave_records(portal, world, tmp_path_factory.mktemp("recorded")))


@pytest.fixture
async def page(portal: PortalHouse, records: Records, tmp_path: Path) -> AsyncIterator[Page]:
    async with Chromium(tmp_path / "chromium", TONE_HZ) as chromium:
        page = await chromium.open(portal.portals[0])
        await page.chain(["setViewportSize", {"width": 1280, "height": 720}])
        await page.run("localStorage.setItem('trunkline.language', 'en')")
        await page.chain(["reload"])
        yield page
        # Whatever a test did: nothing broke, and the page's policy refused nothing.
        assert [line for line in page.log if "Refused" in line or "uncaught" in line] == []


async def go(page: Page, path: str, heading: str) -> None:
    """Follow a link of our own, without a load of the page."""
    await page.run(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path
    )
    await page.chain(["getByRole", "heading", {"level": 1, "name": heading, "exact": True}], ["waitFor"])


async def finds_nothing_grave(page: Page, name: str) -> None:
    """Run axe over the screen as it is, dark and light."""
    await page.run(f"() => {{ {AXE.read_text()}; return true }}")
    for shade in ("dark", "light"):
        # Without motion, so that no colour is on its way to another.
        await page.chain(["emulateMedia", {"colorScheme": shade, "reducedMotion": "reduce"}])
        await page.chain(["locator", f"html[data-shade={shade}]"], ["waitFor", {"state": "attached"}])
        found = await page.run(
            "async grave => (await axe.run()).violations.filter(({impact}) => grave.includes(impact))"
            ".map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 300)} (${nodes.length})`)",
            GRAVE,
        )
        await look(page, f"{name}-{shade}")
        assert found == [], shade


async def look(page: Page, name: str) -> None:
    if SHOTS:
        await page.chain(["screenshot", {"path": f"{SHOTS}/{name}.png"}])


async def test_calls_are_listed_filtered_and_opened_by_keys(page: Page, records: Records):
    await sign_in(page, "manager.acme", "en")
    await go(page, "/calls?range=month", "Calls")
    await page.chain(["locator", "tbody tr"], ["nth", 39], ["waitFor"])
    await finds_nothing_grave(page, "calls")

    await go(page, "/calls?range=month&ending=abandoned", "Calls")
    await page.chain(["locator", "tbody tr", {"hasText": "Completed"}], ["first"], ["waitFor", {"state": "detached"}])
    await page.chain(["locator", "tbody tr", {"hasText": "Abandoned"}], ["nth", 19], ["waitFor"])
    assert await page.chain(["locator", "tbody tr"], ["count"]) == 20

    await go(page, "/calls?range=month", "Calls")
    await page.chain(["locator", "button[data-row]"], ["first"], ["focus"])
    await page.chain(["locator", "button[data-row]"], ["first"], ["press", "ArrowDown"])
    await page.chain(["locator", "button[data-row]:focus"], ["press", "ArrowUp"])
    await page.chain(["locator", "button[data-row]:focus"], ["press", "Enter"])
    dialog = ["getByRole", "dialog"]
    await page.chain(dialog, ["getByText", records.recorded], ["waitFor"])
    await page.chain(dialog, ["getByText", "CN¥0.05"], ["first"], ["waitFor"])
    await finds_nothing_grave(page, "call")
    for tab, word in (("Parties (2)", "Agent 1001"), ("Why", "Somebody hung up"), ("Ladder", "Platform")):
        await page.chain(["getByRole", "tab", {"name": tab}], ["click"])
        await page.chain(dialog, ["getByText", word], ["first"], ["waitFor"])
        await finds_nothing_grave(page, f"call-{tab.split()[0].lower()}")


async def test_a_recording_is_drawn_in_both_channels_and_played_in_parts(page: Page, records: Records):
    await sign_in(page, "supervisor.acme", "en")
    await go(page, f"/recordings?range=month&call={records.recorded}", "Recordings")
    await page.chain(["getByRole", "img", {"name": "Waveform"}], ["locator", "canvas"], ["nth", 1], ["waitFor"])
    await finds_nothing_grave(page, "recordings")

    told = await page.run("() => document.querySelector('audio').duration")
    assert abs(told - RECORDED_SECONDS) < 0.1
    await page.run("() => { document.querySelector('audio').currentTime = 11 }")
    await page.chain(["getByRole", "button", {"name": "Play"}], ["click"])
    await page.run(
        "() => new Promise(done => document.querySelector('audio').addEventListener('ended', done, {once: true}))"
        ".then(() => true)"
    )
    part = await page.run(
        "async path => { const part = await fetch(path, {headers: {Range: 'bytes=0-3'}});"
        " return [part.status, await part.text()] }",
        f"/recordings/{TENANT}/{records.recording}",
    )
    assert part == [206, "OggS"]


async def test_a_report_is_drawn_and_leads_to_its_calls(page: Page, records: Records):
    await sign_in(page, "manager.acme", "en")
    await go(page, "/reports?days=week&interval=day&kind=queue", "Reports")
    await page.chain(["locator", "tbody tr"], ["first"], ["waitFor"])
    await page.chain(["getByRole", "img", {"name": "Chart: Offered"}], ["locator", "canvas"], ["first"], ["waitFor"])
    await finds_nothing_grave(page, "reports")

    await page.chain(["getByRole", "button", {"name": "Service level"}], ["click"])
    await page.chain(["getByText", "Callers answered within the queue's target"], ["waitFor"])
    await look(page, "reports-meaning")
    for shape, kind in (("line", "agent"), ("pie", "tenant"), ("bar3d", "trunk")):
        await go(page, f"/reports?days=week&interval=hour&kind={kind}&shape={shape}", "Reports")
        await page.chain(["locator", "canvas"], ["first"], ["waitFor"])
        await finds_nothing_grave(page, f"reports-{shape}")

    await go(page, "/reports?days=week&interval=day&kind=queue", "Reports")
    await page.chain(["locator", "tbody a"], ["first"], ["click"])
    await page.chain(["getByRole", "heading", {"level": 1, "name": "Calls", "exact": True}], ["waitFor"])
    await page.chain(["locator", "tbody tr"], ["first"], ["waitFor"])


async def test_a_client_sees_its_own_under_its_own_brand_and_nothing_of_the_provider(
    portal: PortalHouse, world: World, records: Records, page: Page
):
    brand = {"name": "Blue Harbour", "colour": "#0b5cab", "accent": None}
    assert (await world.admin.call("PUT", f"/tenants/{TENANT}/brand", brand)).status == 200
    await sign_in(page, "client.acme", "en")
    await page.chain(["getByText", "Blue Harbour"], ["first"], ["waitFor"])
    await go(page, "/today", "Today")
    await page.chain(["locator", "tbody tr", {"hasText": "Sales"}], ["getByText", "%"], ["waitFor"])
    assert await page.run("getComputedStyle(document.body).getPropertyValue('--accent')") == "#0b5cab"
    await finds_nothing_grave(page, "client-today")

    await go(page, "/entrances", "Numbers and flows")
    await page.chain(["getByText", "+862155550101"], ["waitFor"])
    await finds_nothing_grave(page, "client-entrances")
    await go(page, "/reports?days=week&kind=trunk", "Reports")
    await page.chain(["locator", "tbody tr"], ["first"], ["waitFor"])
    await go(page, f"/calls?range=month&call={records.recorded}", "Calls")
    await page.chain(["getByRole", "dialog"], ["getByText", records.recorded], ["waitFor"])
    await page.chain(["getByRole", "img", {"name": "Waveform"}], ["locator", "canvas"], ["first"], ["waitFor"])
    await finds_nothing_grave(page, "client-call")
    shown = await page.run("document.body.innerText")
    assert [word for word in ("carrier-a", "branch-1", "node-1", "¥", "Cost", "Why") if word in shown] == []
    menu = await page.chain(["getByRole", "navigation"], ["getByRole", "link"], ["allInnerTexts"])
    assert menu == ["My account", "Today", "Calls", "Recordings", "Reports", "Numbers and flows"]
