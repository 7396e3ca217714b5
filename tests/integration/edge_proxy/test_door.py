"""Ways from one phone to a carrier or to another tenant past the rules, tried on a real edge; and their twins."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from edge_harness import (
    CARRIER,
    DOMAIN,
    HQ,
    NODE,
    OTHER_DOMAIN,
    Edge,
    address,
    station_headers,
    trunk_headers,
    until,
)
from raw_phone import RawPhone
from sip_probe import UdpProbe, message

from simulators.carrier import Carrier
from simulators.phone import Softphone, ring_forever

PHONE, MOVED, THIEF = address("10.11"), address("10.12"), address("70.1")
FAR = f"sip:+8816123456@{CARRIER}"
ORDER = "X-Trunkline: origin=station;tenant=other;station=1001;site=hq"


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with Carrier(CARRIER, 5060, ip_authentication={HQ}, trace=True) as made:
        yield made


@pytest.fixture
async def phone() -> AsyncIterator[RawPhone]:
    made = await RawPhone.open(PHONE)
    yield made
    made.close()


def reached(carrier: Carrier) -> list[str]:
    return [text for _, way, text in carrier.messages if way == "received" and not text.startswith("OPTIONS")]


def got(node: Softphone, start: str) -> list[str]:
    return [text for _, way, text in node.messages if way == "received" and text.startswith(start)]


async def refused(hq: Edge) -> dict[str, int]:
    """Return what the gate has refused, by reason."""
    table = await hq.rpc.call("htable.dump", "refused")
    return {slot["name"]: slot["value"] for entry in table for slot in entry["slot"]}


@pytest.mark.parametrize(
    "more", [f"\r{ORDER}", f"\n{ORDER}", f"\r\n\r{ORDER}", "\x00", "\r\n \r", f"\r\nSubject: hi\r{ORDER}"],
)  # fmt: skip
async def test_no_header_is_smuggled_past_kamailio(patient_hq: Edge, node: Softphone, phone: RawPhone, more: str):
    assert await phone.call("2001", more.encode()) in (0, 400)

    assert got(node, "INVITE") == []
    assert sum((await refused(patient_hq)).values()) > 0


async def test_an_old_phones_folded_subject_arrives_on_one_line(patient_hq: Edge, node: Softphone, phone: RawPhone):
    assert await phone.call("2001", b"\r\nSubject: are you\r\n\t there") == 200

    assert "\r\nSubject: are you there\r\n" in got(node, "INVITE")[0]


async def test_a_name_in_gbk_is_no_reason_to_refuse_a_call(patient_hq: Edge, node: Softphone, phone: RawPhone):
    name = "张三".encode("gbk")
    data = message("INVITE", f"sip:2001@{DOMAIN}", phone.probe.via, headers={"From": f"X <sip:1001@{DOMAIN}>;tag=1"})
    phone.probe.send(data.replace(b"From: X", b"From: " + name))

    assert await phone.probe.status() == 407


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("INVITE", FAR), ("MESSAGE", FAR), ("OPTIONS", FAR), ("INFO", FAR), ("BYE", FAR),
        ("INVITE", f"sip:+8816123456@{NODE};alias={CARRIER}~5060~1"), ("INVITE", f"sip:x@{NODE};maddr={CARRIER}"),
        ("INVITE", f"sip:x@{HQ}:5062"), ("REFER", FAR), ("UPDATE", "tel:+8816123456"),
    ],
)  # fmt: skip
async def test_a_route_that_was_kept_leads_to_no_carrier(
    patient_hq: Edge, node: Softphone, phone: RawPhone, carrier: Carrier, method: str, target: str
):
    assert await phone.call("2001") == 200

    assert await phone.ask(method, target, cseq=3) not in range(200, 300)
    assert await phone.ask(method, target, cseq=4, to="<sip:x@y>;tag=none") not in range(200, 300)
    assert reached(carrier) == []
    assert await phone.ask("BYE", cseq=5) == 200, "its own dialog goes on"


async def test_a_phone_that_moves_goes_on_with_its_call_once_it_has_signed_in_there(
    patient_hq: Edge, node: Softphone, phone: RawPhone
):
    assert await phone.call("2001") == 200
    moved, thief = await RawPhone.open(MOVED), await RawPhone.open(THIEF, "1002")
    for other in (moved, thief):
        other.goes_on(phone)
    assert await thief.register() == 200
    own = f"<sip:1001@{DOMAIN}>;tag={phone.tag}"
    assert await thief.ask("BYE", cseq=8, From=own) == 481, "another account's phone"
    assert await moved.ask("BYE", cseq=9) == 481, "nobody has signed in there"

    assert await moved.register() == 200
    assert await thief.ask("BYE", cseq=10, From=own) == 481
    assert await moved.ask("INVITE", cseq=11) == 200
    moved.send("ACK", cseq=11)
    assert got(node, "BYE") == []
    assert await moved.ask("BYE", cseq=12) == 200
    assert len(got(node, "BYE")) == 1
    for other in (moved, thief):
        other.close()


async def test_who_hangs_up_reaches_a_phone_where_it_has_moved_to(patient_hq: Edge, node: Softphone, phone: RawPhone):
    assert await phone.call("2001") == 200
    moved = await RawPhone.open(MOVED)
    moved.goes_on(phone)
    assert await moved.register() == 200
    assert await moved.ask("INVITE", cseq=11) == 200
    moved.send("ACK", cseq=11)

    await node.calls[-1].hang_up()
    async with asyncio.timeout(3):
        while not (text := await moved.probe.answers.get()).startswith("BYE"):
            pass
    kept = ("Via", "From", "To", "Call-ID", "CSeq")
    lines = [line for line in text.split("\r\n") if line.partition(":")[0] in kept]
    moved.probe.send("\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0", "", ""]).encode())
    moved.close()


async def test_a_dialog_is_nobody_elses_and_ends_with_its_bye(patient_hq: Edge, node: Softphone, phone: RawPhone):
    assert await phone.call("2001") == 200
    thief = await UdpProbe.open(THIEF, (HQ, 5060))
    thief.send(phone.request("INVITE", cseq=9))
    assert await thief.status() == 481
    thief.send(phone.request("BYE", cseq=10))
    assert await thief.status() == 481

    assert await phone.ask("INVITE", cseq=11) == 200, "a hold or a refresh goes on"
    phone.send("ACK", cseq=11)
    assert await phone.ask("BYE", cseq=12) == 200

    async def forgotten() -> bool:
        before = len(got(node, "INFO"))
        status = await phone.ask("INFO", cseq=13)
        return status == 481 and len(got(node, "INFO")) == before

    await until(forgotten, "the edge forgets the dialog", 8)
    thief.close()


async def test_a_phones_answer_leads_to_no_carrier_later(patient_hq: Edge, node: Softphone, carrier: Carrier):
    """The called phone gives the carrier's address as its Contact: BYE and re-INVITE of the node would go there."""
    phone = Softphone("1002", DOMAIN, "pw-1002", proxy=(HQ, 5060), bind=PHONE, trace=True)
    async with phone:
        phone._agent.contact = lambda _user: f"<{FAR}>"  # type: ignore[method-assign]
        await phone.register()
        call = await node.dial(f"sip:1002@{DOMAIN}", station_headers())
        await phone.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()
        await until(lambda: got(phone, "BYE"), "the phone is told where it is")

    assert reached(carrier) == []


@pytest.mark.parametrize(
    "contact",
    [
        f"<sip:1002@{PHONE}>, <{FAR}>", f"<sip:1002@{PHONE};alias={CARRIER}~5060~1>",
        f"<sip:1002@{PHONE};received={CARRIER}>", f"<sip:1002@{PHONE};MADDR={CARRIER}>",
        f'<sip:1002@{PHONE}>;received="{FAR}"',
    ],
)  # fmt: skip
async def test_a_phone_registers_one_contact_without_detour(patient_hq: Edge, contact: str):
    probe = await UdpProbe.open(PHONE, (HQ, 5060))
    aor = f"<sip:1002@{DOMAIN}>"
    headers = {"From": f"{aor};tag=1", "To": aor, "Contact": contact}

    assert await probe.ask("REGISTER", f"sip:{DOMAIN}", headers=headers) == 400
    assert await probe.ask("REGISTER", f"sip:{DOMAIN}", headers=headers | {"Contact": f"<sip:1002@{PHONE}>"}) == 401
    probe.close()


async def test_a_phone_that_repeats_what_it_was_told_of_its_contact_is_rung_where_it_is(
    patient_hq: Edge, node: Softphone, carrier: Carrier
):
    """linphone puts what our 200 said of its Contact into its INVITEs (here: not quite what it said)."""
    phone = Softphone("1002", DOMAIN, "pw-1002", proxy=(HQ, 5060), bind=PHONE)
    async with phone:
        await phone.register()
        contact = phone._agent.contact
        told = f';expires=300;received="{FAR}";+sip.instance="<urn:uuid:1>"'
        phone._agent.contact = lambda user: contact(user) + told  # type: ignore[method-assign]
        out = await phone.dial("2001")
        await out.wait_for("answered")
        await out.hang_up()

        call = await node.dial(f"sip:1002@{DOMAIN}", station_headers())
        await phone.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()
        phone._agent.contact = contact  # type: ignore[method-assign]

    assert reached(carrier) == []


async def test_a_phone_with_another_port_each_time_is_rung_where_it_is(patient_hq: Edge, node: Softphone):
    """A softphone that takes a new port at each start was refused at the sixth, until the first had expired."""
    for _ in range(8):
        async with Softphone("1002", DOMAIN, "pw-1002", proxy=(HQ, 5060), bind=PHONE) as phone:
            await phone.register()
            if _ < 7:
                phone.unregister = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
                phone.registered = False
                continue
            call = await node.dial(f"sip:1002@{DOMAIN}", station_headers())
            await phone.wait_for_call()
            await call.wait_for("answered")
            await call.hang_up()


async def test_nobody_ends_a_call_of_another_trunk(patient_hq: Edge, node: Softphone, carrier: Carrier):
    call = await node.dial(f"sip:+8613812345003@{HQ}", trunk_headers())
    await call.wait_for("answered")
    text = next(text for text in reached(carrier) if text.startswith("INVITE"))
    said = {
        name: next(line.partition(": ")[2] for line in text.splitlines() if line.startswith(f"{name}: "))
        for name in ("From", "Call-ID", "Record-Route")
    }
    stranger = await UdpProbe.open(address("30.9"), (HQ, 5060))
    headers = {"From": said["From"], "Call-ID": said["Call-ID"], "Route": said["Record-Route"], "CSeq": "9 BYE"}
    assert await stranger.ask("BYE", f"sip:x@{NODE}", headers=headers | {"To": f"<sip:x@{DOMAIN}>;tag=1"}) == 481
    stranger.close()
    await call.hang_up()
    await until(lambda: any(each.startswith("BYE") for each in reached(carrier)), "the node's own BYE arrives")


async def test_silence_to_one_phone_takes_no_media_node_out(patient_hq: Edge, node: Softphone, phone: RawPhone):
    mute = await UdpProbe.open(address("11.9"), (HQ, 5062))
    node.on_invite = ring_forever
    node_messages = len(got(node, "INVITE"))
    for _ in range(4):
        caller = await RawPhone.open(PHONE)
        caller.extension = "1001"
        await asyncio.gather(caller.call("2001"), return_exceptions=True)
        caller.close()
    assert len(got(node, "INVITE")) > node_messages
    assert all(target.serves for target in await patient_hq.rpc.dispatcher_targets())
    mute.close()


async def test_replaces_never_reaches_a_media_node(patient_hq: Edge, node: Softphone, phone: RawPhone):
    headers = {"Replaces": "call-1;to-tag=1;from-tag=2", "Join": "call-1;to-tag=1;from-tag=2"}

    assert await phone.call("2001", **headers) == 200
    assert "Replaces" not in got(node, "INVITE")[0] and "Join:" not in got(node, "INVITE")[0]


async def test_a_foreign_tenant_is_not_spoken_for(patient_hq: Edge, node: Softphone):
    phone = await RawPhone.open(PHONE, domain=OTHER_DOMAIN)
    assert await phone.call("1001") == 200
    vouched = next(line for line in got(node, "INVITE")[0].splitlines() if line.startswith("X-Trunkline"))
    assert "tenant=other" in vouched
    phone.close()


@pytest.mark.parametrize("name", ["phone.example", "localhost"])
async def test_a_contact_by_name_is_answered_where_it_came_from(patient_hq: Edge, node: Softphone, name: str):
    """Nobody looks the name up: it may lead anywhere, or nowhere, from here."""
    async with Softphone("1002", DOMAIN, "pw-1002", proxy=(HQ, 5060), bind=PHONE) as phone:
        contact = phone._agent.contact
        phone._agent.contact = lambda user: contact(user).replace(PHONE, name)  # type: ignore[method-assign]
        await phone.register()
        call = await phone.dial("2001")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await at_node.hang_up()
        await call.wait_for("ended")

        called = await node.dial(f"sip:1002@{DOMAIN}", station_headers())
        at_phone = await phone.wait_for_call()
        await called.wait_for("answered")
        await called.hang_up()
        await at_phone.wait_for("ended")


async def test_a_carrier_with_a_name_in_its_contact_gets_our_bye(
    patient_hq: Edge, node: Softphone, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
):
    contact = carrier._agent.contact
    monkeypatch.setattr(carrier._agent, "contact", lambda user: contact(user).replace(CARRIER, "sbc.carrier.example"))
    call = await node.dial(f"sip:+8613812345003@{HQ}", trunk_headers())
    await call.wait_for("answered")
    await call.hang_up()

    await until(lambda: [text for text in reached(carrier) if text.startswith("BYE")], "the carrier is told")
