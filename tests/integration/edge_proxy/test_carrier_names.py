"""Carriers that are given by name: what a real name server says of them, and calls that follow it (RFC 3263)."""

import ipaddress
import json
from collections.abc import AsyncIterator

import pytest
from edge_harness import CARRIER, CARRIER_2, HQ, NODE, Edge, address, hq_edge, snapshot, trunk_headers, until
from name_server import NameServer

from callmodel.codec import to_wire
from callmodel.edgesnapshot import EdgeTrunk, Gateway
from callmodel.ids import TrunkId
from edge_proxy.dnslookup import DnsLookup, LookupFailedError
from edge_proxy.hops import Found, places_in
from edge_proxy.view import ADDRESS
from servicekit.snapshotcopy import CopiedEntries
from simulators.carrier import Carrier

CUSTOMER = "+8613812345003"
NAME = "sip.carrier.example"
ANY = Gateway(NAME, None, None)
OF_NAPTR = (
    f'{NAME}. 600 IN NAPTR 50 50 "s" "SIP+D2T" "" _sip._tcp.{NAME}.',
    f'{NAME}. 600 IN NAPTR 50 10 "S" "SIP+D2U" "" _sip._udp.{NAME}.',
    f'{NAME}. 600 IN NAPTR 40 10 "s" "SIP+D2S" "" _sip._sctp.{NAME}.',
    f'{NAME}. 600 IN NAPTR 90 10 "s" "SIPS+D2T" "" _sips._tcp.{NAME}.',
)


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with NameServer(address("40.1")) as server:
        yield server


def seen(answer) -> list[tuple[str, int, str]]:
    ordered = sorted(answer.hops, key=lambda hop: (hop.priority, -hop.weight))
    return [(hop.address, hop.port, hop.transport) for hop in ordered]


# -- what a name server says


async def test_naptr_says_the_transport_and_srv_the_ports(names):
    names.tell(
        *OF_NAPTR,
        f"_sip._udp.{NAME}. 300 IN SRV 20 0 5070 b.{NAME}.",
        f"_sip._udp.{NAME}. 300 IN SRV 10 60 5060 a.{NAME}.",
        f"_sip._tcp.{NAME}. 300 IN SRV 0 0 5080 a.{NAME}.",
        f"a.{NAME}. 90 IN A 192.0.2.1",
        f"b.{NAME}. 120 IN A 192.0.2.2",
    )
    answer = await DnsLookup([names.name]).look_up(ANY)

    assert seen(answer) == [
        ("192.0.2.1", 5060, "udp"),
        ("192.0.2.2", 5070, "udp"),
        ("192.0.2.1", 5080, "tcp"),
    ]
    assert answer.ttl_seconds == 90
    assert names.asked[f"_sips._tcp.{NAME}. SRV"] == 0


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_transport_that_is_set_asks_for_its_own_srv_only(names, transport):
    service = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}[transport]
    names.tell(*OF_NAPTR, f"{service}.{NAME}. 60 IN SRV 0 0 5099 a.{NAME}.", f"a.{NAME}. 60 IN A 192.0.2.1")
    answer = await DnsLookup([names.name]).look_up(Gateway(NAME, None, transport))

    assert seen(answer) == [("192.0.2.1", 5099, transport)]
    assert names.asked[f"{NAME}. NAPTR"] == 0


async def test_without_naptr_srv_of_each_transport_is_asked_for(names):
    names.tell(f"_sip._tcp.{NAME}. 60 IN SRV 0 0 5060 a.{NAME}.", f"a.{NAME}. 60 IN A 192.0.2.1")

    assert seen(await DnsLookup([names.name]).look_up(ANY)) == [("192.0.2.1", 5060, "tcp")]


async def test_an_edge_without_a_certificate_takes_no_tls(names):
    names.tell(
        f'{NAME}. 60 IN NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{NAME}.',
        f'{NAME}. 60 IN NAPTR 20 10 "s" "SIP+D2U" "" _sip._udp.{NAME}.',
        f"_sips._tcp.{NAME}. 60 IN SRV 0 0 5061 a.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 0 0 5060 a.{NAME}.",
        f"a.{NAME}. 60 IN A 192.0.2.1",
    )

    assert seen(await DnsLookup([names.name], over_tls=True).look_up(ANY)) == [("192.0.2.1", 5061, "tls")]
    assert seen(await DnsLookup([names.name], over_tls=False).look_up(ANY)) == [("192.0.2.1", 5060, "udp")]


@pytest.mark.parametrize(("transport", "port"), [(None, 5060), ("tcp", 5060), ("tls", 5061)])
async def test_a_name_with_addresses_only_has_the_usual_port(names, transport, port):
    names.tell(f"{NAME}. 77 IN A 192.0.2.1", f"{NAME}. 77 IN A 192.0.2.2")
    answer = await DnsLookup([names.name]).look_up(Gateway(NAME, None, transport))

    assert sorted(seen(answer)) == [(f"192.0.2.{tail}", port, transport or "udp") for tail in (1, 2)]
    assert answer.ttl_seconds == 77


async def test_service_that_is_decidedly_not_there_is_not_looked_for_at_the_name_itself(names):
    names.tell(f"_sip._udp.{NAME}. 60 IN SRV 0 0 0 .", f"{NAME}. 60 IN A 192.0.2.1")

    assert (await DnsLookup([names.name]).look_up(Gateway(NAME, None, "udp"))).hops == ()


async def test_a_name_with_a_port_is_looked_up_as_ever(names):
    answer = await DnsLookup([names.name]).look_up(Gateway("localhost", 5080, "udp"))

    assert seen(answer) == [("127.0.0.1", 5080, "udp")]
    assert not names.asked


async def test_long_answers_come_over_tcp_and_are_cut(names):
    names.cut = True
    names.tell(
        *(f"_sip._udp.{NAME}. 60 IN SRV {place} 0 5060 g{place}.{NAME}." for place in range(40)),
        *(f"g{place}.{NAME}. 60 IN A 192.0.2.{place}" for place in range(40)),
    )
    answer = await DnsLookup([names.name]).look_up(Gateway(NAME, None, "udp"))

    assert [each[0] for each in seen(answer)] == [f"192.0.2.{place}" for place in range(8)]


async def test_a_server_that_fails_is_no_answer(names):
    names.tell(f"{NAME}. 60 IN A 192.0.2.1")
    names.failing = True
    with pytest.raises(LookupFailedError):
        await DnsLookup([names.name]).look_up(ANY)


async def test_nobody_at_all_is_no_answer_within_its_time():
    with pytest.raises(LookupFailedError):
        await DnsLookup([f"{address('40.9')}:5300"]).look_up(ANY)


async def test_one_target_that_can_not_be_asked_for_leaves_the_others(names):
    names.tell(
        f"_sip._udp.{NAME}. 60 IN SRV 0 0 5060 a.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 1 0 5060 b.{NAME}.",
        f"a.{NAME}. 60 IN A 192.0.2.1",
        f"b.{NAME}. 60 IN CNAME b.{NAME}.",
    )
    answer = await DnsLookup([names.name]).look_up(Gateway(NAME, None, "udp"))

    assert seen(answer) == [("192.0.2.1", 5060, "udp")]


# -- calls that follow it


@pytest.fixture
async def edge(tmp_path, authority, no_hq, names) -> AsyncIterator[Edge]:
    """An HQ edge with its agent, that asks our name server; loopback is where carriers are here."""
    networks = ",".join(str(ipaddress.ip_network(f"{each}/32")) for each in (CARRIER, CARRIER_2, NODE))
    more = {"TRUNKLINE_DNS_SERVERS": names.name, "TRUNKLINE_CARRIER_NETWORKS": networks}
    running = hq_edge(tmp_path, authority, **more)
    tell(running)
    try:
        await running.start()
        await running.start_agent()
        yield running
    finally:
        running.stop()


def tell(edge: Edge, *gateways: Gateway) -> None:
    """Publish one trunk with these gateways."""
    carrier = EdgeTrunk(TrunkId("trunk-1"), gateways or (Gateway("192.0.2.1"),), NAME, no_reply_ms=600)
    (edge.folder / "snapshot.json").write_text(json.dumps(to_wire(snapshot(trunks=(carrier,)))))


def led_to(edge: Edge) -> dict[Gateway, Found]:
    """Return where SIP workers find gateways' names to lead."""
    return places_in(CopiedEntries(str(edge.run / "state.db")).all(ADDRESS))


async def answered_by(node, carrier: Carrier) -> str:
    """Call out, hear who answers, hang up; return what the carrier was asked for."""
    call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
    await call.wait_for("answered")
    record = carrier.calls[-1]
    await call.wait_for_tones({record.tone_hz}, {record.tone_hz, 700})
    await call.hang_up()
    await record.line.wait_for("ended")
    return record.request_uri


async def test_calls_go_by_srv_from_one_gateway_to_the_next_and_on_when_dns_is_down(edge, node, names):
    names.tell(
        OF_NAPTR[1],
        f"_sip._udp.{NAME}. 60 IN SRV 10 0 5060 a.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 20 0 5077 b.{NAME}.",
        f"a.{NAME}. 60 IN A {CARRIER}",
        f"b.{NAME}. 60 IN A {CARRIER_2}",
    )
    tell(edge, ANY)
    await until(lambda: ANY in led_to(edge), "the name is looked up")

    async with Carrier(CARRIER_2, 5077, ip_authentication={HQ}) as second:
        async with Carrier(CARRIER, 5060, ip_authentication={HQ}) as first:
            assert await answered_by(node, first) == f"sip:{CUSTOMER}@{NAME}"
            assert not second.calls
        # The first is gone: the second, in the same call.
        assert await answered_by(node, second) == f"sip:{CUSTOMER}@{NAME}"

        names.failing = True
        tell(edge, ANY, Gateway("sip.other.example", None, "udp"))
        log = edge.log("agent")
        await until(lambda: "sip.other.example" in log.read_text(), "the agent tells that a name leads nowhere")
        assert await answered_by(node, second) == f"sip:{CUSTOMER}@{NAME}"


async def test_names_that_lead_home_are_refused_and_told(edge, node, names):
    names.tell(
        f"_sip._udp.{NAME}. 60 IN SRV 0 0 5062 a.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 1 0 5060 b.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 2 0 5060 c.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 3 0 5060 d.{NAME}.",
        f"_sip._udp.{NAME}. 60 IN SRV 4 0 5060 e.{NAME}.",
        f"a.{NAME}. 60 IN A {HQ}",
        f"b.{NAME}. 60 IN A {NODE}",
        f"c.{NAME}. 60 IN A 127.0.0.1",
        f"d.{NAME}. 60 IN A 224.0.0.1",
        f"e.{NAME}. 60 IN A {CARRIER}",
    )
    tell(edge, ANY)
    await until(lambda: ANY in led_to(edge), "the name is looked up")

    assert [hop.address for hop in led_to(edge)[ANY].hops] == [CARRIER]
    told = edge.log("agent").read_text()
    for refused in (f"{HQ} (one of our own)", f"{NODE} (one of our own)", "127.0.0.1 (loopback)", "(multicast)"):
        assert refused in told
    async with Carrier(CARRIER, 5060, ip_authentication={HQ}) as carrier:
        await answered_by(node, carrier)
