"""A station with a phone at a branch and one at HQ: each has an offer of its own; the branch's way is encrypted."""

import pytest
from edge_harness import BRANCH, BRANCH_SITE, DOMAIN, HQ, address, snapshot, station, station_headers
from test_srtp_where_both_can import KEYS, RefusesKeys, offers_to

from callmodel.edgesnapshot import EdgeSnapshot
from simulators.call import PhoneCall
from simulators.phone import Softphone, reject_with, ring_forever

AT_HQ, AT_BRANCH = address("10.21"), address("20.21")
HQ_HZ, BRANCH_HZ, NODE_HZ = 440, 1000, 700
ALL_HZ = {HQ_HZ, BRANCH_HZ, NODE_HZ}
PLACES = ("HQ", "branch")


def phone_at(place: str, **values) -> Softphone:
    proxy, bind, hz = {"HQ": (HQ, AT_HQ, HQ_HZ), "branch": (BRANCH, AT_BRANCH, BRANCH_HZ)}[place]
    return Softphone("2001", DOMAIN, "pw-2001", proxy=(proxy, 5060), bind=bind, tone_hz=hz, trace=True, **values)


async def talk(at_node: PhoneCall, at_phone: PhoneCall, hertz: int) -> None:
    for side in (at_node, at_phone):
        side.media.endpoint.reception.forget()
    await at_node.wait_for_tones({hertz}, ALL_HZ)
    await at_phone.wait_for_tones({NODE_HZ}, ALL_HZ)


async def protocols(edge) -> list[set[str]]:
    """Return the protocols of each side's sockets in each call of an edge."""
    calls = (await edge.ng("list"))["calls"]
    found = []
    for call in calls:
        tags = (await edge.ng("query", call))["tags"]
        found.append({media["protocol"] for each in tags.values() for media in each.get("medias", [])})
    return found


def knows(media: str) -> EdgeSnapshot:
    return snapshot(stations=(station("1001"), station("2001", site=BRANCH_SITE, media=media)))


@pytest.mark.parametrize("known", ["rtp", "optional", "srtp"])
@pytest.mark.parametrize("first", PLACES)
@pytest.mark.parametrize("answers", PLACES)
async def test_each_phone_is_offered_what_its_place_asks_for(hq, branch, node, first, answers, known):
    hq.know(knows(known))
    srtp = {"rtp": False, "optional": "optional", "srtp": True}[known]
    phones = {"HQ": phone_at("HQ", srtp=srtp), "branch": phone_at("branch")}
    async with phones["HQ"], phones["branch"]:
        for place in sorted(PLACES, key=lambda place: place != first):
            await phones[place].register()
        for place in PLACES:
            if place != answers:
                phones[place].on_invite = ring_forever

        at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        calls = {place: await phones[place].wait_for_call() for place in PLACES}
        await at_node.wait_for("answered")
        await talk(at_node, calls[answers], HQ_HZ if answers == "HQ" else BRANCH_HZ)
        await at_node.hold()
        await at_node.unhold()
        await calls[answers].hold()
        await calls[answers].unhold()
        await talk(at_node, calls[answers], HQ_HZ if answers == "HQ" else BRANCH_HZ)

        offer, *_ = offers_to(phones["HQ"])
        assert (KEYS in offer, "RTP/SAVP" in offer) == (known != "rtp", known == "srtp")
        if answers == "branch":
            assert await protocols(branch) == [{"RTP/SAVP", "RTP/AVP"}]
            assert "RTP/SAVP" in (await protocols(hq))[0]
        await at_node.hang_up()


@pytest.mark.parametrize("first", PLACES)
async def test_phone_at_hq_that_refuses_keys_takes_nothing_from_the_one_at_the_branch(hq, branch, node, first):
    hq.know(knows("optional"))
    phones = {"HQ": phone_at("HQ", open_media=RefusesKeys), "branch": phone_at("branch")}
    async with phones["HQ"], phones["branch"]:
        for place in sorted(PLACES, key=lambda place: place != first):
            await phones[place].register()
        at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        at_branch = await phones["branch"].wait_for_call()
        await at_node.wait_for("answered")
        await talk(at_node, at_branch, BRANCH_HZ)
        await at_node.hang_up()


async def test_phone_at_hq_is_rung_again_without_keys_and_never_the_branch(hq, branch, node):
    hq.know(knows("optional"))
    refuses, declines = phone_at("HQ", open_media=RefusesKeys), phone_at("branch")
    declines.on_invite = reject_with(606)
    async with refuses, declines:
        await refuses.register()
        await declines.register()
        at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        await at_node.wait_for("answered")
        await talk(at_node, await refuses.wait_for_call(), HQ_HZ)
        await at_node.hang_up()
    assert [KEYS in each for each in offers_to(refuses)] == [True, False]
    assert len(offers_to(declines)) == 1


@pytest.mark.parametrize("first", PLACES)
async def test_beside_a_browser_no_other_phone_is_rung(hq, branch, node, first):
    hq.know(knows("webrtc"))
    phones = {place: phone_at(place) for place in PLACES}
    for phone in phones.values():
        phone.on_invite = reject_with(486)
    async with phones["HQ"], phones["branch"]:
        for place in sorted(PLACES, key=lambda place: place != first):
            await phones[place].register()
        at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        await at_node.wait_for("ended")
        offers = {place: offers_to(phones[place]) for place in PLACES}
    assert sorted(map(len, offers.values())) == [0, 1]
    assert all("UDP/TLS/RTP/SAVPF" in each for each in offers["HQ"])
