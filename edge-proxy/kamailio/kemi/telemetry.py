"""Tells the edge agent of calls: one datagram when a call's INVITE has its final answer, and no worker ever waits.

A datagram that the agent does not take at once is dropped and counted.  Without a collector all of this is off.
"""

import json
import os
import socket
import time
from dataclasses import replace

import KSR

from edge_proxy.decisions import Decision, Request, ToHq, ToMediaNode
from edge_proxy.transactions import SOCKET_NAME, begun_of, begun_to_text, place_of, rerouted, to_datagram

TRIES_AGAIN = 2
"""A failure route sent the request somewhere else: its transaction goes on."""

_SETTINGS = json.loads(os.environ["EDGE_SCRIPT_SETTINGS"])
_ON = bool(_SETTINGS["telemetry"])
_KEPT_OF_65536 = round(_SETTINGS["trace_sampling"] * 65536)
_BEGUN, _RANG = "$avp(told)", "$avp(rang)"


class _Mouth:
    """The socket of one process; Kamailio forks, so each opens its own at its first word."""

    def __init__(self) -> None:
        self._pid = 0
        self._dropped = 0

    def say(self, begun: str, status: int, rang_ns: int) -> None:
        if self._pid != os.getpid():
            self._open()
        data = to_datagram(begun, status, rang_ns, time.time_ns(), self._dropped)
        try:
            self._socket.sendto(data, socket.MSG_DONTWAIT, self._address)
            self._dropped = 0
        except OSError:
            # Full, or the agent is away: calls go on.
            self._dropped += 1

    def _open(self) -> None:
        self._pid, self._dropped = os.getpid(), 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        # The path itself may be longer than an address of a socket can be.
        folder = os.open(_SETTINGS["run"], os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._address = f"/proc/self/fd/{folder}/{SOCKET_NAME}"


_MOUTH = _Mouth()


def begin(decision: Decision, request: Request, started_ns: int) -> Decision:
    """Remember the request at hand, and return the decision with its place in the trace for whoever comes next."""
    if not _ON:
        return decision
    # Not `random`: every worker is a copy of one process, and would draw the same.
    chance = os.urandom(26)
    kept = int.from_bytes(chance[:2], "big") < _KEPT_OF_65536
    trace = place_of(request, chance[2:10].hex(), chance[10:].hex(), kept=kept)
    KSR.pv.sets(_BEGUN, begun_to_text(begun_of(request, decision, trace, started_ns)))
    if trace is not None and isinstance(decision, ToMediaNode | ToHq):
        return replace(decision, vouched=(*decision.vouched, ("traceparent", trace.traceparent)))
    return decision


def place() -> str:
    """Return the `traceparent` of the transaction at hand, empty where nobody traces it."""
    begun = KSR.pv.get(_BEGUN) if _ON else None
    return str(begun).partition("|")[0] if begun else ""


def goes_to(decision: Decision) -> None:
    """Take note that the transaction at hand goes somewhere else than it was sent to first."""
    begun = KSR.pv.get(_BEGUN) if _ON else None
    if begun:
        KSR.pv.sets(_BEGUN, rerouted(str(begun), decision))


def heard(status: int) -> None:
    """Take note of a response to the transaction at hand, before anybody else decides what becomes of it."""
    if not _ON:
        return
    if 200 <= status < 300:
        answered(status)
    elif status in (180, 183) and KSR.pv.get(_BEGUN) and not KSR.pv.get(_RANG):
        KSR.pv.sets(_RANG, str(time.time_ns()))


def failed(outcome: int) -> int:
    """Take note of how a failure route ended."""
    if _ON and outcome != TRIES_AGAIN:
        answered(KSR.tm.t_get_status_code())
    return 1


def answered(status: int) -> None:
    """Tell of the transaction at hand, which has its final response now; once."""
    if not _ON:
        return
    begun = KSR.pv.get(_BEGUN)
    if begun:
        _MOUTH.say(str(begun), status, int(KSR.pv.get(_RANG) or 0))
        KSR.pv.sets(_BEGUN, "")
