"""Scanners, floods, guessers and rubbish: each gets the standard answer or silence, and the edge goes on."""

import asyncio
import http.client
import json
import urllib.error
import urllib.request

import pytest
from edge_harness import CARRIER, DOMAIN, HQ, OTHER_DOMAIN, Edge, address, snapshot, until
from sip_probe import TcpProbe, UdpProbe, message

from simulators.phone import RegistrationError, Softphone

STRANGER, PHONE = address("66.1"), address("10.11")
EDGE_URI = f"sip:{HQ}"
RUBBISH = {"Via": ";;,;,,"}


@pytest.fixture
async def probe():
    made = await UdpProbe.open(STRANGER, (HQ, 5060))
    yield made
    made.close()


async def ban_of(edge: Edge, sender: str) -> str | None:
    """Return why an address is banned, None when it is not."""
    held = await edge.rpc.htable_get("banned", sender)
    return held.partition(" ")[0] if held else None


async def test_scanner_is_banned_by_its_first_request_over_a_connection(hq, probe):
    scanner = await TcpProbe.open(STRANGER, (HQ, 5060))
    assert await scanner.ask("OPTIONS", EDGE_URI, headers={"User-Agent": "friendly-scanner"}) == 0
    assert await probe.ask("OPTIONS", EDGE_URI) == 0
    assert await ban_of(hq, STRANGER) == "scanner"
    scanner.close()


async def test_ban_ends(hq, probe):
    scanner = await TcpProbe.open(STRANGER, (HQ, 5060))
    await scanner.ask("OPTIONS", EDGE_URI, headers={"User-Agent": "sipvicious"})
    await hq.rpc.htable_delete("banned", STRANGER)

    assert await probe.ask("OPTIONS", EDGE_URI) == 200
    scanner.close()


async def test_flood_is_dropped_and_others_go_on(no_hq, tmp_path, probe):
    edge = Edge(tmp_path, environment={"TRUNKLINE_FLOOD_REQUESTS_PER_SECOND": "20"})
    edge.know(snapshot())
    edge.direct()
    try:
        await edge.start("kamailio")
        for _ in range(200):
            probe.send(message("OPTIONS", EDGE_URI, probe.via))
        await until(lambda: edge.rpc.htable_get("flooding", STRANGER), "the flood is dropped", 3)
        async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
            await phone.register()
    finally:
        edge.stop()


async def test_guesser_of_passwords_is_banned_after_ten_attempts(hq):
    async with Softphone("1001", DOMAIN, "guessed", proxy=(HQ, 5060), bind=STRANGER) as phone:
        for _ in range(11):
            with pytest.raises(RegistrationError) as refused:
                await phone.register()
            assert refused.value.status == 401

    assert await ban_of(hq, STRANGER) == "guessing"


async def test_unknown_extension_looks_like_a_wrong_password(hq):
    async with Softphone("9999", DOMAIN, "guessed", proxy=(HQ, 5060), bind=STRANGER) as phone:
        with pytest.raises(RegistrationError) as refused:
            await phone.register()

    assert refused.value.status == 401


async def test_caller_from_nowhere_is_refused(hq, probe):
    """Never banned over UDP, where it may be anybody; `test_bans.py` has the connection's end."""
    answers = [await probe.ask("INVITE", f"sip:+8613812345678@{HQ}") for _ in range(12)]

    assert answers == [403] * 12
    assert await ban_of(hq, STRANGER) is None


async def test_password_of_one_tenant_does_not_open_another(hq):
    async with Softphone("1001", OTHER_DOMAIN, "wrong", proxy=(HQ, 5060), bind=PHONE) as phone:
        with pytest.raises(RegistrationError):
            await phone.register()
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        await phone.register()
        call = await phone.dial(f"sip:1001@{OTHER_DOMAIN}")
        await call.wait_for("ended")

    assert call.final_code == 403


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Max-Forwards": "0"}, 483),
        ({"CSeq": "1 BYE"}, 400),
        ({"X-Padding": "x" * 17_000}, 513),
        ({"To": "<sip:1001@" + DOMAIN + ">;tag=stray"}, 481),
    ],
    ids=["too-many-hops", "wrong-cseq", "oversized", "stray-dialog"],
)
async def test_request_that_can_not_be_served_gets_the_standard_answer(hq, probe, headers, expected):
    assert await probe.ask("INVITE", f"sip:1001@{DOMAIN}", headers=headers) == expected


@pytest.mark.parametrize("method", ["SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER"])
async def test_method_that_the_edge_does_not_serve_is_not_allowed(hq, probe, method):
    assert await probe.ask(method, f"sip:1001@{DOMAIN}") == 405


async def test_rubbish_is_survived(hq, probe):
    for rubbish in (
        b"\x00" * 200,
        b"INVITE",
        b"GET / HTTP/1.1\r\n\r\n",
        b"INVITE sip: SIP/2.0\r\n\r\n",
        b"\xff\xfe" * 99,
    ):
        probe.send(rubbish)

    assert await probe.ask("OPTIONS", EDGE_URI) == 200


async def test_request_inside_a_dialog_that_never_was_is_not_relayed(hq, probe):
    victim = await UdpProbe.open(address("66.2"), (HQ, 5060))
    route = {"Route": f"<sip:{HQ};lr>", "To": "<sip:x@y>;tag=1"}

    assert await probe.ask("BYE", f"sip:victim@{victim.via.partition(' ')[2]}", headers=route) == 481
    assert victim.answers.empty()
    victim.close()


async def test_stranger_on_the_media_nodes_port_gets_no_answer(hq):
    probe = await UdpProbe.open(STRANGER, (HQ, 5062))
    headers = {"X-Trunkline": "target=trunk;trunk=trunk-1;caller=+862155550001"}

    assert await probe.ask("INVITE", f"sip:+8613812345678@{HQ}", headers=headers) == 0
    probe.close()


async def test_our_own_headers_count_for_nothing_from_outside(hq, node):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        forged = {
            "X-Trunkline": "origin=trunk;tenant=other;station=2002;target=trunk",
            "X-Trunkline-Anything": "1",
            "P-Asserted-Identity": "<sip:+8610000000@x>",
            "Remote-Party-ID": "<sip:+8610000000@x>",
        }
        call = await phone.dial("13812345678", forged)
        await node.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()

    invite = next(text for _, way, text in node.messages if way == "received" and text.startswith("INVITE"))
    ours = [line for line in invite.splitlines() if line.lower().startswith("x-trunkline")]
    assert ours == ["X-Trunkline: origin=station;tenant=acme;station=1001;site=hq"]
    assert "8610000000" not in invite


async def test_phone_may_ask_for_a_caller_number(hq, node):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        call = await phone.dial("13812345678", {"P-Preferred-Identity": "<sip:+862155550001@acme.trunkline.test>"})
        await node.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()

    invite = next(text for _, way, text in node.messages if way == "received" and text.startswith("INVITE"))
    assert ";caller=+862155550001\r\n" in invite


async def test_text_that_no_telephone_can_mean_is_an_incomplete_address(hq, node):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        call = await phone.dial(f"sip:${{EVIL}}@{DOMAIN}")
        await call.wait_for("ended")

    assert call.final_code == 484


async def test_rpc_answers_on_its_own_port_only_and_whoever_knows_its_token(hq):
    token = json.loads((hq.run / "secrets.json").read_text())["rpc"]

    def post(port: int, token: str = token) -> int:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "core.version", "params": []}).encode()
        try:
            asked = urllib.request.Request(f"http://{HQ}:{port}/RPC", body, {"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(asked, timeout=2) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except http.client.RemoteDisconnected:
            return 0

    assert await asyncio.to_thread(post, 5063) == 200
    assert await asyncio.to_thread(post, 5060) == 0
    assert await asyncio.to_thread(post, 5063, "") == 404
    assert await asyncio.to_thread(post, 5063, token[:-1] + "x") == 404


async def test_sender_of_what_is_no_sip_is_banned_over_connections_and_others_go_on(hq, probe):
    for _ in range(11):
        sender = await TcpProbe.open(STRANGER, (HQ, 5060))
        sender.send(message("INVITE", EDGE_URI, sender.via, headers=RUBBISH))
        await until(lambda sender=sender: sender.closed, "the connection is closed", 3)
        sender.close()
    await until(lambda: ban_of(hq, STRANGER), "the sender of rubbish is banned", 3)

    assert await probe.ask("OPTIONS", EDGE_URI) == 0
    other = await UdpProbe.open(address("66.3"), (HQ, 5060))
    assert await other.ask("OPTIONS", EDGE_URI) == 200
    other.close()


async def test_sender_of_what_is_no_sip_over_udp_may_be_anybody(hq, probe):
    for _ in range(30):
        probe.send(message("INVITE", EDGE_URI, probe.via, headers=RUBBISH))

    assert await probe.ask("OPTIONS", EDGE_URI) == 200
    assert await ban_of(hq, STRANGER) is None


async def test_carrier_is_never_banned_whatever_comes_from_its_address(hq):
    """Its address can be forged over UDP, and a ban would cut off its calls."""
    forger = await UdpProbe.open(CARRIER, (HQ, 5060))
    for _ in range(20):
        forger.send(message("INVITE", EDGE_URI, forger.via, headers=RUBBISH))
        forger.send(message("OPTIONS", EDGE_URI, forger.via, headers={"User-Agent": "sipvicious"}))

    assert await forger.ask("OPTIONS", EDGE_URI) == 200
    assert await ban_of(hq, CARRIER) is None
    forger.close()


@pytest.mark.parametrize(
    "kind", ["multipart/mixed;boundary=y", "multipart/mixed;boundary=application/sdp", "text/plain"]
)
async def test_a_session_description_that_we_would_not_see_is_refused(hq, probe, kind):
    part = "--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--x--\r\n"

    probe.send(message("INVITE", EDGE_URI, probe.via, headers={"Content-Type": kind}, body=part))
    answer = await asyncio.wait_for(probe.answers.get(), 2)

    assert answer.startswith("SIP/2.0 415 ")
    assert "Accept: application/sdp\r\n" in answer
