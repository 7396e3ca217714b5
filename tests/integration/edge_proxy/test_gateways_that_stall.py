"""A gateway that says it is trying, and then nothing: the next one is asked, by the time that the trunk sets."""

import asyncio
import time

import pytest
from edge_harness import CARRIER, CARRIER_2, HQ, snapshot, trunk, trunk_headers, until

from simulators.carrier import Carrier
from simulators.sip_message import SipMessage, build_response, parse_message

CUSTOMER = "+8613812345003"
NO_RING_MS = 800


class Gateway(asyncio.DatagramProtocol):
    """Answers each INVITE with the same provisional responses, some ms apart, and a CANCEL as it should."""

    def __init__(self, codes: tuple[int, ...], every_ms: int) -> None:
        self._codes, self._every = codes, every_ms / 1000
        self.heard: list[str] = []

    @classmethod
    async def open(cls, *codes: int, every_ms: int = 0) -> "Gateway":
        loop = asyncio.get_running_loop()
        transport, gateway = await loop.create_datagram_endpoint(
            lambda: cls(codes, every_ms), local_addr=(CARRIER, 5060)
        )
        gateway.transport = transport
        return gateway

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = parse_message(data)
        new = request.method not in self.heard
        self.heard.append(request.method)
        if request.method == "INVITE" and new:
            self._invite = request
            self._task = asyncio.get_running_loop().create_task(self._try(addr))
        elif request.method == "CANCEL":
            self._say(request, 200, addr)
            self._say(self._invite, 487, addr)

    async def _try(self, addr: tuple[str, int]) -> None:
        for code in self._codes:
            self._say(self._invite, code, addr)
            await asyncio.sleep(self._every)

    def _say(self, request: SipMessage, code: int, addr: tuple[str, int]) -> None:
        self.transport.sendto(build_response(request, code, to_tag="stalls").to_bytes(), addr)

    def close(self) -> None:
        self._task.cancel()
        self.transport.close()


@pytest.fixture
async def hq(patient_hq):
    patient_hq.know(snapshot(trunks=(trunk("trunk-1", CARRIER, CARRIER_2, no_ring_ms=NO_RING_MS),)))
    return patient_hq


@pytest.mark.parametrize(
    "codes",
    [
        (100,),
        (100, 183),
        (183,) * 20,
        (100, 183, 199, 183),
    ],
    ids=["100", "183", "many-183", "several"],
)
async def test_next_gateway_is_asked_when_one_does_not_ring(hq, node, codes):
    gateway = await Gateway.open(*codes, every_ms=200)
    async with Carrier(CARRIER_2, 5060, ip_authentication={HQ}) as other:
        started = time.monotonic()
        call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
        await call.wait_for("answered")
        took_ms = (time.monotonic() - started) * 1000
        await call.wait_for_tones({other.calls[0].tone_hz}, {other.calls[0].tone_hz, 700})
        await until(lambda: "CANCEL" in gateway.heard, "the first gateway is told")
        await call.hang_up()
    gateway.close()

    # Kamailio's timers go by sixteenths of a second; the customer of this number picks up at once.
    assert NO_RING_MS - 100 < took_ms < NO_RING_MS + 1500


@pytest.mark.parametrize("ringing", [180, 181, 182])
async def test_gateway_that_rings_is_left_to_ring(hq, node, ringing):
    gateway = await Gateway.open(100, ringing)
    async with Carrier(CARRIER_2, 5060, ip_authentication={HQ}) as other:
        call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
        with pytest.raises(TimeoutError):
            await call.wait_for("ended", NO_RING_MS * 2.5 / 1000)
        assert list(other.calls) == []
        await call.cancel()
        await until(lambda: "CANCEL" in gateway.heard, "it is told that the caller gave up")
    gateway.close()


async def test_last_gateway_that_never_rings_leaves_503(hq, node):
    hq.know(snapshot(trunks=(trunk("trunk-1", CARRIER, no_ring_ms=NO_RING_MS),)))
    gateway = await Gateway.open(100)
    call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
    await call.wait_for("ended", 5)
    gateway.close()

    assert call.final_code == 503
