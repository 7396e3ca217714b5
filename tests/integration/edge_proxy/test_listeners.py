"""Connections of strangers: thousands of them shut nobody out, and what proves nothing does not stay."""

import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    BRANCH,
    BRANCH_SITE,
    CARRIER,
    DOMAIN,
    HQ,
    NODE,
    PAGE,
    PATIENCE,
    PLATFORM,
    WEBSOCKETS,
    Edge,
    address,
    hq_edge,
    rung,
    snapshot,
    station,
    until,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from silent import Crowd, answered, cut, opened
from sip_probe import message
from two_edges import PORTS, branch_at, phone_at

from edge_proxy.connections import CLOSED_TABLE
from edge_proxy.telemetry import CLOSED, Counted
from kamailio_helpers.rpc import RpcUnreachableError
from simulators.phone import Softphone

ATTACKER, OTHER, OFFICE = address("66.1"), address("66.2"), address("10.30")
SECONDS = 2
FEW = {"TRUNKLINE_STRANGER_SECONDS": str(SECONDS), "TRUNKLINE_STRANGERS_PER_ADDRESS": "10"}
BROWSERS = {**WEBSOCKETS, "TRUNKLINE_SIP_WSS_PORT": "8089"}
STREAMS = ["tcp", "tls", "ws", "wss"]
UPGRADE = (
    f"GET / HTTP/1.1\r\nHost: {HQ}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {PAGE}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()
CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303")
"""Its first bytes, of 200."""


def options(to: str = f"sip:{HQ}") -> bytes:
    return message("OPTIONS", to, f"TCP {ATTACKER}:5060")


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[dict[str, Edge]]:
    """By how they treat strangers.  All have one address, so one runs at a time."""
    made = {
        name: hq_edge(tmp_path_factory.mktemp(name), authority, **PATIENCE, **BROWSERS, **environment)
        for name, environment in (("usual", {}), ("hasty", FEW))
    }
    yield made
    for edge in made.values():
        edge.stop()


@pytest.fixture
async def usual(edges: dict[str, Edge]) -> Edge:
    """An edge that strangers may hold as many connections of as they may unless told."""
    edges["hasty"].stop()
    await edges["usual"].begin_anew()
    return edges["usual"]


@pytest.fixture
async def hasty(edges: dict[str, Edge]) -> Edge:
    """An edge that lets strangers stay for two seconds, and ten of an address."""
    edges["usual"].stop()
    await edges["hasty"].begin_anew()
    return edges["hasty"]


@pytest.fixture
def neither(edges: dict[str, Edge]) -> None:
    for edge in edges.values():
        edge.stop()


@pytest.fixture
async def node() -> AsyncIterator[Softphone]:
    async with Softphone("node", PLATFORM, proxy=(HQ, 5062), bind=NODE, port=5060, tone_hz=700) as agent:
        yield agent


async def a_strangers_time(port: int = 5060) -> None:
    """Wait until a stranger that comes now has been cut."""
    stranger = await opened((HQ, port), OTHER)
    await cut(stranger, 10 * SECONDS)


async def of(edge: Edge, source: str) -> list[dict]:
    """Return the connections of an address as the edge has them."""
    return [each for each in await edge.rpc.call("core.tcp_list") if each["src_ip"] == source]


@pytest.mark.parametrize("transport", STREAMS)
async def test_thousands_of_silent_connections_shut_nobody_out(usual, node, transport):
    # 2,048 of them for an hour were enough.
    async with Crowd((HQ, PORTS[transport]), ATTACKER, 2_500) as crowd:
        began = time.monotonic()
        async with phone_at(usual, transport=transport) as phone:
            await phone.register()
            registered = time.monotonic()
            call, at_phone = await rung(node, phone)
            await at_phone.hang_up()
            await call.wait_for("ended")
        assert registered - began < 1

        async def few_are_left() -> bool:
            return len(await of(usual, ATTACKER)) <= 256

        await until(few_are_left, "only the attacker's share is left", 2)
        await until(lambda: len(crowd.open) <= 256, "the others were closed")


async def test_whoever_comes_again_and_again_shuts_nobody_out(usual, node):
    async with Crowd((HQ, 5060), ATTACKER, 1_000, comes_again=True) as crowd:
        await until(lambda: crowd.came > 4_000, "it came again", 30)
        for transport in ("tcp", "tls", "ws"):
            began = time.monotonic()
            async with phone_at(usual, transport=transport) as phone:
                await phone.register()
                assert time.monotonic() - began < 1
                call, at_phone = await rung(node, phone)
                await at_phone.hang_up()
                await call.wait_for("ended")


@pytest.mark.parametrize("transport", STREAMS)
async def test_a_registered_phone_may_be_silent_for_longer_than_a_stranger(hasty, node, transport):
    async with phone_at(hasty, transport=transport) as phone:
        await phone.register()
        for _ in range(2):
            await a_strangers_time(PORTS[transport])
        call, at_phone = await rung(node, phone)
        await at_phone.hang_up()
        await call.wait_for("ended")


async def test_a_phone_that_only_calls_keeps_its_connection_while_the_call_lasts(hasty, node):
    async with phone_at(hasty, transport="tcp") as phone:
        outward = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await outward.wait_for_tones({700}, {440, 700})
        await a_strangers_time()
        await at_node.hang_up()
        await outward.wait_for("ended")


async def test_an_office_behind_one_address_keeps_its_phones_though_strangers_share_it(hasty, node):
    extensions = [str(number) for number in range(1001, 1031)]
    hasty.know(snapshot(stations=tuple(station(extension) for extension in extensions)))
    async with contextlib.AsyncExitStack() as office:
        phones = []
        for extension in extensions:
            phone = await office.enter_async_context(phone_at(hasty, extension, "tcp", bind=OFFICE))
            await phone.register()
            phones.append(phone)
        async with Crowd((HQ, 5060), OFFICE, 100) as crowd:
            await until(lambda: len(crowd.open) <= 10, "the crowd was closed")
            await a_strangers_time()
            await until(lambda: not crowd.open, "those who were left had no more time")
            for phone in (phones[0], phones[-1]):
                call, at_phone = await rung(node, phone)
                await at_phone.hang_up()
                await call.wait_for("ended")
            held = await of(hasty, OFFICE)
            assert len(held) == len(extensions)


@pytest.mark.parametrize(
    ("port", "first", "again"),
    [
        pytest.param(5060, b"", b"", id="silence"),
        pytest.param(5060, b"\r\n\r\n", b"\r\n\r\n", id="keep-alives"),
        pytest.param(5060, b"O", b"P", id="a-byte-at-a-time"),
        pytest.param(5060, options()[:-20], b"", id="half-a-request"),
        pytest.param(5060, options(), options(), id="OPTIONS"),
        pytest.param(5061, b"", b"", id="silence-for-TLS"),
        pytest.param(5061, CLIENT_HELLO, b"\0", id="half-a-handshake"),
        pytest.param(8088, UPGRADE[:-2], b"", id="half-an-upgrade"),
        pytest.param(8088, UPGRADE[:-2], b"X", id="an-endless-upgrade"),
        pytest.param(8088, UPGRADE, b"", id="a-silent-browser"),
        pytest.param(8089, CLIENT_HELLO, b"", id="a-browsers-half-handshake"),
    ],
)
async def test_what_proves_nothing_does_not_stay(hasty, port, first, again):
    reader, writer = await opened((HQ, port), ATTACKER)
    writer.write(first)
    began = time.monotonic()
    await cut((reader, writer), SECONDS + 8, meanwhile=again)
    assert time.monotonic() - began > SECONDS - 1
    await until(lambda: nobody_of(hasty), "the edge has let go of it")


async def nobody_of(edge: Edge) -> bool:
    return not await of(edge, ATTACKER)


async def test_a_finished_handshake_alone_proves_nothing(hasty):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    stranger = await opened((HQ, 5061), ATTACKER, tls=context)
    await cut(stranger, SECONDS + 8)


async def test_a_wrong_password_proves_nothing(hasty):
    async with Softphone(
        "1001", DOMAIN, "guessed", proxy=(HQ, 5060), bind=ATTACKER, transport="tcp", origin=PAGE
    ) as phone:
        with pytest.raises(Exception, match=r"401|403|refused"):
            await phone.register()
        await a_strangers_time()
        assert not await of(hasty, ATTACKER)


async def test_a_carriers_connections_are_not_counted(hasty):
    carriers = [await opened((HQ, 5060), CARRIER) for _ in range(20)]
    await a_strangers_time()
    for connection in carriers:
        connection[1].write(message("OPTIONS", f"sip:{HQ}", f"TCP {CARRIER}:5060"))
        assert await answered(connection)
        connection[1].close()


async def test_a_branch_stays_connected_and_strangers_beside_it_do_not(neither, tmp_path, authority):
    edge = hq_edge(tmp_path, authority, **PATIENCE, **FEW)
    try:
        await edge.start("kamailio")
        async with branch_at([edge], tmp_path / "branch", authority, **FEW):
            before = {each["id"] for each in await of(edge, BRANCH)}
            for _ in range(2):
                await a_strangers_time(5061)
            assert await edge.rpc.htable_get("branches", BRANCH_SITE) is not None
            assert before
            assert before == {each["id"] for each in await of(edge, BRANCH)}
    finally:
        edge.stop()


async def test_when_all_places_are_taken_the_fullest_addresses_give_way_and_phones_do_not(neither, tmp_path, node):
    places = {"TRUNKLINE_SIP_CONNECTIONS": "100", "TRUNKLINE_STRANGERS_PER_ADDRESS": "30"}
    edge = hq_edge(tmp_path, Authority(tmp_path / "pki"), **PATIENCE, **places)
    attackers = [address(f"66.{10 + n}") for n in range(8)]
    try:
        await edge.start()
        async with phone_at(edge, transport="tcp") as phone, contextlib.AsyncExitStack() as crowds:
            await phone.register()
            for attacker in attackers:
                await crowds.enter_async_context(Crowd((HQ, 5060), attacker, 20))

            async def half_is_left() -> bool:
                try:
                    return sum([len(await of(edge, attacker)) for attacker in attackers]) <= 50
                except RpcUnreachableError:
                    return False  # commands come over a connection too

            await until(half_is_left, "half of the places are free", 5)
            async with phone_at(edge, "1002", transport="tcp", bind=OFFICE) as late:
                await late.register()
                call, at_phone = await rung(node, phone)
                await at_phone.hang_up()
                await call.wait_for("ended")
    finally:
        edge.stop()


async def test_what_was_closed_is_counted_by_reason(hasty):
    reader = InMemoryMetricReader()
    CLOSED.bind(MeterProvider([reader]).get_meter("test"))
    closed = Counted(hasty.rpc, CLOSED_TABLE, CLOSED)
    await closed.look()
    async with Crowd((HQ, 5060), ATTACKER, 25):
        await a_strangers_time()
        await until(lambda: nobody_of(hasty), "the crowd has gone")
    await closed.look()
    await closed.look()

    (point_of_each,) = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    counts = {str(point.attributes["reason"]): point.value for point in point_of_each.data.data_points}
    CLOSED.bind(None)
    assert counts == {"quota": 15, "late": 11}
    await hasty.tells("closed connections of strangers")
