"""Connections: who has said who it is keeps its own; strangers' are few and short (edge_proxy.connections).

Kamailio takes connections before anybody here is asked, so a process of its own looks at them twice a second.
"""

import json
import time
from collections import Counter

import KSR

from edge_proxy.connections import CLOSED_TABLE, PROVEN_SECONDS, Closing, Connection, Limits, Strangers
from kemi.environment import HQ, SETTINGS, over_connection, view

TELL_SECONDS = 10.0

_LISTENERS = frozenset(SETTINGS["stream_ports"])
_LIST = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "core.tcp_list"})


def vouch() -> None:
    """Take note that whoever sent the request at hand has proved who it is: its connection stays."""
    if over_connection():
        KSR.tcpops.tcp_set_connection_lifetime(PROVEN_SECONDS)


class Watch:
    """Looks at the connections, and closes what is too much.  Lives in one process."""

    def __init__(self) -> None:
        limits = Limits(SETTINGS["stranger_seconds"], SETTINGS["strangers_per_address"], SETTINGS["strangers"])
        self._strangers = Strangers(limits, lambda address: HQ and view().trunks.is_carrier(address))
        self._untold: Counter[str] = Counter()
        self._told = float("-inf")

    def look(self) -> None:
        """Look once."""
        now = time.monotonic()
        for closing in self._strangers.closing(_listed(), now):
            self._close(closing)
        if self._untold and now - self._told >= TELL_SECONDS:
            KSR.warn(f"closed connections of strangers: {dict(self._untold.most_common(5))}\n")
            self._untold.clear()
            self._told = now

    def _close(self, closing: Closing) -> None:
        if KSR.tcpops.tcp_close_connection_id(closing.id) > 0:
            KSR.htable.sht_inc(CLOSED_TABLE, closing.reason)
            self._untold[f"{closing.source} {closing.reason}"] += 1


def _listed() -> list[Connection]:
    KSR.jsonrpcs.exec(_LIST)
    found = json.loads(KSR.jsonrpcs.response())["result"]
    return [
        Connection(each["id"], each["src_ip"], proven=each["lifetime"] >= PROVEN_SECONDS)
        for each in found
        if each["dst_port"] in _LISTENERS
    ]
