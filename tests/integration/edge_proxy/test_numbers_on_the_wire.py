"""Numbers as phones and carriers really write them, through a real edge to what stands for a media node."""

import re
import secrets
from dataclasses import dataclass, field, replace

import pytest
from edge_harness import CARRIER, CARRIER_2, DID, DOMAIN, HQ, address, snapshot, trunk
from sip_probe import UdpProbe, message

from callmodel.vouched import from_header
from simulators.phone import Softphone

NATIONAL = DID.removeprefix("+86")
CUSTOMER = "+8613812345003"
BODY = f"v=0\r\no=- 1 1 IN IP4 {CARRIER}\r\ns=-\r\nc=IN IP4 {CARRIER}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"


UNTRUSTED = replace(trunk("trunk-2", sources=(CARRIER_2,)), trusts_identity=False)


@pytest.fixture
async def hq(patient_hq):
    """The module's edge, with a second carrier that is not trusted."""
    patient_hq.know(snapshot(trunks=(trunk(sources=(CARRIER,)), UNTRUSTED)))
    return patient_hq


@dataclass
class Heard:
    """What the node was told of a call: its request URI's user, From's user, and what the edge vouches for."""

    dialled: str
    caller: str
    said: dict[str, str]
    text: str = field(repr=False)


USUAL_CALLER = f"<sip:{CUSTOMER}@{CARRIER}>"


async def brings(node, *, uri=f"sip:{DID}@{HQ}", to="", caller=USUAL_CALLER, more=(), at=CARRIER) -> Heard:
    """Let a carrier bring a call written so, and return what the node was told of it."""
    probe = await UdpProbe.open(at, (HQ, 5060))
    before = len(node.messages)
    headers = {
        "From": f"{caller};tag={secrets.token_hex(4)}",
        "To": to or f"<{uri}>",
        "Content-Type": "application/sdp",
    }
    text = message("INVITE", uri, probe.via, headers=headers, body=BODY).decode()
    head, gap, body = text.partition("\r\n\r\n")
    lines = "".join(f"\r\n{line}" for line in more)
    probe.send(f"{head}{lines}{gap}{body}".encode())
    code = await probe.status(3)
    probe.close()
    assert code == 200, "the node takes it"
    invite = next(text for _, way, text in node.messages[before:] if way == "received" and text.startswith("INVITE"))
    said = re.search(r"^X-Trunkline: (.*)\r$", invite, re.MULTILINE)
    from_ = re.search(r"^From: .*<sip:([^@>]*)@", invite, re.MULTILINE)
    assert said and from_, invite
    return Heard(invite.split("@")[0].removeprefix("INVITE sip:"), from_.group(1), from_header(said.group(1)), invite)


@pytest.mark.parametrize(
    "uri",
    [
        f"sip:{DID}@{HQ}",
        f"sip:%2B{DID[1:]}@{HQ}",
        f"sip:{DID};npdi;rn=+862155550000@{HQ};user=phone",
        f"sip:{NATIONAL};phone-context=+86@{HQ};user=phone",
        f"sip:+86-21-5555-0001@{HQ}",
        f"sip:{DID[1:]}@{HQ}",
        f"sip:00{DID[1:]}@{HQ}",
        f"tel:{DID}",
        f"tel:{DID};npdi;rn=+862155550000",
        f"tel:{NATIONAL};phone-context=+86",
    ],
)
async def test_number_called_is_read_in_every_form(hq, node, uri):
    heard = await brings(node, uri=uri)

    assert (heard.dialled, heard.caller) == (DID, CUSTOMER)


@pytest.mark.parametrize(
    ("to", "more"),
    [(f"<sip:{DID};npdi@{HQ};user=phone>", ()), (f"<sip:t@{HQ}>", (f"P-Called-Party-ID: <sip:{DID}@{HQ}>",))],
    ids=["to", "p-called-party-id"],
)
async def test_number_called_stands_elsewhere_where_the_uri_names_the_trunk(hq, node, to, more):
    assert (await brings(node, uri=f"sip:trunk-1@{HQ}", to=to, more=more)).dialled == DID


@pytest.mark.parametrize(
    "caller",
    [
        f"<sip:%2B{CUSTOMER[1:]}@{CARRIER}>",
        f"<sip:{CUSTOMER};cpc=ordinary@{CARRIER};user=phone>",
        f"<tel:{CUSTOMER}>",
        f"<sip:{CUSTOMER[1:]}@{CARRIER}>",
        f'"Li, \\"Na\\" <x>" <sip:+86-138-1234-5003@{CARRIER}>',
    ],
)
async def test_number_of_the_caller_is_read_in_every_form(hq, node, caller):
    heard = await brings(node, caller=caller)

    assert heard.caller == CUSTOMER
    assert "withheld" not in heard.said


async def test_all_of_it_as_tel_uris(hq, node):
    heard = await brings(node, uri=f"tel:{DID}", to=f"<tel:{DID}>", caller=f"<tel:{CUSTOMER}>")

    assert (heard.dialled, heard.caller) == (DID, CUSTOMER)
    assert "tel:" not in heard.text, "the media node is spared them"


async def test_withheld_number_is_told_to_the_node_and_stands_in_no_from(hq, node):
    more = ("Privacy: id", f'P-Asserted-Identity: "A, B" <sip:x@{CARRIER}>', f"P-Asserted-Identity: <tel:{CUSTOMER}>")
    heard = await brings(node, caller='"Anonymous" <sip:anonymous@anonymous.invalid>', more=more)

    assert heard.caller == "anonymous"
    assert heard.said == {"origin": "trunk", "trunk": "trunk-1", "withheld": "1", "number": CUSTOMER}
    assert heard.text.count(CUSTOMER) == 1
    assert "P-Asserted-Identity" not in heard.text


async def test_number_that_only_the_network_tells_is_the_callers(hq, node):
    more = (f"P-Asserted-Identity: <sip:{CUSTOMER}@{CARRIER}>, <tel:{CUSTOMER}>",)
    heard = await brings(node, caller=f"<sip:unknown@{CARRIER}>", more=more)

    assert (heard.caller, "withheld" in heard.said) == (CUSTOMER, False)


async def test_a_carrier_that_is_not_trusted_asserts_nobody(hq, node):
    more = (f"P-Asserted-Identity: <sip:{CUSTOMER}@{CARRIER}>", f"Diversion: <sip:{CUSTOMER}@{CARRIER}>")
    heard = await brings(node, caller=f"<sip:unknown@{CARRIER}>", more=more, at=CARRIER_2)

    assert (heard.caller, heard.said) == ("anonymous", {"origin": "trunk", "trunk": "trunk-2"})


@pytest.mark.parametrize(
    "line",
    [
        f"Diversion: <sip:+862155550123@{CARRIER}>;reason=unconditional;counter=1",
        f"History-Info: <sip:+862155550123@c?Reason=SIP%3Bcause%3D302>;index=1, <sip:{DID}@{HQ}>;index=1.1",
    ],
)
async def test_who_sent_the_call_on_is_told(hq, node, line):
    assert (await brings(node, more=(line,))).said["diverted"] == "+862155550123"


@pytest.mark.parametrize(
    ("uri", "dialled"),
    [
        (f"sip:%2B8613900001111@{DOMAIN}", "+8613900001111"),
        (f"sip:13900001111;phone-context=acme@{DOMAIN};user=phone", "13900001111"),
        (f"sip:+86-139-0000-1111@{DOMAIN}", "+8613900001111"),
        ("tel:+8613900001111", "+8613900001111"),
        (f"tel:13900001111;phone-context={DOMAIN}", "13900001111"),
        ("tel:110;phone-context=+86", "110"),
        (f"sip:13900001111%23@{DOMAIN}", "13900001111"),
    ],
)
async def test_what_a_phone_dials_is_read_in_every_form(hq, node, uri, dialled):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=address("40.7")) as phone:
        call = await phone.dial(uri)
        await node.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()

    invite = next(text for _, way, text in node.messages if way == "received" and text.startswith("INVITE"))
    assert invite.startswith(f"INVITE sip:{dialled}@")
