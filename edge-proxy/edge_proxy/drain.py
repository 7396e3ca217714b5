"""`trunkline edge drain`: the edge leaves new work to the other edges, and ends once its last dialog is over."""

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path

from edge_proxy import ngcontrol
from edge_proxy.config import EdgeSettings
from edge_proxy.ownkamailio import own_kamailio
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError
from servicekit.lifecycle import Service
from servicekit.settings import SettingsError

LOOK_SECONDS = 0.2
# Every sender has learned of the drain by then, and what it sent before that is a call, or none.
SETTLE_SECONDS = 3.0
FEW = 20
"""Calls that are looked at one by one, as they are all that a drain waits for."""

logger = logging.getLogger(__name__)


class Flag:
    """A file that asks for the drain: SIP workers look at it without asking anybody, and a restart finds it."""

    def __init__(self, edge_dir: Path) -> None:
        self.path = edge_dir / "drain"

    def raise_(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.touch()

    def is_raised(self) -> bool:
        return self.path.exists()

    def lower(self) -> None:
        self.path.unlink(missing_ok=True)


def main() -> int:
    """Ask this edge to drain; returns at once."""
    Flag(_settings().edge_dir).raise_()
    return 0


def undrain() -> int:
    """Let this edge take new work again; returns at once."""
    Flag(_settings().edge_dir).lower()
    return 0


def _settings() -> EdgeSettings:
    try:
        return EdgeSettings.load()
    except SettingsError as error:
        sys.exit(f"the edge can not be told: {error}")


async def watch(flag: Flag, settings: EdgeSettings, service: Service) -> None:
    """End Kamailio and the agent once the flag is up and no dialog is left; lower it, so that both may return."""
    rpc = own_kamailio(settings.control_address, settings.rpc_port, settings.secrets_file)
    where = settings.control_address, settings.ng_port
    raised_for = 0.0
    while raised_for < SETTLE_SECONDS or await is_busy(rpc, where, time.time()):
        await asyncio.sleep(LOOK_SECONDS)
        raised_for = raised_for + LOOK_SECONDS if flag.is_raised() else 0.0
    logger.info("edge is drained")
    flag.lower()
    try:
        os.kill(await rpc.main_pid(), signal.SIGTERM)
    except (RpcError, RpcUnreachableError, OSError) as error:
        logger.warning("kamailio not told to end", extra={"error": type(error).__name__})
    service.stop()


async def is_busy(rpc: KamailioRpc, rtpengine: tuple[str, int], now: float) -> bool:
    """Say whether calls are left: with media here, or passed on to a phone that is connected here.

    A call whose media node is gone is none, though its phone sends on.  now: seconds since 1970.
    """
    calls = await ngcontrol.calls(*rtpengine, FEW + 1)
    if len(calls) > FEW:
        return True
    try:
        nodes = {target.address.partition(":")[0] for target in await rpc.dispatcher_targets()} if calls else set()
        for call in calls:
            if not await ngcontrol.is_left_by(nodes, *rtpengine, call, now):
                return True
        stats = await rpc.call("dlg.stats_active")
    except (RpcError, RpcUnreachableError):
        return bool(calls)
    return int(stats["all"]) > 0
