"""A branch's way up to HQ: whether HQ is heard, its edges one after another, and which calls went on without it."""

import time

import KSR

from edge_proxy.decisions import HqSeen
from edge_proxy.rendering import MEDIA_SET
from kemi.environment import BY_PRIORITY, RING_MS, send_from, text

HQ_SILENCE_MS = 1500
_SENT = "$avp(sent_up)"


def hear() -> None:
    """Take note that something came from HQ."""
    KSR.htable.sht_sets("hq", "heard", str(time.monotonic()))


def seen() -> HqSeen:
    """Select the edge of HQ to send to, and return what is known of HQ."""
    heard = KSR.htable.sht_get("hq", "heard")
    alive = KSR.dispatcher.ds_select_dst(MEDIA_SET, BY_PRIORITY) > 0
    return HqSeen(alive, 0.0 if heard is None else time.monotonic() - float(heard))


def was_sent_up() -> bool:
    """Say whether the INVITE at hand went to HQ before."""
    return text(_SENT) != ""


def heard_since() -> bool:
    """Say, in a failure route, whether anything came from HQ since the request was sent up."""
    return float(KSR.htable.sht_get("hq", "heard") or 0.0) > float(text(_SENT) or 0.0)


def relay_up(failure_route: str, branch_route: str = "") -> bool:
    """Send a branch's request to HQ's edge at hand, or the next one that takes a connection; say whether one does."""
    KSR.pv.sets(_SENT, str(time.monotonic()))
    while True:
        send_from("uplink")
        if branch_route:
            KSR.tm.t_on_branch(branch_route)
        KSR.tm.t_on_failure(failure_route)
        KSR.tm.t_set_fr(RING_MS, HQ_SILENCE_MS)
        if KSR.tm.t_relay() > 0:
            return True
        KSR.dispatcher.ds_mark_dst_state("tp")
        if KSR.dispatcher.ds_next_dst() < 0:
            return False


def rung_here(domain: str, caller: str, callee: str) -> bool:
    """Say whether the callee was rung here lately for the caller, because HQ answered nothing."""
    return KSR.htable.sht_get("rung_here", _between(domain, caller, callee)) is not None


def note_rung_here(domain: str, caller: str, callee: str) -> None:
    """Take note that the call at hand goes to the callee's phone without HQ."""
    KSR.htable.sht_sets("rung_here", _between(domain, caller, callee), "1")
    KSR.htable.sht_sets("without_hq", KSR.kx.get_callid(), "1")


def goes_without() -> bool:
    """Say whether the call of the message at hand went on without HQ: what HQ says of it now comes too late."""
    return KSR.htable.sht_get("without_hq", KSR.kx.get_callid()) is not None


def forget_rung_here(domain: str, caller: str, callee: str) -> None:
    """The caller dials the callee once more: what HQ rings from now on is that call."""
    if rung_here(domain, caller, callee):
        KSR.htable.sht_rm("rung_here", _between(domain, caller, callee))


def _between(domain: str, caller: str, callee: str) -> str:
    return f"{domain}:{caller}:{callee}"
