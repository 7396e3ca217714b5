"""Any phone: over UDP, TCP and TLS, behind a NAT, with SDES-SRTP; rung, held, cancelled, forgotten."""

import asyncio
import contextlib

import pytest
from digest_probe import probe_at, signed_in
from edge_harness import DOMAIN, HQ, OTHER_DOMAIN, address, rung, snapshot, station, station_headers, until
from sip_probe import message

from edge_proxy.view import LOOK_SECONDS
from simulators.phone import Softphone, reject_with, ring_forever

PHONE, PHONE_2 = address("10.11"), address("10.12")
CROWD = 16
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


def phone_at_hq(extension: str = "1001", bind: str = PHONE, transport: str = "udp", **values) -> Softphone:
    proxy = (HQ, PORTS[transport])
    return Softphone(
        extension, DOMAIN, f"pw-{extension}", proxy=proxy, bind=bind, transport=transport, tone_hz=440, **values
    )


async def no_calls_in(edge) -> bool:
    return not (await edge.ng("list"))["calls"]


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_phone_is_rung_and_calls_over_each_transport(hq, node, transport):
    async with phone_at_hq(transport=transport) as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        await at_phone.hang_up()
        await call.wait_for("ended")

        outward = await phone.dial("13812345678")
        await outward.wait_for("answered")
        at_node = await node.wait_for_call()
        await at_node.hang_up()
        await outward.wait_for("ended")


async def test_phone_behind_a_nat_is_rung_where_it_really_is(hq, node):
    async with phone_at_hq(nat=("192.168.77.5", 5060)) as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        await call.hold()
        await call.unhold()
        await call.hang_up()
        await at_phone.wait_for("ended")

        outward = await phone.dial("13812345678")
        await outward.wait_for("answered")
        at_node = await node.wait_for_call()
        await outward.wait_for_tones({700}, {440, 700})
        await at_node.hang_up()
        await outward.wait_for("ended")


async def test_nat_is_kept_open_by_pings(no_hq, tmp_path, authority):
    from edge_harness import Edge

    edge = Edge(tmp_path, environment={"TRUNKLINE_NAT_PING_SECONDS": "1"})
    edge.know(snapshot())
    edge.direct()
    try:
        await edge.start("kamailio")
        async with phone_at_hq(nat=("192.168.77.5", 5060), trace=True) as phone:
            await phone.register()
            await until(lambda: any("OPTIONS" in text for _, _, text in phone.messages), "a ping", 5)
    finally:
        edge.stop()


async def test_phone_that_offers_srtp_gets_srtp(hq, node):
    async with phone_at_hq(srtp=True) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        at_node = await node.wait_for_call()
        await call.wait_for_tones({700}, {440, 700})
        await at_node.wait_for_tones({440}, {440, 700})
        await call.hang_up()


async def test_station_that_wants_srtp_is_offered_srtp(hq, node):
    async with phone_at_hq("1003", srtp=True) as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        await at_phone.hold()
        await at_phone.unhold()
        await call.wait_for_tones({440}, {440, 700})
        await call.hang_up()


@pytest.mark.parametrize(
    ("uri", "headers", "code"),
    [
        (f"sip:1002@{DOMAIN}", station_headers(), 480),
        (f"sip:9999@{DOMAIN}", station_headers(), 404),
        (f"sip:1001@{OTHER_DOMAIN}", station_headers(), 404),
        (f"sip:1001@{DOMAIN}", {}, 400),
    ],
    ids=["not-registered", "unknown", "another-tenants", "no-target"],
)
async def test_station_that_can_not_be_rung(hq, node, uri, headers, code):
    call = await node.dial(uri, headers)
    await call.wait_for("ended")

    assert call.final_code == code


async def test_busy_phone_and_call_given_up_leave_nothing_behind(hq, node):
    async with phone_at_hq() as phone:
        await phone.register()
        phone.on_invite = reject_with(486)
        busy = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await busy.wait_for("ended")
        phone.on_invite = ring_forever
        ringing = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await ringing.wait_for("ringing")
        await ringing.cancel()
        await until(lambda: no_calls_in(hq), "rtpengine has let go of both calls")

    assert busy.final_code == 486
    assert ringing.final_code == 487


async def test_busy_phone_beside_a_dead_one_is_busy(hq, node):
    with contextlib.closing(await probe_at(PHONE_2)) as gone:
        assert (await signed_in(gone)).status == 200
    async with phone_at_hq() as phone:
        await phone.register()
        phone.on_invite = reject_with(486)
        call = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await call.wait_for("ended")

        assert call.final_code == 486
        await phone.unregister()
        alone = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await alone.wait_for("ended")

    assert alone.final_code == 480


async def test_phone_that_unregisters_is_not_rung(hq, node):
    async with phone_at_hq() as phone:
        await phone.register()
        await phone.unregister()
        call = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await call.wait_for("ended")

    assert call.final_code == 480


async def test_connection_that_was_lost_is_not_rung(hq, node):
    async with phone_at_hq(transport="tcp") as phone:
        await phone.register()
        phone.registered = False  # so that closing does not unregister

    async def forgotten() -> bool:
        return "1001" not in str(await hq.rpc.call("ul.dump"))

    await until(forgotten, "the contact of the lost connection is gone", 15)


async def test_digest_works_right_after_a_restart_in_every_worker(hq):
    hq.know(crowd(3000))
    hq.stop("kamailio")
    await hq.start("kamailio")
    await register_all(3000)


def crowd(first: int):
    return snapshot(stations=tuple(station(str(first + number)) for number in range(CROWD)))


async def register_all(first: int) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(CROWD):
            group.create_task(register_once(str(first + number), address(f"10.{20 + number}")))


async def register_once(extension: str = "1001", bind: str = PHONE) -> None:
    async with phone_at_hq(extension, bind) as phone:
        await phone.register()


async def test_new_snapshot_counts_in_every_worker(hq):
    await register_once()
    hq.know(crowd(4000))
    await asyncio.sleep(2 * LOOK_SECONDS)  # so seldom do the workers look at the file
    await register_all(4000)


async def test_broken_state_file_turns_nobody_away_and_one_made_anew_counts(fresh_hq):
    from sip_probe import UdpProbe

    await register_once()
    (fresh_hq.run / "broken").write_text("{" * 10_000)
    (fresh_hq.run / "broken").replace(fresh_hq.run / "state.db")
    await asyncio.sleep(2 * LOOK_SECONDS)  # so seldom do the workers look at the file
    probe = await UdpProbe.open(PHONE, (HQ, 5060))
    try:
        assert await probe.ask("REGISTER", f"sip:{DOMAIN}") == 503
    finally:
        probe.close()
    await fresh_hq.tells("snapshot copy not readable")

    fresh_hq.know(snapshot())
    await asyncio.sleep(2 * LOOK_SECONDS)
    await register_once()


async def test_without_any_snapshot_the_edge_says_that_it_is_not_ready(no_hq, tmp_path):
    from edge_harness import Edge
    from sip_probe import UdpProbe

    edge = Edge(tmp_path)
    edge.direct()
    try:
        await edge.start("kamailio")
        probe = await UdpProbe.open(PHONE, (HQ, 5060))
        assert await probe.ask("REGISTER", f"sip:{DOMAIN}") == 503
        probe.send(message("OPTIONS", f"sip:{HQ}", probe.via))
        assert await probe.status() == 200
        probe.close()
    finally:
        edge.stop()
