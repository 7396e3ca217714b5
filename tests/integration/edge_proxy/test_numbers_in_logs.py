"""Whatever is sent to an edge, nobody's number and no digest comes into a log of its engines."""

import re
from collections.abc import Iterator

from edge_harness import DOMAIN, HQ, NODE, Edge, address, until
from sip_probe import UdpProbe, message

from tests.attack import torture
from tests.attack.mutations import SDP, mutated

STRANGER = address("68.9")
NUMBER, DIGEST = "13812345678", "c0ffeec0ffeec0ffeec0ffeec0ffee00"
SPELLINGS = (
    NUMBER, "138-1234-5678", "138 1234 5678", "138.1234.5678", "(138)1234-5678", "%31%33%38%31%32%3345678",
)  # fmt: skip
"""As a person or a phone may write it; visual separators are RFC 3966's."""
MUTANTS = 3_000
NINE_DIGITS = re.compile(r"(?<!\d)(?:86)?" + r"[-. ()]*".join("138123456"))
"""Of the number, however they are set apart."""

HIDDEN_IN = {
    "Via": ("SIP/2.0/UDP ;@", "SIP/2.0/UDP @:@", 'SIP/2.0/UDP x;branch=z9;@="', "SIP/9.0/@ x", "SIP/2.0/UDP x;ttl=@",
            "SIP/2.0/UDP x;rport=@;received=<@"),
    "From": ("<sip:@#x", '"@', '<sip:@#x>;tag="@', "@ @ <", "<sip:@#x>;tag", "<@>;tag=1", "sip:@#:@;tag=2"),
    "To": ('<sip:@#x>;tag="@', '"@ <sip:x>', "<>@", "<sip:@#[x>"),
    "CSeq": ("@ INVITE", "@@ INVITE", "1 @", "1 INVITE@", "1 BYE"),
    "Call-ID": ("@ @", "<@>"),
    "Contact": ("<sip:@#x", '"@', "@", "<sip:@#x>, <sip:@", "*, <sip:@#x>", "<sip:@#x>;expires=@@;q=@",
                "<sip:@#x:@>"),
    "Route": ("<sip:@", "<sip:@#x;lr>, <@", "<sip:@#x:99999;lr>", "@"),
    "Record-Route": ("<sip:@", "<sip:@#[::1;lr>"),
    "Path": ("<@",),
    "Max-Forwards": ("@", "x@", "-@", "@@"),
    "Expires": ("@@", "x@"),
    "Authorization": ("Digest @", 'Digest username="@', "@", f"Digest response={DIGEST}"),
    "Proxy-Authorization": (f'Digest username="@, response={DIGEST}', "Digest realm=@"),
    "P-Asserted-Identity": ("<sip:@", "tel:@", '"@'),
    "P-Preferred-Identity": ("<sip:@", '<tel:@>;x="', "@"),
    "Content-Type": ("@/@", "@", "multipart/mixed;boundary=@"),
    "Accept": ("@", "application/@;q=@"),
    "Event": ('@;id=@"',),
    "X-Trunkline": ("target=trunk;@", "@"),
    "Subject": ("@\r\n @\r\n\t@", "@\r@", "@\n@"),
    **{name: ("@", "<sip:@") for name in (
        "Diversion", "Supported", "Require", "Proxy-Require", "Refer-To", "Session-Expires", "Date", "Identity",
        "User-Agent", "Replaces")},
    NUMBER: ("@", ""),
}  # fmt: skip
"""Header to values that break it; @ is the number, # an at sign."""
FIRST_LINES = (
    "INVITE sip:@#x", "INVITE sip:@#x SIP/2.1", "INVITE <sip:@#x> SIP/2.0", "@", "INVITE sip:@:@#x:@ SIP/2.0",
)  # fmt: skip


def requests(spelling: str, via: str) -> Iterator[bytes]:
    """Yield requests with a number and a digest in them: a whole one, and each broken in another place."""
    uri = f"sip:+86{spelling}@{DOMAIN}"
    digest = f'Digest username="{spelling}", realm="{DOMAIN}", nonce="x", uri="{uri}", response="{DIGEST}"'
    party = f'"{spelling}" <sip:{spelling}@{DOMAIN}>;tag=1'
    usual = {"From": party, "To": f"<{uri}>", "Call-ID": f"{spelling}@x", "Authorization": digest}
    whole = message("INVITE", uri, via, headers=usual)
    yield whole
    for name, values in HIDDEN_IN.items():
        for value in values:
            yield message("INVITE", uri, via, headers=usual | {name: filled(value, spelling)})
    for line in FIRST_LINES:
        yield filled(line, spelling).encode() + b"\r\n" + whole.partition(b"\r\n")[2]
    for place in range(20, len(whole), 23):
        begun, rest = whole[:place], whole[place:]
        yield from (begun, begun + b"\r\n\r\n", begun + b"\x00" + rest, begun + b"\r" + rest, begun + b'"<' + rest)


def filled(text: str, spelling: str) -> str:
    return text.replace("@", spelling).replace("#", "@")


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

    assert await told_by(patient_hq) == []


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

    assert await told_by(patient_hq) == []


async def test_no_number_comes_into_the_media_relays_log(patient_hq: Edge):
    before = patient_hq.log("rtpengine").stat().st_size
    for sdp in (
        f"v=0\r\no={NUMBER} 1 1 IN IP4\r\ns={NUMBER}\r\nm=audio {NUMBER} RTP/AVP 0\r\n",
        SDP.replace("192.0.2.7", NUMBER).replace("m=audio", f"m={NUMBER}"),
        f"{NUMBER}\r\n{NUMBER}",
    ):
        await patient_hq.ng("offer", NUMBER, **{"from-tag": NUMBER, "sdp": sdp, "replace": NUMBER})

    await until(lambda: patient_hq.log("rtpengine").stat().st_size > before, "the media relay complains")
    assert await told_by(patient_hq) == []


async def heard() -> None:
    """Wait until the edge has read what was sent before: it answers somebody else."""
    other = await UdpProbe.open(address("68.10"), (HQ, 5060))

    async def answered() -> bool:
        return await other.ask("OPTIONS", f"sip:{HQ}") == 200

    await until(answered, "the edge answers")
    other.close()


async def told_by(edge: Edge) -> list[str]:
    """Return the lines of the engines' logs that tell something."""
    logs = (await edge.log_until_now(), edge.log("rtpengine").read_text(errors="replace"))
    return [line for log in logs for line in log.splitlines() if NINE_DIGITS.search(line) or DIGEST in line]
