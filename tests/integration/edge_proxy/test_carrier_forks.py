"""A carrier rings several and more than one answers: the first has the call, the other is acknowledged and left."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from edge_harness import CARRIER, Edge, snapshot, trunk, trunk_headers, until
from raw_carrier import Send, listening

from callmodel.edgesnapshot import Gateway
from simulators.g711 import PCMU
from simulators.media import RtpEndpoint, tone_sound
from simulators.sdp import AudioSession, parse_sdp

NODE_HZ, TONES = 700, {"first": 440, "second": 1000}
CUSTOMER = "+8613812345003"
_COPIED = re.compile(r"^(?:Via|Record-Route|From|Call-ID|CSeq):[^\n]*\n", re.MULTILINE)


class ForkingCarrier:
    """Answers an INVITE for two, in the order of `tags`, each of whom speaks and listens.

    late: the second answers once the first has been acknowledged.
    """

    def __init__(self, tags: tuple[str, ...], *, late: bool) -> None:
        self.tags, self._late = tags, late
        self.told: list[tuple[str, str]] = []
        """Method and tag of what came in the two dialogs, in order; what was sent again comes again."""
        self.voices = {tag: RtpEndpoint(CARRIER) for tag in tags}
        self.connections: list[asyncio.Transport] = []
        self._invite = ""

    def receive(self, data: bytes, send: Send) -> None:
        text = data.decode()
        method = text.partition(" ")[0]
        tag = re.search(r"^To: [^\r]*;tag=(\w+)", text, re.MULTILINE)
        if method == "INVITE" and tag is None:
            self._invite = text
            for each in self.tags[: 1 if self._late else None]:
                self._answer(each, send)
        elif tag is not None and method in ("ACK", "BYE"):
            if self._late and self.told == []:
                self._answer(self.tags[1], send)
            self.told.append((method, tag[1]))
            if method == "BYE":
                to = re.findall(r"^To:[^\n]*\n", text, re.MULTILINE)
                _say("".join([*_COPIED.findall(text), *to]), "", send)

    def _answer(self, tag: str, send: Send) -> None:
        voice, invite = self.voices[tag], self._invite
        voice.play(tone_sound(TONES[tag]))
        voice.connect(parse_sdp(invite.partition("\r\n\r\n")[2]), PCMU, "sendrecv", None)
        to = re.search(r"^To: ([^\r]*)", invite, re.MULTILINE)
        assert to is not None
        head = f"{''.join(_COPIED.findall(invite))}To: {to[1]};tag={tag}\r\nContact: <sip:{tag}@{CARRIER}:5060>\r\n"
        session = AudioSession(CARRIER, voice.local[1], payload_types=(PCMU,)).to_text()
        _say(f"{head}Content-Type: application/sdp\r\n", session, send)


def _say(head: str, body: str, send: Send) -> None:
    send(f"SIP/2.0 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())


@pytest.fixture(params=["udp", "tcp"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(
    params=[(("first", "second"), False), (("second", "first"), False), (("first", "second"), True)],
    ids=["one", "the other", "late"],
)
async def carrier(request: pytest.FixtureRequest, hq: Edge, transport: str) -> AsyncIterator[ForkingCarrier]:
    hq.know(snapshot(trunks=(replace(trunk(sources=(CARRIER,)), gateways=(Gateway(CARRIER, 5060, transport),)),)))
    tags, late = request.param
    made = ForkingCarrier(tags, late=late)
    async with listening(made, transport):
        yield made
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
