"""The platform's status tells how each trunk does: its registration, and what became of its calls."""

import json
from dataclasses import replace
from typing import Any

from facts_house import CUSTOMER, House, cdr, new_call_id, until

from callmodel import keys
from callmodel.callstate import Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import to_wire
from callmodel.directory import Rate, Trunk
from callmodel.edgecarriers import EdgeCarriers, NameTrouble, TrunkRegistration
from callmodel.edgesnapshot import EdgeTrunk, Gateway
from callmodel.ids import LegId, TrunkId
from control_plane.features.trunks.store import TrunkRecord, TrunkStore
from control_plane.times import now_ms

CARRIER, SPARE = TrunkId("carrier"), TrunkId("spare")


async def make_trunk(house: House, trunk_id: TrunkId, *, registers: bool) -> None:
    peering = EdgeTrunk(trunk_id, (Gateway("192.0.2.10"),), "carrier.example", registers=registers)
    trunk = Trunk(trunk_id, "Carrier", (Rate("+86", 0.1, "national"),))
    await TrunkStore(house.resources.store, house.resources.cipher).add(TrunkRecord(trunk, peering, now_ms()))


async def trunks(house: House, admin: str) -> dict[str, Any]:
    _, status = await house.ask(admin, "GET", "/platform/status")
    return {trunk["trunk_id"]: trunk for trunk in status["trunks"]}


def failed_over() -> Cdr:
    """A call that the spare trunk refused with 503, and the carrier brought to the customer."""
    call = cdr(new_call_id())
    refused = CdrLeg(LegId(f"{call.call_id}-0"), LegRole.CUSTOMER, LegState.ENDED, call.started_ms,
                     ended_ms=call.started_ms + 20, number=CUSTOMER, trunk_id=SPARE, sip_code=503)  # fmt: skip
    return replace(call, legs=(*call.legs, refused))


async def test_status_tells_how_each_trunk_does(house: House):
    admin = await house.token("root", is_hq_admin=True)
    await make_trunk(house, CARRIER, registers=True)
    await make_trunk(house, SPARE, registers=False)
    before = await trunks(house, admin)
    trouble = NameTrouble("192.0.2.10", "refused: 127.0.0.1 (loopback)")
    told = EdgeCarriers("edge-1", now_ms(), (TrunkRegistration(CARRIER, True),), name_troubles=(trouble,))
    await house.redis.sadd(keys.EDGES, "edge-1")  # type: ignore[misc]
    await house.redis.set(keys.edge_carriers("edge-1"), json.dumps(to_wire(told)))
    call = failed_over()
    inbound = replace(cdr(new_call_id()), direction=Direction.INBOUND)
    await house.start_facts()
    for _ in range(2):
        await house.tell("call.ended", call)
    await house.tell("call.ended", inbound)
    last = cdr(new_call_id())
    await house.tell("call.ended", last)

    async def counted() -> dict[str, Any] | None:
        found = await trunks(house, admin)
        return found if found["carrier"]["attempts"] >= 2 else None

    after = await until(counted)

    assert {trunk["registered"] for trunk in before.values()} == {False, None}
    assert (before["carrier"]["attempts"], before["carrier"]["answer_rate"]) == (0, None)
    carrier, spare = after["carrier"], after["spare"]
    assert (carrier["registered"], carrier["edge_id"], spare["registered"]) == (True, "edge-1", None)
    assert (carrier["attempts"], carrier["answered"], carrier["answer_rate"]) == (2, 2, 1.0), (
        "twice told is once done"
    )
    assert carrier["last_answer_ms"] == max(leg.answered_ms or 0 for leg in last.legs)
    assert (spare["attempts"], spare["answer_rate"], spare["last_answer_ms"]) == (1, 0.0, None)
    assert spare["last_failures"] == [{"at_ms": call.started_ms + 20, "sip_code": 503}]
    assert 0 < await house.redis.ttl(keys.trunk_outcomes(SPARE)) <= 86_400
