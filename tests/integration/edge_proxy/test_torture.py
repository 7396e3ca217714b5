"""RFC 4475's torture messages over each transport: each is answered as it deserves, and the edge goes on."""

import asyncio
import contextlib

import pytest
from edge_harness import HQ, Edge, address
from sip_probe import UdpProbe

from tests.attack.edge_watch import vitals_of
from tests.attack.torture import ALL, Torture
from tests.attack.wires import Answers, Target, UdpWire, over_stream

TORTURER = address("66.9")
TARGET = Target(HQ)
TRANSPORTS = ("udp", "tcp", "tls", "ws")
PATIENCE_SECONDS = 2.0


async def answers_over_stream(message: Torture, transport: str) -> Answers:
    answers = Answers()
    await over_stream(
        TARGET, [message.data], answers, transport=transport, bind=TORTURER, wait_seconds=PATIENCE_SECONDS
    )
    return answers


async def answers_over_udp(message: Torture, sender: str) -> Answers:
    # From 5060, where answers go that follow a Via without port.
    answers = Answers()
    wire = await UdpWire.open(sender, 5060, TARGET, answers)
    wire.send(message.data)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not answers.codes:
                wire.heard.clear()
                await wire.heard.wait()
    wire.close()
    return answers


async def answers_to_all(transport: str) -> dict[Torture, Answers]:
    if transport == "udp":
        asked = [answers_over_udp(each, address(f"69.{1 + n}")) for n, each in enumerate(ALL)]
    else:
        asked = [answers_over_stream(each, transport) for each in ALL]
    return dict(zip(ALL, await asyncio.gather(*asked), strict=True))


def test_all_messages_of_the_rfc_are_here():
    assert len(ALL) == len({message.name for message in ALL}) == 49
    assert {message.section.rpartition(".")[0] for message in ALL} == {"3.1.1", "3.1.2", "3.2", "3.3", "3.4"}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_torture_is_answered_as_it_deserves(patient_hq: Edge, transport: str):
    before = await vitals_of(patient_hq.rpc)

    answered = await answers_to_all(transport)

    wrong = {
        each.name: sorted(answers.codes)
        for each, answers in answered.items()
        if not (answers.codes <= each.codes and (answers.codes or each.silence))
    }
    assert wrong == {}
    assert (await vitals_of(patient_hq.rpc)).same_processes(before)


async def test_response_that_nobody_waits_for_goes_nowhere(patient_hq: Edge):
    """RFC 3261, 18.1.2: who passes on what Via says, without having asked anything, can be aimed at anybody."""
    victim = await UdpProbe.open(address("66.10"), (HQ, 5060))
    sender = await UdpProbe.open(TORTURER, (HQ, 5060))
    for first in (f"SIP/2.0/UDP {HQ}:5060;branch=z9hG4bK1", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"):
        sender.send(
            f"SIP/2.0 200 OK\r\nVia: {first}\r\nVia: SIP/2.0/{victim.via};branch=z9hG4bK2\r\nCall-ID: r1\r\n"
            "CSeq: 1 INVITE\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nContent-Length: 0\r\n\r\n".encode()
        )

    assert await sender.ask("OPTIONS", f"sip:{HQ}") == 200
    assert victim.answers.empty()
    victim.close()
    sender.close()
