"""HTTP to addresses that strangers choose, from inside of our network: to public ones and those allowed, only.

A request to an address of a tenant's could otherwise reach whatever stands beside us (server-side request forgery).
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


class AddressForbiddenError(Exception):
    """The name or address leads to where no stranger's system may be."""


def networks_in(text: str) -> Networks:
    """Return the networks in a list with commas.  Raises ValueError for what is none."""
    return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]


def is_allowed(address: str, networks: Networks) -> bool:
    """Say whether a stranger's system may be at an address."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return (ip.is_global and not ip.is_multicast) or any(ip in network for network in networks)


def require_allowed(url: str, networks: Networks) -> None:
    """Raise AddressForbiddenError for a URL with a literal address that is not allowed: it skips the resolver."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_allowed(host, networks):
        raise AddressForbiddenError(host)


def open_session(networks: Networks, most_at_once: int) -> aiohttp.ClientSession:
    """Return a session whose names lead to allowed addresses only; it keeps no cookies.

    Whoever uses it asks `require_allowed` first, and follows no redirects: they could name one of ours.
    """
    connector = aiohttp.TCPConnector(resolver=_OnlyAllowed(networks), limit=most_at_once, use_dns_cache=False)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


class _OnlyAllowed(AbstractResolver):
    """Names that lead to addresses where no stranger's system may be lead nowhere."""

    def __init__(self, allowed: Networks) -> None:
        self._allowed = allowed
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        allowed = [each for each in found if is_allowed(each["host"], self._allowed)]
        if not allowed:
            raise AddressForbiddenError(host)
        return allowed

    async def close(self) -> None:
        await self._inner.close()
