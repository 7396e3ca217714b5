"""The way from a SIP worker to the edge agent: one datagram, and no worker ever waits."""

import os
import socket

from edge_proxy.transactions import SOCKET_NAME


class Mouth:
    """The socket of one process; Kamailio forks, so each opens its own at its first word.  run: the edge's folder."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._pid = 0

    def say(self, data: bytes) -> bool:
        """Send a datagram; say whether it was taken: where the agent is away or behind, calls go on."""
        if self._pid != os.getpid():
            self._open()
        try:
            self._socket.sendto(data, socket.MSG_DONTWAIT, self._address)
        except OSError:
            return False
        return True

    def _open(self) -> None:
        self._pid = os.getpid()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        # The path itself may be longer than an address of a socket can be.
        folder = os.open(self._run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._address = f"/proc/self/fd/{folder}/{SOCKET_NAME}"
