"""Through a real Kamailio that records its route twice, from TCP to UDP: who sends what where."""

import asyncio
import contextlib
import os
import shutil

import pytest

from simulators.behaviours import CUSTOMER_TONES_HZ, tone_of
from simulators.carrier import Carrier
from simulators.phone import Softphone
from tests.loopback import free_port
from trunkline.conditions import until

# In /usr/sbin, which is not on an ordinary user's path.
KAMAILIO = shutil.which("kamailio", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or "kamailio"

CONFIGURATION = """
#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=2
enable_tls=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
modparam("rr", "enable_double_rr", 1)
request_route {{
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route() || (is_method("ACK") && t_check_trans())) t_relay();
        else sl_send_reply("404", "No route");
        exit;
    }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    record_route();
    $du = "sip:{carrier[0]}:{carrier[1]}";
    t_relay();
}}
"""


@contextlib.asynccontextmanager
async def kamailio(folder, carrier):
    port = free_port()
    path = folder / "kamailio.cfg"
    path.write_text(CONFIGURATION.format(port=port, carrier=carrier))
    process = await asyncio.create_subprocess_exec(
        *(KAMAILIO, "-f", str(path), "-DD", "-E", "-w", str(folder), "-Y", str(folder), "-m", "32", "-M", "4"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(15):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                break
        assert process.returncode is None
        yield ("127.0.0.1", port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), 10)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_dialog_follows_the_recorded_route(tmp_path, transport):
    async with (
        Carrier(accounts={"hq": "secret"}, trace=True) as carrier,
        kamailio(tmp_path, carrier.address) as proxy,
        Softphone("hq", "carrier.example", "secret", proxy=proxy, transport=transport, tone_hz=440) as phone,
    ):
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        line = carrier.calls[-1].line
        await call.wait_for_tones({tone_of("13812345678")}, CUSTOMER_TONES_HZ)
        await call.hold()
        assert line.media.direction == "recvonly"
        await line.hang_up()
        await call.wait_for("ended")

        assert call.ended_by == "remote"
        assert len(call.dialog.routes) == (2 if transport == "tcp" else 1)

        # The proxy's workers may let a BYE overtake an ACK.
        async def all_acknowledged():
            return len(acks_of(carrier)) >= 3

        assert await until(all_acknowledged, 5)
        assert all(f"Via: SIP/2.0/UDP {proxy[0]}:{proxy[1]}" in text for text in acks_of(carrier))
        # One for the 407, one for the 200, one for the re-INVITE: no 200 had to be repeated.
        assert len(acks_of(carrier)) == 3


def acks_of(carrier):
    return [text for _, direction, text in carrier.messages if direction == "received" and text.startswith("ACK")]


async def test_cancel_and_refusal_travel_through_the_proxy(tmp_path):
    async with (
        Carrier(ip_authentication={"127.0.0.1"}) as carrier,
        kamailio(tmp_path, carrier.address) as proxy,
        Softphone("hq", "carrier.example", proxy=proxy) as phone,
    ):
        busy = await phone.dial("13812345486")
        await busy.wait_for("ended")
        ringing = await phone.dial("13812345009")
        await ringing.wait_for("early-media")
        await ringing.cancel()
        await carrier.calls[-1].line.wait_for("ended")

        assert (busy.final_code, ringing.final_code) == (486, 487)
        assert carrier.calls[-1].line.ended_by == "remote"
