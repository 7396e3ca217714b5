"""Media belongs to whom was agreed: a stranger is not heard and hears nothing, at any time; a NAT is no stranger."""

import asyncio
import itertools
import re
import time
from dataclasses import replace

import pytest
from edge_harness import DOMAIN, HQ, address, rung, snapshot, station, station_headers, until

from simulators.call import PhoneCall
from simulators.media import RtpEndpoint, tone_sound
from simulators.phone import Softphone, ring_forever
from tests.attack.strangers import Stranger, all_ports, behind_nat, heard_from_strangers, rewriting

PHONE, PHONE_2, NAT = address("10.11"), address("10.12"), ("192.168.77.5", 5060)
STRANGER, VICTIM = address("72.1"), address("72.2")
PHONE_HZ, NODE_HZ = 440, 700
BOTH = {PHONE_HZ, NODE_HZ}
AS_LONG_AS_LEARNING = 1.2


def phone(extension: str = "1001", bind: str = PHONE, **values) -> Softphone:
    return Softphone(extension, DOMAIN, f"pw-{extension}", proxy=(HQ, 5060), bind=bind, tone_hz=PHONE_HZ, **values)


KINDS = {
    "known address and port": {},
    "behind a NAT that keeps ports": {"nat": NAT},
    "behind a NAT that changes ports": {"nat": NAT, "open_media": rewriting(behind_nat)},
    "SRTP": {"srtp": True},
    "SRTP behind a NAT that changes ports": {"srtp": True, "nat": NAT, "open_media": rewriting(behind_nat)},
}


@pytest.fixture
def stranger():
    made = Stranger(STRANGER)
    yield made
    made.close()


async def hear_each_other(call: PhoneCall, at_node: PhoneCall) -> None:
    for side in (call, at_node):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({NODE_HZ}, BOTH)
    await at_node.wait_for_tones({PHONE_HZ}, BOTH)


def no_stranger(*sides: PhoneCall) -> bool:
    return not any(map(heard_from_strangers, sides))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_stranger_is_not_heard_and_hears_nothing_in_a_phones_call(hq, node, stranger, kind):
    answering = asyncio.Event()

    async def ring_a_while(call: PhoneCall) -> None:
        call.ring()
        await answering.wait()
        call.answer()

    node.on_invite = ring_a_while
    async with phone(**kind) as caller, stranger.sending(HQ, lambda: all_ports(hq.ng)):
        await caller.register()
        call = await caller.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("ringing")
        await until(lambda: stranger.sent > 200, "the stranger has sent while it rang")
        call.media.endpoint.quiet = True  # nobody has spoken yet when the stranger goes on
        answering.set()
        await call.wait_for("answered")
        sent = stranger.sent
        await until(lambda: stranger.sent > sent + 200, "the stranger has sent before the phone spoke")
        call.media.endpoint.quiet = False
        await hear_each_other(call, at_node)
        sent = stranger.sent
        await until(lambda: stranger.sent > sent + 1200, "the stranger has sent for seconds")

        assert no_stranger(call, at_node)
        await hear_each_other(call, at_node)
        await call.hold()
        await call.unhold()
        await hear_each_other(call, at_node)
        await call.hang_up()

    assert stranger.received() == 0
    assert no_stranger(call, at_node)


@pytest.mark.parametrize("kind", [KINDS["known address and port"], KINDS["behind a NAT that changes ports"]])
async def test_stranger_is_not_heard_and_hears_nothing_when_a_phone_is_rung(hq, node, stranger, kind):
    async with phone(**kind) as callee, stranger.sending(HQ, lambda: all_ports(hq.ng)):
        await callee.register()
        callee.on_invite = ring_forever
        at_node = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        call = await callee.wait_for_call()
        await at_node.wait_for("ringing")
        await until(lambda: stranger.sent > 200, "the stranger has sent while it rang")
        assert at_node.media.endpoint.reception.total_packets == 0
        call.media.endpoint.quiet = True
        call.answer()
        await at_node.wait_for("answered")
        sent = stranger.sent
        await until(lambda: stranger.sent > sent + 200, "the stranger has sent before the phone spoke")
        call.media.endpoint.quiet = False
        await hear_each_other(call, at_node)
        # The media node renews what was agreed, and rtpengine may open other ports for it.
        await at_node.hold()
        await at_node.unhold()
        await hear_each_other(call, at_node)
        await at_node.hang_up()

    assert stranger.received() == 0
    assert no_stranger(call, at_node)


async def test_neighbour_behind_the_same_nat_is_not_heard_once_the_port_is_learnt(hq, node):
    neighbour = Stranger(PHONE)
    async with phone(**KINDS["behind a NAT that changes ports"]) as caller:
        await caller.register()
        call = await caller.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await hear_each_other(call, at_node)
        async with neighbour.sending(HQ, lambda: all_ports(hq.ng)):
            await until(lambda: neighbour.sent > 400, "the neighbour has sent")
        await hear_each_other(call, at_node)
        await call.hang_up()

    assert neighbour.received() == 0
    assert no_stranger(call, at_node)
    neighbour.close()


async def test_foreign_address_in_an_offer_gets_no_packet_and_the_phone_hears_all(hq, node):
    victim = Stranger(VICTIM)

    def point_at_the_victim(text: str) -> str:
        text = text.replace(f"c=IN IP4 {PHONE}", f"c=IN IP4 {VICTIM}")
        text = re.sub(r"m=audio \d+", f"m=audio {victim.address[1]}", text)
        control = f"a=rtcp:{victim.address[1]} IN IP4 {VICTIM}"
        return f"{text}{control}\r\na=candidate:1 1 udp 1 {VICTIM} {victim.address[1]} typ host\r\n"

    async with phone(open_media=rewriting(point_at_the_victim)) as caller:
        await caller.register()
        call = await caller.dial("13812345678")
        call.media.endpoint.quiet = True
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await until(lambda: at_node.media.endpoint.sent_packets > 150, "the node has spoken, the phone has not")
        assert victim.received() == 0
        call.media.endpoint.quiet = False
        await hear_each_other(call, at_node)
        await call.hang_up()

    assert victim.received() == 0
    victim.close()


async def test_phone_with_a_foreign_address_but_its_own_port_hears_before_it_speaks(hq, node):
    def name_another_address(text: str) -> str:
        return text.replace(f"c=IN IP4 {PHONE}", f"c=IN IP4 {VICTIM}")

    async with phone(open_media=rewriting(name_another_address)) as caller:
        await caller.register()
        call = await caller.dial("13812345678")
        call.media.endpoint.quiet = True
        await call.wait_for("answered")
        await call.wait_for_tones({NODE_HZ}, BOTH)
        await call.hang_up()


@pytest.mark.parametrize("kind", [KINDS["behind a NAT that keeps ports"], KINDS["behind a NAT that changes ports"]])
async def test_phone_behind_a_nat_goes_on_hearing_through_its_own_re_invite(hq, node, kind):
    async with phone(**kind) as callee:
        await callee.register()
        at_node, call = await rung(node, callee)
        for side in (call, at_node):
            side.media.endpoint.reception.forget()
        for _ in range(3):
            await call.unhold()  # a re-INVITE that changes nothing, as session timers send
            await asyncio.sleep(AS_LONG_AS_LEARNING)
        gaps = [longest_silence(side) for side in (call, at_node)]
        await call.hang_up()

    assert max(gaps) < 0.1


def longest_silence(side: PhoneCall) -> float:
    """Return the seconds of the longest time without a packet, until now."""
    times = [packet.at for packet in side.media.endpoint.reception.packets.copy()] + [time.monotonic()]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("kind", [KINDS["known address and port"], KINDS["behind a NAT that changes ports"]])
async def test_phone_that_moves_to_another_port_is_heard_at_once(hq, node, stranger, kind):
    async with phone(**kind) as caller, stranger.sending(HQ, lambda: all_ports(hq.ng)):
        await caller.register()
        call = await caller.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await hear_each_other(call, at_node)
        move(call)
        await call.unhold()
        await call.wait_for_tones({NODE_HZ}, BOTH, 1.0)
        await at_node.wait_for_tones({PHONE_HZ}, BOTH, 1.0)
        await hear_each_other(call, at_node)
        await call.hang_up()

    assert stranger.received() == 0
    assert no_stranger(call, at_node)


def move(call: PhoneCall) -> None:
    """Have a call's audio go on from another port, and say so in the next offer."""
    media, old = call.media, call.media.endpoint
    media.endpoint = RtpEndpoint(old.local[0])
    media.endpoint.play(tone_sound(PHONE_HZ))
    media._own = replace(media._own, port=media.endpoint.local[1])
    media._follow(media.remote, 0, "sendrecv")
    old.close()


async def test_sixteen_phones_behind_nats_are_all_heard_among_strangers(hq, node, stranger):
    hq.know(snapshot(stations=tuple(station(str(3000 + n)) for n in range(16))))
    node.on_invite = answer_at_once
    phones = [
        phone(str(3000 + n), address(f"10.{20 + n}"), **KINDS["behind a NAT that changes ports"]) for n in range(16)
    ]
    async with stranger.sending(HQ, lambda: all_ports(hq.ng)):
        for each in phones:
            await each.register()
            call = await each.dial("13812345678")
            at_node = await node.wait_for_call()
            await call.wait_for("answered")
            await hear_each_other(call, at_node)
            assert no_stranger(call, at_node)
    for each in phones:
        await each.close()

    assert stranger.received() == 0


async def answer_at_once(call: PhoneCall) -> None:
    call.answer()


@pytest.mark.parametrize("natted_answers", [True, False])
async def test_of_two_phones_one_sounds_early_and_the_other_answers_and_is_heard(hq, node, stranger, natted_answers):
    behind, open_ = phone(**KINDS["behind a NAT that changes ports"]), phone(bind=PHONE_2)
    behind.on_invite = open_.on_invite = ring_forever
    async with behind, open_, stranger.sending(HQ, lambda: all_ports(hq.ng)):
        await behind.register()
        await open_.register()
        at_node = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        calls = [await each.wait_for_call() for each in (open_, behind)]
        first, second = calls if natted_answers else reversed(calls)
        await at_node.wait_for("ringing")
        first.progress()
        await at_node.wait_for("early-media")
        await at_node.wait_for_tones({PHONE_HZ}, BOTH)
        second.answer()
        await at_node.wait_for("answered")
        await first.wait_for("ended")
        await hear_each_other(second, at_node)
        await at_node.hang_up()

    assert stranger.received() == 0
    assert no_stranger(second, at_node)


async def test_of_two_phones_that_answer_at_once_one_is_left_and_the_other_heard(hq, node):
    one, two = phone(), phone(bind=PHONE_2)
    calls: list[PhoneCall] = []

    async def answer_too(call: PhoneCall) -> None:
        calls.append(call)
        call.answer()

    one.on_invite = two.on_invite = answer_too
    async with one, two:
        await one.register()
        await two.register()
        for number in range(5):
            calls.clear()
            at_node = await node.dial(f"sip:1001@{DOMAIN}", station_headers(f"call-{number}"))
            await at_node.wait_for("answered")
            await until(lambda: len(calls) == 2 and any(call.ended for call in calls), "one phone is left", 3)
            (talking,) = [call for call in calls if not call.ended]
            await hear_each_other(talking, at_node)
            await at_node.hang_up()
            await talking.wait_for("ended")
