"""Session descriptions that rtpengine does not take: nothing of them goes on, and nobody stays in such a call."""

import asyncio
import json
import re
from dataclasses import replace

import pytest
from edge_harness import (
    BRANCH,
    CARRIER,
    DID,
    DOMAIN,
    HQ,
    NODE,
    PLATFORM,
    address,
    snapshot,
    station_headers,
    trunk,
    trunk_headers,
    until,
)

from callmodel import keys
from callmodel.codec import from_wire
from callmodel.edgecarriers import EdgeCarriers
from edge_proxy.carrier_report import CarrierReport
from simulators.call import PhoneCall
from simulators.call_dialog import RequestRefusedError
from simulators.call_media import CallMedia
from simulators.phone import Softphone, answer_after, reject_with
from tests.attack.strangers import Rewritten, Stranger, rewriting

PHONE, ELSEWHERE = address("10.11"), address("30.99")
BOTH = {440, 700}
CUSTOMER = "+8613812345003"


def without_version(text: str) -> str:
    return text.removeprefix("v=0\r\n")


def with_ttl(text: str) -> str:
    return re.sub(r"(c=IN IP4 \S+)", r"\1/127", text)


def with_two_connections(text: str) -> str:
    return re.sub(r"(c=IN IP4 \S+\r\n)", r"\1\1", text)


def with_a_name(text: str) -> str:
    return re.sub(r"c=IN IP4 \S+", "c=IN IP4 phone.example.com", text)


BROKEN = [without_version, with_ttl, with_two_connections, with_a_name]


def phone(**values) -> Softphone:
    return Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE, tone_hz=440, trace=True, **values)


def gateway(**values) -> Softphone:
    """A carrier's gateway that answers, or calls; without a registrar's ways."""
    return Softphone("gw", "trunk-1.carrier.example", proxy=(HQ, 5060), bind=CARRIER, port=5060, tone_hz=440,
                     trace=True, **values)  # fmt: skip


async def nothing_left_at(hq) -> None:
    async def gone() -> bool:
        return not (await hq.ng("list"))["calls"]

    await until(gone, "rtpengine holds nothing of it")


def received_by(agent: Softphone) -> str:
    return "".join(text for _, way, text in agent.messages if way == "received")


async def ended_with(call: PhoneCall) -> int | None:
    await call.wait_for("ended")
    return call.final_code


async def is_told_to_the_node_alone(node: Softphone, caller: Softphone, called: str) -> None:
    """Who writes records hears of the call, and nothing of the caller's media; what it says is the answer."""
    node.on_invite = reject_with(488)
    call = await caller.dial(called)
    async with asyncio.timeout(10):
        at_node = await node.incoming.get()

    assert await ended_with(call) == 488
    assert at_node.invite is not None and at_node.invite.body == "" and not at_node.invite.get("Content-Type")
    assert "refused=1" in at_node.invite.get("X-Trunkline")


@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_offer_of_a_phone_is_refused_and_not_sent_on(hq, node, broken):
    async with phone(open_media=rewriting(broken)) as caller:
        await caller.register()
        await is_told_to_the_node_alone(node, caller, "13812345678")
    await nothing_left_at(hq)


async def test_broken_offer_of_a_phone_at_a_branch_is_told_to_the_node_too(hq, branch, node):
    where = {"proxy": (BRANCH, 5060), "bind": address("20.11")}
    async with Softphone("2001", DOMAIN, "pw-2001", open_media=rewriting(without_version), **where) as caller:
        await caller.register()
        await is_told_to_the_node_alone(node, caller, "13812345678")
    await nothing_left_at(hq)
    await nothing_left_at(branch)


@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_answer_of_a_phone_is_refused_and_both_sides_are_rid_of_the_call(hq, node, broken):
    async with phone(open_media=rewriting(broken)) as callee:
        await callee.register()
        call = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        at_phone = await callee.wait_for_call()

        assert await ended_with(call) == 488
        await at_phone.wait_for("ended")
    await nothing_left_at(hq)
    assert PHONE not in "".join(line for line in received_by(node).splitlines() if line.startswith(("c=", "o=")))
    assert "ACK" in {text.split()[0] for _, way, text in callee.messages if way == "received"}


@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_answer_of_a_media_node_shows_no_inner_address(hq, broken):
    how = [broken, str]
    node = Softphone("node", PLATFORM, proxy=(HQ, 5062), bind=NODE, port=5060, tone_hz=700,
                     open_media=lambda settings: Rewritten(settings, how.pop(0)))  # fmt: skip
    async with node, phone() as caller:
        await caller.register()
        call = await caller.dial("13812345678")
        at_node = await node.wait_for_call()

        assert await ended_with(call) == 488
        await at_node.wait_for("ended")
        benign = await caller.dial("13812345678")
        await benign.wait_for("answered")
        await benign.wait_for_tones({700}, BOTH)
        await benign.hang_up()
    assert NODE not in "".join(line for line in received_by(caller).splitlines() if line.startswith(("c=", "o=")))


@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_offer_inside_a_call_is_refused_and_the_call_goes_on(hq, node, broken):
    async with phone(open_media=rewriting(str)) as caller:
        await caller.register()
        call = await caller.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        call.media.rewrite = broken
        with pytest.raises(RequestRefusedError) as refused:
            await call.unhold()
        assert refused.value.status == 488
        at_node.media.endpoint.reception.forget()
        await at_node.wait_for_tones({440}, BOTH)
        # And the other way: the phone's answer to a re-INVITE of the media node.
        with pytest.raises(RequestRefusedError) as refused:
            await at_node.unhold()
        assert refused.value.status == 488
        call.media.rewrite = str
        await at_node.unhold()
        for side in (call, at_node):
            side.media.endpoint.reception.forget()
        await call.wait_for_tones({700}, BOTH)
        await at_node.wait_for_tones({440}, BOTH)
        await call.hang_up()
        await at_node.wait_for("ended")


def elsewhere(text: str) -> str:
    return re.sub(r"c=IN IP4 \S+", f"c=IN IP4 {ELSEWHERE}", text)


async def test_carrier_that_answers_with_an_address_outside_of_its_networks_is_left(fresh_hq, node):
    stray = Stranger(ELSEWHERE)
    async with gateway(open_media=rewriting(elsewhere)) as carrier:
        call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
        at_carrier = await carrier.wait_for_call()

        assert await ended_with(call) == 488
        await at_carrier.wait_for("ended")
    await nothing_left_at(fresh_hq)
    assert stray.received() == 0
    await fresh_hq.tells("media_networks")
    stray.close()


async def test_address_that_a_carrier_names_is_told_until_the_operator_says_yes(hq, node, redis):
    async with gateway(open_media=rewriting(elsewhere)) as carrier:
        await is_told_to_the_node_alone(node, carrier, f"sip:{DID}@{HQ}")
    node.on_invite = answer_after()
    await CarrierReport(hq.rpc, redis, "hq-edge", tuple).report()
    (seen,) = from_wire(EdgeCarriers, json.loads(await redis.get(keys.edge_carriers("hq-edge")))).stray_media
    assert (seen.trunk_id, seen.address) == ("trunk-1", ELSEWHERE)
    hq.know(snapshot(trunks=(trunk(sources=(CARRIER,), media_learnt=(ELSEWHERE,)),)))
    # What it had without a word it has still.
    hosts = iter((ELSEWHERE, CARRIER))
    async with gateway(open_media=lambda settings: CallMedia(replace(settings, host=next(hosts)))) as carrier:
        for _ in range(2):
            call = await carrier.dial(f"sip:{DID}@{HQ}")
            at_node = await node.wait_for_call()
            await call.wait_for("answered")
            await call.wait_for_tones({700}, BOTH)
            await at_node.wait_for_tones({440}, BOTH)
            await call.hang_up()
            await at_node.wait_for("ended")
    assert next(hosts, None) is None


async def test_carrier_that_offers_an_address_outside_of_its_networks_is_refused(hq, node):
    async with gateway(open_media=rewriting(elsewhere)) as carrier:
        await is_told_to_the_node_alone(node, carrier, f"sip:{DID}@{HQ}")


async def test_carrier_whose_media_networks_are_told_may_have_its_media_there(hq, node):
    hq.know(snapshot(trunks=(trunk(sources=(CARRIER,), media_networks=(f"{ELSEWHERE}/32", CARRIER)),)))
    async with gateway(open_media=lambda settings: CallMedia(replace(settings, host=ELSEWHERE))) as carrier:
        call = await carrier.dial(f"sip:{DID}@{HQ}")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await call.wait_for_tones({700}, BOTH)
        await at_node.wait_for_tones({440}, BOTH)
        await call.hang_up()
