"""A station at a branch with two phones: one answers, and what becomes of the other takes nothing from that call."""

import asyncio
import functools
from dataclasses import replace

import pytest
from edge_harness import BRANCH, DOMAIN, HQ, address, branch_snapshot, snapshot, station_headers, until

from callmodel.edgesnapshot import EdgeSnapshot, MediaProtection
from simulators.call import PhoneCall
from simulators.phone import Softphone, reject_with, ring_forever
from tests.attack.strangers import Stranger, all_ports, heard_from_strangers

DESK, SOFT = address("20.11"), address("20.12")
DESK_HZ, SOFT_HZ, NODE_HZ = 440, 1000, 700
ALL_HZ = {DESK_HZ, SOFT_HZ, NODE_HZ}
AT_ONCE_TIMES = 3
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


async def hear_each_other(call: PhoneCall, at_node: PhoneCall, hertz: int = DESK_HZ) -> None:
    for side in (call, at_node):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({NODE_HZ}, ALL_HZ)
    await at_node.wait_for_tones({hertz}, ALL_HZ)


def knows(user: str, media: str, *, at_branch: bool) -> EdgeSnapshot:
    whole = branch_snapshot() if at_branch else snapshot()
    spoken = MediaProtection(media)
    stations = (replace(each, media=spoken) if each.extension == user else each for each in whole.stations)
    return replace(whole, stations=tuple(stations))


class TwoPhones:
    """A station's two phones, and the calls that came to them.

    `lead`: who answers first once both are rung, None where each answers as it is rung.
    """

    def __init__(self, desk: Softphone, soft: Softphone) -> None:
        self.phones = desk, soft
        self.lead: Softphone | None = None
        self.calls: dict[Softphone, PhoneCall] = {}
        for each in self.phones:
            each.on_invite = functools.partial(self._rung, each)

    async def _rung(self, which: Softphone, call: PhoneCall) -> None:
        self.calls[which] = call
        if self.lead is None:
            call.answer()
        elif len(self.calls) == len(self.phones):
            for each in sorted(self.calls, key=lambda phone: phone is not self.lead):
                self.calls[each].answer()

    async def left(self) -> Softphone:
        """Return whose call is the only one that is left."""

        def living() -> list[Softphone]:
            return [phone for phone, call in self.calls.items() if not call.ended]

        await until(lambda: len(living()) == 1, "one phone is left")
        return living()[0]


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


@pytest.mark.parametrize("site", ["branch", "HQ"])
async def test_of_two_phones_that_answer_at_once_one_is_left_and_heard(hq, branch, node, site):
    """The caller's voice goes to whoever is left, whatever the other said, or was offered, after that."""
    user, proxy = {"branch": ("2001", BRANCH), "HQ": ("1001", HQ)}[site]
    tones = {DESK: DESK_HZ, SOFT: SOFT_HZ}
    desk, soft = (
        Softphone(user, DOMAIN, f"pw-{user}", proxy=(proxy, 5060), bind=where, tone_hz=hz)
        for where, hz in tones.items()
    )
    both = TwoPhones(desk, soft)
    async with desk, soft:
        await desk.register()
        await soft.register()
        for lead in (None, desk, soft) * AT_ONCE_TIMES:
            both.lead = lead
            both.calls.clear()
            at_node = await node.dial(f"sip:{user}@{DOMAIN}", station_headers())
            await at_node.wait_for("answered")
            winner = await both.left()
            await hear_each_other(both.calls[winner], at_node, tones[winner.address[0]])
            await at_node.hang_up()
            await both.calls[winner].wait_for("ended")

    async def nothing_left() -> bool:
        return not (await hq.ng("list"))["calls"] and not (await branch.ng("list"))["calls"]

    await until(nothing_left, "rtpengine holds nothing of it, at the branch and at HQ")


@pytest.mark.parametrize("media", ["rtp", "optional", "srtp"])
@pytest.mark.parametrize("site", ["branch", "HQ"])
async def test_phone_that_answers_is_heard_though_the_other_was_heard_before(hq, branch, node, site, media):
    """One sends early media (183), the other answers, and then the first gives up."""
    user, proxy = {"branch": ("2001", BRANCH), "HQ": ("1001", HQ)}[site]
    for edge in (hq, branch):
        edge.know(knows(user, media, at_branch=edge is branch))
    keys = {"rtp": False, "optional": "optional", "srtp": True}[media]
    desk, soft = (
        Softphone(user, DOMAIN, f"pw-{user}", proxy=(proxy, 5060), bind=where, tone_hz=hz, srtp=keys)
        for where, hz in ((DESK, DESK_HZ), (SOFT, SOFT_HZ))
    )
    heard, rung = asyncio.Event(), list[PhoneCall]()

    async def early(call: PhoneCall) -> None:
        rung.append(call)
        call.progress()

    async def answer(call: PhoneCall) -> None:
        await heard.wait()
        call.answer()

    soft.on_invite, desk.on_invite = early, answer
    async with desk, soft:
        await desk.register()
        await soft.register()
        at_node = await node.dial(f"sip:{user}@{DOMAIN}", station_headers())
        await at_node.wait_for("early-media")
        await at_node.wait_for_tones({SOFT_HZ}, ALL_HZ)
        heard.set()
        await at_node.wait_for("answered")
        call = await desk.wait_for_call()
        await hear_each_other(call, at_node)
        await rung[0].wait_for("ended")
        await hear_each_other(call, at_node)
        await at_node.hang_up()


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
