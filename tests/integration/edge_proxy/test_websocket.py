"""Browsers: SIP over WebSocket and TLS, from pages that may, reached and calling through either edge."""

import pytest
from edge_harness import DOMAIN, snapshot, station, station_headers, until
from two_edges import has_contact, phone_at

from simulators.browser import Browser


@pytest.mark.parametrize("transport", ["ws", "wss"])
async def test_phone_over_websocket_is_rung_from_both_edges_and_calls(pair, node_of, transport):
    first, second = pair
    async with phone_at(first, transport=transport) as phone:
        await phone.register()
        await until(lambda: has_contact(second), "the other edge has the contact", 2)
        for edge in pair:
            call = await node_of(edge).dial(f"sip:1001@{DOMAIN}", station_headers())
            at_phone = await phone.wait_for_call()
            await call.wait_for("answered")
            await at_phone.wait_for_tones({700}, {440, 700})
            await call.wait_for_tones({440}, {440, 700})
            await call.hold()
            await call.unhold()
            await at_phone.hang_up()
            await call.wait_for("ended")

        outward = await phone.dial("13812345678")
        at_node = await node_of(first).wait_for_call()
        await outward.wait_for_tones({700}, {440, 700})
        await at_node.hang_up()
        await outward.wait_for("ended")


@pytest.mark.parametrize("transport", ["ws", "wss"])
async def test_page_of_another_origin_is_turned_away(pair, transport):
    first, _ = pair
    async with phone_at(first, transport=transport) as phone:
        phone._agent.transport._origin = "https://desk.example.evil.example"
        with pytest.raises(OSError, match="403"):
            await phone.register()


async def test_browser_hears_the_edge_that_took_the_call_not_the_one_it_registered_at(pair, node_of):
    for edge in pair:
        edge.know(snapshot(stations=(station("1001", media="webrtc"),)))
    first, second = pair
    try:
        async with phone_at(first, transport="ws", make=Browser, trace=True) as phone:
            await phone.register()
            await until(lambda: has_contact(second), "the other edge has the contact", 2)
            call = await node_of(second).dial(f"sip:1001@{DOMAIN}", station_headers())
            at_phone = await phone.wait_for_call()
            await call.wait_for("answered")
            await at_phone.wait_for_tones({700}, {440, 700})
            await call.wait_for_tones({440}, {440, 700})
            await at_phone.hang_up()
            await call.wait_for("ended")
    finally:
        for edge in pair:
            edge.know(snapshot())

    offer = next(text for _, way, text in phone.messages if way == "received" and text.startswith("INVITE"))
    assert f"c=IN IP4 {second.host}\r\n" in offer
    assert "a=crypto:" not in offer
