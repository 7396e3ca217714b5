"""A carrier rings several and more than one answers: the first has the call, the other is acknowledged and left."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from edge_harness import CARRIER, trunk_headers, until

from simulators.g711 import PCMU
from simulators.media import RtpEndpoint, tone_sound
from simulators.sdp import AudioSession, parse_sdp

NODE_HZ, TONES = 700, {"first": 440, "second": 1000}
CUSTOMER = "+8613812345003"
_COPIED = re.compile(r"^(?:Via|Record-Route|From|Call-ID|CSeq):[^\n]*\n", re.MULTILINE)


class ForkingCarrier(asyncio.DatagramProtocol):
    """Answers an INVITE for two at once, in the order of `tags`, each of whom speaks and listens."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        self.tags = tags
        self.told: list[tuple[str, str]] = []
        """Method and tag of what came in the two dialogs, in order; what was sent again comes again."""
        self.voices = {tag: RtpEndpoint(CARRIER) for tag in tags}

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        method = text.partition(" ")[0]
        tag = re.search(r"^To: [^\r]*;tag=(\w+)", text, re.MULTILINE)
        if method == "INVITE" and tag is None:
            for each in self.tags:
                self._answer(each, text, addr)
        elif tag is not None and method in ("ACK", "BYE"):
            self.told.append((method, tag[1]))
            if method == "BYE":
                to = re.findall(r"^To:[^\n]*\n", text, re.MULTILINE)
                self._send("".join([*_COPIED.findall(text), *to]), "", addr)

    def _answer(self, tag: str, invite: str, addr: tuple[str, int]) -> None:
        voice = self.voices[tag]
        voice.play(tone_sound(TONES[tag]))
        voice.connect(parse_sdp(invite.partition("\r\n\r\n")[2]), PCMU, "sendrecv", None)
        to = re.search(r"^To: ([^\r]*)", invite, re.MULTILINE)
        assert to is not None
        head = f"{''.join(_COPIED.findall(invite))}To: {to[1]};tag={tag}\r\nContact: <sip:{tag}@{CARRIER}:5060>\r\n"
        session = AudioSession(CARRIER, voice.local[1], payload_types=(PCMU,)).to_text()
        self._send(f"{head}Content-Type: application/sdp\r\n", session, addr)

    def _send(self, head: str, body: str, addr: tuple[str, int]) -> None:
        self.transport.sendto(f"SIP/2.0 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode(), addr)


@pytest.fixture(params=[("first", "second"), ("second", "first")], ids=["one", "the other"])
async def carrier(request: pytest.FixtureRequest) -> AsyncIterator[ForkingCarrier]:
    made = ForkingCarrier(request.param)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, local_addr=(CARRIER, 5060))
    yield made
    transport.close()
    for voice in made.voices.values():
        voice.close()


async def test_first_answer_has_the_call_and_the_other_is_left(hq, node, carrier):
    call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
    await call.wait_for("answered")
    await until(lambda: any(method == "BYE" for method, _ in carrier.told), "one of them is left")
    ((_, lost),) = {each for each in carrier.told if each[0] == "BYE"}
    (won,) = set(carrier.tags) - {lost}
    call.media.endpoint.reception.forget()
    carrier.voices[won].reception.forget()
    heard_before = carrier.voices[lost].reception.total_packets

    await call.wait_for_tones({TONES[won]}, {NODE_HZ, *TONES.values()})
    await until(lambda: carrier.voices[won].reception.total_packets > 100, "the first hears the call")

    assert carrier.voices[lost].reception.total_packets == heard_before
    assert ("ACK", lost) in carrier.told and ("ACK", won) in carrier.told
    await call.hang_up()
    await until(lambda: ("BYE", won) in carrier.told, "the call ends with its BYE")

    async def nothing_left() -> bool:
        return not (await hq.ng("list"))["calls"]

    await until(nothing_left, "rtpengine has let go")
