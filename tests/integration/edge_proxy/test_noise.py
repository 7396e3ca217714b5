"""Messages that make no sense: none fills the log, nor puts anybody's number there."""

from edge_harness import HQ, Edge, address, until
from sip_probe import UdpProbe

TORTURER = address("66.9")


def broken(**headers: str) -> bytes:
    """Return a request with secrets in it and these headers in place of decent ones; without those given as empty."""
    decent = {
        "Via": f"SIP/2.0/UDP {TORTURER};rport;branch=z9hG4bK1",
        "From": "<sip:a@x>;tag=1",
        "To": "<sip:b@y>",
        "Call-ID": "c1",
        "CSeq": "1 OPTIONS",
    }
    lines = [f"{name}: {value}" for name, value in (decent | headers).items() if value]
    digest = 'Authorization: Digest username="1001", response="c0ffee"'
    return "\r\n".join([f"OPTIONS sip:+8613812345678@{HQ} SIP/2.0", *lines, digest, "", ""]).encode()


SENSELESS = {
    **{f"no {name}": broken(**{name: ""}) for name in ("Via", "From", "To", "Call-ID", "CSeq")},
    "CSeq without a method": broken(CSeq="none"),
    "open To": broken(To="<sip:"),
    "header without colon": broken(Via=f"SIP/2.0/UDP {TORTURER}\r\nno header"),
    "name in two words": broken(Via=f"SIP/2.0/UDP {TORTURER}\r\nno header: either"),
    "HTTP": b"GET /+8613812345678 HTTP/1.1\r\nHost: c0ffee\r\n\r\n",
    "response to another": broken().replace(
        b"OPTIONS sip:+8613812345678@" + HQ.encode() + b" SIP/2.0", b"SIP/2.0 200 OK"
    ),
}
"""What Kamailio would log, and never hand to us."""

COUNTED = {
    "Via": broken(Via="SIP/2.0/UDP ;branch=x"),
    "From": broken(From="<sip:a@x"),
    "length": broken(**{"Content-Length": "-9"}),
}
"""What Kamailio logs in part before anybody can hinder it."""


async def test_what_makes_no_sense_is_told_off_at_most_and_never_logged(guarded_hq: Edge):
    """Whose number it was, and the digest, would stand in the log; and the disk would be full one day."""
    sender = await UdpProbe.open(TORTURER, (HQ, 5060))
    assert await sender.ask("OPTIONS", f"sip:{HQ}") == 200
    before = await guarded_hq.log_until_now()
    for data in SENSELESS.values():
        for _ in range(3):
            sender.send(data)

    await until(lambda: sender.answers.qsize() >= 3, "what can be answered is told off")
    while not sender.answers.empty():
        answer = sender.answers.get_nowait()
        assert answer.startswith("SIP/2.0 400 ") and "c0ffee" not in answer and "13812345678" not in answer
    assert await sender.ask("OPTIONS", f"sip:{HQ}") == 200
    sender.close()
    # Answers to our own questions by RPC may come between.
    more = (await guarded_hq.log_until_now()).removeprefix(before)
    assert "+8613812345678" not in more and "c0ffee" not in more and "pars" not in more.replace("parsing failed", "")


async def test_what_is_logged_of_one_address_has_an_end(guarded_hq: Edge):
    """A datagram does not prove who sent it: no ban, but no more than a flood may send."""
    decent = await UdpProbe.open(address("66.12"), (HQ, 5060))
    for number, (place, data) in enumerate(COUNTED.items()):
        sender = await UdpProbe.open(address(f"66.{20 + number}"), (HQ, 5060))
        await until(lambda sender=sender, data=data: dropped(guarded_hq, sender, data), f"broken {place} is dropped")
        assert await decent.ask("OPTIONS", f"sip:{HQ}") == 200
        before = len(await guarded_hq.log_until_now())
        for _ in range(100):
            sender.send(data)

        assert await decent.ask("OPTIONS", f"sip:{HQ}") == 200
        assert len(await guarded_hq.log_until_now()) - before < 1_000, place
        assert await guarded_hq.rpc.htable_get("banned", host_of(sender)) is None
        sender.close()
    decent.close()


async def dropped(edge: Edge, sender: UdpProbe, data: bytes) -> bool:
    for _ in range(20):
        sender.send(data)
    return await edge.rpc.htable_get("flooding", host_of(sender)) is not None


def host_of(sender: UdpProbe) -> str:
    return sender.transport.get_extra_info("sockname")[0]
