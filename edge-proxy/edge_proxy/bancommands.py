"""`trunkline edge bans`: this edge's bans on the terminal, straight from its Kamailio."""

import asyncio
import ipaddress
import json
import sys
from datetime import UTC, datetime

from callmodel.codec import to_wire
from callmodel.edgebans import EdgeBan
from edge_proxy import banning
from edge_proxy.config import EdgeSettings
from edge_proxy.ownkamailio import own_kamailio
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError
from servicekit.settings import SettingsError


def show(*, as_json: bool) -> int:
    """Print bans, locks and what was dropped without a ban."""
    found, dropped = asyncio.run(_told(_rpc()))
    if as_json:
        print(json.dumps({"bans": to_wire(found), "dropped": dropped}))
        return 0
    for ban in found:
        print(line_of(ban))
    if not found:
        print("Nobody is banned.")
    if dropped:
        print("Dropped since Kamailio started: " + ", ".join(f"{name} {n}" for name, n in sorted(dropped.items())))
    return 0


def lift(address: str, account: str) -> int:
    """Listen again to an address, or to an account there; 1 when there was nothing to lift."""
    try:
        address = str(ipaddress.ip_address(address))
    except ValueError:
        sys.exit(f"not an IP address: {address}")
    there = _run_lift(address, account)
    who = f"{account} at {address}" if account else address
    print(f"{who} is heard again." if there else f"{who} was not banned.")
    return 0 if there else 1


def line_of(ban: EdgeBan) -> str:
    """Return a ban in one line: who, why, since when, until when (UTC)."""
    who = f"{ban.account} at {ban.address}" if ban.account else ban.address
    return f"{who}  {ban.reason}  since {_time(ban.since_ms)}  until {_time(ban.until_ms)}"


def _time(unix_ms: int) -> str:
    return datetime.fromtimestamp(unix_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


async def _told(rpc: KamailioRpc) -> tuple[tuple[EdgeBan, ...], dict[str, int]]:
    try:
        found = await banning.held(rpc)
        return found, {name: int(count) for name, count in (await rpc.htable_entries("noise")).items()}
    except (RpcError, RpcUnreachableError) as error:
        sys.exit(f"Kamailio does not answer: {error}")


def _run_lift(address: str, account: str) -> bool:
    try:
        return asyncio.run(banning.lift(_rpc(), address, account))
    except RpcUnreachableError as error:
        sys.exit(f"Kamailio does not answer: {error}")


def _rpc() -> KamailioRpc:
    try:
        settings = EdgeSettings.load()
    except SettingsError as error:
        sys.exit(f"the edge can not be asked: {error}")
    return own_kamailio(settings.control_address, settings.rpc_port, settings.secrets_file)
