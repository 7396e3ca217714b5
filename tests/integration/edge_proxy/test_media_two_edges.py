"""Media of a phone that is connected to the other edge: what that edge tells is where it may come from."""

import pytest
from edge_harness import DOMAIN, address, station_headers, until
from two_edges import has_contact, phone_at

from simulators.call import PhoneCall
from tests.attack.strangers import Stranger, all_ports, behind_nat, heard_from_strangers, rewriting

VICTIM = address("72.2")


def name_the_victim(text: str) -> str:
    return text.replace(f"c=IN IP4 {address('10.11')}", f"c=IN IP4 {VICTIM}")


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"nat": ("192.168.77.5", 5060), "open_media": rewriting(behind_nat)},
        {"open_media": rewriting(name_the_victim)},
    ],
    ids=["known address", "behind a NAT that changes ports", "a foreign address"],
)
async def test_phone_at_the_other_edge_is_heard_and_a_stranger_is_not(pair, node_of, kind):
    first, second = pair
    stranger, victim = Stranger(address("72.1")), Stranger(VICTIM)
    async with phone_at(first, **kind) as phone, stranger.sending(second.host, lambda: all_ports(second.ng)):
        await phone.register()
        await until(lambda: has_contact(second), "the other edge has the contact", 2)
        at_node = await node_of(second).dial(f"sip:1001@{DOMAIN}", station_headers())
        call = await phone.wait_for_call()
        call.media.endpoint.quiet = True
        await at_node.wait_for("answered")
        sent = stranger.sent
        await until(lambda: stranger.sent > sent + 300, "the stranger has sent before the phone spoke")
        call.media.endpoint.quiet = False
        await hear_each_other(call, at_node)
        await call.hold()
        await call.unhold()
        await hear_each_other(call, at_node)
        await at_node.hold()
        await at_node.unhold()
        await hear_each_other(call, at_node)
        await at_node.hang_up()
        await call.wait_for("ended")

    assert stranger.received() == victim.received() == 0
    assert [heard_from_strangers(side) for side in (call, at_node)] == [0, 0]
    stranger.close()
    victim.close()


async def hear_each_other(call: PhoneCall, at_node: PhoneCall) -> None:
    for side in (call, at_node):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({700}, {440, 700})
    await at_node.wait_for_tones({440}, {440, 700})
