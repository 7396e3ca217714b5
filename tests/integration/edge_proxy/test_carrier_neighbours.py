"""What carriers send that stands beside what was once reported: another order, transport, message or direction."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from edge_harness import CARRIER, CARRIER_2, DID, HQ, snapshot, trunk, trunk_headers, until
from raw_carrier import RawCarrier, listening, sdp
from sip_probe import UdpProbe, message

from callmodel.edgesnapshot import EdgeTrunk, Gateway
from simulators.carrier import Carrier

CUSTOMER = "+8613812345003"
ISUP = b"\x01\x10\x40\x01\x0a\x00\x02\x0a\x08\x83\x10\x68\x21\x55\x55"
ZHANG = "张三".encode("gbk")
MANY = "multipart/mixed;boundary=part"


def parts(session: bytes, *, isup_first: bool = True, boundary: bytes = b"part") -> bytes:
    """Return SIP-I: a session beside ISUP (Q.1912.5)."""
    isup = (
        b"Content-Type: application/ISUP;version=itu-t92+\r\nContent-Disposition: signal;handling=optional\r\n\r\n"
        + ISUP
    )
    wanted = b"Content-Type: application/sdp\r\n\r\n" + session
    ordered = (isup, wanted) if isup_first else (wanted, isup)
    return b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in ordered) + b"--" + boundary + b"--\r\n"


@pytest.fixture
async def hq(patient_hq):
    patient_hq.know(snapshot(trunks=(trunk(sources=(CARRIER,), no_ring_ms=1000, no_reply_ms=600),)))
    return patient_hq


@pytest.fixture(params=["udp", "tcp"])
async def carrier(request, hq) -> AsyncIterator[RawCarrier]:
    """A carrier over either transport."""
    made = RawCarrier()
    known: EdgeTrunk = trunk(sources=(CARRIER,), no_ring_ms=1000, no_reply_ms=600)
    gateways = (Gateway(CARRIER, 5060, request.param), Gateway(CARRIER_2, 5060))
    hq.know(snapshot(trunks=(replace(known, gateways=gateways),)))
    async with listening(made, request.param):
        yield made


async def call_out(node):
    return await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())


def told(node, start: str) -> list[str]:
    """Return what the node got that begins so."""
    return [text for _, way, text in node.messages if way == "received" and text.startswith(start)]


# -- row 7: names and texts of other charsets, in answers and inside of dialogs


@pytest.mark.parametrize("where", ["reason", "display", "software", "session"])
async def test_answer_with_a_text_of_another_charset_goes_through(hq, node, carrier, where):
    session = sdp().replace(b"s=-", b"s=" + ZHANG) if where == "session" else sdp()
    lines = {"display": b'P-Asserted-Identity: "' + ZHANG + b'" <sip:+8613812345003@carrier.example>',
             "software": b"Server: " + ZHANG}  # fmt: skip
    status = b"200 " + ZHANG if where == "reason" else b"200 OK"
    carrier.on["INVITE"] = lambda request: carrier.answer(
        request, status, *filter(None, [lines.get(where)]), body=session
    )
    call = await call_out(node)
    await call.wait_for("answered")
    await call.hang_up()
    await until(lambda: carrier.heard("BYE"), "the carrier is told")


async def test_refusal_in_another_charset_is_the_same_refusal(hq, node, carrier):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, b"486 " + ZHANG)
    call = await call_out(node)
    await call.wait_for("ended")

    assert call.final_code == 486


@pytest.mark.parametrize("method", ["BYE", "INFO", "UPDATE", "INVITE"])
async def test_request_in_a_dialog_with_a_name_of_another_charset_goes_through(hq, node, carrier, method):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "200 OK", body=sdp())
    call = await call_out(node)
    await call.wait_for("answered")
    await until(lambda: carrier.heard("ACK"), "the call stands")
    carrier.say(in_dialog(carrier, method, display=b'"' + ZHANG + b'" '))
    await until(lambda: any(each.startswith(b"SIP/2.0 200") for each in carrier.requests), f"{method} is answered")
    if method != "BYE":
        await call.hang_up()


def in_dialog(carrier: RawCarrier, method: str, *, display: bytes = b"", body: bytes = b"", kind: str = "") -> bytes:
    """Return a request of the carrier's own in its one dialog."""
    invite = carrier.heard("INVITE")[0].decode()
    said = {name: [line[len(name) + 2 :] for line in invite.split("\r\n") if line.startswith(f"{name}: ")]
            for name in ("From", "To", "Call-ID", "Contact", "Record-Route", "Via")}  # fmt: skip
    target = said["Contact"][0].strip("<>").split(">")[0]
    transport = said["Via"][0].split("/")[2].split()[0]
    body = body or (sdp() if method == "INVITE" else b"")
    lines = [
        f"{method} {target} SIP/2.0".encode(),
        f"Via: SIP/2.0/{transport} {CARRIER}:5060;branch=z9hG4bKin{method}".encode(),
        *(f"Route: {route}".encode() for route in said["Record-Route"]),
        b"From: " + display + f"{said['To'][0]};tag=carrier".encode(),
        f"To: {said['From'][0]}".encode(),
        f"Call-ID: {said['Call-ID'][0]}".encode(),
        f"CSeq: 7 {method}".encode(),
        b"Max-Forwards: 70",
        f"Contact: <sip:{CARRIER}:5060>".encode(),
        *([f"Content-Type: {kind or 'application/sdp'}".encode()] if body else []),
        f"Content-Length: {len(body)}".encode(),
    ]
    return b"\r\n".join([*lines, b"", b""]) + body


# -- row 9: bodies of several parts, elsewhere than in 183 and 200


@pytest.mark.parametrize("isup_first", [True, False], ids=["isup-first", "sdp-first"])
async def test_answer_of_several_parts_is_read_over_each_transport(hq, node, carrier, isup_first):
    body = parts(sdp(), isup_first=isup_first)
    carrier.on["INVITE"] = lambda request: carrier.answer(
        request, "200 OK", body=body, kind='multipart/mixed; boundary="part"'
    )
    call = await call_out(node)
    await call.wait_for("answered")
    (answer,) = [text for text in told(node, "SIP/2.0 200") if "INVITE" in text]
    await call.hang_up()

    assert "ISUP" not in answer and f"c=IN IP4 {HQ}" in answer and f"c=IN IP4 {CARRIER}" not in answer


async def test_offer_of_several_parts_inside_a_dialog_is_anchored(hq, node, carrier):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "200 OK", body=sdp())
    call = await call_out(node)
    await call.wait_for("answered")
    await until(lambda: carrier.heard("ACK"), "the call stands")
    carrier.say(in_dialog(carrier, "INVITE", body=parts(sdp()), kind=MANY))
    await until(lambda: any(each.startswith(b"SIP/2.0 200") for each in carrier.requests), "the offer is answered")
    (again,) = [text for text in told(node, "INVITE")]
    await call.hang_up()

    assert "ISUP" not in again and f"c=IN IP4 {HQ}" in again and f"c=IN IP4 {CARRIER}" not in again


async def test_end_with_a_part_of_isup_is_an_end(hq, node, carrier):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "200 OK", body=sdp())
    call = await call_out(node)
    await call.wait_for("answered")
    await until(lambda: carrier.heard("ACK"), "the call stands")
    carrier.say(in_dialog(carrier, "BYE", body=ISUP, kind="application/ISUP;version=itu-t92+"))
    await call.wait_for("ended")
    (bye,) = told(node, "BYE")

    assert "ISUP" not in bye


async def test_call_that_comes_as_sip_i_is_anchored(hq, node):
    probe = await UdpProbe.open(CARRIER, (HQ, 5060))
    body = parts(sdp()).decode("latin-1")
    headers = {"From": f"<sip:{CUSTOMER}@{CARRIER}>;tag=x", "Content-Type": MANY}
    text = message("INVITE", f"sip:{DID}@{HQ}", probe.via, headers=headers, body=body).decode()
    probe.send(text.encode("latin-1"))
    code = await probe.status(3)
    probe.close()
    (invite,) = [text for text in told(node, "INVITE")]

    assert code == 200
    assert "ISUP" not in invite and f"c=IN IP4 {HQ}" in invite and f"c=IN IP4 {CARRIER}" not in invite


# -- row 13: a gateway that stalls


async def test_gateway_over_a_connection_that_only_says_100_is_left_too(hq, node, carrier):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "100 Trying")
    async with Carrier(CARRIER_2, 5060, ip_authentication={HQ}) as other:
        call = await call_out(node)
        await call.wait_for("answered")
        assert other.calls[0].dialled == CUSTOMER
        await until(lambda: carrier.heard("CANCEL"), "the first one is told")
        await call.hang_up()


async def test_gateway_that_answers_as_it_is_left_is_told_goodbye_and_the_next_has_the_call(hq, node, carrier):
    """Nobody would hear the first one, and it would be billed for as long as it lives."""
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "100 Trying")

    def too_late(cancel: bytes) -> None:
        carrier.answer(cancel, "200 OK")
        carrier.answer(carrier.heard("INVITE")[0], "180 Ringing")
        for _again in range(2):
            carrier.answer(carrier.heard("INVITE")[0], "200 OK", body=sdp())

    carrier.on["CANCEL"] = too_late
    async with Carrier(CARRIER_2, 5060, ip_authentication={HQ}) as other:
        call = await call_out(node)
        await call.wait_for("answered")
        await until(lambda: carrier.heard("ACK") and carrier.heard("BYE"), "the first one is told goodbye")
        await call.wait_for_tones({other.calls[0].tone_hz}, {other.calls[0].tone_hz, 700})
        await call.hang_up()
        await until(lambda: not other.active, "and nobody is left")


async def test_gateway_that_lets_itself_be_heard_has_the_time_that_it_takes(hq, node, carrier):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "183 Session Progress", body=sdp())
    carrier.on["CANCEL"] = lambda cancel: (
        carrier.answer(cancel, "200 OK"),
        carrier.answer(carrier.heard("INVITE")[0], "487 Request Terminated"),
    )
    async with Carrier(CARRIER_2, 5060, ip_authentication={HQ}) as other:
        call = await call_out(node)
        with pytest.raises(TimeoutError):
            await call.wait_for("ended", 2.5)
        assert list(other.calls) == []
        await call.cancel()
        await until(lambda: carrier.heard("CANCEL"), "it is told that the caller gave up")


# -- row 12: nobody makes a sound


@pytest.mark.parametrize("status", ["181 Call Is Being Forwarded", "182 Queued"])
async def test_call_that_is_forwarded_or_in_line_rings_for_the_node(hq, node, carrier, status):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, status)
    call = await call_out(node)
    await until(lambda: told(node, "SIP/2.0 180"), "it rings")
    carrier.answer(carrier.heard("INVITE")[0], "200 OK", body=sdp())
    await call.wait_for("answered")
    await call.hang_up()


# -- row 3: the last answer's codec, by other ways


async def test_codec_of_an_update_while_it_rings_is_passed_on(hq, node, carrier):
    carrier.on["INVITE"] = lambda request: carrier.answer(request, "183 Session Progress", body=sdp("0"))
    call = await call_out(node)
    await until(lambda: told(node, "SIP/2.0 183"), "it rings")
    carrier.answer(carrier.heard("INVITE")[0], "200 OK", body=sdp("8"))
    await call.wait_for("answered")
    (answer,) = [text for text in told(node, "SIP/2.0 200") if "INVITE" in text]
    await call.hang_up()

    assert "RTP/AVP 8" in answer
