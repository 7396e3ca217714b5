"""A carrier that challenges each request, inside of a call too: after a BYE that it refused, a call costs on."""

import asyncio

import pytest
from edge_harness import CARRIER, HQ, snapshot, trunk, trunk_headers, until

from callmodel.edgesnapshot import TrunkCredentials
from simulators.digest import ha1_of
from simulators.sip_message import SipMessage, build_response, parse_message

REALM = "carrier.example"
CREDENTIALS = TrunkCredentials("acct7", REALM, ha1_of("acct7", REALM, "s3cret"))
SDP = f"v=0\r\no=- 1 1 IN IP4 {CARRIER}\r\ns=-\r\nc=IN IP4 {CARRIER}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"


class StrictCarrier(asyncio.DatagramProtocol):
    """Answers what comes with credentials, and challenges all else.  `taken`: methods and sequence numbers.

    forgets: it says of each request's first nonce that it is stale (RFC 7616, 3.3).
    """

    def __init__(self, code: int = 407, *, forgets: bool = False) -> None:
        self.code, self.forgets = code, forgets
        self.asks, self.answers = {
            401: ("WWW-Authenticate", "Authorization"),
            407: ("Proxy-Authenticate", "Proxy-Authorization"),
        }[code]
        self.taken: list[tuple[str, int]] = []
        self.challenged: list[str] = []

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr) -> None:
        request = parse_message(data)
        if not request.is_request or request.method in ("ACK", "OPTIONS"):
            return
        self.transport.sendto(self._answer(request).to_bytes(), addr)

    def _answer(self, request: SipMessage) -> SipMessage:
        given = request.get(self.answers)
        if not given or (self.forgets and len(self.challenged) % 2 == 1):
            self.challenged.append(request.method)
            answer = build_response(request, self.code, to_tag="carrier")
            stale = ", stale=true" if given else ""
            answer.add(self.asks, f'Digest realm="{REALM}", nonce="n{len(self.challenged)}", qop="auth"{stale}')
            return answer
        self.taken.append((request.method, request.cseq[0]))
        answer = build_response(request, 200, to_tag="carrier")
        answer.add("Contact", f"<sip:gw@{CARRIER}:5060>")
        if request.method == "INVITE":
            answer.add("Content-Type", "application/sdp")
            answer.body = SDP
        return answer


@pytest.mark.parametrize("forgets", [False, True], ids=["", "stale"])
@pytest.mark.parametrize("code", [407, 401])
async def test_each_request_of_a_call_is_answered_with_credentials(hq, node, code, forgets):
    hq.know(snapshot(trunks=(trunk(credentials=CREDENTIALS),)))
    loop = asyncio.get_running_loop()
    transport, carrier = await loop.create_datagram_endpoint(
        lambda: StrictCarrier(code, forgets=forgets), local_addr=(CARRIER, 5060)
    )
    try:
        call = await node.dial(f"sip:+8613812345003@{HQ}", trunk_headers())
        await call.wait_for("answered")
        await call.hold()
        await call.press_by_info("5")
        await call.hang_up()
        await until(lambda: carrier.taken and carrier.taken[-1][0] == "BYE", "the carrier takes the end of the call")
    finally:
        transport.close()

    assert [method for method, _ in carrier.taken] == ["INVITE", "INVITE", "INFO", "BYE"]
    assert carrier.challenged == [method for method, _ in carrier.taken for _ in range(2 if forgets else 1)]
    numbers = [number for _, number in carrier.taken]
    assert numbers == sorted(set(numbers)), "each request has a number of its own, and a higher one"
