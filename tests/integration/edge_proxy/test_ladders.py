"""What an edge remembers of the messages of calls: who said what, what it did itself, and no number of anybody."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    CARRIER,
    CARRIER_2,
    DID,
    DOMAIN,
    HQ,
    NODE,
    Edge,
    address,
    snapshot,
    station_headers,
    tls_files,
    trunk,
    trunk_headers,
    until,
)

from callmodel.ladder import HeadKind, LadderQuestion, SipHead
from callmodel.vouched import HEADER, PAUSES, from_header
from edge_proxy.ladders import Ladders, Pipe
from simulators.phone import Softphone, reject_with
from tests.attack.strangers import rewriting

PHONE, ELSEWHERE = address("10.11"), address("30.99")
CUSTOMER = "+8613812345678"


@pytest.fixture
async def edge(tmp_path: Path, authority: Authority) -> AsyncIterator[Edge]:
    # An edge of HQ's that is asked over Redis, which takes no part here.
    environment = tls_files(authority, authority.for_edge(HQ)) | {"TRUNKLINE_SNAPSHOT": "redis"}
    made = Edge(tmp_path, environment=environment)
    ours = trunk("trunk-1", CARRIER, CARRIER_2, sources=(CARRIER,), no_reply_ms=500, no_ring_ms=800)
    made.know(snapshot(trunks=(ours,)))
    made.direct(f"sip:{NODE}:5060")
    try:
        await made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
async def kept(edge: Edge) -> AsyncIterator[Ladders]:
    pipe = Pipe(edge.run, Ladders("edge-1", 1000, 3600))
    pipe.open()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(pipe.run())
        yield pipe.kept
        reading.cancel()
    await pipe.close()


def gateway(bind: str, **values: object) -> Softphone:
    """A carrier's gateway that answers, or calls."""
    return Softphone("gw", "trunk-1.carrier.example", proxy=(HQ, 5060), bind=bind, port=5060, tone_hz=440, trace=True,
                     **values)  # fmt: skip


def of_call(kept: Ladders, call_id: str) -> list[SipHead]:
    return list(kept.of(LadderQuestion("q", "", (call_id,))))


def words(heads: list[SipHead]) -> list[str]:
    return [f"{head.sender}: {head.words}" for head in heads]


async def test_a_call_of_a_phone_from_its_invite_to_its_bye(edge, node, kept):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE, tone_hz=440) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        await call.hang_up()
        name = call.dialog.call_id
        await until(lambda: words(of_call(kept, name))[-1:] == ["media-node: 200 OK (BYE)"], "the end")

    heads = of_call(kept, name)
    told = words(heads)
    assert told[0] == "phone: INVITE 138****5678 from 1001"
    assert any(line.startswith("media-node: 200 ") and line.endswith("(INVITE)") for line in told)
    assert "phone: BYE" in " ".join(told)
    assert heads[0].sdp.startswith(f"audio {PHONE}:")
    assert "PCMU" in heads[0].sdp
    assert "12345678" not in repr(heads)
    assert of_call(kept, "another") == []


async def test_gateways_that_were_asked_and_what_each_said(edge, node, kept):
    async with gateway(CARRIER_2) as second:
        second.on_invite = reject_with(486)
        call = await node.dial(f"sip:{CUSTOMER}@{HQ}:5062", trunk_headers(call_id="call-7"))
        await call.wait_for("ended", 10)
        question = LadderQuestion("q", "call-7")
        await until(lambda: any(head.words.startswith("486") for head in kept.of(question)), "the second's answer")

    heads = list(kept.of(question))
    told = words(heads)
    assert told[0].startswith("media-node: INVITE +86138****5678")
    assert any("asks gateway 1 of trunk trunk-1" in line and CARRIER in line for line in told)
    assert any("gave no sign of ringing" in line for line in told)
    assert any("asks gateway 2 of trunk trunk-1" in line and CARRIER_2 in line for line in told)
    assert any(line.startswith("carrier: 486") for line in told)
    assert {head.kind for head in heads} == {HeadKind.REQUEST, HeadKind.RESPONSE, HeadKind.NOTE}
    assert "12345678" not in repr(heads)


async def test_a_carrier_whose_media_is_elsewhere_than_it_may_be(edge, node, kept):
    """The trunk has networks for its media, and the description names another."""
    edge.know(snapshot(trunks=(trunk(sources=(CARRIER,), media_networks=(f"{CARRIER}/32",)),)))

    def elsewhere(text: str) -> str:
        return re.sub(r"IN IP4 \S+", "IN IP4 10.0.0.1", text)

    node.on_invite = reject_with(488)
    async with gateway(CARRIER, open_media=rewriting(elsewhere)) as carrier:
        call = await carrier.dial(f"sip:{DID}@{HQ}")
        await call.wait_for("ended")
        name = call.dialog.call_id
        await until(lambda: any("media-node: 488" in line for line in words(of_call(kept, name))), "the refusal")

    told = words(of_call(kept, name))
    assert call.final_code == 488
    assert any("has its media at 10.0.0.1" in line for line in told)
    assert of_call(kept, name)[0].sdp.startswith("audio 10.0.0.1:")


async def test_a_station_that_is_not_registered_and_its_wrong_password(edge, node, kept):
    async with Softphone("1002", DOMAIN, "wrong", proxy=(HQ, 5060), bind=PHONE) as phone:
        with contextlib.suppress(Exception):
            await phone.register()
    call = await node.dial(f"sip:1002@{DOMAIN}", station_headers("call-8"))
    await call.wait_for("ended")
    question = LadderQuestion("q", "call-8", accounts=(f"1002@{DOMAIN}",))
    await until(lambda: len(kept.of(question)) >= 4, "told")

    told = words(list(kept.of(question)))
    assert f"us: wrong password from {PHONE}" in told
    assert f"us: no phone is registered as 1002@{DOMAIN}" in told
    assert told[-1] == "us: answered 480 Temporarily Unavailable"


async def test_a_stranger_s_invite_is_kept_nowhere(edge, node, kept):
    async with Softphone("1001", DOMAIN, "wrong", proxy=(HQ, 5060), bind=ELSEWHERE) as stranger:
        call = await stranger.dial("13812345678")
        await call.wait_for("ended")
        name = call.dialog.call_id
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        ours = await phone.dial("13812345678")
        await until(lambda: of_call(kept, ours.dialog.call_id), "whoever came later is told of")
        await ours.wait_for("answered")
        await ours.hang_up()

    assert of_call(kept, name) == []


def with_comfort_noise(text: str) -> str:
    return re.sub(r"(m=audio [^\r\n]*)", r"\1 13", text)


async def test_the_media_node_hears_who_may_be_silent(edge, node, kept):
    """RFC 3389: in the caller's offer, in the callee's answer; and nobody else sees the header."""
    async with (
        gateway(CARRIER, open_media=rewriting(with_comfort_noise)) as carrier,
        Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE, trace=True) as phone,
    ):
        inbound = await carrier.dial(f"sip:{DID}@{HQ}")
        at_node = await node.wait_for_call()
        await inbound.wait_for("answered")
        assert from_header(at_node.invite.get(HEADER))[PAUSES] == "1"
        await inbound.hang_up()

        call = await node.dial(f"sip:{CUSTOMER}@{HQ}:5062", trunk_headers())
        await call.wait_for("answered")
        assert from_header(call.answer_message.get(HEADER))[PAUSES] == "1"
        await call.hang_up()

        await phone.register()
        rung = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await rung.wait_for("answered")
        assert rung.answer_message.get(HEADER) == ""
        await rung.hang_up()
        heard = "".join(text for _, way, text in [*carrier.messages, *phone.messages] if way == "received")
    assert HEADER not in heard
