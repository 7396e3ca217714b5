"""Several edges at HQ: the Path (RFC 3327) by which one reaches a phone that is connected to another."""

import ipaddress
import re

_TRANSPORT = re.compile(r";transport=(udp|tcp|tls|wss|ws)\b", re.IGNORECASE)


def path_of(edge: str, peer_port: int, source: tuple[str, int, int]) -> str:
    """Return the Path that leads to a phone through the edge which it registered at.

    source: the phone's address, port and protocol number as the edge saw them.
    """
    address, port, protocol = source
    return f"<sip:{_host(edge)}:{peer_port};lr;received={_host(address)}~{port}~{protocol}>"


def transport_of(uri: str) -> str:
    """Return the transport of a SIP URI, udp where it names none (RFC 3261, 19.1.1)."""
    found = _TRANSPORT.search(uri)
    return found.group(1).lower() if found else "udp"


def _host(address: str) -> str:
    return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
