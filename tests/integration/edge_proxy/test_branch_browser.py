"""A browser with a branch's station: it comes to the branch's own WebSocket, and to HQ's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    BRANCH,
    BRANCH_SITE,
    DOMAIN,
    HQ,
    PAGE,
    Edge,
    address,
    hq_edge,
    snapshot,
    station,
    station_headers,
    tls_files,
    until,
)

from simulators.browser import Browser
from simulators.call import PhoneCall
from simulators.phone import Softphone

WSS_PORT = 8089
BROWSER_HZ, NODE_HZ, COLLEAGUE_HZ = 440, 700, 1000
ALL_HZ = {BROWSER_HZ, NODE_HZ, COLLEAGUE_HZ}
KNOWN = snapshot(stations=(station("2001", site=BRANCH_SITE, media="webrtc"), station("2002", site=BRANCH_SITE)))


@pytest.fixture
def public(tmp_path: Path) -> Authority:
    """An authority that browsers know."""
    return Authority(tmp_path / "public", "An authority that browsers know")


def websocket(public: Authority, host: str) -> dict[str, str]:
    certificate, key = public.for_edge(host)
    wss = {"WSS_CERT": str(certificate), "WSS_KEY": str(key), "SIP_WSS_PORT": str(WSS_PORT), "WS_ORIGINS": PAGE}
    return {f"TRUNKLINE_{name}": value for name, value in wss.items()}


@pytest.fixture
async def hq(tmp_path: Path, authority: Authority, public: Authority) -> AsyncIterator[Edge]:
    edge = hq_edge(tmp_path, authority, **websocket(public, HQ))
    edge.know(KNOWN)
    try:
        await edge.start()
        yield edge
    finally:
        edge.stop()


@pytest.fixture
async def branch(tmp_path: Path, authority: Authority, public: Authority, hq: Edge) -> AsyncIterator[Edge]:
    """A branch's edge that browsers may come to."""
    site = {"TRUNKLINE_SITE_ID": BRANCH_SITE, "TRUNKLINE_HQ_EDGES": f"{HQ}:5061"}
    files = tls_files(authority, authority.for_branch(BRANCH_SITE))
    edge = Edge(tmp_path, BRANCH, "branch", files | site | websocket(public, BRANCH))
    edge.know(replace(KNOWN, trunks=(), numbers=(), branches=()))
    try:
        await edge.start()
        await edge.connected_to(hq)
        yield edge
    finally:
        edge.stop()


def browser_at(edge: Edge) -> Browser:
    where = {"proxy": (edge.host, WSS_PORT), "transport": "wss", "bind": address("20.11"), "origin": PAGE}
    trusts = {"ca": str(edge.folder / "public" / "ca.pem")}
    return Browser("2001", DOMAIN, "pw-2001", tone_hz=BROWSER_HZ, **where, **trusts)


async def hear_each_other(call: PhoneCall, other: PhoneCall, hertz: int) -> None:
    for side in (call, other):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({hertz}, ALL_HZ)
    await other.wait_for_tones({BROWSER_HZ}, ALL_HZ)


async def call_out(browser: Browser, node: Softphone) -> tuple[PhoneCall, PhoneCall]:
    call = await browser.dial("13812345678")
    at_node = await node.wait_for_call()
    await call.wait_for("answered")
    return call, at_node


async def call_in(browser: Browser, node: Softphone) -> tuple[PhoneCall, PhoneCall]:
    at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
    await at_node.wait_for("answered")
    return await browser.wait_for_call(), at_node


@pytest.mark.parametrize("begin", [call_out, call_in])
async def test_browser_at_the_branch_and_media_node_hear_each_other(hq: Edge, branch: Edge, node: Softphone, begin):
    async with browser_at(branch) as browser:
        await browser.register()
        call, at_node = await begin(browser, node)
        await hear_each_other(call, at_node, NODE_HZ)
        query = await hq.ng("query", (await hq.ng("list"))["calls"][0])

        await call.hold()
        await until(lambda: call.media.direction == "sendonly", "on hold")
        assert at_node.media.direction == "recvonly"
        await call.unhold()
        await hear_each_other(call, at_node, NODE_HZ)
        await call.hang_up()
        await at_node.wait_for("ended")

    protocols = {media["protocol"] for tag in query["tags"].values() for media in tag["medias"]}
    assert protocols == {"RTP/SAVP", "RTP/AVP"}, "DTLS ends at the branch, and its way to HQ is encrypted"


@pytest.mark.parametrize("begin", [call_out, call_in])
async def test_browser_with_a_branch_s_station_may_come_to_headquarters(hq: Edge, node: Softphone, begin):
    async with browser_at(hq) as browser:
        await browser.register()
        call, at_node = await begin(browser, node)
        await hear_each_other(call, at_node, NODE_HZ)
        await call.hang_up()
        await at_node.wait_for("ended")


async def test_browser_and_phone_of_the_branch_reach_each_other_while_headquarters_is_gone(hq: Edge, branch: Edge):
    phone = Softphone("2002", DOMAIN, "pw-2002", proxy=(BRANCH, 5060), bind=address("20.12"), tone_hz=COLLEAGUE_HZ)
    async with phone, browser_at(branch) as browser:
        await browser.register()
        await phone.register()
        hq.stop("kamailio")
        out = await browser.dial("2002")
        at_phone = await phone.wait_for_call()
        await out.wait_for("answered")
        await hear_each_other(out, at_phone, COLLEAGUE_HZ)
        await out.hang_up()
        await at_phone.wait_for("ended")

        back = await phone.dial("2001")
        at_browser = await browser.wait_for_call()
        await back.wait_for("answered")
        await hear_each_other(at_browser, back, COLLEAGUE_HZ)
        await back.hang_up()
        await at_browser.wait_for("ended")
