"""A phone of raw sockets that places a call with digest and keeps what a thief would keep of it."""

import asyncio
import secrets

from edge_harness import DOMAIN, HQ
from sip_probe import UdpProbe, message

from simulators.digest import answer_challenge
from simulators.sip_message import SipMessage, parse_message

SDP = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
)


class RawPhone:
    """`answer` is the 200 of its call."""

    def __init__(self, probe: UdpProbe, extension: str, domain: str) -> None:
        self.probe, self.extension, self.domain = probe, extension, domain
        self.host = probe.via.split()[1].partition(":")[0]
        self.call_id, self.tag = secrets.token_hex(6), secrets.token_hex(4)
        self.answer: SipMessage | None = None

    @classmethod
    async def open(cls, bind: str, extension: str = "1001", to: str = HQ, domain: str = DOMAIN) -> "RawPhone":
        return cls(await UdpProbe.open(bind, (to, 5060)), extension, domain)

    def close(self) -> None:
        self.probe.close()

    async def call(self, user: str, more: bytes = b"", **headers: str) -> int:
        """Dial, answer the challenge, and return the final status; `more` stands raw behind the User-Agent."""
        uri, sdp = f"sip:{user}@{self.domain}", SDP.format(host=self.host)
        said = {
            "From": f"<sip:{self.extension}@{self.domain}>;tag={self.tag}",
            "To": f"<{uri}>",
            "Call-ID": self.call_id,
            "Content-Type": "application/sdp",
            "User-Agent": "raw",
        } | headers
        self.probe.send(message("INVITE", uri, self.probe.via, headers=said, body=sdp))
        challenge = await self._next()
        self.probe.send(message("ACK", uri, self.probe.via, headers=said | {"CSeq": "1 ACK"}))
        name, value = answer_challenge(challenge, "INVITE", uri, self.extension, f"pw-{self.extension}")
        data = message("INVITE", uri, self.probe.via, headers=said | {name: value, "CSeq": "2 INVITE"}, body=sdp)
        self.probe.send(data.replace(b"User-Agent: raw", b"User-Agent: raw" + more))
        try:
            self.answer = await self._next()
        except TimeoutError:
            return 0
        if self.answer.status == 200:
            self.send("ACK", cseq=2)
        return self.answer.status

    async def register(self) -> int:
        """Sign in, and return the final status."""
        uri, own = f"sip:{self.domain}", f"<sip:{self.extension}@{self.domain}>"
        said = {"From": f"{own};tag={self.tag}", "To": own, "Call-ID": secrets.token_hex(6), "Expires": "300"}
        self.probe.send(message("REGISTER", uri, self.probe.via, headers=said))
        name, value = answer_challenge(await self._next(), "REGISTER", uri, self.extension, f"pw-{self.extension}")
        said |= {name: value, "CSeq": "2 REGISTER"}
        self.probe.send(message("REGISTER", uri, self.probe.via, headers=said))
        return (await self._next()).status

    def goes_on(self, other: "RawPhone") -> None:
        """Take over another's call: the same phone with another address, or a thief."""
        self.call_id, self.tag, self.answer = other.call_id, other.tag, other.answer

    def request(self, method: str, target: str = "", *, cseq: int, to: str = "", **headers: str) -> bytes:
        """Return a request inside of the call's dialog, or one that pretends to be."""
        assert self.answer is not None
        said = {
            "From": f"<sip:{self.extension}@{self.domain}>;tag={self.tag}",
            "To": to or self.answer.get("To"),
            "Call-ID": self.call_id,
            "CSeq": f"{cseq} {method}",
            "Route": ", ".join(reversed(self.answer.all("Record-Route"))),
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        body = SDP.format(host=self.host) if method == "INVITE" else ""
        if body:
            said["Content-Type"] = "application/sdp"
        return message(method, target or self.target, self.probe.via, headers=said, body=body)

    @property
    def target(self) -> str:
        assert self.answer is not None
        return self.answer.get("Contact").partition("<")[2].partition(">")[0]

    def send(self, method: str, target: str = "", *, cseq: int, **headers: str) -> None:
        self.probe.send(self.request(method, target, cseq=cseq, **headers))

    async def ask(self, method: str, target: str = "", *, cseq: int, **headers: str) -> int:
        """Send a request inside of the dialog and return its final status, 0 for silence."""
        self.send(method, target, cseq=cseq, **headers)
        return await self.probe.status()

    async def _next(self) -> SipMessage:
        while True:
            text = await asyncio.wait_for(self.probe.answers.get(), 3)
            if text.startswith("SIP/2.0") and not text.startswith("SIP/2.0 1"):
                return parse_message(text.encode())
