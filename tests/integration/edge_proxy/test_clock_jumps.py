"""Kamailio's clock is put right in a call, by an hour: nobody loses a call by it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import DOMAIN, HQ, Edge, address, hq_edge, station_headers

from simulators.phone import Softphone
from tests.faults.cutoff import faketime

PHONE_HZ, NODE_HZ = 440, 700
BOTH_HZ = {PHONE_HZ, NODE_HZ}


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """What libfaketime reads at each look at the clock: an offset."""
    file = tmp_path / "clock"
    file.write_text("+0\n")
    return file


@pytest.fixture
async def edge(
    tmp_path: Path, authority: Authority, clock: Path, node: Softphone, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Edge]:
    """rtpengine's clock is left alone: it does not start with libfaketime."""
    edge = hq_edge(tmp_path, authority)
    try:
        await edge.start("rtpengine")
        with monkeypatch.context() as environment:
            told = {"LD_PRELOAD": str(faketime()), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
            for name, value in (told | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}).items():
                environment.setenv(name, value)
            await edge.start("kamailio")
        yield edge
    finally:
        edge.stop()


@pytest.fixture
def put_right(clock: Path) -> Callable[[str], int]:
    return clock.write_text


@pytest.mark.parametrize("jump", ["+3600\n", "-3600\n"])
async def test_a_call_goes_on_and_others_come(
    edge: Edge, node: Softphone, put_right: Callable[[str], int], jump: str
):
    where = {"proxy": (HQ, 5060), "bind": address("10.11"), "tone_hz": PHONE_HZ}
    async with Softphone("1001", DOMAIN, "pw-1001", **where) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")

        put_right(jump)
        await call.hold()
        await call.unhold()
        for side, hertz in ((call, NODE_HZ), (at_node, PHONE_HZ)):
            side.media.endpoint.reception.forget()
            await side.wait_for_tones({hertz}, BOTH_HZ, timeout=15.0)
        await call.hang_up()
        await at_node.wait_for("ended")

        await phone.register()
        called = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await called.wait_for("answered")
        await called.hang_up()
