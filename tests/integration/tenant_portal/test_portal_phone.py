"""The browser's phone: the hash of the user's own seat, for nobody else, and audited."""

from datetime import UTC, datetime

from api_house import USER_PASSWORD, World, fresh, user
from portal_house import Browser, PortalHouse

from control_plane.keyring.digest import ha1_of

STATION_PASSWORD = "a-long-station-password"


async def seated(world: World, tenant_id: str, extension: str, media: str) -> str:
    """Return the name of a new agent who is seated at a new station."""
    name = fresh("seated")
    made = await world.admin.make("/users", user(name, tenant_id, "agent"))
    station = {"extension": extension, "site_id": "branch-1", "media": media, "password": STATION_PASSWORD}
    await world.admin.make(f"/tenants/{tenant_id}/stations", {**station, "user_id": made["user_id"]})
    return name


async def test_who_is_seated_at_a_browsers_station_gets_its_phone(portal: PortalHouse, world: World):
    name = await seated(world, "acme", "1701", "webrtc")
    async with Browser(portal.portals[0]) as browser:
        session = await browser.sign_in(name)
        phone = await browser.get("/phone")

    assert session["user"]["station"]["extension"] == "1701"
    assert phone == {
        "uri": "sip:1701@acme.trunkline.test",
        "extension": "1701",
        "domain": "acme.trunkline.test",
        "websocket": ["wss://edge.test:5443"],
        "ice_servers": [],
        "authorization": {
            "realm": "acme.trunkline.test",
            "ha1": ha1_of("1701", "acme.trunkline.test", STATION_PASSWORD),
        },
        "display_name": phone["display_name"],
    }
    day = datetime.now(UTC).date().isoformat()
    trail = (await world.admin.get(f"/tenants/acme/audit?day={day}"))["items"]
    assert (name, "stations.phone", "1701") in [
        (entry["actor"], entry["action"], entry["subject"].get("extension")) for entry in trail
    ]


async def test_a_desk_phone_is_no_browsers_and_nobody_gets_anothers(portal: PortalHouse, world: World):
    name = await seated(world, "acme", "1702", "rtp")
    await seated(world, "acme", "1703", "webrtc")
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in(name)

        assert (await browser.call("GET", "/phone")).error_id == "no-station"
        own = await browser.call("POST", "/api/v1/tenants/acme/stations/1702/phone")
        anothers = await browser.call("POST", "/api/v1/tenants/acme/stations/1703/phone")

    assert (own.status, own.error_id) == (409, "station-not-for-browsers")
    assert (anothers.status, anothers.error_id) == (403, "not-your-seat")


async def test_who_leaves_a_seat_keeps_no_key_to_its_phone(portal: PortalHouse, world: World):
    leaves, stays = await seated(world, "acme", "1705", "webrtc"), await seated(world, "acme", "1706", "webrtc")
    comes = await world.admin.make("/users", user(fresh("comes"), "acme", "agent"))
    told: dict[str, list[str]] = {leaves: [], stays: []}
    for name in (leaves, stays):
        async with Browser(portal.portals[0]) as browser:
            await browser.sign_in(name)
            told[name].append((await browser.get("/phone"))["authorization"]["ha1"])

    await world.admin.call("PUT", "/tenants/acme/stations/1705/user", {"user_id": comes["user_id"]})
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in(comes["username"])
        after = (await browser.get("/phone"))["authorization"]["ha1"]
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in(stays)
        told[stays].append((await browser.get("/phone"))["authorization"]["ha1"])

    assert after not in told[leaves]
    assert told[stays][0] == told[stays][1]


async def test_no_key_that_a_session_was_told_outlives_it(portal: PortalHouse, world: World):
    """Whoever had a login for a minute would have a phone for good."""
    name = await seated(world, "acme", "1707", "webrtc")
    (account,) = [each for each in (await world.admin.get("/users?limit=500"))["items"] if each["username"] == name]
    told: list[str] = []

    async def note(password: str) -> None:
        async with Browser(portal.portals[0]) as browser:
            await browser.sign_in(name, password)
            told.append((await browser.get("/phone"))["authorization"]["ha1"])

    await note(USER_PASSWORD)
    await note(USER_PASSWORD)
    await world.admin.call("PATCH", f"/users/{account['user_id']}", {"password": "another-long-password"})
    await note("another-long-password")
    await world.admin.call("PATCH", f"/users/{account['user_id']}", {"enabled": False})
    await world.admin.call("PATCH", f"/users/{account['user_id']}", {"enabled": True})
    await note("another-long-password")

    assert told[0] == told[1]
    assert len(set(told)) == 3


async def test_a_manager_is_nobody_else_either(portal: PortalHouse, world: World):
    await seated(world, "acme", "1704", "webrtc")
    manager = world.users["acme", "manager"]

    answer = await manager.call("POST", "/tenants/acme/stations/1704/phone")

    assert (answer.status, answer.error_id) == (403, "not-your-seat")
    assert USER_PASSWORD not in str(answer.body)
