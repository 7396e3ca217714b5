"""A softphone and a carrier, face to face over real sockets: signalling and audio."""

from simulators.behaviours import CUSTOMER_TONES_HZ, tone_of
from simulators.carrier import Carrier
from simulators.phone import Softphone

CANDIDATES = [*CUSTOMER_TONES_HZ, 440]


async def test_customer_and_agent_hear_each_other():
    async with (
        Carrier(accounts={"hq": "secret"}) as carrier,
        Softphone("hq", "carrier.example", "secret", proxy=carrier.address, tone_hz=440) as phone,
    ):
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("early-media")
        await call.wait_for("answered")

        await call.wait_for_tones({tone_of("13812345678")}, CANDIDATES)
        line = carrier.calls[0].line
        await line.wait_for_tones({440}, CANDIDATES)
        await call.hang_up()
        await line.wait_for("ended")

        assert line.ended_by == "remote"
        assert carrier.calls[0].account == "hq"


async def test_busy_number():
    async with (
        Carrier(ip_authentication={"127.0.0.1"}) as carrier,
        Softphone("hq", "carrier.example", proxy=carrier.address) as phone,
    ):
        call = await phone.dial("13812345486")
        await call.wait_for("ended")

        assert call.final_code == 486
