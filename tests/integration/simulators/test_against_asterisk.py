"""The phones against an Asterisk 22 that knows nothing of us: digest, media, SRTP, hold, transfer."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from simulators.phone import RegistrationError, Softphone, answer_after
from simulators.transactions import Timers
from tests.loopback import free_port

TREE = Path(os.environ.get("TRUNKLINE_CACHE", Path.home() / ".cache/trunkline")) / "asterisk-22"
LIBRARIES = TREE / "usr/lib/x86_64-linux-gnu"

ANA, BEN, CARL = 440, 740, 1160
CANDIDATES = [ANA, BEN, CARL]
MODULES = [
    "pbx_config", "res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb",
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp",
    "res_pjsip_endpoint_identifier_user", "res_pjsip_endpoint_identifier_ip", "res_pjsip_caller_id",
    "res_pjsip_rfc3326", "res_pjsip_nat", "res_pjsip_refer", "res_pjsip_pubsub", "res_pjsip_registrar",
    "res_pjsip_authenticator_digest", "res_pjsip_dlg_options", "chan_pjsip", "res_rtp_asterisk", "res_srtp",
    "res_crypto", "bridge_simple", "bridge_native_rtp", "bridge_softmix", "bridge_builtin_features",
    "codec_ulaw", "codec_alaw", "app_dial", "app_echo", "app_playtones", "app_read", "res_musiconhold",
]  # fmt: skip

PJSIP = """
[udp]
type=transport
protocol=udp
bind={address}
[tcp]
type=transport
protocol=tcp
bind={address}
[phone](!)
type=endpoint
context=phones
disallow=all
allow=ulaw,alaw
direct_media=no
"""
PHONE = """
[{name}](phone)
auth={name}
aors={name}
media_encryption={encryption}
[{name}]
type=auth
auth_type=userpass
username={name}
password=secret-{name}
[{name}]
type=aor
max_contacts=2
minimum_expiration=1
remove_existing=yes
"""
DIALPLAN = """
[phones]
exten => ana,1,Dial(PJSIP/ana)
exten => ben,1,Dial(PJSIP/ben)
exten => carl,1,Dial(PJSIP/carl)
exten => echo,1,Answer()
 same => n,Echo()
exten => ringback,1,PlayTones(425)
 same => n,Progress()
 same => n,Wait(30)
exten => busy,1,Hangup(17)
"""


def write_configuration(folder, address):
    directories = "".join(
        f"{name} => {folder}\n"
        for name in ("astetcdir", "astvarlibdir", "astdbdir", "astkeydir", "astspooldir", "astrundir", "astlogdir")
    )
    files = {
        "asterisk.conf": f"[directories]\nastmoddir => {LIBRARIES}/asterisk/modules\n{directories}"
        f"astdatadir => {TREE}/usr/share/asterisk\n",
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load => {name}.so\n" for name in MODULES),
        "logger.conf": "[logfiles]\nmessages => notice,warning,error\n",
        "rtp.conf": "[general]\nrtpstart=40000\nrtpend=41000\nicesupport=no\n",
        "pjsip.conf": PJSIP.format(address=address)
        + "".join(
            PHONE.format(name=name, encryption="sdes" if name == "ben" else "no") for name in ("ana", "ben", "carl")
        ),
        "extensions.conf": DIALPLAN,
    }
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.fixture
async def asterisk(tmp_path):
    port = free_port()
    write_configuration(tmp_path, f"127.0.0.1:{port}")
    process = await asyncio.create_subprocess_exec(
        str(TREE / "usr/lib64/ld-linux-x86-64.so.2"),
        *("--argv0", "asterisk", "--library-path", str(LIBRARIES), str(TREE / "usr/sbin/asterisk")),
        *("-f", "-C", str(tmp_path / "asterisk.conf")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield ("127.0.0.1", port)
    finally:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def registered(proxy, stack, name, tone_hz, **options):
    """Return a phone that is registered, waiting for the server to come up if need be."""
    # While it boots, Asterisk accepts a TCP connection and swallows what comes: give up on that soon.
    options["timers"] = Timers(t1=0.03)
    phone = Softphone(name, "127.0.0.1", f"secret-{name}", proxy=proxy, tone_hz=tone_hz, **options)
    await stack.enter_async_context(phone)
    async with asyncio.timeout(20):
        while not phone.registered:
            try:
                await phone.register(60)
            except (OSError, RegistrationError):
                await asyncio.sleep(0.1)
    return phone


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_registers_and_hears_itself(asterisk, transport):
    async with contextlib.AsyncExitStack() as stack:
        ana = await registered(asterisk, stack, "ana", ANA, transport=transport)
        call = await ana.dial("echo")
        await call.wait_for("answered")
        await call.wait_for_tones({ANA}, CANDIDATES)
        call.send_dtmf("1290")
        await call.wait_for_digits("1290")
        await call.hang_up()

        refused = await ana.dial("busy")
        await refused.wait_for("ended")
        assert refused.final_code == 486
        unknown = await ana.dial("nobody")
        await unknown.wait_for("ended")
        assert unknown.final_code == 404


async def test_early_media_and_cancel(asterisk):
    async with contextlib.AsyncExitStack() as stack:
        ana = await registered(asterisk, stack, "ana", ANA)
        call = await ana.dial("ringback")
        await call.wait_for("early-media")
        await call.wait_for_tones({425}, [*CANDIDATES, 425])
        await call.cancel()

        assert call.final_code == 487


async def test_plain_and_encrypted_phones_talk_hold_and_transfer(asterisk):
    async with contextlib.AsyncExitStack() as stack:
        ana = await registered(asterisk, stack, "ana", ANA)
        ben = await registered(asterisk, stack, "ben", BEN, srtp=True)
        carl = await registered(asterisk, stack, "carl", CARL)
        ben.on_invite = answer_after(0.1)
        call = await ana.dial("ben")
        other = await ben.wait_for_call()
        await call.wait_for("answered")
        await call.wait_for_tones({BEN}, CANDIDATES)
        await other.wait_for_tones({ANA}, CANDIDATES)
        assert other.media.endpoint.reception.undecryptable == 0

        await call.hold()
        assert call.media.direction in ("sendonly", "inactive")
        await call.unhold()
        await other.wait_for_tones({ANA}, CANDIDATES)

        status = await call.transfer(f"sip:carl@{asterisk[0]}:{asterisk[1]}")
        taken = await carl.wait_for_call()
        await taken.wait_for_tones({BEN}, CANDIDATES)
        await other.wait_for_tones({CARL}, CANDIDATES)
        assert status == 200
        await taken.hang_up()
        await other.wait_for("ended")
        assert other.ended_by == "remote"
