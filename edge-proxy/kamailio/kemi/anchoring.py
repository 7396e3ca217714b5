"""Media handed to rtpengine: who sent a description decides where that side's packets come from and go to."""

from collections.abc import Callable

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.mediasource import HEARD, SILENT, Sender, outside_of, source_of, without_detours
from kemi import guard
from kemi.environment import HQ, NATTED_SOURCE, header, text, view

_STATE = "$avp(media_state)"
"""Letters, since each variable costs a microsecond or two: what holds of the transaction's media."""
_BEGINS, _OF_BRANCH, _FORKED, _GUARDED, _ANSWERED = "bvfga"
OF_BRANCH = "via-branch=auto"


def begin(*, forked: bool = False) -> None:
    """Say, of an INVITE that begins a call, that its media belongs to this branch of a fork, and to no other.

    forked: others with the same Call-ID may come, for the phones of one station.
    """
    of_branch = _OF_BRANCH if ";branch=" in header("Via") else ""
    KSR.pv.sets(_STATE, f"{_BEGINS}{of_branch}{_FORKED if forked else ''}")


def go_on() -> None:
    """Say, of a request inside a dialog, that tags tell whose media is meant, and that the guard may know a side."""
    KSR.pv.sets(_STATE, _GUARDED + _ANSWERED)


def begins() -> bool:
    """Say whether the transaction at hand begins a call."""
    return _BEGINS in text(_STATE)


def offer(of: Peer, toward: MediaProtection, sdp: str) -> bool:
    """Have rtpengine take an offer and put its own in its place; say whether it did."""
    state, sender = text(_STATE), _sender(of)
    source = source_of(sender, sdp, media.offered_protection(sdp))
    hushes = _BEGINS in state and _FORKED in state
    flags = f"{media.offer_flags(toward)} {source.flags} {_branch(state)}"
    if _BEGINS in state and not hushes:
        flags += f" {SILENT}"
    if not _usable(sender, sdp) or not _exchange(KSR.rtpengine.rtpengine_offer, sdp, flags):
        return False
    # A browser's packets come from wherever ICE finds it, and prove themselves.
    if hushes and toward is not MediaProtection.WEBRTC and not guard.obeys(call=KSR.kx.get_callid(), hush=""):
        return False
    return _let_in(source.only_from, state) if source.only_from else _let_in_as_before(state)


def answer(of: Peer, toward: MediaProtection, sdp: str) -> bool:
    """Have rtpengine take an answer and put its own in its place; say whether it did."""
    state, sender = text(_STATE), _sender(of)
    answered = media.offered_protection(sdp)
    source = source_of(sender, sdp, answered)
    if not _usable(sender, sdp):
        return False
    only_from = source.only_from
    filtered = _FORKED in state or _GUARDED in state
    if not only_from and filtered and sender.is_phone and answered is not MediaProtection.WEBRTC:
        # Another phone of the station may have the filter that is there.
        only_from = sender.address
    if only_from and not _let_in(only_from, state):
        return False
    flags = f"{media.answer_flags(toward, answered)} {source.flags} {HEARD} {_branch(state)}"
    if not _exchange(KSR.rtpengine.rtpengine_answer, sdp, flags):
        return False
    if _ANSWERED not in state:
        KSR.pv.sets(_STATE, state + _ANSWERED + (_GUARDED if only_from else ""))
        if _FORKED not in state:
            # The first answer to an offer that began a call finds its sockets open; another may move the far side,
            # and two phones may answer at once.
            return True
    return _let_in_as_before(state + _GUARDED if only_from else state)


def give_up() -> None:
    """Let go of the media of an INVITE that failed: other branches of its fork keep theirs."""
    KSR.rtpengine.rtpengine_delete(_branch(text(_STATE)))


def end() -> None:
    """Let go of the media of a dialog."""
    KSR.rtpengine.rtpengine_delete("to-tag")


def _sender(of: Peer) -> Sender:
    outside = of.kind is PeerKind.OUTSIDE
    natted = outside and KSR.nathelper.nat_uac_test(NATTED_SOURCE) > 0
    return Sender(of.kind, of.address, natted, view().trunks.media_networks(of.address) if outside and HQ else None)


def _usable(sender: Sender, sdp: str) -> bool:
    stray = outside_of(sdp, sender.networks) if sender.networks is not None else None
    if stray is not None:
        KSR.warn(f"carrier {sender.address} has its media at {stray}: its trunk's media_networks may allow that\n")
    return stray is None


def _exchange(exchange: Callable[[str], int], sdp: str, flags: str) -> bool:
    sdp = media.with_address(sdp, KSR.kx.get_srcip())
    KSR.pv.sets("$var(sdp)", without_detours(sdp, media.offered_protection(sdp)))
    return exchange(flags) > 0


def _branch(state: str) -> str:
    return OF_BRANCH if _OF_BRANCH in state else ""


def _let_in(address: str, state: str) -> bool:
    """Have packets of the sender's side come from one address only."""
    if _GUARDED not in state:
        KSR.pv.sets(_STATE, state + _GUARDED)
    call, caller = KSR.kx.get_callid(), text("$ft")
    if KSR.kx.get_status() > 0:
        return guard.obeys(call=call, tag=text("$tt"), only=address, beside=caller)
    return guard.obeys(call=call, tag=caller, only=address)


def _let_in_as_before(state: str) -> bool:
    """Have what was said of either side hold for sockets that rtpengine may have opened since."""
    return _GUARDED not in state or guard.obeys(call=KSR.kx.get_callid())
