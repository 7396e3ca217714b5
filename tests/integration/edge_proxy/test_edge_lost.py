"""One of two edges is killed or drained with calls in progress: counted at the phones, the branch and the carrier."""

import asyncio
import signal
import time

from edge_harness import CARRIER, DID, DOMAIN, HQ, address, until
from sip_probe import UdpProbe
from two_edges import PHONE_2, branch_phone, has_contact, no_calls_in, phone_at

from edge_proxy.view import DRAIN_LOOK_SECONDS
from simulators.carrier import Carrier
from simulators.phone import Softphone

CALLS = 5
NEW_CALLS_SECONDS = 2.0


async def talking(phone: Softphone, node: Softphone) -> tuple:
    """Return both ends of a call from a phone that hears the node."""
    call = await phone.dial("13812345678")
    at_node = await node.wait_for_call()
    await call.wait_for_tones({700}, {440, 700})
    return call, at_node


async def answered_within(phone: Softphone, node: Softphone, seconds: float = NEW_CALLS_SECONDS) -> float:
    """Return how long a new call took to be answered."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
    took = time.monotonic() - began
    await (await node.wait_for_call()).hang_up()
    await call.wait_for("ended")
    return took


async def test_killed_edge_keeps_its_voice_and_new_calls_go_through_the_other(pair, node_of, branch_of_two):
    first, second = pair
    async with (
        phone_at(first) as phone,
        phone_at(second, "1002", bind=PHONE_2) as other,
        branch_phone() as in_branch,
        Carrier(CARRIER, 5060) as carrier,
    ):
        for each in (phone, other, in_branch):
            await each.register()
        calls = [await talking(phone, node_of(first)) for _ in range(CALLS)]
        first.stop("kamailio", with_signal=signal.SIGKILL)
        # A phone with two proxies turns to the second; a branch and a carrier do so by themselves.
        phone.proxy = (second.host, 5060)
        new = [await answered_within(each, node_of(second)) for each in (phone, other, in_branch)]
        inward = await carrier.place_call(DID, "013912345678", (second.host, 5060))
        await (await node_of(second).wait_for_call()).wait_for("answered", NEW_CALLS_SECONDS)
        await inward.hang_up()
        for call, at_node in calls:
            await call.wait_for_tones({700}, {440, 700})
            await at_node.wait_for_tones({440}, {440, 700})
        async with asyncio.TaskGroup() as group:
            # One hangs up while the edge is dead: its BYE is repeated until somebody answers.
            group.create_task(calls[0][0].hang_up())
            await first.start("kamailio")
            restarted = time.monotonic()
            await until(lambda: has_contact(first), "the restarted edge has the contacts", 2)
        for _, at_node in calls[1:]:
            await at_node.hang_up()
        for call, at_node in calls:
            await call.wait_for("ended", 10)
            await at_node.wait_for("ended", 10)
        ended_after = time.monotonic() - restarted
        await until(lambda: no_calls_in(first), "no media is left")

    print(
        f"calls in progress {CALLS}, lost 0; new calls {max(new):.2f} s; all ended {ended_after:.1f} s after restart"
    )
    assert max(new) < NEW_CALLS_SECONDS


async def test_drained_edge_leaves_new_work_to_the_other_and_ends_after_its_last_call(pair, node_of, branch_of_two):
    first, second = pair
    flag = first.run / "drain"
    probe = await UdpProbe.open(address("30.9"), (HQ, 5060))
    async with (
        phone_at(first) as phone,
        phone_at(second, "1002", bind=PHONE_2) as other,
        branch_phone() as in_branch,
        Carrier(CARRIER, 5060) as carrier,
    ):
        for each in (phone, other, in_branch):
            await each.register()
        call, at_node = await talking(phone, node_of(first))
        passed = await node_of(second).dial(f"sip:1001@{DOMAIN}", {"X-Trunkline": "target=station;tenant=acme"})
        at_phone = await phone.wait_for_call()
        await passed.wait_for("answered")
        await first.start_agent()
        try:
            flag.touch()
            await until(lambda: refuses(probe), "the edge refuses new work", 2)
            await answered_within(in_branch, node_of(second))
            await answered_within(other, node_of(second))
            refused = [await phone.dial("13812345678"), await carrier.place_call(DID, "013912345678", (HQ, 5060))]
            for each in refused:
                await each.wait_for("ended")
            assert [each.final_code for each in refused] == [503, 503]
            assert await probe.ask("REGISTER", f"sip:{DOMAIN}", headers={"From": f"<sip:1001@{DOMAIN}>;tag=1"}) == 503
            # What goes on goes on; and what only this edge can reach is still reached through it.
            await call.hold()
            await call.unhold()
            inward = await node_of(second).dial(f"sip:1001@{DOMAIN}", {"X-Trunkline": "target=station;tenant=acme"})
            await (await phone.wait_for_call()).wait_for("answered")
            await inward.hang_up()
            await at_node.hang_up()
            await call.wait_for("ended")
            # The other call's media is at the other edge, its way through this one.
            assert await refuses(probe)
            await at_phone.hang_up()
            await passed.wait_for("ended")
            assert await asyncio.to_thread(first.exit_code, "kamailio", 20) == 0
            assert await asyncio.to_thread(first.exit_code, "agent", 10) == 0
            assert not flag.exists()
        finally:
            flag.unlink(missing_ok=True)
            probe.close()
            first.stop("kamailio", "agent")
            await first.start("kamailio")
        await until(lambda: has_contact(first), "the restarted edge has the contacts", 2)
        assert await answered_within(phone, node_of(first)) < NEW_CALLS_SECONDS


async def refuses(probe: UdpProbe) -> bool:
    return await probe.ask("OPTIONS", "sip:edge") == 503


async def test_drain_that_is_taken_back_leaves_the_edge_as_it_was(pair, node_of):
    first, _ = pair
    flag = first.run / "drain"
    probe = await UdpProbe.open(address("30.9"), (HQ, 5060))
    async with phone_at(first) as phone:
        await phone.register()
        try:
            flag.touch()
            await until(lambda: refuses(probe), "the edge refuses new work", 2)
        finally:
            flag.unlink()
        await until(lambda: takes(probe), "the edge takes new work", 2)
        # Each worker looks by itself.
        await asyncio.sleep(2 * DRAIN_LOOK_SECONDS)
        probe.close()
        assert await answered_within(phone, node_of(first)) < NEW_CALLS_SECONDS


async def takes(probe: UdpProbe) -> bool:
    return await probe.ask("OPTIONS", "sip:edge") == 200
