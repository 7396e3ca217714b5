"""Both sides of a call ask for another session at once (RFC 3261, 14.1): 491, and one after the other."""

import asyncio

from edge_harness import DOMAIN, HQ, Edge, address

from simulators.phone import Softphone

PHONE_HZ, NODE_HZ = 440, 700
BOTH_HZ = {PHONE_HZ, NODE_HZ}


async def test_two_holds_at_once_are_both_carried_out_and_both_are_heard_after_them(hq: Edge, node: Softphone):
    where = {"proxy": (HQ, 5060), "bind": address("10.11"), "tone_hz": PHONE_HZ}
    async with Softphone("1001", DOMAIN, "pw-1001", **where) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")

        # Each answers 491 to the other's, waits, and asks once more.
        await asyncio.gather(call.hold(), at_node.hold())
        assert "sendrecv" not in (call.media.direction, at_node.media.direction)
        await at_node.unhold()
        await call.unhold()

        for side, hertz in ((call, NODE_HZ), (at_node, PHONE_HZ)):
            side.media.endpoint.reception.forget()
            await side.wait_for_tones({hertz}, BOTH_HZ, timeout=15.0)
        await call.hang_up()
        await at_node.wait_for("ended")
