"""Addresses that are free to listen on."""

import secrets
import socket


def is_free(kind: str, host: str, port: int) -> bool:
    """Say whether udp or tcp host:port can be bound now."""
    family = socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, family) as probe:
        if kind == "tcp":
            # As servers do: connections of the last run that are in TIME_WAIT hold no one up.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of host that is free for UDP and TCP.

    Not one that the system picks: it lends those to outgoing connections too, and may do so before it is bound.
    """
    while True:
        port = 12_000 + secrets.randbelow(18_000)
        if is_free("udp", host, port) and is_free("tcp", host, port):
            return port
