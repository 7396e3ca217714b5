"""How long a call takes through edge, media node and conductor, against bare Asterisk's Dial() in the same run."""

import asyncio
import os
import statistics
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench_line import OPEN_TRUNK, SNAPSHOT_SECONDS, registered

from devstack.children import Child, Spec
from devstack.seed import sow, sow_trunk
from devstack.stack import Stack
from media_nodes.config import MediaSettings
from media_nodes.launch import command_of
from media_nodes.rendering import render
from simulators.carrier import Carrier
from simulators.phone import Softphone
from trunkline import conditions as when
from trunkline.apiclient import Api
from trunkline.plan import AddressPlan, asterisk_folder

RUNS = 3
CALLS_A_RUN = 40
DIAL_PREFIX = "dial"


def measure() -> dict[str, Any]:
    """(1) p50 from the INVITE that we take to the INVITE that the carrier gets, ours over Dial()'s."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    async with AsyncExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="trunkline-bench-")))
        plan = AddressPlan(100 + os.getpid() % 120)
        bare_address, bare_phone_address = f"127.{plan.block}.40.1", f"127.{plan.block}.40.11"
        stack = await parts.enter_async_context(Stack(plan, folder / "stack"))
        carrier = Carrier(plan.second_carrier, port=5060, ip_authentication={plan.edge, bare_address})
        await parts.enter_async_context(carrier)
        ours = await _our_phone(parts, stack, plan)
        theirs = await _bare_phone(
            parts, folder, bare_address, bare_phone_address, carrier_address=plan.second_carrier
        )
        runs = []
        for _ in range(RUNS):
            took: dict[Softphone, list[float]] = {ours: [], theirs: []}
            for n in range(CALLS_A_RUN):
                number = f"1370000{n:02d}003"  # answered at once
                took[ours].append(await _invite_to_invite(ours, number, carrier))
                took[theirs].append(await _invite_to_invite(theirs, f"{DIAL_PREFIX}{number}", carrier))
            runs.append(statistics.median(took[ours]) / statistics.median(took[theirs]))
    return {
        "name": "INVITE to INVITE through edge, media node and conductor",
        "value": statistics.median(runs),
        "unit": "x Dial()",
        "aim": 3,
        "direction": "at-most",
        "against": "bare Asterisk Dial()",
        "runs": runs,
    }


async def _our_phone(parts: AsyncExitStack, stack: Stack, plan: AddressPlan) -> Softphone:
    """A phone at HQ's edge, in a tenant whose only trunk asks for no credentials, as the bare one's."""
    api = await parts.enter_async_context(Api(plan.api_url, "admin", stack.admin_password))
    seed = await sow(api, plan)
    cheaper = [{"prefix": "+86", "cost_per_minute": 0.01, "cost_class": "cheap"}]
    await sow_trunk(api, OPEN_TRUNK, plan.second_carrier, credentials=None, rates=cheaper)
    station = seed.hq_stations[0]
    phone = Softphone(
        station.extension,
        seed.domain,
        station.password,
        proxy=(plan.edge, 5060),
        bind=plan.hq_phone(0),
        tone_hz=440,
        trace=True,
    )
    await parts.enter_async_context(phone)
    assert await when.until(lambda: registered(phone), SNAPSHOT_SECONDS), "the edge never heard of the station"
    return phone


async def _bare_phone(
    parts: AsyncExitStack, folder: Path, address: str, phone_address: str, carrier_address: str
) -> Softphone:
    """A phone at an Asterisk that does nothing but `Dial()` the carrier."""
    settings = MediaSettings(
        node_id="bare",
        node_address=address,
        control_address=address,
        edge_internal=f"{carrier_address}:5060,{phone_address}:5060",
        asterisk_root=asterisk_folder(),
        spool_dir=folder / "bare-spool",
        run_dir=folder / "bare",
    )
    dial = f"exten => _{DIAL_PREFIX}.,1,Dial(PJSIP/edge/sip:${{EXTEN:{len(DIAL_PREFIX)}}}@{carrier_address})"
    command = command_of(
        settings.asterisk_root, render(settings, extra_modules=("app_dial.so",), extra_dialplan=dial)
    )

    async def ready() -> bool:
        return await when.http_status(address, settings.ari_port, "/ari/asterisk/ping", frozenset({200, 401}))()

    child = Child(Spec("bare", tuple(command), dict(os.environ), ready), folder / "bare.log", lambda *_: None)
    await child.start()
    parts.push_async_callback(child.stop)
    await child.wait_ready()
    phone = Softphone("bench", address, "", proxy=(address, 5060), bind=phone_address, tone_hz=440, trace=True)
    return await parts.enter_async_context(phone)


async def _invite_to_invite(phone: Softphone, dialled: str, carrier: Carrier) -> float:
    """One call, ended as soon as it is answered; milliseconds from the phone's last INVITE to the carrier's.

    The last one: whoever asks for a digest makes the phone send two, and the first one is not the call yet.
    """
    phone.messages.clear()
    before = len(carrier.calls)
    call = await phone.dial(dialled)
    await call.wait_for("answered", 15)
    sent = [at for at, direction, text in phone.messages if direction == "sent" and text.startswith("INVITE")]
    arrived = [record.arrived_at for record in list(carrier.calls)[before:]]
    await call.hang_up()
    return (arrived[0] - sent[-1]) * 1000
