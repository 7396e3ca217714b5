"""A thousand requests a second from one address do not make others wait."""

from functools import partial

from edge_harness import DOMAIN, HQ, address, until

from simulators.phone import Softphone
from tests.attack.flood import Flood, beside_a_flood, set_up_times

FLOODER, PHONE = address("71.1"), address("10.11")
MOST, MORE_MS = 2.0, 20.0
"""`make attack` measures what is promised (a fifth); tests share the machine with others."""


async def test_flood_from_one_address_does_not_slow_others_down(guarded_hq, node):
    async def met() -> None:
        await until(dropped, "the flood is met")

    async def dropped() -> bool:
        return await guarded_hq.rpc.htable_get("flooding", FLOODER) is not None

    await guarded_hq.start("rtpengine")
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        found = await beside_a_flood(partial(set_up_times, phone, node), Flood(HQ, FLOODER), met, rounds=2, calls=4)

    assert found["beside"]["p50_ms"] < MOST * found["without"]["p50_ms"] + MORE_MS, found
    assert found["requests_a_second"] > 500, found
    assert await guarded_hq.rpc.htable_get("banned", FLOODER) is None
