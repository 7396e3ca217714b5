"""The thin thread: a phone's call reaches the media node, and the node's call reaches the carrier, with voice."""

from edge_harness import CARRIER, DOMAIN, HQ, address, trunk_headers

from simulators.carrier import Carrier
from simulators.phone import Softphone

PHONE = address("10.11")


async def test_phone_registers_and_its_call_reaches_the_media_node_with_voice(hq, node):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE, tone_hz=440) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await call.wait_for_tones({700}, {440, 700})
        await at_node.wait_for_tones({440}, {440, 700})
        await call.hang_up()
        await at_node.wait_for("ended")


async def test_call_of_the_media_node_reaches_the_carrier_with_voice(hq, node):
    async with Carrier(bind=CARRIER, port=5060, ip_authentication={HQ}) as carrier:
        call = await node.dial("sip:+8613812345003@anywhere.invalid", trunk_headers())
        await call.wait_for("answered")
        record = carrier.calls[0]
        await call.wait_for_tones({record.tone_hz}, {record.tone_hz, 700})
        await record.line.wait_for_tones({700}, {record.tone_hz, 700})
        await call.hang_up()
        await record.line.wait_for("ended")

    assert record.dialled == "+8613812345003"
    assert (record.from_number, record.asserted_number) == ("+862155550001", "+862155550001")
