"""Every way that we know from outside to a trunk, tried on a real edge with a carrier behind it: none leads there."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    BRANCH_SITE,
    CARRIER,
    DID,
    DOMAIN,
    HQ,
    NODE,
    Edge,
    address,
    station_headers,
    trunk_headers,
)
from sip_probe import UdpProbe, message

from simulators.carrier import Carrier
from simulators.digest import answer_challenge
from simulators.phone import Softphone
from simulators.sip_message import parse_message
from tests.attack.wires import Answers, Target, over_stream

THIEF, PHONE = address("70.1"), address("10.11")
NUMBER = "+8613812345003"
ORDER = f"target=trunk;tenant=acme;trunk=trunk-1;caller={DID};call=call-1"
FORGED = {
    "X-Trunkline": ORDER,
    "x-trunkline": ORDER,
    "P-Asserted-Identity": f"<sip:1001@{DOMAIN}>",
    "P-Preferred-Identity": f"<sip:{DID}@{DOMAIN}>",
    "Remote-Party-ID": f"<sip:{DID}@{DOMAIN}>;party=calling",
    "Diversion": f"<sip:1001@{DOMAIN}>",
    "History-Info": f"<sip:1001@{DOMAIN}>;index=1",
    "Authorization": f'Digest username="1001", realm="{DOMAIN}", nonce="x", uri="sip:x", response="{"0" * 32}"',
    "Proxy-Authorization": f'Digest username="1001", realm="{DOMAIN}", nonce="x", uri="sip:x", response="{"0" * 32}"',
}
OURS = {"From": f"<sip:1001@{DOMAIN}>;tag=1"}
CARRIERS = {"From": f"<sip:{DID}@trunk-1.carrier.example>;tag=1"}


def invite(uri: str = f"sip:{NUMBER}@{HQ}", **headers: str) -> tuple[str, str, dict[str, str]]:
    return "INVITE", uri, {name.replace("_", "-"): value for name, value in headers.items()}


TRIES: dict[str, tuple[str, str, dict[str, str]]] = {
    "plain": invite(),
    "every forged header": ("INVITE", f"sip:{NUMBER}@{HQ}", FORGED),
    "every forged header, from a tenant": ("INVITE", f"sip:{NUMBER}@{DOMAIN}", FORGED | OURS),
    "from the carrier's domain": ("INVITE", f"sip:{NUMBER}@{HQ}", FORGED | CARRIERS),
    "to the carrier itself": invite(f"sip:{NUMBER}@{CARRIER}:5060"),
    "to the carrier's domain": invite(f"sip:{NUMBER}@trunk-1.carrier.example"),
    "through the edge by Route": invite(f"sip:{NUMBER}@{CARRIER}", Route=f"<sip:{HQ};lr>"),
    "Route with a seal of another call": invite(
        f"sip:{NUMBER}@{CARRIER}", Route=f"<sip:{HQ};lr;seal=00>, <sip:{CARRIER};lr>", To=f"<sip:{NUMBER}@x>;tag=1"
    ),
    "Route to the carrier": invite(Route=f"<sip:{HQ};lr>, <sip:{CARRIER};lr>"),
    "Route to the internal socket": invite(Route=f"<sip:{HQ}:5062;lr>, <sip:{CARRIER};lr>"),
    "maddr": invite(f"sip:{NUMBER}@{HQ};maddr={CARRIER}"),
    "another transport in the URI": invite(f"sip:{NUMBER}@{CARRIER};transport=tcp"),
    "tel URI": invite(f"tel:{NUMBER}"),
    "sips URI": invite(f"sips:{NUMBER}@{HQ}"),
    "headers in the URI": invite(f"sip:{NUMBER}@{HQ}?Route=%3Csip:{CARRIER}%3E"),
    "user with a password": invite(f"sip:{NUMBER}:trunk@{CARRIER}"),
    "to itself, until Max-Forwards ends": invite(f"sip:{NUMBER}@{HQ}:5060", Max_Forwards="70", Route=f"<sip:{HQ}>"),
    "the number as To only": invite(f"sip:{HQ}", To=f"<sip:{NUMBER}@{HQ}>"),
    "Replaces": invite(Replaces="call-1;to-tag=1;from-tag=2", Require="replaces"),
    "Referred-By": invite(Referred_By=f"<sip:1001@{DOMAIN}>"),
    "REFER": ("REFER", f"sip:1001@{DOMAIN}", {"Refer-To": f"<sip:{NUMBER}@{CARRIER}>"} | OURS),
    "MESSAGE": ("MESSAGE", f"sip:{NUMBER}@{CARRIER}", OURS),
    "UPDATE in a dialog of nobody": ("UPDATE", f"sip:{NUMBER}@{CARRIER}", {"To": f"<sip:{NUMBER}@x>;tag=1"}),
    "BYE to the carrier": ("BYE", f"sip:{NUMBER}@{CARRIER}", {"To": "<sip:x@x>;tag=1", "Route": f"<sip:{HQ};lr>"}),
    "REGISTER for the carrier": ("REGISTER", f"sip:{CARRIER}", {"To": f"<sip:hq@{CARRIER}>"}),
}  # fmt: skip


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    """A carrier that takes whatever comes from the edge's address, and keeps every message that it ever got."""
    async with Carrier(CARRIER, 5060, ip_authentication={HQ, THIEF, address("70.2")}, trace=True) as made:
        yield made


def reached(carrier: Carrier) -> list[str]:
    """Return what the carrier was asked for: anything but the edge's own probing."""
    return [text for _, way, text in carrier.messages if way == "received" and not text.startswith("OPTIONS")]


@pytest.fixture
async def thief() -> AsyncIterator[UdpProbe]:
    made = await UdpProbe.open(THIEF, (HQ, 5060))
    yield made
    made.close()


async def test_no_request_of_a_stranger_reaches_a_trunk(patient_hq: Edge, carrier: Carrier, thief: UdpProbe):
    node = await UdpProbe.open(NODE, (HQ, 5062))
    got: dict[str, int] = {}
    for name, (method, uri, headers) in TRIES.items():
        got[name] = await thief.ask(method, uri, headers=headers)
        for transport in ("tcp", "tls", "ws"):
            answers = Answers()
            over = message(method, uri, f"{transport.upper()} {THIEF}:5060", headers=headers)
            await over_stream(Target(HQ), [over], answers, transport=transport, bind=THIEF)
            assert not any(code < 300 for code in answers.codes), f"{name} over a connection"

    assert {name: code for name, code in got.items() if 200 <= code < 300} == {}
    assert reached(carrier) == []
    assert node.answers.empty() or "INVITE" not in node.answers.get_nowait()
    node.close()


async def test_no_stranger_speaks_on_the_media_nodes_port(patient_hq: Edge, carrier: Carrier):
    stranger = await UdpProbe.open(THIEF, (HQ, 5062))
    assert await stranger.ask("INVITE", f"sip:{NUMBER}@{HQ}", headers={"X-Trunkline": ORDER}) == 0
    stranger.close()

    assert reached(carrier) == []


async def test_certificate_of_another_authority_makes_no_branch(patient_hq: Edge, carrier: Carrier, tmp_path: Path):
    forger = Authority(tmp_path / "forger", "Trunkline Test CA")
    certificate, key = forger.for_branch(BRANCH_SITE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(certificate, key)
    headers = {"From": f"<sip:2001@{DOMAIN}>;tag=1", "X-Trunkline": f"station=2001;site={BRANCH_SITE}"}

    answers = Answers()
    with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(HQ, 5061, ssl=context, local_addr=(THIEF, 0))
            writer.write(message("INVITE", f"sip:{NUMBER}@{DOMAIN}", f"TLS {THIEF}:5061", headers=headers))
            answers.read(await reader.read(65_536))
            writer.transport.abort()

    assert answers.codes <= {401, 403, 407}
    assert reached(carrier) == []


async def test_contact_that_points_at_a_carrier_is_no_way_to_it(patient_hq: Edge, carrier: Carrier, node: Softphone):
    """Who has an extension's password might give the carrier's address as its own, and have the extension called."""
    insider = await UdpProbe.open(PHONE, (HQ, 5060))
    assert await register(insider, "1002", f"<sip:{NUMBER}@{CARRIER}:5060>") == 200

    call = await node.dial(f"sip:1002@{DOMAIN}", station_headers())
    invited = await asyncio.wait_for(insider.answers.get(), 5)
    await call.cancel()
    insider.close()

    assert invited.startswith("INVITE"), "what was registered is called where it registered from"
    assert reached(carrier) == []


async def register(probe: UdpProbe, extension: str, contact: str) -> int:
    """Register a contact that no phone would give; return the final status."""
    aor, uri = f"<sip:{extension}@{DOMAIN}>", f"sip:{DOMAIN}"
    headers = {"From": f"{aor};tag=1", "To": aor, "Contact": contact}
    probe.send(message("REGISTER", uri, probe.via, headers=headers))
    challenge = parse_message((await asyncio.wait_for(probe.answers.get(), 5)).encode())
    name, value = answer_challenge(challenge, "REGISTER", uri, extension, f"pw-{extension}")
    return await probe.ask("REGISTER", uri, headers=headers | {name: value, "CSeq": "2 REGISTER"})


async def test_stolen_tags_do_not_open_a_dialog_to_others(patient_hq: Edge, node: Softphone):
    """A re-INVITE needs the seal that the edge put into Record-Route for that Call-ID."""
    async with Carrier(CARRIER, 5060, ip_authentication={HQ}, trace=True) as carrier:
        call = await node.dial(f"sip:{NUMBER}@edge.invalid", trunk_headers())
        await call.wait_for("answered")
        text = next(text for _, way, text in carrier.messages if way == "received" and text.startswith("INVITE"))
        stolen = {
            name: line.partition(": ")[2]
            for line in text.splitlines()
            for name in ("From", "To", "Call-ID")
            if line.startswith(f"{name}: ")
        }
        thief = await UdpProbe.open(THIEF, (HQ, 5060))
        answered = next(text for _, way, text in carrier.messages if way == "sent" and text.startswith("SIP/2.0 200"))
        stolen["To"] = next(line for line in answered.splitlines() if line.startswith("To: ")).partition(": ")[2]
        for route in ("", f"<sip:{HQ};lr>", f"<sip:{HQ};lr;seal=0000>"):
            status = await thief.ask(
                "INVITE", f"sip:{NUMBER}@{CARRIER}:5060", headers=stolen | {"CSeq": "99 INVITE", "Route": route}
            )
            assert status == 481
        thief.close()
        assert not any("CSeq: 99 " in text for text in reached(carrier))
        await call.hang_up()
