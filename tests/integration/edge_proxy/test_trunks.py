"""Carriers: fail-over, digest, registration, calls that come in; and nothing of ours leaks to them."""

import re
import time
from dataclasses import replace

import pytest
from edge_harness import (
    BLOCK,
    CARRIER,
    CARRIER_2,
    DID,
    HQ,
    NODE,
    address,
    snapshot,
    trunk,
    trunk_headers,
    until,
)
from sip_probe import UdpProbe

from callmodel.edgesnapshot import Gateway, TrunkCredentials
from edge_proxy.hops import Found, Hop
from simulators.carrier import Carrier
from simulators.digest import ha1_of
from simulators.g711 import PCMA, PCMU
from simulators.phone import Softphone

CUSTOMER = "+8613812345003"
REALM = "carrier.example"
CREDENTIALS = TrunkCredentials("acct7", REALM, ha1_of("acct7", REALM, "s3cret"))


def carrier_at(bind: str = CARRIER, **values) -> Carrier:
    if "accounts" not in values:
        values["ip_authentication"] = {HQ}
    return Carrier(bind, 5060, trace=True, **values)


async def call_out(node, number: str = CUSTOMER, **values):
    return await node.dial(f"sip:{number}@edge.invalid", trunk_headers(**values))


async def final_code_of(call) -> int:
    await call.wait_for("ended")
    return call.final_code


async def test_congested_gateway_is_passed_over(hq, node):
    hq.know(snapshot(trunks=(trunk("trunk-1", CARRIER, CARRIER_2),)))
    async with carrier_at(limit=0) as full, carrier_at(CARRIER_2) as other:
        call = await call_out(node)
        await call.wait_for("answered")
        await call.wait_for_tones({other.calls[0].tone_hz}, {other.calls[0].tone_hz, 700})
        await call.hang_up()

    assert [record.refused_with for record in full.calls] == [503]
    assert other.calls[0].request_uri == f"sip:{CUSTOMER}@{CARRIER_2}:5060"


async def test_dead_gateway_is_passed_over_after_its_silence(hq, node):
    hq.know(snapshot(trunks=(trunk("trunk-1", CARRIER, CARRIER_2, no_reply_ms=600),)))
    async with carrier_at(CARRIER_2):
        started = time.monotonic()
        call = await call_out(node)
        await call.wait_for("answered")
        took = time.monotonic() - started
        await call.hang_up()

    assert 0.5 < took < 2.5


async def test_node_gets_503_when_every_gateway_failed(hq, node):
    hq.know(snapshot(trunks=(trunk("trunk-1", CARRIER, CARRIER_2, no_reply_ms=500),)))
    async with carrier_at(limit=0):
        assert await final_code_of(await call_out(node)) == 503


@pytest.mark.parametrize(("digits", "code"), [("486", 486), ("404", 404), ("603", 603)])
async def test_what_the_callee_says_is_no_reason_to_try_another_gateway(hq, node, digits, code):
    hq.know(snapshot(trunks=(trunk("trunk-1", CARRIER, CARRIER_2),)))
    async with carrier_at(), carrier_at(CARRIER_2) as other:
        assert await final_code_of(await call_out(node, f"+8613812345{digits}")) == code

    assert list(other.calls) == []


@pytest.mark.parametrize(
    ("values", "number", "code"),
    [
        ({"trunk_id": "no-such-trunk"}, CUSTOMER, 503),
        ({"caller": ""}, CUSTOMER, 403),
        ({}, "13812345678", 484),
    ],
    ids=["unknown-trunk", "no-caller", "no-e164"],
)
async def test_wrong_order_of_a_node_is_refused(hq, node, values, number, code):
    assert await final_code_of(await call_out(node, number, **values)) == code


async def test_carrier_that_asks_for_a_digest_gets_it_and_the_dialog_goes_on(hq, node):
    hq.know(snapshot(trunks=(trunk(credentials=CREDENTIALS),)))
    async with carrier_at(accounts={"acct7": "s3cret"}) as carrier:
        call = await call_out(node)
        await call.wait_for("answered")
        record = carrier.calls[0]
        await record.line.wait_for_tones({700}, {record.tone_hz, 700})
        await call.hold()
        await call.unhold()
        await call.hang_up()
        await record.line.wait_for("ended")

    assert record.account == "acct7"
    assert carrier.challenges_sent >= 1


async def test_wrong_digest_makes_the_trunk_fail(hq, node):
    wrong = replace(CREDENTIALS, ha1=ha1_of("acct7", REALM, "other"))
    hq.know(snapshot(trunks=(trunk(credentials=wrong),)))
    async with carrier_at(accounts={"acct7": "s3cret"}):
        assert await final_code_of(await call_out(node)) in (403, 503)


async def test_customer_who_rings_out_is_cancelled_at_the_carrier(hq, node):
    async with carrier_at() as carrier:
        call = await call_out(node, "+8613812345009")
        await call.wait_for("early-media")
        await call.cancel()
        await carrier.calls[0].line.wait_for("ended")
        await until(lambda: no_calls_in(hq), "rtpengine has let go of the call")


async def no_calls_in(edge) -> bool:
    return not (await edge.ng("list"))["calls"]


async def test_early_media_of_the_carrier_is_heard(hq, node):
    async with carrier_at():
        call = await call_out(node, "+8613812345009")
        await call.wait_for("early-media")
        await call.wait_for_tones({425}, {425, 700})
        await call.cancel()


@pytest.mark.parametrize("branch", ["the same branch", "another branch"])
@pytest.mark.parametrize(("early", "final"), [(PCMU, PCMA), (PCMA, PCMU)])
async def test_final_answer_of_the_carrier_rules_the_codec(hq, node, early, final, branch):
    async with Softphone("gw", "carrier.example", proxy=(HQ, 5060), bind=CARRIER, port=5060) as carrier:

        async def answer_otherwise(call):
            call.change_answer(early)
            call.play_tone(425)
            call.progress()
            await at_node.wait_for_tones({425}, {425, 1000})
            call.change_answer(final)
            if branch == "another branch":
                carrier.become_another_branch(call)
            call.play_tone(1000)
            call.answer()

        carrier.on_invite = answer_otherwise
        at_node = await call_out(node)
        await at_node.wait_for("answered")
        await at_node.wait_for_tones({1000}, {425, 1000})
        at_carrier = await carrier.wait_for_call()
        await at_carrier.wait_for_tones({700}, {700})
        sent = at_carrier.media.endpoint.reception.packets[-1].payload_type
        await at_node.hang_up()

    assert at_node.media.remote.payload_types == (final,)
    assert sent == final


async def test_nothing_of_ours_leaks_to_the_carrier(hq, node):
    async with carrier_at() as carrier:
        call = await call_out(node)
        await call.wait_for("answered")
        await call.hold()
        await call.unhold()
        await carrier.calls[0].line.hang_up()
        await call.wait_for("ended")
        inbound = await carrier.place_call(DID, "013912345678", (HQ, 5060))
        await inbound.wait_for("answered")
        await inbound.hang_up()
        received = [text for _, way, text in carrier.messages if way == "received"]

    ours = re.compile(rf"127\.{BLOCK}\.(\d+\.\d+)")
    addresses = {match.group(1) for text in received for match in ours.finditer(text)}
    assert addresses <= {"10.1", "30.1"}, "only the edge's own address and the carrier's"
    everything = "\n".join(received)
    for word in ("X-Trunkline", NODE, "trunkline.test", "edge.invalid", "Trunkline-Simulator", "node@"):
        assert word not in everything, word
    invite = next(text for text in received if text.startswith("INVITE"))
    assert f"From: <sip:{DID}@trunk-1.carrier.example>" in invite
    assert f"P-Asserted-Identity: <sip:{DID}@trunk-1.carrier.example>" in invite


async def test_call_of_the_carrier_reaches_the_node_with_numbers_in_one_form(hq, node):
    async with carrier_at() as carrier:
        call = await carrier.place_call("02155550001", "013912345678", (HQ, 5060))
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await at_node.wait_for("answered")
        await at_node.hang_up()
        await call.wait_for("ended")

    invite = next(text for _, way, text in node.messages if way == "received" and text.startswith("INVITE"))
    assert invite.startswith(f"INVITE sip:{DID}@{NODE}")
    assert re.search(r"^From: .*<sip:\+8613912345678@", invite, re.MULTILINE)
    assert "X-Trunkline: origin=trunk;trunk=trunk-1\r\n" in invite


async def test_withheld_number_is_anonymous_to_the_node(hq, node):
    async with carrier_at() as carrier:
        call = await carrier.place_call(DID, "anonymous", (HQ, 5060))
        await node.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()

    invite = next(text for _, way, text in node.messages if way == "received" and text.startswith("INVITE"))
    assert re.search(r"^From: .*<sip:anonymous@", invite, re.MULTILINE)


async def test_number_that_is_not_ours_is_not_found(hq, node):
    async with carrier_at() as carrier:
        call = await carrier.place_call("+862155559999", "013912345678", (HQ, 5060))

        assert await final_code_of(call) == 404


async def test_call_from_an_address_that_is_no_carriers_is_refused(hq, node):
    probe = await UdpProbe.open(address("30.9"), (HQ, 5060))

    assert await probe.ask("INVITE", f"sip:{DID}@{HQ}") == 403
    probe.close()


async def test_gateway_given_by_name_is_reached_at_the_address_that_the_agent_found(hq, node):
    named = Gateway("sip.carrier.example")
    places = {named: Found(named, (Hop(CARRIER),))}
    hq.know(snapshot(trunks=(trunk("trunk-1", named.host),)), places)
    async with carrier_at() as carrier:
        call = await call_out(node)
        await call.wait_for("answered")
        await call.hang_up()

    assert carrier.calls[0].request_uri == f"sip:{CUSTOMER}@sip.carrier.example:5060"


async def test_gateway_whose_name_is_unknown_is_no_gateway(hq, node):
    hq.know(snapshot(trunks=(trunk("trunk-1", "unknown.carrier.example"),)))

    assert await final_code_of(await call_out(node)) == 503


async def test_failure_of_the_script_itself_is_answered_and_logged(hq, node):
    odd = replace(trunk(), gateways=(Gateway(CARRIER, 5060, "pigeon"),))
    hq.know(snapshot(trunks=(odd,)))

    assert await final_code_of(await call_out(node)) == 500
    await hq.tells("script failed in ksr_request_route")


async def test_keys_by_info_pass_between_node_and_carrier(hq, node):
    async with Softphone("carrier", CARRIER, proxy=(HQ, 5060), bind=CARRIER, port=5060) as carrier:
        call = await call_out(node)
        at_carrier = await carrier.wait_for_call()
        await call.wait_for("answered")

        await call.press_by_info("5")
        await at_carrier.press_by_info("9")

        for side, key in ((at_carrier, "5"), (call, "9")):
            told = [each.body for each in side.received_requests if each.method == "INFO"]
            assert [f"Signal={key}" in body for body in told] == [True]
        await call.hang_up()
