"""Two edges at HQ: one register of phones, bans and nonces, and either takes any call to any phone."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    BRANCH,
    BRANCH_SITE,
    DOMAIN,
    HQ,
    NODE,
    PLATFORM,
    Edge,
    address,
    branch_snapshot,
    snapshot,
    station_headers,
    until,
)
from sip_probe import UdpProbe

from conftest import tls_files
from simulators.phone import Softphone

HQ_2 = address("10.2")
PHONE, PHONE_2, SCANNER = address("10.11"), address("10.12"), address("66.6")
NODE_PORTS = {HQ: 5060, HQ_2: 5070}
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[tuple[Edge, Edge]]:
    """Two HQ edges that know each other and two media nodes, running for all tests of this module."""
    folder = tmp_path_factory.mktemp("pair")
    (folder / "edge-secret").write_text("5e" * 32)
    first, second = (edge_of_two(folder, host, other, authority) for host, other in ((HQ, HQ_2), (HQ_2, HQ)))

    async def start() -> None:
        await asyncio.gather(first.start(), second.start())
        await until(lambda: they_know_each_other(first, second), "the edges know each other")

    try:
        asyncio.run(start())
        yield first, second
    finally:
        for edge in (first, second):
            edge.stop()


def edge_of_two(folder: Path, host: str, other: str, authority: Authority) -> Edge:
    environment = tls_files(authority, authority.for_edge(host))
    environment |= {
        "TRUNKLINE_EDGE_PEERS": f"{other}:5064",
        "TRUNKLINE_EDGE_SECRET_FILE": str(folder / "edge-secret"),
        "TRUNKLINE_NAT_PING_SECONDS": "1",
    }
    edge = Edge(folder / host, host, environment=environment)
    edge.know(snapshot())
    edge.direct(*(f"sip:{NODE}:{port}" for port in NODE_PORTS.values()))
    return edge


@pytest.fixture
async def node_of(pair) -> AsyncIterator:
    """Media nodes by the edge that they speak to."""
    agents = {
        host: Softphone("node", PLATFORM, proxy=(host, 5062), bind=NODE, port=port, tone_hz=700)
        for host, port in NODE_PORTS.items()
    }
    async with agents[HQ], agents[HQ_2]:
        yield lambda edge: agents[edge.host]


@pytest.fixture
async def branch_of_two(tmp_path: Path, authority, pair) -> AsyncIterator[Edge]:
    environment = tls_files(authority, authority.for_branch(BRANCH_SITE))
    environment |= {"TRUNKLINE_SITE_ID": BRANCH_SITE, "TRUNKLINE_HQ_EDGES": f"{HQ}:5061,{HQ_2}:5061"}
    edge = Edge(tmp_path, BRANCH, "branch", environment)
    edge.know(branch_snapshot())
    try:
        await edge.start()
        for hq in pair:
            await edge.connected_to(hq)
        yield edge
    finally:
        edge.stop()


def phone_at(edge: Edge, extension: str = "1001", transport: str = "udp", **values) -> Softphone:
    proxy = (edge.host, PORTS[transport])
    values = {"bind": PHONE, "tone_hz": 440, **values}
    return Softphone(extension, DOMAIN, f"pw-{extension}", proxy=proxy, transport=transport, **values)


def branch_phone() -> Softphone:
    return Softphone("2001", DOMAIN, "pw-2001", proxy=(BRANCH, 5060), bind=address("20.11"), tone_hz=440)


async def they_know_each_other(*edges: Edge) -> bool:
    listings = [str(await edge.rpc.call("dmq.list_nodes")) for edge in edges]
    return all(listing.count("active") == len(edges) for listing in listings)


async def has_contact(edge: Edge, extension: str = "1001") -> bool:
    return f"{extension}@" in str(await edge.rpc.call("ul.dump"))


async def no_calls_in(edge: Edge) -> bool:
    return not (await edge.ng("list"))["calls"]


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "nat"])
async def test_phone_is_rung_through_the_edge_that_it_is_not_connected_to(pair, node_of, transport):
    first, second = pair
    nat = {"nat": ("192.168.77.5", 5060)} if transport == "nat" else {}
    async with phone_at(first, transport="udp" if nat else transport, **nat) as phone:
        await phone.register()
        await until(lambda: has_contact(second), "the other edge has the contact", 2)
        call = await node_of(second).dial(f"sip:1001@{DOMAIN}", station_headers())
        at_phone = await phone.wait_for_call()
        await call.wait_for("answered")
        await at_phone.wait_for_tones({700}, {440, 700})
        await call.wait_for_tones({440}, {440, 700})
        await call.hold()
        await call.unhold()
        await at_phone.hold()
        await at_phone.unhold()
        await at_phone.wait_for_tones({700}, {440, 700})
        await at_phone.hang_up()
        await call.wait_for("ended")
        again = await node_of(second).dial(f"sip:1001@{DOMAIN}", station_headers("call-2"))
        at_phone = await phone.wait_for_call()
        await again.wait_for("answered")
        await again.hang_up()
        await at_phone.wait_for("ended")

    for edge in pair:
        await until(lambda edge=edge: no_calls_in(edge), "no media is left")


async def test_contact_comes_back_to_a_restarted_edge_and_leaves_everywhere(pair):
    first, second = pair
    async with phone_at(first) as phone:
        await phone.register()
        await until(lambda: has_contact(second), "the other edge has the contact", 2)
        first.stop("kamailio", with_signal=signal.SIGKILL)
        await first.start("kamailio")
        began = time.monotonic()
        await until(lambda: has_contact(first), "the restarted edge has the contact", 5)
        assert time.monotonic() - began < 2
        await phone.unregister()
        for edge in pair:
            await until(lambda edge=edge: lost_contact(edge), "the contact is gone")


async def lost_contact(edge: Edge) -> bool:
    return not await has_contact(edge)


async def test_scanner_is_banned_at_both_edges(pair):
    _, second = pair
    here, there = [await UdpProbe.open(SCANNER, (edge.host, 5060)) for edge in pair]
    assert await there.ask("OPTIONS", "sip:edge") == 200
    assert await here.ask("OPTIONS", "sip:edge", headers={"User-Agent": "friendly-scanner"}) == 0

    async def banned() -> bool:
        return await second.rpc.htable_get("banned", SCANNER) is not None

    await until(banned, "the other edge has the ban", 2)
    assert await there.ask("OPTIONS", "sip:edge") == 0
    for probe in (here, there):
        probe.close()


async def test_stranger_can_not_speak_as_an_edge(pair):
    first, _ = pair
    stranger = await UdpProbe.open(SCANNER, (first.host, 5064))
    assert await stranger.ask("INVITE", f"sip:1001@{PHONE}", headers={"Route": f"<sip:{PHONE};lr>"}) == 0
    assert await stranger.ask("KDMQ", "sip:usrloc@x") == 0
    stranger.close()


async def test_nonce_of_one_edge_costs_at_most_one_more_turn_at_the_other(pair):
    first, second = pair
    async with phone_at(first) as phone:
        await phone.register()
        for place in (second, first, second):
            phone.proxy = (place.host, 5060)
            await phone.register()

    assert await second.rpc.htable_get("strikes", PHONE) is None


async def test_nat_is_kept_open_by_the_edge_that_the_phone_knows_and_by_no_other(pair):
    first, _ = pair
    async with phone_at(first, nat=("192.168.77.5", 5060), trace=True) as phone:
        await phone.register()
        await until(lambda: len([1 for _, _, text in phone.messages if "sip:keepalive@" in text]) > 2, "pings", 5)

    pinged_from = [text for _, _, text in phone.messages if text.startswith("OPTIONS")]
    # Its socket for phones is the one that the NAT lets in.
    assert all(f"Via: SIP/2.0/UDP {first.host};" in text or f"{first.host}:5060;" in text for text in pinged_from)


async def test_phone_at_the_branch_is_rung_from_either_edge(pair, node_of, branch_of_two):
    async with branch_phone() as phone:
        await phone.register()
        for edge in pair:
            await until(lambda edge=edge: has_contact(edge, "2001"), "both edges have the branch's contact", 2)
            await voice_both_ways(node_of(edge), phone)


async def test_branch_that_reaches_one_edge_only_is_rung_from_the_other(pair, node_of, tmp_path, authority):
    first, second = pair
    environment = tls_files(authority, authority.for_branch(BRANCH_SITE))
    environment |= {"TRUNKLINE_SITE_ID": BRANCH_SITE, "TRUNKLINE_HQ_EDGES": f"{HQ}:5061"}
    branch = Edge(tmp_path, BRANCH, "branch", environment)
    branch.know(branch_snapshot())
    try:
        await branch.start()
        await branch.connected_to(first)
        await until(lambda: not_at(second), "the other edge has forgotten the branch's last connection", 12)
        async with branch_phone() as phone:
            await phone.register()
            await until(lambda: has_contact(second, "2001"), "both edges have the branch's contact", 2)
            await voice_both_ways(node_of(second), phone)
    finally:
        branch.stop()


async def not_at(edge: Edge) -> bool:
    return await edge.rpc.htable_get("branches", BRANCH_SITE) is None


async def voice_both_ways(node: Softphone, phone: Softphone) -> None:
    call = await node.dial(f"sip:{phone.user}@{DOMAIN}", station_headers())
    at_phone = await phone.wait_for_call()
    await call.wait_for("answered")
    await at_phone.wait_for_tones({700}, {440, 700})
    await call.wait_for_tones({440}, {440, 700})
    await call.hold()
    await call.unhold()
    await at_phone.hang_up()
    await call.wait_for("ended")
