"""Media handed to rtpengine: who sent a description decides where that side's packets come from and go to."""

import time
from collections.abc import Callable

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media, straymedia
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.mediasource import HEARD, SILENT, Sender, outside_of, source_of, without_detours
from kemi import guard, ladder
from kemi.environment import HQ, NATTED_SOURCE, header, text, view
from kemi.session import ANSWERED, BEGINS, FORKED, GUARDED, OF_BRANCH, Session, remembered

_OF_THIS_BRANCH = "via-branch=auto"
FIRST_EARLY, FIRST_FINAL = 101, 200


def begun(*, forked: bool = False) -> Session:
    """Return the session of an INVITE that begins a call; forked: others may come, for the phones of one station."""
    of_branch = OF_BRANCH if ";branch=" in header("Via") else ""
    return Session(f"{BEGINS}{of_branch}{FORKED if forked else ''}")


def gone_on() -> Session:
    """Return the session of a request inside a dialog: tags tell whose media is meant, the guard may know a side."""
    return Session(GUARDED + ANSWERED)


def offer(session: Session, of: Peer, toward: MediaProtection, sdp: str) -> bool:
    """Have rtpengine take an offer and put its own in its place; say whether it did."""
    sender, offered, marks = _sender(of), media.offered_protection(sdp), session.marks
    source = source_of(sender, sdp, offered)
    hushes = BEGINS in marks and FORKED in marks
    flags = f"{media.offer_flags(toward, sdp)} {source.flags} {_branch(session)}"
    if BEGINS in marks and not hushes:
        flags += f" {SILENT}"
    if not _usable(sender, sdp) or not _exchange(KSR.rtpengine.rtpengine_offer, sender, sdp, offered, flags):
        return False
    # A browser's packets come from wherever ICE finds it, and prove themselves.
    if hushes and toward is not MediaProtection.WEBRTC and not guard.obeys(call=KSR.kx.get_callid(), hush=""):
        return False
    return _let_in(session, source.only_from) if source.only_from else _let_in_as_before(session)


def answer(session: Session, of: Peer, toward: MediaProtection, sdp: str) -> bool:
    """Have rtpengine take an answer and put its own in its place; say whether it did."""
    sender, answered = _sender(of), media.offered_protection(sdp)
    source = source_of(sender, sdp, answered)
    if not _usable(sender, sdp):
        return False
    only_from = source.only_from
    filtered = FORKED in session.marks or GUARDED in session.marks
    if not only_from and filtered and sender.is_phone and answered is not MediaProtection.WEBRTC:
        # Another phone of the station may have the filter that is there.
        only_from = sender.address
    if only_from and not _let_in(session, only_from):
        return False
    flags = f"{media.answer_flags(toward, answered)} {source.flags} {HEARD} {_branch(session)}"
    if FIRST_EARLY <= KSR.kx.get_status() < FIRST_FINAL and of.kind is not PeerKind.NODE:
        sdp = media.with_both_codecs(sdp)
    if not _exchange(KSR.rtpengine.rtpengine_answer, sender, sdp, answered, flags):
        return False
    if ANSWERED not in session.marks:
        session.marks += ANSWERED
        if FORKED not in session.marks:
            # The first answer to an offer that began a call finds its sockets open; another may move the far side,
            # and two phones may answer at once.
            return True
    return _let_in_as_before(session)


def give_up(session: Session | None = None) -> None:
    """Let go of the media of an INVITE that failed: other branches of its fork keep theirs.

    session: its own, None for what its transaction remembers.
    """
    KSR.rtpengine.rtpengine_delete(_branch(session or remembered()))


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
        ladder.note(f"refused: the carrier has its media at {stray}, which is outside of its trunk's media networks")
        for trunk in view().trunks.trunks_at(sender.address):
            before = str(KSR.htable.sht_get(straymedia.TABLE, trunk.trunk_id) or "")
            KSR.htable.sht_sets(straymedia.TABLE, trunk.trunk_id, straymedia.noted(before, stray, int(time.time())))
    return stray is None


def _exchange(
    exchange: Callable[[str], int], sender: Sender, sdp: str, protection: MediaProtection, flags: str
) -> bool:
    KSR.pv.sets("$var(sdp)", without_detours(media.with_address(sdp, sender.address), protection))
    return exchange(flags) > 0


def _branch(session: Session) -> str:
    return _OF_THIS_BRANCH if OF_BRANCH in session.marks else ""


def _let_in(session: Session, address: str) -> bool:
    """Have packets of the sender's side come from one address only."""
    if GUARDED not in session.marks:
        session.marks += GUARDED
    call, caller = KSR.kx.get_callid(), text("$ft")
    if KSR.kx.get_status() > 0:
        return guard.obeys(call=call, tag=text("$tt"), only=address, beside=caller)
    return guard.obeys(call=call, tag=caller, only=address)


def _let_in_as_before(session: Session) -> bool:
    """Have what was said of either side hold for sockets that rtpengine may have opened since."""
    return GUARDED not in session.marks or guard.obeys(call=KSR.kx.get_callid())
