"""The legs of a call: media anchored on both sides, and what an answer brings."""

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media, routing
from edge_proxy.decisions import Peer, PeerKind, Request
from edge_proxy.sealing import End
from kemi import anchoring, farewell, telling, uplink
from kemi.dialogs import PASSED, TOWARD, alias_contact, note_over, stay
from kemi.environment import has_sdp, reply, text, view
from kemi.peers import is_misleading, peer
from kemi.stripping import strip_ours, strip_software

REPLACE_MEDIA_ADDRESS = 2


def begin(request: Request, callee: MediaProtection, *, forked: bool = False) -> bool:
    """Anchor the media of a call; say whether rtpengine takes the offer.

    callee: what its side speaks.  forked: others with the same Call-ID may come, for the phones of one station.
    """
    anchoring.begin(forked=forked)
    sdp = KSR.kx.gete_body() if has_sdp() else ""
    if sdp:
        caller = media.offered_protection(sdp)
        if not anchoring.offer(request.peer, callee, sdp):
            anchoring.give_up()
            return False
    else:
        caller = routing.media_of(view(), request.from_domain, request.from_user)
    _expect_answer(caller, offered=bool(sdp))
    return True


def not_acceptable() -> int:
    """Refuse an offer that rtpengine does not take: sent on as it is, it would show who is behind us."""
    return reply(488, "Not Acceptable Here")


def pass_by(sender: Peer, callee: End) -> None:
    """Stay in the path of a dialog whose media is anchored at another edge."""
    # The media is not here to count: a drain waits for these dialogs too.
    KSR.dialog.dlg_manage()
    _expect_answer(None, offered=False)
    stay(sender, callee)


def _expect_answer(toward: MediaProtection | None, *, offered: bool) -> None:
    KSR.pv.sets(TOWARD, toward.value if toward else PASSED)
    KSR.pv.sets("$avp(offered)", "1" if offered else "")
    KSR.tm.t_on_reply("ksr_onreply_media")


def relay(code: int = 503, reason: str = "Service Unavailable") -> int:
    if KSR.tm.t_relay() < 0:
        anchoring.give_up()
        reply(code, reason)
    return 1


def on_reply() -> int:
    """Anchor what the answer brings, and keep to ourselves what is nobody else's."""
    sender = peer()
    if sender.kind is PeerKind.HQ and uplink.goes_without():
        KSR.set_drop()
        return 1
    if is_misleading(sender):
        KSR.set_drop()
        return 1
    telling.heard(KSR.kx.get_status())
    note_over()
    toward = text(TOWARD)
    if farewell.comes_second():
        return 1
    if toward and has_sdp() and KSR.kx.get_status() < 300 and not _anchors_answer(sender, toward):
        farewell.refuse_answer()
        return 1
    farewell.note_winner()
    alias_contact(sender)
    strip_ours()
    if sender.kind is PeerKind.NODE:
        strip_software()
    return 1


def _anchors_answer(sender: Peer, toward: str) -> bool:
    """Anchor what a response brings; say whether that was possible."""
    if toward == PASSED:
        _pass_by_address(sender)
        return True
    sdp = KSR.kx.gete_body()
    if text("$avp(offered)"):
        return anchoring.answer(sender, MediaProtection(toward), sdp)
    return anchoring.offer(sender, MediaProtection(toward), sdp)


def _pass_by_address(sender: Peer) -> None:
    """Tell the edge that has the media where a phone signals from: it does not see that."""
    if sender.kind is PeerKind.OUTSIDE:
        KSR.nathelper.fix_nated_sdp(REPLACE_MEDIA_ADDRESS)


def renegotiate(sender: Peer, behind: End, ahead: End) -> bool:
    """Anchor what a request inside of a dialog brings from one end to the other; say whether that was possible."""
    if behind.speaks is None or ahead.speaks is None:
        _expect_answer(None, offered=False)
        if has_sdp():
            _pass_by_address(sender)
        return True
    KSR.tm.t_on_reply("ksr_onreply_media")
    if KSR.is_BYE():
        anchoring.end()
    elif KSR.is_ACK() and has_sdp():
        anchoring.go_on()
        return anchoring.answer(sender, ahead.speaks, KSR.kx.gete_body())
    elif KSR.is_INVITE() or KSR.is_UPDATE():
        anchoring.go_on()
        if has_sdp() and not anchoring.offer(sender, ahead.speaks, KSR.kx.gete_body()):
            return False
        _expect_answer(behind.speaks, offered=has_sdp())
    return True
