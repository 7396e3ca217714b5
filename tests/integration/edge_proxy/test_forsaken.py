"""A media node dies in a call whose phone hangs on another edge than its media: the phone is told, no drain waits."""

import time

from edge_harness import DOMAIN, NODE, Edge, rung, snapshot, station, station_headers, until
from two_edges import NODE_PORTS, has_contact, phone_at

from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import CallId, NodeId
from callmodel.wire import HeldCalls
from edge_proxy.dialogs import FORSAKEN_SECONDS
from edge_proxy.drain import is_busy
from edge_proxy.forsaken import Forsaken
from edge_proxy.ngcontrol import GONE_SECONDS
from hotstate.nodes import report
from simulators.call import PhoneCall
from simulators.phone import Softphone


async def test_a_call_that_no_node_names_is_ended_at_the_phone_and_a_named_one_goes_on(pair, node_of, redis):
    first, second = pair
    for edge in pair:
        # Where keys are on offer, the message is written anew before a phone is chosen.
        edge.know(snapshot(stations=(station("1001", media="optional"), station("1002"))))
    node = f"{NODE}:{NODE_PORTS[second.host]}"
    forsaken = Forsaken(first.rpc, redis)

    async def name(*call_ids: str) -> None:
        health = NodeHealth(NodeId("node-1"), node, capacity=10, calls=0, draining=False, at_ms=0)
        await report(redis, health, HeldCalls(health.node_id, 0, tuple(map(CallId, call_ids))))

    async with phone_at(first) as phone, phone_at(first, "1002", port=5070) as other:
        talks = [await talking(node_of(second), each, second) for each in (phone, other)]
        await name("call-1001", "call-1002")
        began = time.monotonic()
        await forsaken.look(began)
        await forsaken.look(began + 2 * FORSAKEN_SECONDS)
        assert not any(call.ended for call, _ in talks)

        await name("call-1002")
        await forsaken.look(began + 3 * FORSAKEN_SECONDS)
        await forsaken.look(began + 4 * FORSAKEN_SECONDS)
        await talks[0][1].wait_for("ended")
        assert not talks[1][1].ended
        await talks[1][0].hang_up()

        async def none_left() -> bool:
            return int((await first.rpc.call("dlg.stats_active"))["all"]) == 0

        await until(none_left, "no dialog is left", 10)


async def test_a_drain_waits_for_a_call_and_not_for_a_phone_that_speaks_to_a_dead_node(pair, node_of):
    edge, _ = pair
    rtpengine = edge.host, 2223
    async with phone_at(edge) as phone:
        await phone.register()
        call, _ = await rung(node_of(edge), phone)
        assert await is_busy(edge.rpc, rtpengine, time.time())

        # It sends no reports either, as a node does that lives.
        call.media.endpoint.quiet = True
        speaking = phone.calls[-1].media.endpoint
        sent = speaking.sent_packets
        await until(lambda: speaking.sent_packets > sent + 10, "the phone speaks on", 5)
        assert await is_busy(edge.rpc, rtpengine, time.time())
        assert not await is_busy(edge.rpc, rtpengine, time.time() + GONE_SECONDS + 5)
        await phone.calls[-1].hang_up()


async def talking(node: Softphone, phone: Softphone, through: Edge) -> tuple[PhoneCall, PhoneCall]:
    """Let a node ring a phone through the edge where it is not; return both ends."""
    await phone.register()
    await until(lambda: has_contact(through, phone.user), "the other edge has the contact", 5)
    call = await node.dial(f"sip:{phone.user}@{DOMAIN}", station_headers(f"call-{phone.user}"))
    at_phone = await phone.wait_for_call()
    await call.wait_for("answered")
    return call, at_phone
