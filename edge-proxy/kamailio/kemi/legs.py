"""The legs of a call: media anchored on both sides, and what an answer brings."""

from collections.abc import Callable

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media, routing
from edge_proxy.decisions import Peer, PeerKind, Request
from edge_proxy.sealing import End
from kemi import telling, uplink
from kemi.dialogs import alias_contact, note_over, stay
from kemi.environment import NATTED_SOURCE, has_sdp, reply, text, view
from kemi.peers import is_misleading, peer
from kemi.stripping import strip_ours, strip_software

PASSED = "passed"
REPLACE_MEDIA_ADDRESS = 2


def begin(request: Request, callee: MediaProtection) -> MediaProtection:
    """Anchor the media; return what the caller speaks.  callee: what its side speaks."""
    sdp = KSR.kx.gete_body() if has_sdp() else ""
    if sdp:
        caller = media.offered_protection(sdp)
        natted = request.peer.kind is PeerKind.OUTSIDE and KSR.nathelper.nat_uac_test(NATTED_SOURCE) > 0
        _anchor(KSR.rtpengine.rtpengine_offer, sdp, media.offer_flags(callee, natted=natted))
    else:
        caller = routing.media_of(view(), request.from_domain, request.from_user)
    _expect_answer(caller, offered=bool(sdp))
    return caller


def _anchor(exchange: Callable[[str], int], sdp: str, flags: str) -> None:
    """Have rtpengine take the offer or answer at hand, and put its own in its place."""
    KSR.pv.sets("$var(sdp)", media.with_address(sdp, KSR.kx.get_srcip()))
    exchange(flags)


def pass_by(sender: Peer, callee: End) -> None:
    """Stay in the path of a dialog whose media is anchored at another edge."""
    # The media is not here to count: a drain waits for these dialogs too.
    KSR.dialog.dlg_manage()
    stay(sender, callee, speaks=None)
    _expect_answer(None, offered=False)


def _expect_answer(toward: MediaProtection | None, *, offered: bool) -> None:
    KSR.pv.sets("$avp(toward)", toward.value if toward else PASSED)
    KSR.pv.sets("$avp(offered)", "1" if offered else "")
    KSR.tm.t_on_reply("ksr_onreply_media")


def relay(code: int = 503, reason: str = "Service Unavailable") -> int:
    if KSR.tm.t_relay() < 0:
        KSR.rtpengine.rtpengine_delete("")
        reply(code, reason)
    return 1


def on_reply() -> int:
    """Anchor what the answer brings, and keep to ourselves what is nobody else's."""
    sender = peer()
    if sender.kind is PeerKind.HQ and uplink.goes_without():
        KSR.set_drop()
        return 1
    if sender.kind is PeerKind.OUTSIDE and is_misleading(sender):
        KSR.set_drop()
        return 1
    telling.heard(KSR.kx.get_status())
    note_over()
    outside = sender.kind is PeerKind.OUTSIDE
    toward = text("$avp(toward)")
    if toward and has_sdp() and KSR.kx.get_status() < 300:
        sdp = KSR.kx.gete_body()
        natted = outside and KSR.nathelper.nat_uac_test(NATTED_SOURCE) > 0
        if toward == PASSED:
            if natted:
                # The edge that has the media does not see where the phone really is.
                KSR.nathelper.fix_nated_sdp(REPLACE_MEDIA_ADDRESS)
        elif text("$avp(offered)"):
            flags = media.answer_flags(MediaProtection(toward), media.offered_protection(sdp), natted=natted)
            _anchor(KSR.rtpengine.rtpengine_answer, sdp, flags)
        else:
            flags = media.offer_flags(MediaProtection(toward), natted=natted)
            _anchor(KSR.rtpengine.rtpengine_offer, sdp, flags)
    alias_contact(sender)
    strip_ours()
    if sender.kind is PeerKind.NODE:
        strip_software()
    return 1


def renegotiate(behind: End, ahead: End) -> None:
    """See to the media of a request inside of a dialog that goes from one end to the other."""
    if behind.speaks is None or ahead.speaks is None:
        _expect_answer(None, offered=False)
        return
    KSR.tm.t_on_reply("ksr_onreply_media")
    if KSR.is_BYE():
        KSR.rtpengine.rtpengine_delete("")
    elif KSR.is_ACK() and has_sdp():
        sdp = KSR.kx.gete_body()
        flags = media.answer_flags(ahead.speaks, media.offered_protection(sdp), natted=False)
        _anchor(KSR.rtpengine.rtpengine_answer, sdp, flags)
    elif KSR.is_INVITE() or KSR.is_UPDATE():
        if has_sdp():
            _anchor(KSR.rtpengine.rtpengine_offer, KSR.kx.gete_body(), media.offer_flags(ahead.speaks, natted=False))
        _expect_answer(behind.speaks, offered=has_sdp())
