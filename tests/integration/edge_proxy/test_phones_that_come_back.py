"""Phones that come back over another connection, again and again: they can register, and are rung where they are."""

import pytest
from edge_harness import BRANCH, DOMAIN, HQ, address, station_headers

from simulators.phone import Softphone

TIMES = 8
PLACES = {"HQ": ("1001", HQ, address("10.31")), "branch": ("2001", BRANCH, address("20.31"))}


def phone_at(place: str, transport: str) -> Softphone:
    user, proxy, bind = PLACES[place]
    port = 5061 if transport == "tls" else 5060
    return Softphone(user, DOMAIN, f"pw-{user}", proxy=(proxy, port), bind=bind, transport=transport, tone_hz=440)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_phone_that_lost_its_connection_registers_anew_and_is_rung(hq, branch, node, place, transport):
    for _ in range(TIMES):
        lost = phone_at(place, transport)
        await lost.start()
        await lost.register()
        lost.registered = False  # it is gone, and says nothing
        await lost.close()
    async with phone_at(place, transport) as phone:
        await phone.register()
        call = await node.dial(f"sip:{phone.user}@{DOMAIN}", station_headers())
        at_phone = await phone.wait_for_call()
        await call.wait_for("answered")
        await at_phone.wait_for_tones({700}, {440, 700})
        await call.hang_up()
