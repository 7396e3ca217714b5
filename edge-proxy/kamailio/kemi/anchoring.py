"""Media handed to rtpengine: who sent a description decides where that side's packets come from and go to."""

from collections.abc import Callable

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.mediasource import HEARD, SILENT, Sender, outside_of, source_of, without_detours
from kemi import guard
from kemi.environment import HQ, NATTED_SOURCE, header, text, view

_GUARDED, _FORKED, _BRANCH, _ANSWERED = "$avp(guarded)", "$avp(forked)", "$avp(media_branch)", "$avp(media_answered)"
OF_BRANCH = "via-branch=auto"


def begin(*, forked: bool = False) -> None:
    """Say, of an INVITE that begins a call, that its media belongs to this branch of a fork, and to no other.

    forked: others with the same Call-ID may come, for the phones of one station.
    """
    KSR.pv.sets(_BRANCH, OF_BRANCH if ";branch=" in header("Via") else "")
    KSR.pv.sets(_FORKED, "1" if forked else "")
    KSR.pv.sets(_ANSWERED, "")


def go_on() -> None:
    """Say, of a request inside a dialog, that tags tell whose media is meant, and that the guard may know a side."""
    KSR.pv.sets(_GUARDED, "1")
    KSR.pv.sets(_ANSWERED, "1")


def offer(of: Peer, toward: MediaProtection, sdp: str, *, begins: bool) -> bool:
    """Have rtpengine take an offer and put its own in its place; say whether it did."""
    sender = _sender(of)
    source = source_of(sender, sdp, media.offered_protection(sdp))
    forked = text(_FORKED) == "1" and toward is not MediaProtection.WEBRTC
    flags = f"{media.offer_flags(toward)} {source.flags} {text(_BRANCH)}"
    if begins and not text(_FORKED):
        flags += f" {SILENT}"
    if not _usable(sender, sdp) or not _exchange(KSR.rtpengine.rtpengine_offer, sdp, flags):
        return False
    if begins and forked and not guard.obeys(call=KSR.kx.get_callid(), hush=""):
        return False
    return _let_in(source.only_from) if source.only_from else _let_in_as_before()


def answer(of: Peer, toward: MediaProtection, sdp: str) -> bool:
    """Have rtpengine take an answer and put its own in its place; say whether it did."""
    sender = _sender(of)
    answered = media.offered_protection(sdp)
    source = source_of(sender, sdp, answered)
    if not _usable(sender, sdp):
        return False
    forked = text(_FORKED) == "1"
    only_from = source.only_from
    if not only_from and sender.is_phone and answered is not MediaProtection.WEBRTC and (forked or text(_GUARDED)):
        # Another phone of the station may have the filter that is there.
        only_from = sender.address
    if only_from and not _let_in(only_from):
        return False
    flags = f"{media.answer_flags(toward, answered)} {source.flags} {HEARD} {text(_BRANCH)}"
    if not _exchange(KSR.rtpengine.rtpengine_answer, sdp, flags):
        return False
    # The first answer to an offer that began a call finds its sockets open; another may move the far side, and two
    # phones may answer at once.
    again = forked or text(_ANSWERED) == "1"
    KSR.pv.sets(_ANSWERED, "1")
    return not again or _let_in_as_before()


def give_up() -> None:
    """Let go of the media of an INVITE that failed: other branches of its fork keep theirs."""
    KSR.rtpengine.rtpengine_delete(text(_BRANCH))


def end() -> None:
    """Let go of the media of a dialog."""
    KSR.rtpengine.rtpengine_delete("to-tag")


def _sender(of: Peer) -> Sender:
    outside = of.kind is PeerKind.OUTSIDE
    natted = outside and KSR.nathelper.nat_uac_test(NATTED_SOURCE) > 0
    return Sender(of.kind, of.address, natted, view().media_networks(of.address) if outside and HQ else None)


def _usable(sender: Sender, sdp: str) -> bool:
    stray = outside_of(sdp, sender.networks) if sender.networks is not None else None
    if stray is not None:
        KSR.warn(f"carrier {sender.address} has its media at {stray}: its trunk's media_networks may allow that\n")
    return stray is None


def _exchange(exchange: Callable[[str], int], sdp: str, flags: str) -> bool:
    sdp = media.with_address(sdp, KSR.kx.get_srcip())
    KSR.pv.sets("$var(sdp)", without_detours(sdp, media.offered_protection(sdp)))
    return exchange(flags) > 0


def _let_in(address: str) -> bool:
    """Have packets of the sender's side come from one address only."""
    KSR.pv.sets(_GUARDED, "1")
    call, caller = KSR.kx.get_callid(), text("$ft")
    if KSR.kx.get_status() > 0:
        return guard.obeys(call=call, tag=text("$tt"), only=address, beside=caller)
    return guard.obeys(call=call, tag=caller, only=address)


def _let_in_as_before() -> bool:
    """Have what was said of either side hold for sockets that rtpengine may have opened since."""
    return not text(_GUARDED) or guard.obeys(call=KSR.kx.get_callid())
