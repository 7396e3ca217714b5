"""A carrier that challenges each request, inside of a call too: after a BYE that it refused, a call costs on."""

import asyncio

from edge_harness import CARRIER, HQ, snapshot, trunk, trunk_headers, until

from callmodel.edgesnapshot import TrunkCredentials
from simulators.digest import ha1_of
from simulators.sip_message import SipMessage, build_response, parse_message

REALM = "carrier.example"
CREDENTIALS = TrunkCredentials("acct7", REALM, ha1_of("acct7", REALM, "s3cret"))
SDP = f"v=0\r\no=- 1 1 IN IP4 {CARRIER}\r\ns=-\r\nc=IN IP4 {CARRIER}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"


class StrictCarrier(asyncio.DatagramProtocol):
    """Answers what comes with credentials, and challenges all else.  `taken`: methods and sequence numbers."""

    def __init__(self) -> None:
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
        if not request.get("Proxy-Authorization"):
            self.challenged.append(request.method)
            answer = build_response(request, 407, to_tag="carrier")
            answer.add("Proxy-Authenticate", f'Digest realm="{REALM}", nonce="n{len(self.challenged)}", qop="auth"')
            return answer
        self.taken.append((request.method, request.cseq[0]))
        answer = build_response(request, 200, to_tag="carrier")
        answer.add("Contact", f"<sip:gw@{CARRIER}:5060>")
        if request.method == "INVITE":
            answer.add("Content-Type", "application/sdp")
            answer.body = SDP
        return answer


async def test_each_request_of_a_call_is_answered_with_credentials(hq, node):
    hq.know(snapshot(trunks=(trunk(credentials=CREDENTIALS),)))
    loop = asyncio.get_running_loop()
    transport, carrier = await loop.create_datagram_endpoint(StrictCarrier, local_addr=(CARRIER, 5060))
    try:
        call = await node.dial(f"sip:+8613812345003@{HQ}", trunk_headers())
        await call.wait_for("answered")
        await call.hold()
        await call.hang_up()
        await until(lambda: carrier.taken and carrier.taken[-1][0] == "BYE", "the carrier takes the end of the call")
    finally:
        transport.close()

    assert [method for method, _ in carrier.taken] == ["INVITE", "INVITE", "BYE"]
    assert carrier.challenged == ["INVITE", "INVITE", "BYE"]
    numbers = [number for _, number in carrier.taken]
    assert numbers == sorted(set(numbers)), "each request has a number of its own, and a higher one"
