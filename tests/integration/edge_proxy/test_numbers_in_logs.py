"""Whatever is sent to an edge, nobody's number and no digest comes into a log of its engines."""

import re
from collections.abc import Iterator

from edge_harness import DOMAIN, HQ, NODE, Edge, address, until
from sip_probe import UdpProbe, message

from tests.attack import torture
from tests.attack.mutations import SDP, mutated

STRANGER = address("68.9")
NUMBER, DIGEST = "13812345678", "c0ffeec0ffeec0ffeec0ffeec0ffee00"
SPELLINGS = ("13812345678", "138-1234-5678", "138 1234 5678", "138.1234.5678", "(138)1234-5678", "%31%33%38%31%32%3345678")
"""As a person or a phone may write it; visual separators are RFC 3966's."""
MUTANTS = 3_000
SETTLED = re.compile(r"(?<!\d)(?:86)?1[-. ()]*3[-. ()]*8[-. ()]*1[-. ()]*2[-. ()]*3[-. ()]*4[-. ()]*5[-. ()]*6")
"""Nine of its digits, however they are set apart."""


def requests(spelling: str, via: str) -> Iterator[bytes]:
    """Yield requests with a number and a digest, each broken in another place; also two that are whole."""
    uri, party = f"sip:+86{spelling}@{DOMAIN}", f'"{spelling}" <sip:{spelling}@{DOMAIN}>;tag=1'
    digest = f'Digest username="{spelling}", realm="{DOMAIN}", nonce="x", uri="{uri}", response="{DIGEST}"'
    usual = {"From": party, "To": f"<{uri}>", "Call-ID": f"{spelling}@x", "Authorization": digest}
    yield message("OPTIONS", f"sip:{spelling}@{DOMAIN}", via, headers=usual)
    for name, values in BROKEN.items():
        for value in values:
            yield message("INVITE", uri, via, headers=usual | {name: value.format(number=spelling, via=via)})
    for first in (f"INVITE {uri}", f"INVITE {uri} SIP/2.1", f"INVITE <{uri}> SIP/2.0", f"{spelling}", f"INVITE sip:{spelling}:{spelling}@x:{spelling} SIP/2.0"):
        yield message("INVITE", uri, via, headers=usual).replace(f"INVITE {uri} SIP/2.0".encode(), first.encode(), 1)
    whole = message("INVITE", uri, via, headers=usual)
    for place in range(20, len(whole), 23):
        yield whole[:place]
        yield whole[:place] + b"\r\n\r\n"
        yield whole[:place] + b"\x00" + whole[place:]
        yield whole[:place] + b"\r" + whole[place:]
        yield whole[:place] + b'"<' + whole[place:]


BROKEN = {
    "Via": ("SIP/2.0/UDP ;{number}", "SIP/2.0/UDP {number}:{number}", "SIP/2.0/{via};branch=z9;{number}=\"", "SIP/9.0/{number} x", "SIP/2.0/{via};ttl={number}", "SIP/2.0/{via};rport={number};received=<{number}"),
    "From": ("<sip:{number}@x", "\"{number}", "<sip:{number}@x>;tag=\"{number}", "{number} {number} <", "<sip:{number}@x>;tag", "<{number}>;tag=1", "sip:{number}@:{number};tag=2"),
    "To": ("<sip:{number}@x>;tag=\"{number}", "\"{number} <sip:x>", "<>{number}", "<sip:{number}@[x>"),
    "CSeq": ("{number} INVITE", "{number}{number} INVITE", "1 {number}", "1 INVITE{number}", "1 BYE"),
    "Call-ID": ("{number} {number}", "<{number}>"),
    "Contact": ("<sip:{number}@x", "\"{number}", "{number}", "<sip:{number}@x>, <sip:{number}", "*, <sip:{number}@x>", "<sip:{number}@x>;expires={number}{number};q={number}", "<sip:{number}@x:{number}>"),
    "Route": ("<sip:{number}", "<sip:{number}@x;lr>, <{number}", "<sip:{number}@x:99999;lr>", "{number}"),
    "Record-Route": ("<sip:{number}", "<sip:{number}@[::1;lr>"),
    "Path": ("<{number}",),
    "Max-Forwards": ("{number}", "x{number}", "-{number}", "{number}{number}"),
    "Expires": ("{number}{number}", "x{number}"),
    "Authorization": ("Digest {number}", "Digest username=\"{number}", "{number}", 'Digest username="{number}", realm="' + DOMAIN + '", nonce="{number}", uri="sip:{number}", response="' + DIGEST + '"', "Digest response=" + DIGEST),
    "Proxy-Authorization": ("Digest username=\"{number}, response=" + DIGEST, 'Digest realm={number}'),
    "P-Asserted-Identity": ("<sip:{number}", "tel:{number}", "\"{number}"),
    "P-Preferred-Identity": ("<sip:{number}", "<tel:{number}>;x=\"", "{number}"),
    "Diversion": ("<sip:{number}",),
    "Content-Type": ("{number}/{number}", "{number}", "multipart/mixed;boundary={number}"),
    "Accept": ("{number}", "application/{number};q={number}"),
    "Supported": ("{number}",),
    "Require": ("{number}",),
    "Proxy-Require": ("{number}",),
    "Event": ("{number};id={number}\"",),
    "Refer-To": ("<sip:{number}",),
    "Session-Expires": ("{number}{number}",),
    "Date": ("{number}",),
    "Identity": ("{number}",),
    "X-Trunkline": ("target=trunk;{number}", "{number}"),
    "User-Agent": ("{number}",),
    "Subject": ("{number}\r\n {number}\r\n\t{number}", "{number}\r{number}", "{number}\n{number}"),
    "{number}".format(number=NUMBER): ("{number}", ""),
}  # fmt: skip


async def test_no_number_comes_into_a_log_whatever_is_broken(patient_hq: Edge):
    for host, port in ((STRANGER, 5060), (NODE, 5062)):
        sender = await UdpProbe.open(host, (HQ, port))
        for spelling in SPELLINGS:
            for data in requests(spelling, sender.via):
                sender.send(data)
                sender.send(data.replace(b"INVITE", b"REGISTER"))
                sender.send(b"SIP/2.0 200 OK\r\n" + data.partition(b"\r\n")[2])
                await heard()
        sender.close()

    assert told_by(patient_hq) == []


async def test_no_number_comes_into_a_log_by_mutations(patient_hq: Edge):
    sender = await UdpProbe.open(STRANGER, (HQ, 5060))
    for place, data in enumerate(mutated("logs", MUTANTS, domain=DOMAIN, host=HQ)):
        sender.send(data)
        if place % 20 == 0:
            await heard()
    for each in torture.ALL:
        sender.send(each.data)
    await heard()
    sender.close()

    assert told_by(patient_hq) == []


async def test_no_number_comes_into_the_media_relays_log(patient_hq: Edge):
    before = patient_hq.log("rtpengine").stat().st_size
    for sdp in (
        f"v=0\r\no={NUMBER} 1 1 IN IP4\r\ns={NUMBER}\r\nm=audio {NUMBER} RTP/AVP 0\r\n",
        SDP.replace("192.0.2.7", NUMBER).replace("m=audio", f"m={NUMBER}"),
        f"{NUMBER}\r\n{NUMBER}",
    ):
        await patient_hq.ng("offer", NUMBER, **{"from-tag": NUMBER, "sdp": sdp, "replace": NUMBER})

    await until(lambda: patient_hq.log("rtpengine").stat().st_size > before, "the media relay complains")
    assert told_by(patient_hq) == []


async def heard() -> None:
    """Wait until the edge has read what was sent before: it answers somebody else."""
    other = await UdpProbe.open(address("68.10"), (HQ, 5060))

    async def answered() -> bool:
        return await other.ask("OPTIONS", f"sip:{HQ}") == 200

    await until(answered, "the edge answers")
    other.close()


def told_by(edge: Edge) -> list[str]:
    """Return the lines of the engines' logs that tell something."""
    lines = [line for name in ("kamailio", "rtpengine") for line in edge.log(name).read_text(errors="replace").splitlines()]
    return [line for line in lines if SETTLED.search(line) or DIGEST in line]
