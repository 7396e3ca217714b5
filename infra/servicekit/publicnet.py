"""HTTP to addresses that strangers choose, from inside of our network: to public ones and those allowed, only.

A request to an address of a tenant's could otherwise reach whatever stands beside us (server-side request forgery).
Where a connection really goes is looked at as its socket is made: what a URL's host is, a name or an address in other
signs (`127。0。0。1`), is the client's to say, and another reader may read another.
"""

import ipaddress
import socket
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

_WITH_IPV4 = [ipaddress.IPv6Network(each) for each in ("::/96", "::ffff:0:0/96", "64:ff9b::/96")]

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


class AddressForbiddenError(Exception):
    """The name or address leads to where no stranger's system may be."""


def networks_in(text: str) -> Networks:
    """Return the networks in a list with commas.  Raises ValueError for what is none."""
    return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]


def is_allowed(address: str, networks: Networks) -> bool:
    """Say whether a stranger's system may be at an address."""
    ip = _inner(ipaddress.ip_address(address))
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return any(ip in network for network in networks)
    return (ip.is_global and not ip.is_multicast) or any(ip in network for network in networks)


def require_allowed(url: str, networks: Networks) -> None:
    """Refuse a URL with an address that is not allowed.  Raises AddressForbiddenError; ValueError for no URL."""
    host = URL(url).host or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_allowed(host, networks):
        raise AddressForbiddenError(host)


def _inner(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 one leads to, where it leads to one (RFC 4291, 2.5.5; RFC 6052, 2.1)."""
    if isinstance(ip, ipaddress.IPv4Address) or ip.is_loopback or ip.is_unspecified:
        return ip
    if any(ip in network for network in _WITH_IPV4):
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip


def open_session(networks: Networks, most_at_once: int) -> aiohttp.ClientSession:
    """Return a session whose names lead to allowed addresses only; it keeps no cookies.

    Connections go to allowed addresses only, whatever a URL says.  Whoever uses it follows no redirects all the same.
    """

    def made(info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, to = info
        try:
            allowed = is_allowed(str(to[0]), networks)
        except ValueError:
            allowed = False
        if not allowed:
            raise AddressForbiddenError(to[0])
        return socket.socket(family, kind, protocol)

    connector = aiohttp.TCPConnector(
        resolver=_OnlyAllowed(networks), limit=most_at_once, use_dns_cache=False, socket_factory=made
    )
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
