"""Two edges at HQ: one register of phones, bans and nonces, and either takes any call to any phone."""

import signal
import time

import pytest
from digest_probe import ANA, ask, challenged, credentials, request
from edge_harness import BRANCH_SITE, DOMAIN, Edge, address, rung, station_headers, until
from sip_probe import TcpProbe, UdpProbe
from two_edges import PHONE, branch_at, branch_phone, has_contact, no_calls_in, phone_at

from edge_proxy import banning
from simulators.black_hole import BlackHole
from simulators.phone import Softphone

SCANNER = address("66.6")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "nat"])
async def test_phone_is_rung_through_the_edge_that_it_is_not_connected_to(pair, node_of, transport):
    first, second = pair
    nat = {"nat": ("192.168.77.5", 5060)} if transport == "nat" else {}
    async with phone_at(first, transport="udp" if nat else transport, **nat) as phone:
        await phone.register()
        await until(lambda: has_contact(second), "the other edge has the contact", 2)
        call, at_phone = await rung(node_of(second), phone)
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
    here = await TcpProbe.open(SCANNER, (pair[0].host, 5060))
    there = await UdpProbe.open(SCANNER, (second.host, 5060))
    assert await there.ask("OPTIONS", "sip:edge") == 200
    assert await here.ask("OPTIONS", "sip:edge", headers={"User-Agent": "friendly-scanner"}) == 0

    async def banned() -> bool:
        return await second.rpc.htable_get("banned", SCANNER) is not None

    await until(banned, "the other edge has the ban", 2)
    assert await there.ask("OPTIONS", "sip:edge") == 0
    # Lifted at one edge, it is lifted at both.
    assert await banning.lift(pair[0].rpc, SCANNER)

    async def heard() -> bool:
        return await there.ask("OPTIONS", "sip:edge") == 200

    await until(heard, "both edges listen again", 2)
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


async def test_credentials_are_not_taken_again_at_the_other_edge(pair):
    first, second = pair
    here, there = [await UdpProbe.open(SCANNER, (edge.host, 5060)) for edge in pair]
    said = credentials(await challenged(here), "REGISTER", ANA)
    assert (await ask(here, request(here, "REGISTER", f"sip:{DOMAIN}", ANA, said))).status == 200

    again = await ask(there, request(there, "REGISTER", f"sip:{DOMAIN}", ANA, said))
    assert (again.status, again.challenge.get("stale")) == (401, "true")
    # Where an account has signed in is known to both.
    for table, key in (("homes", SCANNER), ("familiar", f"{SCANNER}|1001@{DOMAIN}")):
        await until(lambda table=table, key=key: second.rpc.htable_get(table, key), f"{table} are told", 2)
    await first.rpc.htable_delete("homes", SCANNER)
    for probe in (here, there):
        probe.close()


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


async def test_branch_that_reaches_one_edge_only_is_rung_from_the_other(pair, node_of, tmp_path, pair_authority):
    first, second = pair
    async with branch_at([first], tmp_path, pair_authority), branch_phone() as phone:
        await until(lambda: not_at(second), "the other edge has forgotten the branch's last connection", 12)
        await phone.register()
        await until(lambda: has_contact(second, "2001"), "both edges have the branch's contact", 2)
        await voice_both_ways(node_of(second), phone)


async def test_call_between_colleagues_takes_the_other_edge_when_one_alone_is_silent(
    pair, node_of, tmp_path, pair_authority
):
    first, second = pair
    async with (
        BlackHole(address("21.1"), 5061, first.host, 5061) as line,
        branch_at(pair, tmp_path, pair_authority, [address("21.1"), second.host]),
        branch_phone() as phone,
    ):
        await phone.register()
        line.swallow()
        call = await phone.dial("2002")
        await node_of(second).wait_for_call()
        await call.wait_for("answered")
        await call.wait_for_tones({700}, {440, 700})
        await call.hang_up()


async def not_at(edge: Edge) -> bool:
    return await edge.rpc.htable_get("branches", BRANCH_SITE) is None


async def voice_both_ways(node: Softphone, phone: Softphone) -> None:
    call, at_phone = await rung(node, phone)
    await call.hold()
    await call.unhold()
    await at_phone.hang_up()
    await call.wait_for("ended")
