"""Thousands of requests that are nearly right: the edge dies of none, believes none, and keeps nothing of them."""

import pytest
from edge_harness import CARRIER, DOMAIN, HQ, NODE, Edge, address, until
from sip_probe import UdpProbe

from simulators.carrier import Carrier
from tests.attack.barrage import SHARES, Barrage
from tests.attack.edge_watch import vitals_of
from tests.attack.wires import Target

REQUESTS = 5_000
SEED = 4475
ATTACKERS = {name: address(f"67.{1 + n}") for n, name in enumerate(SHARES)}
MEMORY_BYTES = 4_000_000
"""Over some thirty processes; the heap of a worker moves by half a megabyte."""


@pytest.mark.timeout(180)
async def test_edge_survives_mutated_requests_and_believes_none(patient_hq: Edge):
    barrage = Barrage(Target(HQ), ATTACKERS, DOMAIN, SEED)
    node = await UdpProbe.open(NODE, (HQ, 5062))
    async with Carrier(CARRIER, 5060, ip_authentication={HQ}) as carrier:
        # What is only ever made once, and the room that each worker keeps for the longest message it has seen.
        await Barrage(Target(HQ), ATTACKERS, DOMAIN, SEED + 1).run(REQUESTS)
        before = await vitals_of(patient_hq.rpc)

        await barrage.run(REQUESTS)

        assert not [answer for answer in drained(node) if "INVITE" in answer], "nobody had an identity"
        assert not carrier.calls
    node.close()
    assert barrage.answers.wrong == {}
    assert len(barrage.answers.codes) > 3, "many were good enough to be answered"

    async def calm() -> bool:
        grown = (await vitals_of(patient_hq.rpc)).growth_over(before)
        return max(grown.values()) < MEMORY_BYTES

    assert (await vitals_of(patient_hq.rpc)).same_processes(before)
    await until(calm, "memory is where it was", 15)


def drained(probe: UdpProbe) -> list[str]:
    return [probe.answers.get_nowait() for _ in range(probe.answers.qsize())]
