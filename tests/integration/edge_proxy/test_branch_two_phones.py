"""A station at a branch with two phones: one answers, and what becomes of the other takes nothing from that call."""

import asyncio

import pytest
from edge_harness import BRANCH, DOMAIN, address, station_headers, until

from simulators.call import PhoneCall
from simulators.phone import Softphone, reject_with, ring_forever
from tests.attack.strangers import Stranger, all_ports, heard_from_strangers

DESK, SOFT = address("20.11"), address("20.12")
DESK_HZ, SOFT_HZ, NODE_HZ = 440, 1000, 700
ALL_HZ = {DESK_HZ, SOFT_HZ, NODE_HZ}
WHEN_A_DEAD_PHONE_IS_GIVEN_UP = 4.0


def phone(bind: str, hz: int, **values) -> Softphone:
    return Softphone("2001", DOMAIN, "pw-2001", proxy=(BRANCH, 5060), bind=bind, tone_hz=hz, **values)


async def busy_later(call: PhoneCall) -> None:
    call.ring()
    await asyncio.sleep(0.7)
    call.reject(486)


async def answer_soon(call: PhoneCall) -> None:
    call.ring()
    await asyncio.sleep(0.3)
    call.answer()


async def hear_each_other(call: PhoneCall, at_node: PhoneCall) -> None:
    for side in (call, at_node):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({NODE_HZ}, ALL_HZ)
    await at_node.wait_for_tones({DESK_HZ}, ALL_HZ)


@pytest.mark.parametrize(
    "other", [ring_forever, reject_with(486), busy_later, None], ids=["cancelled", "busy", "busy later", "dead"]
)
async def test_phone_that_answers_keeps_its_voice_whatever_becomes_of_the_other(hq, branch, node, other):
    desk, soft = phone(DESK, DESK_HZ), phone(SOFT, SOFT_HZ)
    desk.on_invite = answer_soon
    async with desk:
        await soft.register()
        await desk.register()
        if other is None:
            soft.registered = False  # so that it does not unregister
            await soft.close()
        else:
            soft.on_invite = other
        at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        call = await desk.wait_for_call()
        await at_node.wait_for("answered")
        await hear_each_other(call, at_node)
        await asyncio.sleep(WHEN_A_DEAD_PHONE_IS_GIVEN_UP if other is None else 1.0)
        await hear_each_other(call, at_node)
        await at_node.hang_up()
        await call.wait_for("ended")
        await soft.close()

    async def nothing_left() -> bool:
        return not (await hq.ng("list"))["calls"] and not (await branch.ng("list"))["calls"]

    await until(nothing_left, "rtpengine holds nothing of it, at the branch and at HQ")


async def test_of_two_phones_that_answer_at_once_one_is_left(hq, branch, node):
    desk, soft = phone(DESK, DESK_HZ), phone(SOFT, DESK_HZ)
    calls: list[PhoneCall] = []

    async def answer_too(call: PhoneCall) -> None:
        calls.append(call)
        call.answer()

    desk.on_invite = soft.on_invite = answer_too
    async with desk, soft:
        await desk.register()
        await soft.register()
        for number in range(5):
            calls.clear()
            at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers(f"call-{number}"))
            await at_node.wait_for("answered")
            await until(lambda: len(calls) == 2 and any(call.ended for call in calls), "one phone is left")
            (talking,) = [call for call in calls if not call.ended]
            await at_node.hang_up()
            await talking.wait_for("ended")


async def test_stranger_is_not_heard_at_the_ports_of_either_phone_while_they_ring(hq, branch, node):
    desk, soft = phone(DESK, DESK_HZ), phone(SOFT, SOFT_HZ)
    desk.on_invite = soft.on_invite = ring_forever
    stranger = Stranger(address("72.1"))
    async with desk, soft:
        await desk.register()
        await soft.register()
        at_node = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        call = await desk.wait_for_call()
        await soft.wait_for_call()
        assert len(await all_ports(branch.ng)) >= 6  # both phones' and HQ's
        async with stranger.sending(BRANCH, lambda: all_ports(branch.ng)):
            await until(lambda: stranger.sent > 300, "the stranger has sent while both rang")
            call.progress()
            await at_node.wait_for("early-media")
            sent = stranger.sent
            await until(lambda: stranger.sent > sent + 300, "the stranger has sent beside early media")
            call.answer()
            await at_node.wait_for("answered")
            await hear_each_other(call, at_node)
            sent = stranger.sent
            await until(lambda: stranger.sent > sent + 300, "the stranger has sent while they talked")
        heard = [heard_from_strangers(side) for side in (call, at_node)]
        await at_node.hang_up()

    assert heard == [0, 0]
    assert stranger.received() == 0
    stranger.close()
