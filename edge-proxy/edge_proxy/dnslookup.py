"""Carriers' names looked up as RFC 3263 has it: NAPTR, then SRV, then addresses.  Nothing is judged or kept here."""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from callmodel.edgesnapshot import Gateway, usual_port
from edge_proxy.hops import MOST_HOPS, Hop

QUERY_SECONDS = 3.0
LOOKUP_SECONDS = 10.0
"""For all queries of a name together."""
UNTOLD_TTL_SECONDS = 30
"""Where nobody says how long an answer is good: from the system's own look-up, or when there is no such record."""
MOST_RECORDS = 8

_RANK = 65_536
"""More than any SRV record's priority: what NAPTR prefers comes first as a whole."""
_SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
_SRV_NAMES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}


class LookupFailedError(Exception):
    """No answer came, or one that is no answer: what is known stays."""


@dataclass(frozen=True)
class Answer:
    """The hops behind a name, and for how many seconds that holds.  lost: targets whose address was not to be had."""

    hops: tuple[Hop, ...]
    ttl_seconds: int
    lost: tuple[Hop, ...] = ()


@dataclass(frozen=True)
class _Service:
    """A set of SRV records to ask for.  rank: those of a lower one are tried first."""

    name: str
    transport: str
    rank: int = 0


class DnsLookup:
    """Asks name servers: those given (`address` or `address:port`), else the system's."""

    def __init__(self, servers: Iterable[str] = (), *, over_tls: bool = True) -> None:
        self._given = [_nameserver(each) for each in servers]
        self._transports = ("udp", "tcp", "tls") if over_tls else ("udp", "tcp")

    async def look_up(self, gateway: Gateway) -> Answer:
        """Return where a gateway is.  Raises LookupFailedError, also after ten seconds."""
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                if gateway.port is not None:
                    transport = gateway.transport or "udp"
                    return await self._by_system(gateway.host, Hop("", gateway.port, transport))
                return await self._by_records(gateway)
        except (TimeoutError, OSError, UnicodeError, dns.exception.DNSException) as error:
            raise LookupFailedError(type(error).__name__) from error

    async def _by_records(self, gateway: Gateway) -> Answer:
        ttl = _Ttl()
        services = [] if gateway.transport else await self._naptr(gateway.host, ttl)
        if services:
            targets = await self._targets(services, ttl)
        else:
            targets = None
            for transport in (gateway.transport,) if gateway.transport else self._transports:
                found = await self._targets([_Service(f"{_SRV_NAMES[transport]}.{gateway.host}", transport)], ttl)
                targets = targets if found is None else found
                if targets:
                    break
        if targets is not None:
            return await self._of_targets(targets, ttl)
        transport = gateway.transport or "udp"
        return await self._by_address(gateway.host, Hop("", usual_port(transport), transport), ttl)

    async def _naptr(self, name: str, ttl: "_Ttl") -> list[_Service]:
        """Return the services of the best order that has some for us (RFC 3403, 4.1), by preference."""
        records = await self._records(name, "NAPTR", ttl)
        known = [
            (
                record.order,
                record.preference,
                _SERVICES.get(record.service.decode("ascii", "replace").upper()),
                record,
            )
            for record in records
            if record.flags.lower() == b"s"
        ]
        known = [each for each in known if each[2] in self._transports]
        known.sort(key=lambda each: each[:2])
        best = [each for each in known if each[0] == known[0][0]][: len(_SERVICES)]
        return [_Service(str(each[3].replacement), str(each[2]), rank) for rank, each in enumerate(best)]

    async def _targets(self, services: list[_Service], ttl: "_Ttl") -> list[Hop] | None:
        """Return the targets of SRV records, still without addresses; None where there are no records."""
        targets: list[Hop] = []
        told = False
        for service in services:
            records = await self._records(service.name, "SRV", ttl)
            told = told or bool(records)
            for record in sorted(records, key=lambda each: each.priority)[:MOST_RECORDS]:
                # The root: decidedly no such service here (RFC 2782).
                if record.target != dns.name.root and record.port:
                    priority = service.rank * _RANK + record.priority
                    target = str(record.target).rstrip(".").lower()
                    targets.append(Hop("", record.port, service.transport, priority, record.weight, target))
        return targets if told else None

    async def _of_targets(self, targets: list[Hop], ttl: "_Ttl") -> Answer:
        hops: list[Hop] = []
        lost: list[Hop] = []
        for target in targets:
            try:
                hops += await self._at(target.target, target, ttl)
            except dns.exception.DNSException:
                lost.append(target)
        return Answer(tuple(hops[:MOST_HOPS]), ttl.seconds, tuple(lost))

    async def _at(self, name: str, hop: Hop, ttl: "_Ttl") -> list[Hop]:
        records = await self._records(name, "A", ttl)
        return [replace(hop, address=record.address) for record in records[:MOST_RECORDS]]

    async def _by_address(self, name: str, hop: Hop, ttl: "_Ttl") -> Answer:
        hops = await self._at(name, hop, ttl)
        return Answer(tuple(hops), ttl.seconds) if hops else await self._by_system(name, hop)

    async def _by_system(self, name: str, hop: Hop) -> Answer:
        """Look a name up as every program does, in /etc/hosts too; who asks so is not told how long it holds."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(QUERY_SECONDS):
            found = await loop.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        addresses = dict.fromkeys(str(each[4][0]) for each in found)
        return Answer(tuple(replace(hop, address=each) for each in [*addresses][:MOST_HOPS]), UNTOLD_TTL_SECONDS)

    def _resolver(self) -> dns.asyncresolver.Resolver:
        # Each time anew: what the system asks may change under us.
        resolver = dns.asyncresolver.Resolver(configure=not self._given)
        if self._given:
            resolver.nameservers = self._given
        return resolver

    async def _records(self, name: str, kind: str, ttl: "_Ttl") -> list[Any]:
        """Return a name's records of a kind, none where the answer is that there are none.  Raises DNS errors."""
        try:
            answer = await self._resolver().resolve(
                name, kind, lifetime=QUERY_SECONDS, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return []
        if answer.rrset is None:
            return []
        ttl.holds_for(answer.chaining_result.minimum_ttl)
        return list(answer.rrset)


class _Ttl:
    """The shortest time that any of the answers of a look-up holds for."""

    def __init__(self) -> None:
        self._shortest: int | None = None

    def holds_for(self, seconds: int) -> None:
        self._shortest = seconds if self._shortest is None else min(self._shortest, seconds)

    @property
    def seconds(self) -> int:
        return UNTOLD_TTL_SECONDS if self._shortest is None else self._shortest


def _nameserver(text: str) -> dns.nameserver.Nameserver:
    address, _, port = text.strip().partition(":")
    return dns.nameserver.Do53Nameserver(address, int(port or 53))
