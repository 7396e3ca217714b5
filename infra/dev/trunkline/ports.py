"""Whether an address is free to listen on."""

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
