"""Requests to addresses that strangers choose reach none of ours, however the address is written."""

import asyncio
import ipaddress

import aiohttp
import pytest
from aiohttp import web

from servicekit.publicnet import AddressForbiddenError, Networks, is_allowed, open_session

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
SPELLINGS = (
    "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "2130706433",
    "127.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.0.0.1.", "0", "127.000.000.001", "%31%32%37.0.0.1",
    "\uff11\uff12\uff17.0.0.1", "\u246027.0.0.1", "127\u30020\uff0e0\uff611", "[::1%25lo]",
)  # fmt: skip
NOT_PUBLIC = (
    "10.0.0.1", "169.254.169.254", "::1", "::", "fd00::1", "fe80::1", "fec0::1", "224.0.0.1", "ff02::1", "100.64.0.1",
    "0.0.0.0", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "2002:a00:1::",
)  # fmt: skip


def reached(host: str, allowed: Networks) -> bool:
    """Say whether a server on loopback was reached by a URL with that host."""

    async def ask() -> bool:
        came = asyncio.Event()

        async def answer(_: web.Request) -> web.Response:
            came.set()
            return web.Response()

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            async with open_session(allowed, 1) as session, session.get(f"http://{host}:{port}/") as answered:
                assert answered.status == 200
        except (AddressForbiddenError, aiohttp.ClientError, ValueError):
            pass
        finally:
            await runner.cleanup()
        return came.is_set()

    return asyncio.run(ask())


@pytest.mark.parametrize("host", SPELLINGS)
def test_nothing_of_ours_is_reached_however_its_address_is_written(host):
    assert not reached(host, ())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "\uff11\uff12\uff17.0.0.1"])
def test_what_an_operator_allows_is_reached(host):
    assert reached(host, LOOPBACK)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public_are_not_allowed(address):
    assert not is_allowed(address, ())


def test_public_addresses_and_allowed_networks_are_allowed():
    assert is_allowed("93.184.216.34", ()) and is_allowed("64:ff9b::93.184.216.34", ())
    assert is_allowed("10.1.2.3", (ipaddress.ip_network("10.0.0.0/8"),))
    assert is_allowed("::1", LOOPBACK) and is_allowed("::ffff:127.0.0.1", LOOPBACK)
