"""Hears what SIP workers tell of their transactions, and what Kamailio counts, and tells the collector.

In a thread of its own: a datagram socket holds few messages, and the agent has other things to do.
"""

import asyncio
import logging
import os
import socket
import threading
from pathlib import Path

from edge_proxy.transactions import SOCKET_NAME, Transaction, from_datagram
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError
from servicekit import meters, telemetry, tracing
from servicekit.tracing import Span

DATAGRAM_BYTES = 2048
REGISTRATIONS = "location_contacts"

CALLS = meters.Counter("trunkline.edge.calls", "{call}", "INVITE transactions by where they went and their answer")
RING_SECONDS = meters.Histogram("trunkline.edge.ring_time", "s", "from an INVITE to the first ringing")
ANSWER_SECONDS = meters.Histogram("trunkline.edge.answer_time", "s", "from an INVITE to its answer")
REFUSED = meters.Counter("trunkline.edge.refused", "{message}", "messages that two could read differently, and why")
CLOSED = meters.Counter("trunkline.edge.closed", "{connection}", "connections of strangers that were closed, and why")
CONTACTS = meters.Gauge("trunkline.edge.registrations", "{contact}", "contacts that phones have registered")

logger = logging.getLogger(__name__)


class Hearing:
    """Owns the socket in `folder` from `open` until `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)

    def open(self) -> None:
        """Listen.  Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / SOCKET_NAME
        path.unlink(missing_ok=True)
        # Its path may be longer than an address of a socket can be (108 bytes, unix(7)).
        folder = os.open(self._folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._socket.bind(f"/proc/self/fd/{folder}/{SOCKET_NAME}")
        finally:
            os.close(folder)
        path.chmod(0o600)
        self._thread.start()

    async def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RD)
        self._thread.join(1.0)
        self._socket.close()

    def _run(self) -> None:
        while data := self._socket.recv(DATAGRAM_BYTES):
            try:
                tell(from_datagram(data))
            except ValueError:
                logger.warning("transaction not readable")


def tell(heard: Transaction) -> None:
    """Count a transaction, and make a span of it where its trace is kept."""
    begun = heard.begun
    CALLS.add(route=begun.route, peer=begun.peer, status=heard.status)
    if heard.rang_ns:
        RING_SECONDS.record((heard.rang_ns - begun.started_ns) / 1e9, route=begun.route)
    if 200 <= heard.status < 300:
        ANSWER_SECONDS.record((heard.ended_ns - begun.started_ns) / 1e9, route=begun.route)
    if heard.dropped:
        telemetry.DROPPED.add(heard.dropped, reason="edge-agent-behind")
    own = tracing.parse(begun.traceparent)
    if own is None or not own.sampled:
        return
    attributes: tracing.Attributes = {"route": begun.route, "peer": begun.peer, "status": heard.status}
    if begun.trunk_id:
        attributes["trunk_id"] = begun.trunk_id
    if heard.rang_ns:
        attributes["rang_after_ms"] = (heard.rang_ns - begun.started_ns) // 1_000_000
    problem = str(heard.status) if heard.status >= 500 else None
    times = begun.started_ns, heard.ended_ns
    tracing.tell(Span("INVITE", own, begun.parent_id or None, *times, attributes, "server", problem))


class _Asked:
    """Something that Kamailio is asked for every so often."""

    def __init__(self, rpc: KamailioRpc) -> None:
        self._rpc = rpc

    async def follow(self, seconds: float) -> None:
        """Ask every so many seconds, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        raise NotImplementedError


class Registrations(_Asked):
    """How many contacts are registered, as Kamailio counts them."""

    def __init__(self, rpc: KamailioRpc) -> None:
        super().__init__(rpc)
        self._count: int | None = None
        CONTACTS.observe(lambda: [] if self._count is None else [(self._count, {})])

    async def look(self) -> None:
        """Ask once; while Kamailio does not answer nothing is known."""
        try:
            lines = await self._rpc.call("stats.get_statistics", "usrloc:")
            values = (line.partition("=") for line in lines)
            counts = [int(value) for name, _, value in values if name.strip().endswith(REGISTRATIONS)]
            self._count = sum(counts)
        except (RpcError, RpcUnreachableError):
            self._count = None


class Counted(_Asked):
    """What the SIP workers count in a table of theirs, by reason."""

    def __init__(self, rpc: KamailioRpc, table: str, counter: meters.Counter) -> None:
        super().__init__(rpc)
        self._table, self._counter = table, counter
        self._known: dict[str, int] = {}

    async def look(self) -> None:
        """Ask once; while Kamailio does not answer nothing is counted."""
        try:
            table = await self._rpc.call("htable.dump", self._table)
        except (RpcError, RpcUnreachableError):
            return
        for slot in (slot for entry in table or () for slot in entry["slot"]):
            reason, count = str(slot["name"]), int(slot["value"])
            # Less than before: it was started anew.
            before = self._known.get(reason, 0)
            self._counter.add(count - before if count >= before else count, reason=reason)
            self._known[reason] = count
