"""What went wrong with a call, by the rights of who asks."""

from typing import Any

import pytest
from api_house import ADMIN_PASSWORD, World
from facts_house import cdr, new_call_id
from portal_house import Browser, PortalHouse

from callmodel.endings import Ending, EndingClass
from callmodel.ids import CallId, RecordingId, TenantId
from control_plane.features.calls.store import CallStore
from control_plane.resources import close_resources, open_resources

ACME = TenantId("acme")


async def write(portal: PortalHouse, **details: Any) -> CallId:
    resources = open_resources(portal.settings())
    try:
        call_id = new_call_id()
        await CallStore(resources.store, resources.cipher).write(ACME, [cdr(call_id, ACME, **details)])
        return call_id
    finally:
        await close_resources(resources)


@pytest.mark.parametrize(
    ("username", "password", "missing"),
    [("supervisor.acme", "", ["messages", "recording"]), ("admin", ADMIN_PASSWORD, ["recording"])],
)
async def test_it_says_what_went_wrong_and_what_it_could_not_read(
    portal: PortalHouse, world: World, username: str, password: str, missing: list[str]
):
    failed: dict[str, Any] = {"ending": Ending.NO_TRUNK, "ending_class": EndingClass.UPSTREAM}
    call_id = await write(portal, recording_id=RecordingId(f"{new_call_id()}-r1"), **failed)
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in(username, **({"password": password} if password else {}))

        said = await browser.get(f"/why/acme/{call_id}")

        assert said["findings"][0]["cause"] == "no-channel"
        assert (said["missing"], said["messages"]) == (missing, [])
        assert (await browser.call("GET", "/why/acme/0193fa9e-1b2c-7d3e-8f40-123456789abc")).status == 404


async def test_clients_and_other_tenants_are_told_nothing(portal: PortalHouse, world: World):
    call_id = await write(portal)
    for username, status in (("client.acme", 403), ("supervisor.bolt", 404)):
        async with Browser(portal.portals[0]) as browser:
            await browser.sign_in(username)

            assert (await browser.call("GET", f"/why/acme/{call_id}")).status == status
