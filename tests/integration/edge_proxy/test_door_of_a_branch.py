"""A branch's certificate in wrong hands, and a thief among its phones: neither leads past the branch's stations."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
from certificates_of_tests import Authority
from edge_harness import BRANCH, BRANCH_SITE, CARRIER, DOMAIN, HQ, Edge, address, station_headers, until
from raw_phone import RawPhone
from sip_probe import UdpProbe, message

from simulators.carrier import Carrier
from simulators.phone import Softphone

PHONE, THIEF = address("20.11"), address("70.3")
FAR = f"sip:+8816123456@{CARRIER}"


class StolenBranch:
    """What somebody does with a branch's certificate: a TLS connection to HQ and raw SIP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, authority: Authority) -> "StolenBranch":
        certificate, key = authority.for_branch(BRANCH_SITE)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(certificate, key)
        return cls(*await asyncio.open_connection(HQ, 5061, ssl=context, local_addr=(THIEF, 0)))

    def send(self, method: str, uri: str, **headers: str) -> None:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        self.writer.write(message(method, uri, f"TLS {THIEF}:5061", headers=said))

    async def until(self, start: str) -> str:
        """Return the first message that begins so, with what came after it."""
        text = ""
        async with asyncio.timeout(5):
            while start not in text:
                text += (await self.reader.read(65_536)).decode()
        return text[text.index(start) :]


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with Carrier(CARRIER, 5060, ip_authentication={HQ, BRANCH}, trace=True) as made:
        yield made


def reached(carrier: Carrier) -> list[str]:
    return [text for _, way, text in carrier.messages if way == "received" and not text.startswith("OPTIONS")]


async def test_a_branch_is_called_at_its_own_connection_whatever_its_path_says(
    hq: Edge, authority: Authority, node: Softphone, carrier: Carrier
):
    thief = await StolenBranch.open(authority)
    aor = f"<sip:2001@{DOMAIN}>"
    said = {"From": f"{aor};tag=1", "To": aor, "Contact": f"<{FAR}>", "Path": f"<sip:{CARRIER};lr>", "Expires": "300"}
    thief.send("REGISTER", f"sip:{DOMAIN}", **said)
    await thief.until("SIP/2.0 200")

    call = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
    invited = await thief.until("INVITE ")
    await call.cancel()

    assert invited.startswith(f"INVITE {FAR}")
    assert reached(carrier) == []
    thief.writer.close()


async def test_no_request_hides_in_the_body_of_a_branchs_phone(hq: Edge, branch: Edge, node: Softphone):
    """HQ would find the end of the message elsewhere than the branch, and take its body for the branch's own word."""
    said = {"From": f"<sip:2002@{DOMAIN}>;tag=1", "X-Trunkline": f"station=2002;site={BRANCH_SITE}"}
    inner = message("INVITE", f"sip:+8613812345678@{DOMAIN}", f"TLS {BRANCH}:5062", headers=said)
    probe = await UdpProbe.open(PHONE, (BRANCH, 5060))
    aor = f"<sip:2001@{DOMAIN}>"
    outer = message("REGISTER", f"sip:{DOMAIN}", probe.via, headers={"From": f"{aor};tag=1", "To": aor}).decode()
    for length in (f"Content-Length:\r\n {len(inner)}", f"Content-Length: {len(inner)}\r\nContent-Length: 0", "X: y"):
        probe.send(outer.replace("Content-Length: 0", length).encode() + inner)
        assert await probe.status() in (0, 400, 415)
    assert await probe.ask("REGISTER", f"sip:{DOMAIN}", headers={"From": f"{aor};tag=1", "To": aor}) == 401
    probe.close()

    assert [text for _, way, text in node.messages if way == "received" and text.startswith("INVITE")] == []


async def test_a_route_kept_at_a_branch_leads_nowhere(hq: Edge, branch: Edge, node: Softphone, carrier: Carrier):
    phone = await RawPhone.open(PHONE, "2001", BRANCH)
    assert await phone.call("13812345678") == 200
    for place, (method, target) in enumerate((("INVITE", FAR), ("MESSAGE", FAR), ("INVITE", f"sip:x@{BRANCH}:5062"))):
        assert await phone.ask(method, target, cseq=3 + place) not in range(200, 300)
    stranger = await UdpProbe.open(THIEF, (BRANCH, 5060))
    stranger.send(phone.request("BYE", cseq=9))
    assert await stranger.status() == 481
    stranger.close()

    assert reached(carrier) == []
    assert await phone.ask("BYE", cseq=10) == 200
    await until(lambda: any(text.startswith("BYE") for _, _, text in node.messages), "the node hears the end")
    phone.close()
